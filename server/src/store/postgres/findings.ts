/** Findings, over any connection. */
import type { FindingWriter } from '../../findings/store.ts';
import { FINDING_WORDS_MAX, type Finding, type FindingKind, type NewFinding } from '../../findings/types.ts';
import { findingOf, NEWEST, type FindingRow } from '../finding-rows.ts';
import { sql, type Ask } from './connection.ts';

const listed = (which: string) =>
  sql<FindingRow>(
    `SELECT * FROM findings WHERE ended_at_ms ${which} AND position < $1 ORDER BY position DESC LIMIT $2`,
  );
const SQL = {
  open: listed('IS NULL'),
  ended: listed('IS NOT NULL'),
  openAbout: sql<{ about: string }>(
    'SELECT DISTINCT about FROM findings WHERE kind = $1 AND ended_at_ms IS NULL ORDER BY about',
  ),
  countOpen: sql<{ kind: FindingKind; n: bigint }>(
    'SELECT kind, count(*) AS n FROM findings WHERE ended_at_ms IS NULL GROUP BY kind',
  ),
  note: sql(
    `INSERT INTO findings (kind, about, party, words, amount_minor, currency, at_ms)
     SELECT $1::text, $2::text, $3::text, $4::text, $5::bigint, $6::text, $7::bigint WHERE NOT EXISTS (
       SELECT 1 FROM findings WHERE kind = $1 AND about = $2 AND words = $4 AND ended_at_ms IS NULL)`,
  ),
  settle: sql(
    `UPDATE findings SET ended_at_ms = $1, ended_by = 'course' WHERE kind = $2 AND about = $3 AND ended_at_ms IS NULL`,
  ),
  close: sql(`UPDATE findings SET ended_at_ms = $1, ended_by = 'operator' WHERE position = $2 AND ended_at_ms IS NULL`),
};

export class PostgresFindings implements FindingWriter {
  readonly #ask: Ask;

  constructor(ask: Ask) {
    this.#ask = ask;
  }

  async listOpenFindings(before: bigint | undefined, count: number): Promise<readonly Finding[]> {
    return (await this.#ask(SQL.open, [before ?? NEWEST, count])).map(findingOf);
  }

  async listEndedFindings(before: bigint | undefined, count: number): Promise<readonly Finding[]> {
    return (await this.#ask(SQL.ended, [before ?? NEWEST, count])).map(findingOf);
  }

  async countOpenFindings(): Promise<ReadonlyMap<FindingKind, number>> {
    return new Map((await this.#ask(SQL.countOpen)).map(({ kind, n }) => [kind, Number(n)]));
  }

  async listOpenAbout(kind: FindingKind): Promise<readonly string[]> {
    return (await this.#ask(SQL.openAbout, [kind])).map(({ about }) => about);
  }

  async noteFinding({ kind, about, party, words, money, atMs }: NewFinding): Promise<void> {
    const { amountMinor = null, currency = null } = money ?? {};
    await this.#ask(SQL.note, [kind, about, party, words.slice(0, FINDING_WORDS_MAX), amountMinor, currency, atMs]);
  }

  async settleFindings(kind: FindingKind, about: string, atMs: number): Promise<void> {
    await this.#ask(SQL.settle, [atMs, kind, about]);
  }

  async closeFinding(position: bigint, atMs: number): Promise<void> {
    await this.#ask(SQL.close, [atMs, position]);
  }
}
