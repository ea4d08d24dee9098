/** A store as it stands at one moment, for whoever reads long: one transaction over one connection, which changes nothing. */
import { StoreError } from '../port.ts';
import type { StoreSnapshot } from '../sqlite/snapshot.ts';
import { Connection, LARGE_SETTINGS, sql, type Ask } from './connection.ts';
import { MIGRATIONS } from './migrations.ts';
import { PostgresReads } from './reads.ts';

/** As those of the store; a statement may read many rows, and between two of them signatures are verified. */
const SETTINGS = { schema: 'coinslot', statementMs: 300_000, lockMs: 60_000, connectMs: 5_000 };
const VERSION = sql<{ version: bigint }>('SELECT version FROM store_version');

/** Throws StoreError for a database that cannot be reached, or whose store is of another version. */
export async function openPostgresSnapshot(options: {
  readonly url: string;
  readonly schema?: string;
}): Promise<StoreSnapshot> {
  const connection = await Connection.open({ ...SETTINGS, ...options }, 'lock');
  try {
    await connection.run('BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY');
    const [row] = await connection.ask(VERSION);
    if (Number(row?.version) !== MIGRATIONS.length)
      throw new StoreError('failed', `the store has version ${row?.version}, this server knows ${MIGRATIONS.length}`);
    return { store: new PostgresReads(askOver(connection)), close: () => connection.close() };
  } catch (error) {
    await connection.close();
    throw error;
  }
}

/** What a large statement needs is set for it alone: back at the savepoint everything is as it was. */
const askOver = (connection: Connection): Ask =>
  async function ask(statement, values) {
    if (statement.isLarge !== true) return connection.ask(statement, values);
    await connection.run(`SAVEPOINT large; ${LARGE_SETTINGS}`);
    const rows = await connection.ask(statement, values);
    await connection.run('ROLLBACK TO SAVEPOINT large');
    return rows;
  };
