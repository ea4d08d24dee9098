/**
 * Opens a store file: settings set and read back, the file checked, the schema brought forward. Throws StoreError `failed`
 * with words for the operator for everything that must not be served from.
 */
import Database from 'better-sqlite3';
import { existsSync, statSync } from 'node:fs';
import { StoreError } from '../port.ts';
import { MIGRATIONS } from './migrations.ts';
import { storeErrorOf } from './sqlite-errors.ts';

/** "coin" in the file's header, so that another program's file is not taken for a store. */
export const APPLICATION_ID = 0x636f696e;
const FULL = 2n;

export interface OpenOptions {
  readonly path: string;
  /** Above this size the pages are not read through. */
  readonly checkBytesMax: number;
  /** Milliseconds to wait for another process. */
  readonly busyMs: number;
  readonly migrations?: readonly (readonly string[])[];
}

/** The connection that writes. */
export function openWriter(options: OpenOptions): Database.Database {
  const { path, busyMs, migrations = MIGRATIONS } = options;
  requireNotGone(path);
  const db = guarded(path, () => new Database(path, { timeout: busyMs }));
  try {
    db.defaultSafeIntegers(true);
    requireOwnFile(db);
    useDurableCommits(db);
    requireSound(db, path, options.checkBytesMax);
    migrate(db, migrations);
    return db;
  } catch (error) {
    db.close();
    throw storeErrorOf(error, `${path}: cannot be opened`);
  }
}

/** A second connection that sees only what is committed. */
export function openReader(path: string, busyMs: number): Database.Database {
  return guarded(path, () => new Database(path, { readonly: true, timeout: busyMs }).defaultSafeIntegers(true));
}

function guarded<T>(path: string, open: () => T): T {
  try {
    return open();
  } catch (error) {
    throw storeErrorOf(error, `${path}: cannot be opened`);
  }
}

/** SQLite would make a new file and throw the WAL away, which may hold the only record of what was decided last. */
function requireNotGone(path: string): void {
  const bytesOf = (file: string): number => (existsSync(file) ? statSync(file).size : 0);
  if (bytesOf(path) === 0 && bytesOf(`${path}-wal`) > 0)
    throw new StoreError(
      'failed',
      `${path}: is gone, and its WAL is there: put the file back beside it, or move both away`,
    );
}

const pragma = (db: Database.Database, name: string): unknown => db.pragma(name, { simple: true });

function requireOwnFile(db: Database.Database): void {
  const id = pragma(db, 'application_id');
  const tables = db.prepare<[], { n: bigint }>('SELECT count(*) AS n FROM sqlite_schema').get()?.n;
  if (id === BigInt(APPLICATION_ID) || (id === 0n && tables === 0n)) return;
  throw new StoreError('failed', 'the file belongs to another program');
}

/**
 * WAL with a sync at every commit. SQLite falls back to NORMAL when it reopens a WAL file (100 commits then make 8 syncs),
 * so FULL is set at every open, and read back: a decision must not be signed over a record that power can take away.
 */
function useDurableCommits(db: Database.Database): void {
  db.pragma('journal_mode = WAL');
  db.pragma('synchronous = FULL');
  db.pragma('fullfsync = ON'); // macOS: a plain fsync there stops at the drive's cache
  db.pragma('checkpoint_fullfsync = ON');
  db.pragma('trusted_schema = OFF');
  requirePragma(db, 'journal_mode', 'wal');
  requirePragma(db, 'synchronous', FULL);
}

function requirePragma(db: Database.Database, name: string, expected: unknown): void {
  const found = pragma(db, name);
  if (found !== expected) throw new StoreError('failed', `${name} is ${String(found)}, not ${String(expected)}`);
}

function requireSound(db: Database.Database, path: string, checkBytesMax: number): void {
  if (statSync(path).size > checkBytesMax) return;
  const finding = pragma(db, 'quick_check(1)');
  if (finding !== 'ok') throw new StoreError('failed', `the file is damaged: ${String(finding)}`);
}

/**
 * Forward only. Each step is one transaction with its version number, so a kill leaves the step undone or done. Foreign keys
 * are off meanwhile, because a table that is made anew is gone for a moment; all of them are looked at before the commit.
 */
function migrate(db: Database.Database, steps: readonly (readonly string[])[]): void {
  db.pragma('foreign_keys = OFF');
  for (;;) {
    const done = db.transaction((): boolean => {
      const version = Number(pragma(db, 'user_version'));
      if (version > steps.length)
        throw new StoreError('failed', `the file has version ${version}, this server knows ${steps.length}`);
      const step = steps[version];
      if (step === undefined) return true;
      for (const statement of step) db.exec(statement);
      requireForeignKeys(db, version);
      db.pragma(`application_id = ${APPLICATION_ID}`);
      db.pragma(`user_version = ${version + 1}`);
      return false;
    });
    if (done.immediate()) break;
  }
  db.pragma('foreign_keys = ON');
  requirePragma(db, 'foreign_keys', 1n);
}

function requireForeignKeys(db: Database.Database, version: number): void {
  if ((db.pragma('foreign_key_check') as unknown[]).length > 0)
    throw new StoreError('failed', `version ${version} cannot be brought forward: rows refer to what is not there`);
}
