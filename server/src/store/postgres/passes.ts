/** Nonces, links and sessions, over any connection. */
import type { Pass, PassKind, PassWriter } from '../../sign-in/store.ts';
import { passOf, type PassRow } from '../pass-rows.ts';
import { sql, type Ask } from './connection.ts';

/** Behind the first `$2` of those that last longest. */
const trim = (where: string): string =>
  `DELETE FROM passes WHERE kind = $1 AND position IN (
     SELECT position FROM passes WHERE ${where} ORDER BY until_ms DESC, position DESC OFFSET $2::bigint)`;

const SQL = {
  find: sql<PassRow>('SELECT * FROM passes WHERE kind = $1 AND digest = $2'),
  add: sql('INSERT INTO passes (kind, digest, subject, opened_at_ms, until_ms) VALUES ($1, $2, $3, $4, $5)'),
  setUntil: sql('UPDATE passes SET until_ms = $3 WHERE kind = $1 AND digest = $2'),
  remove: sql<{ kind: PassKind }>('DELETE FROM passes WHERE kind = $1 AND digest = $2 RETURNING kind'),
  forget: sql('DELETE FROM passes WHERE kind = $1 AND until_ms < $2'),
  count: sql<{ n: bigint }>('SELECT count(*) AS n FROM passes WHERE kind = $1'),
  trimAll: sql(trim('kind = $1')),
  trimOf: sql(trim('kind = $1 AND subject = $3')),
};

export class PostgresPasses implements PassWriter {
  readonly #ask: Ask;

  constructor(ask: Ask) {
    this.#ask = ask;
  }

  async findPass(kind: PassKind, digest: Uint8Array): Promise<Pass | undefined> {
    const [row] = await this.#ask(SQL.find, [kind, digest]);
    return row && passOf(row);
  }

  async addPass({ kind, digest, subject, openedAtMs, untilMs }: Pass): Promise<void> {
    await this.#ask(SQL.add, [kind, digest, subject, openedAtMs, untilMs]);
  }

  async setPassUntil(kind: PassKind, digest: Uint8Array, untilMs: number): Promise<void> {
    await this.#ask(SQL.setUntil, [kind, digest, untilMs]);
  }

  async removePass(kind: PassKind, digest: Uint8Array): Promise<boolean> {
    return (await this.#ask(SQL.remove, [kind, digest])).length > 0;
  }

  async forgetPasses(kind: PassKind, beforeMs: number): Promise<void> {
    await this.#ask(SQL.forget, [kind, beforeMs]);
  }

  async countPasses(kind: PassKind): Promise<number> {
    return Number((await this.#ask(SQL.count, [kind]))[0]?.n ?? 0n);
  }

  async trimPasses(kind: PassKind, keep: number, subject?: string): Promise<void> {
    if (subject === undefined) await this.#ask(SQL.trimAll, [kind, keep]);
    else await this.#ask(SQL.trimOf, [kind, keep, subject]);
  }
}
