/** Refunds of what cards decided: booked, disputed, claimed, voided, unpaid; nothing comes from nothing (I2, P18). */
import { describe, expect, it } from 'vitest';
import { audit } from '../../server/src/audit/index.ts';
import { decodePaymentDecision, readEnvelope, type PaymentDecision, type UploadedRecord } from '@coinslot/protocol';
import { DAY_MS, makeOffer, makeRequest, type Player } from '../lib/parties.ts';
import { CardHolder, PIN, type PayOptions } from './card-holder.ts';
import { makeRefundOrder, refund, refundsOf } from './refund-orders.ts';
import {
  balanceOf,
  enrolPlayer,
  floatOf,
  ledgerOf,
  operate,
  post,
  requireBooks,
  startMarket,
  type Started,
} from './started-server.ts';

const hexOf = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');
const without = (records: readonly UploadedRecord[]): readonly UploadedRecord[] =>
  records.map((record) => ({ ...record, request: undefined, decision: undefined }));

async function prepaid(moneyMinor = 300n): Promise<{ started: Started; player: Player; card: CardHolder }> {
  const started = await startMarket();
  const player = await enrolPlayer(started);
  return { started, player, card: await CardHolder.loaded(started, player, moneyMinor) };
}

interface Money {
  readonly balance: bigint;
  readonly payable: bigint;
  readonly loss: bigint;
  readonly held: bigint;
  readonly float: bigint;
}

/** Who has what, as the ledger says; and the books hold. */
async function moneyOf(started: Started, card: CardHolder): Promise<Money> {
  await requireBooks(started);
  return {
    balance: await balanceOf(started, card.player),
    payable: await ledgerOf(started, 'publisher-payable', 'lumen-works'),
    loss: await ledgerOf(started, 'card-loss', 'test-cards-1'),
    held: await ledgerOf(started, 'card-dispute', hexOf(card.cardId)),
    float: await floatOf(started, card),
  };
}

async function pay(card: CardHolder, nonce: string, options: PayOptions = {}) {
  const { envelope } = await card.pay(nonce, { pin: PIN, ...options });
  const decision: PaymentDecision = decodePaymentDecision(readEnvelope(envelope).body);
  const { priceMinor = 20n } = options;
  const { quoteEnvelope } = makeOffer(card.started.publisher, {
    atMs: card.started.time.nowMs,
    nonce,
    quote: { amountMinor: priceMinor },
  });
  const base64 = (bytes: Uint8Array): string => Buffer.from(bytes).toString('base64');
  return { decision, claim: { decision: base64(envelope), quote: base64(quoteEnvelope) } };
}

async function claim(started: Started, one: object): Promise<string> {
  const answer = await operate(started, '/v1/operator/claims', { publisherId: 'lumen-works', claims: [one] });
  const [told] = ((await answer.json()) as { claims: { outcome: string; code?: string }[] }).claims;
  return told!.code === undefined ? told!.outcome : `${told!.outcome} ${told!.code}`;
}

const giveBack = (started: Started, { decisionId }: PaymentDecision) =>
  refund(started, makeRefundOrder(started, decisionId));

const findingsOf = async ({ server, tree }: Started) =>
  (await audit({ store: server.service.records, roots: tree.roots, oneIn: 1 })).findings;

describe('a booked record', () => {
  it('of a prepaid purse: what the purse paid is in the account of its player', async () => {
    const { started, card } = await prepaid();
    const { decision, claim: claimed } = await pay(card, 'booked');
    expect(await giveBack(started, decision)).toBe('DECISION_MISMATCH'); // nobody knows of it yet
    await card.report();
    expect(await giveBack(started, decision)).toMatchObject({ amountMinor: 20n, currency: 'EUR' });
    expect(await moneyOf(started, card)).toEqual({ balance: 720n, payable: 0n, loss: 0n, held: 0n, float: 280n });
    expect((await refundsOf(started, card.player)).notices).toHaveLength(1);
    started.time.nowMs += 31 * DAY_MS;
    expect(await claim(started, claimed)).toBe('refused REFUNDED');
  });

  it('of a postpaid purse: it is owed no more', async () => {
    const started = await startMarket();
    const player = await enrolPlayer(started, { plan: 'postpaid', moneyMinor: 500n });
    const card = await CardHolder.issued(started, player, { purses: [{ currency: 'EUR', plan: 'postpaid' }] });
    const { decision } = await pay(card, 'booked');
    await card.report();
    expect(await balanceOf(started, player)).toBe(-20n);
    expect(await giveBack(started, decision)).toMatchObject({ amountMinor: 20n });
    expect(await moneyOf(started, card)).toEqual({ balance: 0n, payable: 0n, loss: 0n, held: 0n, float: 0n });
  });

  it('that the issuer stood for: the issuer has it back, and the player what they had given for it', async () => {
    const { started, player, card } = await prepaid();
    const copy = await card.copy();
    await pay(card, 'own', { priceMinor: 100n });
    const { decision } = await pay(copy, 'forked', { priceMinor: 100n });
    await card.report();
    await copy.send(); // a second history: booked as excess, from the issuer, who has it back from the account
    expect(await moneyOf(started, card)).toMatchObject({ balance: 600n, payable: 200n, loss: 0n });
    expect(await giveBack(started, decision)).toMatchObject({ amountMinor: 100n });
    expect(await moneyOf(started, card)).toMatchObject({ balance: 700n, payable: 100n, loss: 0n, float: 200n });
    expect(player.userId).toEqual(card.player.userId);
  });

  it('that the issuer had back in part: each gets what they gave', async () => {
    const started = await startMarket();
    const player = await enrolPlayer(started, { moneyMinor: 330n });
    const card = await CardHolder.loaded(started, player, 300n);
    const copy = await card.copy();
    await pay(card, 'own', { priceMinor: 100n });
    const { decision } = await pay(copy, 'forked', { priceMinor: 100n });
    await card.report();
    await copy.send();
    expect(await moneyOf(started, card)).toMatchObject({ balance: 0n, payable: 200n, loss: -70n });
    expect(await giveBack(started, decision)).toMatchObject({ amountMinor: 30n });
    expect(await moneyOf(started, card)).toMatchObject({ balance: 30n, payable: 100n, loss: 0n });
  });
});

describe('a record without message 2', () => {
  it('that nobody claimed: what is held goes to the player now, and not again at the end of the card', async () => {
    const { started, card } = await prepaid();
    const { decision, claim: claimed } = await pay(card, 'disputed');
    await card.report({ records: without(await card.records()) });
    expect(await moneyOf(started, card)).toMatchObject({ balance: 700n, held: 20n, payable: 0n });
    expect(await giveBack(started, decision)).toMatchObject({ amountMinor: 20n });
    expect(await moneyOf(started, card)).toMatchObject({ balance: 720n, held: 0n, payable: 0n, float: 280n });
    expect(await claim(started, claimed)).toBe('refused REFUNDED');
    started.time.nowMs += 800 * DAY_MS;
    await operate(started, '/v1/operator/cards/settle', { cardId: hexOf(card.cardId) });
    expect(await moneyOf(started, card)).toMatchObject({ balance: 1_000n, held: 0n, float: 0n });
  });

  it.each([0, 1])('%d ms after the end of the card: it went back then', async (afterMs) => {
    const { started, card } = await prepaid();
    const { decision } = await pay(card, 'disputed');
    await card.report({ records: without(await card.records()) });
    started.time.nowMs += 800 * DAY_MS;
    await operate(started, '/v1/operator/cards/settle', { cardId: hexOf(card.cardId) });
    started.time.nowMs += afterMs;
    expect(await giveBack(started, decision)).toMatchObject({ amountMinor: 0n });
    expect(await moneyOf(started, card)).toMatchObject({ balance: 1_000n, held: 0n, float: 0n, payable: 0n });
    expect(await findingsOf(started)).toEqual([]);
  });

  it('in the millisecond of the end of the card, before it: it goes back now', async () => {
    const { started, card } = await prepaid();
    const { decision } = await pay(card, 'disputed');
    await card.report({ records: without(await card.records()) });
    started.time.nowMs += 800 * DAY_MS;
    expect(await giveBack(started, decision)).toMatchObject({ amountMinor: 20n });
    await operate(started, '/v1/operator/cards/settle', { cardId: hexOf(card.cardId) });
    expect(await moneyOf(started, card)).toMatchObject({ balance: 1_000n, held: 0n, float: 0n, payable: 0n });
    expect(await findingsOf(started)).toEqual([]);
  });

  it('that was claimed from what is held: the publisher gives it to the player', async () => {
    const { started, card } = await prepaid();
    const { decision, claim: claimed } = await pay(card, 'disputed');
    await card.report({ records: without(await card.records()) });
    expect(await claim(started, claimed)).toBe('booked');
    expect(await giveBack(started, decision)).toMatchObject({ amountMinor: 20n });
    expect(await moneyOf(started, card)).toMatchObject({ balance: 720n, held: 0n, payable: 0n, loss: 0n });
    expect(await claim(started, claimed)).toBe('refused REFUNDED');
  });

  it('that the issuer had paid and had back from the purse: the player gets it, the issuer is even', async () => {
    const { started, card } = await prepaid();
    const { decision, claim: claimed } = await pay(card, 'claimed first');
    started.time.nowMs += 31 * DAY_MS;
    expect(await claim(started, claimed)).toBe('booked');
    await card.report({ records: without(await card.records()) });
    expect(await giveBack(started, decision)).toMatchObject({ amountMinor: 20n });
    expect(await moneyOf(started, card)).toMatchObject({ balance: 720n, payable: 0n, loss: 0n, float: 280n });
  });

  it('of a postpaid purse: nothing was taken from the player, so the issuer has it back alone', async () => {
    const started = await startMarket();
    const player = await enrolPlayer(started, { plan: 'postpaid', moneyMinor: 500n });
    const card = await CardHolder.issued(started, player, { purses: [{ currency: 'EUR', plan: 'postpaid' }] });
    const { decision, claim: claimed } = await pay(card, 'disputed');
    await card.report({ records: without(await card.records()) });
    expect(await claim(started, claimed)).toBe('booked');
    expect(await giveBack(started, decision)).toMatchObject({ amountMinor: 0n });
    expect(await moneyOf(started, card)).toEqual({ balance: 0n, payable: 0n, loss: 0n, held: 0n, float: 0n });
  });
});

describe('a claim whose record never came up', () => {
  it('is undone; the record that comes after all brings the charge back from the purse, and pays nobody', async () => {
    const { started, card } = await prepaid();
    const { decision, claim: claimed } = await pay(card, 'unreported');
    started.time.nowMs += 31 * DAY_MS;
    expect(await claim(started, claimed)).toBe('booked');
    expect(await giveBack(started, decision)).toMatchObject({ amountMinor: 0n });
    expect(await moneyOf(started, card)).toEqual({ balance: 700n, payable: 0n, loss: 0n, held: 0n, float: 300n });
    expect(await claim(started, claimed)).toBe('refused REFUNDED');
    await card.report();
    expect(await moneyOf(started, card)).toEqual({ balance: 720n, payable: 0n, loss: 0n, held: 0n, float: 280n });
    const [record] = await started.server.service.records.cards.listCardRecords(
      card.cardId,
      { counter: 0, head: new Uint8Array(32) },
      10,
    );
    expect(record).toMatchObject({ outcome: 'void', code: 'REFUNDED' });
  });

  it('that the card paid at its end: the player gets what the other claims do not need', async () => {
    const started = await startMarket();
    const player = await enrolPlayer(started);
    const card = await CardHolder.loaded(started, player, 300n);
    const first = await pay(card, 'first', { priceMinor: 100n });
    const second = await pay(card, 'second', { priceMinor: 50n });
    await post(started, '/v1/cards/lost', card.ask('lost'));
    for (const { claim: one } of [first, second]) expect(await claim(started, one)).toBe('booked');
    started.time.nowMs += 800 * DAY_MS;
    await operate(started, '/v1/operator/cards/settle', { cardId: hexOf(card.cardId) });
    expect(await moneyOf(started, card)).toMatchObject({ balance: 850n, payable: 150n, loss: 0n, float: 0n });
    expect(await giveBack(started, first.decision)).toMatchObject({ amountMinor: 100n });
    expect(await moneyOf(started, card)).toMatchObject({ balance: 950n, payable: 50n, loss: 0n });
    expect(await giveBack(started, second.decision)).toMatchObject({ amountMinor: 50n });
    expect(await moneyOf(started, card)).toMatchObject({ balance: 1_000n, payable: 0n, loss: 0n });
  });
});

describe('what went back at the upload', () => {
  it('a record of a request that the server was paid for: its decision ends, and nothing moves again', async () => {
    const { started, player, card } = await prepaid();
    const offer = makeOffer(started.publisher, { nonce: 'both' });
    await post(started, '/v1/payments', makeRequest(player, started.holder, offer));
    const { decision } = await pay(card, 'both');
    await card.report();
    expect(await moneyOf(started, card)).toMatchObject({ balance: 700n, payable: 20n, float: 280n });
    expect(await giveBack(started, decision)).toMatchObject({ amountMinor: 0n });
    expect(await moneyOf(started, card)).toMatchObject({ balance: 700n, payable: 20n, float: 280n });
  });

  it('more than a card can have had, beyond what the issuer stands for: nobody was paid, and nothing moves', async () => {
    const started = await startMarket();
    const player = await enrolPlayer(started, { moneyMinor: 2_000n });
    const card = await CardHolder.loaded(started, player, 2_000n, { assurance: 'software' });
    const [copy, last] = [await card.copy(), await card.copy()];
    await pay(card, 'own', { priceMinor: 1_000n });
    await pay(copy, 'a', { priceMinor: 900n });
    await pay(last, 'b', { priceMinor: 900n });
    const { decision } = await pay(last, 'c', { priceMinor: 900n });
    await card.report();
    await copy.send();
    await last.send();
    const before = await moneyOf(started, card);
    expect(await giveBack(started, decision)).toMatchObject({ amountMinor: 0n });
    expect(await moneyOf(started, card)).toEqual(before);
  });
});
