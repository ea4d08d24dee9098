/**
 * The server killed at its disk's calls, over and over under load, without power, and while it recovers. What it had said
 * stands, what it had not said is decided once when it is asked again, and the books hold.
 */
import Database from 'better-sqlite3';
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { describe, expect, it, onTestFinished } from 'vitest';
import { MIGRATIONS } from '../../server/src/store/sqlite/migrations.ts';
import { openWriter } from '../../server/src/store/sqlite/open.ts';
import { drawFrom } from '../card/volatile-disk.ts';
import { canSweep } from '../lib/kill-sweep.ts';
import { PowerLoss } from '../lib/power-loss.ts';
import { bundleProgram } from '../lib/program.ts';
import { runInjected, traceDisk } from '../lib/strace.ts';
import { makeOffer, makeRequest } from '../lib/parties.ts';
import { decisionsSaid, diskGround, writeRequests } from './disk-ground.ts';
import {
  balanceOf,
  bytesOf,
  enrolPlayer,
  ledgerOf,
  readDecision,
  requireBooks,
  startMarket,
  startServer,
  temporaryFolder,
} from './started-server.ts';

const isTraceable = canSweep();
if (!isTraceable)
  console.warn('skipped: this machine has no strace that may trace, so nothing can be killed at a call');
/** Of many calls that are alike so many are taken; COINSLOT_EVERY_CALL=1 takes each. */
const isEveryCall = process.env['COINSLOT_EVERY_CALL'] === '1';
const LONG = isEveryCall ? 3_600_000 : 300_000;
const sampled = (count: number, most: number): number[] => {
  const step = isEveryCall ? 1 : Math.max(1, Math.ceil(count / most));
  return Array.from({ length: Math.ceil(count / step) }, (_, i) => 1 + i * step);
};

describe.skipIf(!isTraceable)('C1, C2: killed at a call', { timeout: LONG }, () => {
  it.each([
    ['pwrite64', 3],
    ['fsync', 2],
    ['ftruncate', 1],
    ['unlink', 1],
  ])('%s: between the rows, before the commit, after it, before the answer', async (call, most) => {
    const ground = await diskGround();
    const { calls } = runInjected(ground.program, [ground.fresh('count')], call, undefined, ground.log);
    expect(calls).toBeGreaterThan(0);
    for (const nth of sampled(calls, most)) {
      const folder = ground.fresh('killed');
      const ran = runInjected(ground.program, [folder], call, `signal=KILL:when=${nth}`, ground.log);
      await ground.requireWhole(folder, ran.said);
    }
  });
});

describe.skipIf(!isTraceable)('C4: the power goes', { timeout: LONG }, () => {
  it('at any moment, with any part of what was not synced: no decision was said that has no debit', async () => {
    const ground = await diskGround();
    const before = ground.fresh('before');
    const run = ground.fresh('run');
    const events = traceDisk(ground.program, run, [], ground.log);
    expect(events.filter(({ kind }) => kind === 'sync').length).toBeGreaterThanOrEqual(3);
    const moments = new Set(sampled(events.length, 5));
    // And right after each answer: that is when a promise has been given and little else is on its way to the disk.
    events.forEach(({ kind }, i) => kind === 'said' && moments.add(i + 1));
    const disk = new PowerLoss(before);
    const said: string[] = [];
    const left = join(ground.fresh('place'), '..', 'left');
    for (const [i, event] of events.entries()) {
      disk.take(event);
      if (event.kind === 'said') said.push(event.line);
      if (!moments.has(i + 1)) continue;
      disk.leaveIn(left, drawFrom(i));
      writeRequests(left, ground.requests);
      await ground.requireWhole(left, said);
    }
    expect(decisionsSaid(said).size).toBe(3);
    console.info(`C4: ${moments.size} moments of ${events.length}`);
  });
});

describe.skipIf(!isTraceable)('C16: killed while it recovers', { timeout: LONG }, () => {
  it('twenty times in a row: the same end as one recovery', async () => {
    const ground = await diskGround();
    const folder = ground.fresh('recovered');
    // Decided, committed, and killed before anything was written back: all of it lies in the WAL.
    const { calls } = runInjected(ground.program, [ground.fresh('count')], 'fsync', undefined, ground.log);
    const first = runInjected(
      ground.program,
      [folder],
      'fsync',
      `signal=KILL:when=${Math.max(1, calls - 2)}`,
      ground.log,
    );
    expect(first.isKilled).toBe(true);
    const known = decisionsSaid(first.said);
    writeRequests(folder, []); // from here on it only opens and closes
    let kills = 0;
    for (let nth = 1; nth <= 20; nth++) {
      const call = nth % 4 === 0 ? 'ftruncate' : nth % 3 === 0 ? 'fsync' : 'pwrite64';
      const ran = runInjected(
        ground.program,
        [folder],
        call,
        `signal=KILL:when=${1 + Math.floor(nth / 4)}`,
        ground.log,
      );
      if (ran.isKilled) kills += 1;
    }
    expect(kills).toBeGreaterThan(8);
    await ground.requireWhole(
      folder,
      [...known].map(([i, decision]) => `${i} APPROVED ${decision}`),
    );
    console.info(`C16: ${kills} of 20 were killed, ${known.size} decisions were in the WAL`);
  });
});

const CLIENTS = 8;
const KILL_EVERY_MS = 500;
const KILLS_MIN = 4;
const KILL_SECONDS = Number(process.env['COINSLOT_KILL_SECONDS'] ?? '3');

describe('C3: killed every half second under eight clients', { timeout: (KILL_SECONDS + 60) * 3_000 }, () => {
  it(`for ${KILL_SECONDS} s: decisions and debits pair up, and the total of the bank stands`, async () => {
    const market = await startMarket();
    const player = await enrolPlayer(market, { moneyMinor: 100_000_000n });
    await market.server.close();
    const { holder, publisher, storePath } = market;
    const place = resolve(import.meta.dirname, '../../test-output/server');
    mkdirSync(place, { recursive: true });
    const ground = mkdtempSync(join(place, 'kill-'));
    onTestFinished(() => rmSync(ground, { recursive: true, force: true }));
    const program = bundleProgram(resolve(import.meta.dirname, 'crash-child.ts'), ground);

    const state: { url: string | undefined; going: boolean; made: number } = { url: undefined, going: true, made: 0 };
    const held = new Map<Uint8Array, Uint8Array>();
    const client = async (): Promise<void> => {
      while (state.going) {
        const offer = makeOffer(publisher, { nonce: `purchase ${state.made++}` });
        const request = makeRequest(player, holder, offer, { proof: 'pin' });
        // The same bytes, for as long as it takes, to whichever process is there.
        for (let decision; decision === undefined;) {
          decision = state.url === undefined ? undefined : await ask(state.url, request);
          if (decision !== undefined) held.set(request, decision);
          else await new Promise((next) => void setImmediate(next));
        }
      }
    };
    const startChild = async (): Promise<ChildProcess> => {
      const child = spawn(process.execPath, [program, storePath], { stdio: ['ignore', 'pipe', 'inherit'] });
      onTestFinished(() => void child.kill('SIGKILL'));
      const [port] = (await once(createInterface(child.stdout), 'line')) as [string];
      state.url = `http://127.0.0.1:${port}/v1/payments`;
      return child;
    };
    const clients = Promise.all(Array.from({ length: CLIENTS }, client));
    let kills = 0;
    const endsAt = performance.now() + KILL_SECONDS * 1_000;
    while (performance.now() < endsAt || kills < KILLS_MIN) {
      const child = await startChild();
      const exited = once(child, 'exit');
      await once(AbortSignal.timeout(KILL_EVERY_MS), 'abort');
      child.kill('SIGKILL');
      await exited;
      state.url = undefined;
      kills += 1;
    }
    state.going = false;
    const last = await startChild(); // those that were under way are asked again until they are answered
    await clients;
    last.kill('SIGKILL');
    await once(last, 'exit');

    const started = await startServer({ storePath });
    for (const [request, decision] of held) {
      expect(readDecision(started, decision).code).toBe('APPROVED');
      expect(await started.server.decide(request)).toMatchObject({ decision, fresh: false });
    }
    expect(held.size).toBe(state.made);
    expect(await balanceOf(started, player)).toBe(100_000_000n - 20n * BigInt(state.made));
    expect(await ledgerOf(started, 'publisher-payable', 'lumen-works')).toBe(20n * BigInt(state.made));
    expect(await ledgerOf(started, 'bank')).toBe(-100_000_000n);
    await requireBooks(started);
    console.info(`C3: ${kills} kills, ${held.size} decisions`);
  });
});

async function ask(url: string, body: Uint8Array): Promise<Uint8Array | undefined> {
  try {
    const headers = { 'content-type': 'application/msgpack' };
    const answer = await fetch(url, { method: 'POST', headers, body: Uint8Array.from(body) });
    return answer.status === 200 ? await bytesOf(answer) : undefined;
  } catch {
    return undefined;
  }
}

describe('C15: migrations', () => {
  const openAt = (path: string, migrations = MIGRATIONS): Database.Database =>
    openWriter({ path, checkBytesMax: 1e12, busyMs: 100, migrations });
  const schemaOf = (path: string): unknown => {
    const db = new Database(path);
    const found = [
      db.pragma('user_version', { simple: true }),
      db.prepare('SELECT sql FROM sqlite_schema ORDER BY rowid').all(),
    ];
    db.close();
    return found;
  };

  it(
    'every step, ended at every statement: the version before, whole; then it comes forward',
    { timeout: LONG },
    () => {
      for (let version = 1; version < MIGRATIONS.length; version++) {
        const path = join(temporaryFolder(), 'a.sqlite');
        const before = MIGRATIONS.slice(0, version);
        openAt(path, before).close();
        const schema = schemaOf(path);
        const step = MIGRATIONS[version] as readonly string[];
        for (let kept = 0; kept <= step.length; kept++) {
          expect(() => openAt(path, [...before, [...step.slice(0, kept), 'THIS FAILS']])).toThrow();
          expect(schemaOf(path), `version ${version}, statement ${kept}`).toEqual(schema);
        }
        openAt(path).close();
        expect(schemaOf(path)).toEqual(schemaOf(freshPath(openAt)));
      }
    },
  );

  it('an older server on a newer store refuses to start, and changes nothing', () => {
    const path = join(temporaryFolder(), 'a.sqlite');
    openAt(path).close();
    const schema = schemaOf(path);
    for (let known = 1; known < MIGRATIONS.length; known++)
      expect(() => openAt(path, MIGRATIONS.slice(0, known))).toThrow(
        `the file has version ${MIGRATIONS.length}, this server knows ${known}`,
      );
    expect(schemaOf(path)).toEqual(schema);
  });
});

function freshPath(open: (path: string) => Database.Database): string {
  const path = join(temporaryFolder(), 'fresh.sqlite');
  open(path).close();
  return path;
}
