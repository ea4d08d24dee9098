export type BankFileKind = 'pain.001' | 'pain.008' | 'acquirer-csv';

/** One order to the bank: money out (credit transfer) or money in (direct debit, card on file). */
export interface BankOrder {
  /** <= 35 characters of the SEPA set. */
  readonly endToEndId: string;
  readonly amountMinor: bigint;
  /** The other side. */
  readonly holder: string;
  readonly iban: string;
  readonly bic: string;
  /** What stands on their statement, <= 140 characters. */
  readonly remittance: string;
  /** Of a direct debit: the mandate and the day it was signed. */
  readonly mandate: { readonly id: string; readonly signedAtMs: number; readonly isFirst: boolean } | undefined;
  /** Of a card on file. */
  readonly token: string | undefined;
}

/** The operator's own account and names, from the configuration. */
export interface OwnBank {
  readonly name: string;
  readonly iban: string;
  readonly bic: string;
  /** The creditor identifier of direct debits. */
  readonly creditorId: string;
}

export interface NewBankFile {
  readonly messageId: string;
  readonly kind: BankFileKind;
  readonly period: number;
  readonly currency: string;
  readonly own: OwnBank;
  readonly createdAtMs: number;
  /** The day on which money is to move, UTC midnight. */
  readonly executionDateMs: number;
  readonly orders: readonly BankOrder[];
}

/** A file as it was made. */
export interface BankFile {
  readonly messageId: string;
  readonly kind: BankFileKind;
  readonly period: number;
  readonly currency: string;
  readonly orderCount: number;
  readonly totalMinor: bigint;
  readonly bytes: Uint8Array;
  readonly madeAtMs: number;
  /** When the bank had it for certain. */
  readonly handedAtMs: number | undefined;
}

/** One entry of a bank's notice. */
export interface BankEntry {
  /** The bank's own name for the booking. */
  readonly bankReference: string;
  readonly endToEndId: string | undefined;
  readonly direction: 'in' | 'out';
  /** A return of something that was booked before. */
  readonly isReturn: boolean;
  readonly reason: string | undefined;
  readonly amountMinor: bigint;
  readonly currency: string;
  readonly bookedAtMs: number;
  /** What the other side wrote. */
  readonly remittance: string;
}

/** What a bank told, as read. */
export interface BankNotice {
  readonly messageId: string;
  readonly createdAtMs: number;
  readonly entries: readonly BankEntry[];
}

/** How files get to the bank and its answers back. Handing the same message id again must be harmless. */
export interface BankPort {
  /** Resolves when the bank has it for certain. */
  hand(file: Pick<BankFile, 'messageId' | 'kind' | 'bytes'>): Promise<void>;
  /** Notices in the order in which they came, after a name; the XML as received. */
  listNotices(after: string): Promise<readonly { readonly name: string; readonly xml: Uint8Array }[]>;
}
