/** The store port on SQLite: one file, nothing to set up. One connection writes, one reads. */
import type Database from 'better-sqlite3';
import { StoreError, type Store, type StoreTransaction } from '../port.ts';
import { Checkpoints } from './checkpoints.ts';
import { startJournal } from './journal-start.ts';
import { takeLock } from './lock-file.ts';
import { openReader, openWriter } from './open.ts';
import { SqliteReads } from './reads.ts';
import { storeErrorOf } from './sqlite-errors.ts';
import { SqliteTransaction } from './transaction.ts';

export interface SqliteStoreOptions {
  /** The store's file; its -wal and -shm files stand beside it. */
  readonly path: string;
  readonly checkBytesMax: number;
  /** Milliseconds to wait for another process; 2,000. */
  readonly busyMs?: number;
}

const BUSY_MS = 2_000;

export function openSqliteStore({ path, checkBytesMax, busyMs = BUSY_MS }: SqliteStoreOptions): Store {
  const writer = openWriter({ path, checkBytesMax, busyMs });
  let reader: Database.Database | undefined;
  try {
    startJournal(writer);
    reader = openReader(path, busyMs);
    // Prepares every statement: a schema with a bit of it changed says so here.
    return new SqliteStore(path, writer, reader);
  } catch (error) {
    reader?.close();
    writer.close();
    throw storeErrorOf(error, `${path}: cannot be opened`);
  }
}

class SqliteStore extends SqliteReads implements Store {
  readonly #path: string;
  readonly #writer: Database.Database;
  readonly #reader: Database.Database;
  readonly #tx: SqliteTransaction;
  readonly #begin: Database.Statement;
  readonly #commit: Database.Statement;
  readonly #checkpoints: Checkpoints;

  constructor(path: string, writer: Database.Database, reader: Database.Database) {
    super(reader);
    this.#path = path;
    this.#writer = writer;
    this.#reader = reader;
    this.#tx = new SqliteTransaction(writer);
    // Immediate: the lock is taken before the first read, so what was read is still so when it is written.
    this.#begin = writer.prepare('BEGIN IMMEDIATE');
    this.#commit = writer.prepare('COMMIT');
    this.#checkpoints = new Checkpoints(path, writer);
  }

  async transaction<T>(work: (tx: StoreTransaction) => Promise<T>): Promise<T> {
    if (this.#writer.inTransaction) throw new Error('transaction: another one is still running');
    try {
      this.#begin.run();
      const result = await work(this.#tx);
      this.#tx.end();
      this.#commit.run();
      this.#checkpoints.committed();
      return result;
    } catch (error) {
      throw this.#undo(storeErrorOf(error, 'transaction'));
    }
  }

  /** Rolls back what SQLite has not rolled back by itself. When even that fails, nobody knows what is on the disk. */
  #undo(error: unknown): unknown {
    this.#tx.forget();
    try {
      if (this.#writer.inTransaction) this.#writer.exec('ROLLBACK');
      return error;
    } catch (cause) {
      return new StoreError('failed', 'transaction: could not be rolled back', cause);
    }
  }

  async exclusively<T>(name: string, work: () => Promise<T>): Promise<T> {
    const letGo = takeLock(this.#path, name);
    try {
      return await work();
    } finally {
      letGo();
    }
  }

  async close(): Promise<void> {
    this.#reader.close();
    await this.#checkpoints.stop();
    // Brings the WAL into the file, so that a backup of the file alone is whole.
    this.#writer.pragma('wal_checkpoint(TRUNCATE)');
    this.#writer.close();
  }
}
