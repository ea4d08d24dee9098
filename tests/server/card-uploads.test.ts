/** What the ledger makes of uploads: cases P, C, D and S of the threat model that end at the server, by their names. */
import {
  cardRecordHash,
  decodeUploadAcknowledgement,
  readCertificate,
  readEnvelope,
  type CardUpload,
  type CodeName,
  type UploadedRecord,
} from '@coinslot/protocol';
import { issueRevocationList } from '@coinslot/authority';
import { describe, expect, it } from 'vitest';
import { bytes16Of, DAY_MS, makeOffer, makePublisher, makeRequest, makeTree, NOON_MS } from '../lib/parties.ts';
import { CardHolder } from './card-holder.ts';
import {
  balanceOf,
  BANK,
  bytesOf,
  enrolPlayer,
  floatOf,
  post,
  RATES,
  readDecision,
  requireBooks,
  startMarket,
  startServer,
  type Started,
} from './started-server.ts';
import { hexOf, codeOf, payableOf, worthOf, prepaid, expectNothing, blockedList, edited } from './card-ground.ts';

describe('records', () => {
  it('C11: that were uploaded and not yet cleared are billed once', async () => {
    const { started, card } = await prepaid();
    await card.pay('first');
    await card.send(); // the acknowledgement never reaches the card
    await card.pay('second');
    const acknowledgement = await card.report(); // the old one, for the same challenge
    expect(acknowledgement).toMatchObject({ number: 2, counter: 1 });
    expect(await card.report()).toMatchObject({ number: 3, counter: 2 });
    expect([await floatOf(started, card), await payableOf(started)]).toEqual([260n, 40n]);
    await requireBooks(started);
  });

  it('C11: brought again under another challenge are dropped by their place', async () => {
    const { started, card } = await prepaid();
    await card.pay('first');
    const records = await card.records();
    await card.report();
    const worth = await worthOf(started, card);
    expect(await card.report({ records })).toMatchObject({ number: 3, counter: 1 });
    expect(await worthOf(started, card)).toBe(worth);
    expect(await payableOf(started)).toBe(20n);
    await requireBooks(started);
  });

  it('D9: a purchase of January that comes up in March is booked in March and dated in January', async () => {
    const started = await startServer({ nowMs: NOON_MS - 58 * DAY_MS });
    const { publishers, putRateTable } = started.server.service;
    await publishers.enrol({ chain: started.publisher.chain, payoutCurrency: 'EUR', bank: BANK });
    await putRateTable({ ...RATES, notBeforeMs: started.time.nowMs, notAfterMs: started.time.nowMs + DAY_MS });
    const player = await enrolPlayer(started);
    const card = await CardHolder.loaded(started, player, 300n);
    const spentAtMs = started.time.nowMs;
    await card.pay('in January');
    started.time.nowMs = NOON_MS;
    await card.report();
    const records = started.server.service.records;
    const [decision] = await records.listAllDecisions(0n, 10);
    expect([decision?.atMs, decision?.cardId && hexOf(decision.cardId)]).toEqual([spentAtMs, hexOf(card.cardId)]);
    const payments = (await records.listTransfers(0n, 100)).filter(({ kind }) => kind === 'payment');
    expect(payments.map(({ atMs, period }) => [atMs, period])).toEqual([[NOON_MS, 202603]]);
    await requireBooks(started);
  });

  const forged: [string, (card: CardHolder, records: readonly UploadedRecord[]) => Partial<CardUpload>, CodeName][] = [
    ['P9: the first one is missing', (_, [, ...rest]) => ({ records: rest }), 'RECORD_GAP'],
    ['P9: one in the middle is missing', (_, [a, , c]) => ({ records: [a, c] as UploadedRecord[] }), 'RECORD_GAP'],
    ['P9: in another order', (_, [a, b, c]) => ({ records: [b, a, c] as UploadedRecord[] }), 'RECORD_GAP'],
    ['P9: one stands twice', (_, [a, b]) => ({ records: [a, b, b] as UploadedRecord[] }), 'RECORD_GAP'],
    ['P9: all are missing', () => ({ records: [] }), 'RECORD_GAP'],
    [
      'P8: the amount was edited',
      (_, [a, ...rest]) => ({
        records: [{ ...(a as UploadedRecord), record: edited(a, { chargedMinor: 1n }) }, ...rest],
      }),
      'DECISION_MISMATCH',
    ],
    [
      "the decision is another record's",
      (_, [a, b, c]) => ({
        records: [{ ...(a as UploadedRecord), decision: (b as UploadedRecord).decision }, b, c] as UploadedRecord[],
      }),
      'DECISION_MISMATCH',
    ],
    [
      "the request is another record's",
      (_, [a, b, c]) => ({
        records: [{ ...(a as UploadedRecord), request: (b as UploadedRecord).request }, b, c] as UploadedRecord[],
      }),
      'DECISION_MISMATCH',
    ],
    ['the proof is of another challenge', () => ({ challenge: bytes16Of('another') }), 'BAD_SIGNATURE'],
    ['the counter is not what the card signed', () => ({ counter: 9 }), 'BAD_SIGNATURE'],
    ['it is six minutes old', () => ({ timeMs: NOON_MS - 6 * 60_000 }), 'CLOCK_SKEW'],
    ['it is for another server', () => ({ audience: new Uint8Array(32) }), 'BAD_KEY'],
  ];
  it.each(forged)('%s: nothing is changed', async (_, forge, code) => {
    const { started, card } = await prepaid();
    for (const nonce of ['a', 'b', 'c']) await card.pay(nonce);
    const changes = forge(card, await card.records());
    await expectNothing(started, async () => expect(await codeOf(await card.send(changes))).toBe(code));
    await card.report();
    expect(await payableOf(started)).toBe(60n);
    await requireBooks(started);
  });

  it('P16: of another card are BAD_SIGNATURE', async () => {
    const { started, player, card } = await prepaid();
    const other = await CardHolder.loaded(started, player, 100n, { name: 'other' });
    await other.pay('on the other');
    const records = await other.records();
    await expectNothing(started, async () => expect(await codeOf(await card.send({ records }))).toBe('BAD_SIGNATURE'));
  });

  it("are BAD_SIGNATURE without the player's own request, whatever the card says", async () => {
    const { started, card } = await prepaid();
    const thief = { ...card.player, press: card.player.account };
    const offer = makeOffer(started.publisher, { nonce: 'stolen' });
    await card.pay('stolen');
    const request = makeRequest(thief, { ...started.holder, keyHash: card.keyHash }, offer);
    const [record] = await card.records();
    await expectNothing(started, async () => {
      const answer = await card.send({ records: [{ ...(record as UploadedRecord), request }] });
      expect(await codeOf(answer)).toBe('BAD_SIGNATURE');
    });
  });
});

describe('a sale that does not hold', () => {
  const cases: [string, (started: Started) => Parameters<CardHolder['pay']>[1], CodeName][] = [
    ['of a stranger', () => ({ from: makePublisher(makeTree({ name: 'strangers' })) }), 'CHAIN_UNTRUSTED'],
    [
      'of a publisher without an account',
      ({ tree }) => ({ from: makePublisher(tree, { id: 'night-works' }), wholeChain: true }),
      'OFFER_ORIGIN',
    ],
    ['of a publisher who takes no cards', () => ({ quote: { cards: 'none' as const } }), 'CHAIN_ROLE'],
    ['of a quote that had run out', () => ({ quote: { notAfterMs: NOON_MS - 1 } }), 'OFFER_EXPIRED'],
  ];
  it.each(cases)('%s is voided: the record is cleared, the player has the value back', async (_, how, code) => {
    const { started, player, card } = await prepaid();
    await card.pay('void', how(started));
    await card.pay('good');
    expect(await card.report()).toMatchObject({ counter: 2, blocked: false });
    const rows = await started.server.service.records.cards.listCardRecords(
      card.cardId,
      { counter: 0, head: new Uint8Array() },
      10,
    );
    expect(rows.map((row) => [row.outcome, row.code])).toEqual([
      ['void', code],
      ['booked', undefined],
    ]);
    expect([await card.balance(), await floatOf(started, card), await balanceOf(started, player)]).toEqual([
      260n,
      260n,
      720n,
    ]);
    expect(await payableOf(started)).toBe(20n);
    await requireBooks(started);
  });
});

it('S9: of a publisher that SYND has revoked: as of the offer, for cards and for the server alike', async () => {
  const tree = makeTree();
  const publisher = makePublisher(tree);
  const revokedAtMs = NOON_MS + 60_000;
  const list = issueRevocationList({
    issuer: tree.synd,
    number: 1,
    revoked: [{ serialHex: readCertificate(publisher.chain[0] as Uint8Array).serialHex, revokedAtMs }],
    thisUpdateMs: NOON_MS,
    nextUpdateMs: NOON_MS + DAY_MS,
  });
  const started = await startMarket({ tree, revocationLists: [list] });
  const player = await enrolPlayer(started);
  const card = await CardHolder.loaded(started, player, 300n);
  await card.pay('before');
  started.time.nowMs = revokedAtMs;
  await card.pay('after');
  await card.report();
  const rows = await started.server.service.records.cards.listCardRecords(
    card.cardId,
    { counter: 0, head: new Uint8Array() },
    10,
  );
  expect(rows.map((row) => [row.outcome, row.code])).toEqual([
    ['booked', undefined],
    ['void', 'CHAIN_REVOKED'],
  ]);
  const request = makeRequest(player, started.holder, makeOffer(publisher, { nonce: 'online', atMs: revokedAtMs }));
  expect(readDecision(started, await bytesOf(await post(started, '/v1/payments', request))).code).toBe('CHAIN_REVOKED');
  expect((await blockedList(started)).lists).toContainEqual(list);
  await requireBooks(started);
});

it('converts by the table that the card held, and books both legs', async () => {
  const { started, card } = await prepaid();
  await card.pay('in dollars', {
    priceMinor: 100n,
    currency: 'USD',
    request: { chargeMinor: 93n, rateTableId: 1 },
  });
  await card.report();
  expect([await floatOf(started, card), await payableOf(started, 'USD')]).toEqual([207n, 100n]);
  await requireBooks(started);
});

it('keeps the hash of every record it acknowledges', async () => {
  const { card } = await prepaid();
  await card.pay('one');
  const [record] = await card.records();
  const acknowledgement = await bytesOf(await card.send());
  const { head } = decodeUploadAcknowledgement(readEnvelope(acknowledgement).body);
  expect(head).toEqual(cardRecordHash((record as UploadedRecord).record));
});

it('a clock that went back is noticed after a restart, whatever old spending came up meanwhile', async () => {
  const { started, player, card } = await prepaid();
  await card.pay('yesterday');
  started.time.nowMs += DAY_MS;
  const pay = (at: Started, nonce: string): Promise<Response> =>
    post(at, '/v1/payments', makeRequest(player, at.holder, makeOffer(at.publisher, { nonce, atMs: at.time.nowMs })));
  expect((await pay(started, 'today')).status).toBe(200);
  await card.report();
  await started.server.close();
  const back = await startServer({ storePath: started.storePath, nowMs: started.time.nowMs - 3_600_000 });
  expect(await codeOf(await pay(back, 'an hour before'))).toBe('CLOCK_SKEW');
});
