/** The drill of docs/guides/operating.md: a backup while purchases go on, the store lost, the backup put in its place. */
import Database from 'better-sqlite3';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { text } from 'node:stream/consumers';
import { describe, expect, it } from 'vitest';
import { backUp, restore } from '../../server/src/operation/backup.ts';
import { makeOffer, makeRequest, type Player } from '../lib/parties.ts';
import {
  balanceOf,
  enrolPlayer,
  requireBooks,
  startMarket,
  startServer,
  temporaryFolder,
  type Started,
} from './started-server.ts';

const BUYERS = 4;

/** Players who buy without a pause until they are told to stop; every approval they hold. */
function buyOn(started: Started, players: readonly Player[]) {
  const held = new Map<Uint8Array, Uint8Array>();
  const state = { going: true, made: 0 };
  const buyer = async (player: Player): Promise<void> => {
    while (state.going) {
      const offer = makeOffer(started.publisher, { nonce: `purchase ${state.made++}` });
      const request = makeRequest(player, started.holder, offer, { proof: 'pin' });
      const answer = await started.server.decide(request);
      if (answer.kind !== 'decided' || answer.code !== 'APPROVED') throw new Error(JSON.stringify(answer));
      held.set(request, answer.decision);
      // As requests come in by HTTP: other work of the process gets its turn.
      await new Promise((next) => void setImmediate(next));
    }
  };
  const done = Promise.all(players.map(buyer));
  return {
    held,
    async stop(): Promise<void> {
      state.going = false;
      await done;
    },
  };
}

async function market(): Promise<{ started: Started; players: Player[] }> {
  const started = await startMarket();
  const players: Player[] = [];
  for (let i = 0; i < BUYERS; i++)
    players.push(await enrolPlayer(started, { name: `Player ${i}`, moneyMinor: 10_000_000n }));
  return { started, players };
}

const countIn = (path: string, table: string): number => {
  const db = new Database(path, { readonly: true });
  const count = db.prepare<[], { n: number }>(`SELECT count(*) AS n FROM ${table}`).get()?.n ?? -1;
  db.close();
  return count;
};

describe('backup and restore', () => {
  it('the drill: taken while players buy, verified, put back, served from; every decision in it is the same bytes', async () => {
    const { started, players } = await market();
    const buying = buyOn(started, players);
    const folder = temporaryFolder();
    const to = join(folder, 'backup.sqlite');
    while (buying.held.size < 100) await new Promise((next) => void setImmediate(next));
    const heldBefore = new Map(buying.held);
    const copy = await backUp(started.storePath, to);
    const heldAfter = buying.held.size;
    while (buying.held.size < heldAfter + 100) await new Promise((next) => void setImmediate(next));
    await buying.stop();

    // What was answered before it began is in it; it is of one moment, while buying went on.
    expect(copy.decisions).toBeGreaterThanOrEqual(heldBefore.size);
    expect(copy.decisions).toBeLessThan(buying.held.size);
    expect(copy.block).toBeGreaterThan(0n);
    expect(readdirSync(folder)).toEqual(['backup.sqlite']);

    // The store is lost.
    await started.server.close();
    for (const name of readdirSync(dirname(started.storePath))) rmSync(join(dirname(started.storePath), name));
    expect(await restore(to, started.storePath)).toEqual({ ...copy, bytes: expect.any(Number) as number });
    const again = await startServer({ storePath: started.storePath });
    await requireBooks(again);
    for (const [request, decision] of heldBefore)
      expect(await again.server.decide(request)).toMatchObject({ decision, fresh: false });
    const spent = 20n * BigInt(copy.decisions);
    const balances = await Promise.all(players.map((player) => balanceOf(again, player)));
    expect(balances.reduce((sum, one) => sum + one, 0n)).toBe(BigInt(BUYERS) * 10_000_000n - spent);
  });

  it('overwrites nothing: neither a backup nor a store, nor the WAL of one', async () => {
    const { started } = await market();
    const folder = temporaryFolder();
    const to = join(folder, 'backup.sqlite');
    await backUp(started.storePath, to);
    const before = readFileSync(to);
    await expect(backUp(started.storePath, to)).rejects.toThrow(/is there already/);
    await expect(restore(to, started.storePath)).rejects.toThrow(/is there already/);
    const elsewhere = join(folder, 'other.sqlite');
    writeFileSync(`${elsewhere}-wal`, 'what a store left');
    await expect(restore(to, elsewhere)).rejects.toThrow(/other\.sqlite-wal: is there already/);
    expect(readFileSync(to).equals(before)).toBe(true);
    expect(existsSync(elsewhere)).toBe(false);
  });

  it('a store in use is no backup, and what is not there neither', async () => {
    const { started } = await market();
    const folder = temporaryFolder();
    // Its file alone: what is in the WAL is missing.
    await expect(restore(started.storePath, join(folder, 'a.sqlite'))).rejects.toThrow(/a store in use/);
    await expect(restore(join(folder, 'none'), join(folder, 'a.sqlite'))).rejects.toThrow(/is not there/);
    await expect(backUp(join(folder, 'none'), join(folder, 'a.sqlite'))).rejects.toThrow(/is not there/);
    expect(readdirSync(folder)).toEqual([]);
  });

  it.each<[string, (path: string) => void, RegExp]>([
    ['a page zeroed', (path) => writeFileSync(path, Buffer.from(readFileSync(path)).fill(0, 3 * 4096, 4 * 4096)), /./],
    ['the end cut off', (path) => writeFileSync(path, readFileSync(path).subarray(0, 5 * 4096)), /./],
    [
      'a balance edited',
      (path) => edit(path, 'UPDATE accounts SET balance_minor = balance_minor + 1 WHERE id = 1'),
      /balance is|does not hold/,
    ],
    [
      'a time edited',
      (path) => edit(path, 'UPDATE transfers SET at_ms = at_ms + 1 WHERE id = 1'),
      /hash does not hold/,
    ],
    [
      'the last block deleted',
      (path) => edit(path, 'DELETE FROM journal WHERE number = (SELECT max(number) FROM journal)'),
      /journal ends/,
    ],
    [
      'a foreign file',
      (path) => writeFileSync(path, 'not a database, by any means, not even a short one'),
      /not a database/,
    ],
  ])('D5: %s is found, and nothing is put in place', async (_, damage, finding) => {
    const { started } = await market();
    const folder = temporaryFolder();
    const to = join(folder, 'backup.sqlite');
    await backUp(started.storePath, to);
    damage(to);
    const target = join(folder, 'restored.sqlite');
    await expect(restore(to, target)).rejects.toThrow(finding);
    expect(readdirSync(folder)).toEqual(['backup.sqlite']);
  });

  it('by command, while another process serves; a second run is refused with a hint', async () => {
    const { started, players } = await market();
    const folder = temporaryFolder();
    const to = join(folder, 'backup.sqlite');
    const buying = buyOn(started, players);
    const first = await command('backup', '--store', started.storePath, '--to', to);
    await buying.stop();
    expect([first.status, first.err]).toEqual([0, '']);
    expect(first.out).toMatch(
      /backup\.sqlite: \d+ bytes, \d+ accounts, \d+ transfers, \d+ decisions; verified\njournal: block \d+, [0-9a-f]{64}\n$/,
    );
    expect(countIn(to, 'decisions')).toBeGreaterThan(0);
    const second = await command('backup', '--store', started.storePath, '--to', to);
    expect([second.status, second.out]).toEqual([1, '']);
    expect(second.err).toMatch(/is there already\nhint: nothing is overwritten/);
    const put = await command('restore', '--from', to, '--store', join(folder, 'b.sqlite'));
    expect([put.status, put.err]).toEqual([0, '']);
    expect(statSync(join(folder, 'b.sqlite')).size).toBeGreaterThan(0);
  });

  it('a copy whose journal is not the one of the store is not taken', async () => {
    const { started } = await market();
    await started.server.close();
    // Another hand writes the journal anew meanwhile.
    const to = join(temporaryFolder(), 'backup.sqlite');
    const swapped = backUp(started.storePath, to);
    const db = new Database(started.storePath);
    db.exec('DROP TRIGGER IF EXISTS journal_no_update; UPDATE journal SET hash = zeroblob(32) WHERE number > 0');
    db.close();
    await expect(swapped).rejects.toThrow(/block \d+ of the copy is not the store's|does not hold/);
    expect(existsSync(to)).toBe(false);
  });
});

/** As somebody does who has the file and a shell: without the triggers that would refuse it. */
function edit(path: string, statement: string): void {
  const db = new Database(path);
  const triggers = db.prepare<[], { name: string }>("SELECT name FROM sqlite_schema WHERE type = 'trigger'").all();
  triggers.forEach(({ name }) => db.exec(`DROP TRIGGER ${name}`));
  db.pragma('foreign_keys = OFF');
  db.exec(statement);
  db.pragma('journal_mode = DELETE'); // no WAL beside it
  db.close();
}

async function command(...args: readonly string[]): Promise<{ status: number | null; out: string; err: string }> {
  const cli = resolve(import.meta.dirname, '../../server/src/cli.ts');
  const child = spawn(process.execPath, ['--conditions=coinslot-source', '--import', 'tsx', cli, ...args]);
  const exited = once(child, 'exit') as Promise<[number | null]>;
  const [out, err, [status]] = await Promise.all([text(child.stdout), text(child.stderr), exited]);
  return { status, out, err };
}
