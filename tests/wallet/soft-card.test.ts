import { cpSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { checkDecision, decodePaymentRequest, readEnvelope } from '@coinslot/protocol';
import { openProfile, startWallet } from '@coinslot/wallet';
import { describe, expect, it, onTestFinished } from 'vitest';
import { readProfile } from '../../wallet/src/profile/offline.ts';
import { cardReport } from '../../wallet/src/terminal/reports.ts';
import { makeOffer } from '../lib/parties.ts';
import { startSoftCardWorld } from './card-world.ts';
import { GameClient, makePairingHeader } from './game-client.ts';
import { PageClient } from './page-client.ts';
import { PIN, random, temporaryFolder, type World } from './world.ts';

const softCard = ({ wallet }: Pick<World, 'wallet'>) => wallet.cards.list().find(({ kind }) => kind === 'softcard');

describe('the software card', () => {
  it('pays offline by a press, and says what it is', async () => {
    const world = await startSoftCardWorld();
    await world.front.goDown();
    const game = await world.game();
    const { offerBytes } = makeOffer(world.publisher);
    const { decision } = await game.pay(offerBytes);
    const checked = checkDecision(decision, offerBytes, { roots: world.tree.roots, nowMs: world.time.nowMs });
    expect(checked.signer.card?.assurance).toBe('software');
    expect(checked.decision).toMatchObject({ outcome: 'approved', chargedMinor: 20n });
    await world.wallet.cards.readAgain();
    expect(softCard(world)).toMatchObject({ status: 'ready', records: 1, purses: [{ balanceMinor: 980n }] });
  });

  it('is shut with the vault, and there again after a new start, in the state it was in', async () => {
    const world = await startSoftCardWorld();
    await world.front.goDown();
    const game = await world.game();
    await game.pay(makeOffer(world.publisher).offerBytes);
    await world.wallet.close();

    const profile = openProfile({ path: world.profilePath, clock: () => world.time.nowMs, random });
    const { tree, front } = world;
    const wallet = await startWallet({
      profile,
      port: 0,
      serverUrl: front.url,
      roots: tree.roots,
      environment: 'sandbox',
    });
    onTestFinished(() => wallet.close());
    expect(softCard({ wallet })).toBeUndefined();
    await wallet.unlock(PIN);
    await expect.poll(() => softCard({ wallet })).toMatchObject({ status: 'ready', purses: [{ balanceMinor: 980n }] });
    const header = makePairingHeader(world.publisher);
    const again = await GameClient.connect({ port: wallet.port, header });
    await again.prove(await again.next('hello'), game.secret ?? new Uint8Array());
    const second = makeOffer(world.publisher, { nonce: 'second', terms: { offerId: 'level-4' } });
    await again.pay(second.offerBytes);
    await wallet.cards.readAgain();
    expect(softCard({ wallet })).toMatchObject({ records: 2, purses: [{ balanceMinor: 960n }] });
    wallet.lock();
    await expect.poll(() => softCard({ wallet })).toBeUndefined();
  });

  it('outlives the loss of its place outside the profile', async () => {
    const world = await startSoftCardWorld();
    const outside = `${world.profilePath}-card`;
    expect(readdirSync(outside)).toContain('c');
    world.wallet.lock();
    rmSync(outside, { recursive: true });
    await world.wallet.unlock(PIN);
    await expect.poll(() => softCard(world)).toMatchObject({ status: 'ready', purses: [{ balanceMinor: 1_000n }] });
  });

  it('takes the wallet’s PIN above what it pays without: typed on the page, proved by the PIN key', async () => {
    const world = await startSoftCardWorld();
    await world.front.goDown();
    const game = await world.game();
    const { offerBytes } = makeOffer(world.publisher, { quote: { amountMinor: 250n } });
    const { seq, shown, digest } = await game.offer(offerBytes);
    expect(shown.consent).toBe('pin');
    game.send('answer', { seq, answer: 'accept', shownDigest: digest });
    const page = await PageClient.open(world.wallet.pageUrl());
    const { payment } = await page.view();
    expect(payment).toMatchObject({ means: 'softcard', pins: { wallet: true, card: false } });
    expect(await page.act('pay-with-pin', { id: payment?.id, pin: PIN })).toEqual({ done: true });
    const { decision } = await game.next('decision');
    const checked = checkDecision(decision, offerBytes, { roots: world.tree.roots, nowMs: world.time.nowMs });
    expect(checked.decision).toMatchObject({ outcome: 'approved', chargedMinor: 250n });
    const [paid] = world.wallet.profile.state.payments;
    expect(paid?.attempts[0]).toMatchObject({ means: 'softcard' });
    const request = decodePaymentRequest(readEnvelope(paid?.attempts[0].request ?? new Uint8Array()).body);
    expect(request.proof).toBe('pin');
  });

  it('is told of in the terminal, from the profile alone', async () => {
    const world = await startSoftCardWorld();
    const said = cardReport(readProfile(world.profilePath), { nowMs: world.time.nowMs, timeZone: 'UTC' });
    expect(said).toContain('What pays first: Account at the payment service, Card in the reader, Software card');
    expect(said).toMatch(/Software card\n {4}On the card EUR\s10\.00\n {4}All its payments are uploaded\. Valid until/);
    expect(said).toContain(world.cardId);
  });

  it('is gone for good when it is given up, with what it had sold booked, and another can be made', async () => {
    const world = await startSoftCardWorld();
    world.wallet.profile.changeSettings({ means: ['softcard'] });
    const game = await world.game();
    await game.pay(makeOffer(world.publisher).offerBytes);
    const page = await PageClient.open(world.wallet.pageUrl());
    expect(await page.act('lose-card', { card: world.cardId })).toEqual({ done: true });
    expect(softCard(world)).toBeUndefined();
    expect((await page.view()).cards).toMatchObject({ cards: [], canMakeSoftCard: true });
    expect(readdirSync(join(world.profilePath, 'software-card', 'a'))).toEqual([]);
    expect(await page.act('make-soft-card', { pin: PIN })).toEqual({ done: true });
    expect(softCard(world)).toMatchObject({ status: 'ready' });
    expect(softCard(world)?.idHex).not.toBe(world.cardId);
  });

  it('whose places are lost is no new purse: CARD_STATE, until it is given up', async () => {
    const world = await startSoftCardWorld();
    world.wallet.profile.changeSettings({ means: ['softcard'] });
    world.wallet.lock();
    await expect.poll(() => softCard(world)).toBeUndefined();
    rmSync(join(world.profilePath, 'software-card'), { recursive: true });
    await world.wallet.unlock(PIN);
    await expect.poll(() => softCard(world)?.code).toBe('CARD_STATE');
    const game = await world.game();
    expect(await game.refused(makeOffer(world.publisher).offerBytes)).toMatchObject({
      code: 'CARD_STATE',
      charged: 'no',
    });
    const page = await PageClient.open(world.wallet.pageUrl());
    const { cards } = (await page.view()).cards;
    expect(cards).toMatchObject([{ id: world.cardId, status: 'fault' }]);
    expect(await page.act('lose-card', { card: world.cardId })).toEqual({ done: true });
    expect((await page.view()).cards.canMakeSoftCard).toBe(true);
  });

  it('put back as it was after it has paid is found out by the anchors: CARD_FORK', async () => {
    const world = await startSoftCardWorld();
    world.wallet.profile.changeSettings({ means: ['softcard'] });
    const places = [join(world.profilePath, 'software-card'), `${world.profilePath}-card`];
    const copy = temporaryFolder();
    places.forEach((place, i) => cpSync(place, join(copy, String(i)), { recursive: true }));
    const game = await world.game();
    await game.pay(makeOffer(world.publisher).offerBytes);
    await game.pay(makeOffer(world.publisher, { nonce: 'two', terms: { offerId: 'level-4' } }).offerBytes);
    await world.wallet.cards.readAgain();
    world.wallet.lock();
    await expect.poll(() => softCard(world)).toBeUndefined();
    places.forEach((place, i) => {
      rmSync(place, { recursive: true });
      cpSync(join(copy, String(i)), place, { recursive: true });
    });
    await world.wallet.unlock(PIN);
    await expect.poll(() => softCard(world)?.code).toBe('CARD_FORK');
    const third = makeOffer(world.publisher, { nonce: 'three', terms: { offerId: 'level-5' } });
    expect(await game.refused(third.offerBytes)).toMatchObject({ code: 'CARD_FORK', charged: 'no' });
  });

  it('is not asked for a price that takes chips only', async () => {
    const world = await startSoftCardWorld();
    await world.front.goDown();
    const game = await world.game();
    const { offerBytes } = makeOffer(world.publisher, { quote: { cards: 'chip' } });
    // Without a card that may decide the server is waited for, as it was before there were cards.
    const { seq, digest } = await game.offer(offerBytes);
    game.send('answer', { seq, answer: 'accept', shownDigest: digest });
    await game.next('progress');
    expect((await game.next('progress')).state).toBe('pending');
    expect(world.wallet.profile.state.payments[0]?.attempts[0].means).toBe('server');
  });
});
