/**
 * C12, C13: a closing that is killed anywhere and started again makes the same rows and the same files, byte for byte. How many
 * points are tried is COINSLOT_KILLS, 8 when it is not set; they are drawn from a seed.
 */
import Database from 'better-sqlite3';
import { buildSync } from 'esbuild';
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { expect, it } from 'vitest';
import { DAY_MS, makePublisher } from '../lib/parties.ts';
import { makeBankDetails, makeMandate, mustBuy } from './month-world.ts';
import { BANK, enrolPlayer, RATES, startMarket, temporaryFolder } from './started-server.ts';

const KILLS = Number(process.env['COINSLOT_KILLS'] ?? 8);

/** A month of two publishers and eleven players of every kind, in a folder. */
async function prepare(folder: string): Promise<void> {
  const market = await startMarket({ storePath: join(folder, 'ledger.sqlite') });
  const { server, tree, publisher, time } = market;
  const second = makePublisher(tree, { id: 'north-games', commonName: 'North Games' });
  await server.service.publishers.enrol({
    chain: second.chain,
    payoutCurrency: 'USD',
    bank: BANK,
    feeBasisPoints: 1_500,
  });
  await server.service.bankDetails.take(makeBankDetails(market));
  await server.service.bankDetails.take(makeBankDetails(market, { payoutCurrency: 'USD' }, second));
  const ways = ['bank-debit', 'card-on-file', 'transfer'] as const;
  for (let i = 0; i < 11; i++) {
    const plan = i % 3 === 0 ? 'prepaid' : 'postpaid';
    const player = await enrolPlayer(market, { name: `player ${i}`, plan, moneyMinor: 9_000n });
    if (plan === 'postpaid')
      await server.service.mandates.take(makeMandate(market, player, { way: ways[i % 2] ?? 'transfer' }));
    for (let j = 0; j <= i % 4; j++) {
      await mustBuy(market, player, { by: j % 2 === 0 ? publisher : second, amountMinor: BigInt(500 + 37 * i + j) });
    }
  }
  time.nowMs = Date.UTC(2026, 2, 31, 23);
  await server.service.putRateTable({ ...RATES, notBeforeMs: time.nowMs, notAfterMs: time.nowMs + 3 * DAY_MS });
  await server.close();
}

/** Under node_modules, where it finds what is not bundled. */
function bundle(): string {
  const folder = resolve(import.meta.dirname, '../../node_modules/.cache');
  mkdirSync(folder, { recursive: true });
  const outfile = join(mkdtempSync(join(folder, 'closing-')), 'closing.mjs');
  buildSync({
    entryPoints: [resolve(import.meta.dirname, 'closing-child.ts')],
    outfile,
    bundle: true,
    platform: 'node',
    format: 'esm',
    target: 'node20',
    conditions: ['coinslot-source'],
    packages: 'bundle',
    external: ['better-sqlite3', 'pdfkit', 'pg', 'prom-client'],
    banner: {
      js: "import { createRequire as requireOf } from 'node:module'; const require = requireOf(import.meta.url);",
    },
    logLevel: 'error',
  });
  return outfile;
}

/** Everything that a closing leaves: all rows of all tables, and all files at the bank. */
function stateOf(folder: string): string {
  const db = new Database(join(folder, 'ledger.sqlite')).defaultSafeIntegers(true);
  const hash = createHash('sha256');
  const tables = db
    .prepare("SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY name")
    .pluck()
    .all() as string[];
  for (const table of tables) {
    const rows = db.prepare(`SELECT * FROM ${table}`).raw().all() as unknown[][];
    const words = rows.map((row) =>
      JSON.stringify(row, (_, one: unknown) => (typeof one === 'bigint' ? `${one}n` : one)),
    );
    hash.update(`${table} ${rows.length}\n${words.sort().join('\n')}\n`);
  }
  db.close();
  const outbox = join(folder, 'bank', 'outbox');
  for (const name of existsSync(outbox) ? readdirSync(outbox).sort() : [])
    hash.update(name).update(readFileSync(join(outbox, name)));
  return hash.digest('hex');
}

function* drawn(): Generator<number> {
  let state = 0x2545f491;
  for (;;) {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    yield state / 2 ** 32;
  }
}

it(`C12, C13: a closing killed at ${KILLS} points and started again ends as if nothing had happened`, async () => {
  const ground = temporaryFolder();
  const before = join(ground, 'before');
  mkdirSync(before);
  await prepare(before);
  const program = bundle();
  const run = (folder: string, killAt: number): number | undefined => {
    const ended = spawnSync(process.execPath, [program, folder, String(killAt)], { encoding: 'utf8' });
    if (ended.signal === 'SIGKILL') return undefined;
    expect(ended.stderr).toBe('');
    return Number(ended.stdout);
  };
  const fresh = (): string => {
    const folder = join(ground, 'run');
    rmSync(folder, { recursive: true, force: true });
    cpSync(before, folder, { recursive: true });
    return folder;
  };
  try {
    const whole = fresh();
    const calls = run(whole, 0) ?? 0;
    expect(calls).toBeGreaterThan(200);
    const expected = stateOf(whole);
    const dice = drawn();
    const next = (): number => 1 + Math.floor((dice.next().value as number) * calls);
    for (let kill = 0; kill < KILLS; kill++) {
      const folder = fresh();
      const point = next();
      // Every sixth time it is killed again as it goes on.
      const again = kill % 6 === 5 ? [1 + (next() % 60), 1 + (next() % 60)] : [];
      [point, ...again].forEach((at) => run(folder, at));
      run(folder, 0);
      expect(stateOf(folder), `killed at ${[point, ...again].join(', then ')} of ${calls}`).toBe(expected);
    }
  } finally {
    rmSync(dirname(program), { recursive: true, force: true });
  }
}, 600_000);
