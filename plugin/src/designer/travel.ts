/** Time travel: another day, other answers, another wallet, as overrides for `preview`. Nothing of it is ever written back. */
import { startSession, type TimingState, type WalletStanding } from '../timing/index.ts';

const DAY_MS = 86_400_000;
const MINUTE_MS = 60_000;

export interface Travel {
  isOn: boolean;
  /** 1 is the day of the player's first session. */
  day: number;
  /** In the session that is looked at. */
  declines: number;
  /** Since the last of them. */
  minutesSinceDecline: number;
  minutesPlayed: number;
  /** `as-is`: what is so. */
  wallet: WalletStanding | 'as-is';
}

/** The day that the player is in now. */
export const dayNumber = ({ firstSessionAtMs }: TimingState, nowMs: number): number =>
  Math.max(1, Math.floor((nowMs - firstSessionAtMs) / DAY_MS) + 1);

/** Where a journey begins: now. */
export const hereAndNow = (state: TimingState, nowMs: number): Travel => ({
  isOn: false,
  day: dayNumber(state, nowMs),
  declines: state.sessionDeclined,
  minutesSinceDecline: 10,
  minutesPlayed: Math.round(state.playedMs / MINUTE_MS),
  wallet: 'as-is',
});

/**
 * The state that `preview` is to answer under. Another day is a new session of it: the past moves back, so that the clock of the
 * machine can stay. At a boundary play rests and no offer is open, travelling or not.
 */
export function assumedState(state: TimingState, travel: Travel, nowMs: number): TimingState {
  const rested = { ...state, playing: false, overlayOpen: false };
  if (!travel.isOn) return rested;
  const { day, declines, minutesSinceDecline, minutesPlayed, wallet } = travel;
  const days = day - dayNumber(state, nowMs);
  const elsewhere = days === 0 ? rested : onAnotherDay(rested, days);
  return {
    ...elsewhere,
    playedMs: minutesPlayed * MINUTE_MS,
    sessionDeclined: declines,
    declined: Math.max(state.declined, declines),
    lastDeclinedAtMs: declines > 0 ? nowMs - minutesSinceDecline * MINUTE_MS : elsewhere.lastDeclinedAtMs,
    ...(wallet !== 'as-is' && { wallet }),
  };
}

function onAnotherDay(state: TimingState, days: number): TimingState {
  const { wallet, owned } = state;
  const back = (atMs: number | null): number | null => (atMs === null ? null : atMs - days * DAY_MS);
  return {
    ...startSession(state),
    ...{ wallet, owned },
    firstSessionAtMs: state.firstSessionAtMs - days * DAY_MS,
    lastShownAtMs: back(state.lastShownAtMs),
    lastDeclinedAtMs: back(state.lastDeclinedAtMs),
    day: state.day - days,
  };
}
