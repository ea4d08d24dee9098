/** P8: a card whose key was taken out of it, with everything signed as it should be and one thing said otherwise. */
import { decodeUploadAcknowledgement, readEnvelope, type CodeName } from '@coinslot/protocol';
import { describe, expect, it } from 'vitest';
import { bytes16Of, DAY_MS, NOON_MS, seedOf } from '../lib/parties.ts';
import {
  balanceOf,
  bytesOf,
  enrolPlayer,
  floatOf,
  ledgerOf,
  requireBooks,
  startMarket,
  type Started,
} from './started-server.ts';
import { TakenCard, type Forgery } from './taken-card.ts';

async function taken(loadMinor = 500n): Promise<{ started: Started; card: TakenCard }> {
  const started = await startMarket();
  const card = await TakenCard.issued(started, await enrolPlayer(started, { moneyMinor: 2_000n }));
  if (loadMinor > 0n) await card.load(loadMinor);
  return { started, card };
}

const payableOf = (started: Started): Promise<bigint> => ledgerOf(started, 'publisher-payable', 'lumen-works');

async function outcomesOf({ server }: Started, { cardId }: TakenCard) {
  const rows = await server.service.records.cards.listCardRecords(cardId, { counter: 0, head: new Uint8Array() }, 50);
  return rows.map(({ outcome, code }) => (code === undefined ? outcome : `${outcome} ${code}`));
}

it('said as it is, is booked', async () => {
  const { started, card } = await taken();
  expect((await card.send([card.make('honest')])).status).toBe(200);
  expect(await outcomesOf(started, card)).toEqual(['booked']);
  await requireBooks(started);
});

describe('refuses the upload and changes nothing:', () => {
  const rows: [string, Forgery, CodeName][] = [
    ['a request to another decider', { request: { audience: seedOf('server') } }, 'DECISION_MISMATCH'],
    [
      'less consented than charged',
      { request: { chargeMinor: 19n }, record: { chargedMinor: 20n } },
      'DECISION_MISMATCH',
    ],
    ["another player's request", { request: { userId: bytes16Of('other') } }, 'DECISION_MISMATCH'],
    ['another publisher in the record', { record: { publisherId: 'night-works' } }, 'DECISION_MISMATCH'],
    ['another request in the record', { record: { requestHash: seedOf('other') } }, 'DECISION_MISMATCH'],
    ['another nonce in the record', { record: { nonce: bytes16Of('other') } }, 'DECISION_MISMATCH'],
    ['another time in the record', { record: { offerTimeMs: NOON_MS - 1 } }, 'DECISION_MISMATCH'],
    ['another session in the decision', { decision: { sessionKey: seedOf('other') } }, 'DECISION_MISMATCH'],
    ['another player key in the decision', { decision: { playerKey: seedOf('other') } }, 'DECISION_MISMATCH'],
    ['another signer in the decision', { decision: { signer: seedOf('other') } }, 'DECISION_MISMATCH'],
    ['an id of its own for the decision', { decision: { decisionId: bytes16Of('own') } }, 'DECISION_MISMATCH'],
    ['a clock of its own', { decision: { timeMs: NOON_MS + 1 } }, 'DECISION_MISMATCH'],
    ['a decision without its record', { decision: { card: undefined } }, 'DECISION_MISMATCH'],
    ['an approval that says refused', { decision: { outcome: 'refused' } }, 'DECISION_MISMATCH'],
    ['a refusal that charges', { record: { code: 'CEILING', settlement: 'none' } }, 'DECISION_MISMATCH'],
    ['a refusal that settles', { record: { code: 'CEILING', chargedMinor: 0n } }, 'DECISION_MISMATCH'],
    ['postpaid out of a prepaid purse', { record: { settlement: 'recorded' } }, 'DECISION_MISMATCH'],
    ['a currency that the purse has not', { request: { chargeCurrency: 'USD' } }, 'DECISION_MISMATCH'],
    ['a purse that the card has not', { record: { purse: 'prepaid-USD' } }, 'CARD_STATE'],
    ['the PIN as proof, and none verified', { request: { proof: 'card' } }, 'CONSENT_REQUIRED'],
    ['a password as proof', { request: { proof: 'password' } }, 'CONSENT_REQUIRED'],
    ['an offer after the end of the certificate', { atMs: NOON_MS + 91 * DAY_MS }, 'CHAIN_EXPIRED'],
    ['an offer before the card was', { atMs: NOON_MS - DAY_MS }, 'CHAIN_NOT_YET'],
  ];
  it.each(rows)('%s', async (_, forgery, code) => {
    const { started, card } = await taken();
    const answer = await card.send([card.make('forged', forgery)]);
    expect([answer.status >= 400, ((await answer.json()) as { code: string }).code]).toEqual([true, code]);
    expect([await outcomesOf(started, card), await payableOf(started), await floatOf(started, card)]).toEqual([
      [],
      0n,
      500n,
    ]);
    await requireBooks(started);
  });
});

describe('voids the sale, and the value goes back:', () => {
  const rows: [string, Forgery, CodeName][] = [
    ['charged less than the price', { request: { chargeMinor: 19n } }, 'OFFER_PRICE'],
    ['another price than the quote', { record: { amountMinor: 19n } }, 'OFFER_PRICE'],
    ['a rate table where none is needed', { request: { rateTableId: 1 } }, 'RATE_STALE'],
    ['a rate table that never was', { quote: { currency: 'USD' }, request: { rateTableId: 9 } }, 'RATE_STALE'],
    ['another offer than the quote', { record: { offerHash: seedOf('other') } }, 'OFFER_HASH'],
    ["another quote's signature", { record: { quoteSignature: new Uint8Array(64).fill(1) } }, 'OFFER_HASH'],
    ['more than the certificate allows', { quote: { amountMinor: 1_001n } }, 'CHAIN_LIMIT'],
  ];
  it.each(rows)('%s', async (_, forgery, code) => {
    const { started, card } = await taken(2_000n);
    expect((await card.send([card.make('forged', forgery)])).status).toBe(200);
    expect([await outcomesOf(started, card), await payableOf(started)]).toEqual([[`void ${code}`], 0n]);
    expect((await balanceOf(started, card.player)) + (await floatOf(started, card))).toBe(2_000n);
    expect(await floatOf(started, card)).toBeLessThan(2_000n);
    await requireBooks(started);
  });
});

it('takes the PIN that the card verified', async () => {
  const { started, card } = await taken();
  const record = card.make('with PIN', { request: { proof: 'card' }, record: { pinVerified: true } });
  expect((await card.send([record])).status).toBe(200);
  expect(await outcomesOf(started, card)).toEqual(['booked']);
});

it('one nonce twice on one card is one sale', async () => {
  const { started, card } = await taken();
  expect((await card.send([card.make('same'), card.make('same')])).status).toBe(200);
  expect([await outcomesOf(started, card), await payableOf(started)]).toEqual([['booked', 'conflict'], 20n]);
  await requireBooks(started);
});

it('more than was ever in the purse: the issuer pays up to its ceiling, the card is blocked', async () => {
  const { started, card } = await taken(100n);
  const records = ['a', 'b', 'c', 'd'].map((nonce) => card.make(nonce, { quote: { amountMinor: 900n } }));
  const answer = await card.send(records, [{ purse: 'prepaid-EUR', amountMinor: 1n }]);
  const acknowledgement = decodeUploadAcknowledgement(readEnvelope(await bytesOf(answer)).body);
  expect(acknowledgement).toMatchObject({ counter: 4, blocked: true, credits: [] });
  expect(await outcomesOf(started, card)).toEqual(['booked', 'booked', 'unpaid', 'unpaid']);
  // The player's account had 19.00 and gives 18.00 of it; the purse keeps its 1.00.
  expect([
    await payableOf(started),
    await balanceOf(started, card.player),
    await floatOf(started, card),
    await ledgerOf(started, 'card-loss', 'test-cards-1'),
  ]).toEqual([1_800n, 100n, 100n, 0n]);
  await requireBooks(started);
});
