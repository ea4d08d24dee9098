import { createRandom } from '../random.ts';
import type { Random } from '../random.ts';
import type { Biome, LevelKey, LevelPlan } from '../sim/types.ts';
import { comet } from './comet.ts';
import { foundry } from './foundry.ts';
import { garden } from './garden.ts';
import { harbour } from './harbour.ts';
import { rooftops } from './rooftops.ts';
import { storm } from './storm.ts';

/** A level as the menu knows it. */
export interface LevelEntry {
  key: LevelKey;
  biome: Biome;
  /** 1 to 5; 6 is the bonus night. */
  number: number;
  /** `content`: what is sealed of it, in the clear; empty where nothing is. */
  layOut: (rng: Random, content: Uint8Array) => LevelPlan;
  /** The sealed file without which it cannot be laid out, by its name beside the price list. */
  sealed?: string;
}

/** All levels in the order of play. */
export const LEVELS: readonly LevelEntry[] = [
  { key: 'Level1', biome: 'harbour', number: 1, layOut: harbour },
  { key: 'Level2', biome: 'rooftops', number: 2, layOut: rooftops },
  { key: 'Level3', biome: 'garden', number: 3, layOut: garden },
  { key: 'Level4', biome: 'foundry', number: 4, layOut: foundry },
  { key: 'Level5', biome: 'storm', number: 5, layOut: storm },
  { key: 'Bonus', biome: 'comet', number: 6, layOut: comet, sealed: 'comets-road.sealed' },
];

/** The level behind a scene key. */
export function levelOf(key: LevelKey): LevelEntry {
  const entry = LEVELS.find((level) => level.key === key);
  if (!entry) throw new RangeError(`no level has the scene key ${key}`);
  return entry;
}

/** The level after this one, or null after the bonus night. */
export function levelAfter(key: LevelKey): LevelEntry | null {
  return LEVELS[LEVELS.findIndex((level) => level.key === key) + 1] ?? null;
}

/** Lays a level out for a seed; a sealed one takes its content, in the clear. Throws when that is none. */
export function planLevel(key: LevelKey, seed: number, content: Uint8Array = new Uint8Array()): LevelPlan {
  const entry = levelOf(key);
  return entry.layOut(createRandom(seed * 7919 + entry.number), content);
}
