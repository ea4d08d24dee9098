/** Lines of bills and payouts are found by what they are of, however large the month is: no plan of SQLite's goes through all of it. */
import Database from 'better-sqlite3';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { SqliteLineReads } from '../../server/src/store/sqlite/line-reads.ts';
import { openSqliteStore } from '../../server/src/store/sqlite/sqlite-store.ts';

it('no page of lines is read by going through a month, a kind of account or a table', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'coinslot-server-'));
  const path = join(folder, 'ledger.sqlite');
  try {
    await openSqliteStore({ path, checkBytesMax: 0 }).close();
    const db = new Database(path, { readonly: true });
    const statements: string[] = [];
    const watched = new Proxy(db, {
      get: (target, name) => (sql: string) => {
        expect(name).toBe('prepare');
        statements.push(sql);
        return target.prepare(sql);
      },
    });
    new SqliteLineReads(watched);
    const plans = statements.map((sql) =>
      db
        .prepare<[object], { detail: string }>(`EXPLAIN QUERY PLAN ${sql}`)
        .all({ userId: Buffer.alloc(16), publisherId: '', period: 202610, after: 0, count: 500 })
        .map(({ detail }) => detail),
    );
    db.close();
    expect(plans).toHaveLength(2);
    // What a plan may go through is what it has made itself, of the party alone.
    const own = /^SCAN (touched|m|\(subquery-\d+\))$/;
    const walks = plans.flat().filter((step) => /^SCAN /.test(step) && !own.test(step));
    const tooWide = plans.flat().filter((step) => /\((period|kind)=\?\)/.test(step));
    expect([...walks, ...tooWide]).toEqual([]);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});
