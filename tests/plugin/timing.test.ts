/** The timing engine: a row for every reason, in order of precedence, and what must hold for every file and state. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  addPlay,
  compileTiming,
  newTimingState,
  placementsFor,
  recordAccepted,
  recordDeclined,
  recordShown,
  SKIP_REASONS,
  startSession,
  type Campaign,
  type PlacementsFile,
  type SkipReason,
  type TimingState,
} from '@coinslot/plugin/timing';
import { NOON_MS } from '../lib/parties.ts';
import { CAMPAIGN, PLACEMENTS, placementsWith } from './lib/content.ts';

const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;
const BOUNDARY = { placement: 'level-end', facts: { level: 3 } };
const player = (changes: Partial<TimingState> = {}): TimingState => ({
  ...startSession(newTimingState('seed', 0, NOON_MS)),
  ...changes,
});
const counts = (session: number, day: number, lifetime: number) => ({ session, day, lifetime });
const today = Math.floor(NOON_MS / DAY_MS);

interface Row {
  readonly what: string;
  readonly campaign?: Partial<Campaign>;
  readonly file?: Partial<PlacementsFile>;
  readonly state?: Partial<TimingState>;
  readonly placement?: string;
  readonly expected: SkipReason | 'show';
}

const rows: readonly Row[] = [
  { what: 'nothing in the way', expected: 'show' },
  { what: 'a placement the file does not know', placement: 'elsewhere', expected: 'no-placement' },
  { what: 'a placement without campaign', file: { campaigns: [] }, expected: 'no-placement' },
  { what: 'active play', state: { playing: true }, expected: 'not-at-boundary' },
  {
    what: 'active play that the file allows to interrupt',
    state: { playing: true },
    file: { placements: [{ ...PLACEMENTS.placements[0]!, duringPlay: true }] },
    expected: 'show',
  },
  { what: 'a dialog that is open', state: { overlayOpen: true }, expected: 'overlay-busy' },
  { what: 'a condition that holds', campaign: { when: { '>=': [{ var: 'level' }, 3] } }, expected: 'show' },
  { what: 'a condition that fails', campaign: { when: { '>': [{ var: 'level' }, 3] } }, expected: 'no-rule-match' },
  { what: 'a fact that is missing', campaign: { when: { '<': [{ var: 'lives' }, 3] } }, expected: 'no-rule-match' },
  { what: 'a campaign not begun', campaign: { startMs: NOON_MS + 1 }, expected: 'no-rule-match' },
  { what: 'a campaign at its first instant', campaign: { startMs: NOON_MS }, expected: 'show' },
  { what: 'a campaign over', campaign: { endMs: NOON_MS }, expected: 'no-rule-match' },
  { what: 'a target that is owned', state: { owned: ['level-3'] }, expected: 'already-entitled' },
  { what: 'a player of the holdout', campaign: { holdout: 1 }, expected: 'holdout' },
  {
    what: 'too little play before the first offer',
    campaign: { firstOfferAfterPlayMs: 5 * MINUTE_MS },
    state: { playedMs: 5 * MINUTE_MS - 1 },
    expected: 'first-session-grace',
  },
  {
    what: 'just enough play before the first offer',
    campaign: { firstOfferAfterPlayMs: 5 * MINUTE_MS },
    state: { playedMs: 5 * MINUTE_MS },
    expected: 'show',
  },
  {
    what: 'the grace of a player who has seen an offer',
    campaign: { firstOfferAfterPlayMs: 5 * MINUTE_MS },
    state: { shown: counts(0, 0, 1) },
    expected: 'show',
  },
  {
    what: 'a decline a moment ago',
    campaign: { quietAfterDeclineMs: 4 * MINUTE_MS },
    state: { lastDeclinedAtMs: NOON_MS - 4 * MINUTE_MS + 1 },
    expected: 'recently-declined',
  },
  {
    what: 'a decline long enough ago',
    campaign: { quietAfterDeclineMs: 4 * MINUTE_MS },
    state: { lastDeclinedAtMs: NOON_MS - 4 * MINUTE_MS },
    expected: 'show',
  },
  {
    what: 'an offer a moment ago',
    campaign: { cooldownMs: 10 * MINUTE_MS },
    state: { lastShownAtMs: NOON_MS - 10 * MINUTE_MS + 1 },
    expected: 'cooldown',
  },
  {
    what: 'an offer long enough ago',
    campaign: { cooldownMs: 10 * MINUTE_MS },
    state: { lastShownAtMs: NOON_MS - 10 * MINUTE_MS },
    expected: 'show',
  },
  {
    what: 'a clock set back to before the last offer and the last no, and neither cooldown nor quiet',
    campaign: { cooldownMs: 0, quietAfterDeclineMs: 0 },
    state: { lastShownAtMs: NOON_MS + DAY_MS, lastDeclinedAtMs: NOON_MS + DAY_MS },
    expected: 'show',
  },
  {
    what: 'a clock set back to before the last offer',
    campaign: { cooldownMs: 10 * MINUTE_MS },
    state: { lastShownAtMs: NOON_MS + DAY_MS },
    expected: 'cooldown',
  },
  {
    what: 'the session’s cap',
    campaign: { caps: { session: 2, day: null, lifetime: null } },
    state: { campaigns: { [CAMPAIGN.id]: counts(2, 2, 2) } },
    expected: 'session-cap',
  },
  {
    what: 'one below the session’s cap',
    campaign: { caps: { session: 2, day: null, lifetime: null } },
    state: { campaigns: { [CAMPAIGN.id]: counts(1, 1, 1) } },
    expected: 'show',
  },
  {
    what: 'the session’s cap over all campaigns',
    file: { overall: { caps: { session: 3, day: null, lifetime: null } } },
    state: { shown: counts(3, 3, 3) },
    expected: 'session-cap',
  },
  {
    what: 'the day’s cap',
    campaign: { caps: { session: null, day: 2, lifetime: null } },
    state: { campaigns: { [CAMPAIGN.id]: counts(0, 2, 2) }, day: today },
    expected: 'day-cap',
  },
  {
    what: 'the day’s cap of yesterday',
    campaign: { caps: { session: null, day: 2, lifetime: null } },
    state: { campaigns: { [CAMPAIGN.id]: counts(0, 2, 2) }, day: today - 1 },
    expected: 'show',
  },
  {
    what: 'the lifetime’s cap',
    campaign: { caps: { session: null, day: null, lifetime: 5 } },
    state: { campaigns: { [CAMPAIGN.id]: counts(0, 0, 5) } },
    expected: 'lifetime-cap',
  },
  { what: 'payments off', state: { wallet: 'payments-off' }, expected: 'payments-off' },
  { what: 'a browser that does not permit it', state: { wallet: 'permission' }, expected: 'wallet-permission' },
  { what: 'no wallet', state: { wallet: 'absent' }, expected: 'wallet-absent' },
  { what: 'no network', state: { wallet: 'offline' }, expected: 'offline' },
  { what: 'a wallet not yet asked', state: { wallet: 'unknown' }, expected: 'show' },
];

const decideRow = (row: Row) =>
  compileTiming(placementsWith(row.campaign ?? {}, row.file))(
    player(row.state),
    { ...BOUNDARY, placement: row.placement ?? 'level-end' },
    NOON_MS,
  );

describe('one campaign', () => {
  it.each(rows.map((row) => [row.what, row.expected, row] as const))('%s: %s', (_, expected, row) => {
    const decision = decideRow(row);
    expect(decision.show ? 'show' : decision.reason).toBe(expected);
  });

  it('has a row for every reason', () => {
    const owned = new Set(rows.map((row) => row.expected));
    expect(SKIP_REASONS.filter((reason) => !owned.has(reason))).toEqual([]);
  });

  it('is named by the first check that fails, in the order of the reasons', () => {
    const failing = rows.filter((row) => row.expected !== 'show' && row.expected !== 'no-placement');
    for (const early of failing) {
      for (const late of failing) {
        const before = SKIP_REASONS.indexOf(early.expected as SkipReason);
        if (before >= SKIP_REASONS.indexOf(late.expected as SkipReason)) continue;
        // Two states of one wallet cannot be had together, nor caps that the other row does not set.
        if (early.state?.wallet !== undefined && late.state?.wallet !== undefined) continue;
        // The grace is over for who has seen an offer.
        if (early.expected === 'first-session-grace' && late.state?.shown !== undefined) continue;
        const campaigns = { ...late.state?.campaigns, ...early.state?.campaigns };
        const state = { ...late.state, ...early.state, campaigns };
        const decision = decideRow({
          what: '',
          campaign: { ...late.campaign, ...early.campaign },
          file: { ...late.file, ...early.file },
          state,
          expected: early.expected,
        });
        expect(decision, `${early.what} + ${late.what}`).toMatchObject({ show: false, reason: early.expected });
      }
    }
  });
});

describe('several campaigns', () => {
  const other = (changes: Partial<Campaign>): Campaign => ({
    ...CAMPAIGN,
    id: 'other',
    variants: [{ id: 'only', offer: 'bonus', weight: 1 }],
    ...changes,
  });
  const decide = (campaigns: readonly Campaign[], state = player()) =>
    compileTiming({ ...PLACEMENTS, campaigns })(state, BOUNDARY, NOON_MS);

  it('the higher priority is shown', () => {
    expect(decide([CAMPAIGN, other({ priority: 1 })])).toMatchObject({ campaign: 'other', offer: 'bonus' });
  });

  it('equal priorities are taken in file order', () => {
    expect(decide([CAMPAIGN, other({})])).toMatchObject({ campaign: CAMPAIGN.id });
  });

  it('one that fails makes room for the next', () => {
    expect(decide([CAMPAIGN, other({})], player({ owned: ['level-3'] }))).toMatchObject({ campaign: 'other' });
  });

  it('the reason is of the one that came furthest', () => {
    const late = other({ priority: -1, cooldownMs: DAY_MS });
    const decision = decide([{ ...CAMPAIGN, when: false }, late], player({ lastShownAtMs: NOON_MS }));
    expect(decision).toMatchObject({ show: false, reason: 'cooldown' });
  });

  it('every one is explained, check by check, with the values met', () => {
    const campaigns = [{ ...CAMPAIGN, when: { '>=': [{ var: 'level' }, 4] } }, other({ holdout: 1 })];
    const explained = decide(campaigns).explain();
    expect(explained.map(({ campaign, passed }) => [campaign, passed])).toEqual([
      [CAMPAIGN.id, false],
      ['other', false],
    ]);
    const rule = explained[0]!.checks.find((check) => check.reason === 'no-rule-match');
    expect(rule).toEqual({ reason: 'no-rule-match', passed: false, met: { level: 3, running: true } });
    const failed = explained[1]!.checks.filter((check) => !check.passed).map((check) => check.reason);
    expect(failed).toEqual(['holdout']);
  });
});

describe('assignment', () => {
  const variants = [
    { id: 'a', offer: 'level-3', weight: 3 },
    { id: 'b', offer: 'bonus', weight: 1 },
  ];
  const share = (campaign: Partial<Campaign>, of: (decision: ReturnType<typeof decideRow>) => boolean): number => {
    const decide = compileTiming(placementsWith(campaign));
    const hits = Array.from({ length: 4_000 }, (_, i) => decide(player({ seed: `player ${i}` }), BOUNDARY, NOON_MS));
    return hits.filter(of).length / hits.length;
  };

  it('draws variants by weight', () => {
    const drawn = share({ variants }, (decision) => decision.show && decision.variant === 'a');
    expect(drawn).toBeGreaterThan(0.72);
    expect(drawn).toBeLessThan(0.78);
  });

  it('keeps the holdout’s share', () => {
    const held = share({ holdout: 0.1 }, (decision) => !decision.show && decision.reason === 'holdout');
    expect(held).toBeGreaterThan(0.08);
    expect(held).toBeLessThan(0.12);
  });

  it('is sticky: the same player is drawn the same at any time', () => {
    const decide = compileTiming(placementsWith({ variants, holdout: 0.3 }));
    fc.assert(
      fc.property(fc.string(), fc.integer({ min: 0, max: 365 }), (seed, days) => {
        const drawn = (atMs: number) => {
          const decision = decide(player({ seed }), BOUNDARY, atMs);
          return decision.show ? decision.variant : decision.reason;
        };
        expect(drawn(NOON_MS)).toBe(drawn(NOON_MS + days * DAY_MS));
      }),
    );
  });
});

describe('whatever the file and the state', () => {
  const caps = fc.record({
    session: fc.option(fc.nat(3)),
    day: fc.option(fc.nat(3)),
    lifetime: fc.option(fc.nat(3)),
  });
  const shown = fc.record({ session: fc.nat(4), day: fc.nat(4), lifetime: fc.nat(4) });
  const since = fc.option(fc.integer({ min: NOON_MS - DAY_MS, max: NOON_MS }));
  const states = fc.record({
    seed: fc.string(),
    playing: fc.boolean(),
    overlayOpen: fc.boolean(),
    wallet: fc.constantFrom('unknown' as const, 'ready' as const, 'absent' as const, 'payments-off' as const),
    owned: fc.subarray(['level-3', 'bonus', 'play']),
    playedMs: fc.nat(DAY_MS),
    shown,
    campaigns: fc.record({ [CAMPAIGN.id]: shown }),
    lastShownAtMs: since,
    lastDeclinedAtMs: since,
  });
  const campaigns = fc.record({
    when: fc.constantFrom(true, false, { '>=': [{ var: 'level' }, 3] }, { '<': [{ var: 'session.offers' }, 2] }),
    firstOfferAfterPlayMs: fc.nat(DAY_MS),
    cooldownMs: fc.nat(DAY_MS),
    quietAfterDeclineMs: fc.nat(DAY_MS),
    caps,
    holdout: fc.constantFrom(0, 0.5, 1),
  });

  it('the outcome is one of the list, the same when asked again, and the state is left alone', () => {
    fc.assert(
      fc.property(campaigns, states, (campaign, changes) => {
        const decide = compileTiming(placementsWith(campaign));
        const state = deepFreeze(player(changes));
        const first = decide(state, BOUNDARY, NOON_MS);
        const second = decide(JSON.parse(JSON.stringify(state)) as TimingState, BOUNDARY, NOON_MS);
        expect(plain(second)).toEqual(plain(first));
        if (!first.show) expect(SKIP_REASONS).toContain(first.reason);
        const explained = first.explain();
        expect(explained.some((one) => one.passed)).toBe(first.show);
      }),
    );
  });
});

describe('what happens to a state', () => {
  it('timing’s offers count towards the caps, those the player asked for only start the cooldown', () => {
    const shown = recordShown(player(), CAMPAIGN.id, NOON_MS);
    expect(shown).toMatchObject({ shown: counts(1, 1, 1), campaigns: { [CAMPAIGN.id]: counts(1, 1, 1) } });
    const asked = recordShown(player(), undefined, NOON_MS);
    expect(asked).toMatchObject({ shown: counts(0, 0, 0), lastShownAtMs: NOON_MS });
  });

  it('a new day forgets the day’s counts, of every campaign', () => {
    const state = recordShown(recordShown(player(), 'a', NOON_MS), 'b', NOON_MS + DAY_MS);
    expect(state).toMatchObject({ shown: counts(2, 1, 2), campaigns: { a: counts(1, 0, 1), b: counts(1, 1, 1) } });
  });

  it('the day is that of the player’s calendar', () => {
    const capped = placementsWith({ caps: { session: null, day: 1, lifetime: null } });
    const eastMs = 13 * 3_600_000;
    const state = recordShown(player({ dayOffsetMs: eastMs }), CAMPAIGN.id, NOON_MS - 3_600_000 - 1);
    expect(compileTiming(capped)(state, BOUNDARY, NOON_MS - 3_600_000).show).toBe(true);
    const before = recordShown(player(), CAMPAIGN.id, NOON_MS - 3_600_000 - 1);
    expect(compileTiming(capped)(before, BOUNDARY, NOON_MS - 3_600_000).show).toBe(false);
  });

  it('a new session forgets the session’s counts and keeps the rest', () => {
    const played = addPlay(recordDeclined(recordAccepted(recordShown(player(), 'a', NOON_MS)), NOON_MS), 1000);
    expect(startSession(played)).toMatchObject({
      sessions: 2,
      playedMs: 1000,
      sessionPlayedMs: 0,
      sessionDeclined: 0,
      declined: 1,
      accepted: 1,
      shown: counts(0, 1, 1),
      campaigns: { a: counts(0, 1, 1) },
      lastDeclinedAtMs: NOON_MS,
    });
  });
});

describe('boundaries', () => {
  const file: PlacementsFile = {
    ...PLACEMENTS,
    placements: [
      { name: 'leave-1', on: { kind: 'scene', event: 'end', scene: 'Level1' }, duringPlay: false },
      { name: 'any-level', on: { kind: 'level', event: 'end' }, duringPlay: false },
      { name: 'level-2', on: { kind: 'level', event: 'end', level: 2 }, duringPlay: false },
      { name: 'every-10', on: { kind: 'play-time', everyMs: 10 * MINUTE_MS }, duringPlay: false },
      { name: 'minutes-over', on: { kind: 'grant-ended', target: 'play' }, duringPlay: true },
    ],
  };
  const rows = [
    [{ kind: 'scene', event: 'end', scene: 'Level1' }, ['leave-1']],
    [{ kind: 'scene', event: 'start', scene: 'Level1' }, []],
    [{ kind: 'level', event: 'end', level: 2 }, ['any-level', 'level-2']],
    [{ kind: 'level', event: 'start', level: 2 }, []],
    [{ kind: 'play-time', fromMs: 0, toMs: 10 * MINUTE_MS - 1 }, []],
    [{ kind: 'play-time', fromMs: 10 * MINUTE_MS - 1, toMs: 10 * MINUTE_MS }, ['every-10']],
    [{ kind: 'grant-ended', target: 'play' }, ['minutes-over']],
  ] as const;
  it.each(rows)('%o', (happening, names) => {
    expect(placementsFor(file, happening).map((one) => one.name)).toEqual(names);
  });
});

describe('a file that was not checked', () => {
  const bad: readonly (readonly [string, PlacementsFile, RegExp])[] = [
    ['another version', { ...PLACEMENTS, version: 2 as 1 }, /version 2/],
    ['a campaign without variants', placementsWith({ variants: [] }), /after-level: no variants/],
    ['an unknown offer', placementsWith({ variants: [{ id: 'a', offer: 'x', weight: 1 }] }), /no offer x/],
    ['an unknown placement', placementsWith({ placements: ['x'] }), /no placement x/],
    ['an unknown operator', placementsWith({ when: { log: [1] } }), /after-level\.when\.log: not an operator/],
  ];
  it.each(bad)('%s', (_, file, message) => {
    expect(() => compileTiming(file)).toThrow(message);
  });
});

function plain(decision: ReturnType<typeof decideRow>): unknown {
  return { ...decision, explain: decision.explain() };
}

function deepFreeze<T>(value: T): T {
  if (value !== null && typeof value === 'object') Object.values(value).forEach(deepFreeze);
  return Object.freeze(value);
}
