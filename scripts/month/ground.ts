/** Where the month's store is, and copies of it as it stands. */
import { copyFileSync, mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { startPostgres } from '../../tests/lib/postgres.ts';

export interface Ground {
  readonly kind: string;
  /** Path or URL. */
  readonly place: string;
  /** A copy of the store, which nobody may have open. */
  copy(name: string): Promise<string>;
  bytes(): Promise<number>;
  clear(): Promise<void>;
}

export async function openGround(kind: string): Promise<Ground> {
  return kind === 'postgres' ? postgresGround() : sqliteGround();
}

function sqliteGround(): Ground {
  const folder = mkdtempSync(join(tmpdir(), 'coinslot-month-'));
  const place = join(folder, 'ledger.sqlite');
  return {
    kind: 'sqlite',
    place,
    copy(name) {
      const copied = join(folder, `${name}.sqlite`);
      copyFileSync(place, copied);
      return Promise.resolve(copied);
    },
    bytes: () => Promise.resolve(statSync(place).size),
    clear: () => Promise.resolve(rmSync(folder, { recursive: true, force: true })),
  };
}

async function postgresGround(): Promise<Ground> {
  const database = await startPostgres();
  const name = new URL(database.url).pathname.slice(1);
  const ask = async (sql: string): Promise<readonly Record<string, string>[]> => {
    const admin = new URL(database.url);
    admin.pathname = '/postgres';
    const client = new pg.Client({ connectionString: admin.href });
    await client.connect();
    try {
      return (await client.query<Record<string, string>>(sql)).rows;
    } finally {
      await client.end();
    }
  };
  return {
    kind: 'postgres',
    place: database.url,
    async copy(copied) {
      await ask(`DROP DATABASE IF EXISTS "${copied}"`);
      await ask(`CREATE DATABASE "${copied}" TEMPLATE "${name}"`);
      const url = new URL(database.url);
      url.pathname = `/${copied}`;
      return url.href;
    },
    bytes: async () => Number((await ask(`SELECT pg_database_size('${name}') AS bytes`))[0]?.['bytes'] ?? 0),
    clear: () => database.stop(),
  };
}
