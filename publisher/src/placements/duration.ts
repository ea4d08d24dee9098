/** Durations as designers write them: `90s`, `4m`, `1h30m`, `2d`. */

const UNITS: Readonly<Record<string, number>> = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 };

/** One or more whole numbers, each with its unit. */
export const DURATION = /^(\d{1,9}(ms|s|m|h|d))+$/;

/** Milliseconds of a text that matches `DURATION`. */
export function durationMs(text: string): number {
  let sum = 0;
  for (const [, count, unit] of text.matchAll(/(\d+)(ms|s|m|h|d)/g)) sum += Number(count) * (UNITS[unit ?? ''] ?? 0);
  return sum;
}
