/** What bills, collections, mandates and the closing of accounts need of a store. Part of `periods/store.ts`. */
import type {
  AccountClosing,
  BankAnswers,
  Bill,
  BillingState,
  BillLine,
  Collection,
  CollectionState,
  Mandate,
  UsedMandate,
} from './types.ts';

/** What an order has come to. */
export interface Answered<State> {
  readonly state: State;
  readonly told: BankAnswers;
  /** ISO 20022 reason code of a return. */
  readonly reason: string | undefined;
}

/** Names a mandate. */
export type MandateKey = Pick<Mandate, 'userId' | 'number'>;

/** Reads of what is committed. Lists are by key, after one; the empty string or 0 begins. */
export interface BillReader {
  findBill(number: string): Promise<Bill | undefined>;
  listBills(period: number, after: string, count: number): Promise<readonly Bill[]>;
  /** Oldest first. */
  listBillsOfPlayer(userId: Uint8Array): Promise<readonly Bill[]>;
  /**
   * All that a page of bills is made from beside the movements, in the order of the users: what their bill of an earlier period
   * ended with, the newest mandate taken before a time, and what was under way at the seal of a period: what collections by
   * `bank-debit` and `card-on-file` of earlier periods ask for, less what of it was answered in this period or before.
   */
  loadBilling(userIds: readonly Uint8Array[], at: BillingTime): Promise<readonly BillingState[]>;
  /** The transfers of a period, sealed or open, that touch the player's account or purses, by number. */
  listBillLines(userId: Uint8Array, period: number, after: bigint, count: number): Promise<readonly BillLine[]>;
  findCollection(endToEndId: string): Promise<Collection | undefined>;
  /** By the number of the bill. */
  listCollections(period: number, afterBill: string, count: number): Promise<readonly Collection[]>;
  /** To be collected by `bank-debit` or `card-on-file`, and in no file yet; by the number of the bill. */
  listOpenCollections(afterBill: string, count: number): Promise<readonly Collection[]>;
  /** The newest. */
  findMandate(userId: Uint8Array): Promise<Mandate | undefined>;
  /** In the order of the keys; `isUsed`: whether a collection of a period before this one was made on it. Throws when one is not there. */
  loadMandates(keys: readonly MandateKey[], period: number): Promise<readonly UsedMandate[]>;
  findAccountClosing(requestHash: Uint8Array): Promise<AccountClosing | undefined>;
  /** All, by the hash of the request, after one; the empty bytes begin. */
  listAccountClosings(after: Uint8Array, count: number): Promise<readonly AccountClosing[]>;
}

export interface BillingTime {
  readonly period: number;
  /** The newest sealed period before; 0 when there is none. */
  readonly previousPeriod: number;
  /** The mandate counts that was taken before. */
  readonly sealedAtMs: number;
}

/** Changes, inside a transaction. */
export interface BillWriter extends BillReader {
  /** All rows of one batch; throws for one that is there already. */
  addBills(bills: readonly Bill[]): Promise<void>;
  addCollections(collections: readonly Collection[]): Promise<void>;
  /** `atMs` says in which period the answer counts, by the rule for transfers. */
  setCollection(endToEndId: string, answered: Answered<CollectionState>, atMs: number): Promise<void>;
  /** The number must be above those of this player. */
  addMandate(mandate: Mandate): Promise<void>;
  /** The player is closed from the first one on. */
  addAccountClosing(closing: AccountClosing): Promise<void>;
}
