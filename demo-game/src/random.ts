/** A seeded source of numbers; every visible chance in the game is drawn from one of these, so that a seed replays a run. */
export interface Random {
  /** A number in [0, 1). */
  next(): number;
  /** A number in [from, to). */
  between(from: number, to: number): number;
  /** One of the items; the list must not be empty. */
  pick<T>(items: readonly T[]): T;
  /** A second source, independent of how much is drawn from this one afterwards. */
  fork(): Random;
}

/** Makes a mulberry32 source: 32 bits of state, enough for scenery and phases, never for keys or nonces. */
export function createRandom(seed: number): Random {
  let state = seed >>> 0;
  const next = (): number => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
  return {
    next,
    between: (from, to) => from + (to - from) * next(),
    pick: (items) => items[Math.floor(next() * items.length)]!,
    fork: () => createRandom(Math.floor(next() * 4294967296)),
  };
}
