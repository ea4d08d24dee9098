import type { Plan } from '../players/types.ts';

export type PaymentWay = 'bank-debit' | 'card-on-file' | 'transfer';

/** How a postpaid player wants to pay: the newest mandate that the PIN key signed. */
export interface Mandate {
  readonly userId: Uint8Array;
  /** From 1, rising. */
  readonly number: number;
  readonly way: PaymentWay;
  readonly mandateId: string;
  readonly holder: string;
  /** Without spaces; empty unless the way is `bank-debit`. */
  readonly iban: string;
  /** The acquirer's name for the card; empty unless the way is `card-on-file`. */
  readonly token: string;
  readonly signedAtMs: number;
  readonly takenAtMs: number;
  /** Envelope `payment-mandate`. */
  readonly envelope: Uint8Array;
}

/** A mandate, and whether a collection was made on it before. */
export interface UsedMandate extends Mandate {
  readonly isUsed: boolean;
}

/** What a player's bill follows from, beside what the period moved. */
export interface BillingState {
  /** What the bill of the period before ended with; 0 without one. */
  readonly openingMinor: bigint;
  readonly mandate: Mandate | undefined;
  /** Of earlier bills, on its way from the bank as the period was sealed. */
  readonly underWayMinor: bigint;
}

/** What a period did to a player's money, all in the account's currency. Counts are of transfers. */
export interface BillTotals {
  /** Balance of the account as the period began and at its seal; below zero = owed. */
  readonly openingMinor: bigint;
  readonly closingMinor: bigint;
  readonly purchases: number;
  readonly purchasesMinor: bigint;
  /** Of these, what was spent from cards' purses, and so is not in the balances. */
  readonly cardPurchasesMinor: bigint;
  readonly refundsMinor: bigint;
  /** Top-ups and payments of bills, less what the bank took back. */
  readonly paidInMinor: bigint;
  /** Into purses, less what came back from them. */
  readonly loadedMinor: bigint;
  /** Everything else: recoveries, withdrawals, corrections; signed. */
  readonly otherMinor: bigint;
}

export interface Bill extends BillTotals {
  /** `B-<period>-<user id in hex>`. */
  readonly number: string;
  readonly period: number;
  readonly userId: Uint8Array;
  readonly plan: Plan;
  readonly currency: string;
  /** What is to be collected; 0 for a statement, and for what is carried over. */
  readonly dueMinor: bigint;
  /** Why nothing is due although something is owed. */
  readonly carried: 'below-minimum' | 'under-way' | undefined;
  /** How it is to be paid. */
  readonly way: PaymentWay;
  readonly madeAtMs: number;
}

export type CollectionState = 'made' | 'handed' | 'paid' | 'part-paid' | 'returned';

/** One attempt to collect one bill. */
export interface Collection {
  /** `C<period>-<20 hex>`: unique, the end-to-end id at the bank. */
  readonly endToEndId: string;
  readonly billNumber: string;
  readonly userId: Uint8Array;
  readonly amountMinor: bigint;
  readonly currency: string;
  readonly way: PaymentWay;
  readonly mandateNumber: number;
  /** The file it stands in; `undefined` for the way `transfer`. */
  readonly messageId: string | undefined;
  readonly state: CollectionState;
  readonly told: BankAnswers;
  /** What stands as paid of it: see `paidOf`. */
  readonly paidMinor: bigint;
  /** ISO 20022 reason code of a return. */
  readonly reason: string | undefined;
  /** By the periods in which answers count, rising. What was not answered as a period was sealed was under way then. */
  readonly answered: readonly AnsweredBy[];
}

/** How much of a collection the bank had paid, sent back or turned down as a period ended, each unit once. */
export interface AnsweredBy {
  readonly period: number;
  /** Not above what was ordered. */
  readonly answeredMinor: bigint;
}

/** What the bank has told of one order so far. What stands as paid is the difference, once the first is there: see `paidOf`. */
export interface BankAnswers {
  /** Booked; and what was turned down without being booked, which stands on both sides. */
  readonly paidMinor: bigint;
  /** Sent back. A return may come before the booking that it returns. */
  readonly returnedMinor: bigint;
}

/** What stands as paid; never below zero. */
export const paidOf = ({ paidMinor, returnedMinor }: BankAnswers): bigint =>
  paidMinor > returnedMinor ? paidMinor - returnedMinor : 0n;

/** A player's order to close their account. */
export interface AccountClosing {
  readonly userId: Uint8Array;
  /** `accountRequestHash` of the body. */
  readonly requestHash: Uint8Array;
  readonly atMs: number;
  /** Envelope `account-request`, ask `close`. */
  readonly envelope: Uint8Array;
}

/** A line of a bill. */
export interface BillLine {
  readonly transferId: bigint;
  readonly kind: string;
  readonly bookedAtMs: number;
  /** When a card spent it; `undefined` for everything else. */
  readonly spentAtMs: number | undefined;
  /** Signed: what it did to the player's money. */
  readonly amountMinor: bigint;
  /** Of purchases and refunds. */
  readonly decisionId: Uint8Array | undefined;
  readonly publisherId: string | undefined;
  readonly gameId: string | undefined;
  readonly priceMinor: bigint | undefined;
  readonly priceCurrency: string | undefined;
  readonly rateTableId: number | undefined;
  /** The card that spent it. */
  readonly cardId: Uint8Array | undefined;
}
