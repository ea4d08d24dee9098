/** A child who would get round its guardian: by a card's own PIN, by pairing anew, at the terminal. */
import { describe, expect, it } from 'vitest';
import { linkAtTerminal } from '../../wallet/src/account/terminal-sign-in.ts';
import { FamilyBook } from '../../wallet/src/journal/family-book.ts';
import { bytes16Of, makeOffer, makePublisher, makeTree, NOON_MS } from '../lib/parties.ts';
import { CARD_PIN, startCardWorld, type CardWorld } from './card-world.ts';
import type { GameClient } from './game-client.ts';
import { levelOffer } from './ladder-world.ts';
import { PageClient } from './page-client.ts';
import { PIN, startWorld } from './world.ts';

const GUARDIAN_PIN = '97531';
/** What takes the card's PIN, and no more than a press of the wallet. */
const PRICE = { quote: { amountMinor: 250n } };

/** A child with a card of its own, whose PIN it knows, and an allowance of 3.00 a day. */
async function childWithCard(): Promise<{ world: CardWorld; game: GameClient; page: PageClient }> {
  const setup = { limits: { pressPaymentMaxMinor: 500n, pressDayMaxMinor: 2_000n }, raiseDelayMs: 0 };
  const world = await startCardWorld({ setup, loadMinor: 2_000n });
  const game = await world.game();
  const page = await PageClient.open(world.wallet.pageUrl());
  const [paired] = (await page.view()).games;
  const limits = { pressPayment: '5.00', day: '50.00', month: '90.00', pin: PIN };
  await page.act('game-limits', { game: paired?.id, ...limits });
  await page.act('means', { means: ['card', 'server'] });
  await page.act('appoint-guardian', { pin: PIN, guardianPin: GUARDIAN_PIN });
  await page.act('family', { mode: 'allowance', day: '3.00', month: '90.00', pin: GUARDIAN_PIN });
  return { world, game, page };
}

describe('a child that knows the PIN of its card', () => {
  it('pays with it within the allowance, and nothing beyond: above it the guardian’s PIN is asked for beside it', async () => {
    const { world, game, page } = await childWithCard();
    const { pinsUsed } = world.wallet.profile.state;
    const { seq, digest } = await game.offer(levelOffer(world, 1, PRICE));
    game.send('answer', { seq, answer: 'accept', shownDigest: digest });
    const first = (await page.view()).payment;
    expect(first?.pins).toMatchObject({ wallet: false, card: true });
    expect(await page.act('pay-with-pin', { id: first?.id, cardPin: CARD_PIN })).toEqual({ done: true });
    await game.next('decision');
    expect((await page.view()).consent.family).toMatchObject({ spentDay: 'EUR\u00a02.50' });
    // Nor does it start the count of presses anew.
    expect(world.wallet.profile.state.pinsUsed).toBe(pinsUsed);
    await game.offer(levelOffer(world, 2, PRICE));
    const second = (await page.view()).payment;
    expect(second?.pins).toMatchObject({ wallet: true, card: true });
    const onlyCard = await page.act('pay-with-pin', { id: second?.id, cardPin: CARD_PIN });
    expect(onlyCard).toMatchObject({ done: false, code: 'PIN_WRONG' });
  });

  it('pays nothing with it once the guardian wants to be asked, though the payment was open before', async () => {
    const { world, game, page } = await childWithCard();
    const { seq, digest } = await game.offer(levelOffer(world, 1, PRICE));
    game.send('answer', { seq, answer: 'accept', shownDigest: digest });
    const { payment } = await page.view();
    expect(await page.act('family', { mode: 'ask', pin: GUARDIAN_PIN })).toEqual({ done: true });
    await page.act('pay-with-pin', { id: payment?.id, cardPin: CARD_PIN });
    expect(await game.next('refusal')).toMatchObject({ code: 'CONSENT_STALE', charged: 'no' });
    expect(world.wallet.profile.state.payments).toEqual([]);
  });
});

describe('a game that says yes in the child’s name', () => {
  it('journals what it asks for once, however often it says so', async () => {
    const world = await startWorld({ setup: { guardianPin: GUARDIAN_PIN } });
    const game = await world.game();
    const { seq, digest } = await game.offer(levelOffer(world, 1));
    for (let i = 0; i < 20; i++) game.send('answer', { seq, answer: 'accept', shownDigest: digest });
    for (let i = 0; i < 20; i++) await game.next('progress');
    expect(world.announced).toHaveLength(1);
    expect(world.wallet.profile.state.family.asked).toHaveLength(1);
  });

  it('leaves the guardian a page that can be read: the newest of a game, and the other games’', () => {
    const book = new FamilyBook();
    const publisher = makePublisher(makeTree());
    const ask = (i: number, gameId: string): void =>
      book.ask({
        atMs: NOON_MS,
        nonce: bytes16Of(`${gameId} ${i}`),
        pairingId: bytes16Of(gameId),
        offer: makeOffer(publisher, { terms: { gameId, offerId: `level-${i}` }, quote: { gameId } }).offerBytes,
      });
    ask(0, 'quiet-game');
    for (let i = 0; i < 25; i++) ask(i, 'demo-game');
    expect(book.asked).toHaveLength(21);
    expect(book.asked[0]?.gameId).toBe('quiet-game');
    expect(book.asked.at(-1)?.nonceHex).toBe(Buffer.from(bytes16Of('demo-game 24')).toString('hex'));
  });
});

describe('a child’s own PIN at the terminal', () => {
  it('gives the link to the account’s pages, and does not start the count of presses anew', async () => {
    const { wallet, serverUrl, tree } = await startWorld({ setup: { guardianPin: GUARDIAN_PIN } });
    const { profile } = wallet;
    const { pinsUsed } = profile.state;
    await linkAtTerminal({ profile, pin: PIN, serverUrl, roots: tree.roots, environment: 'sandbox' });
    expect(profile.state.pinsUsed).toBe(pinsUsed);
  });
});
