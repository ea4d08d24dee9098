/** Refunds: once for each decision, by both doors, of every kind of sale; P18, D12, and the money of each. */
import { describe, expect, it } from 'vitest';
import {
  encodeAccountRequest,
  readCertificate,
  sealEnvelope,
  withChainByHash,
  type AccountRequest,
  type PaymentDecision,
  type RefundNotice,
} from '@coinslot/protocol';
import { issueRevocationList } from '@coinslot/authority';
import {
  bytes16Of,
  DAY_MS,
  makeOffer,
  makePublisher,
  makeRequest,
  makeServerHolder,
  NOON_MS,
  type OfferOptions,
  type Player,
} from '../lib/parties.ts';
import { makeRefundOrder, refund, refundsOf } from './refund-orders.ts';
import {
  balanceOf,
  BANK,
  bytesOf,
  enrolPlayer,
  ledgerOf,
  operate,
  OPERATOR_TOKEN,
  post,
  readDecision,
  requireBooks,
  startMarket,
  urlOf,
  type StartOptions,
  type Started,
} from './started-server.ts';

const hexOf = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');
const payableOf = (started: Started, currency = 'EUR'): Promise<bigint> =>
  ledgerOf(started, 'publisher-payable', 'lumen-works', currency);

async function buy(started: Started, player: Player, options: OfferOptions = {}): Promise<PaymentDecision> {
  const offer = makeOffer(started.publisher, { atMs: started.time.nowMs, ...options });
  const chargeMinor = offer.quote.amountMinor;
  const answer = await post(started, '/v1/payments', makeRequest(player, started.holder, offer, { chargeMinor }));
  return readDecision(started, await bytesOf(answer));
}

async function bought(options: StartOptions = {}) {
  const started = await startMarket(options);
  const player = await enrolPlayer(started);
  return { started, player, decision: await buy(started, player) };
}

/** Posts to the operator's door; its answer's fields, or the code. */
async function byOperator(started: Started, fields: object): Promise<Record<string, unknown>> {
  return (await (await operate(started, '/v1/operator/refunds', fields)).json()) as Record<string, unknown>;
}

describe('a refund', () => {
  it('by the publisher gives back what was charged, fee included, and tells the wallet', async () => {
    const started = await startMarket();
    const night = makePublisher(started.tree, { id: 'night-works', commonName: 'Night Works' });
    const { publishers } = started.server.service;
    await publishers.enrol({ chain: night.chain, payoutCurrency: 'EUR', bank: BANK, feeBasisPoints: 1_500 });
    const player = await enrolPlayer(started);
    const offer = makeOffer(night);
    const answer = await post(started, '/v1/payments', makeRequest(player, started.holder, offer));
    const decision = readDecision(started, await bytesOf(answer));
    expect(await ledgerOf(started, 'fees')).toBe(3n);
    const notice = await refund(started, makeRefundOrder(started, decision.decisionId, { reason: 'defect' }, night));
    expect(notice).toEqual({
      decisionId: decision.decisionId,
      reason: 'defect',
      amountMinor: 20n,
      currency: 'EUR',
      timeMs: NOON_MS,
    });
    expect([
      await balanceOf(started, player),
      await ledgerOf(started, 'publisher-payable', 'night-works'),
      await ledgerOf(started, 'fees'),
    ]).toEqual([1_000n, 0n, 0n]);
    expect(await refundsOf(started, player)).toEqual({ notices: [notice], next: 1n });
    expect(await refundsOf(started, player, 1n)).toEqual({ notices: [], next: 1n });
    await requireBooks(started);
  });

  it('across currencies gives back what was charged, and the exchange position closes', async () => {
    const started = await startMarket();
    const player = await enrolPlayer(started, { currency: 'USD', moneyMinor: 1_000n });
    const offer = makeOffer(started.publisher);
    const charge = { chargeMinor: 22n, chargeCurrency: 'USD', rateTableId: 1 };
    const answer = await post(started, '/v1/payments', makeRequest(player, started.holder, offer, charge));
    const decision = readDecision(started, await bytesOf(answer));
    expect(decision).toMatchObject({ code: 'APPROVED', chargedMinor: 22n });
    expect(await refund(started, makeRefundOrder(started, decision.decisionId))).toMatchObject({
      amountMinor: 22n,
      currency: 'USD',
    });
    expect(await balanceOf(started, player)).toBe(1_000n);
    for (const currency of ['EUR', 'USD'])
      for (const kind of ['exchange-position', 'rounding'])
        expect(await ledgerOf(started, kind, '', currency)).toBe(0n);
    await requireBooks(started);
  });

  it('of a postpaid purchase lowers what is owed', async () => {
    const started = await startMarket();
    const player = await enrolPlayer(started, { plan: 'postpaid', moneyMinor: 500n });
    const { decisionId } = await buy(started, player);
    expect(await balanceOf(started, player)).toBe(-20n);
    await refund(started, makeRefundOrder(started, decisionId));
    expect(await balanceOf(started, player)).toBe(0n);
    await requireBooks(started);
  });

  it('of what was free ends it too, and moves nothing', async () => {
    const { started, player } = await bought();
    const { decisionId } = await buy(started, player, { nonce: 'free', quote: { amountMinor: 0n, free: true } });
    const transfers = await started.server.service.records.listTransfers(0n, 50);
    expect(await refund(started, makeRefundOrder(started, decisionId))).toMatchObject({ amountMinor: 0n });
    expect(await started.server.service.records.listTransfers(0n, 50)).toHaveLength(transfers.length);
    expect((await refundsOf(started, player)).notices).toHaveLength(1);
    await requireBooks(started);
  });

  it('of a month that is sealed leaves the publisher below zero, and is a line of the month that is open', async () => {
    const { started, player, decision } = await bought();
    const sealed = await started.server.service.records.listTransfers(0n, 50);
    started.time.nowMs = Date.UTC(2026, 3, 2);
    const closed = await operate(started, '/v1/operator/periods/close', { period: 202_603 });
    expect(closed.status).toBe(200);
    await refund(started, makeRefundOrder(started, decision.decisionId));
    const all = await started.server.service.records.listTransfers(0n, 50);
    expect(all.slice(sealed.length).map(({ kind, period }) => [kind, period])).toEqual([['refund', 202_604]]);
    expect(sealed.map(({ period }) => period)).toEqual([202_603, 202_603]);
    await buy(started, player, { nonce: 'another' });
    await operate(started, '/v1/operator/refunds', { decisionId: hexOf(decision.decisionId) });
    expect(await payableOf(started)).toBe(20n);
    await requireBooks(started);
  });
});

describe('P18: one refund for each decision', () => {
  it('asked twice with the same bytes it is the same notice, also much later and with the chain by its hash', async () => {
    const { started, player, decision } = await bought();
    const order = makeRefundOrder(started, decision.decisionId);
    const first = await bytesOf(await post(started, '/v1/refunds', order));
    started.time.nowMs += 40 * DAY_MS;
    expect(await bytesOf(await post(started, '/v1/refunds', order))).toEqual(first);
    expect(await bytesOf(await post(started, '/v1/refunds', withChainByHash(order)))).toEqual(first);
    expect(await balanceOf(started, player)).toBe(1_000n);
    expect((await refundsOf(started, player)).notices).toHaveLength(1);
  });

  it('asked again with other bytes it is ID_CONFLICT, from either door', async () => {
    const { started, player, decision } = await bought();
    const { decisionId } = decision;
    await refund(started, makeRefundOrder(started, decisionId));
    for (const fields of [{ nonce: bytes16Of('other') }, { reason: 'defect' as const }])
      expect(await refund(started, makeRefundOrder(started, decisionId, fields))).toBe('ID_CONFLICT');
    expect(await byOperator(started, { decisionId: hexOf(decisionId) })).toMatchObject({ code: 'ID_CONFLICT' });
    expect(await balanceOf(started, player)).toBe(1_000n);
    await requireBooks(started);
  });

  it("the operator's is the same again for the same reason, and ID_CONFLICT for another or the publisher's", async () => {
    const { started, player, decision } = await bought();
    const decisionId = hexOf(decision.decisionId);
    const first = await byOperator(started, { decisionId });
    expect(first).toMatchObject({ by: 'operator', reason: 'operator', amountMinor: '20', fresh: true });
    expect(await byOperator(started, { decisionId })).toEqual({ ...first, fresh: false });
    expect(await byOperator(started, { decisionId, reason: 'defect' })).toMatchObject({ code: 'ID_CONFLICT' });
    expect(await refund(started, makeRefundOrder(started, decision.decisionId))).toBe('ID_CONFLICT');
    expect(await balanceOf(started, player)).toBe(1_000n);
  });

  it('from both doors and ten publishers at once: one stands, the others are ID_CONFLICT', async () => {
    const { started, player, decision } = await bought();
    const orders = Array.from({ length: 10 }, (_, i) =>
      makeRefundOrder(started, decision.decisionId, { nonce: bytes16Of(`order ${i}`) }),
    );
    const outcomes = await Promise.all([
      ...orders.map((order) => refund(started, order)),
      byOperator(started, { decisionId: hexOf(decision.decisionId) }).then((told) => told['code'] ?? 'refunded'),
    ]);
    const conflicts = outcomes.filter((one) => one === 'ID_CONFLICT');
    expect(conflicts).toHaveLength(10);
    expect(await balanceOf(started, player)).toBe(1_000n);
    expect((await refundsOf(started, player)).notices).toHaveLength(1);
    await requireBooks(started);
  });

  it('in parallel with purchases of the same player nothing is gained and nothing is lost', async () => {
    const started = await startMarket();
    const player = await enrolPlayer(started, { moneyMinor: 20n });
    const { decisionId } = await buy(started, player, { nonce: 'first' });
    const requests = Array.from({ length: 20 }, (_, i) =>
      makeRequest(player, started.holder, makeOffer(started.publisher, { nonce: `next ${i}` })),
    );
    const asked = requests.map((request) => started.server.decide(request));
    void asked.splice(10, 0, started.server.service.refunds.order(makeRefundOrder(started, decisionId)) as never);
    const outcomes = await Promise.all(asked);
    const approved = outcomes.filter((one) => 'code' in one && one.code === 'APPROVED').length;
    expect(approved).toBeLessThanOrEqual(1);
    expect(await balanceOf(started, player)).toBe(approved === 1 ? 0n : 20n);
    expect(await payableOf(started)).toBe(BigInt(approved) * 20n);
    await requireBooks(started);
  });

  it('after use: the same offer is bought again under a new nonce, and refunded apart', async () => {
    const { started, player, decision } = await bought();
    await refund(started, makeRefundOrder(started, decision.decisionId));
    const again = await buy(started, player, { nonce: 'again' });
    expect(again.code).toBe('APPROVED');
    expect(await balanceOf(started, player)).toBe(980n);
    expect(await refund(started, makeRefundOrder(started, again.decisionId))).toMatchObject({ amountMinor: 20n });
    expect(await balanceOf(started, player)).toBe(1_000n);
  });

  it('the request of a refunded decision has the same decision for ever, and charges nothing more', async () => {
    const { started, player } = await bought();
    const request = makeRequest(player, started.holder, makeOffer(started.publisher, { nonce: 'asked again' }));
    const first = await bytesOf(await post(started, '/v1/payments', request));
    await refund(started, makeRefundOrder(started, readDecision(started, first).decisionId));
    expect(await bytesOf(await post(started, '/v1/payments', request))).toEqual(first);
    expect(await balanceOf(started, player)).toBe(980n);
  });
});

describe('an order', () => {
  it("for another publisher's decision, a refusal or an unknown id is DECISION_MISMATCH, and says no more", async () => {
    const { started, player, decision } = await bought();
    const night = makePublisher(started.tree, { id: 'night-works', commonName: 'Night Works' });
    const refused = await buy(started, player, { nonce: 'dear', quote: { amountMinor: 5_000n } });
    expect(refused.outcome).toBe('refused');
    const outcomes = [
      await refund(started, makeRefundOrder(started, decision.decisionId, {}, night)),
      await refund(started, makeRefundOrder(started, refused.decisionId)),
      await refund(started, makeRefundOrder(started, bytes16Of('unknown'))),
    ];
    expect(outcomes).toEqual(Array(3).fill('DECISION_MISMATCH'));
    expect(await balanceOf(started, player)).toBe(980n);
    await requireBooks(started);
  });

  it('in the name of another, for another server, or out of its time is refused', async () => {
    const { started, player, decision } = await bought();
    const { decisionId } = decision;
    const night = makePublisher(started.tree, { id: 'night-works', commonName: 'Night Works' });
    const elsewhere = makeServerHolder(started.tree, { id: 'elsewhere' });
    const order = (fields: object, by = started.publisher): Promise<RefundNotice | string> =>
      refund(started, makeRefundOrder(started, decisionId, fields, by));
    expect(await order({ publisherId: 'lumen-works' }, night)).toBe('OFFER_ORIGIN');
    expect(await order({}, { ...night, chain: started.publisher.chain, id: 'lumen-works' })).toBe('BAD_SIGNATURE');
    expect(await order({}, { ...started.publisher, ...started.holder, id: 'lumen-works' })).toBe('CHAIN_ROLE');
    expect(await order({ audience: elsewhere.keyHash })).toBe('BAD_KEY');
    expect(await order({ timeMs: NOON_MS - 301_000 })).toBe('CLOCK_SKEW');
    expect(await order({ timeMs: NOON_MS + 301_000 })).toBe('CLOCK_SKEW');
    expect(await balanceOf(started, player)).toBe(980n);
  });

  it('by a publisher who is revoked is CHAIN_REVOKED; the operator gives it back', async () => {
    const plain = await startMarket();
    const { tree, publisher } = plain;
    const leaf = readCertificate(publisher.chain[0]!);
    const list = issueRevocationList({
      issuer: tree.synd,
      number: 1,
      thisUpdateMs: NOON_MS,
      nextUpdateMs: NOON_MS + 30 * DAY_MS,
      revoked: [{ serialHex: leaf.serialHex, revokedAtMs: NOON_MS + 1_000 }],
    });
    const { started, player, decision } = await bought({ tree, revocationLists: [list] });
    started.time.nowMs += 2_000;
    expect(await refund(started, makeRefundOrder(started, decision.decisionId))).toBe('CHAIN_REVOKED');
    expect(await byOperator(started, { decisionId: hexOf(decision.decisionId) })).toMatchObject({ fresh: true });
    expect(await balanceOf(started, player)).toBe(1_000n);
  });
});

describe("a player's wish", () => {
  const wish = { reason: 'defect', text: 'The gate never opened.' } as const;

  it('is seen by publisher and operator, once, and ends with the refund', async () => {
    const { started, player, decision } = await bought();
    const { refunds } = started.server.service;
    const { userId } = player;
    const { decisionId } = decision;
    const asked = await refunds.ask({ decisionId, userId, ...wish });
    expect(asked).toMatchObject({ state: 'open', publisherId: 'lumen-works', askedAtMs: NOON_MS });
    const { records } = started.server.service;
    for (const of of [{}, { userId }, { publisherId: 'lumen-works' }, { userId, publisherId: 'lumen-works' }])
      expect(await records.refunds.listRefundRequests(of, 10)).toEqual([asked]);
    expect(await records.refunds.listRefundRequests({ publisherId: 'night-works' }, 10)).toEqual([]);
    await expect(refunds.ask({ decisionId, userId, ...wish })).rejects.toMatchObject({ code: 'ID_CONFLICT' });
    await refunds.byOperator({ decisionId, answer: 'You are right.' });
    expect(await records.refunds.findRefundRequest(decisionId)).toMatchObject({
      state: 'refunded',
      answer: 'You are right.',
      endedAtMs: NOON_MS,
    });
    await expect(refunds.ask({ decisionId, userId, ...wish })).rejects.toMatchObject({ code: 'REFUNDED' });
  });

  it('for what somebody else bought is DECISION_MISMATCH', async () => {
    const { started, decision } = await bought();
    const bob = await enrolPlayer(started, { name: 'Bob' });
    const asked = started.server.service.refunds.ask({ decisionId: decision.decisionId, userId: bob.userId, ...wish });
    await expect(asked).rejects.toMatchObject({ code: 'DECISION_MISMATCH' });
  });

  it('is declined with words, by its own publisher or the operator, and may still be granted', async () => {
    const { started, player, decision } = await bought();
    const { refunds } = started.server.service;
    const { decisionId } = decision;
    await refunds.ask({ decisionId, userId: player.userId, ...wish });
    await expect(refunds.decline(decisionId, 'no', 'night-works')).rejects.toMatchObject({ code: 'DECISION_MISMATCH' });
    expect(await refunds.decline(decisionId, 'It was played for an hour.', 'lumen-works')).toMatchObject({
      state: 'declined',
      answer: 'It was played for an hour.',
    });
    await expect(refunds.decline(decisionId, 'no')).rejects.toMatchObject({ code: 'ID_CONFLICT' });
    expect(await refund(started, makeRefundOrder(started, decisionId))).toMatchObject({ amountMinor: 20n });
    expect(await started.server.service.records.refunds.findRefundRequest(decisionId)).toMatchObject({
      state: 'refunded',
    });
  });

  it("is in the operator's list, beside the refunds", async () => {
    const { started, player, decision } = await bought();
    await started.server.service.refunds.ask({ decisionId: decision.decisionId, userId: player.userId, ...wish });
    const decisionId = hexOf(decision.decisionId);
    const answer = await operate(started, '/v1/operator/refunds/decline', { decisionId, answer: 'no' });
    expect(await answer.json()).toEqual({ decisionId, state: 'declined', answer: 'no' });
    await byOperator(started, { decisionId });
    const headers = { authorization: `Bearer ${OPERATOR_TOKEN}` };
    const list = await fetch(`${await urlOf(started)}/v1/operator/refunds`, { headers });
    expect(await list.json()).toMatchObject({
      refunds: [{ position: '1', decisionId, by: 'operator', reason: 'operator', amountMinor: '20', currency: 'EUR' }],
      requests: [{ decisionId, state: 'refunded', text: wish.text }],
      next: null,
    });
  });
});

describe('D12: purchases, refunds, changes of limits and a closing in parallel', () => {
  it('are one history: money is neither made nor lost, and each refund is there once', async () => {
    const started = await startMarket();
    const player = await enrolPlayer(started, { moneyMinor: 200n, pressDayMaxMinor: 100_000n });
    const { service } = started.server;
    const sold: PaymentDecision[] = [];
    for (let i = 0; i < 5; i++) sold.push(await buy(started, player, { nonce: `sold ${i}` }));
    const orders = sold.flatMap(({ decisionId }) => [
      makeRefundOrder(started, decisionId),
      makeRefundOrder(started, decisionId),
      makeRefundOrder(started, decisionId, { nonce: bytes16Of('another') }),
    ]);
    const requests = Array.from({ length: 30 }, (_, i) =>
      makeRequest(player, started.holder, makeOffer(started.publisher, { nonce: `while ${i}` })),
    );
    const limits = [1, 2, 3].map((i) =>
      accountRequest(started, player, 'limits', {
        timeMs: NOON_MS + i,
        pressPaymentMaxMinor: 100n,
        pressDayMaxMinor: 90_000n,
      }),
    );
    const work: Promise<unknown>[] = [
      ...orders.map((order) => post(started, '/v1/refunds', order)),
      ...requests.map((request) => post(started, '/v1/payments', request)),
      ...limits.map((request) => post(started, '/v1/accounts', request)),
      service.players.topUp({ userId: player.userId, amountMinor: 60n, currency: 'EUR', bankReference: 'meanwhile' }),
      post(started, '/v1/accounts', accountRequest(started, player, 'close')),
    ];
    await Promise.all(work);
    const transfers = await service.records.listTransfers(0n, 500);
    const count = (kind: string): bigint => BigInt(transfers.filter((one) => one.kind === kind).length);
    expect(count('refund')).toBe(5n);
    expect(await payableOf(started)).toBe((count('payment') - 5n) * 20n);
    const paidIn = 260n;
    const left = await balanceOf(started, player);
    const leaving = await ledgerOf(started, 'payout-transit', hexOf(player.userId));
    expect(left + leaving + (await payableOf(started))).toBe(paidIn);
    expect(left).toBeGreaterThanOrEqual(0n);
    expect((await refundsOf(started, player)).notices).toHaveLength(5);
    await requireBooks(started);
  });

  it('a refund for a closed account is the player’s all the same', async () => {
    const { started, player, decision } = await bought();
    await post(started, '/v1/accounts', accountRequest(started, player, 'close'));
    const before = await balanceOf(started, player);
    expect(await refund(started, makeRefundOrder(started, decision.decisionId))).toMatchObject({ amountMinor: 20n });
    expect(await balanceOf(started, player)).toBe(before + 20n);
    await requireBooks(started);
  });
});

function accountRequest(
  started: Started,
  player: Player,
  ask: 'limits' | 'close',
  fields: Partial<AccountRequest> = {},
): Uint8Array {
  const request: AccountRequest = {
    userId: player.userId,
    ask,
    pressPaymentMaxMinor: 0n,
    pressDayMaxMinor: 0n,
    after: 0n,
    passwordKey: undefined,
    timeMs: started.time.nowMs,
    nonce: bytes16Of(`${ask} ${fields.timeMs ?? 0}`),
    audience: started.holder.keyHash,
    ...fields,
  };
  return sealEnvelope('account-request', encodeAccountRequest(request), player.pin, []);
}
