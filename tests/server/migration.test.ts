/** Stores of version 1, before there were cards: they come forward with everything in them, or stay as they are. */
import Database from 'better-sqlite3';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { makeOffer, makeRequest, type Player } from '../lib/parties.ts';
import { MIGRATIONS } from '../../server/src/store/sqlite/migrations.ts';
import { openWriter } from '../../server/src/store/sqlite/open.ts';
import { CardHolder } from './card-holder.ts';
import { balanceOf, enrolPlayer, requireBooks, startMarket, startServer, temporaryFolder } from './started-server.ts';

const FIRST = MIGRATIONS.slice(0, 1);
const openAt = (path: string, migrations: readonly (readonly string[])[]): Database.Database =>
  openWriter({ path, checkBytesMax: 1e12, busyMs: 100, migrations });
const versionOf = (db: Database.Database): unknown => db.pragma('user_version', { simple: true });

/** In the order in which rows refer to each other. */
const TABLES = [
  'chains',
  'accounts',
  'transfers',
  'postings',
  'players',
  'player_keys',
  'publishers',
  'rate_tables',
  'decisions',
  'top_ups',
];

interface OldStore {
  readonly path: string;
  readonly player: Player;
  readonly request: Uint8Array;
  readonly decision: Uint8Array;
}

/** A store as version 1 wrote it: the rows of a real one, under the first schema and its triggers. */
async function oldStore(): Promise<OldStore> {
  const started = await startMarket();
  const player = await enrolPlayer(started);
  await enrolPlayer(started, { name: 'Grace', currency: 'USD', plan: 'postpaid', moneyMinor: 2_000n });
  const request = makeRequest(player, started.holder, makeOffer(started.publisher));
  const answer = await started.server.decide(request);
  await started.server.decide(makeRequest(player, started.holder, makeOffer(started.publisher, { nonce: 'second' })));
  await started.server.close();
  if (answer.kind !== 'decided') throw new Error(answer.kind);

  const path = join(temporaryFolder(), 'old.sqlite');
  const old = openAt(path, FIRST);
  old.exec(`ATTACH '${started.storePath}' AS newer`);
  for (const table of TABLES) {
    const columns = old.prepare<[], { name: string }>(`SELECT name FROM pragma_table_info('${table}')`).all();
    const names = columns.map(({ name }) => name);
    // Accounts are opened empty; their balances come with the postings.
    const values = names.map((name) => (['balance_minor', 'last_posting'].includes(name) ? '0' : name));
    old.exec(`INSERT INTO main.${table} (${names.join()}) SELECT ${values.join()} FROM newer.${table}`);
  }
  old.close();
  return { path, player, request, decision: answer.decision };
}

it('a store of version 1 comes forward: same balances, same bytes, and then cards', async () => {
  const { path, player, request, decision } = await oldStore();
  const next = await startServer({ storePath: path });
  expect(await balanceOf(next, player)).toBe(960n);
  expect(await next.server.decide(request)).toMatchObject({ decision, fresh: false });
  await requireBooks(next);
  const card = await CardHolder.loaded(next, player, 500n);
  await card.pay('by card');
  await card.report();
  expect(await balanceOf(next, player)).toBe(460n);
  await requireBooks(next);
});

it.each(MIGRATIONS.slice(1).map((step, i) => [i + 1, step] as const))(
  'C15: stays at version %i whole when the next step ends at any statement, and comes forward afterwards',
  async (version, step) => {
    const { path } = await oldStore();
    const done = MIGRATIONS.slice(0, version);
    const rowsOf = (db: Database.Database): unknown =>
      TABLES.map((table) => db.prepare(`SELECT * FROM ${table} ORDER BY 1, 2`).all());
    const before = openAt(path, done);
    const [rows, schema] = [rowsOf(before), before.prepare('SELECT * FROM sqlite_schema').all()];
    before.close();
    for (let kept = 0; kept <= step.length; kept++) {
      expect(() => openAt(path, [...done, [...step.slice(0, kept), 'THIS FAILS']])).toThrow();
      const left = new Database(path).defaultSafeIntegers(true);
      const found = [versionOf(left), rowsOf(left), left.prepare('SELECT * FROM sqlite_schema').all()];
      expect(found).toEqual([BigInt(version), rows, schema]);
      left.close();
    }
    const forward = openAt(path, MIGRATIONS);
    expect(versionOf(forward)).toBe(BigInt(MIGRATIONS.length));
    expect(forward.pragma('foreign_keys', { simple: true })).toBe(1n);
    forward.close();
  },
);

it('findings of before there was a kind for the source of rates stay, and so do their rules', () => {
  const path = join(temporaryFolder(), 'findings.sqlite');
  const add = (kind: string): string =>
    `INSERT INTO findings (kind, about, party, words, at_ms) VALUES ('${kind}', '', '', 'found', 7)`;
  const before = openAt(path, MIGRATIONS.slice(0, 11));
  before.exec(
    `${add('clock')}; ${add('suspense')}; UPDATE findings SET ended_at_ms = 9, ended_by = 'operator' WHERE position = 1`,
  );
  expect(() => before.exec(add('rate-feed'))).toThrow(/CHECK/);
  const rows = before.prepare('SELECT * FROM findings').all();
  before.close();
  const next = openAt(path, MIGRATIONS);
  expect(next.prepare('SELECT * FROM findings').all()).toEqual(rows);
  next.exec(add('rate-feed'));
  for (const statement of [
    'DELETE FROM findings',
    "UPDATE findings SET words = ''",
    'UPDATE findings SET ended_at_ms = NULL',
  ])
    expect(() => next.exec(statement)).toThrow(/^findings: /);
  next.close();
});

it('rows that refer to nothing stop the step', async () => {
  const { path } = await oldStore();
  const shell = new Database(path);
  shell.pragma('foreign_keys = OFF');
  shell.exec("INSERT INTO player_keys VALUES (zeroblob(32), x'00', 'pin')");
  shell.close();
  expect(() => openAt(path, MIGRATIONS)).toThrow(/refer to what is not there/);
});
