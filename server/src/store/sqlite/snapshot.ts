/** A store as it stands at one moment, for whoever reads long: nothing that is committed meanwhile is seen, nothing is changed. */
import { StoreError, type StoreReader } from '../port.ts';
import { MIGRATIONS } from './migrations.ts';
import { APPLICATION_ID, openReader } from './open.ts';
import { SqliteReads } from './reads.ts';
import { storeErrorOf } from './sqlite-errors.ts';

export interface StoreSnapshot {
  readonly store: StoreReader;
  readonly close: () => Promise<void>;
}

const BUSY_MS = 2_000;

/**
 * Read-only, inside one transaction; a server may go on over the same file, whose WAL grows until this is closed. Throws
 * StoreError for a file that is no store, or of another version.
 */
export const openSqliteSnapshot = (path: string): StoreSnapshot => openReads(path, 'BEGIN');

/** Read-only, each read by itself: for rows that never change. Throws as `openSqliteSnapshot`. */
export const openSqliteReads = (path: string): StoreSnapshot => openReads(path, '');

function openReads(path: string, begin: string): StoreSnapshot {
  const db = openReader(path, BUSY_MS);
  try {
    const version = db.pragma('user_version', { simple: true });
    if (db.pragma('application_id', { simple: true }) !== BigInt(APPLICATION_ID))
      throw new StoreError('failed', 'the file belongs to another program');
    if (version !== BigInt(MIGRATIONS.length))
      throw new StoreError('failed', `the file has version ${String(version)}, this server knows ${MIGRATIONS.length}`);
    db.exec(begin);
    return { store: new SqliteReads(db), close: () => Promise.resolve(void db.close()) };
  } catch (error) {
    db.close();
    throw storeErrorOf(error, `${path}: cannot be opened`);
  }
}
