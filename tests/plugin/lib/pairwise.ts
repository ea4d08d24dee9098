/** A seeded pairwise generator: few cases in which every two values that may meet do meet. */

/** Values of each parameter, by its name. */
export type Parameters = Readonly<Record<string, readonly (string | number)[]>>;
export type CaseOf<P extends Parameters> = { readonly [K in keyof P]: P[K][number] };

/** mulberry32: 32 bits of state are plenty for choosing among candidates. */
function randomFrom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d_2b_79_f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

const CANDIDATES = 60;

/** Pairs of a case, as text: `2=webgl 5=3`. */
function pairsOf(values: readonly (string | number)[]): string[] {
  const pairs: string[] = [];
  for (let one = 0; one < values.length; one += 1)
    for (let other = one + 1; other < values.length; other += 1)
      pairs.push(`${one}=${values[one]} ${other}=${values[other]}`);
  return pairs;
}

/**
 * Cases that together hold every pair of values that some allowed case holds. Greedy: each case is the best of a handful of
 * random ones built round a pair that is still missing. The same seed gives the same cases.
 */
export function pairwise<P extends Parameters>(
  parameters: P,
  isAllowed: (one: CaseOf<P>) => boolean,
  seed: number,
): CaseOf<P>[] {
  const names = Object.keys(parameters);
  const random = randomFrom(seed);
  const pick = (name: string): string | number => {
    const values = parameters[name]!;
    return values[Math.floor(random() * values.length)]!;
  };
  const caseOf = (values: readonly (string | number)[]): CaseOf<P> =>
    Object.fromEntries(names.map((name, at) => [name, values[at]])) as CaseOf<P>;
  /** A random allowed case that holds the fixed values; `undefined` when none was found. */
  const build = (fixed: ReadonlyMap<number, string | number>): (string | number)[] | undefined => {
    for (let tried = 0; tried < 200; tried += 1) {
      const values = names.map((name, at) => fixed.get(at) ?? pick(name));
      if (isAllowed(caseOf(values))) return values;
    }
    return undefined;
  };

  const missing = new Map<string, ReadonlyMap<number, string | number>>();
  for (let one = 0; one < names.length; one += 1)
    for (let other = one + 1; other < names.length; other += 1)
      for (const a of parameters[names[one]!]!)
        for (const b of parameters[names[other]!]!)
          missing.set(
            `${one}=${a} ${other}=${b}`,
            new Map([
              [one, a],
              [other, b],
            ]),
          );

  const cases: CaseOf<P>[] = [];
  for (;;) {
    const next = missing.entries().next().value;
    if (next === undefined) return cases;
    let best: { values: (string | number)[]; gain: number } | undefined;
    for (let candidate = 0; candidate < CANDIDATES; candidate += 1) {
      const values = build(next[1]);
      if (values === undefined) break;
      const gain = pairsOf(values).filter((pair) => missing.has(pair)).length;
      if (best === undefined || gain > best.gain) best = { values, gain };
    }
    if (best === undefined) {
      // No allowed case holds both.
      missing.delete(next[0]);
      continue;
    }
    for (const pair of pairsOf(best.values)) missing.delete(pair);
    cases.push(caseOf(best.values));
  }
}
