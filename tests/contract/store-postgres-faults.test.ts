/** What can befall a store on PostgreSQL, and not one in a file: connections cut, backends killed, other processes. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import pg from 'pg';
import { verifyJournal } from '../../server/src/ledger/journal.ts';
import { MIGRATIONS } from '../../server/src/store/postgres/migrations.ts';
import { openPostgresStore, type PostgresStoreOptions } from '../../server/src/store/postgres/postgres-store.ts';
import type { Store } from '../../server/src/store/port.ts';
import { startPostgres, type TestPostgres } from '../lib/postgres.ts';
import { closeAt, mustBuy, startMonth } from '../server/month-world.ts';
import { enrolPlayer, requireBooks } from '../server/started-server.ts';
import { openLine, type Line } from './postgres-line.ts';
import { enrol, furnish, NOON_MS, pay, playerNamed, requestIdOf, topUpOf } from './store-world.ts';

let postgres: TestPostgres;
beforeAll(async () => void (postgres = await startPostgres()));
afterAll(() => postgres.stop());

const ADA = playerNamed('ada');
const BOB = playerNamed('bob', 'postpaid', 'USD');

async function openAt(schema: string, others: Partial<PostgresStoreOptions> = {}): Promise<Store> {
  const store = await openPostgresStore({ url: postgres.url, schema, poolMax: 2, ...others });
  onTestFinished(() => store.close());
  return store;
}
async function furnished(schema: string, others: Partial<PostgresStoreOptions> = {}): Promise<Store> {
  const store = await openAt(schema, others);
  await furnish(store);
  await enrol(store, ADA, 100_000n);
  await enrol(store, BOB, 500n);
  return store;
}
const balanceOf = async (store: Store): Promise<bigint> => (await store.findPlayer(ADA.userId))!.balanceMinor;
async function requireSound(store: Store): Promise<void> {
  (await store.listSums()).forEach(({ sumMinor }) => expect(sumMinor).toBe(0n));
  expect((await verifyJournal(store)).finding).toBeUndefined();
}
/** Kills the backends of the store's connections of one use. */
const terminate = (use: 'write' | 'lock'): Promise<unknown> =>
  postgres.run(
    'public',
    `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'coinslot-server ${use}'`,
  );
const buy = (nonce: string): Parameters<typeof pay>[1][number] => ({ player: ADA, nonce, priceMinor: 20n });

describe('D13: the database goes away', () => {
  async function overLine(others: Partial<PostgresStoreOptions> = {}): Promise<{ line: Line; store: Store }> {
    const line = await openLine(postgres.url);
    onTestFinished(() => line.close());
    return { line, store: await furnished(postgres.freshSchema(), { url: line.url, ...others }) };
  }

  it.each(['before', 'after'] as const)(
    'cut %s COMMIT: the fate is looked up, and the payment made once',
    async (cut) => {
      const { line, store } = await overLine();
      let runs = 0;
      const happened = line.cutAtCommit(cut);
      await store.transaction(async (tx) => {
        runs += 1;
        const [, transfer] = topUpOf(ADA, 5n, 'the one');
        await tx.postTransfer(transfer);
      });
      await happened;
      expect(runs).toBe(cut === 'before' ? 2 : 1);
      expect(await balanceOf(store)).toBe(100_005n);
      expect(await pay(store, [buy('next')])).toEqual(['APPROVED']);
      await requireSound(store);
    },
  );

  it('cut at COMMIT, and nobody to ask: failed, after which a new store knows', async () => {
    const { line, store } = await overLine({ recoverMs: 300 });
    void line.cutAtCommit('after').then(() => line.shut());
    await expect(pay(store, [buy('unknown')])).rejects.toMatchObject({ kind: 'failed' });
    line.open();
    expect(await pay(store, [buy('unknown')])).toEqual(['again APPROVED']);
    expect(await balanceOf(store)).toBe(99_980n);
  });

  it('out of reach: busy, nothing done; back again: it goes on by itself', async () => {
    const { line, store } = await overLine();
    line.shut();
    await expect(pay(store, [buy('a')])).rejects.toMatchObject({ kind: 'busy' });
    await expect(store.findPlayer(ADA.userId)).rejects.toMatchObject({ kind: 'busy' });
    line.open();
    expect(await pay(store, [buy('a')])).toEqual(['APPROVED']);
    expect(await balanceOf(store)).toBe(99_980n);
    await requireSound(store);
  });

  it('a backend killed in the middle of the work: the work is made again from its start', async () => {
    const store = await furnished(postgres.freshSchema());
    let runs = 0;
    await store.transaction(async (tx) => {
      runs += 1;
      await tx.postTransfer(topUpOf(ADA, 5n, `run ${runs}`)[1]);
      if (runs === 1) await terminate('write');
      await tx.setCeiling(BOB.userId, 600n);
    });
    expect([runs, await balanceOf(store)]).toEqual([2, 100_005n]);
    await requireSound(store);
  });

  it('a deadlock with somebody else is made again from its start', async () => {
    const schema = postgres.freshSchema();
    const store = await furnished(schema);
    const shell = new pg.Client({ connectionString: postgres.url });
    await shell.connect();
    await shell.query(`SET search_path = ${schema}; SET deadlock_timeout = '60s'; BEGIN`);
    await shell.query("SELECT 1 FROM players WHERE plan = 'postpaid' FOR UPDATE");
    let runs = 0;
    let waiting: Promise<unknown> | undefined;
    await store.transaction(async (tx) => {
      runs += 1;
      // It waits for the head, which this transaction has, and this one will wait for the player.
      waiting ??= shell.query('SELECT 1 FROM journal_head FOR UPDATE').then(() => shell.query('ROLLBACK'));
      await tx.setCeiling(BOB.userId, 700n);
    });
    await waiting;
    await shell.end();
    expect(runs).toBe(2);
    expect((await store.findPlayer(BOB.userId))?.ceilingMinor).toBe(700n);
  });

  it('somebody who sits on the lock is busy, and does not sit for ever', async () => {
    const schema = postgres.freshSchema();
    const [store, other] = [await furnished(schema), await openAt(schema, { lockMs: 200 })];
    await store.transaction(async () => {
      await expect(pay(other, [buy('a')])).rejects.toMatchObject({ kind: 'busy' });
    });
    expect(await pay(other, [buy('a')])).toEqual(['APPROVED']);
  });

  it('the lock of exclusive work ends with its connection', async () => {
    const schema = postgres.freshSchema();
    const [store, other] = [await furnished(schema), await openAt(schema)];
    const lost = store.exclusively('closing', async () => {
      await terminate('lock');
      return other.exclusively('closing', () => Promise.resolve('taken over'));
    });
    await expect(lost).rejects.toMatchObject({ kind: 'busy' });
  });

  it('a closing that the database does not answer in time says so, not that another is running; again, it goes through', async () => {
    const database = { url: postgres.url, schema: postgres.freshSchema(), statementMs: 1_000 };
    const month = await startMonth({ database });
    await mustBuy(month, await enrolPlayer(month));
    const shell = new pg.Client({ connectionString: postgres.url });
    await shell.connect();
    await shell.query(`SET search_path = ${database.schema}; BEGIN; LOCK TABLE postings IN ACCESS EXCLUSIVE MODE`);
    const closing = closeAt(month, 202603, Date.UTC(2026, 3, 1));
    // A lock is waited for ten seconds: it is the statement's own time that ends it.
    await expect(closing).rejects.toMatchObject({
      code: 'BUSY',
      message: expect.stringContaining('the database did not answer in time; close again') as unknown,
      cause: { message: expect.stringContaining('57014') as unknown },
    });
    expect(await month.server.service.records.periods.listBills(202603, '', 1)).toEqual([]);
    await shell.query('ROLLBACK');
    await shell.end();
    expect(await month.server.service.periods.close(202603)).toMatchObject({ period: 202603, bills: 1 });
    await requireBooks(month);
  });
});

describe('C15: opening', () => {
  const [step] = MIGRATIONS as readonly [readonly string[]];
  const tablesOf = async (schema: string): Promise<number> =>
    (await postgres.run('public', `SELECT 1 FROM pg_class WHERE relnamespace = to_regnamespace('${schema}')`)).rows
      .length;

  async function setting(name: string, value: string): Promise<void> {
    await postgres.run('public', `ALTER SYSTEM SET ${name} = '${value}'`);
    await postgres.run('public', 'SELECT pg_reload_conf()');
    const found = async (): Promise<unknown> => (await postgres.run('public', `SHOW ${name}`)).rows;
    await expect.poll(found, { timeout: 20_000 }).toEqual([{ [name]: value }]);
  }

  it('a step that fails at any statement leaves nothing, and can be made again', async () => {
    const schema = postgres.freshSchema();
    for (let kept = 0; kept < step.length; kept += 7) {
      const migrations = [[...step.slice(0, kept), 'THIS FAILS']];
      await expect(openPostgresStore({ url: postgres.url, schema, migrations })).rejects.toMatchObject({
        kind: 'failed',
      });
      expect(await tablesOf(schema)).toBe(0);
    }
    await openAt(schema);
  });

  it('a backend killed at any statement leaves the old version or the new one', async () => {
    const schema = postgres.freshSchema();
    await openAt(schema);
    const suicide = 'SELECT pg_terminate_backend(pg_backend_pid())';
    for (const next of [[suicide], ['CREATE TABLE added (a int)', suicide]])
      await expect(
        openPostgresStore({ url: postgres.url, schema, migrations: [...MIGRATIONS, next] }),
      ).rejects.toMatchObject({ kind: 'busy' });
    await openAt(schema);
    const migrations = [...MIGRATIONS, ['CREATE TABLE added (a int)']];
    await openAt(schema, { migrations });
    await expect(openAt(schema)).rejects.toThrow(
      `version ${MIGRATIONS.length + 1}, this server knows ${MIGRATIONS.length}`,
    );
  });

  it('ten processes at once make one schema', async () => {
    const schema = postgres.freshSchema();
    const stores = await Promise.all(Array.from({ length: 10 }, () => openAt(schema, { poolMax: 1 })));
    await furnish(stores[0] as Store);
    expect(await stores[9]?.listPublishers()).toHaveLength(1);
  });

  it("refuses another program's schema, and a database that does not sync", async () => {
    const schema = postgres.freshSchema();
    await postgres.run('public', `CREATE SCHEMA ${schema}; CREATE TABLE ${schema}.theirs (a int)`);
    await expect(openAt(schema)).rejects.toThrow('another program');
    await setting('full_page_writes', 'off');
    await expect(openAt(postgres.freshSchema())).rejects.toThrow('full_page_writes = off, not on');
    await setting('full_page_writes', 'on');
    await openAt(postgres.freshSchema());
  });
});

describe('a partition', () => {
  it.each([
    ['takes no row of its own', 'INSERT INTO transfers_202603 SELECT * FROM transfers'],
    ['is not emptied', 'TRUNCATE postings_202603'],
    ['is not emptied by its parent', 'TRUNCATE postings'],
    ['is not edited', 'UPDATE postings_202603 SET amount_minor = 1'],
    ['loses no row', 'DELETE FROM transfers_202603'],
  ])('%s', async (_, statement) => {
    const schema = postgres.freshSchema();
    const store = await furnished(schema);
    await expect(postgres.run(schema, statement)).rejects.toThrow(/append only/);
    await requireSound(store);
  });

  it('is there two months ahead, and a row of any other month has nowhere to go', async () => {
    const schema = postgres.freshSchema();
    await furnished(schema);
    const { rows } = await postgres.run(
      schema,
      "SELECT inhrelid::regclass::text AS name FROM pg_inherits WHERE inhparent = 'transfers'::regclass ORDER BY 1",
    );
    expect(rows).toEqual(['202603', '202604', '202605'].map((month) => ({ name: `transfers_${month}` })));
    const late = `INSERT INTO transfers (id, kind, reference, lines, at_ms, period)
      SELECT 2, kind, sha256(reference), lines, ${NOON_MS}, 202606 FROM transfers`;
    await expect(postgres.run(schema, late)).rejects.toThrow('no partition');
  });
});

it('processes killed at random while they buy: what was said to be durable is, and the sum stays', async () => {
  const schema = postgres.freshSchema();
  const store = await furnished(schema);
  const script = resolve(import.meta.dirname, 'store-child.ts');
  const said: string[] = [];
  for (let round = 0; round < 3; round++) {
    const target = said.length + 40 + round * 9;
    const children = ['a', 'b'].map((name) =>
      spawn(
        process.execPath,
        ['--conditions=coinslot-source', '--import', 'tsx', script, postgres.url, schema, `${name} ${round}`],
        { stdio: ['ignore', 'pipe', 'inherit'] },
      ),
    );
    onTestFinished(() => children.forEach((child) => void child.kill('SIGKILL')));
    for (const child of children)
      createInterface(child.stdout).on('line', (nonce) => {
        said.push(nonce);
        if (said.length === target) children.forEach((one) => one.kill('SIGKILL'));
      });
    await Promise.all(children.map((child) => once(child, 'close')));
  }
  for (const nonce of said) {
    expect(await store.findTransfer('payment', requestIdOf({ player: ADA, nonce }))).toMatchObject({ kind: 'payment' });
  }
  const payments = (await store.listTransfers(0n, 10_000)).filter(({ kind }) => kind === 'payment').length;
  expect(payments).toBeGreaterThanOrEqual(said.length);
  expect(payments % 4).toBe(0); // whole batches only
  expect(await balanceOf(store)).toBe(100_000n - BigInt(payments));
  expect(await pay(store, [buy('after')])).toEqual(['APPROVED']);
  await requireSound(store);
});
