/** Keys of password proofs, over any connection. */
import type { KeptPassword, NewPassword, PasswordWriter } from '../../players/passwords.ts';
import { passwordOf, type PasswordRow } from '../password-rows.ts';
import { sql, type Ask } from './connection.ts';

const SQL = {
  list: sql<PasswordRow>('SELECT * FROM passwords WHERE user_id = $1 ORDER BY position'),
  add: sql(
    `INSERT INTO passwords (user_id, request_hash, public_key, envelope, time_ms, taken_at_ms)
     VALUES ($1, $2, $3, $4, $5, $6)`,
  ),
};

export class PostgresPasswords implements PasswordWriter {
  readonly #ask: Ask;

  constructor(ask: Ask) {
    this.#ask = ask;
  }

  async listPasswords(userId: Uint8Array): Promise<readonly KeptPassword[]> {
    return (await this.#ask(SQL.list, [userId])).map(passwordOf);
  }

  async addPassword({ userId, requestHash, publicKey, envelope, timeMs, takenAtMs }: NewPassword): Promise<void> {
    await this.#ask(SQL.add, [userId, requestHash, publicKey ?? null, envelope, timeMs, takenAtMs]);
  }
}
