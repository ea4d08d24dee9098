/** Two histories of one card: cases P5 and P6, what each side pays and how the copy is found. */
import { describe, expect, it } from 'vitest';
import { CardHolder, PIN } from './card-holder.ts';
import { balanceOf, enrolPlayer, floatOf, requireBooks, startMarket } from './started-server.ts';
import { codeOf, payableOf, lossOf, prepaid, postpaid, isBlocked } from './card-ground.ts';

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
