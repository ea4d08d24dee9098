/* eslint-disable @typescript-eslint/require-await -- the port may wait, SQLite never does; async makes every throw a rejection */
/** Changes of periods, inside a transaction of the writing connection. */
import type Database from 'better-sqlite3';
import type { SealWriter } from '../../periods/store.ts';
import type { SealedPeriod } from '../../periods/types.ts';
import { SqlitePeriodReads } from './period-reads.ts';

function prepare(db: Database.Database) {
  return {
    addSealed: db.prepare(
      `INSERT INTO sealed_periods (period, last_transfer, block, block_hash, rate_table_id, sealed_at_ms, seal)
       VALUES (@period, @lastTransfer, @block, @blockHash, @rateTableId, @sealedAtMs, @seal)`,
    ),
    setClosed: db.prepare<[number, number]>('UPDATE sealed_periods SET closed_at_ms = ? WHERE period = ?'),
  };
}

export class SqlitePeriodWrites extends SqlitePeriodReads implements SealWriter {
  readonly #sql: ReturnType<typeof prepare>;

  constructor(db: Database.Database) {
    super(db);
    this.#sql = prepare(db);
  }

  async addSealed(period: Omit<SealedPeriod, 'closedAtMs'>): Promise<void> {
    this.#sql.addSealed.run(period);
  }

  async setClosed(period: number, atMs: number): Promise<void> {
    this.#sql.setClosed.run(atMs, period);
  }
}
