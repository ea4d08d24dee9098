/** Automatic approval: off, scoped, counted, announced, ended (G11). */
import { checkDecision, decodePaymentRequest, readEnvelope } from '@coinslot/protocol';
import { describe, expect, it } from 'vitest';
import { DAY_MS, makeOffer } from '../lib/parties.ts';
import { makePairingHeader, type GameClient } from './game-client.ts';
import { levelOffer, restarted } from './ladder-world.ts';
import { PageClient } from './page-client.ts';
import { balanceOf, PIN, startWorld, type World, type WorldOptions } from './world.ts';

interface Opened {
  readonly world: World;
  readonly game: GameClient;
  readonly page: PageClient;
}

/** A game with an allowance for levels: `budget`, at most 0.20 each, for 30 days. */
async function withAllowance(change: object = {}, options: WorldOptions = {}): Promise<Opened> {
  const world = await startWorld(options);
  const game = await world.game();
  const page = await PageClient.open(world.wallet.pageUrl());
  const [paired] = (await page.view()).games;
  const asked = { game: paired?.id, grant: 'level', budget: '0.60', perPayment: '0.20', days: 30, pin: PIN, ...change };
  expect(await page.act('allow', asked)).toEqual({ done: true });
  return { world, game, page };
}

/** What came of an offer without anybody answering it. */
async function outcomeOf(game: GameClient, offer: Uint8Array): Promise<'paid' | 'asked'> {
  game.send('offer', { seq: game.nextSeq(), offer });
  const first = await game.nextOf('progress', 'show');
  if (first.kind === 'show') {
    game.send('cancel', { seq: first.seq });
    await game.next('refusal');
    return 'asked';
  }
  expect(first.state).toBe('automatic');
  await game.next('decision');
  return 'paid';
}

describe('automatic approval', () => {
  it('is off by default, and takes the PIN', async () => {
    const world = await startWorld();
    const game = await world.game();
    const page = await PageClient.open(world.wallet.pageUrl());
    expect((await page.view()).consent.allowances).toEqual([]);
    const asked = {
      game: (await page.view()).games[0]?.id,
      grant: 'level',
      budget: '0.60',
      perPayment: '0.20',
      days: 30,
    };
    expect(await page.act('allow', asked)).toMatchObject({ done: false, code: 'BAD_REQUEST' });
    expect(await page.act('allow', { ...asked, pin: '0000' })).toMatchObject({ done: false, code: 'PIN_WRONG' });
    expect((await game.offer(levelOffer(world, 1))).shown.consent).toBe('press');
  });

  it('pays without a dialog what it covers: the game gets progress and the decision, the player a notice', async () => {
    const { world, game, page } = await withAllowance();
    const offer = levelOffer(world, 1);
    game.send('offer', { seq: 7, offer });
    expect(await game.next('progress')).toMatchObject({ seq: 7, state: 'automatic' });
    const { decision } = await game.next('decision');
    const { tree, time } = world;
    expect(checkDecision(decision, offer, { roots: tree.roots, nowMs: time.nowMs }).decision.outcome).toBe('approved');
    expect(game.unread.filter(({ kind }) => kind === 'show')).toEqual([]);
    const [payment] = world.wallet.profile.state.payments;
    const request = decodePaymentRequest(readEnvelope(payment?.attempts[0].request ?? new Uint8Array()).body);
    expect(request).toMatchObject({ proof: 'press', consentPlace: 'automatic', chargeMinor: 20n });
    expect(world.announced).toEqual(['Paid EUR\u00a00.20 to Lumen Works without asking, as you allowed: Level 3']);
    const { notices, consent } = await page.view();
    expect(notices).toMatchObject([{ kind: 'automatic', amount: 'EUR\u00a00.20', payee: 'Lumen Works' }]);
    expect(consent.allowances).toMatchObject([{ spent: 'EUR\u00a00.20', left: 'EUR\u00a00.40', grant: 'level' }]);
  });

  it('answers for its game and its kind, its amount a payment and its end date, and nothing else', async () => {
    const autoPair = ['demo-game', 'second-game'].map((gameId) => ({
      gameId,
      publisherId: 'lumen-works',
      origins: ['http://127.0.0.1:8375'],
    }));
    const { world, game } = await withAllowance({ budget: '5.00' }, { wallet: { autoPair } });
    const header = makePairingHeader(world.publisher, { gameId: 'second-game' });
    const other = await world.connect({ header });
    await other.pair();
    const ofOther = makeOffer(world.publisher, { atMs: world.time.nowMs, terms: { gameId: 'second-game' } });
    expect(await outcomeOf(other, ofOther.offerBytes)).toBe('asked');
    const minutes = { grant: { kind: 'minutes', target: 'play', quantity: 30, untilMs: 0 } } as const;
    expect(await outcomeOf(game, levelOffer(world, 1, { terms: minutes }))).toBe('asked');
    expect(await outcomeOf(game, levelOffer(world, 2, { quote: { amountMinor: 21n } }))).toBe('asked');
    expect(await outcomeOf(game, levelOffer(world, 3))).toBe('paid');
    world.time.nowMs += 30 * DAY_MS - 60_000;
    await world.wallet.unlock(PIN);
    const before = world.time.nowMs;
    expect(await outcomeOf(game, levelOffer(world, 4))).toBe('paid');
    world.time.nowMs = before + 60_000;
    expect(await outcomeOf(game, levelOffer(world, 5))).toBe('asked');
    // A clock that is set back a little does not give it back.
    world.time.nowMs = before + 59_000;
    expect(await outcomeOf(game, levelOffer(world, 6))).toBe('asked');
  });

  it('never goes round another rule: the sixth payment since the PIN is asked for, locked and paused pay nothing', async () => {
    const { world, game, page } = await withAllowance({ budget: '5.00' });
    for (let i = 0; i < 5; i++) {
      world.time.nowMs += 3_000;
      expect(await outcomeOf(game, levelOffer(world, i))).toBe('paid');
    }
    world.time.nowMs += 3_000;
    const { seq, shown } = await game.offer(levelOffer(world, 6));
    expect(shown.consent).toBe('pin');
    game.send('cancel', { seq });
    await game.next('refusal');
    await world.wallet.unlock(PIN);
    world.wallet.lock();
    expect((await game.offer(levelOffer(world, 7))).shown.consent).toBe('pin');
    await page.act('pause', { on: true });
    expect((await game.next('refusal')).code).toBe('PAUSED');
    expect((await game.refused(levelOffer(world, 8))).code).toBe('PAUSED');
    expect(await balanceOf(world)).toBe(900n);
  });

  it('is ended by "not me", and by its own button, without the PIN', async () => {
    const { world, game, page } = await withAllowance({ budget: '5.00' });
    expect(await outcomeOf(game, levelOffer(world, 1))).toBe('paid');
    const [notice] = (await page.view()).notices;
    expect(await page.act('not-me', { id: notice?.about })).toEqual({ done: true });
    expect((await page.view()).consent.allowances).toEqual([]);
    await world.wallet.unlock(PIN);
    await page.act('press-on', { game: (await page.view()).games[0]?.id, pin: PIN });
    expect(await outcomeOf(game, levelOffer(world, 2))).toBe('asked');
    const game2 = (await page.view()).games[0]?.id;
    await page.act('allow', { game: game2, grant: 'level', budget: '1.00', perPayment: '0.20', days: 1, pin: PIN });
    const [allowance] = (await page.view()).consent.allowances;
    expect(await page.act('end-allowance', { id: allowance?.id })).toEqual({ done: true });
    expect(await outcomeOf(game, levelOffer(world, 3))).toBe('asked');
  });

  it('is raised with the PIN, keeps what was spent, and stands after a restart', async () => {
    const { world, game, page } = await withAllowance({ budget: '0.20' });
    expect(await outcomeOf(game, levelOffer(world, 1))).toBe('paid');
    expect(await outcomeOf(game, levelOffer(world, 2))).toBe('asked');
    const [one] = (await page.view()).consent.allowances;
    const figures = { id: one?.id, budget: '0.40', perPayment: '0.20', days: 30 };
    expect(await page.act('allow', figures)).toMatchObject({ done: false, code: 'BAD_REQUEST' });
    expect(await page.act('allow', { ...figures, pin: PIN })).toEqual({ done: true });
    const { secret } = game;
    const { wallet, connect } = await restarted(world);
    await wallet.unlock(PIN);
    const again = await connect();
    await again.prove(await again.next('hello'), secret ?? new Uint8Array());
    expect(await outcomeOf(again, levelOffer(world, 3))).toBe('paid');
    expect(await outcomeOf(again, levelOffer(world, 4))).toBe('asked');
  });
});

describe('G11: beyond the allowance', () => {
  it('of twelve offers at once on an allowance for three, three are paid and the rest ask', async () => {
    const { world, game } = await withAllowance();
    for (let i = 0; i < 12; i++) game.send('offer', { seq: i + 1, offer: levelOffer(world, i) });
    const decided = await Promise.all([1, 2, 3].map(() => game.next('decision')));
    const shown = await game.next('show');
    const refused = await Promise.all(Array.from({ length: 8 }, () => game.next('refusal')));
    expect(new Set([...decided, shown, ...refused].map(({ seq }) => seq)).size).toBe(12);
    expect(new Set(refused.map(({ code }) => code))).toEqual(new Set(['CONSENT_BUSY']));
    expect(await balanceOf(world)).toBe(940n);
  });

  it('of a hundred in parallel, exactly three are charged, by the wallet’s books and by the server’s', async () => {
    const { world, game } = await withAllowance();
    const outcomes: string[] = [];
    let sent = 0;
    // As fast as the link lets a game ask: bursts of twelve, with a pause of the clock and none of the wallet between them.
    while (sent < 100) {
      world.time.nowMs += 36_000;
      const burst = Array.from({ length: Math.min(12, 100 - sent) }, () => ++sent);
      for (const i of burst) game.send('offer', { seq: i, offer: levelOffer(world, i) });
      while (outcomes.length < sent) {
        const { kind } = await game.nextOf('decision', 'show', 'refusal');
        outcomes.push(kind);
      }
    }
    expect(outcomes.filter((one) => one === 'decision')).toHaveLength(3);
    expect(world.wallet.profile.state.payments).toHaveLength(3);
    expect(await balanceOf(world)).toBe(940n);
  });

  it('the same thing under many nonces at once is paid for once', async () => {
    const { world, game } = await withAllowance();
    for (let i = 0; i < 10; i++) game.send('offer', { seq: i + 1, offer: levelOffer(world, 1, {}, i) });
    await game.next('decision');
    const refused = await Promise.all(Array.from({ length: 9 }, () => game.next('refusal')));
    expect(refused.every(({ code }) => code === 'PENDING' || code === 'ID_CONFLICT')).toBe(true);
    expect(await balanceOf(world)).toBe(980n);
  });
});
