/**
 * Opens a store's schema in a database: what its promises rest on is read back, and the schema brought forward. Throws StoreError
 * `failed`, with words for the operator, for everything that must not be served from.
 */
import { StoreError } from '../port.ts';
import { Connection, sql, type ConnectOptions } from './connection.ts';
import { MIGRATIONS } from './migrations.ts';

/** Statement-level triggers over partitioned tables and SQL functions with a body came with 14. */
const SERVER_VERSION_MIN = 140_000;
const SCHEMA = /^[a-z_][a-z0-9_]{0,49}$/;

const SETTING = sql<{ value: string | null }>('SELECT current_setting($1, true) AS value');
const TABLES = sql<{ n: bigint }>(
  `SELECT count(*) AS n FROM pg_class WHERE relnamespace = (SELECT oid FROM pg_namespace WHERE nspname = $1)`,
);

export type Steps = readonly (readonly string[])[];

/** The connection that writes. */
export async function openWriter(options: ConnectOptions, steps: Steps = MIGRATIONS): Promise<Connection> {
  if (!SCHEMA.test(options.schema)) throw new TypeError(`schema: '${options.schema}', expected small letters and _`);
  const connection = await Connection.open(options, 'write');
  try {
    await requireDurable(connection);
    while (!(await step(connection, options.schema, steps)));
    return connection;
  } catch (error) {
    await connection.close();
    throw error;
  }
}

/**
 * A decision must not be signed over a record that power can take away. `synchronous_commit` is set by the connection, the other
 * two are the server's.
 */
async function requireDurable(connection: Connection): Promise<void> {
  const settings = { fsync: 'on', full_page_writes: 'on', synchronous_commit: 'on', server_encoding: 'UTF8' };
  for (const [name, expected] of Object.entries(settings)) {
    const found = await setting(connection, name);
    if (found !== expected)
      throw new StoreError('failed', `the database has ${name} = ${String(found)}, not ${expected}`);
  }
  if (Number(await setting(connection, 'server_version_num')) < SERVER_VERSION_MIN)
    throw new StoreError('failed', 'the database is older than PostgreSQL 14');
}

const setting = async (connection: Connection, name: string): Promise<string | null | undefined> =>
  (await connection.ask(SETTING, [name]))[0]?.value;

/**
 * Forward only, one step in one transaction with its number, so that a kill leaves it undone or done; one process at a time.
 * Returns true when there is nothing left to do.
 */
async function step(connection: Connection, schema: string, steps: Steps): Promise<boolean> {
  await connection.run(`BEGIN; SELECT pg_advisory_xact_lock(hashtextextended('coinslot migrate ${schema}', 0))`);
  try {
    const version = await versionOf(connection, schema);
    if (version > steps.length)
      throw new StoreError('failed', `the database has version ${version}, this server knows ${steps.length}`);
    const statements = steps[version];
    if (statements !== undefined) await connection.run(statements.join(';\n'));
    if (statements !== undefined) await connection.run(`UPDATE store_version SET version = ${version + 1}`);
    await connection.run('COMMIT');
    return statements === undefined;
  } catch (error) {
    if (!connection.isLost) await connection.run('ROLLBACK');
    throw error;
  }
}

async function versionOf(connection: Connection, schema: string): Promise<number> {
  const [exists] = await connection.run(`SELECT to_regclass('${schema}.store_version') IS NOT NULL AS found`);
  if ((exists?.rows[0] as { found: boolean }).found) {
    const [rows] = await connection.run('SELECT version FROM store_version');
    return Number((rows?.rows[0] as { version: bigint }).version);
  }
  if ((await connection.ask(TABLES, [schema]))[0]?.n !== 0n)
    throw new StoreError('failed', `the schema ${schema} belongs to another program`);
  await connection.run(
    `CREATE SCHEMA IF NOT EXISTS ${schema};
     CREATE TABLE ${schema}.store_version (only_row boolean PRIMARY KEY DEFAULT true CHECK (only_row), version bigint NOT NULL);
     INSERT INTO ${schema}.store_version (version) VALUES (0)`,
  );
  return 0;
}
