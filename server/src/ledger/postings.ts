/** Which postings each economic event makes. Pure: amounts in, postings out. */
import type { AccountName, Posting } from './types.ts';

/** What an approved payment moves. */
export interface PaymentMoney {
  readonly player: AccountName;
  readonly publisherId: string;
  /** The publisher's price, in the currency sold in. */
  readonly priceMinor: bigint;
  readonly priceCurrency: string;
  /** In the player's currency. */
  readonly chargedMinor: bigint;
  /** The part of the charge that rounding up added: 0 or 1. */
  readonly roundingMinor: bigint;
  /** The server's part of the price, in hundredths of a percent. */
  readonly feeBasisPoints: number;
}

const BASIS_POINTS = 10_000n;
const own = (kind: 'fees' | 'exchange-position' | 'rounding' | 'bank', currency: string): AccountName => ({
  kind,
  owner: '',
  currency,
});

/**
 * Player to publisher, the fee apart. Across currencies the two legs meet in the exchange position, each in its own
 * currency, and what rounding up added goes to the rounding account instead.
 */
export function paymentPostings(money: PaymentMoney): Posting[] {
  const { player, publisherId, priceMinor, priceCurrency, chargedMinor, roundingMinor } = money;
  const payable: AccountName = { kind: 'publisher-payable', owner: publisherId, currency: priceCurrency };
  // Rounded down: the odd part of a minor unit is the publisher's.
  const fee = (priceMinor * BigInt(money.feeBasisPoints)) / BASIS_POINTS;
  const converts = player.currency !== priceCurrency;
  const payer = converts ? own('exchange-position', priceCurrency) : player;
  const charge: Posting[] = converts
    ? [
        { debit: player, credit: own('exchange-position', player.currency), amountMinor: chargedMinor - roundingMinor },
        { debit: player, credit: own('rounding', player.currency), amountMinor: roundingMinor },
      ]
    : [];
  return [
    ...charge,
    { debit: payer, credit: payable, amountMinor: priceMinor - fee },
    { debit: payer, credit: own('fees', priceCurrency), amountMinor: fee },
  ].filter((posting) => posting.amountMinor > 0n);
}

/** Money that arrived at the bank becomes the player's. */
export function topUpPostings(player: AccountName, amountMinor: bigint): Posting[] {
  return [{ debit: own('bank', player.currency), credit: player, amountMinor }];
}
