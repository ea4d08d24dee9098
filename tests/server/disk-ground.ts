/** A store with one player and three requests that are not decided yet, and what must hold of it however a run has ended. */
import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { expect, onTestFinished } from 'vitest';
import { bundleProgram } from '../lib/program.ts';
import { makeOffer, makeRequest, type Player } from '../lib/parties.ts';
import { balanceOf, enrolPlayer, requireBooks, startMarket, startServer } from './started-server.ts';

const NONCES = ['first', 'second', 'third'];
const MONEY = 1_000n;
const PRICE = 20n;

export interface DiskGround {
  /** `disk-step.ts`, bundled. */
  readonly program: string;
  readonly requests: readonly Uint8Array[];
  /** A new folder with the store as it was, and the requests. */
  fresh(name: string): string;
  /** A place for a log. */
  readonly log: string;
  /**
   * What was said to be decided is decided so for ever; what was not is decided once when it is asked again; the money is
   * that of three purchases, and the books hold.
   */
  requireWhole(folder: string, said: readonly string[]): Promise<void>;
}

export async function diskGround(): Promise<DiskGround> {
  const started = await startMarket();
  const player = await enrolPlayer(started, { moneyMinor: MONEY });
  const requests = NONCES.map((nonce) =>
    makeRequest(player, started.holder, makeOffer(started.publisher, { nonce }), { proof: 'pin' }),
  );
  await started.server.close();
  const place = resolve(import.meta.dirname, '../../test-output/server');
  mkdirSync(place, { recursive: true });
  const ground = mkdtempSync(join(place, 'disk-'));
  onTestFinished(() => rmSync(ground, { recursive: true, force: true }));
  const store = readFileSync(started.storePath);
  return {
    program: bundleProgram(resolve(import.meta.dirname, 'disk-step.ts'), ground),
    requests,
    log: join(ground, 'strace.log'),
    fresh(name) {
      const folder = join(ground, name);
      rmSync(folder, { recursive: true, force: true });
      mkdirSync(folder);
      writeFileSync(join(folder, 'ledger.sqlite'), store);
      writeRequests(folder, requests);
      return folder;
    },
    requireWhole: (folder, said) => requireWhole(folder, said, requests, player),
  };
}

export const writeRequests = (folder: string, requests: readonly Uint8Array[]): void =>
  writeFileSync(
    join(folder, 'requests.json'),
    JSON.stringify(requests.map((request) => Buffer.from(request).toString('hex'))),
  );

/** Decisions by the number of their request, out of what a program said. */
export function decisionsSaid(said: readonly string[]): Map<number, string> {
  const decided = new Map<number, string>();
  for (const line of said) {
    const [, i, decision = ''] = /^(\d+) APPROVED ([0-9a-f]+)$/.exec(line) ?? [];
    if (i !== undefined) decided.set(Number(i), decision);
  }
  return decided;
}

async function requireWhole(
  folder: string,
  said: readonly string[],
  requests: readonly Uint8Array[],
  player: Player,
): Promise<void> {
  const storePath = join(folder, 'ledger.sqlite');
  const left = await startServer({ storePath });
  const decided = decisionsSaid(said);
  await requireBooks(left);
  const before = await balanceOf(left, player);
  expect(before).toBeLessThanOrEqual(MONEY - PRICE * BigInt(decided.size));
  for (const [i, request] of requests.entries()) {
    const answer = await left.server.decide(request);
    if (answer.kind !== 'decided') throw new Error(answer.kind);
    expect(answer.code).toBe('APPROVED');
    if (decided.has(i))
      expect([answer.fresh, Buffer.from(answer.decision).toString('hex')]).toEqual([false, decided.get(i)]);
    expect(await left.server.decide(request)).toMatchObject({ fresh: false, decision: answer.decision });
  }
  expect(await balanceOf(left, player)).toBe(MONEY - PRICE * BigInt(requests.length));
  await requireBooks(left);
  await left.server.close();
}

export const copyStore = (from: string, to: string): void =>
  ['', '-wal'].forEach((end) => {
    try {
      copyFileSync(`${from}${end}`, `${to}${end}`);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    }
  });
