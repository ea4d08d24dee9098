/** Records that come up without the message 2 of their player: held, refused, and what ends that. */
import { type CodeName, type UploadedRecord } from '@coinslot/protocol';
import { describe, expect, it } from 'vitest';
import { bytes16Of, makeOffer, makeRequest } from '../lib/parties.ts';
import { PIN } from './card-holder.ts';
import { balanceOf, bytesOf, floatOf, post, requireBooks } from './started-server.ts';
import {
  codeOf,
  payableOf,
  lossOf,
  worthOf,
  prepaid,
  postpaid,
  expectNothing,
  without,
  rowsOf,
  heldOf,
  edited,
} from './card-ground.ts';

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
