/** What periods, bills, payouts and bank files need of a store, beside the port of the rest: see `store/port.ts` for the promises. */
import type { BillReader, BillWriter } from '../bills/store.ts';
import type { AccountKind, TransferKind } from '../ledger/types.ts';
import type { PayoutReader, PayoutWriter } from '../payouts/store.ts';
import type { JournalBlock, SealedPeriod, SealPoint, TransferRange } from './types.ts';

/** What one account did in a period by one kind of transfer. */
export interface AccountMovement {
  readonly kind: AccountKind;
  readonly owner: string;
  readonly currency: string;
  readonly transferKind: TransferKind;
  /** Of transfers. */
  readonly count: number;
  /** Signed: credits less debits. */
  readonly amountMinor: bigint;
}

/** What the transfers of one kind took from a publisher's sales in one currency, less what they gave back. */
export interface FeeMovement {
  readonly publisherId: string;
  readonly currency: string;
  readonly transferKind: TransferKind;
  readonly amountMinor: bigint;
}

/** A page of what the transfers of a period did; an account and kind of transfer may stand in several, which are added up. */
export interface PeriodSums {
  readonly movements: readonly AccountMovement[];
  readonly fees: readonly FeeMovement[];
}

/** Reads of seals and of the journal, as committed. */
export interface SealReader {
  findNewestSealed(): Promise<SealedPeriod | undefined>;
  findSealed(period: number): Promise<SealedPeriod | undefined>;
  listSealed(): Promise<readonly SealedPeriod[]>;
  /** The oldest period that has transfers and is not sealed. */
  findOldestOpen(): Promise<number | undefined>;
  /** Where a period that is not sealed ends now: what its seal is to name. */
  findSealPoint(period: number): Promise<SealPoint>;
  /** First and last transfer; those of other periods may stand between them, where a clock went back. */
  findTransferRange(period: number): Promise<TransferRange | undefined>;

  /** Block 0 says how far the ledger went before there was a journal; its hash is all zero. */
  findBlock(number: bigint): Promise<JournalBlock | undefined>;
  findNewestBlock(): Promise<JournalBlock>;
  /** By number, after one. */
  listBlocks(after: bigint, count: number): Promise<readonly JournalBlock[]>;
}

/** Changes of seals, inside a transaction. */
export interface SealWriter extends SealReader {
  /** Nothing is posted into this period or an earlier one any more. */
  addSealed(period: Omit<SealedPeriod, 'closedAtMs'>): Promise<void>;
  setClosed(period: number, atMs: number): Promise<void>;
}

/** Reads of what is committed. Lists are by key, after one; the empty string or 0 begins. */
export interface PeriodReader extends SealReader, BillReader, PayoutReader {
  /**
   * Over the transfers of a period with numbers above `after` and up to `through`: what they did to each account, and what they took
   * in fees from the publisher whose payable moves in the same transfer. In pages of some thousand rows.
   */
  sumTransfers(period: number, after: bigint, through: bigint): AsyncIterable<PeriodSums>;
}

/** Changes, inside a transaction. */
export interface PeriodWriter extends PeriodReader, SealWriter, BillWriter, PayoutWriter {}
