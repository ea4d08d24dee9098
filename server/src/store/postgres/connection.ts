/** Connections to the store's database, each with the settings that the store's promises rest on. */
import pg from 'pg';
import { postgresErrorOf } from './postgres-errors.ts';
import { TYPES } from './wire.ts';

/** A prepared statement; named once per process, prepared once per connection. */
export interface Statement<Row> {
  readonly name: string;
  readonly text: string;
  /** It reads a large part of a table: planned anew each time, by hashes, with memory for them. */
  readonly isLarge?: boolean;
  /** Only a type: what its rows look like. */
  readonly row?: Row;
}

let statements = 0;
export const sql = <Row = Record<string, never>>(text: string): Statement<Row> => ({
  name: `coinslot_${++statements}`,
  text,
});

/** A statement over a large part of a table, such as the sums of a month; see `Statement.isLarge`. */
export const largeSql = <Row = Record<string, never>>(text: string): Statement<Row> => ({
  ...sql<Row>(text),
  isLarge: true,
});

/** Runs a statement and gives its rows; throws PostgresError. */
export type Ask = <Row>(statement: Statement<Row>, values?: readonly unknown[]) => Promise<Row[]>;

export interface ConnectOptions {
  readonly url: string;
  readonly schema: string;
  /** A statement that takes longer is given up, on both sides. */
  readonly statementMs: number;
  /** How long to wait for another process's transaction, and how long one that has gone silent may hold the others up. */
  readonly lockMs: number;
  readonly connectMs: number;
}

/** Of the writing connections: every lookup by its index, since a plan made on an empty table is kept while it grows. */
const BY_INDEX = ['enable_seqscan=off', 'enable_hashjoin=off', 'enable_mergejoin=off', 'jit=off'];

/** For one large statement: what `BY_INDEX` forbids is what makes it fast, and a plan that is kept knows nothing of its range. */
export const LARGE_SETTINGS =
  "SET LOCAL enable_seqscan = on; SET LOCAL enable_hashjoin = on; SET LOCAL plan_cache_mode = force_custom_plan; SET LOCAL work_mem = '64MB'";

export const clientConfig = (options: ConnectOptions, use: 'write' | 'read' | 'lock'): pg.ClientConfig => ({
  connectionString: options.url,
  application_name: `coinslot-server ${use}`,
  connectionTimeoutMillis: options.connectMs,
  keepAlive: true,
  // The driver's own limit is for a network that swallows everything: it comes after the database's.
  query_timeout: options.statementMs + options.lockMs,
  types: TYPES,
  // What the writer asks without waiting goes out at once, and is answered in its order: one round trip for all of it.
  pipeline: use === 'write',
  options: [
    `search_path=${options.schema}`,
    'synchronous_commit=on',
    'default_transaction_isolation=read\\ committed',
    `statement_timeout=${options.statementMs}`,
    `lock_timeout=${options.lockMs}`,
    `idle_in_transaction_session_timeout=${options.lockMs}`,
    ...BY_INDEX,
    ...(use === 'read' ? ['default_transaction_read_only=on'] : []),
  ]
    .map((setting) => `-c ${setting}`)
    .join(' '),
});

/** One connection, which knows when it is gone. */
export class Connection {
  readonly #client: pg.Client;
  #isLost = false;

  private constructor(client: pg.Client) {
    this.#client = client;
    client.on('error', () => void (this.#isLost = true));
    client.on('end', () => void (this.#isLost = true));
  }

  /** Throws PostgresError `busy`, lost, when there is nobody at the other end. */
  static async open(options: ConnectOptions, use: 'write' | 'lock'): Promise<Connection> {
    const client = new pg.Client(clientConfig(options, use));
    const connection = new Connection(client);
    try {
      await client.connect();
      return connection;
    } catch (error) {
      throw postgresErrorOf(error, 'connecting to the database');
    }
  }

  get isLost(): boolean {
    return this.#isLost;
  }

  readonly ask: Ask = async <Row>({ name, text }: Statement<Row>, values: readonly unknown[] = []) => {
    return this.#guarded(async () => {
      const { rows } = await this.#client.query({ name, text, values: [...values] });
      return rows as Row[];
    });
  };

  /** Several statements in one message, one result for each. */
  async run(text: string): Promise<readonly pg.QueryResult[]> {
    return this.#guarded(async () => {
      const results: pg.QueryResult | pg.QueryResult[] = await this.#client.query(text);
      return Array.isArray(results) ? results : [results];
    });
  }

  async #guarded<T>(work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (cause) {
      const error = postgresErrorOf(cause, 'the database');
      if (error.isLost) this.drop();
      throw error;
    }
  }

  /** Lets go at once, without a word to the other end. */
  drop(): void {
    this.#isLost = true;
    this.#client.connection.stream.destroy(); // an end would wait for what is under way
    this.#client.end().catch(() => undefined);
  }

  async close(): Promise<void> {
    this.#isLost = true;
    await this.#client.end().catch(() => undefined);
  }
}
