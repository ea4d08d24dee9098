/** What happens to a player's timing state. Every function returns a new state; none looks at a clock. */
import type { ShownCounts, TimingState } from './types.ts';

const DAY_MS = 86_400_000;
const NONE: ShownCounts = Object.freeze({ session: 0, day: 0, lifetime: 0 });

/** Whole days since 1970 in the player's calendar. */
export const dayOf = (state: Pick<TimingState, 'dayOffsetMs'>, nowMs: number): number =>
  Math.floor((nowMs + state.dayOffsetMs) / DAY_MS);

/** Counts as of now: those of the day are 0 once the day is over. */
export function countsAt(state: TimingState, counts: ShownCounts | undefined, nowMs: number): ShownCounts {
  if (counts === undefined) return NONE;
  return counts.day === 0 || state.day === dayOf(state, nowMs) ? counts : { ...counts, day: 0 };
}

/** One count as of now, without making anything: the engine asks for hundreds in a call. */
export function countAt(
  state: TimingState,
  counts: ShownCounts | undefined,
  span: keyof ShownCounts,
  nowMs: number,
): number {
  if (counts === undefined) return 0;
  return span === 'day' && state.day !== dayOf(state, nowMs) ? 0 : counts[span];
}

/** A player who has never played. `seed` is random and kept for ever; `dayOffsetMs` is added to UTC for the calendar day. */
export function newTimingState(seed: string, dayOffsetMs: number, nowMs: number): TimingState {
  return {
    seed,
    dayOffsetMs,
    playing: false,
    overlayOpen: false,
    wallet: 'unknown',
    owned: [],
    sessions: 0,
    firstSessionAtMs: nowMs,
    playedMs: 0,
    sessionPlayedMs: 0,
    shown: NONE,
    campaigns: {},
    day: dayOf({ dayOffsetMs }, nowMs),
    accepted: 0,
    declined: 0,
    sessionDeclined: 0,
    lastShownAtMs: null,
    lastDeclinedAtMs: null,
  };
}

/** A new session: counts of the session start again, what was open or playing is not any more. */
export function startSession(state: TimingState): TimingState {
  const campaigns = Object.entries(state.campaigns).map(([id, counts]) => [id, { ...counts, session: 0 }] as const);
  return {
    ...state,
    playing: false,
    overlayOpen: false,
    wallet: 'unknown',
    sessions: state.sessions + 1,
    sessionPlayedMs: 0,
    sessionDeclined: 0,
    shown: { ...state.shown, session: 0 },
    campaigns: Object.fromEntries(campaigns),
  };
}

/** `playedMs` more of play have passed. */
export const addPlay = (state: TimingState, playedMs: number): TimingState => ({
  ...state,
  playedMs: state.playedMs + playedMs,
  sessionPlayedMs: state.sessionPlayedMs + playedMs,
});

/**
 * An offer was shown. With a campaign it was timing's doing and counts towards the caps; without, the player asked for it,
 * which only starts the cooldown.
 */
export function recordShown(state: TimingState, campaign: string | undefined, nowMs: number): TimingState {
  if (campaign === undefined) return { ...state, lastShownAtMs: nowMs };
  const add = (counts: ShownCounts | undefined): ShownCounts => {
    const { session, day, lifetime } = countsAt(state, counts, nowMs);
    return { session: session + 1, day: day + 1, lifetime: lifetime + 1 };
  };
  const today = Object.keys(state.campaigns).map((id) => [id, countsAt(state, state.campaigns[id], nowMs)] as const);
  return {
    ...state,
    lastShownAtMs: nowMs,
    shown: add(state.shown),
    campaigns: { ...Object.fromEntries(today), [campaign]: add(state.campaigns[campaign]) },
    day: dayOf(state, nowMs),
  };
}

export const recordDeclined = (state: TimingState, nowMs: number): TimingState => ({
  ...state,
  declined: state.declined + 1,
  sessionDeclined: state.sessionDeclined + 1,
  lastDeclinedAtMs: nowMs,
});

export const recordAccepted = (state: TimingState): TimingState => ({ ...state, accepted: state.accepted + 1 });

/**
 * Whether something from outside (a store that is the player's to edit, a recording) is a state as it is kept: what is only true
 * now (playing, owned, wallet, dialog) is not looked at.
 */
export function isTimingState(kept: unknown): kept is TimingState {
  const state = kept as TimingState | null | undefined;
  const isTimeOrNever = (value: unknown): boolean => value === null || isCount(value);
  return (
    typeof state?.seed === 'string' &&
    COUNTS.every((name) => isCount(state[name])) &&
    isTimeOrNever(state.lastShownAtMs) &&
    isTimeOrNever(state.lastDeclinedAtMs) &&
    areShownCounts(state.shown) &&
    typeof state.campaigns === 'object' &&
    state.campaigns !== null &&
    Object.values(state.campaigns).every(areShownCounts)
  );
}

const COUNTS = [
  'sessions',
  'firstSessionAtMs',
  'playedMs',
  'sessionPlayedMs',
  'day',
  'accepted',
  'declined',
  'sessionDeclined',
] as const;

const isCount = (value: unknown): boolean => typeof value === 'number' && Number.isFinite(value) && value >= 0;

const areShownCounts = (counts: ShownCounts | null | undefined): boolean =>
  isCount(counts?.session) && isCount(counts?.day) && isCount(counts?.lifetime);
