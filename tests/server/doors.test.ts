/** Bad input at every door: the code is given, the process lives, nothing durable changes. */
import fc from 'fast-check';
import { connect, type Socket } from 'node:net';
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { CODES, type CodeName } from '@coinslot/protocol';
import { STATUS } from '../../server/src/http/status.ts';
import { makeAccountRequest, makeEnrolment, makeOffer, makePlayer, makeRequest } from '../lib/parties.ts';
import {
  bytesOf,
  enrolPlayer,
  OPERATOR_TOKEN,
  post,
  readDecision,
  silent,
  startMarket,
  startServer,
  urlOf,
  type Started,
} from './started-server.ts';

const MSGPACK_DOORS = ['/v1/payments', '/v1/enrolments', '/v1/accounts'];
const JSON_DOORS = ['publishers', 'topups', 'ceilings', 'rates'].map((name) => `/v1/operator/${name}`);

/** Everything durable that a request could change. */
async function durable({ server }: Started): Promise<unknown> {
  const { records } = server.service;
  return [
    await records.listAccounts(0n, 500),
    await records.listTransfers(0n, 500),
    await records.listAllDecisions(0n, 500),
    await records.listPublishers(),
    await records.findPlayer(makePlayer().userId),
    await records.findNewestRateTable(),
  ];
}

/** Writes bytes to a socket and gives all that comes back until it closes. */
async function raw(started: Started, ...writes: readonly (string | Uint8Array)[]): Promise<string> {
  const socket = await open(started);
  for (const bytes of writes) socket.write(bytes);
  return answerOf(socket);
}

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

const HOST = 'Host: 127.0.0.1\r\n';
const POST = `POST /v1/payments HTTP/1.1\r\n${HOST}Content-Type: application/msgpack\r\n`;

describe('HTTP itself', () => {
  it('every code has a status of its kind', () => {
    for (const code of Object.keys(CODES) as CodeName[]) {
      expect(STATUS[code]).toBeGreaterThanOrEqual(code === 'PENDING' ? 202 : 400);
      expect(STATUS[code]).toBeLessThan(600);
    }
  });

  it.each([
    ['GET', '/v1/payments', 405, 'POST'],
    ['PUT', '/v1/payments', 405, 'POST'],
    ['DELETE', '/v1/rates', 405, 'GET'],
    ['OPTIONS', '/v1/payments', 405, 'POST'],
    ['POST', '/metrics', 405, 'GET'],
    ['GET', '/v1', 404, null],
    ['GET', '/v1/payments/', 404, null],
    ['POST', '/V1/payments', 404, null],
    ['GET', '/v1/../healthz%00', 404, null],
  ])('%s %s is %i', async (method, path, status, allow) => {
    const started = await startServer();
    const response = await fetch((await urlOf(started)) + path, { method });
    expect([response.status, response.headers.get('allow')]).toEqual([status, allow]);
    expect(response.headers.get('access-control-allow-origin')).toBeNull();
    expect(await response.json()).toMatchObject({ code: 'BAD_ENCODING', number: 101, charged: 'no', retryable: false });
  });

  it.each([
    [{ 'content-type': 'application/json' }],
    [{ 'content-type': 'application/msgpack; charset=utf-8' }],
    [{ 'content-type': 'application/x-www-form-urlencoded' }],
    [{ 'content-type': 'text/plain' }],
    [{ 'content-type': 'application/msgpack', 'content-encoding': 'gzip' }],
    [{ 'content-type': 'application/msgpack', 'content-encoding': 'identity' }],
  ])('another type or a compressed body is 415: %o', async (headers) => {
    const started = await startMarket();
    const player = await enrolPlayer(started);
    const before = await durable(started);
    const body = makeRequest(player, started.holder, makeOffer(started.publisher));
    const packed = 'content-encoding' in headers ? gzipSync(body) : body;
    const url = `${await urlOf(started)}/v1/payments`;
    const response = await fetch(url, { method: 'POST', headers, body: Uint8Array.from(packed) });
    expect([response.status, ((await response.json()) as { code: string }).code]).toEqual([415, 'BAD_ENCODING']);
    expect(await durable(started)).toEqual(before);
  });

  it('no compressed answer, no CORS, no store', async () => {
    const started = await startServer();
    const headers = { origin: 'https://evil.example', 'accept-encoding': 'gzip' };
    const response = await fetch(`${await urlOf(started)}/healthz`, { headers });
    expect(Object.fromEntries(response.headers)).toMatchObject({
      'cache-control': 'no-store',
      'x-content-type-options': 'nosniff',
    });
    expect([...response.headers.keys()].filter((name) => /encoding|access-control|server|powered/.test(name))).toEqual(
      [],
    );
  });

  it.each([...MSGPACK_DOORS, ...JSON_DOORS])('T4: more than 64 KiB at %s is 413, declared or not', async (path) => {
    const started = await startServer();
    const type = path.includes('operator') ? 'application/json' : 'application/msgpack';
    const head = `POST ${path} HTTP/1.1\r\n${HOST}Content-Type: ${type}\r\nAuthorization: Bearer ${OPERATOR_TOKEN}\r\n`;
    const declared = await raw(started, `${head}Content-Length: 104857600\r\n\r\n`, 'x');
    expect(declared).toMatch(/^HTTP\/1.1 413 .*"code":"TOO_LARGE"/s);
    const chunk = `10000\r\n${'x'.repeat(65_536)}\r\n`;
    const chunked = await raw(started, `${head}Transfer-Encoding: chunked\r\n\r\n`, chunk, '1\r\nx\r\n0\r\n\r\n');
    expect(chunked).toMatch(/^HTTP\/1.1 413 .*"code":"TOO_LARGE"/s);
    const endless = await raw(started, `${head}Transfer-Encoding: chunked\r\n\r\n`, ...Array<string>(64).fill(chunk));
    expect(endless).toMatch(/^HTTP\/1.1 413 .*"code":"TOO_LARGE"/s);
  });

  it.each([
    ['a header over 16 KiB', `GET /healthz HTTP/1.1\r\n${HOST}X: ${'y'.repeat(17_000)}\r\n\r\n`, 431],
    ['2,001 headers', `GET /healthz HTTP/1.1\r\n${HOST}${'a:b\r\n'.repeat(2_001)}Connection: close\r\n\r\n`, 431],
    ['65 headers', `GET /healthz HTTP/1.1\r\n${HOST}${'a:b\r\n'.repeat(64)}\r\n`, 431],
    ['two lengths', `${POST}Content-Length: 1\r\nContent-Length: 2\r\n\r\nx`, 400],
    ['length and chunks', `${POST}Content-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n`, 400],
    ['a folded header', `${POST}X: a\r\n b\r\nContent-Length: 1\r\nConnection: close\r\n\r\nx`, 400],
    ['a bad chunk', `${POST}Transfer-Encoding: chunked\r\n\r\nzz\r\n`, 400],
    ['no host', `GET /healthz HTTP/1.1\r\n\r\n`, 400],
    ['no HTTP', '\x16\x03\x01\x00\xa5\x01\x00', 400],
    ['HTTP/2', 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n', 400],
  ])('T6: %s ends the connection', async (_, bytes, status) => {
    const started = await startServer();
    expect(await raw(started, bytes)).toMatch(new RegExp(`^HTTP/1.1 ${status} `));
    expect((await fetch(`${await urlOf(started)}/readyz`)).status).toBe(200);
  });

  it.each([
    ['in the headers', { headerTimeMs: 150, requestTimeMs: 50_000 }, ['POST /v1/payments HTTP/1.1\r\nHo']],
    ['silent from the start', { headerTimeMs: 150, requestTimeMs: 50_000 }, []],
    ['in the body', { headerTimeMs: 300, requestTimeMs: 300 }, [`${POST}Content-Length: 100\r\n\r\n`, 'x']],
  ])('a peer that takes its time is cut: %s', async (_, limits, writes) => {
    const started = await startServer({ limits: { ...limits, timeCheckMs: 20 } });
    expect(await raw(started, ...writes)).toMatch(/^HTTP\/1.1 408/);
    expect((await fetch(`${await urlOf(started)}/readyz`)).status).toBe(200);
  });

  it('a peer that leaves in the middle of a body is no error of ours', async () => {
    const errors: object[] = [];
    const log = { ...silent, error: (fields: object) => void errors.push(fields) };
    const started = await startServer({ log });
    const socket = await open(started);
    const gone = new Promise((resolve) => socket.once('close', resolve));
    socket.write(`${POST}Content-Length: 100\r\n\r\nx`, () => socket.destroy());
    await gone;
    expect((await fetch(`${await urlOf(started)}/readyz`)).status).toBe(200);
    await started.server.close();
    expect(errors).toEqual([]);
  });

  it('T3: a byte at a time does not stretch the time', async () => {
    const started = await startServer({ limits: { headerTimeMs: 150, requestTimeMs: 50_000, timeCheckMs: 20 } });
    const socket = await open(started);
    const drip = setInterval(() => void socket.write('a'), 10);
    socket.write('GET /healthz HTTP/1.1\r\nX: ');
    const startedAt = performance.now();
    const answer = await answerOf(socket);
    clearInterval(drip);
    expect(answer).toMatch(/^HTTP\/1.1 408/);
    expect(performance.now() - startedAt).toBeLessThan(5_000);
  });

  it('no more connections than allowed; those that are there go on', async () => {
    const started = await startServer({ limits: { connectionsMax: 2 } });
    const [first, second] = [await open(started), await open(started)];
    const opened = async (socket: Socket): Promise<void> => {
      socket.write(`GET /healthz HTTP/1.1\r\n${HOST}\r\n`);
      await new Promise((resolve) => socket.once('data', resolve));
    };
    await Promise.all([opened(first), opened(second)]);
    expect(await raw(started, `GET /healthz HTTP/1.1\r\n${HOST}\r\n`)).toBe('');
    await opened(first);
    first.destroy();
    second.destroy();
  });
});

describe('frames', () => {
  it.each(MSGPACK_DOORS)('mutated at %s: an answer with a code, nothing durable', async (path) => {
    const started = await startMarket({ limits: { enrolmentsBurst: 1e9 } });
    const player = await enrolPlayer(started);
    const { holder, publisher } = started;
    const good = {
      '/v1/payments': makeRequest(player, holder, makeOffer(publisher)),
      '/v1/enrolments': makeEnrolment(makePlayer('Bob'), holder),
      '/v1/accounts': makeAccountRequest(player, holder, { ask: 'limits', pressDayMaxMinor: 1n }),
    }[path] as Uint8Array;
    const before = await durable(started);
    const mutation = fc.oneof(
      fc.record({ kind: fc.constant('cut' as const), at: fc.nat(good.length - 1), byte: fc.nat(255) }),
      fc.record({
        kind: fc.constant('flip' as const),
        at: fc.nat(good.length - 1),
        byte: fc.integer({ min: 1, max: 255 }),
      }),
      fc.record({ kind: fc.constant('insert' as const), at: fc.nat(good.length), byte: fc.nat(255) }),
    );
    const mutate = ({ kind, at, byte }: { kind: string; at: number; byte: number }): Uint8Array => {
      if (kind === 'cut') return good.slice(0, at);
      const rest = kind === 'flip' ? good.slice(at + 1) : good.slice(at);
      return Uint8Array.from([...good.slice(0, at), kind === 'flip' ? (good[at] as number) ^ byte : byte, ...rest]);
    };
    await fc.assert(
      fc.asyncProperty(mutation, async (one) => {
        const response = await post(started, path, mutate(one));
        expect(response.status).toBeGreaterThanOrEqual(400);
        expect(response.status).toBeLessThan(500);
        expect(await response.json()).toMatchObject({ charged: 'no' });
      }),
      { numRuns: 250 },
    );
    expect(await durable(started)).toEqual(before);
  });

  it.each([...MSGPACK_DOORS, ...JSON_DOORS])('random bytes at %s', async (path) => {
    const started = await startMarket({ limits: { enrolmentsBurst: 1e9 } });
    const before = await durable(started);
    const type = path.includes('operator') ? 'application/json' : 'application/msgpack';
    const headers = { 'content-type': type, authorization: `Bearer ${OPERATOR_TOKEN}` };
    const url = (await urlOf(started)) + path;
    const anyJson = fc.json().map((text) => new TextEncoder().encode(text));
    await fc.assert(
      fc.asyncProperty(fc.oneof(fc.uint8Array({ maxLength: 200 }), anyJson), async (body) => {
        const response = await fetch(url, { method: 'POST', headers, body: Uint8Array.from(body) });
        expect([response.status, ((await response.json()) as { code: string }).code]).toEqual([400, 'BAD_ENCODING']);
      }),
      { numRuns: 60 },
    );
    expect(await durable(started)).toEqual(before);
  });

  it('bombs: nested, and with lengths that are not there', async () => {
    const started = await startServer();
    const nested = new Uint8Array(60_000).fill(0x91);
    const lengths = [0xdd, 0xdf, 0xdb, 0xc6, 0xc9].map((type) => Uint8Array.of(type, 0xff, 0xff, 0xff, 0xff, 0));
    for (const body of [nested, ...lengths]) {
      const startedAt = performance.now();
      expect((await post(started, '/v1/payments', body)).status).toBe(400);
      expect(performance.now() - startedAt).toBeLessThan(1_000);
    }
  });
});

describe('hooks: faults round the real code', () => {
  const paid = async (started: Started) => {
    const player = await enrolPlayer(started);
    const request = makeRequest(player, started.holder, makeOffer(started.publisher));
    return { player, request };
  };
  const decisions = async ({ server }: Started) => (await server.service.records.listAllDecisions(0n, 10)).length;

  it('a refusal that is asked for is signed, recorded and final', async () => {
    const started = await startMarket({ hooks: { beforeDecide: () => Promise.resolve({ refuse: 'INSUFFICIENT' }) } });
    const { request } = await paid(started);
    const answer = await bytesOf(await post(started, '/v1/payments', request));
    expect(readDecision(started, answer)).toMatchObject({ code: 'INSUFFICIENT', outcome: 'refused' });
    expect(await decisions(started)).toBe(1);
  });

  it('pending twice, then approved at the third asking', async () => {
    let asked = 0;
    const hooks = { beforeDecide: () => Promise.resolve(++asked < 3 ? ('pending' as const) : undefined) };
    const started = await startMarket({ hooks });
    const { request } = await paid(started);
    for (let i = 0; i < 2; i++) {
      const response = await post(started, '/v1/payments', request);
      expect([response.status, await response.json()]).toMatchObject([202, { code: 'PENDING', charged: 'unknown' }]);
      expect(await decisions(started)).toBe(0);
    }
    const answer = await bytesOf(await post(started, '/v1/payments', request));
    expect(readDecision(started, answer).code).toBe('APPROVED');
  });

  it.each(['lose-answer', 'fail-answer'] as const)('%s after the charge: asking again heals it', async (fault) => {
    const started = await startMarket({ hooks: { afterRecord: () => Promise.resolve(fault) } });
    const { request } = await paid(started);
    const first = post(started, '/v1/payments', request);
    if (fault === 'lose-answer') await expect(first).rejects.toThrow();
    else expect([(await first).status, await (await first).json()]).toMatchObject([500, { charged: 'unknown' }]);
    expect(await decisions(started)).toBe(1);
    const again = await bytesOf(await post(started, '/v1/payments', request));
    expect(readDecision(started, again).code).toBe('APPROVED');
    expect(await decisions(started)).toBe(1);
  });
});

describe('being watched and being stopped', () => {
  it('counts decisions, requests and commits, and names nobody', async () => {
    const started = await startMarket();
    const player = await enrolPlayer(started);
    const request = makeRequest(player, started.holder, makeOffer(started.publisher));
    await post(started, '/v1/payments', request);
    await post(started, '/v1/payments', request);
    await fetch(`${await urlOf(started)}/evil%22%0A/path`);
    const text = await (await fetch(`${await urlOf(started)}/metrics`)).text();
    expect(text).toContain('coinslot_decisions_total{code="APPROVED",fresh="true"} 1\n');
    expect(text).toContain('coinslot_decisions_total{code="APPROVED",fresh="false"} 1\n');
    expect(text).toContain('coinslot_requests_total{door="/v1/payments",status="200"} 2\n');
    expect(text).toContain('coinslot_requests_total{door="none",status="404"} 1\n');
    expect(text).not.toContain(Buffer.from(player.userId).toString('hex'));
  });

  it('gives the answers under way and then closes; what comes later finds nobody', async () => {
    let letGo: (() => void) | undefined;
    const held = new Promise<void>((resolve) => (letGo = resolve));
    let reached: (() => void) | undefined;
    const inside = new Promise<void>((resolve) => (reached = resolve));
    const started = await startMarket({
      hooks: {
        async beforeDecide() {
          reached?.();
          await held;
        },
      },
    });
    const player = await enrolPlayer(started);
    const answer = post(started, '/v1/payments', makeRequest(player, started.holder, makeOffer(started.publisher)));
    await inside;
    const closed = started.server.close();
    letGo?.();
    const response = await answer;
    expect([response.status, response.headers.get('connection')]).toEqual([200, 'close']);
    expect(readDecision(started, await bytesOf(response)).code).toBe('APPROVED');
    await closed;
    await expect(fetch(`${await urlOf(started)}/healthz`)).rejects.toThrow();
  });
});
