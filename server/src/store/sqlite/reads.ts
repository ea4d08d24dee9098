/* eslint-disable @typescript-eslint/require-await -- the port may wait, SQLite never does; async makes every throw a rejection */
/** Reads, over either connection: the writer's sees its own transaction, the reader's only what is committed. */
import type Database from 'better-sqlite3';
import type { CardReader } from '../../cards/store.ts';
import type { EscrowWriter } from '../../escrows/store.ts';
import type { PostedRateTable } from '../../exchange/types.ts';
import type { FindingWriter } from '../../findings/store.ts';
import type { PackedTransfers } from '../../ledger/packing.ts';
import type { Account, CurrencySum, RecordedTransfer, TransferKind } from '../../ledger/types.ts';
import type { PageReader } from '../../pages/store.ts';
import type { PlacedDecision, PriorDecision } from '../../payments/types.ts';
import type { PeriodReader } from '../../periods/store.ts';
import type { PasswordWriter } from '../../players/passwords.ts';
import type { Player, TopUp } from '../../players/types.ts';
import type { Publisher } from '../../publishers/types.ts';
import type { RefundReader } from '../../refunds/store.ts';
import type { PassWriter } from '../../sign-in/store.ts';
import type { StoreReader } from '../port.ts';
import { SqliteCardReads } from './card-reads.ts';
import { SqliteEscrows } from './escrows.ts';
import { SqliteFindings } from './findings.ts';
import { SqliteMoneyReads } from './money-reads.ts';
import { SqlitePageReads } from './page-reads.ts';
import { SqlitePackedTransfers } from './packed-transfers.ts';
import { SqlitePasses } from './passes.ts';
import { SqlitePasswords } from './passwords.ts';
import { SqliteRefundReads } from './refund-reads.ts';
import {
  accountOf,
  decisionOf,
  PLAYER_COLUMNS,
  playerOf,
  priorOf,
  publisherOf,
  rateTableOf,
  topUpOf,
  unpackChain,
  type AccountRow,
  type DecisionRow,
  type PlayerRow,
  type PublisherRow,
  type RateTableRow,
  type TopUpRow,
} from '../rows.ts';
import { SqliteTransferReads } from './transfer-reads.ts';

const RATE_TABLE = `SELECT body, (SELECT not_before_ms FROM rate_tables n WHERE n.id = t.id + 1) AS superseded_at_ms
  FROM rate_tables t`;

function prepare(db: Database.Database) {
  return {
    player: db.prepare<[Uint8Array], PlayerRow>(
      `SELECT ${PLAYER_COLUMNS} FROM players p JOIN accounts a ON a.id = p.account WHERE p.user_id = ?`,
    ),
    publisher: db.prepare<[string], PublisherRow>('SELECT * FROM publishers WHERE publisher_id = ?'),
    publishers: db.prepare<[], PublisherRow>('SELECT * FROM publishers ORDER BY publisher_id'),
    chain: db.prepare<[Uint8Array], { chain: Uint8Array }>('SELECT chain FROM chains WHERE chain_hash = ?'),
    decision: db.prepare<[Uint8Array], DecisionRow>('SELECT * FROM decisions WHERE request_id = ?'),
    decisionsOfUser: db.prepare<[Uint8Array, bigint, number], DecisionRow>(
      'SELECT * FROM decisions WHERE user_id = ? AND position > ? ORDER BY position LIMIT ?',
    ),
    decisions: db.prepare<[bigint, number], DecisionRow>(
      'SELECT * FROM decisions WHERE position > ? ORDER BY position LIMIT ?',
    ),
    rateTable: db.prepare<[number], RateTableRow>(`${RATE_TABLE} WHERE t.id = ?`),
    newestRateTable: db.prepare<[], RateTableRow>(`${RATE_TABLE} ORDER BY t.id DESC LIMIT 1`),
    lastApproval: db.prepare<[], { at_ms: bigint }>(
      'SELECT at_ms FROM decisions WHERE code = 0 AND card_id IS NULL ORDER BY position DESC LIMIT 1',
    ),
    accounts: db.prepare<[bigint, number], AccountRow>('SELECT * FROM accounts WHERE id > ? ORDER BY id LIMIT ?'),
    topUps: db.prepare<[string, number], TopUpRow>(
      'SELECT * FROM top_ups WHERE bank_reference > ? ORDER BY bank_reference LIMIT ?',
    ),
    sums: db.prepare<[], { currency: string; sum_minor: bigint }>(
      'SELECT currency, sum(balance_minor) AS sum_minor FROM accounts GROUP BY currency ORDER BY currency',
    ),
  };
}

export class SqliteReads implements StoreReader {
  readonly cards: CardReader;
  readonly periods: PeriodReader;
  readonly refunds: RefundReader;
  readonly escrows: EscrowWriter;
  readonly passes: PassWriter;
  readonly passwords: PasswordWriter;
  readonly findings: FindingWriter;
  readonly pages: PageReader;
  readonly #transfers: SqliteTransferReads;
  readonly #packed: SqlitePackedTransfers;
  readonly #read: ReturnType<typeof prepare>;

  constructor(db: Database.Database) {
    this.#read = prepare(db);
    this.#transfers = new SqliteTransferReads(db);
    this.#packed = new SqlitePackedTransfers(db, this.#transfers);
    this.cards = new SqliteCardReads(db);
    this.periods = new SqliteMoneyReads(db);
    this.refunds = new SqliteRefundReads(db);
    this.escrows = new SqliteEscrows(db);
    this.passes = new SqlitePasses(db);
    this.passwords = new SqlitePasswords(db);
    this.findings = new SqliteFindings(db);
    this.pages = new SqlitePageReads(db);
  }

  async findPlayer(userId: Uint8Array): Promise<Player | undefined> {
    return this.playerNow(userId);
  }

  protected playerNow(userId: Uint8Array): Player | undefined {
    const row = this.#read.player.get(userId);
    return row && playerOf(row);
  }

  async findPublisher(publisherId: string): Promise<Publisher | undefined> {
    return this.publisherNow(publisherId);
  }

  protected publisherNow(publisherId: string): Publisher | undefined {
    const row = this.#read.publisher.get(publisherId);
    return row && publisherOf(row);
  }

  async listPublishers(): Promise<readonly Publisher[]> {
    return this.#read.publishers.all().map(publisherOf);
  }

  async findChain(chainHash: Uint8Array): Promise<readonly Uint8Array[] | undefined> {
    const row = this.#read.chain.get(chainHash);
    return row && unpackChain(row.chain);
  }

  async findDecision(requestId: Uint8Array): Promise<PriorDecision | undefined> {
    return this.decisionNow(requestId);
  }

  protected decisionNow(requestId: Uint8Array): PriorDecision | undefined {
    const row = this.#read.decision.get(requestId);
    return row && priorOf(row);
  }

  async listDecisions(userId: Uint8Array, after: bigint, count: number): Promise<readonly PlacedDecision[]> {
    return this.#read.decisionsOfUser.all(userId, after, count).map(decisionOf);
  }

  async listAllDecisions(after: bigint, count: number): Promise<readonly PlacedDecision[]> {
    return this.#read.decisions.all(after, count).map(decisionOf);
  }

  protected rateTableNow(tableId: number): PostedRateTable | undefined {
    const row = this.#read.rateTable.get(tableId);
    return row && rateTableOf(row);
  }

  async findRateTable(tableId: number): Promise<PostedRateTable | undefined> {
    return this.rateTableNow(tableId);
  }

  async findNewestRateTable(): Promise<PostedRateTable | undefined> {
    const row = this.#read.newestRateTable.get();
    return row && rateTableOf(row);
  }

  async lastApprovalMs(): Promise<number> {
    return Number(this.#read.lastApproval.get()?.at_ms ?? 0);
  }

  async listAccounts(after: bigint, count: number): Promise<readonly Account[]> {
    return this.#read.accounts.all(after, count).map(accountOf);
  }

  async listTransfers(after: bigint, count: number): Promise<readonly RecordedTransfer[]> {
    return this.#transfers.list(after, count);
  }

  async *listPacked(after: bigint, through: bigint): AsyncGenerator<PackedTransfers> {
    yield* this.#packed.list(after, through);
  }

  async findTransfer(kind: TransferKind, reference: Uint8Array): Promise<RecordedTransfer | undefined> {
    return this.#transfers.find(kind, reference);
  }

  async listTopUps(after: string, count: number): Promise<readonly TopUp[]> {
    return this.#read.topUps.all(after, count).map(topUpOf);
  }

  async listSums(): Promise<readonly CurrencySum[]> {
    return this.#read.sums.all().map((row) => ({ currency: row.currency, sumMinor: row.sum_minor }));
  }
}
