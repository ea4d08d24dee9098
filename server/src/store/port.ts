/**
 * What the server needs of a database. SQLite is behind it; PostgreSQL can be: every call may wait, work that changes
 * something runs inside `transaction`, and payments are loaded and recorded as sets, so that a batch is two round trips.
 *
 * A store keeps these promises, which the server builds on:
 *  - when `transaction` has resolved, its changes survive a loss of power; when it has rejected, nothing of it is there
 *    (but for `StoreError` of kind `failed`, after which nobody knows);
 *  - transactions happen one after the other, also between two processes;
 *  - a posting moves the balances of its two accounts, and nothing else does;
 *  - a transfer is in the month of its `atMs`, or in the first period that was open when it was posted;
 *  - what a transaction posted is one block of the journal, written with it.
 */
import type { CardReader, CardWriter } from '../cards/store.ts';
import type { EscrowReader, EscrowWriter } from '../escrows/store.ts';
import type { PostedRateTable } from '../exchange/types.ts';
import type { FindingReader, FindingWriter } from '../findings/store.ts';
import type { PackedTransfers } from '../ledger/packing.ts';
import type { Account, CurrencySum, RecordedTransfer, Transfer, TransferKind } from '../ledger/types.ts';
import type { PageReader } from '../pages/store.ts';
import type { DecisionRecord, PaymentState, PlacedDecision, PriorDecision } from '../payments/types.ts';
import type { PeriodReader, PeriodWriter } from '../periods/store.ts';
import type { PasswordReader, PasswordWriter } from '../players/passwords.ts';
import type { NewPlayer, Player, PressLimits, TopUp } from '../players/types.ts';
import type { RefundReader, RefundWriter } from '../refunds/store.ts';
import type { PassReader, PassWriter } from '../sign-in/store.ts';
import type { NewPublisher, Publisher } from '../publishers/types.ts';

/** Names what a payment is judged against. */
export interface PaymentKey {
  readonly requestId: Uint8Array;
  readonly userId: Uint8Array;
  readonly publisherId: string;
  readonly rateTableId: number;
}

/** Reads of what is committed. */
export interface StoreReader {
  findPlayer(userId: Uint8Array): Promise<Player | undefined>;
  findPublisher(publisherId: string): Promise<Publisher | undefined>;
  /** A chain that was seen before, by its hash. */
  findChain(chainHash: Uint8Array): Promise<readonly Uint8Array[] | undefined>;
  findDecision(requestId: Uint8Array): Promise<PriorDecision | undefined>;
  /** A user's decisions recorded after a position, oldest first. */
  listDecisions(userId: Uint8Array, after: bigint, count: number): Promise<readonly PlacedDecision[]>;
  findNewestRateTable(): Promise<PostedRateTable | undefined>;
  /** A table by its number, whatever its age. */
  findRateTable(tableId: number): Promise<PostedRateTable | undefined>;
  /** Time of the server's own last approval, 0 before the first. */
  lastApprovalMs(): Promise<number>;
  listPublishers(): Promise<readonly Publisher[]>;
  listAccounts(after: bigint, count: number): Promise<readonly Account[]>;
  listTransfers(after: bigint, count: number): Promise<readonly RecordedTransfer[]>;
  /**
   * The transfers behind one up to another, in the bytes that the journal hashes, made of the rows as they stand now; in pages of
   * some milliseconds. Ends before the first that is not there.
   */
  listPacked(after: bigint, through: bigint): AsyncIterable<PackedTransfers>;
  /** The one transfer of this name. */
  findTransfer(kind: TransferKind, reference: Uint8Array): Promise<RecordedTransfer | undefined>;
  /** By bank reference, after one; the empty string begins. */
  listTopUps(after: string, count: number): Promise<readonly TopUp[]>;
  listAllDecisions(after: bigint, count: number): Promise<readonly PlacedDecision[]>;
  listSums(): Promise<readonly CurrencySum[]>;
  readonly cards: CardReader;
  readonly periods: PeriodReader;
  readonly refunds: RefundReader;
  readonly escrows: EscrowReader;
  readonly passes: PassReader;
  readonly passwords: PasswordReader;
  readonly findings: FindingReader;
  /** What the pages read beside all that. */
  readonly pages: PageReader;
}

/** One transaction. Its reads see its own changes. */
export interface StoreTransaction extends Omit<
  StoreReader,
  'listDecisions' | 'cards' | 'periods' | 'refunds' | 'escrows' | 'passes' | 'passwords' | 'findings' | 'pages'
> {
  readonly cards: CardWriter;
  readonly periods: PeriodWriter;
  readonly refunds: RefundWriter;
  readonly escrows: EscrowWriter;
  readonly passes: PassWriter;
  readonly passwords: PasswordWriter;
  readonly findings: FindingWriter;
  /** Posts what no other row goes with; returns its number. */
  postTransfer(transfer: Transfer): Promise<bigint>;
  /**
   * One state per key, in the order of the keys; payments of the same player share one player object, so that what one
   * spends the next misses. Throws when a player is not there: admission has read them, and players are never deleted.
   */
  loadPayments(keys: readonly PaymentKey[]): Promise<readonly PaymentState[]>;
  recordPayments(records: readonly DecisionRecord[]): Promise<void>;
  /** Whether any of these keys is registered for any player, in any part. */
  areKeysTaken(keys: readonly Uint8Array[]): Promise<boolean>;
  addPlayer(player: NewPlayer): Promise<void>;
  setPressLimits(userId: Uint8Array, limits: PressLimits, atMs: number, requestHash: Uint8Array): Promise<void>;
  setCeiling(userId: Uint8Array, ceilingMinor: bigint): Promise<void>;
  findTopUp(bankReference: string): Promise<TopUp | undefined>;
  addTopUp(topUp: TopUp, transfer: Transfer): Promise<void>;
  putPublisher(publisher: NewPublisher): Promise<void>;
  putChain(chainHash: Uint8Array, chain: readonly Uint8Array[]): Promise<void>;
  /** The body of a table under its number; the number must be the next. */
  addRateTable(tableId: number, body: Uint8Array, notBeforeMs: number): Promise<void>;
}

export interface Store extends StoreReader {
  /** Runs the work and makes it durable, or undoes it. Never started while another runs. */
  transaction<T>(work: (tx: StoreTransaction) => Promise<T>): Promise<T>;
  /**
   * Runs the work while nobody else runs work of this name on this store, in whatever process; the lock ends with its holder,
   * killed or not. Throws StoreError `busy` at once for the second. Transactions go on meanwhile.
   */
  exclusively<T>(name: string, work: () => Promise<T>): Promise<T>;
  close(): Promise<void>;
}

/**
 * `busy`: another process holds the store; nothing was done. `full`: no space; undone. `refused`: a rule of the schema
 * refused a row; undone. `broken`: the books do not hold, as somebody changed them past the server; undone, and the server must
 * stop. `failed`: the medium failed; what was committed is unknown, so the server must stop.
 */
export type StoreErrorKind = 'busy' | 'full' | 'refused' | 'broken' | 'failed';

export class StoreError extends Error {
  readonly kind: StoreErrorKind;

  constructor(kind: StoreErrorKind, message: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.name = 'StoreError';
    this.kind = kind;
  }
}
