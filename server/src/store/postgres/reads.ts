/** Reads, over any connection: the writer's sees its own transaction, the readers' only what is committed. */
import type { CardReader } from '../../cards/store.ts';
import type { EscrowWriter } from '../../escrows/store.ts';
import type { PostedRateTable } from '../../exchange/types.ts';
import type { FindingWriter } from '../../findings/store.ts';
import { packUnbroken, type PackedTransfers } from '../../ledger/packing.ts';
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
import {
  accountOf,
  decisionOf,
  playerOf,
  priorOf,
  publisherOf,
  rateTableOf,
  topUpOf,
  transferOf,
  unpackChain,
  type AccountRow,
  type DecisionRow,
  type PlayerRow,
  type PostingRow,
  type PublisherRow,
  type RateTableRow,
  type TopUpRow,
  type TransferRow,
} from '../rows.ts';
import { PostgresCardReads } from './card-reads.ts';
import { sql, type Ask } from './connection.ts';
import { PostgresFindings } from './findings.ts';
import { PostgresMoneyReads } from './money-reads.ts';
import { PostgresPageReads } from './page-reads.ts';
import { PostgresEscrows } from './escrows.ts';
import { PostgresPasses } from './passes.ts';
import { PostgresPasswords } from './passwords.ts';
import { PostgresRefundReads } from './refund-reads.ts';
import { DECISION, PLAYER, RATE_TABLE } from './selects.ts';
import { int8s } from './wire.ts';

/** Transfers that are packed at once. */
const PACKED = 500n;

const TRANSFER = `SELECT t.id, t.kind, t.reference, t.at_ms, t.period, c.corrects, c.reason
  FROM transfers t LEFT JOIN corrections c ON c.transfer = t.id`;

const SQL = {
  player: sql<PlayerRow>(`${PLAYER} WHERE p.user_id = $1`),
  publisher: sql<PublisherRow>('SELECT * FROM publishers WHERE publisher_id = $1'),
  publishers: sql<PublisherRow>('SELECT * FROM publishers ORDER BY publisher_id'),
  chain: sql<{ chain: Uint8Array }>('SELECT chain FROM chains WHERE chain_hash = $1'),
  decision: sql<DecisionRow>(`${DECISION} WHERE k.request_id = $1`),
  decisionsOfUser: sql<DecisionRow>(
    'SELECT * FROM decisions WHERE user_id = $1 AND position > $2 ORDER BY position LIMIT $3',
  ),
  decisions: sql<DecisionRow>('SELECT * FROM decisions WHERE position > $1 ORDER BY position LIMIT $2'),
  rateTable: sql<RateTableRow>(`${RATE_TABLE} WHERE t.id = $1`),
  newestRateTable: sql<RateTableRow>(`${RATE_TABLE} ORDER BY t.id DESC LIMIT 1`),
  lastApproval: sql<{ at_ms: bigint }>(
    'SELECT at_ms FROM decisions WHERE code = 0 AND card_id IS NULL ORDER BY position DESC LIMIT 1',
  ),
  accounts: sql<AccountRow>('SELECT * FROM accounts WHERE id > $1 ORDER BY id LIMIT $2'),
  transfers: sql<TransferRow>(`${TRANSFER} WHERE t.id > $1 ORDER BY t.id LIMIT $2`),
  transfer: sql<TransferRow>(
    `${TRANSFER} JOIN transfer_keys k ON k.id = t.id AND k.period = t.period WHERE k.kind = $1 AND k.reference = $2`,
  ),
  postings: sql<PostingRow>(
    `SELECT p.transfer, p.amount_minor::bigint, p.currency, d.kind AS debit_kind, d.owner AS debit_owner,
       c.kind AS credit_kind, c.owner AS credit_owner
     FROM postings p JOIN accounts d ON d.id = p.debit JOIN accounts c ON c.id = p.credit
     WHERE p.transfer = ANY ($1::bigint[]) ORDER BY p.transfer, p.line`,
  ),
  topUp: sql<TopUpRow>('SELECT * FROM top_ups WHERE bank_reference = $1'),
  topUps: sql<TopUpRow>('SELECT * FROM top_ups WHERE bank_reference > $1 ORDER BY bank_reference LIMIT $2'),
  sums: sql<{ currency: string; sum_minor: bigint }>(
    'SELECT currency, sum(balance_minor)::bigint AS sum_minor FROM accounts GROUP BY currency ORDER BY currency',
  ),
};

export class PostgresReads implements StoreReader {
  readonly cards: CardReader;
  readonly periods: PeriodReader;
  readonly refunds: RefundReader;
  readonly escrows: EscrowWriter;
  readonly passes: PassWriter;
  readonly passwords: PasswordWriter;
  readonly findings: FindingWriter;
  readonly pages: PageReader;
  protected readonly ask: Ask;

  constructor(ask: Ask) {
    this.ask = ask;
    this.cards = new PostgresCardReads(ask);
    this.periods = new PostgresMoneyReads(ask);
    this.refunds = new PostgresRefundReads(ask);
    this.escrows = new PostgresEscrows(ask);
    this.passes = new PostgresPasses(ask);
    this.passwords = new PostgresPasswords(ask);
    this.findings = new PostgresFindings(ask);
    this.pages = new PostgresPageReads(ask);
  }

  async findPlayer(userId: Uint8Array): Promise<Player | undefined> {
    const [row] = await this.ask(SQL.player, [userId]);
    return row && playerOf(row);
  }

  async findPublisher(publisherId: string): Promise<Publisher | undefined> {
    const [row] = await this.ask(SQL.publisher, [publisherId]);
    return row && publisherOf(row);
  }

  async listPublishers(): Promise<readonly Publisher[]> {
    return (await this.ask(SQL.publishers)).map(publisherOf);
  }

  async findChain(chainHash: Uint8Array): Promise<readonly Uint8Array[] | undefined> {
    const [row] = await this.ask(SQL.chain, [chainHash]);
    return row && unpackChain(row.chain);
  }

  async findDecision(requestId: Uint8Array): Promise<PriorDecision | undefined> {
    const [row] = await this.ask(SQL.decision, [requestId]);
    return row && priorOf(row);
  }

  async listDecisions(userId: Uint8Array, after: bigint, count: number): Promise<readonly PlacedDecision[]> {
    return (await this.ask(SQL.decisionsOfUser, [userId, after, count])).map(decisionOf);
  }

  async listAllDecisions(after: bigint, count: number): Promise<readonly PlacedDecision[]> {
    return (await this.ask(SQL.decisions, [after, count])).map(decisionOf);
  }

  async findRateTable(tableId: number): Promise<PostedRateTable | undefined> {
    const [row] = await this.ask(SQL.rateTable, [tableId]);
    return row && rateTableOf(row);
  }

  async findNewestRateTable(): Promise<PostedRateTable | undefined> {
    const [row] = await this.ask(SQL.newestRateTable);
    return row && rateTableOf(row);
  }

  async lastApprovalMs(): Promise<number> {
    return Number((await this.ask(SQL.lastApproval))[0]?.at_ms ?? 0);
  }

  async listAccounts(after: bigint, count: number): Promise<readonly Account[]> {
    return (await this.ask(SQL.accounts, [after, count])).map(accountOf);
  }

  async listTransfers(after: bigint, count: number): Promise<readonly RecordedTransfer[]> {
    return this.#withPostings(await this.ask(SQL.transfers, [after, count]));
  }

  async *listPacked(after: bigint, through: bigint): AsyncGenerator<PackedTransfers> {
    for (let last = after; last < through;) {
      const left = through - last;
      const page = packUnbroken(await this.listTransfers(last, left < PACKED ? Number(left) : Number(PACKED)), last);
      if (page.ends.length === 0) return;
      yield page;
      last += BigInt(page.ends.length);
    }
  }

  async findTransfer(kind: TransferKind, reference: Uint8Array): Promise<RecordedTransfer | undefined> {
    return (await this.#withPostings(await this.ask(SQL.transfer, [kind, reference])))[0];
  }

  /** Postings never change, so that they may be read after their transfers. */
  async #withPostings(transfers: readonly TransferRow[]): Promise<RecordedTransfer[]> {
    const postings = new Map<bigint, PostingRow[]>(transfers.map(({ id }) => [id, []]));
    for (const row of await this.ask(SQL.postings, [int8s([...postings.keys()])]))
      postings.get(row.transfer)?.push(row);
    return transfers.map((row) => transferOf(row, postings.get(row.id) ?? []));
  }

  async findTopUp(bankReference: string): Promise<TopUp | undefined> {
    const [row] = await this.ask(SQL.topUp, [bankReference]);
    return row && topUpOf(row);
  }

  async listTopUps(after: string, count: number): Promise<readonly TopUp[]> {
    return (await this.ask(SQL.topUps, [after, count])).map(topUpOf);
  }

  async listSums(): Promise<readonly CurrencySum[]> {
    return (await this.ask(SQL.sums)).map((row) => ({ currency: row.currency, sumMinor: row.sum_minor }));
  }
}
