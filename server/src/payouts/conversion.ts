/** What a publisher's payable comes to in the payout currency: rounded down, where a charge is rounded up. */
import { exponentOf, type RateTable } from '@coinslot/protocol';
import { rateOf } from '../exchange/conversion.ts';

export interface PayoutConversion {
  /** Towards minus infinity: of what is owed the publisher has the odd part less, of what the publisher owes the more. */
  readonly convertedMinor: bigint;
  /** 1 when there was an odd part: the unit that the exchange position gives up beside, to the rounding account. */
  readonly roundingMinor: bigint;
}

/** Signed. Throws RATE_STALE for a currency that the table does not have. */
export function convertDown(amountMinor: bigint, from: string, to: string, table: RateTable): PayoutConversion {
  const numerator = amountMinor * rateOf(table, to) * 10n ** BigInt(exponentOf(to));
  const denominator = rateOf(table, from) * 10n ** BigInt(exponentOf(from));
  const quotient = numerator / denominator; // bigint division cuts towards zero
  const isExact = quotient * denominator === numerator;
  const convertedMinor = isExact || numerator >= 0n ? quotient : quotient - 1n;
  return { convertedMinor, roundingMinor: isExact ? 0n : 1n };
}
