/**
 * Money, computed here once more: fees, conversions in both directions, months. Written from `docs/spec/money.md` and
 * `docs/internals/money.md` and from nothing of the server's own code.
 */
import { exponentOf, type Money, type RateTable } from '@coinslot/protocol';

const BASIS_POINTS = 10_000n;
const BASE_RATE_E8 = 100_000_000n;

/** The server's part of a price, rounded down. */
export const feeOf = (priceMinor: bigint, feeBasisPoints: number): bigint =>
  (priceMinor * BigInt(feeBasisPoints)) / BASIS_POINTS;

/** What an amount is worth in another currency. */
export interface Worth {
  /** Whole minor units, what is left over cut off. */
  readonly downMinor: bigint;
  /** The same or one more: what is left over counts as a whole unit. */
  readonly upMinor: bigint;
}

/** Under a table; `undefined` when it has no rate for one of the two. */
export function worthOf({ amountMinor, currency }: Money, to: string, table: RateTable): Worth | undefined {
  const [fromRate, toRate] = [rateOf(table, currency), rateOf(table, to)];
  if (fromRate === undefined || toRate === undefined) return undefined;
  const numerator = amountMinor * toRate * 10n ** BigInt(exponentOf(to));
  const denominator = fromRate * 10n ** BigInt(exponentOf(currency));
  const downMinor = numerator / denominator;
  return { downMinor, upMinor: downMinor * denominator === numerator ? downMinor : downMinor + 1n };
}

function rateOf({ base, rates }: RateTable, currency: string): bigint | undefined {
  if (currency === base) return BASE_RATE_E8;
  const rate = rates.find((one) => one.currency === currency)?.rateE8;
  return rate === 0n ? undefined : rate;
}

/** The UTC month of a time, YYYYMM: read off its ISO text, where the server's calendar asks for year and month. */
export const monthOf = (atMs: number): number => Number(new Date(atMs).toISOString().slice(0, 7).replace('-', ''));

/** The month after. */
export function monthAfter(month: number): number {
  const months = Math.floor(month / 100) * 12 + (month % 100); // months since year 0, the next one counted from 0
  return Math.floor(months / 12) * 100 + (months % 12) + 1;
}
