/** From when to when a signed price holds, so that signing the same file again changes nothing. */
import type { Validity } from '../offers/read.ts';

const DAY_MS = 86_400_000;

/** Both ends in ms, inclusive, as they stand in quotes and pairing headers. */
export interface Window {
  readonly notBeforeMs: number;
  readonly notAfterMs: number;
}

/**
 * The window to sign. The one signed before is kept while it still says what the file says: for a fixed end, the same end;
 * for a number of days, the same length with at least half of it left.
 */
export function windowOf(validity: Validity, previous: Window | undefined, nowMs: number): Window {
  const { fromMs, untilMs, days } = validity;
  if (fromMs !== undefined) return { notBeforeMs: fromMs, notAfterMs: untilMs ?? fromMs + (days ?? 0) * DAY_MS };
  if (untilMs !== undefined) {
    const isKept = previous?.notAfterMs === untilMs && previous.notBeforeMs <= nowMs;
    return { notBeforeMs: isKept ? previous.notBeforeMs : nowMs, notAfterMs: untilMs };
  }
  const lengthMs = (days ?? 0) * DAY_MS;
  const isKept =
    previous !== undefined &&
    previous.notAfterMs - previous.notBeforeMs === lengthMs &&
    previous.notBeforeMs <= nowMs &&
    previous.notAfterMs - nowMs >= lengthMs / 2;
  return isKept
    ? { notBeforeMs: previous.notBeforeMs, notAfterMs: previous.notAfterMs }
    : { notBeforeMs: nowMs, notAfterMs: nowMs + lengthMs };
}
