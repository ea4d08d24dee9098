/** Which postings each economic event makes. Pure: amounts in, postings out. */
import type { AccountName, Posting } from './types.ts';

/** What an approved payment moves. */
export interface PaymentMoney {
  /** The player's account, the purse that was spent from, or whoever stands for it. */
  readonly payer: AccountName;
  readonly publisherId: string;
  /** The publisher's price, in the currency sold in. */
  readonly priceMinor: bigint;
  readonly priceCurrency: string;
  /** In the payer's currency. */
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
 * Payer to publisher, the fee apart. Across currencies the two legs meet in the exchange position, each in its own
 * currency, and what rounding up added goes to the rounding account instead.
 */
export function paymentPostings(money: PaymentMoney): Posting[] {
  const { payer, publisherId, priceMinor, priceCurrency, chargedMinor, roundingMinor } = money;
  const payable: AccountName = { kind: 'publisher-payable', owner: publisherId, currency: priceCurrency };
  // Rounded down: the odd part of a minor unit is the publisher's.
  const fee = (priceMinor * BigInt(money.feeBasisPoints)) / BASIS_POINTS;
  const converts = payer.currency !== priceCurrency;
  const source = converts ? own('exchange-position', priceCurrency) : payer;
  const charge: Posting[] = converts
    ? [
        { debit: payer, credit: own('exchange-position', payer.currency), amountMinor: chargedMinor - roundingMinor },
        { debit: payer, credit: own('rounding', payer.currency), amountMinor: roundingMinor },
      ]
    : [];
  return [
    ...charge,
    { debit: source, credit: payable, amountMinor: priceMinor - fee },
    { debit: source, credit: own('fees', priceCurrency), amountMinor: fee },
  ].filter((posting) => posting.amountMinor > 0n);
}

/** The same the other way round. */
export const reversed = (postings: readonly Posting[]): Posting[] =>
  postings.map(({ debit, credit, amountMinor }) => ({ debit: credit, credit: debit, amountMinor }));

/** Money that arrived at the bank becomes the player's. */
export function topUpPostings(player: AccountName, amountMinor: bigint): Posting[] {
  return [{ debit: own('bank', player.currency), credit: player, amountMinor }];
}
