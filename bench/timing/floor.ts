/** A file of a hundred campaigns, players to ask about, and what the engine is held against: the same rules written out by hand. */
import type { Boundary, Campaign, Facts, PlacementsFile, ShownCounts, TimingState } from '@coinslot/plugin/timing';

export const CAMPAIGNS = 100;
const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;
const PLACEMENT = 'level-end';

/** Numbers in [0, 1) from a seed: mulberry32, for the same players in every run. */
export function dice(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 0x1_0000_0000;
  };
}

/** All at one placement, which is the worst that a file of a hundred can ask of one call; each with a condition, caps and waits. */
export function hundredCampaigns(): PlacementsFile {
  const offers = Array.from({ length: 10 }, (_, i) => [`offer-${i}`, { target: `target-${i}` }] as const);
  return {
    version: 1,
    game: 'bench',
    offers: Object.fromEntries(offers),
    covers: {},
    placements: [{ name: PLACEMENT, on: { kind: 'breakpoint' }, duringPlay: false }],
    campaigns: Array.from({ length: CAMPAIGNS }, (_, i) => campaignAt(i)),
    overall: { caps: { session: 3, day: 6, lifetime: 120 } },
  };
}

function campaignAt(i: number): Campaign {
  return {
    id: `campaign-${i}`,
    placements: [PLACEMENT],
    variants:
      i % 5 === 0
        ? [
            { id: 'a', offer: `offer-${i % 10}`, weight: 2 },
            { id: 'b', offer: `offer-${(i + 1) % 10}`, weight: 1 },
          ]
        : [{ id: 'only', offer: `offer-${i % 10}`, weight: 1 }],
    when: {
      and: [
        { '>=': [{ var: 'level' }, 1 + (i % 7)] },
        { '<': [{ var: 'session.declines' }, 2] },
        { '>=': [{ var: 'session.minutes' }, i % 4] },
      ],
    },
    delayMs: 0,
    firstOfferAfterPlayMs: 5 * MINUTE_MS,
    cooldownMs: (4 + (i % 3)) * MINUTE_MS,
    quietAfterDeclineMs: 15 * MINUTE_MS,
    caps: { session: 2, day: 4, lifetime: 40 },
    afterDecline: 'continue',
    priority: i % 3,
    holdout: i % 4 === 0 ? 0.1 : 0,
    startMs: null,
    endMs: null,
  };
}

export interface Asked {
  readonly state: TimingState;
  readonly boundary: Boundary;
  readonly nowMs: number;
}

/**
 * Players as games have them: most in the middle of something that holds an offer back, some whom one is due. Every campaign
 * has been seen by some.
 */
export function players(count: number, nowMs: number): readonly Asked[] {
  const roll = dice(1);
  const upTo = (most: number): number => Math.floor(roll() * (most + 1));
  const counts = (): ShownCounts => {
    const session = upTo(3);
    const day = session + upTo(4);
    return { session, day, lifetime: day + upTo(110) };
  };
  const ago = (mostMs: number): number | null => (roll() < 0.5 ? null : nowMs - Math.floor(roll() * mostMs));
  return Array.from({ length: count }, (_, i): Asked => {
    const seen = Array.from({ length: upTo(12) }, () => [`campaign-${upTo(CAMPAIGNS - 1)}`, counts()] as const);
    const state: TimingState = {
      seed: `player-${i}`,
      dayOffsetMs: 0,
      playing: false,
      overlayOpen: false,
      wallet: 'ready',
      owned: Array.from({ length: upTo(3) }, () => `target-${upTo(9)}`),
      sessions: 1 + upTo(20),
      firstSessionAtMs: nowMs - upTo(30) * DAY_MS,
      playedMs: upTo(600) * MINUTE_MS,
      sessionPlayedMs: upTo(40) * MINUTE_MS,
      shown: counts(),
      campaigns: Object.fromEntries(seen),
      day: Math.floor(nowMs / DAY_MS) - (roll() < 0.2 ? 1 : 0),
      accepted: upTo(3),
      declined: upTo(10),
      sessionDeclined: roll() < 0.8 ? 0 : upTo(3),
      lastShownAtMs: ago(20 * MINUTE_MS),
      lastDeclinedAtMs: ago(60 * MINUTE_MS),
    };
    return { state, boundary: { placement: PLACEMENT, facts: { level: upTo(9) } }, nowMs };
  });
}

const NONE: ShownCounts = { session: 0, day: 0, lifetime: 0 };

/**
 * The same rules as a programmer would write them for this one file: no conditions to interpret, no reasons, no explanation,
 * nobody held out and no variants to draw. Gives the number of the campaign, or -1.
 */
export function byHand(file: PlacementsFile): (asked: Asked) => number {
  const ordered = [...file.campaigns].sort((a, b) => b.priority - a.priority);
  const numbers = ordered.map(({ id }) => Number(id.slice('campaign-'.length)));
  return ({ state, boundary, nowMs }) => {
    if (state.playing || state.overlayOpen || state.wallet !== 'ready') return -1;
    const level = (boundary.facts as Facts)['level'] as number;
    const isToday = state.day === Math.floor((nowMs + state.dayOffsetMs) / DAY_MS);
    const minutes = state.sessionPlayedMs / MINUTE_MS;
    const all = state.shown;
    if (all.session >= 3 || (isToday && all.day >= 6) || all.lifetime >= 120) return -1;
    if (all.lifetime === 0 && state.playedMs < 5 * MINUTE_MS) return -1;
    if (state.lastDeclinedAtMs !== null && nowMs - state.lastDeclinedAtMs < 15 * MINUTE_MS) return -1;
    for (let k = 0; k < ordered.length; k++) {
      const i = numbers[k]!;
      const campaign = ordered[k]!;
      if (level < 1 + (i % 7) || state.sessionDeclined >= 2 || minutes < i % 4) continue;
      if (state.lastShownAtMs !== null && nowMs - state.lastShownAtMs < (4 + (i % 3)) * MINUTE_MS) continue;
      if (state.owned.includes(`target-${i % 10}`)) continue;
      const own = state.campaigns[campaign.id] ?? NONE;
      if (own.session >= 2 || (isToday && own.day >= 4) || own.lifetime >= 40) continue;
      return i;
    }
    return -1;
  };
}
