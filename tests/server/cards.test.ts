/** Cards from application to certificate, their parameters and rates, and the doors that hand them out. */
import {
  ALG,
  decodeCardIssue,
  decodeCardParameters,
  decodeRateTable,
  openEnvelope,
  readEnvelope,
  verifyChain,
  type CardApplication,
  type CodeName,
} from '@coinslot/protocol';
import { describe, expect, it } from 'vitest';
import { bytes16Of, DAY_MS, makePlayer, seedOf } from '../lib/parties.ts';
import { CardHolder } from './card-holder.ts';
import {
  balanceOf,
  bytesOf,
  enrolPlayer,
  floatOf,
  ledgerOf,
  operate,
  post,
  RATES,
  requireBooks,
  startMarket,
  urlOf,
  type Started,
} from './started-server.ts';

const ALGS = [
  ['Ed25519', ALG.ed25519],
  ['P-256', ALG.p256],
] as const;
const hexOf = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');

async function codeOf(answer: Response): Promise<CodeName> {
  return ((await answer.json()) as { code: CodeName }).code;
}

const openIssued = (
  { tree, time }: Started,
  type: 'card-issue' | 'card-parameters' | 'rate-table',
  bytes: Uint8Array,
) => openEnvelope(bytes, { type, role: 'card-issuer', roots: tree.roots, atMs: time.nowMs });

describe.each(ALGS)('a card of %s', (_, alg) => {
  it('is issued, loaded, pays without the server, and is booked at its upload', async () => {
    const started = await startMarket();
    const player = await enrolPlayer(started);
    const card = await CardHolder.loaded(started, player, 300n, { alg });
    expect([await balanceOf(started, player), await card.balance(), await floatOf(started, card)]).toEqual([
      700n,
      300n,
      300n,
    ]);

    const paid = await card.pay('first');
    const refused = await card.pay('second', { priceMinor: 301n, pin: '2468' });
    expect([paid.decision.code, refused.decision.code]).toEqual(['APPROVED', 'INSUFFICIENT']);
    expect([await card.balance(), await floatOf(started, card)]).toEqual([280n, 300n]);

    const acknowledged = await card.report();
    expect(acknowledged).toMatchObject({ number: 2, counter: 2, credits: [], blocked: false });
    expect([await card.balance(), await floatOf(started, card)]).toEqual([280n, 280n]);
    expect(await ledgerOf(started, 'publisher-payable', 'lumen-works')).toBe(20n);
    await requireBooks(started);
  });

  it('gets a chain, parameters and rates that hold under the roots', async () => {
    const started = await startMarket();
    const player = await enrolPlayer(started);
    const card = await CardHolder.issued(started, player, { alg, assurance: 'software' });
    const { chain, parameters, rates, cardId, userId } = card.issue;
    const { tree, time } = started;
    const leaf = verifyChain({ chain, roots: tree.roots, role: 'card', atMs: time.nowMs });
    expect(leaf).toMatchObject({
      alg,
      subject: { id: hexOf(cardId) },
      card: { cardId, assurance: 'software', ceilings: [{ currency: 'EUR', amountMinor: 1_000n }] },
    });
    expect(leaf.notAfterMs - leaf.notBeforeMs).toBe(90 * DAY_MS);
    expect(userId).toEqual(player.userId);
    expect(decodeCardParameters(openIssued(started, 'card-parameters', parameters).body)).toMatchObject({
      cardId,
      number: 1,
      purses: [{ purse: 'prepaid-EUR', plan: 'prepaid', ceilingMinor: 2_000n, noPinPaymentMaxMinor: 100n }],
      notAfterMs: time.nowMs + 30 * DAY_MS,
    });
    expect(decodeRateTable(openIssued(started, 'rate-table', rates).body)).toEqual({ id: 1, ...RATES });
    const fetched = await bytesOf(await fetch(`${await urlOf(started)}/v1/cards/rates?alg=${alg}`));
    expect(openIssued(started, 'rate-table', fetched).body).toEqual(openIssued(started, 'rate-table', rates).body);
  });
});

describe('an application', () => {
  it('has the same answer for ever, byte for byte', async () => {
    const started = await startMarket();
    const card = await CardHolder.blank(started, await enrolPlayer(started));
    const application = await card.apply();
    const first = await post(started, '/v1/cards', application);
    started.time.nowMs += DAY_MS;
    const again = await post(started, '/v1/cards', application);
    expect([first.status, again.status]).toEqual([201, 200]);
    expect(await bytesOf(again)).toEqual(await bytesOf(first));
  });

  it('that was lost is made anew for the same key, and is the same card', async () => {
    const started = await startMarket();
    const card = await CardHolder.blank(started, await enrolPlayer(started));
    const issues = [];
    for (let i = 0; i < 15; i++) {
      const answer = await post(started, '/v1/cards', await card.apply());
      expect(answer.status).toBe(201);
      issues.push(decodeCardIssue(readEnvelope(await bytesOf(answer)).body));
    }
    const [first, second] = issues;
    expect(second).toEqual({ ...first, applicationHash: second?.applicationHash, rates: second?.rates });
    expect(second?.applicationHash).not.toEqual(first?.applicationHash);
    const last = await bytesOf(await post(started, '/v1/cards', await card.apply()));
    const refused = await post(started, '/v1/cards', await card.apply());
    expect([refused.status, await codeOf(refused)]).toEqual([403, 'LIMIT']); // each answer is kept for ever
    await card.personalise(last);
  });

  it.each<[string, Partial<CardApplication>, number, CodeName]>([
    ['for a user nobody enrolled', { userId: bytes16Of('nobody') }, 403, 'BAD_KEY'],
    ['for another server', { audience: seedOf('another server') }, 403, 'BAD_KEY'],
    ['without the key in the card', { possession: new Uint8Array(64).fill(1) }, 403, 'BAD_SIGNATURE'],
    ['with a key that is none', { publicKey: new Uint8Array(44) }, 403, 'BAD_KEY'],
    ['dated six minutes ago', { timeMs: -6 * 60_000 }, 422, 'CLOCK_SKEW'],
    ['for a purse in another currency', { purses: [{ currency: 'USD', plan: 'prepaid' }] }, 422, 'OFFER_CURRENCY'],
    ['for a ceiling that the player has not', { purses: [{ currency: 'EUR', plan: 'postpaid' }] }, 402, 'CEILING'],
  ])('%s is refused and leaves no trace', async (_, changes, status, code) => {
    const started = await startMarket();
    const card = await CardHolder.blank(started, await enrolPlayer(started));
    const { nowMs } = started.time;
    const application = await card.apply({
      ...changes,
      ...(changes.timeMs !== undefined && { timeMs: nowMs + changes.timeMs }),
    });
    const answer = await post(started, '/v1/cards', application);
    expect([answer.status, await codeOf(answer)]).toEqual([status, code]);
    expect(await started.server.service.cards.list(new Uint8Array(16), 10)).toEqual([]);
  });

  it("is BAD_KEY for another player's card and ID_CONFLICT for other particulars", async () => {
    const started = await startMarket();
    const card = await CardHolder.issued(started, await enrolPlayer(started));
    const bob = await enrolPlayer(started, { name: 'Bob' });
    expect(await codeOf(await post(started, '/v1/cards', card.applyAs(bob)))).toBe('BAD_KEY');
    const other = card.applyAs(card.player, { assurance: 'software' });
    expect(await codeOf(await post(started, '/v1/cards', other))).toBe('ID_CONFLICT');
  });

  it('is LIMIT beyond eight cards, until one is reported lost', async () => {
    const started = await startMarket();
    const player = await enrolPlayer(started);
    const cards = [];
    for (let i = 0; i < 8; i++) cards.push(await CardHolder.issued(started, player, { name: `card ${i}` }));
    const ninth = await CardHolder.blank(started, player, { name: 'ninth' });
    const application = await ninth.apply();
    const refused = await post(started, '/v1/cards', application);
    expect([refused.status, await codeOf(refused)]).toEqual([403, 'LIMIT']);
    await post(started, '/v1/cards/lost', (cards[0] as CardHolder).ask('lost'));
    expect((await post(started, '/v1/cards', application)).status).toBe(201);
  });

  it('by a stranger in the name of a player is BAD_SIGNATURE', async () => {
    const started = await startMarket();
    const card = await CardHolder.blank(started, await enrolPlayer(started));
    const { userId } = card.player;
    await card.apply();
    const mallory = { ...makePlayer('Mallory'), userId };
    const answer = await post(started, '/v1/cards', card.applyAs(mallory));
    expect([answer.status, await codeOf(answer)]).toEqual([403, 'BAD_SIGNATURE']);
  });
});

describe('parameters', () => {
  const numberOf = async (started: Started, card: CardHolder): Promise<number> => {
    const answer = await post(started, '/v1/cards/parameters', card.ask('parameters'));
    expect(answer.status).toBe(200);
    const envelope = await bytesOf(answer);
    await card.use((terminal) => terminal.putParameters(envelope));
    return decodeCardParameters(openIssued(started, 'card-parameters', envelope).body).number;
  };

  it('keep their number for a day and rise after it, or with the ceiling', async () => {
    const started = await startMarket();
    const player = await enrolPlayer(started, { currency: 'EUR', plan: 'postpaid', moneyMinor: 500n });
    const card = await CardHolder.issued(started, player, { purses: [{ currency: 'EUR', plan: 'postpaid' }] });
    expect(await numberOf(started, card)).toBe(1);
    started.time.nowMs += DAY_MS + 1;
    expect([await numberOf(started, card), await numberOf(started, card)]).toEqual([2, 2]);
    await started.server.service.players.setCeiling(player.userId, 200n, 'EUR');
    expect(await numberOf(started, card)).toBe(3);
    const { purses } = await card.use((terminal) => terminal.info());
    expect(purses[0]).toMatchObject({ plan: 'postpaid', ceilingMinor: 200n });
    expect((await card.pay('above', { priceMinor: 201n, pin: '2468' })).decision.code).toBe('CEILING');
  });

  it('are refused twice for one question, for a card that is blocked, and at the wrong door', async () => {
    const started = await startMarket();
    const card = await CardHolder.issued(started, await enrolPlayer(started));
    const question = card.ask('parameters');
    expect((await post(started, '/v1/cards/parameters', question)).status).toBe(200);
    expect(await codeOf(await post(started, '/v1/cards/parameters', question))).toBe('CONSENT_STALE');
    expect(await codeOf(await post(started, '/v1/cards/parameters', card.ask('lost')))).toBe('BAD_ENCODING');
    await operate(started, '/v1/operator/cards/block', { cardId: hexOf(card.cardId), reason: 'test' });
    expect(await codeOf(await post(started, '/v1/cards/parameters', card.ask('parameters')))).toBe('CARD_BLOCKED');
  });
});

it('lists cards for the operator', async () => {
  const started = await startMarket();
  const player = await enrolPlayer(started);
  const card = await CardHolder.loaded(started, player, 300n);
  const url = `${await urlOf(started)}/v1/operator/cards`;
  const headers = { authorization: 'Bearer operator-token-of-the-tests' };
  const answer = (await (await fetch(url, { headers })).json()) as { cards: unknown[]; next: unknown };
  expect(answer).toMatchObject({
    cards: [
      {
        cardId: hexOf(card.cardId),
        userId: hexOf(player.userId),
        assurance: 'chip',
        counter: 0,
        acknowledgement: 1,
        blockedAtMs: null,
        purses: [{ purse: 'prepaid-EUR', ceilingMinor: '10000', floatMinor: '300' }],
      },
    ],
    next: null,
  });
  expect((await fetch(url)).status).toBe(401);
});

it('gives cards the table in force and not the one of tomorrow', async () => {
  const started = await startMarket();
  await started.server.service.putRateTable({
    ...RATES,
    notBeforeMs: RATES.notAfterMs,
    notAfterMs: RATES.notAfterMs + DAY_MS,
  });
  const tableOf = async (): Promise<number> => {
    const bytes = await bytesOf(await fetch(`${await urlOf(started)}/v1/cards/rates?alg=1`));
    return decodeRateTable(openIssued(started, 'rate-table', bytes).body).id;
  };
  expect(await tableOf()).toBe(1);
  started.time.nowMs = RATES.notAfterMs;
  expect(await tableOf()).toBe(2);
});

it('has no cards of an algorithm without an issuer, and says so', async () => {
  const started = await startMarket();
  const answer = await fetch(`${await urlOf(started)}/v1/cards/rates?alg=3`);
  expect([answer.status, await codeOf(answer)]).toEqual([400, 'BAD_ENCODING']);
});
