/* eslint-disable @typescript-eslint/require-await -- the port may wait, SQLite never does; async makes every throw a rejection */
/** Reads of periods and of the journal, over either connection. */
import type Database from 'better-sqlite3';
import { NO_HASH } from '../../ledger/journal.ts';
import type { PeriodSums, SealReader } from '../../periods/store.ts';
import type { JournalBlock, SealedPeriod, SealPoint, TransferRange } from '../../periods/types.ts';
import { StoreError } from '../port.ts';
import { SqlitePeriodSums } from './period-sums.ts';
import { blockOf, sealedOf, type BlockRow, type SealedRow, type SealPointRow } from '../period-rows.ts';

function prepare(db: Database.Database) {
  return {
    newestSealed: db.prepare<[], SealedRow>('SELECT * FROM sealed_periods ORDER BY period DESC LIMIT 1'),
    sealed: db.prepare<[number], SealedRow>('SELECT * FROM sealed_periods WHERE period = ?'),
    allSealed: db.prepare<[], SealedRow>('SELECT * FROM sealed_periods ORDER BY period'),
    oldestOpen: db.prepare<[], { period: bigint | null }>(
      `SELECT min(period) AS period FROM transfers
       WHERE period > (SELECT coalesce(max(period), 0) FROM sealed_periods)`,
    ),
    range: db.prepare<[number, number], { first: bigint | null; last: bigint | null }>(
      `SELECT (SELECT min(id) FROM transfers WHERE period = ?) AS first,
         (SELECT max(id) FROM transfers WHERE period = ?) AS last`,
    ),
    lastSealedTransfer: db.prepare<[], { last_transfer: bigint }>(
      'SELECT last_transfer FROM sealed_periods ORDER BY period DESC LIMIT 1',
    ),
    blockOfTransfer: db.prepare<[bigint], SealPointRow>(
      `SELECT number, hash FROM journal WHERE last_transfer >= ? AND number > 0 ORDER BY last_transfer LIMIT 1`,
    ),
    block: db.prepare<[bigint], BlockRow>('SELECT * FROM journal WHERE number = ?'),
    newestBlock: db.prepare<[], BlockRow>('SELECT * FROM journal ORDER BY number DESC LIMIT 1'),
    blocks: db.prepare<[bigint, number], BlockRow>('SELECT * FROM journal WHERE number > ? ORDER BY number LIMIT ?'),
  };
}

export class SqlitePeriodReads implements SealReader {
  readonly #read: ReturnType<typeof prepare>;
  readonly #sums: SqlitePeriodSums;

  constructor(db: Database.Database) {
    this.#read = prepare(db);
    this.#sums = new SqlitePeriodSums(db);
  }

  async findNewestSealed(): Promise<SealedPeriod | undefined> {
    const row = this.#read.newestSealed.get();
    return row && sealedOf(row);
  }

  async findSealed(period: number): Promise<SealedPeriod | undefined> {
    const row = this.#read.sealed.get(period);
    return row && sealedOf(row);
  }

  async listSealed(): Promise<readonly SealedPeriod[]> {
    return this.#read.allSealed.all().map(sealedOf);
  }

  async findOldestOpen(): Promise<number | undefined> {
    const period = this.#read.oldestOpen.get()?.period ?? null;
    return period === null ? undefined : Number(period);
  }

  async findSealPoint(period: number): Promise<SealPoint> {
    const own = (await this.findTransferRange(period))?.last ?? 0n;
    const before = this.#read.lastSealedTransfer.get()?.last_transfer ?? 0n;
    const lastTransfer = own > before ? own : before;
    if (lastTransfer === 0n) return { lastTransfer, block: 0n, blockHash: NO_HASH };
    const block = this.#read.blockOfTransfer.get(lastTransfer);
    if (block === undefined) throw new StoreError('broken', `transfers: ${lastTransfer} is in no block`);
    return { lastTransfer, block: block.number, blockHash: Uint8Array.from(block.hash) };
  }

  async findTransferRange(period: number): Promise<TransferRange | undefined> {
    const { first = null, last = null } = this.#read.range.get(period, period) ?? {};
    return first === null || last === null ? undefined : { first, last };
  }

  sumTransfers(period: number, after: bigint, through: bigint): AsyncIterable<PeriodSums> {
    return this.#sums.sum({ period, after, through });
  }

  async findBlock(number: bigint): Promise<JournalBlock | undefined> {
    const row = this.#read.block.get(number);
    return row && blockOf(row);
  }

  async findNewestBlock(): Promise<JournalBlock> {
    const row = this.#read.newestBlock.get();
    if (row === undefined) throw new StoreError('broken', 'journal: it has no blocks');
    return blockOf(row);
  }

  async listBlocks(after: bigint, count: number): Promise<readonly JournalBlock[]> {
    return this.#read.blocks.all(after, count).map(blockOf);
  }
}
