/**
 * The ledger's words. A transfer is one economic event; its postings each move one amount, in one currency, from the debit
 * account to the credit account, so a transfer cannot be written that does not balance in every currency.
 *
 * A balance is credits less debits: what the server owes the holder. All balances of a currency therefore sum to zero.
 */

export const ACCOUNT_KINDS = [
  /** A player's money; never below zero. */
  'player-prepaid',
  /** What a player owes, as a negative balance; never below minus the ceiling. */
  'player-postpaid',
  /** What a publisher is owed, one account per currency sold in. */
  'publisher-payable',
  'fees',
  /** The two sides of every conversion meet here. */
  'exchange-position',
  /** What rounding up added. */
  'rounding',
  /** Money at the bank, as a negative balance (an asset). */
  'bank',
  /** What a card's prepaid purse holds: its balance, what it has not reported yet, and what was credited and not taken. */
  'card-float',
  /** What a card issuer paid for its cards without having it back, as a negative balance; one account per issuer. */
  'card-loss',
  /** What a card spent and nobody has shown the player's consent to: its publisher's on a claim, otherwise its player's. */
  'card-dispute',
  /** Handed to the bank and not confirmed yet; owner: a publisher's id, or a user's in hex for what leaves with an account. */
  'payout-transit',
  /** Came in at the bank, and nobody knows yet whose it is. */
  'bank-suspense',
] as const;

export type AccountKind = (typeof ACCOUNT_KINDS)[number];

export interface AccountName {
  readonly kind: AccountKind;
  /** User id or card id in hex, publisher's or card issuer's id, or empty for the server's own accounts. */
  readonly owner: string;
  readonly currency: string;
}

export interface Posting {
  readonly debit: AccountName;
  /** Of the debit's currency. */
  readonly credit: AccountName;
  /** 1 ... 2^53-1. */
  readonly amountMinor: bigint;
}

export const TRANSFER_KINDS = [
  /** A player's purchase, decided here or by a card: one for ever per request. */
  'payment',
  'top-up',
  /** From the player's account into a purse. */
  'card-load',
  /** From a purse back to the player's account. */
  'card-return',
  /** What the player's account gave for what the issuer had paid. */
  'card-recovery',
  /** Paid to a publisher on a card's decision whose record never came up. */
  'claim',
  /** The same the other way round, when the record came after all. */
  'claim-reversal',
  /** From the purse of a card that ended to the issuer, for claims that were paid. */
  'claim-settlement',
  /** From a purse into what is held of its card: a record that came up without the player's message 2. */
  'card-dispute',
  /** A payment the other way round, fee included: one for ever per payment. */
  'refund',
  /** A bill, or a part of it, was paid. */
  'bill-payment',
  /** The bank took such a payment back. */
  'bill-return',
  /** What a publisher is owed, converted and on its way to the bank. */
  'payout',
  'payout-paid',
  'payout-return',
  /** The rest of a player's account that was closed, on its way to the bank. */
  'withdrawal',
  /** Into `bank-suspense`, and out of it to whoever it was for. */
  'suspense',
  'suspense-cleared',
  /** Puts right what another transfer got wrong; that one stays as it is. */
  'correction',
] as const;

export type TransferKind = (typeof TRANSFER_KINDS)[number];

export interface Transfer {
  readonly kind: TransferKind;
  /** 32 bytes, unique within the kind: the request id of a payment, a hash that names the event otherwise. */
  readonly reference: Uint8Array;
  /** The time of booking, whenever the money was spent: it says which period the transfer is in. */
  readonly atMs: number;
  /** 1 ... 16. */
  readonly postings: readonly Posting[];
  /** Of a `correction`, and of nothing else. */
  readonly correction?: Correction;
}

/** What a correction puts right, and why. */
export interface Correction {
  /** Number of the transfer. */
  readonly corrects: bigint;
  /** 1 ... 140 characters. */
  readonly reason: string;
}

/** An account as it stands. */
export interface Account extends AccountName {
  readonly id: bigint;
  readonly balanceMinor: bigint;
}

/** A transfer as it was recorded. */
export interface RecordedTransfer extends Transfer {
  /** Rising by one, so that a missing one shows. */
  readonly id: bigint;
  /** YYYYMM: the month of `atMs`, or the first period that was open then. */
  readonly period: number;
}

/** The sum over all balances of a currency; zero, or the books are wrong. */
export interface CurrencySum {
  readonly currency: string;
  readonly sumMinor: bigint;
}
