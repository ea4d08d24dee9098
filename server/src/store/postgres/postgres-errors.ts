/** PostgreSQL's errors in the store's words. */
import pg from 'pg';
import { StoreError, type StoreErrorKind } from '../port.ts';

/**
 * What a failed statement means for its transaction. `isLost`: the connection is gone, and whatever was not told to be
 * committed is undone. `isRepeatable`: nothing was done, and the same work may succeed from its start.
 */
export class PostgresError extends StoreError {
  readonly isLost: boolean;
  readonly isRepeatable: boolean;

  constructor(kind: StoreErrorKind, message: string, cause: unknown, { isLost = false, isRepeatable = false } = {}) {
    super(kind, message, cause);
    this.name = 'PostgresError';
    this.isLost = isLost;
    this.isRepeatable = isRepeatable;
  }
}

/** By SQLSTATE, longest prefix first: PostgreSQL's documentation, appendix A. */
const KINDS: readonly (readonly [prefix: string, kind: StoreErrorKind])[] = [
  ['40001', 'busy'], // serialization failure
  ['40P01', 'busy'], // deadlock
  ['25006', 'busy'], // read only: a standby that is not in charge yet
  ['53100', 'full'],
  ['53', 'busy'], // out of memory or connections
  ['55P03', 'busy'], // lock_timeout
  ['57014', 'busy'], // statement_timeout
  ['22', 'refused'], // a value out of range
  ['23', 'refused'],
  ['54', 'refused'], // too large for the database
  ['P0001', 'refused'],
];
const REPEATABLE = ['40001', '40P01'];
/** The server ends the connection: shutdown, crash, not up yet, idle too long inside a transaction; or has none to give. */
const ENDINGS = ['57P', '25P03', '25P04', '08'];

export function postgresErrorOf(error: unknown, what: string): PostgresError {
  if (error instanceof PostgresError) return error;
  const message = `${what}: ${error instanceof Error ? error.message : String(error)}`;
  const code = error instanceof pg.DatabaseError ? error.code : undefined;
  // Without a SQLSTATE it comes from the socket, or the driver's own time-out, after which the connection is not used again.
  if (code === undefined || ENDINGS.some((prefix) => code.startsWith(prefix)))
    return new PostgresError('busy', message, error, { isLost: true, isRepeatable: true });
  const kind = KINDS.find(([prefix]) => code.startsWith(prefix))?.[1] ?? 'failed';
  const isLost = error instanceof pg.DatabaseError && ['FATAL', 'PANIC'].includes(error.severity ?? '');
  return new PostgresError(kind, `${message} (${code})`, error, { isLost, isRepeatable: REPEATABLE.includes(code) });
}
