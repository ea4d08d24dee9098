/** RateTable, signed by the server, numbered: what currencies are worth, for a time. */
import { LIMITS } from '../limits.ts';
import { amount, currencyCode, decodeAs, encodeAs, list, record, timeMs, uint32, type ValueOf } from '../shape.ts';

const rate = record('Rate', {
  currency: currencyCode,
  /** Major units of `currency` for one major unit of the base, times 10^8. */
  rateE8: amount,
});

const rateTableShape = record('RateTable', {
  /** Rises by one with every table; 0 is never used. */
  id: uint32,
  base: currencyCode,
  notBeforeMs: timeMs,
  notAfterMs: timeMs,
  rates: list(rate, 0, LIMITS.ratesMax, ({ currency }) => currency),
});

export type RateTable = ValueOf<typeof rateTableShape>;
export const encodeRateTable = (value: RateTable): Uint8Array => encodeAs(rateTableShape, 'RateTable', value);
export const decodeRateTable = (input: Uint8Array): RateTable => decodeAs(rateTableShape, 'RateTable', input);
