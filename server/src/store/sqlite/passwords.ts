/* eslint-disable @typescript-eslint/require-await -- the port may wait, SQLite never does; async makes every throw a rejection */
/** Keys of password proofs, over either connection. */
import type Database from 'better-sqlite3';
import type { KeptPassword, NewPassword, PasswordWriter } from '../../players/passwords.ts';
import { passwordOf, type PasswordRow } from '../password-rows.ts';

function prepare(db: Database.Database) {
  return {
    list: db.prepare<[Uint8Array], PasswordRow>('SELECT * FROM passwords WHERE user_id = ? ORDER BY position'),
    add: db.prepare(
      `INSERT INTO passwords (user_id, request_hash, public_key, envelope, time_ms, taken_at_ms)
       VALUES (@userId, @requestHash, @publicKey, @envelope, @timeMs, @takenAtMs)`,
    ),
  };
}

export class SqlitePasswords implements PasswordWriter {
  readonly #sql: ReturnType<typeof prepare>;

  constructor(db: Database.Database) {
    this.#sql = prepare(db);
  }

  async listPasswords(userId: Uint8Array): Promise<readonly KeptPassword[]> {
    return this.#sql.list.all(userId).map(passwordOf);
  }

  async addPassword(password: NewPassword): Promise<void> {
    this.#sql.add.run({ ...password, publicKey: password.publicKey ?? null });
  }
}
