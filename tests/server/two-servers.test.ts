/** Two server processes on one SQLite file: transactions are one after the other all the same. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { expect, it, onTestFinished } from 'vitest';
import { makeOffer, makeRequest, seedOf, type Player } from '../lib/parties.ts';
import {
  balanceOf,
  bytesOf,
  enrolPlayer,
  ledgerOf,
  OPERATOR_TOKEN,
  readDecision,
  requireBooks,
  startMarket,
  startServer,
  type Started,
} from './started-server.ts';

async function startChild(storePath: string): Promise<string> {
  const script = resolve(import.meta.dirname, 'crash-child.ts');
  const child = spawn(process.execPath, ['--conditions=coinslot-source', '--import', 'tsx', script, storePath], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  onTestFinished(() => void child.kill('SIGKILL'));
  const [port] = (await once(createInterface(child.stdout), 'line')) as [string];
  return `http://127.0.0.1:${port}`;
}

/** Stops the market's own server and starts two processes on its store. */
async function twoServers({ server, storePath }: Started): Promise<readonly [string, string]> {
  await server.close();
  return [await startChild(storePath), await startChild(storePath)];
}

/** Asks until there is an answer: a file that the other process holds too long is BUSY, and nothing was done. */
async function post(url: string, path: string, body: Uint8Array | object): Promise<Uint8Array> {
  const isBytes = body instanceof Uint8Array;
  const headers = {
    'content-type': isBytes ? 'application/msgpack' : 'application/json',
    authorization: `Bearer ${OPERATOR_TOKEN}`,
  };
  for (;;) {
    const sent = isBytes ? Uint8Array.from(body) : JSON.stringify(body);
    const answer = await fetch(url + path, { method: 'POST', headers, body: sent });
    const bytes = await bytesOf(answer);
    if (answer.status === 200) return bytes;
    if (answer.status !== 503) throw new Error(`${path}: ${answer.status} ${Buffer.from(bytes).toString()}`);
  }
}

/** Makes an account nobody else in the test spends from. */
const enrolled = (market: Started, name: string, moneyMinor: bigint): Promise<Player> =>
  enrolPlayer(market, { name, moneyMinor, pressDayMaxMinor: 100_000n });

it('D10, D11: over two server processes one request is one debit, one nonce one request, and money for ten is ten', async () => {
  const market = await startMarket();
  const [ada, bob, eve] = [
    await enrolled(market, 'Ada', 1_000n),
    await enrolled(market, 'Bob', 1_000n),
    await enrolled(market, 'Eve', 200n),
  ];
  const { holder, publisher } = market;
  const same = makeRequest(ada, holder, makeOffer(publisher));
  const others = Array.from({ length: 50 }, (_, i) =>
    makeRequest(bob, holder, makeOffer(publisher), { shownDigest: seedOf(`shown ${i}`) }),
  );
  const many = Array.from({ length: 200 }, (_, i) =>
    makeRequest(eve, holder, makeOffer(publisher, { nonce: `purchase ${i}` })),
  );
  const urls = await twoServers(market);
  const ask = (request: Uint8Array, i: number): Promise<Uint8Array> => post(urls[i % 2]!, '/v1/payments', request);

  const decisions = await Promise.all(Array.from({ length: 100 }, (_, i) => ask(same, i)));
  expect(new Set(decisions.map((decision) => Buffer.from(decision).toString('hex'))).size).toBe(1);
  const answers = await Promise.allSettled(others.map(ask));
  const refused = answers.filter((one) => one.status === 'rejected').map(({ reason }) => String(reason));
  expect([refused.length, refused.every((reason) => reason.includes('ID_CONFLICT'))]).toEqual([49, true]);
  const decided = await Promise.all(many.map(ask));

  const after = await startServer({ storePath: market.storePath });
  expect(readDecision(after, decisions[0]!).code).toBe('APPROVED');
  const codes = decided.map((decision) => readDecision(after, decision).code);
  expect(codes.filter((code) => code === 'APPROVED')).toHaveLength(10);
  expect(codes.filter((code) => code === 'INSUFFICIENT')).toHaveLength(190);
  const balances = [await balanceOf(after, ada), await balanceOf(after, bob), await balanceOf(after, eve)];
  expect(balances).toEqual([980n, 980n, 0n]);
  await requireBooks(after);
});

it('D12: purchases, top-ups and changes of limits over two server processes: nothing is made and nothing lost', async () => {
  const market = await startMarket();
  const ada = await enrolPlayer(market, { moneyMinor: 200n, pressDayMaxMinor: 100_000n });
  const bob = await enrolPlayer(market, {
    name: 'Bob',
    plan: 'postpaid',
    moneyMinor: 300n,
    pressDayMaxMinor: 100_000n,
  });
  const work: ((url: string) => Promise<Uint8Array>)[] = [];
  const [adaId, bobId] = [ada, bob].map(({ userId }) => Buffer.from(userId).toString('hex'));
  for (let i = 0; i < 60; i++) {
    for (const player of [ada, bob]) {
      const request = makeRequest(player, market.holder, makeOffer(market.publisher, { nonce: `purchase ${i}` }));
      work.push((url) => post(url, '/v1/payments', request));
    }
    if (i % 3 === 0)
      work.push((url) =>
        post(url, '/v1/operator/topups', {
          userId: adaId,
          amountMinor: '20',
          currency: 'EUR',
          // The same two by two: what comes again is not booked again.
          bankReference: `top-up ${Math.floor(i / 6)}`,
        }),
      );
    if (i % 10 === 0)
      work.push((url) =>
        post(url, '/v1/operator/ceilings', { userId: bobId, ceilingMinor: String(300 + i), currency: 'EUR' }),
      );
  }
  const urls = await twoServers(market);
  await Promise.all(work.map((one, i) => one(urls[i % 2]!)));
  const after = await startServer({ storePath: market.storePath });
  const [adaMinor, bobMinor] = [await balanceOf(after, ada), await balanceOf(after, bob)];
  expect(adaMinor).toBeGreaterThanOrEqual(0n);
  expect(bobMinor).toBeGreaterThanOrEqual(-350n);
  // 200 at first and ten top-ups of 20; what is not with the players is the publisher's.
  expect(await ledgerOf(after, 'bank')).toBe(-400n);
  expect(await ledgerOf(after, 'publisher-payable', market.publisher.id)).toBe(400n - adaMinor - bobMinor);
  await requireBooks(after);
});
