/**
 * What of a player's state goes into a recording: enough that the same rules decide the same, and no more. A seed is what two
 * recordings of one player could be put together by, so another takes its place; times are kept as exact as the rules read them.
 */
import { isHeldOut, variantFor } from './assignment.ts';
import { factsOf } from './rule.ts';
import type { Campaign, PlacementsFile, TimingState } from './types.ts';

const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;
const SEED_BYTES = 8;
/** Seeds drawn before the nearest is taken: some 50 ms. */
export const STAND_IN_TRIES = 100_000;

export interface StandIn {
  readonly seed: string;
  /** Campaigns in which it is assigned otherwise than the player is; empty but for files of many experiments. */
  readonly otherwise: readonly string[];
}

type RandomBytes = (length: number) => Uint8Array;

/** A seed that is assigned as the player's own is, drawn from `random` alone. */
export function standIn(seed: string, file: PlacementsFile, random: RandomBytes): StandIn {
  const assigned = file.campaigns.filter(({ holdout, variants }) => holdout > 0 || variants.length > 1);
  const differs = (drawn: string, { id, holdout, variants }: Campaign): boolean =>
    isHeldOut(drawn, id, holdout) !== isHeldOut(seed, id, holdout) ||
    variantFor(drawn, id, variants).id !== variantFor(seed, id, variants).id;
  let nearest: StandIn | undefined;
  for (let tries = 0; tries < STAND_IN_TRIES; tries++) {
    const drawn = Array.from(random(SEED_BYTES), (byte) => byte.toString(16).padStart(2, '0')).join('');
    if (drawn === seed) continue;
    const otherwise = assigned.filter((campaign) => differs(drawn, campaign)).map(({ id }) => id);
    if (otherwise.length < (nearest?.otherwise.length ?? Infinity)) nearest = { seed: drawn, otherwise };
    if (nearest?.otherwise.length === 0) break;
  }
  if (nearest === undefined) throw new RangeError('random: gives the same over and over');
  return nearest;
}

/** Names of the facts that any condition of a file reads. */
export const factsRead = (file: PlacementsFile): ReadonlySet<string> =>
  new Set(file.campaigns.flatMap(({ when }) => factsOf(when)));

/** Start of the minute. */
export const minuteOf = (atMs: number): number => Math.floor(atMs / MINUTE_MS) * MINUTE_MS;

/**
 * A state as a recording may hold it, moved so that it begins with the minute. Times that no rule of the file can tell apart any
 * more lose their seconds, the first session all but its day, and campaigns that are not in the file go.
 */
export function recordableState(state: TimingState, seed: string, file: PlacementsFile, atMs: number): TimingState {
  const startMs = minuteOf(atMs);
  const read = factsRead(file);
  const longestMs = Math.max(0, ...file.campaigns.flatMap((one) => [one.cooldownMs, one.quietAfterDeclineMs]));
  const moved = (wasMs: number): number => wasMs - (atMs - startMs);
  const since = (wasMs: number | null): number | null => {
    if (wasMs === null) return null;
    return atMs - wasMs > longestMs ? minuteOf(moved(wasMs)) : moved(wasMs);
  };
  const daysMs = Math.floor((atMs - state.firstSessionAtMs) / DAY_MS) * DAY_MS;
  const isPlayRead = state.shown.lifetime === 0 || read.has('player.minutes');
  const ids = new Set(file.campaigns.map(({ id }) => id));
  return {
    ...state,
    seed,
    firstSessionAtMs: read.has('player.days') ? moved(state.firstSessionAtMs) : startMs - daysMs,
    playedMs: isPlayRead ? state.playedMs : Math.max(minuteOf(state.playedMs), state.sessionPlayedMs),
    lastShownAtMs: since(state.lastShownAtMs),
    lastDeclinedAtMs: since(state.lastDeclinedAtMs),
    campaigns: Object.fromEntries(Object.entries(state.campaigns).filter(([id]) => ids.has(id))),
  };
}
