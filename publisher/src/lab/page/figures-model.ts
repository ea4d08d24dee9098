/** Figures over recorded sessions under rules: the funnel of each campaign, times to answer, offers an hour. */
import { offersPerHour, type PlacementsFile, type Replay, type SkipReason } from '@coinslot/plugin/timing';

/** Of one campaign, counted over all sessions. */
export interface Funnel {
  readonly campaign: string;
  /** Boundaries at which it may ask. */
  readonly reached: number;
  /** Of these: those with its conditions met, by players who do not own what it offers and are not held out. */
  readonly eligible: number;
  readonly shown: number;
  readonly accepted: number;
}

/** Checks that say whether a campaign is for this player here at all; what comes after them is pacing and the wallet. */
const FOR_THIS_PLAYER: readonly SkipReason[] = [
  'not-at-boundary',
  'overlay-busy',
  'no-rule-match',
  'already-entitled',
  'holdout',
];

export function funnelOf(file: PlacementsFile, replays: readonly Replay[]): Funnel[] {
  const counts = new Map(file.campaigns.map(({ id }) => [id, { reached: 0, eligible: 0, shown: 0, accepted: 0 }]));
  for (const { boundaries, offers } of replays) {
    for (const { decision } of boundaries) {
      for (const { campaign, checks } of decision?.explain() ?? []) {
        const count = counts.get(campaign)!;
        count.reached += 1;
        if (checks.every((one) => one.passed || !FOR_THIS_PLAYER.includes(one.reason))) count.eligible += 1;
      }
    }
    for (const { campaign, shownT, outcome } of offers) {
      const count = campaign === null ? undefined : counts.get(campaign);
      if (count === undefined || shownT === null) continue;
      count.shown += 1;
      if (outcome === 'accepted') count.accepted += 1;
    }
  }
  return [...counts].map(([campaign, count]) => ({ campaign, ...count }));
}

/** A histogram: `labels[i]` is what `counts[i]` counts. */
export interface Bins {
  readonly labels: readonly string[];
  readonly counts: readonly number[];
}

const ANSWER_EDGES_S = [0, 2, 4, 6, 8, 10, 15, 20, 30, 60, 120] as const;

/** Seconds from the dialog to the player's own answer; assumed answers have none. */
export function answerTimes(replays: readonly Replay[]): Bins {
  const seconds = replays.flatMap(({ offers }) =>
    offers.flatMap(({ from, shownT, answeredT, outcome }) =>
      from === 'recorded' && shownT !== null && answeredT !== null && outcome !== 'failed' && outcome !== 'held-back'
        ? [(answeredT - shownT) / 1_000]
        : [],
    ),
  );
  const labels = ANSWER_EDGES_S.map(
    (from, i) => `${from}${ANSWER_EDGES_S[i + 1] === undefined ? '+' : `–${ANSWER_EDGES_S[i + 1]}`}`,
  );
  return { labels, counts: binned(seconds, ANSWER_EDGES_S) };
}

const HOURLY_EDGES = [0, 0.5, 1, 2, 3, 4, 5, 6, 8, 10, 15] as const;
/** Sessions by offers an hour of play, counted as the simulator counts players. */
export function hourlyOffers(replays: readonly Replay[]): Bins {
  const rates = replays.map(({ offers, playedMs }) => offersPerHour(shownByTiming(offers), playedMs));
  const labels = HOURLY_EDGES.map((from, i) => {
    const to = HOURLY_EDGES[i + 1];
    return to === undefined ? `${from}+` : from === 0 ? `under ${to}` : `${from}–${to}`;
  });
  return { labels, counts: binned(rates, HOURLY_EDGES) };
}

const shownByTiming = (offers: Replay['offers']): number =>
  offers.filter((one) => one.campaign !== null && one.shownT !== null).length;

/** Offers by the minute of the session in which they were shown. */
export function offersByMinute(replays: readonly Replay[], endMs: number): Bins {
  const minutes = replays.flatMap(({ offers }) =>
    offers.flatMap(({ campaign, shownT }) => (campaign === null || shownT === null ? [] : [shownT / 60_000])),
  );
  const width = Math.max(1, Math.ceil(endMs / 60_000 / 15));
  const edges = Array.from({ length: Math.max(1, Math.ceil(endMs / 60_000 / width)) }, (_, i) => i * width);
  return {
    labels: edges.map((from) => (width === 1 ? String(from + 1) : `${from + 1}–${from + width}`)),
    counts: binned(minutes, edges),
  };
}

function binned(values: readonly number[], edges: readonly number[]): number[] {
  const counts = edges.map(() => 0);
  for (const value of values) {
    const at = edges.findLastIndex((edge) => value >= edge);
    if (at >= 0) counts[at]! += 1;
  }
  return counts;
}
