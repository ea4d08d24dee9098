/** The server's disk full, read-only, failing and damaged: nothing is lost, nothing paid twice, and it says so in plain words. */
import { spawnSync } from 'node:child_process';
import { copyFileSync, existsSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { StoreError } from '@coinslot/server';
import { openSqliteStore } from '../../server/src/store/sqlite/sqlite-store.ts';
import { verifyBooks } from '../../server/src/ledger/books.ts';
import { verifyJournal } from '../../server/src/ledger/journal.ts';
import { canSweep } from '../lib/kill-sweep.ts';
import { drawFrom } from '../card/volatile-disk.ts';
import { runInjected } from '../lib/strace.ts';
import { makeOffer, makeRequest } from '../lib/parties.ts';
import { decisionsSaid, diskGround } from './disk-ground.ts';
import { balanceOf, enrolPlayer, requireBooks, startMarket, startServer, temporaryFolder } from './started-server.ts';

const isTraceable = canSweep();
if (!isTraceable) console.warn('skipped: this machine has no strace that may trace, so no call can be made to fail');
const FAILED_CALLS_LONGEST = process.env['COINSLOT_EVERY_CALL'] === '1' ? 3_600_000 : 300_000;
/** Of many writes that are alike so many are made to fail; COINSLOT_EVERY_CALL=1 takes each. */
const RUNS_MAX = process.env['COINSLOT_EVERY_CALL'] === '1' ? Infinity : 6;

/** A disk of this many kB, or a reason why there is none. */
function smallDisk(kilobytes: number): string | undefined {
  const path = temporaryFolder();
  const mounted = spawnSync('mount', ['-t', 'tmpfs', '-o', `size=${kilobytes}k`, 'tmpfs', path]);
  if (mounted.status !== 0) return undefined;
  onTestFinished(() => void spawnSync('umount', ['-l', path]));
  return path;
}
const canMount =
  spawnSync('sh', ['-c', 'd=$(mktemp -d); mount -t tmpfs tmpfs $d && umount $d; r=$?; rmdir $d; exit $r']).status === 0;
if (!canMount) console.warn('skipped: this machine lets nobody mount, so no disk can be made small or read-only');

describe.skipIf(!isTraceable)('D1: the disk is full at a write', { timeout: FAILED_CALLS_LONGEST }, () => {
  it('each write in turn: STORAGE and not charged, or no trace of it; asked again at once, it works without repair', async () => {
    const ground = await diskGround();
    const counted = runInjected(ground.program, [ground.fresh('count')], 'pwrite64', undefined, ground.log);
    expect(counted.said.map((line) => line.split(' ')[1])).toEqual(['APPROVED', 'APPROVED', 'APPROVED']);
    let refused = 0;
    const step = Math.max(1, Math.floor(counted.calls / RUNS_MAX));
    for (let nth = 1; nth <= counted.calls; nth += step) {
      const folder = ground.fresh('full');
      const ran = runInjected(ground.program, [folder, 'again'], 'pwrite64', `error=ENOSPC:when=${nth}`, ground.log);
      const failed = ran.said.filter((line) => !line.includes('APPROVED'));
      // Where the file of shared memory cannot grow, SQLite cannot tell a full disk from a broken one: the server does not serve.
      const isStopped = failed.some((line) => line === 'fatal' || line.startsWith('store'));
      if (!isStopped) {
        failed.forEach((line) => expect(line).toMatch(/^\d STORAGE no$/));
        expect(decisionsSaid(ran.said).size, `${nth}: ${ran.said.join()}${ran.stderr}`).toBe(3);
        refused += failed.length;
      }
      await ground.requireWhole(folder, ran.said);
    }
    expect(refused).toBeGreaterThan(1);
    console.info(`D1: ${counted.calls} writes, ${refused} refused with STORAGE`);
  });
});

describe.skipIf(!canMount)('D1, D2: real disks', () => {
  it('D1: a disk that fills up, and is then freed: STORAGE, nothing charged; then the same requests work', async () => {
    const disk = smallDisk(8_192) as string;
    const storePath = join(disk, 'ledger.sqlite');
    const started = await startMarket({ storePath });
    const player = await enrolPlayer(started, { moneyMinor: 1_000n });
    const filler = join(disk, 'filler');
    fill(filler);
    const request = (i: number): Uint8Array =>
      makeRequest(player, started.holder, makeOffer(started.publisher, { nonce: `purchase ${i}` }), { proof: 'pin' });
    let approved = 0;
    const refused: unknown[] = [];
    for (let i = 0; refused.length < 5 && i < 200; i++) {
      try {
        await started.server.decide(request(i));
        approved += 1;
      } catch (error) {
        const { code, charged } = error as { code: string; charged: string };
        refused.push(i);
        expect([code, charged]).toEqual(['STORAGE', 'no']);
      }
    }
    expect(refused).toHaveLength(5);
    expect(await balanceOf(started, player)).toBe(1_000n - 20n * BigInt(approved));
    rmSync(filler);
    for (const i of refused)
      expect(await started.server.decide(request(i as number))).toMatchObject({ code: 'APPROVED', fresh: true });
    expect(await balanceOf(started, player)).toBe(1_000n - 20n * BigInt(approved + 5));
    await requireBooks(started);
  });

  it('D2: a read-only disk is refused in plain words; writable again, it serves', async () => {
    const disk = smallDisk(8_192) as string;
    const storePath = join(disk, 'ledger.sqlite');
    const first = await startMarket({ storePath });
    await first.server.close();
    expect(spawnSync('mount', ['-o', 'remount,ro', disk]).status).toBe(0);
    await expect(startServer({ storePath })).rejects.toThrow(
      /ledger\.sqlite: cannot be opened: .*(readonly|read-only|unable to open)/,
    );
    await expect(startServer({ storePath })).rejects.toThrow(StoreError);
    expect(spawnSync('mount', ['-o', 'remount,rw', disk]).status).toBe(0);
    await requireBooks(await startServer({ storePath }));
  });
});

it('D2: a folder that is not there, a file where the folder should be, a folder where the file should be', async () => {
  const folder = temporaryFolder();
  writeFileSync(join(folder, 'file'), '');
  mkdirSync(join(folder, 'folder.sqlite'));
  for (const storePath of [
    join(folder, 'gone', 'a.sqlite'),
    join(folder, 'file', 'a.sqlite'),
    join(folder, 'folder.sqlite'),
  ]) {
    await expect(startServer({ storePath })).rejects.toThrow(StoreError);
    await expect(startServer({ storePath })).rejects.toThrow(/cannot be opened/);
  }
});

it('D2: the folder goes away while it serves: whatever is said was recorded, or is said not to be', async () => {
  const started = await startMarket();
  const player = await enrolPlayer(started);
  rmSync(started.storePath);
  rmSync(`${started.storePath}-wal`);
  const request = makeRequest(player, started.holder, makeOffer(started.publisher), { proof: 'pin' });
  // An unlinked file is still a file to whoever has it open: the server goes on, and its backup is the way out.
  const outcome = await started.server.decide(request).then(
    (answer) => answer.kind,
    (error: { code: string }) => error.code,
  );
  expect(['decided', 'STORAGE']).toContain(outcome);
});

describe.skipIf(!isTraceable)('D3: a sync fails', { timeout: FAILED_CALLS_LONGEST }, () => {
  it.each([
    ['once', ''],
    ['from then on', '+'],
  ])('%s, at each sync in turn: serving stops, and what is opened again is whole', async (_, times) => {
    const ground = await diskGround();
    const counted = runInjected(ground.program, [ground.fresh('count')], 'fsync', undefined, ground.log);
    expect(counted.calls).toBeGreaterThanOrEqual(3); // one for each decision, at least
    let stopped = 0;
    for (let nth = 1; nth <= counted.calls; nth++) {
      const folder = ground.fresh('eio');
      const ran = runInjected(ground.program, [folder, 'again'], 'fsync', `error=EIO:when=${nth}${times}`, ground.log);
      const at = ran.said.findIndex((line) => line.includes(' STORAGE unknown'));
      if (at >= 0) {
        stopped += 1;
        // Nothing after it is decided, and nothing of it is said to be charged or not.
        ran.said.slice(at + 1).forEach((line) => expect(line).toMatch(/^(fatal|\d STORAGE no)$/));
        expect(ran.said).toContain('fatal');
      }
      await ground.requireWhole(folder, ran.said);
    }
    expect(stopped).toBeGreaterThanOrEqual(3);
  });
});

describe('D4: no descriptors are left', () => {
  it('new connections wait or are refused, those that are there go on, and it recovers', async () => {
    const ground = await diskGround();
    const folder = ground.fresh('descriptors');
    // Too few to open the store with: it says so and does not start. A few more, and it decides all.
    const outcomes: string[] = [];
    for (let limit = 18; limit <= 40; limit++) {
      const ran = spawnSync('prlimit', [`--nofile=${limit}`, process.execPath, ground.program, folder], {
        encoding: 'utf8',
        env: { ...process.env, NODE_OPTIONS: '' },
      });
      const said = ran.stdout.split('\n').filter((line) => line !== '');
      const approved = decisionsSaid(said).size;
      if (ran.status === 0) expect(approved).toBe(3);
      else said.forEach((line) => expect(line).toMatch(/^(store \w+|fatal|\d (STORAGE|BUSY|APPROVED) \w+)$/));
      outcomes.push(ran.status === 0 ? 'served' : 'refused');
      if (ran.status === 0) break;
    }
    expect(outcomes.at(-1)).toBe('served');
    await ground.requireWhole(folder, []);
  }, 60_000);
});

/** COINSLOT_BIT_FLIPS=150 by hand. */
const BIT_FLIPS = Number(process.env['COINSLOT_BIT_FLIPS'] ?? '50');

describe('D5: a store that was damaged', () => {
  async function closedStore() {
    const started = await startMarket();
    const player = await enrolPlayer(started, { moneyMinor: 1_000n });
    for (let i = 0; i < 10; i++)
      await started.server.decide(
        makeRequest(player, started.holder, makeOffer(started.publisher, { nonce: `purchase ${i}` }), { proof: 'pin' }),
      );
    await started.server.close();
    return { started, player };
  }

  /** How a store is found: refused at opening, refused by a check of the books or the journal, or whole. */
  async function findingOf(path: string): Promise<'refused' | 'found' | 'whole'> {
    let store;
    try {
      store = openSqliteStore({ path, checkBytesMax: Infinity });
    } catch (error) {
      if (error instanceof StoreError) return 'refused';
      throw error;
    }
    try {
      const { findings } = await verifyBooks(store);
      const { finding } = await verifyJournal(store);
      return findings.length > 0 || finding !== undefined ? 'found' : 'whole';
    } catch {
      return 'found'; // a row that cannot even be read
    } finally {
      await store.close();
    }
  }

  it('a flipped bit anywhere is refused or found, or was in nothing that counts', { timeout: 120_000 }, async () => {
    const { started, player } = await closedStore();
    const whole = readFileSync(started.storePath);
    const draw = drawFrom(5);
    const path = join(temporaryFolder(), 'flipped.sqlite');
    const counts = { refused: 0, found: 0, whole: 0 };
    for (let i = 0; i < BIT_FLIPS; i++) {
      const flipped = Buffer.from(whole);
      const at = Math.floor(draw() * flipped.length);
      flipped[at] = flipped[at]! ^ (1 << Math.floor(draw() * 8));
      ['', '-wal', '-shm'].forEach((end) => rmSync(path + end, { force: true }));
      writeFileSync(path, flipped);
      const finding = await findingOf(path);
      counts[finding] += 1;
      if (finding !== 'whole') continue;
      const store = openSqliteStore({ path, checkBytesMax: Infinity });
      expect((await store.findPlayer(player.userId))?.balanceMinor, `bit in byte ${at}`).toBe(800n);
      await store.close();
    }
    console.info(`D5: ${JSON.stringify(counts)}`);
    expect(counts.refused).toBeGreaterThan(0);
    expect(counts.found).toBeGreaterThan(0);
  });

  it('each page zeroed, and the file cut after each page, is refused or found', { timeout: 120_000 }, async () => {
    const { started } = await closedStore();
    const whole = readFileSync(started.storePath);
    const path = join(temporaryFolder(), 'damaged.sqlite');
    const pages = whole.length / 4096;
    for (let page = 0; page < pages; page++) {
      const isUsed = whole.subarray(page * 4096, (page + 1) * 4096).some((byte) => byte !== 0);
      const zeroed = Buffer.from(whole).fill(0, page * 4096, (page + 1) * 4096);
      for (const damaged of page === 0 ? [zeroed] : [zeroed, whole.subarray(0, page * 4096)]) {
        ['', '-wal', '-shm'].forEach((end) => rmSync(path + end, { force: true }));
        writeFileSync(path, damaged);
        if (isUsed) expect(await findingOf(path), `page ${page}`).not.toBe('whole');
      }
    }
  });

  it('without its WAL it is an older store that holds; a WAL without its store is refused and kept', async () => {
    const started = await startMarket();
    const player = await enrolPlayer(started);
    const folder = temporaryFolder();
    const copy = join(folder, 'ledger.sqlite');
    await started.server.decide(makeRequest(player, started.holder, makeOffer(started.publisher), { proof: 'pin' }));
    // As a machine leaves it that has lost its power.
    copyFileSync(`${started.storePath}-wal`, `${copy}-wal`);
    const wal = readFileSync(`${copy}-wal`);
    await expect(startServer({ storePath: copy })).rejects.toThrow(/its WAL is there/);
    expect(readFileSync(`${copy}-wal`).equals(wal)).toBe(true);
    expect(existsSync(copy)).toBe(false);

    copyFileSync(started.storePath, copy);
    const whole = await startServer({ storePath: copy });
    expect(await balanceOf(whole, player)).toBe(980n);
    await whole.server.close();

    const alone = join(folder, 'alone.sqlite');
    copyFileSync(started.storePath, alone);
    const older = await startServer({ storePath: alone });
    await requireBooks(older); // yesterday's state, not a damaged one: evidence brings the rest (S7)
    expect(await older.server.service.records.findPlayer(player.userId)).toBeUndefined();
  });
});

/** Takes all that is left. */
function fill(path: string): void {
  writeFileSync(path, '');
  for (let bytes = 1 << 20; bytes >= 512; bytes >>= 1) {
    for (;;) {
      const before = statSync(path).size;
      const ran = spawnSync('sh', ['-c', `head -c ${bytes} /dev/zero >> '${path}'`]);
      if (ran.status !== 0 || statSync(path).size < before + bytes) break;
    }
  }
}
