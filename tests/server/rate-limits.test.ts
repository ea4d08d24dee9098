/** How often one address, and one player, may come: RATE_LIMITED, nothing done, and a time to wait. */
import type { SERVER_LIMITS } from '@coinslot/server';
import { describe, expect, it } from 'vitest';
import {
  bytes16Of,
  makeAccountRequest,
  makeEnrolment,
  makeOffer,
  makePlayer,
  makeRequest,
  type Player,
} from '../lib/parties.ts';
import {
  enrolPlayer,
  OPERATOR_TOKEN,
  post,
  startMarket,
  startServer,
  urlOf,
  type Started,
  type StartOptions,
} from './started-server.ts';

type Limits = Partial<typeof SERVER_LIMITS>;
const TIGHT: Limits = { asksPerSecond: 1, asksBurst: 3, asksPerUserPerSecond: 1, asksPerUserBurst: 100 };

/** A server whose buckets fill by a clock of the test, and one that believes the test's own machine as a proxy. */
async function start(limits: Limits, options: StartOptions = {}) {
  const ticks = { nowMs: 0 };
  const started = await startMarket({
    limits,
    monotonic: () => ticks.nowMs,
    trustedProxies: ['127.0.0.1'],
    ...options,
  });
  return { started, ticks };
}

let asked = 0;
const question = (started: Started, player: Player): Uint8Array =>
  makeAccountRequest(player, started.holder, { nonce: bytes16Of(`question ${asked++}`), timeMs: started.time.nowMs });

async function knock(started: Started, path: string, body: Uint8Array, from?: string): Promise<Response> {
  const headers = { 'content-type': 'application/msgpack', ...(from !== undefined && { 'x-forwarded-for': from }) };
  return fetch((await urlOf(started)) + path, { method: 'POST', headers, body: Uint8Array.from(body) });
}

describe("the operator's token", () => {
  it('guessed too often from one address: RATE_LIMITED with the right one too, from there, until time has passed', async () => {
    const { started, ticks } = await start({ signInsPerSecond: 1, signInsBurst: 3 });
    const list = async (token: string, from: string): Promise<number> => {
      const headers = { authorization: `Bearer ${token}`, 'x-forwarded-for': from };
      return (await fetch(`${await urlOf(started)}/v1/operator/periods`, { headers })).status;
    };
    for (let i = 0; i < 10; i++) expect(await list(OPERATOR_TOKEN, '10.0.0.1')).toBe(200);
    for (const status of [401, 401, 401, 429, 429])
      expect(await list('a-guess-of-16-or-more', '10.0.0.1')).toBe(status);
    expect([await list(OPERATOR_TOKEN, '10.0.0.1'), await list(OPERATOR_TOKEN, '10.0.0.2')]).toEqual([429, 200]);
    ticks.nowMs += 1_000;
    expect(await list(OPERATOR_TOKEN, '10.0.0.1')).toBe(200);
  });
});

describe('by address', () => {
  it.each([
    '/v1/accounts',
    '/v1/cards',
    '/v1/cards/uploads',
    '/v1/cards/parameters',
    '/v1/cards/lost',
    '/v1/evidence',
    '/v1/refunds',
    '/v1/mandates',
    '/v1/bank-details',
  ])('%s: three at once, then 429 with the seconds to wait, then one a second', async (path) => {
    const { started, ticks } = await start(TIGHT);
    const statuses = async (count: number): Promise<number[]> => {
      const found: number[] = [];
      for (let i = 0; i < count; i++) found.push((await knock(started, path, new Uint8Array(1))).status);
      return found;
    };
    expect(await statuses(4)).toEqual([400, 400, 400, 429]);
    const refused = await knock(started, path, new Uint8Array(1));
    expect(refused.headers.get('retry-after')).toBe('1');
    expect(await refused.json()).toMatchObject({ code: 'RATE_LIMITED', charged: 'no', retryable: true });
    ticks.nowMs += 999;
    expect(await statuses(1)).toEqual([429]);
    ticks.nowMs += 1;
    expect(await statuses(2)).toEqual([400, 429]);
    ticks.nowMs += 3_600_000;
    expect(await statuses(4)).toEqual([400, 400, 400, 429]);
  });

  it('enrolments: fifty at once, then one in a fifth of a second; who waits gets in', async () => {
    const ticks = { nowMs: 0 };
    const started = await startServer({ monotonic: () => ticks.nowMs });
    const enrol = async (i: number): Promise<number> =>
      (await post(started, '/v1/enrolments', makeEnrolment(makePlayer(`Stranger ${i}`), started.holder))).status;
    for (let i = 0; i < 50; i++) expect(await enrol(i)).toBe(201);
    expect(await enrol(50)).toBe(429);
    ticks.nowMs += 200;
    expect([await enrol(50), await enrol(51)]).toEqual([201, 429]);
  });

  it('what is refused is not read: no nonce is used up, and the same bytes work later', async () => {
    const { started, ticks } = await start({ ...TIGHT, asksBurst: 1 });
    const player = await enrolPlayer(started);
    const once = question(started, player);
    expect((await knock(started, '/v1/accounts', new Uint8Array(1))).status).toBe(400);
    expect((await knock(started, '/v1/accounts', once)).status).toBe(429);
    ticks.nowMs += 1_000;
    expect((await knock(started, '/v1/accounts', once)).status).toBe(200);
  });

  it('payments and reads are not held up by it', async () => {
    const { started } = await start({ ...TIGHT, asksBurst: 1 });
    const player = await enrolPlayer(started);
    expect((await knock(started, '/v1/accounts', new Uint8Array(1))).status).toBe(400);
    for (let i = 0; i < 5; i++) {
      const request = makeRequest(player, started.holder, makeOffer(started.publisher, { nonce: `purchase ${i}` }));
      expect((await knock(started, '/v1/payments', request)).status).toBe(200);
      expect((await fetch(`${await urlOf(started)}/v1/rates`)).status).toBe(200);
    }
  });

  it('behind a trusted proxy each client has a bucket of its own; what a client writes in is not believed', async () => {
    const { started } = await start({ ...TIGHT, asksBurst: 1 });
    const status = async (from: string): Promise<number> =>
      (await knock(started, '/v1/accounts', new Uint8Array(1), from)).status;
    expect([await status('192.0.2.1'), await status('192.0.2.2'), await status('192.0.2.1')]).toEqual([400, 400, 429]);
    // The proxy adds the right-most; everything left of it is the client's own story.
    expect([await status('192.0.2.9, 192.0.2.1'), await status('127.0.0.1, 192.0.2.1')]).toEqual([429, 429]);
    expect([await status('2001:db8:1:2::1'), await status('2001:db8:1:2::ffff')]).toEqual([400, 429]);
    // No address: the peer's own bucket, whatever the words are.
    expect([await status('unknown'), await status('x'), await status('')]).toEqual([400, 429, 429]);
  });

  it('without a trusted proxy the header is nothing', async () => {
    const { started } = await start({ ...TIGHT, asksBurst: 1 }, { trustedProxies: [] });
    const status = async (from: string): Promise<number> =>
      (await knock(started, '/v1/accounts', new Uint8Array(1), from)).status;
    expect([await status('192.0.2.1'), await status('192.0.2.2')]).toEqual([400, 429]);
  });
});

describe('by player', () => {
  const PER_USER: Limits = { asksBurst: 1_000, asksPerUserPerSecond: 1, asksPerUserBurst: 2 };

  it('two at once from any addresses, then 429; another player is not touched', async () => {
    const { started, ticks } = await start(PER_USER);
    const [ada, bob] = [await enrolPlayer(started), await enrolPlayer(started, { name: 'Bob' })];
    const ask = async (player: Player, from: string): Promise<number> =>
      (await knock(started, '/v1/accounts', question(started, player), from)).status;
    expect([await ask(ada, '192.0.2.1'), await ask(ada, '192.0.2.2'), await ask(ada, '192.0.2.3')]).toEqual([
      200, 200, 429,
    ]);
    expect(await ask(bob, '192.0.2.1')).toBe(200);
    ticks.nowMs += 1_000;
    expect([await ask(ada, '192.0.2.1'), await ask(ada, '192.0.2.1')]).toEqual([200, 429]);
  });

  it("nobody uses up what is another's: a signature that does not hold is not counted", async () => {
    const { started } = await start(PER_USER);
    const ada = await enrolPlayer(started);
    const forged = { ...ada, account: makePlayer('Mallory').account };
    for (let i = 0; i < 10; i++)
      expect((await knock(started, '/v1/accounts', question(started, forged))).status).toBe(403);
    const again = question(started, ada);
    expect((await knock(started, '/v1/accounts', again)).status).toBe(200);
    for (let i = 0; i < 10; i++) expect((await knock(started, '/v1/accounts', again)).status).toBe(409); // overheard
    expect((await knock(started, '/v1/accounts', question(started, ada))).status).toBe(200);
  });

  it('D6: a wall clock that jumps fills no bucket', async () => {
    const { started } = await start(PER_USER);
    const ada = await enrolPlayer(started);
    const ask = async (): Promise<number> => (await knock(started, '/v1/accounts', question(started, ada))).status;
    expect([await ask(), await ask(), await ask()]).toEqual([200, 200, 429]);
    started.time.nowMs += 86_400_000;
    expect(await ask()).toBe(429);
    started.time.nowMs -= 2 * 86_400_000;
    expect(await ask()).toBe(429);
  });
});
