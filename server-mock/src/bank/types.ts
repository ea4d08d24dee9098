import type { BankFile, BankFileKind, BankPort, ReceivedNotice } from '@coinslot/server';

/** A file as it was handed over. */
export type HandedFile = Pick<BankFile, 'messageId' | 'kind' | 'bytes'>;

/** An order as the bank understood it. */
export interface HeardOrder {
  readonly messageId: string;
  readonly kind: BankFileKind;
  readonly endToEndId: string;
  /** Money out of the operator's account, or into it. */
  readonly direction: 'in' | 'out';
  readonly amountMinor: bigint;
  readonly currency: string;
  /** The operator's account; empty in an acquirer's file, which does not name it. */
  readonly ownIban: string;
  readonly otherHolder: string;
  /** The other side's account, or the token of a card. */
  readonly otherAccount: string;
  readonly remittance: string;
  readonly mandateId: string | undefined;
}

export interface HeardFile {
  readonly messageId: string;
  readonly kind: BankFileKind;
  readonly currency: string;
  readonly totalMinor: bigint;
  readonly orders: readonly HeardOrder[];
}

/** What becomes of an order. Reasons are ISO 20022 codes. */
export type BankOutcome =
  | { readonly kind: 'paid' }
  /** Told in two notices, the same one twice. */
  | { readonly kind: 'told-twice' }
  | { readonly kind: 'part-paid'; readonly amountMinor: bigint }
  /** Turned down before it was booked. */
  | { readonly kind: 'rejected'; readonly reason: string }
  /** Booked, and taken back in the next notice. */
  | { readonly kind: 'returned'; readonly reason: string }
  /** Left for another day. */
  | { readonly kind: 'waits' };

export type OrderState = 'waiting' | 'paid' | 'part-paid' | 'rejected' | 'returned';

export interface SettledOrder extends HeardOrder {
  readonly state: OrderState;
  /** What is with the other side, or came from it; 0 after a return. */
  readonly movedMinor: bigint;
  readonly reason: string | undefined;
}

/** Money from somebody who was not asked for it. */
export interface IncomingTransfer {
  readonly amountMinor: bigint;
  readonly currency: string;
  readonly holder: string;
  readonly iban: string;
  readonly remittance: string;
  readonly endToEndId?: string | undefined;
}

export interface BankBalance {
  /** IBAN, or token; empty for the acquirer's account. */
  readonly account: string;
  readonly currency: string;
  /** May be below zero: this bank lends to everybody. */
  readonly balanceMinor: bigint;
}

export interface MockBank extends BankPort {
  /** In the order in which they were handed over. */
  listFiles(): readonly HeardFile[];
  /** In the order of the files. */
  listOrders(): readonly SettledOrder[];
  /** Settles what waits. The notices that came of it, also for `listNotices`. */
  settle(): readonly ReceivedNotice[];
  /**
   * Gives an order back: one that waits is rejected, one that is paid is returned. `undefined` when there is no such order, or nothing
   * of it left to give back.
   */
  returnOrder(endToEndId: string, reason: string): ReceivedNotice | undefined;
  receive(transfer: IncomingTransfer): ReceivedNotice;
  /** The same bytes once more, under another name. `undefined` for a notice that was never sent. */
  tellAgain(name: string): ReceivedNotice | undefined;
  /** `tellAgain` for the newest notice. */
  repeatNewest(): ReceivedNotice | undefined;
  /** Whether there is a notice yet. */
  readonly hasTold: boolean;
  /** Every account that money was in; their sum in a currency is zero. */
  listBalances(): readonly BankBalance[];
}
