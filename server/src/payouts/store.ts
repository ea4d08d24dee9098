/** What payouts, withdrawals and the bank need of a store. Part of `periods/store.ts`. */
import type { BankFile } from '../bank/types.ts';
import type { Answered } from '../bills/store.ts';
import type { Transfer } from '../ledger/types.ts';
import type {
  BankEntryRecord,
  NoticeRecord,
  Payout,
  PayoutLine,
  PayoutState,
  SignedBankDetails,
  Withdrawal,
} from './types.ts';

/** A file without what is in it. */
export type ListedFile = Omit<BankFile, 'bytes'>;

/** Reads of what is committed. Lists are by key, after one; the empty string or 0 begins. */
export interface PayoutReader {
  findPayout(number: string): Promise<Payout | undefined>;
  findPayoutByEndToEndId(endToEndId: string): Promise<Payout | undefined>;
  /** By publisher. */
  listPayouts(period: number): Promise<readonly Payout[]>;
  /** Oldest first. */
  listPayoutsOfPublisher(publisherId: string): Promise<readonly Payout[]>;
  /** The sales, refunds and claims of a period, sealed or open, by number of transfer. */
  listPayoutLines(publisherId: string, period: number, after: bigint, count: number): Promise<readonly PayoutLine[]>;
  /** Booked, and in no file yet; by number. */
  listOpenPayouts(): Promise<readonly Payout[]>;
  /** The newest bank details; of those taken before a time, when one is given. */
  findBankDetails(publisherId: string, takenBeforeMs?: number): Promise<SignedBankDetails | undefined>;
  findBankDetailsByNumber(publisherId: string, number: number): Promise<SignedBankDetails | undefined>;

  findWithdrawal(endToEndId: string): Promise<Withdrawal | undefined>;
  /** All, by end-to-end id. */
  listWithdrawals(after: string, count: number): Promise<readonly Withdrawal[]>;
  /** Booked up to a transfer, and in no file yet; by end-to-end id. */
  listOpenWithdrawals(throughTransfer: bigint): Promise<readonly Withdrawal[]>;

  findBankFile(messageId: string): Promise<BankFile | undefined>;
  /** In the order in which they were made. */
  listBankFiles(period: number): Promise<readonly ListedFile[]>;
  /** Names of the files that the bank may not have yet, in the order in which they were made. */
  listUnhandedFiles(): Promise<readonly string[]>;

  /** Name of the last notice taken from the bank's port; empty before the first. */
  lastNoticeName(): Promise<string>;
  findNotice(name: string): Promise<NoticeRecord | undefined>;
  /** All, by name. */
  listNotices(after: string, count: number): Promise<readonly NoticeRecord[]>;
  /** All, by position. */
  listBankEntries(after: bigint, count: number): Promise<readonly BankEntryRecord[]>;
  findBankEntry(bankReference: string): Promise<BankEntryRecord | undefined>;
  /** What waits in suspense: entries whose outcome is `suspense`, by position. */
  listSuspense(after: bigint, count: number): Promise<readonly BankEntryRecord[]>;
}

/** Changes, inside a transaction. */
export interface PayoutWriter extends PayoutReader {
  /** With what it posts; none for one that is carried. */
  addPayout(payout: Payout, transfers: readonly Transfer[]): Promise<void>;
  setPayout(number: string, answered: Answered<PayoutState>): Promise<void>;
  addBankDetails(details: SignedBankDetails): Promise<void>;

  addWithdrawal(withdrawal: Withdrawal, transfer: Transfer): Promise<void>;
  setWithdrawal(endToEndId: string, answered: Answered<Withdrawal['state']>): Promise<void>;

  /** Keeps a file and writes its name into the collections, payouts and withdrawals that stand in it. */
  addBankFile(file: BankFile, endToEndIds: readonly string[]): Promise<void>;
  /** The bank has it: what stands in it and was `made` or `booked` is `handed`. */
  setFileHanded(messageId: string, atMs: number): Promise<void>;

  addNotice(notice: NoticeRecord): Promise<void>;
  /** Everything in it is booked, or it cannot be read. */
  setNoticeTaken(name: string, fault: string | undefined): Promise<void>;
  addBankEntry(entry: Omit<BankEntryRecord, 'position'>): Promise<void>;
  /** It is out of suspense. */
  setBankEntryCleared(bankReference: string): Promise<void>;
}
