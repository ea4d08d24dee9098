/** Rows of registered password keys as a database hands them out. */
import type { KeptPassword } from '../players/passwords.ts';

export interface PasswordRow {
  position: bigint;
  user_id: Uint8Array;
  request_hash: Uint8Array;
  public_key: Uint8Array | null;
  envelope: Uint8Array;
  time_ms: bigint;
  taken_at_ms: bigint;
}

export const passwordOf = (row: PasswordRow): KeptPassword => ({
  position: row.position,
  userId: Uint8Array.from(row.user_id),
  requestHash: Uint8Array.from(row.request_hash),
  publicKey: row.public_key === null ? undefined : Uint8Array.from(row.public_key),
  envelope: Uint8Array.from(row.envelope),
  timeMs: Number(row.time_ms),
  takenAtMs: Number(row.taken_at_ms),
});
