/** Days of a server: clocks that jump, peers that misbehave, a month of purchases. */
import { LIMITS } from '@coinslot/protocol';
import { readdirSync, statSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { dirname } from 'node:path';
import { describe, expect, it } from 'vitest';
import {
  DAY_MS,
  makeAccountRequest,
  makeOffer,
  makePlayer,
  makeRequest,
  NOON_MS,
  type Player,
} from '../lib/parties.ts';
import {
  balanceOf,
  enrolPlayer,
  operate,
  post,
  RATES,
  requireBooks,
  startMarket,
  startServer,
  urlOf,
  type Started,
} from './started-server.ts';

const MINUTE_MS = 60_000;

/** What the server decides for an offer made by a peer whose clock shows this. */
async function pay(started: Started, player: Player, nonce: string, offeredAtMs: number): Promise<string> {
  const offer = makeOffer(started.publisher, { nonce, atMs: offeredAtMs });
  const request = makeRequest(player, started.holder, offer, { proof: 'pin' });
  return started.server.decide(request).then(
    (answer) => (answer.kind === 'decided' ? answer.code : answer.kind),
    (error: { code: string }) => error.code,
  );
}

describe('S11: a server whose clock is off', () => {
  it.each<[string, number, string]>([
    ['four minutes behind', -4 * MINUTE_MS, 'APPROVED'],
    ['five minutes behind', -LIMITS.clockSkewMsMax, 'APPROVED'],
    ['five minutes and a millisecond behind', -LIMITS.clockSkewMsMax - 1, 'CLOCK_SKEW'],
    ['an hour behind', -60 * MINUTE_MS, 'CLOCK_SKEW'],
    ['a day behind', -DAY_MS + 1, 'CLOCK_SKEW'],
    ['a minute ahead', MINUTE_MS, 'APPROVED'],
    ['an hour ahead', 60 * MINUTE_MS, 'DECISION_EXPIRED'],
    ['a day ahead', DAY_MS, 'DECISION_EXPIRED'],
  ])('%s: what it signs is no approval that a peer could be surprised by', async (_, offMs, outcome) => {
    const started = await startMarket();
    const player = await enrolPlayer(started);
    started.time.nowMs += offMs;
    expect(await pay(started, player, 'purchase', NOON_MS)).toBe(outcome);
    expect(await balanceOf(started, player)).toBe(outcome === 'APPROVED' ? 980n : 1_000n);
  });
});

describe('D6: a clock that jumps while it runs', () => {
  it.each<[string, number]>([
    ['five minutes', 5 * MINUTE_MS],
    ['a day', DAY_MS],
  ])(
    '%s back and forth: refused beyond five minutes, nothing charged, and right again when the clock is',
    async (_, jumpMs) => {
      const started = await startMarket();
      const player = await enrolPlayer(started);
      const { time } = started;
      let charged = 0n;
      for (let i = 0; i < 6; i++) {
        const isBack = i % 2 === 1;
        time.nowMs = isBack ? NOON_MS - jumpMs : NOON_MS;
        const outcome = await pay(started, player, `purchase ${i}`, NOON_MS);
        if (!isBack || jumpMs <= LIMITS.clockSkewMsMax) {
          expect(outcome).toBe('APPROVED');
          charged += 20n;
        } else expect(outcome).toBe('CLOCK_SKEW');
      }
      expect(await balanceOf(started, player)).toBe(1_000n - charged);
      await requireBooks(started);
    },
  );

  it('ahead a day and back again: what was refused then keeps nobody out after, and no approval was dated there', async () => {
    const started = await startMarket();
    const player = await enrolPlayer(started);
    started.time.nowMs = NOON_MS + DAY_MS;
    expect(await pay(started, player, 'then', NOON_MS)).toBe('DECISION_EXPIRED');
    const fresh = makeAccountRequest(player, started.holder, { timeMs: NOON_MS });
    expect((await post(started, '/v1/accounts', fresh)).status).toBe(422);
    started.time.nowMs = NOON_MS;
    expect(await pay(started, player, 'now', NOON_MS)).toBe('APPROVED');
    expect((await post(started, '/v1/accounts', fresh)).status).toBe(200);
  });

  it('time-outs are by another clock: a jump of a day cuts nobody, and lets nobody stay', async () => {
    const started = await startServer({ limits: { headerTimeMs: 400, requestTimeMs: 50_000, timeCheckMs: 20 } });
    const socket = await open(started);
    socket.write('GET /healthz HTTP/1.1\r\nHost: a\r\nX: ');
    const startedAt = performance.now();
    started.time.nowMs += DAY_MS;
    const answer = answerOf(socket);
    expect((await fetch(`${await urlOf(started)}/readyz`)).status).toBe(200);
    started.time.nowMs -= 2 * DAY_MS;
    expect(await answer).toMatch(/^HTTP\/1.1 408/);
    expect(performance.now() - startedAt).toBeGreaterThan(300);
  });
});

describe('D7: leap seconds and other times that are none', () => {
  it.each(['2016-12-31T23:59:60Z', '2026-02-30', 'NaN', '', null, Number.NaN, 1.5, -1, 8.64e15 + 1, true])(
    'an operator who gives %j is told; the process lives',
    async (notBeforeMs) => {
      const started = await startMarket();
      const rates = [{ currency: 'USD', rateE8: '108370000' }];
      const answer = await operate(started, '/v1/operator/rates', { ...RATES, rates, notBeforeMs });
      expect([answer.status, ((await answer.json()) as { code: string }).code]).toEqual([400, 'BAD_ENCODING']);
      expect((await fetch(`${await urlOf(started)}/readyz`)).status).toBe(200);
    },
  );

  it('the second before and after a leap second are two seconds, and a purchase on each is one', async () => {
    const leapMs = Date.UTC(2016, 11, 31, 23, 59, 59, 999); // the last one that there was
    const started = await startServer({ nowMs: NOON_MS });
    expect(Date.parse('2016-12-31T23:59:60Z')).toBeNaN();
    const request = makeAccountRequest(makePlayer(), started.holder, { timeMs: leapMs });
    expect((await post(started, '/v1/accounts', request)).status).toBe(403); // nobody is enrolled; no crash
    const next = makeAccountRequest(makePlayer(), started.holder, { timeMs: leapMs + 1 });
    expect((await post(started, '/v1/accounts', next)).status).toBe(403);
  });
});

async function open(started: Started): Promise<Socket> {
  const socket = connect(Number(new URL(await urlOf(started)).port), '127.0.0.1');
  socket.on('error', () => undefined); // a reset is an answer too
  return socket;
}

function answerOf(socket: Socket): Promise<string> {
  return new Promise((resolve) => {
    const parts: Buffer[] = [];
    socket.on('data', (part: Buffer) => parts.push(part));
    socket.on('close', () => resolve(Buffer.concat(parts).toString('latin1')));
  });
}

describe('peers that misbehave', () => {
  it(
    'T3: 500 connections of a byte at a time are cut; whoever asks properly meanwhile is answered',
    { timeout: 60_000 },
    async () => {
      const started = await startMarket({ limits: { headerTimeMs: 1_500, requestTimeMs: 3_000, timeCheckMs: 100 } });
      const player = await enrolPlayer(started);
      const slow = await Promise.all(Array.from({ length: 500 }, () => open(started)));
      const answers = Promise.all(slow.map(answerOf));
      slow.forEach((socket) => void socket.write('POST /v1/payments HTTP/1.1\r\nHost: a\r\nX: '));
      const drip = setInterval(() => slow.forEach((socket) => void (socket.writable && socket.write('a'))), 100);
      const times: number[] = [];
      for (let i = 0; i < 40; i++) {
        const request = makeRequest(player, started.holder, makeOffer(started.publisher, { nonce: `p ${i}` }), {
          proof: 'pin',
        });
        const askedAt = performance.now();
        expect((await post(started, '/v1/payments', request)).status).toBe(200);
        times.push(performance.now() - askedAt);
      }
      const cut = await answers;
      clearInterval(drip);
      expect(cut.filter((answer) => answer === '' || /^HTTP\/1.1 408/.test(answer))).toHaveLength(500);
      times.sort((a, b) => a - b);
      console.info(`T3: others' p50 ${times[20]!.toFixed(1)} ms, worst ${times[39]!.toFixed(1)} ms`);
      await requireBooks(started);
    },
  );

  it('T3: idle connections beyond the cap are turned away, those within are cut in time, and the door opens again', async () => {
    const started = await startServer({ limits: { connectionsMax: 64, headerTimeMs: 600, timeCheckMs: 50 } });
    const idle = await Promise.all(Array.from({ length: 300 }, () => open(started)));
    await Promise.all(idle.map(answerOf));
    expect((await fetch(`${await urlOf(started)}/readyz`)).status).toBe(200);
  });

  it(
    'T4: 100 MiB that keep coming are cut at 64 KiB, and memory does not grow with them',
    { timeout: 60_000 },
    async () => {
      const started = await startServer();
      const socket = await open(started);
      const answer = answerOf(socket);
      socket.write(
        'POST /v1/payments HTTP/1.1\r\nHost: a\r\nContent-Type: application/msgpack\r\nTransfer-Encoding: chunked\r\n\r\n',
      );
      const chunk = Buffer.concat([Buffer.from('100000\r\n'), Buffer.alloc(1 << 20, 'x'), Buffer.from('\r\n')]);
      const before = process.memoryUsage().arrayBuffers;
      let most = 0;
      for (let i = 0; i < 100 && socket.writable; i++) {
        await new Promise<void>((sent) => void socket.write(chunk, () => sent()));
        most = Math.max(most, process.memoryUsage().arrayBuffers - before);
      }
      expect(await answer).toMatch(/^HTTP\/1.1 413 .*"code":"TOO_LARGE"/s);
      expect(most).toBeLessThan(20 << 20);
    },
  );

  it.each([
    [
      'a WebSocket',
      'GET /v1/payments HTTP/1.1\r\nHost: a\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\nSec-WebSocket-Version: 13\r\n\r\n',
      405,
    ],
    [
      'HTTP/2 by upgrade',
      'GET /healthz HTTP/1.1\r\nHost: a\r\nUpgrade: h2c\r\nConnection: Upgrade, HTTP2-Settings\r\nHTTP2-Settings: AAMAAABk\r\n\r\n',
      200,
    ],
    ['CONNECT', 'CONNECT 169.254.169.254:80 HTTP/1.1\r\nHost: a\r\n\r\n', undefined],
    ['frames without a handshake', Buffer.from('89808989898981ff', 'hex'), 400],
  ])('T5: %s is no way in: answered as HTTP or cut, and the process lives', async (_, bytes, status) => {
    const started = await startServer({ limits: { keepAliveMs: 100, headerTimeMs: 500, timeCheckMs: 50 } });
    const socket = await open(started);
    const answer = answerOf(socket);
    socket.write(bytes);
    const heard = await answer;
    expect(heard).not.toMatch(/^HTTP\/1.1 101/);
    if (status === undefined) expect(heard).toBe('');
    else expect(heard).toMatch(new RegExp(`^HTTP/1.1 ${status} `));
    expect((await fetch(`${await urlOf(started)}/readyz`)).status).toBe(200);
  });
});

const PURCHASES = Number(process.env['COINSLOT_MONTH_PURCHASES'] ?? '1200');
const DAYS = 30;

it(
  `D17: ${DAYS} days, ${PURCHASES} purchases: WAL and descriptors are bounded, and the books hold`,
  { timeout: 60_000 + PURCHASES * 20 },
  async () => {
    const started = await startMarket();
    const players: Player[] = [];
    for (let i = 0; i < 10; i++)
      players.push(await enrolPlayer(started, { name: `Player ${i}`, moneyMinor: 100_000_000n }));
    const { server, holder, publisher, time, storePath } = started;
    const perDay = Math.ceil(PURCHASES / DAYS);
    const descriptors: number[] = [];
    let [made, walMost] = [0, 0];
    for (let day = 0; day < DAYS; day++) {
      time.nowMs = NOON_MS + day * DAY_MS;
      for (let i = 0; i < perDay; i += 50) {
        const batch = Array.from({ length: Math.min(50, perDay - i) }, (_, k) => {
          const offer = makeOffer(publisher, { nonce: `purchase ${made++}`, atMs: time.nowMs });
          return server.decide(makeRequest(players[k % 10] as Player, holder, offer, { proof: 'pin' }));
        });
        for (const answer of await Promise.all(batch)) expect(answer).toMatchObject({ code: 'APPROVED' });
      }
      walMost = Math.max(walMost, statSync(`${storePath}-wal`).size);
      descriptors.push(readdirSync('/proc/self/fd').length);
    }
    // A checkpoint comes every 1,000 pages; one transaction of 50 purchases more may lie on top.
    expect(walMost).toBeLessThan(12 << 20);
    expect(Math.max(...descriptors) - (descriptors[0] as number)).toBeLessThan(10);
    expect(readdirSync(dirname(storePath)).sort()).toEqual(['ledger.sqlite', 'ledger.sqlite-shm', 'ledger.sqlite-wal']);
    const balances = await Promise.all(players.map((player) => balanceOf(started, player)));
    expect(balances.reduce((sum, one) => sum + one, 0n)).toBe(1_000_000_000n - 20n * BigInt(made));
    await requireBooks(started);
    console.info(
      `D17: ${made} purchases, WAL at most ${Math.round(walMost / 1024)} KiB, store ${Math.round(statSync(storePath).size / 1024)} KiB`,
    );
  },
);
