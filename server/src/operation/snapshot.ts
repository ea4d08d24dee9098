/** Reading a store past its server, wherever it is. */
import type { StorePlace } from '../store/place.ts';
import { openPostgresSnapshot } from '../store/postgres/snapshot.ts';
import { openSqliteReads, openSqliteSnapshot, type StoreSnapshot } from '../store/sqlite/snapshot.ts';

/** The store at one moment. Throws StoreError for what is no store, or of another version. */
export async function openSnapshot({ storePath, database }: StorePlace): Promise<StoreSnapshot> {
  if (database !== undefined) return openPostgresSnapshot(database);
  if (storePath !== undefined) return openSqliteSnapshot(storePath);
  throw new TypeError('place: a file or a database');
}

/** What never changes, such as a sealed month: with no moment to keep, the WAL of a file need not grow. Throws as `openSnapshot`. */
export async function openReads({ storePath, database }: StorePlace): Promise<StoreSnapshot> {
  return storePath === undefined ? openSnapshot({ ...(database && { database }) }) : openSqliteReads(storePath);
}
