/* eslint-disable @typescript-eslint/require-await -- the port may wait, SQLite never does; async makes every throw a rejection */
/** Nonces, links and sessions, over either connection. */
import type Database from 'better-sqlite3';
import type { Pass, PassKind, PassWriter } from '../../sign-in/store.ts';
import { passOf, type PassRow } from '../pass-rows.ts';

type Blob = Uint8Array;

/** Behind the first `keep` of those that last longest. */
const trim = (where: string): string =>
  `DELETE FROM passes WHERE kind = @kind AND position IN (
     SELECT position FROM passes WHERE ${where} ORDER BY until_ms DESC, position DESC LIMIT -1 OFFSET @keep)`;

function prepare(db: Database.Database) {
  return {
    find: db.prepare<[PassKind, Blob], PassRow>('SELECT * FROM passes WHERE kind = ? AND digest = ?'),
    add: db.prepare(
      `INSERT INTO passes (kind, digest, subject, opened_at_ms, until_ms)
       VALUES (@kind, @digest, @subject, @openedAtMs, @untilMs)`,
    ),
    setUntil: db.prepare<[number, PassKind, Blob]>('UPDATE passes SET until_ms = ? WHERE kind = ? AND digest = ?'),
    remove: db.prepare<[PassKind, Blob]>('DELETE FROM passes WHERE kind = ? AND digest = ?'),
    forget: db.prepare<[PassKind, number]>('DELETE FROM passes WHERE kind = ? AND until_ms < ?'),
    count: db.prepare<[PassKind], bigint>('SELECT count(*) FROM passes WHERE kind = ?').pluck(),
    trimAll: db.prepare(trim('kind = @kind')),
    trimOf: db.prepare(trim('kind = @kind AND subject = @subject')),
  };
}

export class SqlitePasses implements PassWriter {
  readonly #sql: ReturnType<typeof prepare>;

  constructor(db: Database.Database) {
    this.#sql = prepare(db);
  }

  async findPass(kind: PassKind, digest: Blob): Promise<Pass | undefined> {
    const row = this.#sql.find.get(kind, digest);
    return row && passOf(row);
  }

  async addPass(pass: Pass): Promise<void> {
    this.#sql.add.run(pass);
  }

  async setPassUntil(kind: PassKind, digest: Blob, untilMs: number): Promise<void> {
    this.#sql.setUntil.run(untilMs, kind, digest);
  }

  async removePass(kind: PassKind, digest: Blob): Promise<boolean> {
    return this.#sql.remove.run(kind, digest).changes > 0;
  }

  async forgetPasses(kind: PassKind, beforeMs: number): Promise<void> {
    this.#sql.forget.run(kind, beforeMs);
  }

  async countPasses(kind: PassKind): Promise<number> {
    return Number(this.#sql.count.get(kind));
  }

  async trimPasses(kind: PassKind, keep: number, subject?: string): Promise<void> {
    if (subject === undefined) this.#sql.trimAll.run({ kind, keep });
    else this.#sql.trimOf.run({ kind, keep, subject });
  }
}
