/** What a price comes to in the player's currency, and whether the table it was computed from may still be used. */
import { convertMoney, exponentOf, LIMITS, ProtocolError, type Money, type RateTable } from '@coinslot/protocol';
import type { PostedRateTable } from './types.ts';

export interface Conversion {
  readonly chargedMinor: bigint;
  /** What rounding up added: 0 or 1 minor unit. */
  readonly roundingMinor: bigint;
}

/**
 * A table may be used while it is valid and newest, and for ten minutes after its successor took over: that is the longest
 * that an offer shown under it can be under way.
 */
export function isUsable({ table, supersededAtMs = Infinity }: PostedRateTable, nowMs: number): boolean {
  return table.notBeforeMs <= nowMs && nowMs <= Math.min(table.notAfterMs, supersededAtMs + LIMITS.deadlineMsMax);
}

/** `convertMoney`, and how much of it is rounding. Throws RATE_STALE, OFFER_CURRENCY or OFFER_PRICE. */
export function convert(price: Money, currency: string, table: RateTable): Conversion {
  const chargedMinor = convertMoney(price, currency, table).amountMinor;
  return { chargedMinor, roundingMinor: isExact(price, { amountMinor: chargedMinor, currency }, table) ? 0n : 1n };
}

/** Whether the charge is worth the price to the last digit: the two fractions are compared by cross-multiplication. */
function isExact(price: Money, charge: Money, table: RateTable): boolean {
  const worth = price.amountMinor * rateOf(table, charge.currency) * 10n ** BigInt(exponentOf(charge.currency));
  const paid = charge.amountMinor * rateOf(table, price.currency) * 10n ** BigInt(exponentOf(price.currency));
  return worth === paid;
}

const BASE_RATE_E8 = 100_000_000n;

/** Units of a currency for one of the base, times 10^8. Throws RATE_STALE for one that the table does not have. */
export function rateOf(table: RateTable, currency: string): bigint {
  if (currency === table.base) return BASE_RATE_E8;
  const rate = table.rates.find((one) => one.currency === currency);
  if (rate === undefined) throw new ProtocolError('RATE_STALE', `rate table ${table.id}: no rate for ${currency}`);
  return rate.rateE8;
}
