/** What the ledger makes of uploads: cases P, C and D of the threat model that end at the server, by their names. */
import {
  cardRecordHash,
  decodeCardRecord,
  decodeCrls,
  decodePaymentDecision,
  decodeUploadAcknowledgement,
  encodeCardRecord,
  readCertificate,
  readEnvelope,
  readRevocationList,
  sealEnvelope,
  verifyChain,
  type CardRecord,
  type CardUpload,
  type CodeName,
  type PaymentRequest,
  type UploadedRecord,
} from '@coinslot/protocol';
import { issueRevocationList } from '@coinslot/authority';
import { describe, expect, it } from 'vitest';
import {
  bytes16Of,
  DAY_MS,
  makeOffer,
  makePublisher,
  makeRequest,
  makeTree,
  NOON_MS,
  type Player,
} from '../lib/parties.ts';
import { CardHolder, PIN } from './card-holder.ts';
import {
  balanceOf,
  BANK,
  bytesOf,
  enrolPlayer,
  floatOf,
  ledgerOf,
  operate,
  post,
  RATES,
  readDecision,
  requireBooks,
  startMarket,
  startServer,
  urlOf,
  type Started,
} from './started-server.ts';

const hexOf = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');
const codeOf = async (answer: Response): Promise<CodeName> => ((await answer.json()) as { code: CodeName }).code;
const payableOf = (started: Started, currency = 'EUR'): Promise<bigint> =>
  ledgerOf(started, 'publisher-payable', 'lumen-works', currency);
const lossOf = (started: Started): Promise<bigint> => ledgerOf(started, 'card-loss', 'test-cards-1');
/** What everything is worth together: nothing may change it but money from the bank. */
async function worthOf(started: Started, card: CardHolder): Promise<bigint> {
  return (await balanceOf(started, card.player)) + (await floatOf(started, card)) + (await payableOf(started));
}

async function prepaid(moneyMinor = 300n): Promise<{ started: Started; player: Player; card: CardHolder }> {
  const started = await startMarket();
  const player = await enrolPlayer(started);
  return { started, player, card: await CardHolder.loaded(started, player, moneyMinor) };
}

async function postpaid(ceilingMinor = 500n): Promise<{ started: Started; player: Player; card: CardHolder }> {
  const started = await startMarket();
  const player = await enrolPlayer(started, { plan: 'postpaid', moneyMinor: ceilingMinor });
  return {
    started,
    player,
    card: await CardHolder.issued(started, player, { purses: [{ currency: 'EUR', plan: 'postpaid' }] }),
  };
}

/** Nothing has changed: not the ledger, not the card as it is known here. */
async function expectNothing(started: Started, work: () => Promise<unknown>): Promise<void> {
  const seen = async (): Promise<unknown> => ({
    accounts: await started.server.service.records.listAccounts(0n, 500),
    decisions: (await started.server.service.records.listAllDecisions(0n, 500)).length,
    cards: await started.server.service.cards.list(new Uint8Array(16), 10),
  });
  const before = await seen();
  await work();
  expect(await seen()).toEqual(before);
  await requireBooks(started);
}

async function isBlocked(started: Started, { cardId }: CardHolder): Promise<boolean> {
  return (await started.server.service.records.cards.findCard(cardId))?.blockedAtMs !== undefined;
}

/** The newest list of the Ed25519 issuer, as the door hands it out. */
async function blockedList(started: Started) {
  const lists = decodeCrls(await bytesOf(await fetch(`${await urlOf(started)}/v1/crls`)));
  return { lists, list: readRevocationList(lists[0] as Uint8Array) };
}

describe('recharge', () => {
  it('C10: the answer that was lost is the same bytes again, and the value is there once', async () => {
    const { started, player, card } = await prepaid();
    await card.pay('before');
    const upload = await card.upload({ loads: [{ purse: 'prepaid-EUR', amountMinor: 100n }] });
    const first = await bytesOf(await post(started, '/v1/cards/uploads', upload));
    // The wallet died: another upload under the card's open challenge, made anew, with another wish and an hour later.
    started.time.nowMs += 3_600_000;
    const again = await card.upload({ loads: [{ purse: 'prepaid-EUR', amountMinor: 250n }] });
    expect(await bytesOf(await post(started, '/v1/cards/uploads', again))).toEqual(first);
    await card.take(first);
    await card.take(first);
    expect([await card.balance(), await floatOf(started, card), await balanceOf(started, player)]).toEqual([
      380n,
      380n,
      600n,
    ]);
    await requireBooks(started);
  });

  it('P16: retried a hundred times at once it is one credit', async () => {
    const { started, player, card } = await prepaid();
    const upload = await card.upload({ loads: [{ purse: 'prepaid-EUR', amountMinor: 100n }] });
    const answers = await Promise.all(
      Array.from({ length: 100 }, async () => bytesOf(await post(started, '/v1/cards/uploads', upload))),
    );
    expect(new Set(answers.map(hexOf)).size).toBe(1);
    expect([await floatOf(started, card), await balanceOf(started, player)]).toEqual([400n, 600n]);
    await requireBooks(started);
  });

  it('P16: a hundred in one commit are one credit, and the same bytes are taken an hour later', async () => {
    const { started, player, card } = await prepaid();
    const { cards } = started.server.service;
    const upload = await card.upload({ loads: [{ purse: 'prepaid-EUR', amountMinor: 100n }] });
    const answers = await Promise.all(Array.from({ length: 100 }, () => cards.upload(upload)));
    started.time.nowMs += 3_600_000;
    answers.push(await cards.upload(upload));
    expect(new Set(answers.map(hexOf)).size).toBe(1);
    expect([await floatOf(started, card), await balanceOf(started, player)]).toEqual([400n, 600n]);
    await requireBooks(started);
  });

  it('survives a restart of the server between upload and credit', async () => {
    const { started, card } = await prepaid();
    const upload = await card.upload({ loads: [{ purse: 'prepaid-EUR', amountMinor: 100n }] });
    const first = await bytesOf(await post(started, '/v1/cards/uploads', upload));
    await started.server.close();
    const next = await startServer({ storePath: started.storePath });
    expect(await bytesOf(await post(next, '/v1/cards/uploads', upload))).toEqual(first);
    await requireBooks(next);
  });

  it.each<[string, bigint, bigint, CodeName, number]>([
    ['more than the account has', 701n, 700n, 'INSUFFICIENT', 402],
    ['more than the purse may hold', 9_721n, 20_000n, 'CEILING', 402],
    ['nothing', 0n, 700n, 'OFFER_PRICE', 422],
  ])('of %s changes nothing, records included', async (_, amountMinor, balanceMinor, code, status) => {
    const { started, player, card } = await prepaid();
    const more = balanceMinor - 700n;
    if (more > 0n)
      await started.server.service.players.topUp({
        userId: player.userId,
        amountMinor: more,
        currency: 'EUR',
        bankReference: 'more',
      });
    await card.pay('before');
    await expectNothing(started, async () => {
      const answer = await card.send({ loads: [{ purse: 'prepaid-EUR', amountMinor }] });
      expect([answer.status, await codeOf(answer)]).toEqual([status, code]);
    });
    expect((await card.recharge(100n)).credits).toEqual([{ purse: 'prepaid-EUR', amountMinor: 100n }]);
    await requireBooks(started);
  });

  it('needs the PIN key, and a purse that the card has', async () => {
    const { started, card } = await prepaid();
    const upload = await card.upload({ loads: [{ purse: 'prepaid-EUR', amountMinor: 100n }] });
    const { body } = readEnvelope(upload);
    await expectNothing(started, async () => {
      const byAccount = sealEnvelope('card-upload', body, card.player.account, []);
      expect(await codeOf(await post(started, '/v1/cards/uploads', byAccount))).toBe('BAD_SIGNATURE');
      const other = await card.send({ loads: [{ purse: 'prepaid-USD', amountMinor: 100n }] });
      expect([other.status, await codeOf(other)]).toEqual([422, 'CARD_STATE']);
    });
  });

  it('waits for the last records: they come up 24 at a time', async () => {
    const { started, card } = await prepaid(600n);
    for (let i = 0; i < 30; i++) await card.pay(`one of many ${i}`, { priceMinor: 1n, pin: PIN });
    const records = await card.records();
    await expectNothing(started, async () => {
      const early = await card.send({
        records: records.slice(0, 24),
        loads: [{ purse: 'prepaid-EUR', amountMinor: 1n }],
      });
      expect(await codeOf(early)).toBe('RECORD_GAP');
    });
    expect(await card.report({ records: records.slice(0, 24) })).toMatchObject({ counter: 24, credits: [] });
    expect(await card.recharge(10n)).toMatchObject({ counter: 30 });
    expect([await card.balance(), await floatOf(started, card), await payableOf(started)]).toEqual([580n, 580n, 30n]);
    await requireBooks(started);
  });
});

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

function edited(uploaded: UploadedRecord | undefined, changes: Partial<CardRecord>): Uint8Array {
  return encodeCardRecord({ ...decodeCardRecord((uploaded as UploadedRecord).record), ...changes });
}

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

/** The same records as a wallet sends them that does not have message 2 of those at `places`. */
const without = (records: readonly UploadedRecord[], ...places: readonly number[]): UploadedRecord[] =>
  records.map(({ record, ...proofs }, i) =>
    places.includes(i) ? { request: undefined, decision: undefined, record } : { ...proofs, record },
  );
const rowsOf = async (started: Started, { cardId }: CardHolder) =>
  (await started.server.service.records.cards.listCardRecords(cardId, { counter: 0, head: new Uint8Array() }, 100)).map(
    ({ outcome, code }) => (code === undefined ? outcome : `${outcome} ${code}`),
  );
const heldOf = (started: Started, card: CardHolder): Promise<bigint> =>
  ledgerOf(started, 'card-dispute', hexOf(card.cardId));

describe('a record without the message 2 of its player', () => {
  it.each([
    ['by a later decision of the same upload', [0]],
    ['by the proof, where the records reach its head', [2]],
    ['with others like it', [0, 1, 2]],
  ])('is taken when the card signed for it %s; the charge is held, the publisher not paid', async (_, places) => {
    const { started, player, card } = await prepaid();
    for (const nonce of ['a', 'b', 'c']) await card.pay(nonce);
    const worth = await worthOf(started, card);
    const records = without(await card.records(), ...places);
    const lost = await bytesOf(await card.send({ records }));
    const again = await card.upload({ records });
    expect(await bytesOf(await post(started, '/v1/cards/uploads', again))).toEqual(lost);
    await card.take(lost);
    const heldMinor = 20n * BigInt(places.length);
    expect(await rowsOf(started, card)).toEqual(
      [0, 1, 2].map((i) => (places.includes(i) ? 'disputed CONSENT_REQUIRED' : 'booked')),
    );
    expect([await card.balance(), await floatOf(started, card), await balanceOf(started, player)]).toEqual([
      240n,
      240n,
      700n,
    ]);
    expect([await heldOf(started, card), await payableOf(started)]).toEqual([heldMinor, 60n - heldMinor]);
    expect((await worthOf(started, card)) + heldMinor).toBe(worth);
    await requireBooks(started);
    // The card goes on: payments, uploads, loads.
    started.time.nowMs += 1_000;
    await card.pay('after');
    expect(await card.recharge(100n)).toMatchObject({ counter: 4, blocked: false });
    expect([await card.balance(), await floatOf(started, card)]).toEqual([320n, 320n]);
    await requireBooks(started);
  });

  it('known already, it is dropped by its place', async () => {
    const { started, card } = await prepaid();
    await card.pay('a');
    const records = await card.records();
    await card.report({ records: without(records, 0) });
    for (const known of [records, without(records, 0)])
      expect(await card.report({ records: known })).toMatchObject({ counter: 1 });
    expect([await heldOf(started, card), await payableOf(started)]).toEqual([20n, 0n]);
    await requireBooks(started);
  });

  const refused: [string, (records: readonly UploadedRecord[]) => UploadedRecord[], CodeName][] = [
    ['nothing behind it is signed for', (all) => without(all.slice(0, 2), 1), 'BAD_SIGNATURE'],
    ['nothing at all is signed for', (all) => without(all.slice(0, 2), 0, 1), 'BAD_SIGNATURE'],
    [
      'the card signed for another record in its place',
      ([a, ...rest]) => without([{ ...(a as UploadedRecord), record: edited(a, { chargedMinor: 1n }) }, ...rest], 0),
      'RECORD_GAP',
    ],
    [
      'the last one is not of the head that the card signed for',
      ([a, b, c]) =>
        without([a, b, { ...(c as UploadedRecord), record: edited(c, { chargedMinor: 1n }) }] as UploadedRecord[], 2),
      'RECORD_GAP',
    ],
    [
      'it is of another player',
      ([a, ...rest]) =>
        without([{ ...(a as UploadedRecord), record: edited(a, { userId: bytes16Of('other') }) }, ...rest], 0),
      'DECISION_MISMATCH',
    ],
  ];
  it.each(refused)('is refused when %s', async (_, forge, code) => {
    const { started, card } = await prepaid();
    for (const nonce of ['a', 'b', 'c']) await card.pay(nonce);
    const records = forge(await card.records());
    await expectNothing(started, async () => expect(await codeOf(await card.send({ records }))).toBe(code));
    await card.report();
    expect(await payableOf(started)).toBe(60n);
  });

  it('comes up with all that a card keeps, none of it known to the wallet', async () => {
    const { started, card } = await prepaid();
    for (let i = 0; i < 30; i++) await card.pay(`unknown ${i}`, { priceMinor: 1n, pin: PIN });
    const records = await card.records();
    expect(await card.report({ records: without(records, ...records.keys()) })).toMatchObject({ counter: 30 });
    expect([await floatOf(started, card), await heldOf(started, card)]).toEqual([270n, 30n]);
    await requireBooks(started);
  });

  it('of a refusal is a refusal', async () => {
    const { started, card } = await prepaid(10n);
    expect((await card.pay('too much')).decision.code).toBe('INSUFFICIENT');
    await card.report({ records: without(await card.records(), 0) });
    expect(await rowsOf(started, card)).toEqual(['refused']);
    expect([await floatOf(started, card), await heldOf(started, card)]).toEqual([10n, 0n]);
    await requireBooks(started);
  });

  it('of a postpaid purse is not debited, and the card is cleared', async () => {
    const { started, player, card } = await postpaid();
    await card.pay('unknown');
    await card.pay('known');
    await card.report({ records: without(await card.records(), 0) });
    expect(await rowsOf(started, card)).toEqual(['disputed CONSENT_REQUIRED', 'booked']);
    expect([await balanceOf(started, player), await payableOf(started), await lossOf(started)]).toEqual([
      -20n,
      20n,
      0n,
    ]);
    await requireBooks(started);
  });

  it('of a copy is a fork like any other, and nothing is paid or given back for it', async () => {
    const { started, player, card } = await prepaid();
    const copy = await card.copy();
    await card.pay('original');
    await copy.pay('copy');
    await card.report();
    expect(await codeOf(await copy.send({ records: without(await copy.records(), 0) }))).toBe('CARD_FORK');
    expect([await payableOf(started), await heldOf(started, card), await balanceOf(started, player)]).toEqual([
      20n,
      0n,
      700n,
    ]);
    await requireBooks(started);
  });

  it('closes its request at the server', async () => {
    const { started, player, card } = await prepaid();
    await card.pay('both');
    await card.report({ records: without(await card.records(), 0) });
    const offer = makeOffer(started.publisher, { nonce: 'both' });
    await expectNothing(started, async () => {
      const answer = await post(started, '/v1/payments', makeRequest(player, started.holder, offer));
      expect([answer.status, await codeOf(answer)]).toEqual([409, 'ID_CONFLICT']);
    });
  });
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

describe('P6, P5: two histories of one card', () => {
  it('prepaid: both are paid for, the card is blocked, the issuer stands for no more than the purse held', async () => {
    const { started, player, card } = await prepaid();
    const copy = await card.copy();
    for (let i = 0; i < 3; i++) await card.pay(`original ${i}`, { priceMinor: 100n });
    for (let i = 0; i < 3; i++) await copy.pay(`copy ${i}`, { priceMinor: 90n });
    await card.report();
    const found = await copy.send();
    expect([found.status, await codeOf(found)]).toEqual([422, 'CARD_FORK']);
    expect([await payableOf(started), await floatOf(started, card)]).toEqual([570n, 0n]);
    // The player's account gave what it had; it had enough.
    expect([await balanceOf(started, player), await lossOf(started)]).toEqual([430n, 0n]);
    expect(await isBlocked(started, card)).toBe(true);
    expect(await codeOf(await copy.send())).toBe('CARD_FORK');
    expect(await payableOf(started)).toBe(570n);
    await requireBooks(started);
  });

  it("prepaid, with an empty account: the loss is the issuer's and below the ceiling", async () => {
    const started = await startMarket();
    const player = await enrolPlayer(started, { moneyMinor: 2_000n });
    const card = await CardHolder.loaded(started, player, 2_000n, { assurance: 'software' });
    const copies = [];
    for (let i = 0; i < 2; i++) copies.push(await card.copy());
    await card.pay('original', { priceMinor: 1_000n, pin: PIN });
    for (const [i, copy] of copies.entries())
      for (let k = 0; k <= i; k++) await copy.pay(`copy ${i} ${k}`, { priceMinor: 900n, pin: PIN });
    await card.report();
    for (const copy of copies) expect(await codeOf(await copy.send())).toBe('CARD_FORK');
    // 3 x 9.00 were spent on copies; the purse's ceiling is 20.00, so two of them are paid.
    expect([await lossOf(started), await payableOf(started)]).toEqual([-1_800n, 2_800n]);
    const rows = await started.server.service.records.cards.listCardRecords(
      card.cardId,
      { counter: 0, head: new Uint8Array() },
      10,
    );
    expect(rows.map(({ outcome }) => outcome).sort()).toEqual(['booked', 'booked', 'booked', 'unpaid']);
    await requireBooks(started);
  });

  it('postpaid: both are billed to the player', async () => {
    const { started, player, card } = await postpaid(500n);
    const copy = await card.copy();
    await card.pay('original', { priceMinor: 400n, pin: PIN });
    await copy.pay('copy', { priceMinor: 450n, pin: PIN });
    await copy.report();
    expect(await codeOf(await card.send())).toBe('CARD_FORK');
    expect([await balanceOf(started, player), await payableOf(started), await lossOf(started)]).toEqual([
      -850n,
      850n,
      0n,
    ]);
    await requireBooks(started);
  });

  it('a copy that was put back and spent nothing is found all the same', async () => {
    const { started, card } = await prepaid();
    const copy = await card.copy();
    await card.pay('original');
    await card.report();
    expect(await codeOf(await copy.send())).toBe('CARD_FORK');
    expect(await isBlocked(started, card)).toBe(true);
    await requireBooks(started);
  });

  it('the same purchase on both is one sale', async () => {
    const { started, card } = await prepaid();
    const copy = await card.copy();
    await card.pay('the same');
    await copy.pay('before it');
    await copy.pay('the same');
    await card.report();
    expect(await codeOf(await copy.send())).toBe('CARD_FORK');
    expect(await payableOf(started)).toBe(40n);
    await requireBooks(started);
  });

  it('the original is told by its next acknowledgement, and stops', async () => {
    const { started, card } = await prepaid();
    const copy = await card.copy();
    await card.pay('original');
    await card.report();
    await copy.pay('copy');
    await copy.send();
    expect(await card.report()).toMatchObject({ blocked: true, credits: [] });
    await expect(card.pay('after')).rejects.toMatchObject({ code: 'CARD_BLOCKED' });
    await requireBooks(started);
  });
});

describe('P10: at the ceiling', () => {
  it('fifty debits at once come to no more than the ceiling, and an upload opens it again', async () => {
    const { started, player, card } = await postpaid(100n);
    const nonces = Array.from({ length: 50 }, (_, i) => `parallel ${i}`);
    const decided = await card.payAll(nonces, { priceMinor: 7n, pin: PIN });
    const codes = decided.map(({ decision }) => decision.code);
    expect([codes.filter((code) => code === 'APPROVED').length, new Set(codes)]).toEqual([
      14,
      new Set(['APPROVED', 'CEILING']),
    ]);
    const records = await card.records();
    await card.report({ records: records.slice(0, 24) });
    await card.report({ records: records.slice(24, 48) });
    await card.report();
    expect([await balanceOf(started, player), await payableOf(started)]).toEqual([-98n, 98n]);
    started.time.nowMs += 1_000; // an offer from before the clearing might be paid twice
    expect((await card.pay('again', { priceMinor: 100n })).decision.code).toBe('APPROVED');
    await card.report();
    // The account's own ceiling is reached; the card had promised it, so it is owed all the same.
    expect(await balanceOf(started, player)).toBe(-198n);
    await requireBooks(started);
  });
});

describe('I3, P17: one nonce, two means', () => {
  async function online(started: Started, player: Player, nonce: string, fields: Partial<PaymentRequest> = {}) {
    const offer = makeOffer(started.publisher, { nonce, atMs: started.time.nowMs });
    return post(started, '/v1/payments', makeRequest(player, started.holder, offer, fields));
  }

  it('spent on the card and reported: the server decides it no more', async () => {
    const { started, player, card } = await prepaid();
    await card.pay('both');
    await card.report();
    await expectNothing(started, async () => {
      const answer = await online(started, player, 'both');
      expect([answer.status, await codeOf(answer)]).toEqual([409, 'ID_CONFLICT']);
    });
    expect(await balanceOf(started, player)).toBe(700n);
  });

  it('charged by the server and then spent on the card: the value goes back, the evidence stays', async () => {
    const { started, player, card } = await prepaid();
    expect(readDecision(started, await bytesOf(await online(started, player, 'both'))).code).toBe('APPROVED');
    await card.pay('both');
    expect(await card.report()).toMatchObject({ counter: 1 });
    expect([await balanceOf(started, player), await floatOf(started, card), await payableOf(started)]).toEqual([
      700n,
      280n,
      20n,
    ]);
    const rows = await started.server.service.records.cards.listCardRecords(
      card.cardId,
      { counter: 0, head: new Uint8Array() },
      10,
    );
    expect(rows.map(({ outcome }) => outcome)).toEqual(['conflict']);
    await requireBooks(started);
  });

  it('refused by the server and then paid by the card: one debit, and the refusal stands as it is', async () => {
    const { started, player, card } = await prepaid(300n);
    const refusal = await bytesOf(await online(started, player, 'both', { chargeMinor: 19n }));
    expect(readDecision(started, refusal).code).toBe('OFFER_PRICE');
    await card.pay('both');
    await card.report();
    expect([await floatOf(started, card), await payableOf(started)]).toEqual([280n, 20n]);
    expect(await bytesOf(await online(started, player, 'both', { chargeMinor: 19n }))).toEqual(refusal);
    await requireBooks(started);
  });

  it('refused by the card and reported: the server may still be paid', async () => {
    const { started, player, card } = await prepaid(10n);
    expect((await card.pay('both')).decision.code).toBe('INSUFFICIENT');
    await card.report();
    expect(readDecision(started, await bytesOf(await online(started, player, 'both'))).code).toBe('APPROVED');
    expect(await payableOf(started)).toBe(20n);
    await requireBooks(started);
  });

  it("asked of the server with the card's own request, after the upload, it is the card's own decision", async () => {
    const { started, card } = await prepaid();
    const { envelope } = await card.pay('both');
    const request = card.journal.get(hexOf(bytes16Of('both'))) as Uint8Array;
    expect(await codeOf(await post(started, '/v1/payments', request))).toBe('BAD_KEY');
    await card.report();
    const answer = await post(started, '/v1/payments', request);
    expect([answer.status, await bytesOf(answer)]).toEqual([200, envelope]);
  });

  it('the two at once: one debit, whichever comes first', async () => {
    const { started, player, card } = await prepaid();
    await card.pay('both');
    const [uploaded, paid] = await Promise.all([card.send(), online(started, player, 'both')]);
    expect(uploaded.status).toBe(200);
    expect([200, 409]).toContain(paid.status);
    expect(await payableOf(started)).toBe(20n);
    await requireBooks(started);
  });
});

describe('a lost card', () => {
  it('is on a numbered list that games can hold against it, over a restart, and the number never goes back', async () => {
    const { started, card } = await prepaid();
    const before = await blockedList(started);
    expect([before.lists.length, before.list.number, before.list.revokedAtMs.size]).toEqual([2, 1, 0]);
    const lost = card.ask('lost');
    for (let i = 0; i < 2; i++) {
      const answer = await post(started, '/v1/cards/lost', lost);
      expect([answer.status, await answer.json()]).toEqual([200, { cardId: hexOf(card.cardId), blocked: true }]);
    }
    const { lists, list } = await blockedList(started);
    expect([list.number, list.revokedAtMs.size]).toEqual([2, 1]);
    const { chain } = card.issue;
    const open = { chain, roots: started.tree.roots, role: 'card' as const, crls: lists };
    expect(() => verifyChain({ ...open, atMs: started.time.nowMs + 1_000 })).toThrow(/revoked/);
    expect(verifyChain({ ...open, atMs: started.time.nowMs - 1_000 }).card?.cardId).toEqual(card.cardId);

    await started.server.close();
    const next = await startServer({ storePath: started.storePath, nowMs: started.time.nowMs });
    expect((await blockedList(next)).lists).toEqual(lists);
    next.time.nowMs += DAY_MS;
    expect((await blockedList(next)).list).toMatchObject({ number: 3, thisUpdateMs: next.time.nowMs });
    expect((await blockedList(next)).list.number).toBe(3);
  });

  it('that is found again still reports what it spent, and gets nothing more', async () => {
    const { started, player, card } = await prepaid();
    await card.pay('before');
    await post(started, '/v1/cards/lost', card.ask('lost'));
    expect(await card.recharge(100n)).toMatchObject({ counter: 1, credits: [], blocked: true });
    expect([await payableOf(started), await balanceOf(started, player)]).toEqual([20n, 700n]);
    await requireBooks(started);
  });

  it('gives back what was on it once nobody can ask for it any more, and not before', async () => {
    const { started, player, card } = await prepaid();
    const cardId = hexOf(card.cardId);
    await post(started, '/v1/cards/lost', card.ask('lost'));
    const settle = (): Promise<Response> => operate(started, '/v1/operator/cards/settle', { cardId });
    expect(await codeOf(await settle())).toBe('CARD_STATE');
    started.time.nowMs += 800 * DAY_MS;
    expect(await (await settle()).json()).toEqual({ returned: [{ currency: 'EUR', amountMinor: '300' }] });
    expect(await (await settle()).json()).toEqual({ returned: [] });
    expect([await balanceOf(started, player), await floatOf(started, card)]).toEqual([1_000n, 0n]);
    await requireBooks(started);
  });

  it('is blocked by the operator, for a reason', async () => {
    const { started, card } = await prepaid();
    const cardId = hexOf(card.cardId);
    const answer = await operate(started, '/v1/operator/cards/block', { cardId, reason: 'stolen' });
    expect(await answer.json()).toEqual({ cardId, blocked: true, blockedAtMs: NOON_MS });
    const odd = await operate(started, '/v1/operator/cards/block', { cardId, reason: 'line\nbreak' });
    expect([odd.status, await codeOf(odd)]).toEqual([400, 'BAD_ENCODING']);
    const unknown = await operate(started, '/v1/operator/cards/block', { cardId: '00'.repeat(16), reason: 'x' });
    expect(await codeOf(unknown)).toBe('BAD_KEY');
  });
});

describe('claims', () => {
  const base64 = (bytes: Uint8Array): string => Buffer.from(bytes).toString('base64');

  /** A decision that a card made and nobody reported, with the publisher's quote. */
  async function unreported(card: CardHolder, nonce: string, priceMinor = 20n) {
    const { envelope } = await card.pay(nonce, { priceMinor, pin: PIN });
    const { quoteEnvelope } = makeOffer(card.started.publisher, {
      atMs: card.started.time.nowMs,
      nonce,
      quote: { amountMinor: priceMinor },
    });
    return { decision: base64(envelope), quote: base64(quoteEnvelope) };
  }

  const claim = async (started: Started, claims: object[], publisherId = 'lumen-works') => {
    const answer = await operate(started, '/v1/operator/claims', { publisherId, claims });
    expect(answer.status).toBe(200);
    return ((await answer.json()) as { claims: { outcome: string; code?: CodeName }[] }).claims.map(
      ({ outcome, code }) => (code === undefined ? outcome : `${outcome} ${code}`),
    );
  };

  it('wait for the record, are paid by the issuer, and are undone when the record comes after all', async () => {
    const { started, card } = await prepaid();
    const claimed = await unreported(card, 'unreported');
    expect(await claim(started, [claimed])).toEqual(['waiting']);
    started.time.nowMs += 31 * DAY_MS;
    expect(await claim(started, [claimed, claimed])).toEqual(['booked', 'paid']);
    expect(await claim(started, [claimed])).toEqual(['paid']);
    expect([await payableOf(started), await lossOf(started), await floatOf(started, card)]).toEqual([20n, -20n, 300n]);
    await requireBooks(started);

    await card.report();
    expect([await payableOf(started), await lossOf(started), await floatOf(started, card)]).toEqual([20n, 0n, 280n]);
    expect(await claim(started, [claimed])).toEqual(['paid']);
    expect(await isBlocked(started, card)).toBe(false);
    await requireBooks(started);
  });

  it('for what was reported are paid already', async () => {
    const { started, card } = await prepaid();
    const claimed = await unreported(card, 'reported');
    await card.report();
    started.time.nowMs += 31 * DAY_MS;
    expect(await claim(started, [claimed])).toEqual(['paid']);
    expect(await payableOf(started)).toBe(20n);
  });

  it('for a record without message 2 are paid at once, from what is held of the card', async () => {
    const { started, player, card } = await prepaid();
    const claimed = await unreported(card, 'disputed');
    await unreported(card, 'nobody claims this one');
    await card.report({ records: without(await card.records(), 0, 1) });
    expect(await claim(started, [claimed, claimed])).toEqual(['booked', 'paid']);
    expect([await payableOf(started), await heldOf(started, card), await lossOf(started)]).toEqual([20n, 20n, 0n]);
    expect(await isBlocked(started, card)).toBe(false);
    await requireBooks(started);
    started.time.nowMs += 800 * DAY_MS;
    const cardId = hexOf(card.cardId);
    const settled = await operate(started, '/v1/operator/cards/settle', { cardId });
    expect(await settled.json()).toEqual({ returned: [{ currency: 'EUR', amountMinor: '280' }] });
    expect([await balanceOf(started, player), await heldOf(started, card), await lossOf(started)]).toEqual([
      980n,
      0n,
      0n,
    ]);
    await requireBooks(started);
  });

  it('that were paid stand when the record comes up without message 2, and the issuer has it back', async () => {
    const { started, player, card } = await prepaid();
    const claimed = await unreported(card, 'claimed first');
    started.time.nowMs += 31 * DAY_MS;
    expect(await claim(started, [claimed])).toEqual(['booked']);
    await card.report({ records: without(await card.records(), 0) });
    expect([await payableOf(started), await heldOf(started, card), await lossOf(started)]).toEqual([20n, 0n, 0n]);
    started.time.nowMs += 800 * DAY_MS;
    await operate(started, '/v1/operator/cards/settle', { cardId: hexOf(card.cardId) });
    expect([await balanceOf(started, player), await lossOf(started)]).toEqual([980n, 0n]);
    await requireBooks(started);
  });

  it('for a postpaid record without message 2 are paid by the issuer', async () => {
    const { started, player, card } = await postpaid();
    const claimed = await unreported(card, 'disputed');
    await card.report({ records: without(await card.records(), 0) });
    expect(await claim(started, [claimed])).toEqual(['booked']);
    expect([await payableOf(started), await lossOf(started), await balanceOf(started, player)]).toEqual([
      20n,
      -20n,
      0n,
    ]);
    await requireBooks(started);
  });

  it('end at the ceiling of the purse', async () => {
    const started = await startMarket();
    const player = await enrolPlayer(started, { moneyMinor: 2_000n });
    const card = await CardHolder.loaded(started, player, 2_000n, { assurance: 'software' });
    const copy = await card.copy();
    const claims = [];
    for (const holder of [card, copy])
      for (let i = 0; i < 2; i++) claims.push(await unreported(holder, `${claims.length}`, 900n));
    started.time.nowMs += 31 * DAY_MS;
    expect(await claim(started, claims)).toEqual(['booked', 'booked', 'refused CEILING', 'refused CEILING']);
    expect(await lossOf(started)).toBe(-1_800n);
    await requireBooks(started);
  });

  it('that filled the ceiling are undone one by one as the records come', async () => {
    const started = await startMarket();
    const player = await enrolPlayer(started, { moneyMinor: 2_000n });
    const card = await CardHolder.loaded(started, player, 2_000n, { assurance: 'software' });
    const copy = await card.copy();
    const claims = [await unreported(copy, 'one', 900n), await unreported(copy, 'two', 900n)];
    await card.pay('original', { priceMinor: 100n });
    started.time.nowMs += 31 * DAY_MS;
    await card.report();
    expect(await claim(started, claims)).toEqual(['booked', 'booked']);
    expect(await codeOf(await copy.send())).toBe('CARD_FORK');
    expect([await payableOf(started), await lossOf(started)]).toEqual([1_900n, -1_800n]);
    await requireBooks(started);
  });

  it('for what the server was paid for are paid already', async () => {
    const { started, card } = await prepaid();
    const offer = makeOffer(started.publisher, { nonce: 'both', atMs: NOON_MS });
    await post(started, '/v1/payments', makeRequest(card.player, started.holder, offer));
    const claimed = await unreported(card, 'both');
    started.time.nowMs += 31 * DAY_MS;
    expect(await claim(started, [claimed])).toEqual(['paid']);
    expect(await payableOf(started)).toBe(20n);
  });

  it('for what a blocked card sold are paid while its list may not have been there, and not after', async () => {
    const { started, card } = await prepaid();
    await post(started, '/v1/cards/lost', card.ask('lost'));
    started.time.nowMs += 37 * DAY_MS; // a week of the list and thirty days of grace
    const last = await unreported(card, 'last');
    started.time.nowMs += 1;
    const late = await unreported(card, 'late');
    expect(await claim(started, [last, late])).toEqual(['booked', 'refused CARD_BLOCKED']);
    await requireBooks(started);
  });

  it('that show two histories block the card', async () => {
    const { started, card } = await prepaid();
    const copy = await card.copy();
    const claims = [await unreported(card, 'one'), await unreported(copy, 'other')];
    started.time.nowMs += 31 * DAY_MS;
    expect(await claim(started, claims)).toEqual(['booked', 'booked']);
    expect(await isBlocked(started, card)).toBe(true);
    await requireBooks(started);
  });

  it('are taken off what a lost card gives back', async () => {
    const { started, player, card } = await prepaid();
    const claimed = await unreported(card, 'by the thief', 50n);
    await post(started, '/v1/cards/lost', card.ask('lost'));
    expect(await claim(started, [claimed])).toEqual(['booked']);
    started.time.nowMs += 800 * DAY_MS;
    const cardId = hexOf(card.cardId);
    const settled = await operate(started, '/v1/operator/cards/settle', { cardId });
    expect(await settled.json()).toEqual({ returned: [{ currency: 'EUR', amountMinor: '250' }] });
    expect([await balanceOf(started, player), await lossOf(started), await floatOf(started, card)]).toEqual([
      950n,
      0n,
      0n,
    ]);
    await requireBooks(started);
  });

  it('are refused with the code of what is wrong with them', async () => {
    const { started, card } = await prepaid();
    const own = await unreported(card, 'own');
    const refused = await card.pay('refused', { priceMinor: 301n, pin: PIN });
    const offer = makeOffer(started.publisher, { nonce: 'online', atMs: NOON_MS });
    const online = await bytesOf(await post(started, '/v1/payments', makeRequest(card.player, started.holder, offer)));
    started.time.nowMs += 31 * DAY_MS;
    await started.server.service.publishers.enrol({
      chain: makePublisher(started.tree, { id: 'night-works' }).chain,
      payoutCurrency: 'EUR',
      bank: BANK,
    });
    await expectNothing(started, async () => {
      expect(await claim(started, [own], 'night-works')).toEqual(['refused OFFER_ORIGIN']);
      expect(
        await claim(started, [
          { ...own, quote: base64(makeOffer(started.publisher, { quote: { amountMinor: 21n } }).quoteEnvelope) },
          { ...own, decision: base64(refused.envelope) },
          { ...own, decision: base64(online) },
          { ...own, decision: base64(flipped(Buffer.from(own.decision, 'base64'))) },
        ]),
      ).toEqual([
        'refused DECISION_MISMATCH',
        'refused DECISION_MISMATCH',
        'refused CHAIN_ROLE',
        'refused BAD_SIGNATURE',
      ]);
    });
  });
});

/** One bit of the decision's signature turned. */
function flipped(envelope: Uint8Array): Uint8Array {
  const { signature, body } = readEnvelope(Uint8Array.from(envelope));
  expect(decodePaymentDecision(body).code).toBe('APPROVED');
  const at = Buffer.from(envelope).indexOf(signature) + 40;
  return Uint8Array.from(envelope, (byte, i) => (i === at ? byte ^ 1 : byte));
}

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

it('D10: four cards at once on one account: what it has, and no more', async () => {
  const started = await startMarket();
  const player = await enrolPlayer(started);
  const cards = [];
  for (let i = 0; i < 4; i++) cards.push(await CardHolder.issued(started, player, { name: `card ${i}` }));
  const uploads = await Promise.all(
    cards.map((card) => card.upload({ loads: [{ purse: 'prepaid-EUR', amountMinor: 300n }] })),
  );
  const { cards: service } = started.server.service;
  const ends = await Promise.allSettled(uploads.map((upload) => service.upload(upload)));
  const refusals = ends
    .filter((end) => end.status === 'rejected')
    .map(({ reason }) => (reason as { code: string }).code);
  expect([refusals, await balanceOf(started, player)]).toEqual([['INSUFFICIENT'], 100n]);
  const floats = await Promise.all(cards.map((card) => floatOf(started, card)));
  expect(floats.reduce((sum, float) => sum + float, 0n)).toBe(900n);
  await requireBooks(started);
});
