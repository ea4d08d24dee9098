/** A child's wallet: off, ask, allowance; the guardian now or later; a no that is signed and remembered (P20). */
import { checkDeclined, checkRestored, decodeOffer, decodeQuote, readEnvelope } from '@coinslot/protocol';
import { describe, expect, it } from 'vitest';
import type { PageView } from '../../wallet/src/page/view.ts';
import { DAY_MS, seedOf } from '../lib/parties.ts';
import type { GameClient } from './game-client.ts';
import { acceptOffer, levelOffer, restarted } from './ladder-world.ts';
import { PageClient } from './page-client.ts';
import { balanceOf, PIN, startWorld, type World } from './world.ts';

const GUARDIAN_PIN = '97531';

interface Opened {
  readonly world: World;
  readonly game: GameClient;
  readonly page: PageClient;
  readonly view: () => Promise<PageView>;
}

async function childWorld(rules?: object): Promise<Opened> {
  const world = await startWorld({ setup: { guardianPin: GUARDIAN_PIN } });
  const page = await PageClient.open(world.wallet.pageUrl());
  if (rules !== undefined) expect(await page.act('family', { ...rules, pin: GUARDIAN_PIN })).toEqual({ done: true });
  const game = await world.game();
  return { world, game, page, view: () => page.view() };
}

/** The child says yes in the game, and the wallet's page takes over. */
async function askGuardian(game: GameClient, offer: Uint8Array): Promise<number> {
  const { seq, consent } = await acceptOffer(game, offer);
  expect(consent).toBe('pin');
  while ((await game.next('progress')).state !== 'page');
  return seq;
}

describe('off', () => {
  it('refuses before any dialog, and games hear payments off as they would of a pause', async () => {
    const { world, game, page } = await childWorld();
    expect(await page.act('family', { mode: 'off', pin: PIN })).toMatchObject({ done: false, code: 'PIN_WRONG' });
    const asked = await game.offer(levelOffer(world, 1));
    expect(await page.act('family', { mode: 'off', pin: GUARDIAN_PIN })).toEqual({ done: true });
    expect(await game.next('refusal')).toMatchObject({ seq: asked.seq, code: 'PAUSED' });
    expect((await game.next('payments')).state).toBe('off');
    const refused = await game.refused(levelOffer(world, 2));
    expect(refused).toMatchObject({ code: 'PAUSED', declined: undefined });
    await page.act('family', { mode: 'ask', pin: GUARDIAN_PIN });
    await page.act('pause', { on: true });
    expect((await game.refused(levelOffer(world, 2))).text).toBe(refused.text);
    // What a guardian paused, a child does not switch on.
    expect(await page.act('pause', { on: false, pin: PIN })).toMatchObject({ done: false, code: 'PIN_WRONG' });
    expect(await page.act('pause', { on: false, pin: GUARDIAN_PIN })).toEqual({ done: true });
  });
});

describe('ask, which is how a child’s wallet starts', () => {
  it('the guardian approves now: the child’s PIN does not, the guardian’s does, and the game gets its decision', async () => {
    const { world, game, page, view } = await childWorld();
    expect((await view()).consent).toMatchObject({ isChild: true, family: { mode: 'ask' } });
    const seq = await askGuardian(game, levelOffer(world, 1));
    expect(world.announced).toEqual([
      expect.stringMatching(/^Demo Game: may I\? Level 3, EUR\s0\.20\. The guardian answers/),
    ]);
    const { payment } = await view();
    expect(payment).toMatchObject({ isForGuardian: true, isHere: true, pins: { wallet: true, card: false } });
    const id = payment?.id;
    expect(await page.act('pay-with-pin', { id, pin: PIN })).toMatchObject({ done: false, code: 'PIN_WRONG' });
    expect(await page.act('press', { id })).toMatchObject({ done: false, code: 'BAD_REQUEST' });
    expect(await page.act('pay-with-pin', { id, pin: GUARDIAN_PIN })).toEqual({ done: true });
    expect((await game.next('decision')).seq).toBe(seq);
    expect((await view()).consent.asked).toEqual([]);
    expect(await balanceOf(world)).toBe(980n);
  });

  it('the guardian approves later: the dialog was left, the page keeps it, the game is told that there is something', async () => {
    const { world, game, page, view } = await childWorld();
    const offer = levelOffer(world, 1);
    const seq = await askGuardian(game, offer);
    game.send('cancel', { seq });
    expect(await game.next('refusal')).toMatchObject({ code: 'CONSENT_DENIED', declined: undefined });
    expect((await view()).payment).toBeUndefined();
    world.time.nowMs += 3_600_000;
    const [asked] = (await view()).consent.asked;
    expect(asked).toMatchObject({
      title: 'Level 3',
      gameName: 'Demo Game',
      price: 'EUR\u00a00.20',
      payee: 'Lumen Works',
    });
    expect(await page.act('open-asked', { id: asked?.id })).toEqual({ done: true });
    const { payment } = await view();
    expect(payment?.shown).toMatchObject({ total: 'EUR\u00a00.20', date: 'March 1, 2026 at 1:00 PM' });
    // While the guardian looks at it, games wait their turn.
    expect((await game.refused(levelOffer(world, 2))).code).toBe('CONSENT_BUSY');
    expect(await page.act('pay-with-pin', { id: payment?.id, pin: GUARDIAN_PIN })).toEqual({ done: true });
    expect(await game.next('entitled')).toMatchObject({ offerHash: offerHashOf(offer) });
    expect((await view()).consent.asked).toEqual([]);
    game.send('restore', { seq: 50, challenge: seedOf('challenge'), sessionKey: seedOf('session 2') });
    const { restored } = await game.next('restored');
    const checked = checkRestored(restored[0] ?? new Uint8Array(), {
      roots: world.tree.roots,
      nowMs: world.time.nowMs,
      challenge: seedOf('challenge'),
      sessionKey: seedOf('session 2'),
      gameId: 'demo-game',
      publisherId: 'lumen-works',
    });
    expect(checked.terms.offerId).toBe('level-1');
    expect(await game.refused(levelOffer(world, 1, {}, 2))).toMatchObject({ code: 'ID_CONFLICT', charged: 'yes' });
    expect(await balanceOf(world)).toBe(980n);
  });

  it('the guardian approves after a restart of the wallet, until the price ends', async () => {
    const { world, game } = await childWorld();
    const until = { quote: { notAfterMs: world.time.nowMs + DAY_MS } };
    await askGuardian(game, levelOffer(world, 1, until));
    const { secret } = game;
    const { wallet, connect } = await restarted(world);
    const page = await PageClient.open(wallet.pageUrl());
    const [asked] = (await page.view()).consent.asked;
    expect(asked?.title).toBe('Level 3');
    await wallet.unlock(PIN);
    const again = await connect();
    await again.prove(await again.next('hello'), secret ?? new Uint8Array());
    expect(await page.act('open-asked', { id: asked?.id })).toEqual({ done: true });
    const id = (await page.view()).payment?.id;
    expect(await page.act('pay-with-pin', { id, pin: GUARDIAN_PIN })).toEqual({ done: true });
    expect((await again.next('entitled')).kind).toBe('entitled');
    expect(await balanceOf(world)).toBe(980n);

    await askGuardian(again, levelOffer(world, 2, until));
    again.close();
    world.time.nowMs += DAY_MS;
    expect((await page.view()).consent.asked).toEqual([]);
  });

  it('the child takes it back, and asks for the same thing twice for one entry', async () => {
    const { world, game, page, view } = await childWorld();
    for (const nonce of [1, 2]) {
      const seq = await askGuardian(game, levelOffer(world, 1, {}, nonce));
      game.send('cancel', { seq });
      await game.next('refusal');
    }
    const { asked } = (await view()).consent;
    expect(asked).toHaveLength(1);
    expect(await page.act('withdraw-asked', { id: asked[0]?.id })).toEqual({ done: true });
    expect((await view()).consent.asked).toEqual([]);
    expect(await page.act('open-asked', { id: asked[0]?.id })).toMatchObject({ done: false, code: 'GONE' });
  });
});

describe('allowance', () => {
  it('is the child’s own press up to the ceiling of the day and the month, and asks above it', async () => {
    const { world, game, page } = await childWorld({ mode: 'allowance', day: '0.40', month: '0.60' });
    await game.pay(levelOffer(world, 1));
    await game.pay(levelOffer(world, 2));
    const seq = await askGuardian(game, levelOffer(world, 3));
    game.send('cancel', { seq });
    await game.next('refusal');
    world.time.nowMs += DAY_MS;
    await world.server.service.putRateTable({
      base: 'EUR',
      rates: [],
      notBeforeMs: world.time.nowMs - 1000,
      notAfterMs: world.time.nowMs + DAY_MS,
    });
    await game.pay(levelOffer(world, 4));
    // 0.60 of the month: one more would pass the day's ceiling, and not the month's.
    expect((await game.offer(levelOffer(world, 5))).shown.consent).toBe('pin');
    expect((await page.view()).consent.family).toMatchObject({ spentMonth: 'EUR\u00a00.60' });
    expect(await balanceOf(world)).toBe(940n);
  });

  it('is not made larger by the child: limits, approvals and the count of presses take the guardian’s PIN', async () => {
    const { game, page, view, world } = await childWorld({ mode: 'allowance', day: '5.00', month: '9.00' });
    const { limits, games } = await view();
    const wrong = { done: false, code: 'PIN_WRONG' };
    expect(await page.act('wallet-limits', { ...limits, day: '99.00', pin: PIN })).toMatchObject(wrong);
    const allowance = { game: games[0]?.id, grant: 'level', budget: '1.00', perPayment: '1.00', days: 1 };
    expect(await page.act('allow', { ...allowance, pin: PIN })).toMatchObject(wrong);
    expect(await page.act('family', { mode: 'allowance', day: '9.00', month: '9.00', pin: PIN })).toMatchObject(wrong);
    for (let i = 0; i < 5; i++) {
      world.time.nowMs += 3_000;
      await game.pay(levelOffer(world, i));
    }
    expect(await page.act('unlock', { pin: PIN })).toEqual({ done: true });
    await world.wallet.unlock(PIN);
    world.time.nowMs += 3_000;
    expect((await game.offer(levelOffer(world, 9))).shown.consent).toBe('pin');
  });
});

describe('P20: a guardian’s no', () => {
  it('is signed, journalled, holds under every new id and over a restart, until it is taken back', async () => {
    const { world, game, page, view } = await childWorld();
    const first = levelOffer(world, 1);
    await askGuardian(game, first);
    const id = (await view()).payment?.id;
    expect(await page.act('decline', { id, pin: PIN })).toMatchObject({ done: false, code: 'PIN_WRONG' });
    expect(await page.act('decline', { id, pin: GUARDIAN_PIN })).toEqual({ done: true });
    const told = await game.next('refusal');
    expect(told).toMatchObject({ code: 'CONSENT_DENIED', charged: 'no' });
    const { nowMs } = world.time;
    const playerKey = world.wallet.profile.vault.day?.player('lumen-works').publicKey;
    expect(checkDeclined(told.declined ?? new Uint8Array(), first, { nowMs })).toMatchObject({ playerKey });
    // Not a word of whose no it was.
    expect(Buffer.from(told.declined ?? []).includes(Buffer.from('guardian'))).toBe(false);
    expect((await view()).consent).toMatchObject({ asked: [], noes: [{ title: 'Level 3', gameName: 'Demo Game' }] });

    const second = levelOffer(world, 1, {}, 2);
    const again = await game.refused(second);
    expect([again.code, again.text]).toEqual([told.code, told.text]);
    expect(checkDeclined(again.declined ?? new Uint8Array(), second, { nowMs }).playerKey).toEqual(playerKey);
    expect((await game.offer(levelOffer(world, 2))).shown.offerId).toBe('level-2');

    const { secret } = game;
    const { wallet, connect } = await restarted(world);
    await wallet.unlock(PIN);
    const later = await connect();
    await later.prove(await later.next('hello'), secret ?? new Uint8Array());
    expect((await later.refused(levelOffer(world, 1, {}, 3))).code).toBe('CONSENT_DENIED');
    const laterPage = await PageClient.open(wallet.pageUrl());
    const [no] = (await laterPage.view()).consent.noes;
    expect(await laterPage.act('take-back', { id: no?.id, pin: PIN })).toMatchObject({ code: 'PIN_WRONG' });
    expect(await laterPage.act('take-back', { id: no?.id, pin: GUARDIAN_PIN })).toEqual({ done: true });
    expect((await later.offer(levelOffer(world, 1, {}, 4))).shown.offerId).toBe('level-1');
    expect(await balanceOf(world)).toBe(1_000n);
  });

  it('to what was left on the page holds as well', async () => {
    const { world, game, page, view } = await childWorld();
    const seq = await askGuardian(game, levelOffer(world, 1));
    game.send('cancel', { seq });
    await game.next('refusal');
    const [asked] = (await view()).consent.asked;
    expect(await page.act('decline-asked', { id: asked?.id, pin: GUARDIAN_PIN })).toEqual({ done: true });
    const offer = levelOffer(world, 1, {}, 2);
    const { code, declined } = await game.refused(offer);
    expect(code).toBe('CONSENT_DENIED');
    expect(checkDeclined(declined ?? new Uint8Array(), offer, { nowMs: world.time.nowMs }).gameId).toBe('demo-game');
  });

  it('a child’s own no is signed too, and forgotten with its nonce', async () => {
    const { world, game } = await childWorld({ mode: 'allowance', day: '5.00', month: '9.00' });
    const offer = levelOffer(world, 1);
    const { seq, digest } = await game.offer(offer);
    game.send('answer', { seq, answer: 'decline', shownDigest: digest });
    const { declined } = await game.next('refusal');
    const nowMs = world.time.nowMs;
    expect(checkDeclined(declined ?? new Uint8Array(), offer, { nowMs }).offerHash).toEqual(offerHashOf(offer));
    expect((await game.refused(offer)).declined).toEqual(declined);
    expect((await game.offer(levelOffer(world, 1, {}, 2))).shown.consent).toBe('press');
  });
});

function offerHashOf(offer: Uint8Array): Uint8Array {
  return decodeQuote(readEnvelope(decodeOffer(offer).quote).body).offerHash;
}
