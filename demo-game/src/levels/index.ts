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
  layOut: (rng: Random) => LevelPlan;
}

/** All levels in the order of play. */
export const LEVELS: readonly LevelEntry[] = [
  { key: 'Level1', biome: 'harbour', number: 1, layOut: harbour },
  { key: 'Level2', biome: 'rooftops', number: 2, layOut: rooftops },
  { key: 'Level3', biome: 'garden', number: 3, layOut: garden },
  { key: 'Level4', biome: 'foundry', number: 4, layOut: foundry },
  { key: 'Level5', biome: 'storm', number: 5, layOut: storm },
  { key: 'Bonus', biome: 'comet', number: 6, layOut: comet },
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

/** Lays a level out for a seed. */
export function planLevel(key: LevelKey, seed: number): LevelPlan {
  const entry = levelOf(key);
  return entry.layOut(createRandom(seed * 7919 + entry.number));
}
