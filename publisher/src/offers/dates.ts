/** Dates in files: a day (UTC) or a moment with its offset. */

const DAY_MS = 86_400_000;

/** First millisecond of a day, or the moment itself; undefined for a date that does not exist. */
export function beginningOf(text: string): number | undefined {
  const isDay = text.length === 10;
  const atMs = Date.parse(isDay ? `${text}T00:00:00Z` : text);
  if (Number.isNaN(atMs)) return undefined;
  // Date.parse takes 31 April for 1 May; the day in the text must be the day it means.
  const day = new Date(Date.parse(`${text.slice(0, 10)}T00:00:00Z`)).toISOString().slice(0, 10);
  return day === text.slice(0, 10) ? atMs : undefined;
}

/** Last millisecond of a day, or the moment itself; undefined for a date that does not exist. */
export function endOf(text: string): number | undefined {
  const beginning = beginningOf(text);
  return beginning === undefined || text.length > 10 ? beginning : beginning + DAY_MS - 1;
}

/** `2027-01-31`, in UTC. */
export const dayOf = (atMs: number): string => new Date(atMs).toISOString().slice(0, 10);
