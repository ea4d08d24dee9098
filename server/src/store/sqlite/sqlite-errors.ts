import Database from 'better-sqlite3';
import { StoreError, type StoreErrorKind } from '../port.ts';

const KINDS: readonly (readonly [prefix: string, kind: StoreErrorKind])[] = [
  ['SQLITE_BUSY', 'busy'],
  ['SQLITE_LOCKED', 'busy'],
  ['SQLITE_FULL', 'full'],
  ['SQLITE_CONSTRAINT', 'refused'],
  ['SQLITE_MISMATCH', 'refused'],
];

/** SQLite's error in the store's words; anything it does not know is `failed`, the kind that stops the server. */
export function storeErrorOf(error: unknown, what: string): unknown {
  if (!(error instanceof Database.SqliteError || isOpenFailure(error))) return error;
  const code = error instanceof Database.SqliteError ? error.code : 'SQLITE_CANTOPEN';
  const kind = KINDS.find(([prefix]) => code.startsWith(prefix))?.[1] ?? 'failed';
  return new StoreError(kind, `${what}: ${error.message}`, error);
}

/** better-sqlite3 says by a TypeError that the folder is not there. */
function isOpenFailure(error: unknown): error is TypeError {
  return error instanceof TypeError && error.message.startsWith('Cannot open database');
}
