/** Value onto cards, once whatever is asked again: cases C10, P10, P16 and D10 of the threat model, by their names. */
import { readEnvelope, sealEnvelope, type CodeName } from '@coinslot/protocol';
import { describe, expect, it } from 'vitest';
import { CardHolder, PIN } from './card-holder.ts';
import {
  balanceOf,
  bytesOf,
  enrolPlayer,
  floatOf,
  post,
  requireBooks,
  startMarket,
  startServer,
} from './started-server.ts';
import { hexOf, codeOf, payableOf, prepaid, postpaid, expectNothing } from './card-ground.ts';

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
