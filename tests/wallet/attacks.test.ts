/** What a page that turned hostile can do, and what a player who takes trust back can rely on. */
import { describe, expect, it } from 'vitest';
import { makeOffer } from '../lib/parties.ts';
import { PageClient } from './page-client.ts';
import type { GameClient } from './game-client.ts';
import { balanceOf, PIN, startWorld, type World } from './world.ts';

const level = (world: { publisher: Parameters<typeof makeOffer>[0]; time: { nowMs: number } }, i: number) =>
  makeOffer(world.publisher, {
    atMs: world.time.nowMs,
    nonce: `attack ${i}`,
    terms: { offerId: `level-${i}` },
    quote: { amountMinor: 100n },
  }).offerBytes;

/** Another tab of a game that is paired. */
async function tabOf(world: World, game: GameClient): Promise<GameClient> {
  const tab = await world.connect();
  await tab.prove(await tab.next('hello'), game.secret ?? new Uint8Array());
  return tab;
}

describe('O12: a paired page that presses by itself', () => {
  it('spends the day of the press key and not a unit more, each press announced', async () => {
    const world = await startWorld({ moneyMinor: 10_000n });
    const game = await world.game();
    let paid = 0;
    for (let i = 0; i < 12; i++) {
      world.time.nowMs += 10_000;
      const { seq, shown, digest } = await game.offer(level(world, i));
      game.send('answer', { seq, answer: 'accept', shownDigest: digest });
      if (shown.consent === 'press') {
        await game.next('decision');
        paid += 1;
      } else {
        while ((await game.next('progress')).state !== 'page');
        game.send('cancel', { seq });
        await game.next('refusal');
      }
    }
    expect(paid).toBe(5);
    expect(await balanceOf(world)).toBe(9_500n);
    expect(world.announced).toHaveLength(5);
  });

  it('has the next day’s money at midnight UTC, and not before, and only after a PIN', async () => {
    const world = await startWorld({ moneyMinor: 10_000n });
    const game = await world.game();
    for (let i = 0; i < 5; i++) {
      world.time.nowMs += 10_000;
      await game.pay(level(world, i));
    }
    await world.wallet.unlock(PIN);
    const consentAt = async (nowMs: number, i: number): Promise<string> => {
      world.time.nowMs = nowMs;
      const { seq, shown } = await game.offer(level(world, i));
      game.send('cancel', { seq });
      await game.next('refusal');
      return shown.consent;
    };
    const midnightMs = Date.UTC(2026, 2, 2);
    expect(await consentAt(midnightMs - 1, 10)).toBe('pin');
    expect(await consentAt(midnightMs, 11)).toBe('press');
    expect(await balanceOf(world)).toBe(9_500n);
  });
});

describe('five games at once', () => {
  it('have one dialog among them, and the one that is shown is the one that pays', async () => {
    const world = await startWorld();
    const first = await world.game();
    const others = [
      await tabOf(world, first),
      await tabOf(world, first),
      await tabOf(world, first),
      await tabOf(world, first),
    ];
    const { seq, digest } = await first.offer(level(world, 0));
    for (const [i, other] of others.entries()) {
      expect((await other.refused(level(world, i + 1))).code).toBe('CONSENT_BUSY');
      other.send('answer', { seq, answer: 'accept', shownDigest: digest });
      expect((await other.next('refusal')).code).toBe('CONSENT_STALE');
    }
    first.send('answer', { seq, answer: 'accept', shownDigest: digest });
    await first.next('decision');
    expect(await balanceOf(world)).toBe(900n);
  });

  it('that offer the same thing in two tabs are charged once', async () => {
    const world = await startWorld();
    const one = await world.game();
    const two = await tabOf(world, one);
    await one.pay(makeOffer(world.publisher, { nonce: 'tab one' }).offerBytes);
    const { code, charged } = await two.refused(makeOffer(world.publisher, { nonce: 'tab two' }).offerBytes);
    expect([code, charged]).toEqual(['ID_CONFLICT', 'yes']);
    expect(await balanceOf(world)).toBe(980n);
  });

  it('that sell a day are paid once while it runs, and again when it is over', async () => {
    const world = await startWorld();
    const game = await world.game();
    const day = (nonce: string) =>
      makeOffer(world.publisher, {
        nonce,
        atMs: world.time.nowMs,
        terms: { grant: { kind: 'period', target: 'season', quantity: 1, untilMs: 0 } },
      }).offerBytes;
    await game.pay(day('first'));
    world.time.nowMs += 86_399_999;
    expect(await game.refused(day('too soon'))).toMatchObject({ code: 'ID_CONFLICT', charged: 'yes' });
    world.time.nowMs += 1;
    await game.pay(day('second'));
    expect(await balanceOf(world)).toBe(960n);
  });

  it('that sell what ended a moment ago are not shown', async () => {
    const world = await startWorld();
    const game = await world.game();
    const until = (untilMs: number) => ({ grant: { kind: 'until', target: 'winter', quantity: 0, untilMs } }) as const;
    const offerOf = (nonce: string, untilMs: number) =>
      makeOffer(world.publisher, { nonce, terms: until(untilMs) }).offerBytes;
    expect((await game.refused(offerOf('over', world.time.nowMs))).code).toBe('OFFER_EXPIRED');
    expect((await game.offer(offerOf('not yet', world.time.nowMs + 1))).shown.consent).toBe('press');
  });

  it('is charged once when an allowance pays in one tab for what is still shown in another', async () => {
    const world = await startWorld();
    const page = await PageClient.open(world.wallet.pageUrl());
    const one = await world.game();
    const two = await tabOf(world, one);
    const { seq, digest } = await one.offer(makeOffer(world.publisher, { nonce: 'shown' }).offerBytes);
    const [game] = (await page.view()).games;
    const figures = { grant: 'level', budget: '1.00', perPayment: '0.20', days: 1, pin: PIN };
    expect(await page.act('allow', { game: game?.id, ...figures })).toEqual({ done: true });
    two.send('offer', { seq: 1, offer: makeOffer(world.publisher, { nonce: 'automatic' }).offerBytes });
    await two.next('decision');
    one.send('answer', { seq, answer: 'accept', shownDigest: digest });
    expect(await one.next('refusal')).toMatchObject({ seq, code: 'ID_CONFLICT', charged: 'yes' });
    expect(await balanceOf(world)).toBe(980n);
  });
});

describe('a player who takes trust back', () => {
  it('is asked again about a game that was accepted beforehand, once it was sent away', async () => {
    const world = await startWorld();
    const page = await PageClient.open(world.wallet.pageUrl());
    const game = await world.game();
    await page.act('revoke', { game: (await page.view()).games[0]?.id });
    expect(await game.closed()).toBe(4403);
    const again = await world.connect();
    expect((await again.next('hello')).state).toBe('pairing');
    expect((await page.view()).games).toEqual([]);
    expect((await page.view()).pairings).toHaveLength(1);
  });

  it('pays nothing by a PIN for what was taken off the page while it was tried', async () => {
    const world = await startWorld({ moneyMinor: 10_000n });
    const page = await PageClient.open(world.wallet.pageUrl());
    const game = await world.game();
    const offerOf = (amountMinor: bigint) => makeOffer(world.publisher, { quote: { amountMinor } }).offerBytes;
    await game.offer(offerOf(900n));
    const id = (await page.view()).payment?.id;
    const paying = page.act('pay-with-pin', { id, pin: PIN });
    await Promise.all([page.act('pause', { on: true }), page.act('pause', { on: false })]);
    game.send('offer', { seq: 77, offer: offerOf(200n) });
    expect(['GONE', 'BAD_REQUEST', undefined]).toContain((await paying).code);
    const spent = 10_000n - (await balanceOf(world));
    // Either the PIN was quicker than the pause and paid what it was typed for, or nothing was paid.
    expect([0n, 900n]).toContain(spent);
  });
});
