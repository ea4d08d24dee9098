import type { Biome } from '../sim/types.ts';

/** The colours of a biome, as CSS strings for canvases; `hex` turns them into numbers for tints. */
export interface Palette {
  skyTop: string;
  skyMid: string;
  skyLow: string;
  far: string;
  mid: string;
  near: string;
  solid: string;
  solidDeep: string;
  edge: string;
  accent: string;
  window: string;
  glow: string;
}

/** One palette per biome; light is always warm, what is solid always darker than what is behind it. */
export const PALETTES: Readonly<Record<Biome, Palette>> = {
  harbour: {
    skyTop: '#0b1035',
    skyMid: '#3a2a6b',
    skyLow: '#f08a5d',
    far: '#4b3a78',
    mid: '#2a2358',
    near: '#1a173f',
    solid: '#251d4a',
    solidDeep: '#100d28',
    edge: '#8d6fc4',
    accent: '#ff9e6b',
    window: '#ffc978',
    glow: '#ffb45c',
  },
  rooftops: {
    skyTop: '#062038',
    skyMid: '#14566e',
    skyLow: '#5fb7a5',
    far: '#1c5f6e',
    mid: '#0f3d4f',
    near: '#0a2a3b',
    solid: '#12344a',
    solidDeep: '#081b2a',
    edge: '#4fb3a9',
    accent: '#ff6f61',
    window: '#ffd68a',
    glow: '#ffc26b',
  },
  garden: {
    skyTop: '#0a1226',
    skyMid: '#1e2f52',
    skyLow: '#7c9c8c',
    far: '#35566b',
    mid: '#1f3f47',
    near: '#142c30',
    solid: '#15302c',
    solidDeep: '#081513',
    edge: '#7fc08a',
    accent: '#f58fb4',
    window: '#ffd9a0',
    glow: '#ffbe7d',
  },
  foundry: {
    skyTop: '#12080c',
    skyMid: '#431419',
    skyLow: '#ef6a2b',
    far: '#5c1f1c',
    mid: '#36141a',
    near: '#220d14',
    solid: '#34191e',
    solidDeep: '#170a0f',
    edge: '#c0653f',
    accent: '#ffd166',
    window: '#ff8b3d',
    glow: '#ffd9a0',
  },
  storm: {
    skyTop: '#070b1f',
    skyMid: '#1a2c5c',
    skyLow: '#4f74b0',
    far: '#2a3b5c',
    mid: '#18253f',
    near: '#0f182b',
    solid: '#22315a',
    solidDeep: '#0d1530',
    edge: '#8fb4e6',
    accent: '#7fe3ff',
    window: '#ffdf9e',
    glow: '#ffd08a',
  },
  comet: {
    skyTop: '#0d0726',
    skyMid: '#451f6b',
    skyLow: '#ff8fa3',
    far: '#6a3a8c',
    mid: '#8a4f9e',
    near: '#55307a',
    solid: '#2a1748',
    solidDeep: '#160b2c',
    edge: '#ffc2e2',
    accent: '#8ff7ff',
    window: '#fff1c4',
    glow: '#ffe08a',
  },
};

/** A CSS `#rrggbb` as a number. */
export const hex = (css: string): number => Number.parseInt(css.slice(1), 16);

/** A CSS `#rrggbb` with an opacity, for canvas gradients. */
export function fade(css: string, opacity: number): string {
  const value = hex(css);
  return `rgba(${value >> 16},${(value >> 8) & 255},${value & 255},${opacity})`;
}
