/** Reads of periods and of the journal. */
import { NO_HASH } from '../../ledger/journal.ts';
import type { AccountMovement, SealReader } from '../../periods/store.ts';
import type { JournalBlock, SealedPeriod, SealPoint, TransferRange } from '../../periods/types.ts';
import {
  blockOf,
  movementOf,
  sealedOf,
  type BlockRow,
  type MovementRow,
  type SealedRow,
  type SealPointRow,
} from '../period-rows.ts';
import { StoreError } from '../port.ts';
import { largeSql, sql, type Ask } from './connection.ts';

const MOVED = 'FROM transfers t JOIN postings p ON p.transfer = t.id AND p.period = t.period';

const SQL = {
  newestSealed: sql<SealedRow>('SELECT * FROM sealed_periods ORDER BY period DESC LIMIT 1'),
  sealed: sql<SealedRow>('SELECT * FROM sealed_periods WHERE period = $1'),
  allSealed: sql<SealedRow>('SELECT * FROM sealed_periods ORDER BY period'),
  oldestOpen: sql<{ period: bigint | null }>(
    `SELECT min(period) AS period FROM transfers
     WHERE period > (SELECT coalesce(max(period), 0) FROM sealed_periods)`,
  ),
  range: sql<{ first: bigint | null; last: bigint | null }>(
    'SELECT min(id) AS first, max(id) AS last FROM transfers WHERE period = $1',
  ),
  blockOfTransfer: sql<SealPointRow>(
    'SELECT number, hash FROM journal WHERE last_transfer >= $1 AND number > 0 ORDER BY last_transfer LIMIT 1',
  ),
  block: sql<BlockRow>('SELECT * FROM journal WHERE number = $1'),
  newestBlock: sql<BlockRow>('SELECT * FROM journal ORDER BY number DESC LIMIT 1'),
  blocks: sql<BlockRow>('SELECT * FROM journal WHERE number > $1 ORDER BY number LIMIT $2'),
  movements: largeSql<MovementRow>(
    `SELECT a.kind, a.owner, a.currency, m.kind AS transfer_kind, count(DISTINCT m.id) AS n,
       sum(m.amount_minor)::bigint AS amount_minor
     FROM (SELECT t.id, t.kind, p.credit AS account, p.amount_minor
             ${MOVED} WHERE t.period = $1 AND t.id > $2 AND t.id <= $3
           UNION ALL
           SELECT t.id, t.kind, p.debit AS account, -p.amount_minor
             ${MOVED} WHERE t.period = $1 AND t.id > $2 AND t.id <= $3) m
       JOIN accounts a ON a.id = m.account
     GROUP BY a.id, m.kind`,
  ),
};

export class PostgresPeriodReads implements SealReader {
  protected readonly ask: Ask;

  constructor(ask: Ask) {
    this.ask = ask;
  }

  async findNewestSealed(): Promise<SealedPeriod | undefined> {
    const [row] = await this.ask(SQL.newestSealed);
    return row && sealedOf(row);
  }

  async findSealed(period: number): Promise<SealedPeriod | undefined> {
    const [row] = await this.ask(SQL.sealed, [period]);
    return row && sealedOf(row);
  }

  async listSealed(): Promise<readonly SealedPeriod[]> {
    return (await this.ask(SQL.allSealed)).map(sealedOf);
  }

  async findOldestOpen(): Promise<number | undefined> {
    const period = (await this.ask(SQL.oldestOpen))[0]?.period ?? null;
    return period === null ? undefined : Number(period);
  }

  async findSealPoint(period: number): Promise<SealPoint> {
    const own = (await this.findTransferRange(period))?.last ?? 0n;
    const before = (await this.findNewestSealed())?.lastTransfer ?? 0n;
    const lastTransfer = own > before ? own : before;
    if (lastTransfer === 0n) return { lastTransfer, block: 0n, blockHash: NO_HASH };
    const [block] = await this.ask(SQL.blockOfTransfer, [lastTransfer]);
    if (block === undefined) throw new StoreError('broken', `transfers: ${lastTransfer} is in no block`);
    return { lastTransfer, block: block.number, blockHash: Uint8Array.from(block.hash) };
  }

  async findTransferRange(period: number): Promise<TransferRange | undefined> {
    const { first = null, last = null } = (await this.ask(SQL.range, [period]))[0] ?? {};
    return first === null || last === null ? undefined : { first, last };
  }

  protected async sumMovements(period: number, after: bigint, through: bigint): Promise<readonly AccountMovement[]> {
    return (await this.ask(SQL.movements, [period, after, through])).map(movementOf);
  }

  async findBlock(number: bigint): Promise<JournalBlock | undefined> {
    const [row] = await this.ask(SQL.block, [number]);
    return row && blockOf(row);
  }

  async findNewestBlock(): Promise<JournalBlock> {
    const [row] = await this.ask(SQL.newestBlock);
    if (row === undefined) throw new StoreError('broken', 'journal: it has no blocks');
    return blockOf(row);
  }

  async listBlocks(after: bigint, count: number): Promise<readonly JournalBlock[]> {
    return (await this.ask(SQL.blocks, [after, count])).map(blockOf);
  }
}
