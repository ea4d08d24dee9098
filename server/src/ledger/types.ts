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
] as const;

export type AccountKind = (typeof ACCOUNT_KINDS)[number];

export interface AccountName {
  readonly kind: AccountKind;
  /** User id in hex, publisher id, or empty for the server's own accounts. */
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

export type TransferKind = 'payment' | 'top-up';

export interface Transfer {
  readonly kind: TransferKind;
  /** 32 bytes, unique within the kind: the request id of a payment, the hash of a top-up's bank reference. */
  readonly reference: Uint8Array;
  readonly atMs: number;
  /** 1 ... 16. */
  readonly postings: readonly Posting[];
}

/** An account as it stands. */
export interface Account extends AccountName {
  readonly id: bigint;
  readonly balanceMinor: bigint;
}

/** A transfer as it was recorded. */
export interface RecordedTransfer extends Transfer {
  readonly id: bigint;
}

/** The sum over all balances of a currency; zero, or the books are wrong. */
export interface CurrencySum {
  readonly currency: string;
  readonly sumMinor: bigint;
}
