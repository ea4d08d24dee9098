/* eslint-disable @typescript-eslint/require-await -- the port may wait, SQLite never does; async makes every throw a rejection */
/** Findings, over either connection. */
import type Database from 'better-sqlite3';
import type { FindingWriter } from '../../findings/store.ts';
import { FINDING_WORDS_MAX, type Finding, type FindingKind, type NewFinding } from '../../findings/types.ts';
import { findingOf, NEWEST, type FindingRow } from '../finding-rows.ts';

function prepare(db: Database.Database) {
  const listed = (which: string): Database.Statement<[bigint, number], FindingRow> =>
    db.prepare(`SELECT * FROM findings WHERE ended_at_ms ${which} AND position < ? ORDER BY position DESC LIMIT ?`);
  return {
    open: listed('IS NULL'),
    ended: listed('IS NOT NULL'),
    openAbout: db.prepare<[FindingKind], { about: string }>(
      'SELECT DISTINCT about FROM findings WHERE kind = ? AND ended_at_ms IS NULL ORDER BY about',
    ),
    countOpen: db.prepare<[], { kind: FindingKind; n: bigint }>(
      'SELECT kind, count(*) AS n FROM findings WHERE ended_at_ms IS NULL GROUP BY kind',
    ),
    note: db.prepare(
      `INSERT INTO findings (kind, about, party, words, amount_minor, currency, at_ms)
       SELECT @kind, @about, @party, @words, @amountMinor, @currency, @atMs WHERE NOT EXISTS (
         SELECT 1 FROM findings WHERE kind = @kind AND about = @about AND words = @words AND ended_at_ms IS NULL)`,
    ),
    settle: db.prepare<[number, FindingKind, string]>(
      `UPDATE findings SET ended_at_ms = ?, ended_by = 'course' WHERE kind = ? AND about = ? AND ended_at_ms IS NULL`,
    ),
    close: db.prepare<[number, bigint]>(
      `UPDATE findings SET ended_at_ms = ?, ended_by = 'operator' WHERE position = ? AND ended_at_ms IS NULL`,
    ),
  };
}

export class SqliteFindings implements FindingWriter {
  readonly #sql: ReturnType<typeof prepare>;

  constructor(db: Database.Database) {
    this.#sql = prepare(db);
  }

  async listOpenFindings(before: bigint | undefined, count: number): Promise<readonly Finding[]> {
    return this.#sql.open.all(before ?? NEWEST, count).map(findingOf);
  }

  async listEndedFindings(before: bigint | undefined, count: number): Promise<readonly Finding[]> {
    return this.#sql.ended.all(before ?? NEWEST, count).map(findingOf);
  }

  async countOpenFindings(): Promise<ReadonlyMap<FindingKind, number>> {
    return new Map(this.#sql.countOpen.all().map(({ kind, n }) => [kind, Number(n)]));
  }

  async listOpenAbout(kind: FindingKind): Promise<readonly string[]> {
    return this.#sql.openAbout.all(kind).map(({ about }) => about);
  }

  async noteFinding({ kind, about, party, words, money, atMs }: NewFinding): Promise<void> {
    const { amountMinor = null, currency = null } = money ?? {};
    this.#sql.note.run({ kind, about, party, words: words.slice(0, FINDING_WORDS_MAX), amountMinor, currency, atMs });
  }

  async settleFindings(kind: FindingKind, about: string, atMs: number): Promise<void> {
    this.#sql.settle.run(atMs, kind, about);
  }

  async closeFinding(position: bigint, atMs: number): Promise<void> {
    this.#sql.close.run(atMs, position);
  }
}
