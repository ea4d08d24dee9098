/** D17: the WAL comes into the file beside the serving thread, and stays small while commits come without a pause. */
import Database from 'better-sqlite3';
import { mkdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { setImmediate as turn } from 'node:timers/promises';
import { describe, expect, it, onTestFinished } from 'vitest';
import { Checkpoints } from '../../server/src/store/sqlite/checkpoints.ts';
import { openLedger, postAll, topUp } from './ledger-store.ts';
import { temporaryFolder } from './started-server.ts';

const COMMITS = 1_500;
const PAGES_EACH = 10;
const FRAMES_MAX = 100;

function openFile() {
  const path = join(temporaryFolder(), 'file.sqlite');
  const db = new Database(path).defaultSafeIntegers(true);
  onTestFinished(() => void db.close());
  db.pragma('journal_mode = WAL');
  db.exec('CREATE TABLE pages (body BLOB)');
  const add = db.prepare('INSERT INTO pages VALUES (zeroblob(?))');
  return { path, db, commit: () => add.run(PAGES_EACH * 4_096) };
}
const pagesOf = (path: string): number => statSync(path).size / 4_096;

describe('checkpoints', () => {
  it('D17: the thread does them, and where it never comes to the end the writer takes what is left', async () => {
    const { path, db, commit } = openFile();
    const checkpoints = new Checkpoints(path, db, 5n, FRAMES_MAX);
    // A busy machine may take a while to start a thread; what is measured begins with its first answer.
    for (let i = 0; db.pragma('wal_autocheckpoint', { simple: true }) !== 0n && i < 1_000_000; i++) {
      if (i < 10) commit();
      checkpoints.committed();
      await turn();
    }
    for (let i = 0; i < COMMITS; i++) {
      commit();
      checkpoints.committed();
      await turn();
    }
    await checkpoints.stop();
    // None was in a commit any more, and the WAL began anew again and again.
    expect(db.pragma('wal_autocheckpoint', { simple: true })).toBe(0n);
    expect(pagesOf(`${path}-wal`)).toBeLessThan((COMMITS * PAGES_EACH) / 2);
    expect(pagesOf(path)).toBeGreaterThan((COMMITS * PAGES_EACH) / 2);
    expect(db.pragma('integrity_check', { simple: true })).toBe('ok');
  });

  it('a thread that fails leaves them to the commits, and no commit is told of it', async () => {
    const { db, path, commit } = openFile();
    const elsewhere = join(temporaryFolder(), 'folder');
    mkdirSync(elsewhere);
    const checkpoints = new Checkpoints(elsewhere, db, 1n, FRAMES_MAX);
    db.pragma('wal_autocheckpoint = 0');
    for (let i = 0; db.pragma('wal_autocheckpoint', { simple: true }) === 0n && i < 100_000; i++) {
      if (i < 10) commit();
      checkpoints.committed();
      await turn();
    }
    expect(db.pragma('wal_autocheckpoint', { simple: true })).toBe(1_000n);
    await checkpoints.stop();
    expect(pagesOf(`${path}-wal`)).toBeGreaterThan(10);
  });

  it('a store that had its thread closes as one that had none: with everything in the file', async () => {
    const ledger = openLedger();
    for (let i = 0; i < 4; i++) await postAll(ledger, ...Array.from({ length: 400 }, () => topUp()));
    await turn();
    await ledger.store.close();
    expect(() => statSync(`${ledger.path}-wal`)).toThrow('ENOENT');
    const db = new Database(ledger.path, { readonly: true });
    onTestFinished(() => void db.close());
    expect(db.prepare('SELECT count(*) FROM transfers').pluck().get()).toBe(1_600);
  });
});
