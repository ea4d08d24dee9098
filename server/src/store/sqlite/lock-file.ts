/**
 * A lock over all processes that ends with its holder: an empty SQLite file beside the store, held by a transaction that has
 * nothing in it. The operating system lets go of it when the process dies; SQLite sees to it that two holders in one process
 * keep each other out as well, which POSIX locks alone do not. Like the store it must not lie on a network file system.
 */
import Database from 'better-sqlite3';
import { storeErrorOf } from './sqlite-errors.ts';

const LOCK_NAME = /^[a-z][a-z-]{0,31}$/;

/** Takes `<path>.<name>` and returns what lets go of it. Throws StoreError `busy` at once when it is held. */
export function takeLock(path: string, name: string): () => void {
  if (!LOCK_NAME.test(name)) throw new TypeError(`name: '${name}', expected small letters and hyphens`);
  const file = `${path}.${name}`;
  let db: Database.Database | undefined;
  try {
    db = new Database(file, { timeout: 0 });
    db.exec('BEGIN EXCLUSIVE');
  } catch (error) {
    db?.close();
    throw storeErrorOf(error, `${file}: cannot be locked`);
  }
  return () => db.close();
}
