import {
  decisionHash,
  decodeAccountStatement,
  decodeCountersignature,
  openEnvelope,
  readEnvelope,
  type AccountRequest,
  type AccountStatement,
  type Enrolment,
} from '@coinslot/protocol';
import { describe, expect, it } from 'vitest';
import {
  bytes16Of,
  makeAccountRequest,
  makeEnrolment,
  makeOffer,
  makePlayer,
  makePublisher,
  makeRequest,
  makeTree,
  NOON_MS,
  seedOf,
} from '../lib/parties.ts';
import {
  balanceOf,
  BANK,
  bytesOf,
  enrolPlayer,
  operate,
  post,
  readDecision,
  requireBooks,
  startMarket,
  startServer,
  urlOf,
  type Started,
} from './started-server.ts';

const MINUTE_MS = 60_000;

async function statementOf(started: Started, response: Response): Promise<AccountStatement> {
  const { tree, time } = started;
  const options = { type: 'account-statement', role: 'payment-server', roots: tree.roots, atMs: time.nowMs } as const;
  return decodeAccountStatement(openEnvelope(await bytesOf(response), options).body);
}

const outcome = async (response: Response): Promise<unknown> =>
  response.headers.get('content-type') === 'application/json'
    ? [response.status, ((await response.json()) as { code: string }).code]
    : [response.status];

describe('enrolment', () => {
  const LOW_ORDER_KEY = Uint8Array.from([1, ...new Array<number>(31).fill(0)]);
  const other = makePlayer('Bob');
  const ROWS: readonly (readonly [name: string, fields: Partial<Enrolment>, status: number, code: string])[] = [
    ['six minutes old', { timeMs: NOON_MS - 5 * MINUTE_MS - 1 }, 422, 'CLOCK_SKEW'],
    ['six minutes ahead', { timeMs: NOON_MS + 5 * MINUTE_MS + 1 }, 422, 'CLOCK_SKEW'],
    ['for another server', { audience: seedOf('another') }, 403, 'BAD_KEY'],
    ['a press key that is the PIN key', { pressKey: makePlayer().pin.publicKey }, 403, 'BAD_KEY'],
    ['a press key that is the account key', { pressKey: makePlayer().account.publicKey }, 403, 'BAD_KEY'],
    ["somebody else's PIN key as press key", { pressKey: other.pin.publicKey }, 403, 'BAD_KEY'],
    ["somebody else's account key as PIN key", { pinKey: other.account.publicKey }, 403, 'BAD_KEY'],
    ['a key of small order', { pressKey: LOW_ORDER_KEY }, 403, 'BAD_KEY'],
  ];
  it.each(ROWS)('refuses %s', async (_, fields, status, code) => {
    const started = await startServer();
    await enrolPlayer(started, { name: 'Bob', moneyMinor: 0n });
    const enrolment = makeEnrolment(makePlayer(), started.holder, fields);
    expect(await outcome(await post(started, '/v1/enrolments', enrolment))).toEqual([status, code]);
    expect(await started.server.service.records.findPlayer(makePlayer().userId)).toBeUndefined();
  });

  it('refuses a signature by any key but the account key', async () => {
    const started = await startServer();
    const player = makePlayer();
    const forged = makeEnrolment(
      { ...player, account: { ...player.pin, publicKey: player.account.publicKey } },
      started.holder,
    );
    expect(await outcome(await post(started, '/v1/enrolments', forged))).toEqual([403, 'BAD_SIGNATURE']);
  });

  it('is the same for ever, and another by the same key is ID_CONFLICT', async () => {
    const started = await startServer();
    const player = makePlayer();
    const enrolment = makeEnrolment(player, started.holder);
    expect((await post(started, '/v1/enrolments', enrolment)).status).toBe(201);
    started.time.nowMs += 400 * 86_400_000;
    expect((await post(started, '/v1/enrolments', enrolment)).status).toBe(200);
    const again = makeEnrolment(player, started.holder, { timeMs: started.time.nowMs });
    expect(await outcome(await post(started, '/v1/enrolments', again))).toEqual([409, 'ID_CONFLICT']);
  });

  it('are bounded in rate by address', async () => {
    const ticks = { nowMs: 0 };
    const limits = { enrolmentsBurst: 3, enrolmentsPerSecond: 1 };
    const started = await startServer({ limits, monotonic: () => ticks.nowMs });
    const attempt = async () => (await post(started, '/v1/enrolments', Uint8Array.of(0))).status;
    expect([await attempt(), await attempt(), await attempt(), await attempt()]).toEqual([400, 400, 400, 429]);
    ticks.nowMs += 1_000;
    expect([await attempt(), await attempt()]).toEqual([400, 429]);
  });
});

describe('account requests', () => {
  const ask = async (started: Started, fields: Partial<AccountRequest>, player = makePlayer()): Promise<Response> =>
    post(
      started,
      '/v1/accounts',
      makeAccountRequest(player, started.holder, { timeMs: started.time.nowMs, ...fields }),
    );

  it('are answered once, and only while they are fresh', async () => {
    const started = await startServer();
    await enrolPlayer(started);
    expect((await ask(started, {})).status).toBe(200);
    expect(await outcome(await ask(started, {}))).toEqual([409, 'CONSENT_STALE']);
    expect((await ask(started, { nonce: bytes16Of('next') })).status).toBe(200);
    const late = { timeMs: NOON_MS - 5 * MINUTE_MS - 1, nonce: bytes16Of('late') };
    expect(await outcome(await ask(started, late))).toEqual([422, 'CLOCK_SKEW']);
    const early = { timeMs: NOON_MS + 5 * MINUTE_MS, nonce: bytes16Of('early') };
    expect((await ask(started, early)).status).toBe(200);
    started.time.nowMs += 10 * MINUTE_MS;
    expect(await outcome(await ask(started, early))).toEqual([409, 'CONSENT_STALE']);
  });

  it('remember a bounded number of nonces', async () => {
    const started = await startServer({ limits: { seenNoncesMax: 2 } });
    await enrolPlayer(started);
    const at = (i: number) => ask(started, { nonce: bytes16Of(`nonce ${i}`) });
    expect([(await at(1)).status, (await at(2)).status, (await at(3)).status]).toEqual([200, 200, 503]);
    // A question dated five minutes ahead is fresh until then, and not behind it.
    started.time.nowMs += 10 * MINUTE_MS + 1;
    expect((await at(4)).status).toBe(200);
  });

  it('refuse strangers, other signers and other servers', async () => {
    const started = await startServer();
    const player = await enrolPlayer(started);
    expect(await outcome(await ask(started, {}, makePlayer('Nobody')))).toEqual([403, 'BAD_KEY']);
    const pressed = { ...player, account: player.press };
    expect(await outcome(await ask(started, {}, pressed))).toEqual([403, 'BAD_SIGNATURE']);
    expect(await outcome(await ask(started, { audience: seedOf('x') }))).toEqual([403, 'BAD_KEY']);
    const byAccountKey = { ...player, pin: player.account };
    expect(await outcome(await ask(started, { ask: 'limits' }, byAccountKey))).toEqual([403, 'BAD_SIGNATURE']);
  });

  it('change limits at once, up and down, and never back by an old message', async () => {
    const started = await startMarket();
    const player = await enrolPlayer(started);
    const limits = (max: bigint, timeMs: number) =>
      ask(started, { ask: 'limits', pressPaymentMaxMinor: max, pressDayMaxMinor: max * 5n, timeMs });
    const first = await statementOf(started, await limits(10n, NOON_MS));
    expect(first).toMatchObject({ pressPaymentMaxMinor: 10n, pressDayMaxMinor: 50n });
    const press = makeRequest(player, started.holder, makeOffer(started.publisher));
    const answer = await started.server.decide(press);
    expect(answer).toMatchObject({ code: 'LIMIT' });
    expect(await statementOf(started, await limits(30n, NOON_MS + 1))).toMatchObject({ pressPaymentMaxMinor: 30n });
    // The answer to the last change may be asked for again; the one before must not come back.
    expect(await statementOf(started, await limits(30n, NOON_MS + 1))).toMatchObject({ pressPaymentMaxMinor: 30n });
    expect(await outcome(await limits(10n, NOON_MS))).toEqual([409, 'CONSENT_STALE']);
    expect(await outcome(await limits(99n, NOON_MS + 1))).toEqual([409, 'CONSENT_STALE']);
  });

  it('hand over decisions page by page, for a wallet that lost its own', async () => {
    const started = await startMarket();
    const player = await enrolPlayer(started, { pressDayMaxMinor: 100_000n });
    const nonces = Array.from({ length: 40 }, (_, i) => `nonce ${i}`);
    for (const nonce of nonces)
      await started.server.decide(makeRequest(player, started.holder, makeOffer(started.publisher, { nonce })));
    const seen: string[] = [];
    let after = 0n;
    for (let page = 0; ; page++) {
      const stated = await statementOf(
        started,
        await ask(started, { ask: 'decisions', after, nonce: bytes16Of(`${page}`) }),
      );
      if (stated.decisions.length === 0) break;
      expect(stated.next).toBeGreaterThan(after);
      after = stated.next;
      for (const decision of stated.decisions)
        seen.push(Buffer.from(readDecision(started, decision).nonce).toString('hex'));
    }
    expect(seen).toEqual(nonces.map((nonce) => Buffer.from(bytes16Of(nonce)).toString('hex')));
  });

  it('hand over messages 2, and countersign the approvals, for a wallet that lost its own', async () => {
    const started = await startMarket();
    const player = await enrolPlayer(started, { moneyMinor: 25n });
    const offers = ['paid', 'refused'].map((nonce) => makeOffer(started.publisher, { nonce }));
    const requests = offers.map((offer) => makeRequest(player, started.holder, offer));
    for (const request of requests) await started.server.decide(request);
    const list = async (what: AccountRequest['ask']): Promise<AccountStatement> =>
      statementOf(started, await ask(started, { ask: what, nonce: bytes16Of(what) }));
    const [decisions, asked, vouched] = [
      await list('decisions'),
      await list('requests'),
      await list('countersignatures'),
    ];
    expect(asked.decisions).toEqual(requests);
    expect([asked.next, vouched.next]).toEqual([decisions.next, decisions.next]);
    expect(decisions.decisions).toHaveLength(2);
    expect(vouched.decisions).toHaveLength(1);
    const { tree, time } = started;
    const options = { type: 'countersignature', role: 'payment-server', roots: tree.roots, atMs: time.nowMs } as const;
    expect(decodeCountersignature(openEnvelope(vouched.decisions[0]!, options).body)).toEqual({
      decisionHash: decisionHash(readEnvelope(decisions.decisions[0]!).body),
      publisherId: started.publisher.id,
      timeMs: time.nowMs,
    });
  });

  it('state what a postpaid player owes', async () => {
    const started = await startMarket();
    const player = await enrolPlayer(started, { name: 'Grace', currency: 'USD', plan: 'postpaid', moneyMinor: 2_000n });
    const offer = makeOffer(started.publisher, { quote: { amountMinor: 100n, currency: 'USD' } });
    await started.server.decide(makeRequest(player, started.holder, offer));
    const stated = await statementOf(started, await ask(started, {}, player));
    expect(stated).toMatchObject({ plan: 'postpaid', balanceMinor: 0n, owedMinor: 100n, ceilingMinor: 2_000n });
  });
});

describe("the operator's doors", () => {
  const topUp = (userId: Uint8Array, fields: object = {}): object => ({
    userId: Buffer.from(userId).toString('hex'),
    amountMinor: '500',
    currency: 'EUR',
    bankReference: 'REF 7',
    ...fields,
  });

  it('book money once per bank reference', async () => {
    const started = await startServer();
    const player = await enrolPlayer(started, { moneyMinor: 0n });
    const book = async (fields: object) => {
      const response = await operate(started, '/v1/operator/topups', topUp(player.userId, fields));
      const body = (await response.json()) as { code?: string; balanceMinor?: string };
      return [response.status, body.code ?? body.balanceMinor];
    };
    const both = await Promise.all([book({}), book({})]);
    expect(both).toEqual([
      [200, '500'],
      [200, '500'],
    ]);
    expect(await book({ amountMinor: '501' })).toEqual([409, 'ID_CONFLICT']);
    expect(await book({ bankReference: 'A', currency: 'USD' })).toEqual([422, 'OFFER_CURRENCY']);
    expect(await book({ bankReference: 'B', amountMinor: '0' })).toEqual([422, 'OFFER_PRICE']);
    expect(await book({ bankReference: 'C', amountMinor: '9007199254740991' })).toEqual([422, 'OFFER_PRICE']);
    expect(await book({ bankReference: 'D', amountMinor: '9007199254740992' })).toEqual([422, 'OFFER_PRICE']);
    expect(await book({ bankReference: 'E', userId: '00'.repeat(16) })).toEqual([403, 'BAD_KEY']);
    expect(await book({ bankReference: 'F', amountMinor: '9007199254740491' })).toEqual([200, '9007199254740991']);
    expect(await balanceOf(started, player)).toBe(9_007_199_254_740_991n);
    await requireBooks(started);
  });

  it.each([
    [{ amountMinor: 500 }],
    [{ amountMinor: '5.00' }],
    [{ amountMinor: '-5' }],
    [{ amountMinor: '05' }],
    [{ amountMinor: null }],
    [{ userId: 'abc' }],
    [{ userId: 'Z'.repeat(32) }],
    [{ bankReference: '' }],
    [{ bankReference: 'x'.repeat(141) }],
    [{ bankReference: 'two\nlines' }],
    [{ currency: 7 }],
    [{ extra: 1 }],
    [{ __proto__: null, constructor: 'x' }],
  ])('refuse %o', async (fields) => {
    const started = await startServer();
    const player = await enrolPlayer(started, { moneyMinor: 0n });
    const response = await operate(started, '/v1/operator/topups', topUp(player.userId, fields));
    expect(await outcome(response)).toEqual([400, 'BAD_ENCODING']);
    expect(await balanceOf(started, player)).toBe(0n);
  });

  it.each(['', 'Bearer', 'Bearer wrong', 'Basic operator-token-of-the-tests', 'Bearer operator-token-of-the-tests2'])(
    'want their token: %s',
    async (authorization) => {
      const started = await startServer();
      for (const path of ['accounts', 'ledger']) {
        const response = await fetch(`${await urlOf(started)}/v1/operator/${path}`, { headers: { authorization } });
        expect(await outcome(response)).toEqual([401, 'BAD_KEY']);
        expect(response.headers.get('www-authenticate')).toBe('Bearer');
      }
    },
  );

  it('list accounts and transfers in pages, with the sums', async () => {
    const started = await startMarket();
    const player = await enrolPlayer(started);
    await started.server.decide(makeRequest(player, started.holder, makeOffer(started.publisher)));
    const get = async (path: string): Promise<Record<string, unknown>> => {
      const headers = { authorization: 'Bearer operator-token-of-the-tests' };
      return (await (await fetch(`${await urlOf(started)}${path}`, { headers })).json()) as Record<string, unknown>;
    };
    const owner = Buffer.from(player.userId).toString('hex');
    expect(await get('/v1/operator/accounts')).toEqual({
      accounts: [
        { id: '1', kind: 'player-prepaid', owner, currency: 'EUR', balanceMinor: '980' },
        { id: '2', kind: 'bank', owner: '', currency: 'EUR', balanceMinor: '-1000' },
        { id: '3', kind: 'publisher-payable', owner: 'lumen-works', currency: 'EUR', balanceMinor: '20' },
      ],
      sums: [{ currency: 'EUR', sumMinor: '0' }],
      next: null,
    });
    const page = await get('/v1/operator/ledger?after=1&count=1');
    expect(page).toMatchObject({
      transfers: [
        {
          id: '2',
          kind: 'payment',
          postings: [
            {
              debit: { kind: 'player-prepaid', owner },
              credit: { kind: 'publisher-payable', owner: 'lumen-works' },
              amountMinor: '20',
              currency: 'EUR',
            },
          ],
        },
      ],
      next: '2',
    });
    expect(await get('/v1/operator/ledger?count=501')).toMatchObject({ code: 'BAD_ENCODING' });
    expect(await get('/v1/operator/ledger?after=-1')).toMatchObject({ code: 'BAD_ENCODING' });
  });

  it('enrol a publisher, take its renewed certificate, and keep its bank account', async () => {
    const started = await startServer();
    const enrol = async (chain: readonly Uint8Array[], fields: object = {}) =>
      outcome(
        await operate(started, '/v1/operator/publishers', {
          chain: chain.map((one) => Buffer.from(one).toString('base64')),
          payoutCurrency: 'EUR',
          bank: BANK,
          ...fields,
        }),
      );
    const created = [201, undefined];
    expect(await enrol(started.publisher.chain)).toEqual(created);
    expect(await enrol(makePublisher(started.tree, { notAfterMs: NOON_MS + 1_000 }).chain)).toEqual(created);
    expect(await enrol(started.publisher.chain, { payoutCurrency: 'USD' })).toEqual([409, 'ID_CONFLICT']);
    const iban = 'DE89370400440532013001';
    expect(await enrol(started.publisher.chain, { bank: { ...BANK, iban } })).toEqual([400, 'BAD_ENCODING']);
    expect(await enrol(started.holder.chain)).toEqual([403, 'CHAIN_ROLE']);
    expect(await enrol(makePublisher(makeTree({ name: 'strangers' })).chain)).toEqual([403, 'CHAIN_UNTRUSTED']);
    expect(await enrol([])).toEqual([403, 'CHAIN_UNTRUSTED']);
    expect(await enrol(started.publisher.chain, { chain: ['!'] })).toEqual([400, 'BAD_ENCODING']);
    expect(await enrol(started.publisher.chain, { payoutCurrency: 'XXX' })).toEqual([422, 'OFFER_CURRENCY']);
  });
});
