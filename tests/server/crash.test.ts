import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { expect, it, onTestFinished } from 'vitest';
import { makeOffer, makeRequest } from '../lib/parties.ts';
import {
  balanceOf,
  bytesOf,
  enrolPlayer,
  readDecision,
  requireBooks,
  startMarket,
  startServer,
} from './started-server.ts';

const KILLS = 4;
const CLIENTS = 8;
/** Decisions handed out before each kill; the kill then falls into the middle of the others' work. */
const DECISIONS_BEFORE_KILL = 60;

async function startChild(storePath: string): Promise<{ child: ChildProcess; url: string }> {
  const script = resolve(import.meta.dirname, 'crash-child.ts');
  const child = spawn(process.execPath, ['--conditions=coinslot-source', '--import', 'tsx', script, storePath], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  onTestFinished(() => void child.kill('SIGKILL'));
  const [port] = (await once(createInterface(child.stdout), 'line')) as [string];
  return { child, url: `http://127.0.0.1:${port}/v1/payments` };
}

const ask = async (url: string, body: Uint8Array): Promise<Uint8Array> =>
  bytesOf(
    await fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/msgpack' },
      body: Uint8Array.from(body),
    }),
  );

it('killed under load: whoever holds a decision has its debit, and finds the same decision again', async () => {
  const market = await startMarket();
  const player = await enrolPlayer(market, { moneyMinor: 1_000_000n });
  await market.server.close();
  const { holder, publisher, storePath } = market;
  const held = new Map<Uint8Array, Uint8Array>();
  const unanswered: Uint8Array[] = [];
  let made = 0;

  for (let kill = 0; kill < KILLS; kill++) {
    const { child, url } = await startChild(storePath);
    const dead = once(child, 'exit');
    const target = held.size + DECISIONS_BEFORE_KILL;
    const client = async (): Promise<void> => {
      for (;;) {
        const offer = makeOffer(publisher, { nonce: `purchase ${made++}` });
        const request = makeRequest(player, holder, offer, { proof: 'pin' });
        try {
          held.set(request, await ask(url, request));
        } catch {
          return void unanswered.push(request);
        }
        if (held.size === target) child.kill('SIGKILL');
      }
    };
    await Promise.all(Array.from({ length: CLIENTS }, client));
    await dead;
  }

  const started = await startServer({ storePath });
  for (const [request, decision] of held) {
    expect(await started.server.decide(request)).toMatchObject({ decision, fresh: false, code: 'APPROVED' });
  }
  // What was never answered is charged once when asked again, whether or not it had been recorded.
  for (const request of unanswered) {
    const first = await started.server.decide(request);
    if (first.kind !== 'decided') throw new Error(first.kind);
    expect(readDecision(started, first.decision).code).toBe('APPROVED');
    expect(await started.server.decide(request)).toMatchObject({ decision: first.decision, fresh: false });
  }
  expect(held.size).toBeGreaterThanOrEqual(KILLS * DECISIONS_BEFORE_KILL);
  expect(unanswered.length).toBe(KILLS * CLIENTS);
  expect(await balanceOf(started, player)).toBe(1_000_000n - 20n * BigInt(made));
  await requireBooks(started);
});
