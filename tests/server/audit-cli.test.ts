/** `coinslot-server audit`: its status, its words, its JSON, over a file that a server has open. */
import { encodeRoots } from '@coinslot/protocol';
import Database from 'better-sqlite3';
import { execFile } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { bundledCommand } from '../lib/program.ts';
import { enrolPlayer, startMarket, temporaryFolder } from './started-server.ts';
import { mustBuy } from './month-world.ts';

const CLI = bundledCommand(resolve(import.meta.dirname, '../../server/src/cli.ts'));

interface Ended {
  readonly status: number;
  readonly out: string;
  readonly err: string;
}

const run = (...args: readonly string[]): Promise<Ended> =>
  new Promise((done) => {
    const line = [CLI, 'audit', ...args];
    execFile(process.execPath, line, { env: { PATH: process.env['PATH'] } }, (error, out, err) =>
      done({ status: typeof error?.code === 'number' ? error.code : error === null ? 0 : -1, out, err }),
    );
  });

describe('coinslot-server audit', () => {
  it('ends with 0 where everything holds, and with 1 and the first difference where it does not', async () => {
    const started = await startMarket();
    const player = await enrolPlayer(started);
    await mustBuy(started, player);
    const roots = join(temporaryFolder(), 'roots.coinslot');
    writeFileSync(roots, encodeRoots(started.tree.roots));
    const at = ['--store', started.storePath, '--roots', roots];

    const good = await run(...at);
    expect([good.status, good.err]).toEqual([0, '']);
    expect(good.out).toContain('1 decisions');
    expect(good.out).toContain("on the bank's word: 1 top-ups entered by the operator: EUR 1000");
    expect(good.out.trimEnd().endsWith('no difference')).toBe(true);

    const db = new Database(started.storePath);
    db.exec('DROP TRIGGER accounts_update');
    db.exec("UPDATE accounts SET balance_minor = balance_minor + 5 WHERE kind = 'player-prepaid'");
    db.close();
    const bad = await run(...at, '--json', '--one-in', '2');
    expect(bad.status).toBe(1);
    expect(JSON.parse(bad.out)).toMatchObject({
      ok: false,
      signatures: { oneIn: 2 },
      findingCount: 1,
      findings: [{ kind: 'balance', expected: '980', found: '985' }],
    });
    const words = await run(...at);
    expect(words.out).toMatch(/^first difference: balance: player-prepaid [0-9a-f]{32} EUR: expected 980, found 985$/m);
  });

  it('says what is wrong with what it is given', async () => {
    const started = await startMarket();
    const roots = join(temporaryFolder(), 'roots.coinslot');
    writeFileSync(roots, encodeRoots(started.tree.roots));
    const other = join(temporaryFolder(), 'other.sqlite');
    new Database(other).exec('CREATE TABLE something (a)').close();
    const foreign = await run('--store', other, '--roots', roots);
    expect([foreign.status, foreign.err]).toEqual([1, expect.stringContaining('belongs to another program')]);
    const odd = await run('--store', started.storePath, '--roots', roots, '--one-in', '0');
    expect([odd.status, odd.err]).toEqual([1, expect.stringContaining('--one-in')]);
  });
});
