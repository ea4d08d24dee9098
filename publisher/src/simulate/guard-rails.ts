/** Holds what a simulation found against the guard-rails of the file, and names who broke one, when and by how much. */
import type { Expectation, Expectations } from '../placements/expect.ts';
import type { Figures } from './figures.ts';
import type { Ground } from './life.ts';
import type { Tally } from './tally.ts';
import { traceLife, type Moment } from './trace.ts';

export interface BrokenExpectation {
  readonly expectation: Expectation;
  /** In the unit of the expectation's value. */
  readonly found: number;
  /** The player at that rank; `null` when the figure is nobody's, as a share is. */
  readonly player: number | null;
  readonly persona: string | null;
  /** Minute of that player's play at which it was broken, or their last when something never came. */
  readonly minute: number | null;
}

const MINUTE_MS = 60_000;
const HOUR_MS = 3_600_000;
const DAY_MS = 86_400_000;

/** Every guard-rail that does not hold, in the order of the file. */
export function brokenExpectations(
  expectations: Expectations,
  figures: Figures,
  tally: Tally,
  ground: Ground,
): readonly BrokenExpectation[] {
  return expectations.flatMap((expectation): readonly BrokenExpectation[] => {
    const found = foundFor(expectation, figures, tally);
    if (found === null || holds(expectation, found.value)) return [];
    const { value, player } = found;
    if (player === null) return [{ expectation, found: value, player, persona: null, minute: null }];
    const { persona, moments } = traceLife(ground, player);
    const minute = Math.floor(breakingMs(expectation, moments, ground) / MINUTE_MS);
    return [{ expectation, found: value, player, persona, minute }];
  });
}

/** `null`: there is nothing to measure, as when nobody was asked. */
function foundFor(
  { metric, percentile, bound, currency }: Expectation,
  figures: Figures,
  tally: Tally,
): { readonly value: number; readonly player: number | null } | null {
  if (metric === 'shareNeverAsked') {
    const isAsked = bound === 'min';
    const first = tally.players.findIndex((one) => (one.firstOfferMs === null) !== isAsked);
    return { value: figures.shareNeverAsked, player: first < 0 ? null : first };
  }
  // The least over all players: their 0th percentile by nearest rank.
  if (metric === 'firstOfferAfterMinutes') return figures.firstOfferAfterMinutes.at(0);
  const distribution = metric === 'spendPerDay' ? figures.spendPerDay.get(currency ?? '') : figures[metric];
  return distribution?.at(percentile ?? 100) ?? null;
}

const holds = ({ bound, value }: Expectation, found: number): boolean =>
  bound === 'max' ? found <= value : found >= value;

/** Play, ms, of the player at which the figure passed the bound. */
function breakingMs(expectation: Expectation, moments: readonly Moment[], ground: Ground): number {
  const offers = moments.filter(({ event }) => event.kind === 'shown' && event.campaign !== null);
  const lastMs = moments.at(-1)?.playedMs ?? 0;
  const { metric, bound, value, currency } = expectation;
  if (metric === 'firstOfferAfterMinutes') return offers[0]?.playedMs ?? lastMs;
  if (metric === 'shareNeverAsked') return bound === 'min' ? (offers[0]?.playedMs ?? lastMs) : lastMs;
  if (bound === 'min') return lastMs;
  if (metric === 'offersPerHour') {
    const allowed = value * Math.max(1, lastMs / HOUR_MS);
    return offers[Math.floor(allowed)]?.playedMs ?? lastMs;
  }
  const spanOf = (one: Moment): number =>
    metric === 'offersPerSession' ? one.session : Math.floor((one.nowMs - ground.setup.fromMs) / DAY_MS);
  const sums = new Map<number, number>();
  for (const one of metric === 'offersPerSession' ? offers : moments) {
    const { event } = one;
    const price =
      event.kind === 'answered' && event.outcome === 'accepted' ? ground.offers.get(event.offer) : undefined;
    const more = metric === 'offersPerSession' ? 1 : price?.currency === currency ? (price?.priceMinor ?? 0) : 0;
    const sum = (sums.get(spanOf(one)) ?? 0) + more;
    if (sum > value) return one.playedMs;
    sums.set(spanOf(one), sum);
  }
  return lastMs;
}
