import type { LevelKey } from './sim/types.ts';

/** Best results so far. Not entitlements: what was paid for is the plugin's business, and can't be won or lost here. */
export interface Progress {
  stars(key: LevelKey): number;
  best(key: LevelKey): number;
  /** Keeps a result if it beats the kept one; tells whether the score did. */
  record(key: LevelKey, stars: number, score: number): boolean;
  muted(): boolean;
  setMuted(muted: boolean): void;
}

const KEY = 'wick.progress';

interface Kept {
  results: Partial<Record<LevelKey, { stars: number; score: number }>>;
  muted: boolean;
}

/** Opens the results kept in a storage; a storage that refuses (private windows) only means that they aren't kept. */
export function openProgress(storage: Pick<Storage, 'getItem' | 'setItem'> | null): Progress {
  const kept = read(storage);
  const save = (): void => {
    try {
      storage?.setItem(KEY, JSON.stringify(kept));
    } catch {
      // Full or forbidden: the game goes on without.
    }
  };
  return {
    stars: (key) => kept.results[key]?.stars ?? 0,
    best: (key) => kept.results[key]?.score ?? 0,
    record(key, stars, score) {
      const before = kept.results[key] ?? { stars: 0, score: 0 };
      kept.results[key] = { stars: Math.max(stars, before.stars), score: Math.max(score, before.score) };
      save();
      return score > before.score;
    },
    muted: () => kept.muted,
    setMuted(muted) {
      kept.muted = muted;
      save();
    },
  };
}

function read(storage: Pick<Storage, 'getItem'> | null): Kept {
  const kept: Kept = { results: {}, muted: false };
  try {
    const found: unknown = JSON.parse(storage?.getItem(KEY) ?? 'null');
    if (typeof found !== 'object' || found === null) return kept;
    if ('muted' in found) kept.muted = found.muted === true;
    if ('results' in found && typeof found.results === 'object' && found.results !== null) {
      for (const [key, value] of Object.entries(found.results)) {
        if (isResult(value)) kept.results[key as LevelKey] = value;
      }
    }
  } catch {
    // Unreadable: start afresh.
  }
  return kept;
}

function isResult(value: unknown): value is { stars: number; score: number } {
  if (typeof value !== 'object' || value === null) return false;
  return 'stars' in value && typeof value.stars === 'number' && 'score' in value && typeof value.score === 'number';
}
