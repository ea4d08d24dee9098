/**
 * The store port on PostgreSQL, for more than one machine: any number of processes on one database, any of which may be killed at
 * any time. One connection writes, a few read, and a lock has one of its own.
 */
import { randomBytes } from 'node:crypto';
import pg from 'pg';
import type { Player } from '../../players/types.ts';
import { StoreError, type Store, type StoreTransaction } from '../port.ts';
import { playerOf, type PlayerRow } from '../rows.ts';
import { clientConfig, Connection, LARGE_SETTINGS, sql, type Ask, type ConnectOptions } from './connection.ts';
import { openWriter, type Steps } from './open.ts';
import { postgresErrorOf } from './postgres-errors.ts';
import { PostgresReads } from './reads.ts';
import { PLAYERS } from './selects.ts';
import { SharedReads } from './shared-reads.ts';
import { byteas } from './wire.ts';
import { Writer } from './writer.ts';

export interface PostgresStoreOptions {
  /** `postgres://user:password@host:port/database`; to the database itself, or to a pooler that keeps sessions. */
  readonly url: string;
  /** The schema that holds the store's tables, made when it is not there; `coinslot`. */
  readonly schema?: string;
  /** Connections that read; 4. */
  readonly poolMax?: number;
  /** Milliseconds that a statement may take; 30,000. */
  readonly statementMs?: number;
  /** Milliseconds to wait for another process's transaction, and that a silent one may hold the others up; 10,000. */
  readonly lockMs?: number;
  /** Milliseconds to wait for a connection; 5,000. */
  readonly connectMs?: number;
  /** Milliseconds to look for the fate of a COMMIT whose answer was lost, before the store is `failed`; 60,000. */
  readonly recoverMs?: number;
  /** For tests: other steps of the schema. */
  readonly migrations?: Steps;
}

const DEFAULTS = {
  schema: 'coinslot',
  poolMax: 4,
  statementMs: 30_000,
  lockMs: 10_000,
  connectMs: 5_000,
  recoverMs: 60_000,
};
const LOCK_NAME = /^[a-z][a-z-]{0,31}$/;
const LOCK = sql<{ taken: boolean }>('SELECT pg_try_advisory_lock(hashtextextended($1, 0)) AS taken');

/** Throws StoreError: `busy` when the database cannot be reached, `failed` when it must not be served from. */
export async function openPostgresStore(options: PostgresStoreOptions): Promise<Store> {
  const settings = { ...DEFAULTS, ...options };
  const connection = await openWriter(settings, options.migrations);
  const writer = new Writer({ ...settings, writerId: Uint8Array.from(randomBytes(16)) }, connection);
  return new PostgresStore(settings, writer, openPool(settings, settings.poolMax));
}

function openPool(options: ConnectOptions, poolMax: number): pg.Pool {
  const pool = new pg.Pool({ ...clientConfig(options, 'read'), max: poolMax });
  pool.on('error', () => undefined); // an idle connection that went; the pool opens another
  return pool;
}

/** Reads may be asked again: once, over another connection, when theirs was lost. */
const readOver = (pool: pg.Pool): Ask =>
  async function ask<Row>(
    statement: Parameters<Ask>[0],
    values: readonly unknown[] = [],
    isSecond = false,
  ): Promise<Row[]> {
    const { name, text, isLarge } = statement;
    try {
      if (isLarge) return await readLarge<Row>(pool, text, values);
      return (await pool.query({ name, text, values: [...values] })).rows as Row[];
    } catch (cause) {
      const error = postgresErrorOf(cause, 'reading from the database');
      if (!error.isLost || isSecond) throw error;
      return ask<Row>(statement, values, true);
    }
  };

async function readLarge<Row>(pool: pg.Pool, text: string, values: readonly unknown[]): Promise<Row[]> {
  const client = await pool.connect();
  try {
    await client.query(`BEGIN READ ONLY; ${LARGE_SETTINGS}`);
    const { rows } = await client.query({ text, values: [...values] });
    await client.query('COMMIT');
    client.release();
    return rows as Row[];
  } catch (cause) {
    // Its transaction goes with the connection.
    client.release(true);
    throw cause;
  }
}

class PostgresStore extends PostgresReads implements Store {
  readonly #options: ConnectOptions;
  readonly #writer: Writer;
  readonly #pool: pg.Pool;
  readonly #players: SharedReads<PlayerRow>;

  constructor(options: ConnectOptions, writer: Writer, pool: pg.Pool) {
    super(readOver(pool));
    this.#options = options;
    this.#writer = writer;
    this.#pool = pool;
    this.#players = new SharedReads<PlayerRow>(
      (userIds) => this.ask(PLAYERS, [byteas(userIds)]),
      ({ user_id: userId }) => userId,
    );
  }

  /** Every payment asks for its player before it waits for the writer: a statement each would cost more than the rest of it. */
  override async findPlayer(userId: Uint8Array): Promise<Player | undefined> {
    const row = await this.#players.find(userId);
    return row && playerOf(row);
  }

  transaction<T>(work: (tx: StoreTransaction) => Promise<T>): Promise<T> {
    return this.#writer.transaction(work);
  }

  /** The lock is the session's: it ends with the process, or with the connection. */
  async exclusively<T>(name: string, work: () => Promise<T>): Promise<T> {
    if (!LOCK_NAME.test(name)) throw new TypeError(`name: '${name}', expected small letters and hyphens`);
    const connection = await Connection.open(this.#options, 'lock');
    try {
      const [row] = await connection.ask(LOCK, [`coinslot ${this.#options.schema} ${name}`]);
      if (row?.taken !== true) throw new StoreError('busy', `${name}: somebody else is at it`);
      const result = await work();
      if (connection.isLost) throw new StoreError('busy', `${name}: the lock was lost while the work went on`);
      return result;
    } finally {
      await connection.close();
    }
  }

  async close(): Promise<void> {
    await this.#writer.close();
    await this.#pool.end();
  }
}
