import Database from 'better-sqlite3';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { makeOffer, makeRequest, makeServerHolder } from '../lib/parties.ts';
import { MIGRATIONS } from '../../server/src/store/sqlite/migrations.ts';
import { openWriter } from '../../server/src/store/sqlite/open.ts';
import { GroupCommit } from '../../server/src/store/group-commit.ts';
import { StoreError, type Store, type StoreTransaction } from '../../server/src/store/port.ts';
import { ProtocolError } from '@coinslot/protocol';
import { enrolPlayer, requireBooks, silent, startMarket, startServer, temporaryFolder } from './started-server.ts';

const CHECK_ALL = 1e12;
const openAt = (path: string, migrations = MIGRATIONS): Database.Database =>
  openWriter({ path, checkBytesMax: CHECK_ALL, busyMs: 100, migrations });
const simple = (db: Database.Database, name: string): unknown => db.pragma(name, { simple: true });

describe('opening', () => {
  it('sets WAL and FULL at every open, also of a WAL file, where SQLite falls back to NORMAL', () => {
    const path = join(temporaryFolder(), 'a.sqlite');
    openAt(path).close();
    const plain = new Database(path);
    expect([simple(plain, 'journal_mode'), simple(plain, 'synchronous')]).toEqual(['wal', 1]);
    plain.close();
    const db = openAt(path);
    db.exec("INSERT INTO chains VALUES (zeroblob(32), x'00')");
    expect([simple(db, 'journal_mode'), simple(db, 'synchronous'), simple(db, 'foreign_keys')]).toEqual([
      'wal',
      2n,
      1n,
    ]);
    db.close();
  });

  it('gives the bytes signed with the old key after a change of key, and refuses new requests for it', async () => {
    const first = await startMarket();
    const player = await enrolPlayer(first);
    const request = makeRequest(player, first.holder, makeOffer(first.publisher));
    const decision = await first.server.decide(request);
    await first.server.close();
    const holder = makeServerHolder(first.tree, { keyName: 'next key' });
    const second = await startServer({ storePath: first.storePath, holder });
    expect(await second.server.decide(request)).toEqual({ ...decision, fresh: false });
    const late = makeRequest(player, first.holder, makeOffer(first.publisher, { nonce: 'late' }));
    await expect(second.server.decide(late)).rejects.toMatchObject({ code: 'BAD_KEY' });
    await requireBooks(second);
  });

  it.each([
    [
      'text',
      (path: string) => writeFileSync(path, 'not a database, by any means, not even a short one'),
      /not a database/,
    ],
    [
      "another program's database",
      (path: string) => void new Database(path).exec('CREATE TABLE t (a)').close(),
      /another program/,
    ],
    [
      'a version to come',
      (path: string) => {
        const db = openAt(path);
        db.pragma(`user_version = ${MIGRATIONS.length + 1}`);
        db.close();
      },
      new RegExp(`version ${MIGRATIONS.length + 1}, this server knows ${MIGRATIONS.length}`),
    ],
  ])('refuses %s', (_, make, message) => {
    const path = join(temporaryFolder(), 'a.sqlite');
    make(path);
    expect(() => openAt(path)).toThrow(message);
    expect(() => openAt(path)).toThrow(StoreError);
  });

  it('refuses a folder that is not there', () => {
    expect(() => openAt('/nowhere/at/all.sqlite')).toThrow(StoreError);
  });

  it('refuses a file with a page zeroed or cut off', async () => {
    const started = await startMarket();
    await enrolPlayer(started);
    await started.server.close();
    const whole = readFileSync(started.storePath);
    const pageBytes = 4096;
    for (const damaged of [
      Buffer.from(whole).fill(0, 2 * pageBytes, 3 * pageBytes),
      whole.subarray(0, 3 * pageBytes),
    ]) {
      writeFileSync(started.storePath, damaged);
      expect(() => openAt(started.storePath)).toThrow(StoreError);
    }
  });

  it('leaves the old version when a step fails at any statement', () => {
    const step = MIGRATIONS[0] as readonly string[];
    for (let kept = 0; kept < step.length; kept++) {
      const path = join(temporaryFolder(), 'a.sqlite');
      expect(() => openAt(path, [[...step.slice(0, kept), 'THIS FAILS']])).toThrow();
      const left = new Database(path);
      expect([simple(left, 'user_version'), left.prepare('SELECT * FROM sqlite_schema').all()]).toEqual([0, []]);
      left.close();
      openAt(path).close();
    }
  });

  it('brings an old file forward and keeps what is in it', () => {
    const path = join(temporaryFolder(), 'a.sqlite');
    const db = openAt(path);
    db.exec("INSERT INTO chains VALUES (zeroblob(32), x'00')");
    db.close();
    const next = openAt(path, [...MIGRATIONS, ['CREATE TABLE added (a INTEGER) STRICT']]);
    expect(simple(next, 'user_version')).toBe(BigInt(MIGRATIONS.length + 1));
    expect(next.prepare('SELECT count(*) AS n FROM chains, (SELECT count(*) FROM added)').get()).toEqual({ n: 1n });
    next.close();
  });
});

describe('group commit', () => {
  /** A store whose transactions end as told; work runs in it as in any. */
  function scripted(ends: ((work: () => Promise<unknown>) => Promise<unknown>)[]): Store {
    const transaction = (work: (tx: StoreTransaction) => Promise<unknown>): Promise<unknown> => {
      const end = ends.shift();
      if (end === undefined) return work({} as StoreTransaction);
      return end(() => work({} as StoreTransaction));
    };
    return { transaction } as unknown as Store;
  }
  const fails = (kind: StoreError['kind']) => async (work: () => Promise<unknown>) => {
    await work();
    throw new StoreError(kind, kind);
  };
  const commitOver = (store: Store, fatal: unknown[] = []): GroupCommit =>
    new GroupCommit({ store, batchMax: 8, queueMax: 100, log: silent, onFatal: (error) => void fatal.push(error) });
  const codeOf = (promise: Promise<unknown>): Promise<unknown> =>
    promise.then(
      (value) => value,
      (error: ProtocolError) => [error.code, error.charged],
    );
  const three = (commit: GroupCommit) =>
    Promise.all([1, 2, 3].map((i) => codeOf(commit.submit(() => Promise.resolve(i)))));

  it('refuses one piece without touching its neighbours', async () => {
    const commit = commitOver(scripted([]));
    const bad = commit.submit(() => Promise.reject(new ProtocolError('ID_CONFLICT', 'no')));
    expect(await Promise.all([codeOf(bad), codeOf(commit.submit(() => Promise.resolve(2)))])).toEqual([
      ['ID_CONFLICT', 'no'],
      2,
    ]);
  });

  it('a full disk is STORAGE for all, not charged, and the next batch works', async () => {
    const commit = commitOver(scripted([fails('full')]));
    expect(await three(commit)).toEqual(Array(3).fill(['STORAGE', 'no']));
    expect(await three(commit)).toEqual([1, 2, 3]);
  });

  it('a store in use is BUSY', async () => {
    expect(await three(commitOver(scripted([fails('busy')])))).toEqual(Array(3).fill(['BUSY', 'no']));
  });

  it('a row refused by the schema fails alone: the others are run again apart', async () => {
    const poisoned = commitOver(scripted([fails('refused')]));
    const outcomes = [1, 2, 3].map((i) =>
      codeOf(
        poisoned.submit(() => (i === 2 ? Promise.reject(new StoreError('refused', 'CHECK')) : Promise.resolve(i))),
      ),
    );
    expect(await Promise.all(outcomes)).toEqual([1, ['STORAGE', 'no'], 3]);
  });

  it('a mistake of ours fails alone too', async () => {
    const commit = commitOver(scripted([]));
    const outcomes = [1, 2].map((i) =>
      codeOf(commit.submit(() => (i === 2 ? Promise.reject(new TypeError('bug')) : Promise.resolve(i)))),
    );
    expect(await Promise.all(outcomes)).toEqual([1, ['STORAGE', 'no']]);
  });

  it('a failed medium ends it: unknown for what was under way, nothing is taken after', async () => {
    const fatal: unknown[] = [];
    const commit = commitOver(scripted([fails('failed')]), fatal);
    expect(await three(commit)).toEqual(Array(3).fill(['STORAGE', 'unknown']));
    expect(fatal).toHaveLength(1);
    expect(await three(commit)).toEqual(Array(3).fill(['STORAGE', 'no']));
  });
});

it('a commit that fails stops the server: not ready, answers without a decision, and the host is told', async () => {
  const started = await startMarket();
  const player = await enrolPlayer(started);
  const { server, holder, publisher, storePath } = started;
  // Another hand drops the table under the server's feet: SQLITE_ERROR, which is none of the errors that are understood.
  const db = new Database(storePath);
  db.exec('PRAGMA foreign_keys = OFF; DROP TABLE decisions');
  db.close();
  await expect(server.decide(makeRequest(player, holder, makeOffer(publisher)))).rejects.toMatchObject({
    code: 'STORAGE',
    charged: 'unknown',
  });
  await expect(server.decide(makeRequest(player, holder, makeOffer(publisher)))).rejects.toMatchObject({
    code: 'STORAGE',
  });
});
