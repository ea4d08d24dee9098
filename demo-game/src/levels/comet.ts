import type { Random } from '../random.ts';
import type { LevelPlan, Point } from '../sim/types.ts';
import { cloud, lantern } from './layout.ts';

const SPEED = 250;
const WIDTH = SPEED * 42 + 960;
const HEIGHT = 540;

/** Where things are on the comet's road: what the bonus night is made of. Not in the game: it comes sealed, with the decision. */
interface Chart {
  readonly lanterns: readonly Point[];
  readonly dust: readonly Point[];
  readonly clouds: readonly (Point & { readonly r: number })[];
}

/** Reads `comets-road.json`: lists of [x, y], and [x, y, r] of clouds. Throws for anything else. */
function readChart(content: Uint8Array): Chart {
  const chart = JSON.parse(new TextDecoder().decode(content)) as Record<string, unknown>;
  const rows = (name: string, length: number): number[][] => {
    const list = chart[name];
    const isRow = (row: unknown): boolean =>
      Array.isArray(row) && row.length === length && row.every((one) => Number.isFinite(one));
    if (!Array.isArray(list) || !list.every(isRow)) throw new TypeError(`the comet's road: no ${name}`);
    return list as number[][];
  };
  const points = (name: string): Point[] => rows(name, 2).map(([x = 0, y = 0]) => ({ x, y }));
  const clouds = rows('clouds', 3).map(([x = 0, y = 0, r = 0]) => ({ x, y, r }));
  return { lanterns: points('lanterns'), dust: points('dust'), clouds };
}

/** The bonus night, the comet's road: the sky moves by itself, nothing hurts, sky lanterns and star dust make long chains. */
export function comet(rng: Random, content: Uint8Array): LevelPlan {
  const { lanterns, dust, clouds } = readChart(content);
  return {
    key: 'Bonus',
    biome: 'comet',
    width: WIDTH,
    height: HEIGHT,
    start: { x: 220, y: 270 },
    beacon: null,
    solids: [],
    lanterns: lanterns.map(({ x, y }) => lantern(x, y)),
    embers: dust.map(({ x, y }) => ({ x, y, taken: false })),
    winds: [],
    hazards: clouds.map(({ x, y, r }) => cloud(x, y, r, rng)),
    waterY: null,
    tide: null,
    scrollSpeed: SPEED,
    fuelS: 60,
    parS: 60,
  };
}
