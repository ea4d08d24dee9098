/**
 * Transactions on the one connection that writes. Each locks `journal_head` first, so that they happen one after the other over
 * all processes, and each leaves its number (its turn) in this process's own row of `writers`, so that a COMMIT whose answer was
 * lost can be looked up: under the lock of the head, which the lost transaction held to its end, the row says whether it is there.
 */
import { setTimeout as wait } from 'node:timers/promises';
import { StoreError } from '../port.ts';
import { Connection, sql, type Ask, type ConnectOptions } from './connection.ts';
import type { HeadRow } from './ledger.ts';
import { PostgresError } from './postgres-errors.ts';
import { PostgresTransaction } from './transaction.ts';

const HEAD = `SELECT last_transfer, last_position, block, block_last_transfer, block_hash, sealed
  FROM journal_head FOR UPDATE`;
const BEGIN = `BEGIN; ${HEAD}`;
const TURN = sql<{ turn: bigint }>('SELECT turn FROM writers WHERE writer = $1');
/** This process's row, and those of processes that were killed long ago. */
const LEAVE = sql("DELETE FROM writers WHERE writer = $1 OR seen_at < now() - interval '7 days'");
/** The same work from its start, after a conflict or a connection that was lost before COMMIT. */
const ATTEMPTS_MAX = 4;
const PAUSE_MS = 50;
const PAUSE_MS_MAX = 1_000;

export interface WriterOptions extends ConnectOptions {
  /** 16 bytes, unlike those of any other process. */
  readonly writerId: Uint8Array;
  /** How long to look for the fate of a COMMIT before giving up. */
  readonly recoverMs: number;
}

export class Writer {
  readonly #options: WriterOptions;
  #connection: Connection;
  #tx: PostgresTransaction;
  #turn = 0n;
  #isRunning = false;

  constructor(options: WriterOptions, connection: Connection) {
    this.#options = options;
    this.#connection = connection;
    this.#tx = new PostgresTransaction(this.#ask);
  }

  /** Always of the connection as it is now. */
  readonly #ask: Ask = (statement, values) => this.#connection.ask(statement, values);

  async transaction<T>(work: (tx: PostgresTransaction) => Promise<T>): Promise<T> {
    if (this.#isRunning) throw new Error('transaction: another one is still running');
    this.#isRunning = true;
    try {
      for (let attempt = 1; ; attempt++) {
        try {
          return await this.#attempt(work);
        } catch (error) {
          const isRepeatable = error instanceof PostgresError && error.isRepeatable;
          if (!isRepeatable || attempt === ATTEMPTS_MAX) throw error;
          await wait(PAUSE_MS * attempt);
        }
      }
    } finally {
      this.#isRunning = false;
    }
  }

  async close(): Promise<void> {
    if (!this.#connection.isLost) await this.#ask(LEAVE, [this.#options.writerId]).catch(() => undefined);
    await this.#connection.close();
  }

  async #attempt<T>(work: (tx: PostgresTransaction) => Promise<T>): Promise<T> {
    await this.#requireConnection();
    const { result, last } = await this.#uncommitted(work);
    this.#turn += 1n;
    await this.#commit(this.#turn, last);
    return result;
  }

  async #requireConnection(): Promise<void> {
    if (this.#connection.isLost) this.#connection = await Connection.open(this.#options, 'write');
  }

  /** `last` is run with the commit. */
  async #uncommitted<T>(work: (tx: PostgresTransaction) => Promise<T>): Promise<{ result: T; last: string }> {
    try {
      const [, head] = await this.#connection.run(BEGIN);
      this.#tx.begin(head?.rows[0] as HeadRow);
      const result = await work(this.#tx);
      return { result, last: this.#tx.end() };
    } catch (error) {
      await this.#undo();
      throw error;
    }
  }

  /** A connection that will not roll back is let go of, which rolls back. */
  async #undo(): Promise<void> {
    this.#tx.forget();
    if (this.#connection.isLost) return;
    await this.#connection.run('ROLLBACK').catch(() => this.#connection.drop());
  }

  /** The block, the turn and the commit are one message: either all arrive or none; and where one is refused, none after it is run. */
  async #commit(turn: bigint, last: string): Promise<void> {
    const id = Buffer.from(this.#options.writerId).toString('hex');
    try {
      await this.#connection.run(
        `${last} INSERT INTO writers (writer, turn) VALUES ('\\x${id}', ${turn})
           ON CONFLICT (writer) DO UPDATE SET turn = excluded.turn, seen_at = now();
         COMMIT`,
      );
    } catch (error) {
      await this.#undo();
      if (!(error instanceof PostgresError && error.isLost)) throw error;
      if (await this.#isCommitted(turn, error)) return;
      throw error; // it was undone, and may be made again from its start
    }
  }

  /** Asks until somebody answers. Throws StoreError `failed` when nobody does. */
  async #isCommitted(turn: bigint, lost: PostgresError): Promise<boolean> {
    const endsAt = performance.now() + this.#options.recoverMs;
    for (let pauseMs = PAUSE_MS; ; pauseMs = Math.min(2 * pauseMs, PAUSE_MS_MAX)) {
      try {
        return (await this.#committedTurn()) >= turn;
      } catch (error) {
        if (performance.now() > endsAt || !(error instanceof PostgresError) || error.kind !== 'busy')
          throw new StoreError('failed', 'COMMIT: its answer was lost, and the database cannot be asked again', lost);
      }
      await wait(pauseMs);
    }
  }

  async #committedTurn(): Promise<bigint> {
    await this.#requireConnection();
    try {
      // What was lost held this lock to its end.
      await this.#connection.run(BEGIN);
      const [row] = await this.#connection.ask(TURN, [this.#options.writerId]);
      return row?.turn ?? 0n;
    } finally {
      await this.#undo();
    }
  }
}
