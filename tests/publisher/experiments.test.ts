/** Experiments: published values of every method, and recorded sessions counted as what they are. */
import {
  compileTiming,
  fileHash,
  newTimingState,
  readRecording,
  startSession,
  writeLine,
  type PlacementsFile,
  type RecordedLine,
} from '@coinslot/plugin/timing';
import {
  compilePlacements,
  estimate,
  estimateLines,
  experimentResults,
  newcombeInterval,
  normalQuantile,
  readOffers,
  resultLines,
  resultsCsv,
  sampleSize,
  tally,
  wilsonInterval,
  type NamedRecording,
} from '@coinslot/publisher';
import { describe, expect, test } from 'vitest';
import { demoFile } from './lib/studio.ts';

describe('published values', () => {
  test.each([
    [0.975, 1.959964],
    [0.8, 0.841621],
    [0.995, 2.575829],
    [0.025, -1.959964],
    [1e-9, -5.997807],
    [0.5, 0],
  ])('the normal quantile of %d', (p, z) => {
    expect(normalQuantile(p)).toBeCloseTo(z, 5);
  });

  // Newcombe 1998, Statistics in Medicine 17, 857-872, table I, method 3.
  test.each([
    [81, 263, 0.2553, 0.3662],
    [15, 148, 0.0624, 0.1605],
    [0, 20, 0, 0.1611],
    [1, 29, 0.0061, 0.1718],
  ])('Wilson, %d of %d', (hits, of, low, high) => {
    const interval = wilsonInterval({ hits, of }, 0.95);
    expect(interval.low).toBeCloseTo(low, 4);
    expect(interval.high).toBeCloseTo(high, 4);
  });

  // Newcombe 1998, Statistics in Medicine 17, 873-890, table II, method 10.
  test.each([
    [56, 70, 48, 80, 0.0524, 0.3339],
    [9, 10, 3, 10, 0.1705, 0.809],
    [6, 7, 2, 7, 0.0582, 0.8062],
    [5, 56, 0, 29, -0.0381, 0.1926],
    [0, 10, 0, 20, -0.1611, 0.2775],
    [10, 10, 0, 20, 0.6791, 1],
  ])('Newcombe, %d of %d less %d of %d', (hits, of, otherHits, otherOf, low, high) => {
    const interval = newcombeInterval({ hits, of }, { hits: otherHits, of: otherOf }, 0.95);
    expect(interval.low).toBeCloseTo(low, 4);
    expect(interval.high).toBeCloseTo(high, 4);
  });

  // R, `power.prop.test`; the first stands in its manual.
  test.each([
    [0.5, 0.75, 0.9, 76.7],
    [0.5, 0.6, 0.8, 387.3385],
    [0.1, 0.15, 0.8, 685.6],
  ])('sample size, %d against %d at power %d', (baseline, other, power, expected) => {
    const n = sampleSize({ baseline, other, power, significance: 0.05, ratio: 1 });
    expect(Math.abs(n - expected)).toBeLessThan(0.05);
  });

  test('a ratio of sizes: turned round, the groups change places', () => {
    const input = { power: 0.8, significance: 0.05 };
    const first = sampleSize({ ...input, baseline: 0.1, other: 0.15, ratio: 3 });
    expect(sampleSize({ ...input, baseline: 0.15, other: 0.1, ratio: 1 / 3 })).toBeCloseTo(3 * first, 6);
  });
});

describe('an estimate', () => {
  const INPUT = { baseline: 0.1, difference: 0.05, power: 0.8, significance: 0.05, groups: 2 };
  const ALIKE = { ...INPUT, firstShare: undefined, playersADay: undefined };

  test('in words', () => {
    expect(estimateLines({ ...ALIKE, playersADay: 200 }).slice(0, 2)).toEqual([
      'To tell 15 % from 10 %: 686 players in each of 2 groups, 1,372 in all.',
      'That takes 7 days.',
    ]);
    expect(estimateLines(ALIKE).join('\n')).toContain('one look at the results, when so many are in');
  });

  test('a small holdout takes more players in all', () => {
    const held = estimate({ ...ALIKE, firstShare: 0.1 });
    expect(held.eachOther / held.first).toBeCloseTo(9, 1);
    expect(held.total).toBeGreaterThan(2 * 1_372);
  });

  test('more comparisons take more players in each group', () => {
    expect(estimate({ ...ALIKE, groups: 3 }).first).toBeGreaterThan(estimate(ALIKE).first);
  });

  test.each([
    [{ baseline: 0.97 }, /between 0 % and 100 %/],
    [{ groups: 1 }, /two groups/],
    [{ firstShare: 1 }, /share of the first group/],
  ])('refused: %j', (changes, message) => {
    expect(() => estimate({ ...ALIKE, ...changes })).toThrow(message);
  });
});

// ---------------------------------------------------------------- recorded sessions

const OFFERS = readOffers('offers.yaml', demoFile('offers.yaml'));
const FILE = compilePlacements(
  'placements.yaml',
  `game: demo-game
facts: { level: number }
placements: { level-end: { on: breakpoint } }
campaigns:
  - id: trial
    placements: [level-end]
    variants: [{ id: a, offer: bonus }, { id: b, offer: thirty-minutes }]
    when: level >= 2
    firstOfferAfter: 5m
    holdout: 30%
`,
  OFFERS,
);
const START_MS = Date.UTC(2026, 5, 1, 12);
const MINUTE_MS = 60_000;

interface Played {
  readonly seed: string;
  readonly level?: number;
  readonly minutes?: number;
  readonly answer?: (variant: string) => 'accepted' | 'declined';
  /** Buys this by asking. */
  readonly asks?: string;
  readonly unit?: string;
  readonly file?: PlacementsFile;
}

/** A session with one boundary, as the plugin records it: the engine decides what is shown. */
function recorded({ seed, level = 3, minutes = 10, answer, asks, unit, file = FILE }: Played): NamedRecording {
  const state = startSession(newTimingState(seed, 0, START_MS));
  const t = minutes * MINUTE_MS;
  const boundary = { placement: 'level-end', facts: { level } };
  const at = { ...state, playedMs: t, sessionPlayedMs: t };
  const decision = compileTiming(file)(at, boundary, START_MS + t);
  const lines: RecordedLine[] = [
    { t: 0, kind: 'play', on: true },
    { t, kind: 'play', on: false },
  ];
  const head = { t, kind: 'boundary', ...boundary, playing: false } as const;
  if (decision.show) {
    const { campaign, offer, variant } = decision;
    lines.push({ ...head, show: { campaign, offer, variant } }, { t, kind: 'shown', offer, campaign });
    lines.push({
      t: t + 5_000,
      kind: 'answered',
      offer,
      campaign,
      outcome: answer?.(variant) ?? 'declined',
      afterMs: 5_000,
    });
  } else lines.push({ ...head, skip: decision.reason });
  if (asks !== undefined) {
    lines.push({ t: t + 9_000, kind: 'shown', offer: asks, campaign: null });
    lines.push({ t: t + 12_000, kind: 'answered', offer: asks, campaign: null, outcome: 'accepted', afterMs: 3_000 });
  }
  lines.push({ t: t + 20_000, kind: 'end' });
  const header = {
    ...({ v: 1, kind: 'session', game: file.game, startMs: START_MS, file: fileHash(file), state } as const),
    ...(unit === undefined ? {} : { unit }),
  };
  return { name: `${seed}.jsonl`, recording: readRecording([header, ...lines].map(writeLine).join('')) };
}

const priceOf = (id: string) => OFFERS.offers.find((one) => one.id === id)?.price;
const resultsOf = (recordings: readonly NamedRecording[]) => {
  const tallied = tally(FILE, recordings);
  return { tallied, results: experimentResults(FILE, tallied, priceOf) };
};

/** Every second of a, every eighth of b, and every tenth of those held out buys. */
const crowd = (size: number): readonly NamedRecording[] =>
  Array.from({ length: size }, (_, i) =>
    recorded({
      seed: `player ${i}`,
      unit: `unit ${i}`,
      answer: (variant) => (i % (variant === 'a' ? 2 : 8) === 0 ? 'accepted' : 'declined'),
      ...(i % 10 === 0 && isHeld(`player ${i}`) ? { asks: 'level-3' } : {}),
    }),
  );

const isHeld = (seed: string): boolean => tally(FILE, [recorded({ seed })]).outcomes[0]!.variant === null;

describe('results', () => {
  test('groups are as they were assigned, and counted step by step', () => {
    const { results, tallied } = resultsOf(crowd(300));
    expect(tallied).toMatchObject({ unit: 'player', units: 300, recordings: 300, otherRules: [], unassigned: 0 });
    const [a, b, out] = results.groups;
    expect(a!.reached + b!.reached + out!.reached).toBe(300);
    expect(out!.variant).toBeNull();
    expect(out!.reached / 300).toBeGreaterThan(0.22);
    expect(out!.reached / 300).toBeLessThan(0.38);
    for (const group of [a!, b!]) {
      expect(group.shown).toBe(group.eligible);
      expect(group.accepted).toBe(group.bought);
    }
    expect(out).toMatchObject({ shown: 0, accepted: 0, eligible: out!.reached });
    expect(a!.spend).toEqual({ USD: BigInt(a!.accepted) * 100n });
    expect(b!.spend).toEqual({ EUR: BigInt(b!.accepted) * 50n });
    expect(out!.spend).toEqual({ EUR: BigInt(out!.bought) * 20n });
  });

  test('what a difference says, and what it does not', () => {
    const { results } = resultsOf(crowd(300));
    expect(
      results.comparisons.map(({ variant, against, measure, verdict }) => [variant, against, measure, verdict]),
    ).toEqual([
      ['b', 'a', 'accepted', 'less'],
      ['a', null, 'bought', 'more'],
      ['b', null, 'bought', 'open'],
    ]);
    for (const { difference, interval } of results.comparisons) {
      expect(interval.low).toBeLessThan(difference);
      expect(interval.high).toBeGreaterThan(difference);
    }
  });

  test('in words', () => {
    const { results, tallied } = resultsOf(crowd(300));
    expect(resultLines(results, tallied).join('\n').replaceAll('\u00a0', ' ')).toMatchInlineSnapshot(`
      "300 players, 300 recorded sessions

      trial
                  reached  eligible  shown  accepted        of those eligible          bought anything      spent
        a             103       103    103        52  50.5 % (41 % to 59.9 %)  50.5 % (41 % to 59.9 %)  USD 52.00
        b             126       126    126        16   12.7 % (8 % to 19.6 %)   12.7 % (8 % to 19.6 %)   EUR 8.00
        held out       71        71      0         0       0 % (0 % to 5.1 %)  8.5 % (3.9 % to 17.2 %)   EUR 1.20
        b is accepted less often than a: by 23.3 to 50.5 points.
        Something is bought more often by those who may be asked with a than by those held out: by 25.9 to 54.6 points.
        b against held out: nothing is shown yet, the difference lies anywhere from -8.3 to +14.4 points. To tell a difference of +4.2 points takes about 1,097 eligible players in each group.

      Intervals at 95 %: Wilson (1927) for shares, Newcombe (1998, method 10) for differences, shared among the comparisons of a campaign (Bonferroni). They say how far chance may reach, not that players, days or recordings were fairly chosen.
      They hold for one look, at a number of players that was settled before (coinslot placements estimate): who looks again and again and stops when something shows, finds a difference far more often where there is none.
      Eligible: at some boundary everything held but the holdout. Bought and spent count everything, asked for by the player or not; spent has no interval, as a few players make most of it.
      The unit is the player, as the recordings name them."
    `);
  });

  test('a handful says that it is a handful', () => {
    const { results, tallied } = resultsOf(crowd(12));
    expect(new Set(results.comparisons.map(({ verdict }) => verdict))).toEqual(new Set(['too-few']));
    expect(resultLines(results, tallied).join('\n')).toContain('too few to say anything');
  });

  test('who was never eligible is reached, and in no share', () => {
    const { results } = resultsOf([
      ...crowd(3),
      recorded({ seed: 'early', minutes: 2, unit: 'early' }),
      recorded({ seed: 'low', level: 1, unit: 'low' }),
    ]);
    const sum = (field: 'reached' | 'eligible'): number => results.groups.reduce((all, one) => all + one[field], 0);
    expect([sum('reached'), sum('eligible')]).toEqual([5, 3]);
  });

  test('sessions of one player are one; of one who was assigned twice, none', () => {
    const twice = tally(FILE, [recorded({ seed: 'x', unit: 'one' }), recorded({ seed: 'x', level: 1, unit: 'one' })]);
    expect(twice).toMatchObject({ units: 1, recordings: 2, unassigned: 0 });
    expect(twice.outcomes).toHaveLength(1);
    const held = Array.from({ length: 50 }, (_, i) => `player ${i}`);
    const [out, asked] = [held.find(isHeld)!, held.find((seed) => !isHeld(seed))!];
    const mixed = tally(FILE, [recorded({ seed: out, unit: 'one' }), recorded({ seed: asked, unit: 'one' })]);
    expect(mixed).toMatchObject({ outcomes: [], unassigned: 1 });
  });

  test('without names the unit is the session, and that is said', () => {
    const { results, tallied } = resultsOf([recorded({ seed: 'x' }), recorded({ seed: 'y', unit: 'y' })]);
    expect(tallied.unit).toBe('session');
    expect(resultLines(results, tallied).join('\n')).toContain('intervals are narrower than they should be');
  });

  test('players counted: recordings that name none are left out, and that is said', () => {
    const tallied = tally(FILE, [recorded({ seed: 'x' }), recorded({ seed: 'y', unit: 'y' })], 'player');
    expect(tallied).toMatchObject({ recordings: 1, units: 1, unnamed: 1 });
    const results = experimentResults(FILE, tallied, () => undefined);
    expect(resultLines(results, tallied)).toContain('Left out, name no player: 1.');
  });

  test('recordings of other rules are left out, and named', () => {
    const other = { ...FILE, campaigns: FILE.campaigns.map((one) => ({ ...one, cooldownMs: 1 })) };
    const { results, tallied } = resultsOf([recorded({ seed: 'x' }), recorded({ seed: 'z', file: other })]);
    expect(tallied).toMatchObject({ units: 1, otherRules: ['z.jsonl'] });
    expect(resultLines(results, tallied).join('\n')).toContain('Left out, recorded with other rules: 1 (z.jsonl).');
  });

  test('as CSV', () => {
    const { results, tallied } = resultsOf(crowd(300));
    const rows = resultsCsv(results, tallied).split('\r\n');
    expect(rows[0]).toBe(
      'campaign,group,unit,reached,eligible,shown,accepted,bought,accepted_share,accepted_low,accepted_high,bought_share,bought_low,bought_high,spend_EUR,spend_USD',
    );
    expect(rows).toHaveLength(5);
    expect(rows[3]).toMatch(
      /^trial,held out,player,\d+,\d+,0,0,\d+,0\.000000,0\.000000,0\.\d{6},0\.\d{6},0\.\d{6},0\.\d{6},\d\.\d\d,0\.00$/,
    );
  });
});
