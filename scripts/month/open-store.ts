/** The store of a name, for commands that look at it beside the server. */
import { openPostgresStore } from '../../server/src/store/postgres/postgres-store.ts';
import type { Store } from '../../server/src/store/port.ts';
import { openSqliteStore } from '../../server/src/store/sqlite/sqlite-store.ts';

/** @param kind `sqlite` with a path, or `postgres` with a URL. */
export function openStore(kind: string, place: string): Promise<Store> {
  if (kind === 'sqlite') return Promise.resolve(openSqliteStore({ path: place, checkBytesMax: 0 }));
  if (kind === 'postgres') return openPostgresStore({ url: place });
  throw new RangeError(`${kind}: no such store; there are sqlite and postgres`);
}
