/** What periods, bills, payouts and bank files need of a store, beside the port of the rest: see `store/port.ts` for the promises. */
import type { BankFile } from '../bank/types.ts';
import type { Bill, BillLine, Collection, CollectionState, Mandate } from '../bills/types.ts';
import type { AccountKind } from '../ledger/types.ts';
import type { Payout, PayoutLine, PayoutState, SignedBankDetails } from '../payouts/types.ts';
import type { SealedPeriod } from './types.ts';

/** What one account did in a period by one kind of transfer. */
export interface AccountMovement {
  readonly kind: AccountKind;
  readonly owner: string;
  readonly currency: string;
  readonly transferKind: string;
  readonly count: number;
  /** Signed: credits less debits. */
  readonly amountMinor: bigint;
}

/** Reads of what is committed. Lists are by key, after one; the empty string or 0 begins. */
export interface PeriodReader {
  findNewestSealed(): Promise<SealedPeriod | undefined>;
  findSealed(period: number): Promise<SealedPeriod | undefined>;
  listSealed(): Promise<readonly SealedPeriod[]>;
  /** The oldest period that has transfers and is not sealed. */
  findOldestOpen(): Promise<number | undefined>;

  findBill(number: string): Promise<Bill | undefined>;
  listBills(period: number, after: string, count: number): Promise<readonly Bill[]>;
  listBillsOfPlayer(userId: Uint8Array): Promise<readonly Bill[]>;
  /** Of a sealed or an open period, by transfer. */
  listBillLines(userId: Uint8Array, period: number, after: bigint, count: number): Promise<readonly BillLine[]>;
  findCollection(endToEndId: string): Promise<Collection | undefined>;
  listCollections(period: number, after: string, count: number): Promise<readonly Collection[]>;
  findMandate(userId: Uint8Array): Promise<Mandate | undefined>;

  findPayout(number: string): Promise<Payout | undefined>;
  findPayoutByEndToEndId(endToEndId: string): Promise<Payout | undefined>;
  listPayouts(period: number): Promise<readonly Payout[]>;
  listPayoutsOfPublisher(publisherId: string): Promise<readonly Payout[]>;
  listPayoutLines(publisherId: string, period: number, after: bigint, count: number): Promise<readonly PayoutLine[]>;
  /** The newest bank details, and those taken before a time. */
  findBankDetails(publisherId: string, takenBeforeMs?: number): Promise<SignedBankDetails | undefined>;

  findBankFile(messageId: string): Promise<BankFile | undefined>;
  listBankFiles(period: number): Promise<readonly BankFile[]>;
  /** Files that the bank may not have yet. */
  listUnhandedFiles(): Promise<readonly BankFile[]>;
  /** Name of the last bank's notice taken from the port; empty before the first. */
  lastNoticeName(): Promise<string>;
}

/** Changes, inside a transaction. */
export interface PeriodWriter extends PeriodReader {
  /** Nothing is posted into this period or an earlier one any more. */
  addSealed(period: Omit<SealedPeriod, 'closedAtMs'>): Promise<void>;
  setClosed(period: number, atMs: number): Promise<void>;
  /** All rows of one batch; throws for one that is there already. */
  addBills(bills: readonly Bill[]): Promise<void>;
  addCollections(collections: readonly Collection[]): Promise<void>;
  setCollection(
    endToEndId: string,
    state: CollectionState,
    paidMinor: bigint,
    reason: string | undefined,
  ): Promise<void>;
  addMandate(mandate: Mandate): Promise<void>;
  addPayout(payout: Payout): Promise<void>;
  setPayout(number: string, state: PayoutState, paidMinor: bigint, reason: string | undefined): Promise<void>;
  addBankDetails(details: SignedBankDetails): Promise<void>;
  addBankFile(file: BankFile): Promise<void>;
  setFileHanded(messageId: string, atMs: number): Promise<void>;
  /** Whether an entry with this bank reference was booked before. */
  hasBankEntry(bankReference: string): Promise<boolean>;
  addNotice(name: string, xml: Uint8Array, bankReferences: readonly string[], atMs: number): Promise<void>;
}
