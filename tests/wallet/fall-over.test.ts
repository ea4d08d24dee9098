/** One nonce over several means: when another may be asked, and that it never pays twice (P17). */
import type { Icc } from '@coinslot/card';
import { checkDecision, readEnvelope, requestId, decodePaymentRequest } from '@coinslot/protocol';
import type { Means } from '@coinslot/wallet';
import { describe, expect, it } from 'vitest';
import { makeOffer } from '../lib/parties.ts';
import { startCardWorld, type CardWorld } from './card-world.ts';
import type { GameClient } from './game-client.ts';
import { PageClient } from './page-client.ts';
import { balanceOf, PIN } from './world.ts';

const attemptsOf = ({ wallet }: CardWorld) => wallet.profile.state.payments.at(-1)?.attempts ?? [];
const meansOf = (world: CardWorld) => attemptsOf(world).map(({ means }) => means);
const cardBalance = async ({ wallet, cardId }: CardWorld): Promise<bigint | undefined> => {
  await wallet.cards.readAgain();
  return wallet.cards.list().find(({ idHex }) => idHex === cardId)?.purses[0]?.balanceMinor;
};

/** Offers, and goes on only once it is shown, which is when the means is chosen. */
async function shown(world: CardWorld, game: GameClient) {
  const { offerBytes } = makeOffer(world.publisher);
  const { seq, digest } = await game.offer(offerBytes);
  return { offerBytes, accept: () => game.send('answer', { seq, answer: 'accept', shownDigest: digest }) };
}

function approved(world: CardWorld, decision: Uint8Array, offerBytes: Uint8Array): void {
  const options = { roots: world.tree.roots, nowMs: world.time.nowMs };
  expect(checkDecision(decision, offerBytes, options).decision.outcome).toBe('approved');
}

describe('another means is asked', () => {
  it('when the server cannot be connected to, for the same yes and the same nonce', async () => {
    const world = await startCardWorld();
    const game = await world.game();
    const { offerBytes, accept } = await shown(world, game);
    await world.front.goDown();
    accept();
    approved(world, (await game.next('decision')).decision, offerBytes);
    expect(meansOf(world)).toEqual(['server', 'card']);
    const ids = attemptsOf(world).map(({ request }) => {
      const { userId, nonce } = decodePaymentRequest(readEnvelope(request).body);
      return Buffer.from(requestId(userId, nonce)).toString('hex');
    });
    expect(new Set(ids).size).toBe(1);
    const digests = attemptsOf(world).map(({ asked }) => Buffer.from(asked.shownDigest).toString('hex'));
    expect(new Set(digests).size).toBe(1);
    expect([await balanceOf(world), await cardBalance(world)]).toEqual([1_000n, 980n]);
    expect(world.wallet.profile.state.spent(() => true)).toBe(20n);
  });

  it('when the server has refused with its signature; the refusal is kept, and the record goes up all the same', async () => {
    const world = await startCardWorld();
    const game = await world.game();
    const { offerBytes, accept } = await shown(world, game);
    // What the account had when the offer was shown is spent elsewhere before the yes.
    await world.wallet.cards.recharge(world.cardId, 'prepaid-EUR', 1_000n, PIN);
    accept();
    approved(world, (await game.next('decision')).decision, offerBytes);
    expect(meansOf(world)).toEqual(['server', 'card']);
    const [first, second] = attemptsOf(world);
    expect(first?.decision).toBeDefined();
    expect(second?.decision).toBeDefined();
    expect([await balanceOf(world), await cardBalance(world)]).toEqual([0n, 1_980n]);
    await world.wallet.cards.upload(world.cardId);
    expect(await cardBalance(world)).toBe(1_980n);
    expect(await world.server.service.verifyBooks()).toMatchObject({ ok: true });
  });

  it('when the card is gone before any debit was sent to it', async () => {
    const world = await startCardWorld();
    world.wallet.profile.changeSettings({ means: ['card', 'server'] });
    const game = await world.game();
    const { offerBytes, accept } = await shown(world, game);
    world.slot.remove();
    accept();
    approved(world, (await game.next('decision')).decision, offerBytes);
    expect(meansOf(world)).toEqual(['card', 'server']);
    expect(await balanceOf(world)).toBe(980n);
  });

  it('over all three, when two are gone', async () => {
    const world = await startCardWorld({ moneyMinor: 2_000n });
    const softCard = await world.wallet.cards.makeSoftCard(PIN);
    await world.wallet.cards.recharge(softCard, 'prepaid-EUR', 500n, PIN);
    const game = await world.game();
    const { offerBytes, accept } = await shown(world, game);
    await world.front.goDown();
    world.slot.remove();
    accept();
    approved(world, (await game.next('decision')).decision, offerBytes);
    expect(meansOf(world)).toEqual(['server', 'card', 'softcard']);
  });
});

describe('no other means is asked', () => {
  /** A server that takes the request and says nothing, then is gone for good. */
  const silent = (): { means: Means; asked: number[] } => {
    const asked: number[] = [];
    const answers: Means['authorise'] = () => {
      asked.push(asked.length);
      return Promise.resolve(
        asked.length === 1 ? { kind: 'pending', code: 'PENDING' } : { kind: 'not-sent', code: 'BUSY' },
      );
    };
    return { asked, means: { id: 'server', authorise: answers, close: () => undefined } };
  };

  it('while the server was sent it and has not answered, even once it cannot be reached any more: pending (P17)', async () => {
    const { means, asked } = silent();
    const world = await startCardWorld({ wallet: { means } });
    const game = await world.game();
    const { accept } = await shown(world, game);
    accept();
    await game.next('progress');
    expect((await game.next('progress')).state).toBe('pending');
    await expect.poll(() => asked.length).toBeGreaterThan(2);
    expect(meansOf(world)).toEqual(['server']);
    expect(await cardBalance(world)).toBe(1_000n);
    expect(world.wallet.profile.state.payments[0]?.status).toBe('pending');
    // Nor under another nonce for the same thing.
    expect(await game.refused(makeOffer(world.publisher, { nonce: 'other' }).offerBytes)).toMatchObject({
      code: 'PENDING',
      charged: 'unknown',
    });
  });

  it('while a debit was sent to the card and no answer came: the card is asked again, once it is back', async () => {
    let tears = 1;
    const world: CardWorld = await startCardWorld({
      around: (card): Icc => ({
        powerOn: () => card.powerOn(),
        powerOff: () => card.powerOff(),
        async transmit(apdu) {
          // The debit is done, and the card pulled before its answer is read.
          const answer = await card.transmit(apdu);
          const isDebit = apdu[0] === 0x80 && apdu[1] === 0x54;
          if (!isDebit || tears-- <= 0) return answer;
          world.slot.remove();
          return answer;
        },
      }),
    });
    world.wallet.profile.changeSettings({ means: ['card', 'server'] });
    const game = await world.game();
    const { offerBytes, accept } = await shown(world, game);
    accept();
    await game.next('progress');
    expect((await game.next('progress')).state).toBe('pending');
    const page = await PageClient.open(world.wallet.pageUrl());
    await expect
      .poll(async () => (await page.view()).receipts[0]?.outcomeText)
      .toMatch(/^Waiting for an answer\. .*card/i);
    expect(await balanceOf(world)).toBe(1_000n);
    await world.slot.insert(world.card);
    approved(world, (await game.next('decision')).decision, offerBytes);
    expect(meansOf(world)).toEqual(['card']);
    expect([await balanceOf(world), await cardBalance(world)]).toEqual([1_000n, 980n]);
  });

  it('when the server refuses by a rule of its own', async () => {
    const world = await startCardWorld({ hooks: { beforeDecide: () => Promise.resolve({ refuse: 'LIMIT' }) } });
    const game = await world.game();
    const { accept, offerBytes } = await shown(world, game);
    accept();
    const { decision } = await game.next('decision');
    const options = { roots: world.tree.roots, nowMs: world.time.nowMs };
    expect(checkDecision(decision, offerBytes, options).decision).toMatchObject({ outcome: 'refused', code: 'LIMIT' });
    expect(meansOf(world)).toEqual(['server']);
    expect(await cardBalance(world)).toBe(1_000n);
  });

  it('when it would charge something else than was shown', async () => {
    const world = await startCardWorld();
    const game = await world.game();
    const { offerBytes } = makeOffer(world.publisher, { quote: { amountMinor: 20n, currency: 'USD' } });
    const { seq, digest } = await game.offer(offerBytes);
    await world.front.goDown();
    game.send('answer', { seq, answer: 'accept', shownDigest: digest });
    await game.next('progress');
    expect((await game.next('progress')).state).toBe('pending');
    expect(meansOf(world)).toEqual(['server']);
  });

  it('when the yes that was given is not enough for it: the wallet’s PIN is not the card’s', async () => {
    const world = await startCardWorld();
    const game = await world.game();
    const { offerBytes } = makeOffer(world.publisher, { quote: { amountMinor: 250n } });
    const { seq, digest } = await game.offer(offerBytes);
    game.send('answer', { seq, answer: 'accept', shownDigest: digest });
    const page = await PageClient.open(world.wallet.pageUrl());
    const { payment } = await page.view();
    expect(payment).toMatchObject({ means: 'server', pins: { wallet: true, card: false } });
    await world.front.goDown();
    expect(await page.act('pay-with-pin', { id: payment?.id, pin: PIN })).toEqual({ done: true });
    await expect.poll(() => meansOf(world)).toEqual(['server']);
    expect(world.wallet.profile.state.payments[0]?.status).toBe('pending');
    expect(await cardBalance(world)).toBe(1_000n);
  });
});
