export type BankFileKind = 'pain.001' | 'pain.008' | 'acquirer-csv';

/** One order to the bank: money out (credit transfer) or money in (direct debit, card on file). */
export interface BankOrder {
  /** <= 35 characters of the SEPA set: see `endToEndIdOf` in `ids.ts`. Unique in a file. */
  readonly endToEndId: string;
  /** Above zero. */
  readonly amountMinor: bigint;
  /** The other side: the name in any script. Number and bank are empty for a card on file; the bank may be. */
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
  /** 1 ... ORDERS_PER_FILE_MAX, in an order that does not change. */
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
  /** The bank's own name for the booking, unique over all its notices; of one in a batch `<the batch's>/<position>`. */
  readonly bankReference: string;
  /** `undefined` also for what banks write in its place: NOTPROVIDED. */
  readonly endToEndId: string | undefined;
  /** Which way the money went, as seen from the operator's account; of a return the way back. */
  readonly direction: 'in' | 'out';
  /** Whether money moved. `false` is a rejection: the order was turned down before it was booked, and will not be. */
  readonly isBooked: boolean;
  /** A return of something that was booked before, or a rejection. */
  readonly isReturn: boolean;
  /** ISO 20022 reason code of a return: `AM04`, `AC04`, `MD06`; NARR where the bank gave no code. */
  readonly reason: string | undefined;
  /** Above zero. */
  readonly amountMinor: bigint;
  readonly currency: string;
  readonly bookedAtMs: number;
  /** The other side as the bank names it; empty when it does not. */
  readonly otherHolder: string;
  readonly otherIban: string;
  /** What the other side wrote, on one line. */
  readonly remittance: string;
}

/** What a bank told, as read. */
export interface BankNotice {
  readonly messageId: string;
  readonly createdAtMs: number;
  /** The IBANs whose bookings it tells of, as far as it says so. */
  readonly accounts: readonly string[];
  /** In the order of the file. Entries that are only expected (PDNG, FUTR), or of nothing, are left out. */
  readonly entries: readonly BankEntry[];
}

/** A notice as it came. */
export interface ReceivedNotice {
  /** Rising in the order of arrival, compared by code unit. */
  readonly name: string;
  readonly xml: Uint8Array;
}

/** How files get to the bank and its answers back. */
export interface BankPort {
  /**
   * Resolves when the bank has it for certain. The same message id with the same bytes again is harmless; with other bytes it is
   * ID_CONFLICT. Throws ProtocolError STORAGE when it did not get there, BAD_ENCODING when the bank cannot read it.
   */
  hand(file: Pick<BankFile, 'messageId' | 'kind' | 'bytes'>): Promise<void>;
  /**
   * The next notices after a name (the empty string begins), in the order in which they came; NOTICES_AT_ONCE_MAX at most, so that
   * memory is bounded: ask again after the last until none is left.
   */
  listNotices(after: string): Promise<readonly ReceivedNotice[]>;
  /**
   * A notice is kept and booked: a port that knows this lists it no more, and every other one whatever its name. One that is told
   * of a notice and killed meanwhile may list it again; nothing is booked twice.
   */
  setTaken?(name: string): Promise<void>;
}

/** Orders in one file; a bank refuses larger ones. */
export const ORDERS_PER_FILE_MAX = 5_000;
export const NOTICES_AT_ONCE_MAX = 16;
