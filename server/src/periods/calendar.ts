/**
 * Months, as the books know them: half-open UTC intervals named by an integer YYYYMM. Nothing else computes months, so that no
 * local time, no summer time and no "31 January plus a month" can get in.
 */

/** YYYYMM of a time, UTC. */
export function periodOf(atMs: number): number {
  const at = new Date(atMs);
  return at.getUTCFullYear() * 100 + at.getUTCMonth() + 1;
}

/** Whether a number names a month, from 1970 on. */
export function isPeriod(period: number): boolean {
  const [year, month] = [Math.floor(period / 100), period % 100];
  return Number.isInteger(period) && year >= 1970 && year <= 9999 && month >= 1 && month <= 12;
}

/** The first millisecond of a period. Throws RangeError for an integer that names no month. */
export function startOf(period: number): number {
  if (!isPeriod(period)) throw new RangeError(`period: ${period} is no month, expected YYYYMM`);
  return Date.UTC(Math.floor(period / 100), (period % 100) - 1, 1);
}

/** December is followed by January of the next year. */
export const nextPeriod = (period: number): number => (period % 100 === 12 ? period + 89 : period + 1);

/** The millisecond after the last one of a period. */
export const endOf = (period: number): number => startOf(nextPeriod(period));

/** How many months a period is after another; negative when it is before. */
export const monthsBetween = (from: number, to: number): number =>
  (Math.floor(to / 100) - Math.floor(from / 100)) * 12 + (to % 100) - (from % 100);
