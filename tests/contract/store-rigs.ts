/** The two backends as the store's contract needs them: places to open stores at, and a shell with its own words. */
import Database from 'better-sqlite3';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { PaymentServerOptions } from '@coinslot/server';
import { openStore } from '../../server/src/store/place.ts';
import type { Store } from '../../server/src/store/port.ts';
import { startPostgres, type TestPostgres } from '../lib/postgres.ts';

/** A row as a shell writes it: values in SQL. */
export type SqlRow = Readonly<Record<string, string | number | bigint>>;

/** A place that nobody has used. */
export interface Place {
  /** How a server names it. */
  readonly options: Pick<PaymentServerOptions, 'storePath' | 'database'>;
  open(): Promise<Store>;
  /** One transaction of a person with a shell; rejects with the backend's own words, and nothing of it is there. */
  shell(statements: readonly string[]): Promise<void>;
  /** The same, of somebody who takes a rule of the schema away first: the one that forbids changes to a table. */
  shellPastRules(table: string, statement: string): Promise<void>;
  remove(): void;
}

export interface StoreRig {
  readonly name: string;
  start(): Promise<void>;
  place(): Place;
  stop(): Promise<void>;
  /** Whether foreign keys hold for a shell as well. */
  readonly shellHasKeys: boolean;
  readonly words: {
    /** That many random bytes. */
    random(byteCount: number): string;
    bytes(hex: string): string;
    /** Rows put in the place of those that are there. */
    replace(table: string, key: string, row: SqlRow): string;
    /** Columns that only this backend has. */
    transfer(period: number): SqlRow;
    posting(period: number): SqlRow;
  };
}

export const insert = (table: string, ...rows: readonly SqlRow[]): string =>
  `INSERT INTO ${table} (${Object.keys(rows[0] ?? {}).join(', ')})
   VALUES ${rows.map((row) => `(${Object.values(row).join(', ')})`).join(', ')}`;

const CHECK_ALL = 1e12;

export function sqliteRig(): StoreRig {
  return {
    name: 'SQLite',
    shellHasKeys: false,
    start: () => Promise.resolve(),
    stop: () => Promise.resolve(),
    place() {
      const folder = mkdtempSync(join(tmpdir(), 'coinslot-store-'));
      const storePath = join(folder, 'ledger.sqlite');
      const inShell = (work: (db: Database.Database) => void): Promise<void> => {
        const db = new Database(storePath);
        try {
          db.pragma('foreign_keys = OFF'); // as a shell has it
          db.transaction(work)(db);
          return Promise.resolve();
        } catch (error) {
          return Promise.reject(error instanceof Error ? error : new Error(String(error)));
        } finally {
          db.close();
        }
      };
      return {
        options: { storePath },
        open: () => openStore({ storePath }, CHECK_ALL),
        shell: (statements) => inShell((db) => statements.forEach((statement) => db.exec(statement))),
        shellPastRules: (table, statement) =>
          inShell((db) => {
            const triggers = db
              .prepare<[string], { name: string }>(
                "SELECT name FROM sqlite_schema WHERE type = 'trigger' AND tbl_name = ?",
              )
              .all(table);
            triggers.forEach(({ name }) => db.exec(`DROP TRIGGER ${name}`));
            db.exec(statement);
          }),
        remove: () => rmSync(folder, { recursive: true, force: true }),
      };
    },
    words: {
      random: (byteCount) => `randomblob(${byteCount})`,
      bytes: (hex) => `x'${hex}'`,
      replace: (table, _, row) => insert(table, row).replace('INSERT', 'INSERT OR REPLACE'),
      transfer: (period) => ({ period }),
      posting: () => ({}),
    },
  };
}

export function postgresRig(): StoreRig {
  let postgres: TestPostgres | undefined;
  const running = (): TestPostgres => {
    if (postgres === undefined) throw new Error('PostgreSQL is not running');
    return postgres;
  };
  return {
    name: 'PostgreSQL',
    shellHasKeys: true,
    async start() {
      postgres = await startPostgres();
    },
    stop: () => running().stop(),
    place() {
      const { url } = running();
      const schema = running().freshSchema();
      const database = { url, schema, poolMax: 2 };
      return {
        options: { database },
        open: () => openStore({ database }, CHECK_ALL),
        shell: async (statements) => void (await running().run(schema, `BEGIN; ${statements.join('; ')}; COMMIT`)),
        shellPastRules: async (table, statement) =>
          void (await running().run(
            schema,
            `BEGIN; ${(await tables(running(), schema, table)).map((one) => `ALTER TABLE ${one} DISABLE TRIGGER USER`).join('; ')};
             ${statement}; COMMIT`,
          )),
        remove: () => undefined,
      };
    },
    words: {
      random: (byteCount) => `substring(sha512(random()::text::bytea) FROM 1 FOR ${byteCount})`,
      bytes: (hex) => `'\\x${hex}'::bytea`,
      replace: (table, key, row) =>
        `${insert(table, row)} ON CONFLICT (${key}) DO UPDATE SET ${Object.keys(row)
          .map((column) => `${column} = excluded.${column}`)
          .join(', ')}`,
      transfer: (period) => ({ period }),
      posting: (period) => ({ period }),
    },
  };
}

/** A table and its partitions. */
async function tables(postgres: TestPostgres, schema: string, table: string): Promise<readonly string[]> {
  const { rows } = await postgres.run(
    schema,
    `SELECT relname FROM pg_class JOIN pg_namespace n ON n.oid = relnamespace
     WHERE n.nspname = '${schema}' AND relkind IN ('r', 'p') AND relname ~ '^${table}(_[0-9]{6})?$'`,
  );
  return (rows as { relname: string }[]).map(({ relname }) => relname);
}
