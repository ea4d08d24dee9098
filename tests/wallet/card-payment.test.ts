/** A card in the reader as the means: paying with no server, what it asks for, and every state that it can be found in. */
import { withCard, type Icc } from '@coinslot/card';
import { checkDecision, decodePaymentRequest, readEnvelope, userIdOf } from '@coinslot/protocol';
import { describe, expect, it } from 'vitest';
import { DAY_MS, makeOffer, makePlayer, makeRequest, NOON_MS } from '../lib/parties.ts';
import { CARD_PIN, floatOf, startCardWorld, type CardWorld } from './card-world.ts';
import { PageClient } from './page-client.ts';
import { balanceOf, PIN } from './world.ts';

const isDebit = (apdu: Uint8Array): boolean => apdu[0] === 0x80 && apdu[1] === 0x54;
const cardOf = ({ wallet }: Pick<CardWorld, 'wallet'>) => wallet.cards.list().find(({ kind }) => kind === 'card');
const accepted = (world: CardWorld, decision: Uint8Array, offerBytes: Uint8Array) =>
  checkDecision(decision, offerBytes, { roots: world.tree.roots, nowMs: world.time.nowMs });
const requestOf = ({ wallet }: CardWorld) => {
  const attempt = wallet.profile.state.payments.at(-1)?.attempts.at(-1);
  return decodePaymentRequest(readEnvelope(attempt?.request ?? new Uint8Array()).body);
};

/** Another program at the reader: a debit whose request this wallet never sees. */
async function debitElsewhere(world: CardWorld, nonce: string): Promise<void> {
  const { wallet, rack, slot, publisher, time } = world;
  const userId = userIdOf(wallet.profile.vault.publicKeys.account);
  const made = makeOffer(publisher, { nonce, atMs: time.nowMs, quote: { amountMinor: 20n } });
  const decider = { ...publisher, keyHash: cardOf(world)?.keyHash ?? new Uint8Array() };
  const { body } = readEnvelope(makeRequest({ ...makePlayer('somebody'), userId }, decider, made));
  await withCard(rack.client(), slot.name, (terminal) => terminal.pay(body));
}

/** The way of an answer that the page gives. */
async function payOnPage(world: CardWorld, offerBytes: Uint8Array, pins: { pin?: string; cardPin?: string }) {
  const game = await world.game();
  const { seq, shown, digest } = await game.offer(offerBytes);
  game.send('answer', { seq, answer: 'accept', shownDigest: digest });
  const page = await PageClient.open(world.wallet.pageUrl());
  const { payment } = await page.view();
  return { game, shown, payment, page, done: await page.act('pay-with-pin', { id: payment?.id, ...pins }) };
}

describe('a card in the reader', () => {
  it.each([1, 2] as const)('pays with no server at all (alg %d), and what it sold is booked later', async (alg) => {
    const world = await startCardWorld({ alg });
    expect(await floatOf(world)).toBe(1_000n);
    await world.front.goDown();
    const game = await world.game();
    const { offerBytes } = makeOffer(world.publisher);
    const { decision } = await game.pay(offerBytes);
    const checked = accepted(world, decision, offerBytes);
    expect(checked.decision).toMatchObject({ outcome: 'approved', settlement: 'debited', chargedMinor: 20n });
    expect(checked.signer.card?.assurance).toBe('chip');
    expect(requestOf(world)).toMatchObject({ proof: 'press', consentPlace: 'overlay', chargeMinor: 20n });
    await world.wallet.cards.readAgain();
    expect(cardOf(world)).toMatchObject({ records: 1, purses: [{ balanceMinor: 980n }] });
    await world.front.goUp();
    await world.wallet.cards.upload(world.cardId);
    expect(cardOf(world)).toMatchObject({ records: 0, purses: [{ balanceMinor: 980n }] });
    expect(await floatOf(world)).toBe(980n);
    expect(await balanceOf(world)).toBe(1_000n);
    expect(await world.server.service.verifyBooks()).toMatchObject({ ok: true });
  });

  it('is passed over by the account that stands first, and goes first when the player says so', async () => {
    const world = await startCardWorld();
    const game = await world.game();
    await game.pay(makeOffer(world.publisher, { nonce: 'one' }).offerBytes);
    expect(await balanceOf(world)).toBe(980n);
    const page = await PageClient.open(world.wallet.pageUrl());
    expect(await page.act('means', { means: ['card', 'server'] })).toEqual({ done: true });
    await game.pay(makeOffer(world.publisher, { nonce: 'two', terms: { offerId: 'level-4' } }).offerBytes);
    expect(await balanceOf(world)).toBe(980n);
    expect(world.wallet.profile.state.payments.map(({ attempts: [{ means }] }) => means)).toEqual(['server', 'card']);
    expect(await page.act('means', { means: ['card', 'card'] })).toMatchObject({ done: false });
  });

  it('charges in the purse’s own currency by the card’s own rates, shown before the yes', async () => {
    const purses = [{ currency: 'USD', plan: 'prepaid' }] as const;
    const world = await startCardWorld({ purses, loadMinor: 0n, setup: { currency: 'USD' } });
    await world.wallet.cards.recharge(world.cardId, 'prepaid-USD', 500n, PIN);
    await world.front.goDown();
    const game = await world.game();
    const { offerBytes } = makeOffer(world.publisher, { quote: { amountMinor: 20n, currency: 'EUR' } });
    const { seq, shown, digest } = await game.offer(offerBytes);
    expect(shown.total).toMatchObject({ amountMinor: 22n, currency: 'USD' });
    expect(shown.original).toMatchObject({ amountMinor: 20n, currency: 'EUR' });
    game.send('answer', { seq, answer: 'accept', shownDigest: digest });
    const { decision } = await game.next('decision');
    const checked = accepted(world, decision, offerBytes).decision;
    expect(checked).toMatchObject({ chargedMinor: 22n, chargedCurrency: 'USD', rateTableId: shown.rateTableId });
  });

  it('promises, on a postpaid purse, up to its ceiling', async () => {
    const purses = [{ currency: 'EUR', plan: 'postpaid' }] as const;
    const world = await startCardWorld({ purses, setup: { plan: 'postpaid' }, moneyMinor: 100n, loadMinor: 0n });
    await world.front.goDown();
    const game = await world.game();
    const { offerBytes } = makeOffer(world.publisher, { quote: { amountMinor: 90n } });
    const { decision } = await game.pay(offerBytes);
    expect(accepted(world, decision, offerBytes).decision).toMatchObject({ settlement: 'recorded', chargedMinor: 90n });
    await world.wallet.cards.readAgain();
    const second = makeOffer(world.publisher, { nonce: 'second', terms: { offerId: 'level-4' } });
    const refused = await game.pay(second.offerBytes);
    expect(accepted(world, refused.decision, second.offerBytes).decision).toMatchObject({ code: 'CEILING' });
    await world.front.goUp();
    await world.wallet.cards.upload(world.cardId);
    expect(cardOf(world)).toMatchObject({ records: 0, purses: [{ unreportedMinor: 0n }] });
  });
});

describe('its PIN', () => {
  it('is asked for above what it pays without, proves the payment, and is never written down', async () => {
    const world = await startCardWorld();
    await world.front.goDown();
    const { offerBytes } = makeOffer(world.publisher, { quote: { amountMinor: 250n } });
    const paid = await payOnPage(world, offerBytes, { cardPin: CARD_PIN });
    expect(paid.shown.consent).toBe('pin');
    expect(paid.payment).toMatchObject({ means: 'card', pins: { wallet: false, card: true } });
    expect(paid.done).toEqual({ done: true });
    const { decision } = await paid.game.next('decision');
    expect(accepted(world, decision, offerBytes).decision).toMatchObject({ outcome: 'approved', chargedMinor: 250n });
    expect(requestOf(world)).toMatchObject({ proof: 'card', consentPlace: 'wallet-page' });
  });

  it('is asked for beside the wallet’s while the wallet is locked', async () => {
    const world = await startCardWorld();
    await world.front.goDown();
    const game = await world.game();
    world.wallet.lock();
    const { offerBytes } = makeOffer(world.publisher, { quote: { amountMinor: 250n } });
    const { seq, digest } = await game.offer(offerBytes);
    game.send('answer', { seq, answer: 'accept', shownDigest: digest });
    const page = await PageClient.open(world.wallet.pageUrl());
    const { payment } = await page.view();
    expect(payment?.pins).toEqual({ wallet: true, card: true, password: false });
    const id = payment?.id;
    expect(await page.act('pay-with-pin', { id, pin: '9999', cardPin: CARD_PIN })).toMatchObject({ code: 'PIN_WRONG' });
    expect(await page.act('pay-with-pin', { id, pin: PIN, cardPin: CARD_PIN })).toEqual({ done: true });
    expect(accepted(world, (await game.next('decision')).decision, offerBytes).decision.outcome).toBe('approved');
  });

  it('wrong, it says how many tries are left and keeps the payment open; the last one locks the card', async () => {
    const world = await startCardWorld();
    await world.front.goDown();
    const { offerBytes } = makeOffer(world.publisher, { quote: { amountMinor: 250n } });
    const { game, page, payment, done } = await payOnPage(world, offerBytes, { cardPin: '0000' });
    expect(done).toMatchObject({ code: 'CARD_PIN_WRONG', text: expect.stringContaining('2 tries are left') as string });
    expect((await page.view()).payment?.id).toBe(payment?.id);
    await page.act('pay-with-pin', { id: payment?.id, cardPin: '0000' });
    await page.act('pay-with-pin', { id: payment?.id, cardPin: '0000' });
    const refusal = await game.next('refusal');
    expect(refusal).toMatchObject({ code: 'CARD_LOCKED', charged: 'no' });
    expect(refusal.text).toContain('Set it anew under Cards');
    expect((await page.view()).cards.cards[0]).toMatchObject({
      triesLeft: 0,
      trouble: expect.stringContaining('locked') as string,
    });
    // And the wallet's PIN sets it anew.
    expect(await page.act('card-pin', { card: world.cardId, pin: PIN, cardPin: '8642' })).toEqual({ done: true });
    const again = makeOffer(world.publisher, { nonce: 'again', quote: { amountMinor: 250n } });
    const { seq, digest } = await game.offer(again.offerBytes);
    game.send('answer', { seq, answer: 'accept', shownDigest: digest });
    const id = (await page.view()).payment?.id;
    expect(await page.act('pay-with-pin', { id, cardPin: '8642' })).toEqual({ done: true });
    expect(accepted(world, (await game.next('decision')).decision, again.offerBytes).decision.outcome).toBe('approved');
  });

  it('typed for a card that has been pulled out meanwhile, pays nothing', async () => {
    const world = await startCardWorld();
    await world.front.goDown();
    const game = await world.game();
    const { seq, digest } = await game.offer(makeOffer(world.publisher, { quote: { amountMinor: 250n } }).offerBytes);
    game.send('answer', { seq, answer: 'accept', shownDigest: digest });
    const page = await PageClient.open(world.wallet.pageUrl());
    const id = (await page.view()).payment?.id;
    world.slot.remove();
    await page.act('pay-with-pin', { id, cardPin: CARD_PIN });
    expect(await game.next('refusal')).toMatchObject({ code: 'CARD_ABSENT', charged: 'no' });
    expect(world.wallet.profile.state.payments).toEqual([]);
  });
});

describe('the states that it is found in, with no server', () => {
  const states: [
    name: string,
    code: string,
    words: string,
    bring: (world: CardWorld) => Promise<void> | void,
    quote?: Parameters<typeof makeOffer>[1],
  ][] = [
    ['absent', 'CARD_ABSENT', 'Put your card in', (world) => world.slot.remove()],
    [
      'blocked',
      'CARD_BLOCKED',
      'is blocked',
      async (world) => {
        await world.wallet.cards.lose(world.cardId);
        await expect.poll(() => cardOf(world)?.code).toBe('CARD_BLOCKED');
      },
    ],
    [
      'out of its time',
      'CHAIN_EXPIRED',
      'has expired',
      (world) => void (world.time.nowMs += 800 * DAY_MS),
      { atMs: NOON_MS + 800 * DAY_MS },
    ],
    ['not taken for this price', 'PENDING', '', () => undefined, { quote: { cards: 'none' } }],
  ];
  it.each(states)('%s: %s', async (name, code, words, bring, change = {}) => {
    const world = await startCardWorld();
    const game = await world.game();
    if (code !== 'PENDING') world.wallet.profile.changeSettings({ means: ['card'] });
    await bring(world);
    await world.front.goDown();
    await expect.poll(() => world.wallet.cards.list().every(({ status }) => status !== 'reading')).toBe(true);
    const made = makeOffer(world.publisher, change);
    if (code === 'PENDING') {
      // No card may decide, so the server is waited for.
      const { seq, digest } = await game.offer(made.offerBytes);
      game.send('answer', { seq, answer: 'accept', shownDigest: digest });
      await game.next('progress');
      expect((await game.next('progress')).state).toBe('pending');
      return;
    }
    const refusal = await game.refused(made.offerBytes);
    expect(refusal, name).toMatchObject({ code, charged: 'no' });
    expect(refusal.text).toContain(words);
    expect(refusal.text).toContain('Nothing was charged');
    expect(world.wallet.profile.state.payments).toEqual([]);
  });

  it('empty: shown as not enough, refused with the card’s signature', async () => {
    const world = await startCardWorld({ loadMinor: 10n });
    await world.front.goDown();
    const game = await world.game();
    const { offerBytes } = makeOffer(world.publisher);
    const { seq, shown, digest } = await game.offer(offerBytes);
    expect(shown.sufficiency).toBe('not-enough');
    game.send('answer', { seq, answer: 'accept', shownDigest: digest });
    const { decision } = await game.next('decision');
    expect(accepted(world, decision, offerBytes).decision).toMatchObject({ outcome: 'refused', code: 'INSUFFICIENT' });
  });

  it('torn in the middle of the debit: pending, then the decision once it is back; one debit', async () => {
    let tears = false;
    const world: CardWorld = await startCardWorld({
      around: (card): Icc => ({
        powerOn: () => card.powerOn(),
        powerOff: () => card.powerOff(),
        async transmit(apdu) {
          const answer = await card.transmit(apdu);
          if (!tears || !isDebit(apdu)) return answer;
          tears = false;
          return new Uint8Array();
        },
      }),
    });
    await world.front.goDown();
    const game = await world.game();
    tears = true;
    const { offerBytes } = makeOffer(world.publisher);
    const { seq, digest } = await game.offer(offerBytes);
    game.send('answer', { seq, answer: 'accept', shownDigest: digest });
    expect((await game.next('progress')).state).toBe('paying');
    expect((await game.next('progress')).state).toBe('pending');
    const { decision } = await game.next('decision');
    expect(accepted(world, decision, offerBytes).decision.outcome).toBe('approved');
    await world.wallet.cards.readAgain();
    expect(cardOf(world)).toMatchObject({ records: 1, purses: [{ balanceMinor: 980n }] });
  });

  it('pulled out between the yes and the debit: nothing charged, and it says to put it in', async () => {
    const world = await startCardWorld();
    await world.front.goDown();
    const game = await world.game();
    const { offerBytes } = makeOffer(world.publisher);
    const { seq, digest } = await game.offer(offerBytes);
    world.slot.remove();
    game.send('answer', { seq, answer: 'accept', shownDigest: digest });
    const refusal = await game.next('refusal');
    expect(refusal).toMatchObject({ code: 'CARD_ABSENT', charged: 'no' });
    expect(world.wallet.profile.state.payments[0]).toMatchObject({ status: 'refused', lapsed: 'CARD_ABSENT' });
    expect(world.wallet.profile.state.spent(() => true)).toBe(0n);
    // Asked again under the same nonce, the answer stands.
    game.send('status', { seq: 9, nonce: makeOffer(world.publisher).offer.nonce });
    expect(await game.next('refusal')).toMatchObject({ seq: 9, code: 'CARD_ABSENT' });
  });

  it('of another wallet: seen, and not asked', async () => {
    const world = await startCardWorld();
    const other = await startCardWorld();
    world.slot.remove();
    await world.slot.insert(other.card);
    await expect.poll(() => cardOf(world)?.status).toBe('foreign');
    world.wallet.profile.changeSettings({ means: ['card'] });
    const game = await world.game();
    expect(await game.refused(makeOffer(world.publisher).offerBytes)).toMatchObject({
      code: 'CARD_STATE',
      charged: 'no',
    });
  });
});

describe('recharging and uploading', () => {
  it('an answer lost on the way up is fetched by the same bytes; value comes once', async () => {
    const world = await startCardWorld();
    world.front.loseAnswerOf = '/v1/cards/uploads';
    await expect(world.wallet.cards.recharge(world.cardId, 'prepaid-EUR', 300n, PIN)).rejects.toMatchObject({
      code: 'SERVER_UNREACHABLE',
    });
    expect(await balanceOf(world)).toBe(700n);
    expect(cardOf(world)).toMatchObject({ purses: [{ balanceMinor: 1_000n }] });
    await world.wallet.cards.upload(world.cardId);
    expect(cardOf(world)).toMatchObject({ purses: [{ balanceMinor: 1_300n }] });
    await world.wallet.cards.upload(world.cardId);
    expect(await balanceOf(world)).toBe(700n);
    expect(await floatOf(world)).toBe(1_300n);
  });

  it('payments that this wallet did not make go up with the others, and the page says so', async () => {
    const world = await startCardWorld();
    await world.front.goDown();
    await debitElsewhere(world, 'elsewhere 1');
    const game = await world.game();
    await game.pay(makeOffer(world.publisher).offerBytes);
    await debitElsewhere(world, 'elsewhere 2');
    await world.wallet.cards.readAgain();
    expect(cardOf(world)).toMatchObject({ records: 3, purses: [{ balanceMinor: 940n }] });
    await world.front.goUp();
    await world.wallet.cards.recharge(world.cardId, 'prepaid-EUR', 100n, PIN);
    expect(cardOf(world)).toMatchObject({ records: 0, purses: [{ balanceMinor: 1_040n }] });
    expect([await floatOf(world), await balanceOf(world)]).toEqual([1_040n, 900n]);
    const rows = await world.server.service.records.cards.listCardRecords(
      Buffer.from(world.cardId, 'hex'),
      { counter: 0, head: new Uint8Array() },
      10,
    );
    expect(rows.map(({ outcome }) => outcome)).toEqual(['disputed', 'booked', 'disputed']);
    expect(await world.server.service.verifyBooks()).toMatchObject({ ok: true });
    const page = await PageClient.open(world.wallet.pageUrl());
    expect((await page.view()).cards.cards).toMatchObject([{ id: world.cardId, notOurs: 2 }]);
  });

  it('only payments of others, and the answer to the upload lost: told once, when it comes', async () => {
    const world = await startCardWorld();
    for (let i = 0; i < 5; i += 1) await debitElsewhere(world, `elsewhere ${i}`);
    world.front.loseAnswerOf = '/v1/cards/uploads';
    await expect(world.wallet.cards.upload(world.cardId)).rejects.toMatchObject({ code: 'SERVER_UNREACHABLE' });
    await world.wallet.cards.upload(world.cardId);
    expect(cardOf(world)).toMatchObject({ records: 0, purses: [{ balanceMinor: 900n }] });
    expect(await floatOf(world)).toBe(900n);
    const page = await PageClient.open(world.wallet.pageUrl());
    expect((await page.view()).cards.cards).toMatchObject([{ notOurs: 5 }]);
  });

  it('more than the account has is refused and leaves everything as it was', async () => {
    const world = await startCardWorld();
    const { cards } = world.wallet;
    await expect(cards.recharge(world.cardId, 'prepaid-EUR', 9_000n, PIN)).rejects.toMatchObject({
      code: 'INSUFFICIENT',
    });
    expect(cardOf(world)).toMatchObject({ purses: [{ balanceMinor: 1_000n }] });
    await cards.recharge(world.cardId, 'prepaid-EUR', 100n, PIN);
    expect(cardOf(world)).toMatchObject({ purses: [{ balanceMinor: 1_100n }] });
  });

  it('takes in more payments than one upload holds, refusals among them', async () => {
    const world = await startCardWorld();
    await world.front.goDown();
    const game = await world.game();
    for (let i = 0; i < 30; i += 1) {
      world.time.nowMs += 5_000;
      const atMs = world.time.nowMs;
      const quote = { amountMinor: 1n };
      const terms = { offerId: `level-${i}` };
      const { offerBytes } = makeOffer(world.publisher, { atMs, nonce: `nonce ${i}`, quote, terms });
      const { seq, shown, digest } = await game.offer(offerBytes);
      game.send('answer', { seq, answer: 'accept', shownDigest: digest });
      if (shown.consent === 'pin') {
        const page = await PageClient.open(world.wallet.pageUrl());
        const id = (await page.view()).payment?.id;
        await page.act('pay-with-pin', { id, cardPin: CARD_PIN });
      }
      await game.next('decision');
      await world.wallet.cards.readAgain();
    }
    expect(cardOf(world)?.records).toBe(30);
    await world.front.goUp();
    await world.wallet.cards.upload(world.cardId);
    expect(cardOf(world)).toMatchObject({ records: 0, purses: [{ balanceMinor: 970n }] });
    expect(await floatOf(world)).toBe(970n);
  });
});
