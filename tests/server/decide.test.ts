import { readEnvelope, withChainByHash, type CodeName, type PaymentRequest } from '@coinslot/protocol';
import { describe, expect, it } from 'vitest';
import {
  DAY_MS,
  makeOffer,
  makePlayer,
  makePublisher,
  makeRequest,
  makeTree,
  NOON_MS,
  seedOf,
  WIDE_LIMITS,
  type HolderOptions,
  type OfferOptions,
} from '../lib/parties.ts';
import {
  balanceOf,
  bytesOf,
  enrolPlayer,
  post,
  readDecision,
  requireBooks,
  startMarket,
  type Started,
} from './started-server.ts';

const MINUTE_MS = 60_000;

async function decideOver(started: Started, request: Uint8Array) {
  const answer = await started.server.decide(request);
  if (answer.kind !== 'decided') throw new Error(answer.kind);
  return readDecision(started, answer.decision);
}

/** Number of decisions in the record. */
async function recorded({ server }: Started): Promise<number> {
  return (await server.service.records.listAllDecisions(0n, 500)).length;
}

describe('precedence: each row has one fault fewer than the row before', () => {
  // Times in ms from now; 1.00 USD is 0.93 EUR under table 1. The last column is the outcome.
  const ROWS = [
    // deadline, offered, signed by, payee, named payee, currency, table, charge, press max, money, code
    [-1, -MINUTE_MS, 'stranger', 'unknown', 'other', 'GBP', 7, 92n, 92n, 92n, 'DECISION_EXPIRED'],
    [9 * MINUTE_MS + 1, -MINUTE_MS, 'stranger', 'unknown', 'other', 'GBP', 7, 92n, 92n, 92n, 'OFFER_EXPIRED'],
    [8 * MINUTE_MS, 5 * MINUTE_MS + 1, 'stranger', 'unknown', 'other', 'GBP', 7, 92n, 92n, 92n, 'CHAIN_UNTRUSTED'],
    [8 * MINUTE_MS, 5 * MINUTE_MS + 1, 'ours', 'unknown', 'other', 'GBP', 7, 92n, 92n, 92n, 'OFFER_ORIGIN'],
    [8 * MINUTE_MS, 5 * MINUTE_MS + 1, 'ours', 'unknown', 'same', 'GBP', 7, 92n, 92n, 92n, 'OFFER_ORIGIN'],
    [8 * MINUTE_MS, 5 * MINUTE_MS + 1, 'ours', 'enrolled', 'same', 'GBP', 7, 92n, 92n, 92n, 'CLOCK_SKEW'],
    [8 * MINUTE_MS, 5 * MINUTE_MS, 'ours', 'enrolled', 'same', 'GBP', 7, 92n, 92n, 92n, 'OFFER_CURRENCY'],
    [9 * MINUTE_MS, -MINUTE_MS, 'ours', 'enrolled', 'same', 'EUR', 7, 92n, 92n, 92n, 'RATE_STALE'],
    [9 * MINUTE_MS, -MINUTE_MS, 'ours', 'enrolled', 'same', 'EUR', 0, 92n, 92n, 92n, 'RATE_STALE'],
    [9 * MINUTE_MS, -MINUTE_MS, 'ours', 'enrolled', 'same', 'EUR', 1, 92n, 92n, 92n, 'OFFER_PRICE'],
    [9 * MINUTE_MS, -MINUTE_MS, 'ours', 'enrolled', 'same', 'EUR', 1, 94n, 92n, 92n, 'OFFER_PRICE'],
    [9 * MINUTE_MS, -MINUTE_MS, 'ours', 'enrolled', 'same', 'EUR', 1, 93n, 92n, 92n, 'LIMIT'],
    [9 * MINUTE_MS, -MINUTE_MS, 'ours', 'enrolled', 'same', 'EUR', 1, 93n, 93n, 92n, 'INSUFFICIENT'],
    [9 * MINUTE_MS, -MINUTE_MS, 'ours', 'enrolled', 'same', 'EUR', 1, 93n, 93n, 93n, 'APPROVED'],
    [0, -10 * MINUTE_MS, 'ours', 'enrolled', 'same', 'EUR', 1, 93n, 93n, 93n, 'APPROVED'],
  ] as const;

  for (const row of ROWS) {
    it(row.join(' '), async () => {
      const [deadline, offered, signedBy, payee, named, currency, table, charge, pressMax, money, code] = row;
      const started = await startMarket();
      const player = await enrolPlayer(started, { moneyMinor: money, pressPaymentMaxMinor: pressMax });
      const tree = signedBy === 'ours' ? started.tree : makeTree({ name: 'strangers' });
      const publisher = makePublisher(tree, { id: payee === 'enrolled' ? 'lumen-works' : 'night-works' });
      const offer = makeOffer(publisher, { atMs: NOON_MS + offered, quote: { amountMinor: 100n, currency: 'USD' } });
      const request = makeRequest(player, started.holder, offer, {
        deadlineMs: NOON_MS + deadline,
        chargeCurrency: currency,
        rateTableId: table,
        chargeMinor: charge,
        ...(named === 'other' && { publisherId: 'other-works' }),
      });
      const decision = await decideOver(started, request);
      expect(decision.code).toBe(code);
      expect(decision.outcome).toBe(code === 'APPROVED' ? 'approved' : 'refused');
      expect([decision.chargedMinor, decision.settlement]).toEqual(
        code === 'APPROVED' ? [93n, 'debited'] : [0n, 'none'],
      );
      expect(await balanceOf(started, player)).toBe(code === 'APPROVED' ? 0n : money);
      // Closed for ever: the same request finds the same outcome when everything that spoke against it is gone.
      await started.server.service.players.topUp({
        userId: player.userId,
        amountMinor: 1_000n,
        currency: 'EUR',
        bankReference: 'later',
      });
      expect(await decideOver(started, request)).toEqual(decision);
      await requireBooks(started);
    });
  }
});

describe('quotes that the server refuses, signed and recorded', () => {
  const NARROW = { ...WIDE_LIMITS, topPrices: [{ currency: 'EUR', amountMinor: 19n }] };
  const ROWS: readonly (readonly [
    name: string,
    holder: HolderOptions,
    offer: OfferOptions['quote'],
    code: CodeName,
  ])[] = [
    ['certificate expired', { notAfterMs: NOON_MS - 1_000 }, {}, 'CHAIN_EXPIRED'],
    ['certificate not valid yet', { notBeforeMs: NOON_MS + 1_000 }, {}, 'CHAIN_NOT_YET'],
    ['price above the limit', { limits: NARROW }, {}, 'CHAIN_LIMIT'],
    ['currency not in the limits', { limits: NARROW }, { currency: 'USD' }, 'CHAIN_LIMIT'],
    ['another publisher named', {}, { publisherId: 'other-works' }, 'OFFER_ORIGIN'],
    ['quote over', {}, { notAfterMs: NOON_MS - 1 }, 'OFFER_EXPIRED'],
    ['quote not begun', {}, { notBeforeMs: NOON_MS + 5 * MINUTE_MS + 1 }, 'OFFER_EXPIRED'],
    ['quote too long', {}, { notAfterMs: NOON_MS + 800 * DAY_MS }, 'OFFER_EXPIRED'],
    ['nothing asked and not marked free', {}, { amountMinor: 0n }, 'OFFER_PRICE'],
    ['marked free and not free', {}, { free: true }, 'OFFER_PRICE'],
  ];
  it.each(ROWS)('%s', async (_, holder, quote, code) => {
    const started = await startMarket();
    const player = await enrolPlayer(started);
    const offer = makeOffer(makePublisher(started.tree, holder), { quote: quote ?? {} });
    const decision = await decideOver(started, makeRequest(player, started.holder, offer));
    expect(decision).toMatchObject({ code, outcome: 'refused', chargedMinor: 0n, offerHash: offer.quote.offerHash });
    expect(await recorded(started)).toBe(1);
    expect(await balanceOf(started, player)).toBe(1_000n);
  });

  it('a forged signature, and a certificate of another role', async () => {
    const started = await startMarket();
    const player = await enrolPlayer(started);
    const { publisher, holder } = started;
    const forged = makeOffer({ ...publisher, signer: holder.signer }, { nonce: 'forged' });
    expect((await decideOver(started, makeRequest(player, holder, forged))).code).toBe('BAD_SIGNATURE');
    const roleless = makeOffer({ ...publisher, signer: holder.signer, chain: holder.chain }, { nonce: 'role' });
    expect((await decideOver(started, makeRequest(player, holder, roleless))).code).toBe('CHAIN_ROLE');
  });
});

describe('refused without a signature, and nothing is recorded', () => {
  type Make = (started: Started, good: Uint8Array) => Uint8Array | Promise<Uint8Array>;
  const withFields =
    (fields: Partial<PaymentRequest>): Make =>
    (started) =>
      makeRequest(makePlayer(), started.holder, makeOffer(started.publisher), fields);
  const ROWS: readonly (readonly [name: string, make: Make, status: number, code: CodeName])[] = [
    ['no bytes', () => new Uint8Array(), 400, 'BAD_ENCODING'],
    ['cut in half', (_, good) => good.slice(0, good.length / 2), 400, 'BAD_ENCODING'],
    ['a byte too many', (_, good) => Uint8Array.from([...good, 0]), 400, 'BAD_ENCODING'],
    ['a quote that is none', withFields({ quote: Uint8Array.of(1, 2, 3) }), 400, 'BAD_ENCODING'],
    ['another message', ({ publisher }) => makeOffer(publisher).quoteEnvelope, 403, 'BAD_SIGNATURE'],
    ['a player who is not enrolled', withFields({ userId: seedOf('nobody').slice(0, 16) }), 403, 'BAD_KEY'],
    ['password as proof', withFields({ proof: 'password' }), 403, 'CONSENT_REQUIRED'],
    ['card as proof', withFields({ proof: 'card' }), 403, 'CONSENT_REQUIRED'],
    [
      "another player's signature",
      ({ holder, publisher }) => {
        const thief = { ...makePlayer('Mallory'), userId: makePlayer().userId };
        return makeRequest(thief, holder, makeOffer(publisher));
      },
      403,
      'BAD_SIGNATURE',
    ],
    [
      'the press key where the PIN key is named',
      ({ holder, publisher }) => {
        const player = makePlayer();
        return makeRequest({ ...player, pin: player.press }, holder, makeOffer(publisher), { proof: 'pin' });
      },
      403,
      'BAD_SIGNATURE',
    ],
    ['for another decider', withFields({ audience: seedOf('another server') }), 403, 'BAD_KEY'],
  ];
  it.each(ROWS)('%s', async (_, make, status, code) => {
    const started = await startMarket();
    const player = await enrolPlayer(started);
    const good = makeRequest(player, started.holder, makeOffer(started.publisher));
    const response = await post(started, '/v1/payments', await make(started, good));
    expect([response.status, response.headers.get('content-type')]).toEqual([status, 'application/json']);
    expect(await response.json()).toMatchObject({ code, charged: 'no' });
    expect(await recorded(started)).toBe(0);
    // Nothing was closed: the good request, under the same nonce, is still approved.
    expect(readDecision(started, await bytesOf(await post(started, '/v1/payments', good))).code).toBe('APPROVED');
  });

  it('every single-bit flip of a good request', async () => {
    const started = await startMarket();
    const player = await enrolPlayer(started);
    const good = makeRequest(player, started.holder, makeOffer(started.publisher));
    const codes = new Set<string>();
    for (let bit = 0; bit < good.length * 8; bit++) {
      const bent = Uint8Array.from(good);
      bent[bit >> 3] = (bent[bit >> 3] as number) ^ (1 << (bit & 7));
      const failure = await started.server.decide(bent).then(
        () => 'decided',
        (error: { code: string }) => error.code,
      );
      codes.add(failure);
    }
    expect([...codes].sort()).toEqual([
      'BAD_ENCODING',
      'BAD_KEY', // another user id
      'BAD_SIGNATURE',
      'CONSENT_REQUIRED', // another proof
      'OFFER_CURRENCY', // letters that are no currency
    ]);
    expect(await recorded(started)).toBe(0);
  });

  it('when its own certificate has expired, or its clock has gone back', async () => {
    const started = await startMarket();
    const { server, holder, publisher, time, tree } = started;
    const player = await enrolPlayer(started);
    const ask = (nonce: string) =>
      server.decide(makeRequest(player, holder, makeOffer(publisher, { nonce, atMs: time.nowMs })));
    await ask('first');
    time.nowMs -= 5 * MINUTE_MS + 1;
    for (const nonce of ['second', 'again']) await expect(ask(nonce)).rejects.toMatchObject({ code: 'CLOCK_SKEW' });
    const { findings } = server.service.records;
    const behind = { kind: 'clock', atMs: time.nowMs, ended: undefined };
    expect(await findings.listOpenFindings(undefined, 9)).toMatchObject([behind]);
    time.nowMs += 5 * MINUTE_MS + 1;
    await ask('in time');
    expect(await findings.listOpenFindings(undefined, 9)).toEqual([]);
    const over = [{ ...behind, ended: { atMs: time.nowMs, by: 'course' } }];
    expect(await findings.listEndedFindings(undefined, 9)).toMatchObject(over);
    time.nowMs = tree.notAfterMs + 1;
    await expect(ask('third')).rejects.toMatchObject({ code: 'CHAIN_EXPIRED' });
    expect(await recorded(started)).toBe(2);
  });
});

describe('what else a decision rests on', () => {
  it('press limits hold over a UTC day and the PIN key goes beyond them', async () => {
    const started = await startMarket();
    const { holder, publisher, time } = started;
    const player = await enrolPlayer(started, { pressPaymentMaxMinor: 20n, pressDayMaxMinor: 50n });
    const pay = async (nonce: string, proof: 'press' | 'pin' = 'press') => {
      const offer = makeOffer(publisher, { nonce, atMs: time.nowMs });
      return (await decideOver(started, makeRequest(player, holder, offer, { proof }))).code;
    };
    expect([await pay('1'), await pay('2'), await pay('3'), await pay('4', 'pin')]).toEqual([
      'APPROVED',
      'APPROVED',
      'LIMIT',
      'APPROVED',
    ]);
    time.nowMs = NOON_MS + DAY_MS / 2 - 1;
    expect(await pay('5')).toBe('LIMIT');
    time.nowMs = NOON_MS + DAY_MS / 2;
    expect(await pay('6')).toBe('APPROVED');
  });

  it('a postpaid player owes up to the ceiling and not a unit more', async () => {
    const started = await startMarket();
    const { holder, publisher } = started;
    const player = await enrolPlayer(started, { name: 'Grace', plan: 'postpaid', moneyMinor: 50n });
    const pay = async (nonce: string, amountMinor: bigint) => {
      const offer = makeOffer(publisher, { nonce, quote: { amountMinor } });
      return decideOver(started, makeRequest(player, holder, offer));
    };
    expect(await pay('1', 30n)).toMatchObject({ code: 'APPROVED', settlement: 'recorded', purse: 'postpaid-EUR' });
    expect((await pay('2', 21n)).code).toBe('CEILING');
    expect((await pay('3', 20n)).code).toBe('APPROVED');
    expect((await pay('4', 1n)).code).toBe('CEILING');
    expect(await balanceOf(started, player)).toBe(-50n);
    await requireBooks(started);
  });

  it('a ceiling set below what is owed stops spending and nothing else', async () => {
    const started = await startMarket();
    const { holder, publisher, server } = started;
    const player = await enrolPlayer(started, { name: 'Grace', plan: 'postpaid', moneyMinor: 50n });
    const pay = async (nonce: string) =>
      (await decideOver(started, makeRequest(player, holder, makeOffer(publisher, { nonce })))).code;
    expect(await pay('1')).toBe('APPROVED');
    await server.service.players.setCeiling(player.userId, 10n, 'EUR');
    expect(await pay('2')).toBe('CEILING');
    await server.service.players.setCeiling(player.userId, 40n, 'EUR');
    expect(await pay('3')).toBe('APPROVED');
  });

  it('a free offer is approved with nothing booked', async () => {
    const started = await startMarket();
    const player = await enrolPlayer(started, { moneyMinor: 0n });
    const offer = makeOffer(started.publisher, { quote: { amountMinor: 0n, free: true } });
    const decision = await decideOver(started, makeRequest(player, started.holder, offer));
    expect(decision).toMatchObject({ code: 'APPROVED', chargedMinor: 0n });
    expect(await started.server.service.records.listTransfers(0n, 10)).toEqual([]);
    await requireBooks(started);
  });

  it('a quote whose chain is sent by hash, once the publisher has enrolled with it', async () => {
    const started = await startMarket();
    const { holder, publisher, tree } = started;
    const player = await enrolPlayer(started);
    const byHash = async (offer: ReturnType<typeof makeOffer>) =>
      (await decideOver(started, makeRequest(player, holder, offer, { quote: withChainByHash(offer.quoteEnvelope) })))
        .code;
    expect(await byHash(makeOffer(publisher))).toBe('APPROVED');
    const renewed = makePublisher(tree, { notAfterMs: NOON_MS + DAY_MS });
    expect(await byHash(makeOffer(renewed, { nonce: 'renewed' }))).toBe('CHAIN_UNTRUSTED');
  });

  it('the tombstone: a request first seen after its deadline is expired for ever', async () => {
    const started = await startMarket();
    const { holder, publisher, time } = started;
    const player = await enrolPlayer(started);
    const request = makeRequest(player, holder, makeOffer(publisher), { deadlineMs: NOON_MS + 1_000 });
    time.nowMs += 40 * DAY_MS; // rates, offer and quote are long over too
    const tombstone = await decideOver(started, request);
    expect(tombstone).toMatchObject({ code: 'DECISION_EXPIRED', outcome: 'refused', chargedMinor: 0n });
    time.nowMs = NOON_MS;
    expect(await decideOver(started, request)).toEqual(tombstone);
  });

  it('sends the signer, its own chain and the hash of exactly what was asked', async () => {
    const started = await startMarket();
    const { holder, publisher, server } = started;
    const player = await enrolPlayer(started);
    const request = makeRequest(player, holder, makeOffer(publisher));
    const answer = await server.decide(request);
    if (answer.kind !== 'decided') throw new Error(answer.kind);
    expect(readEnvelope(answer.decision).chain).toEqual(holder.chain);
    expect(readDecision(started, answer.decision).signer).toEqual(holder.keyHash);
    const [row] = await server.service.records.listAllDecisions(0n, 1);
    expect(Buffer.from(row!.requestBytes).equals(request)).toBe(true);
  });
});
