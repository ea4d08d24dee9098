/** Where a store is: a file of this machine, or a database for several. */
import type { Store } from './port.ts';
import { openPostgresStore, type PostgresStoreOptions } from './postgres/postgres-store.ts';
import { openSqliteStore } from './sqlite/sqlite-store.ts';

/** One of the two. */
export interface StorePlace {
  /** The SQLite file; made when it is not there. */
  readonly storePath?: string;
  /** A PostgreSQL, in which the store's schema is made when it is not there. */
  readonly database?: PostgresStoreOptions;
}

/** Throws StoreError when it must not be served from, TypeError when the place is not one of the two. */
export async function openStore({ storePath, database }: StorePlace, checkBytesMax: number): Promise<Store> {
  if (database !== undefined && storePath === undefined) return openPostgresStore(database);
  if (database === undefined && storePath !== undefined) return openSqliteStore({ path: storePath, checkBytesMax });
  throw new TypeError('storePath, database: expected one of the two');
}
