/** Ways round the PIN and the delay that a higher limit takes: a pairing made anew, two tabs at once. */
import { describe, expect, it } from 'vitest';
import { makeOffer } from '../lib/parties.ts';
import { PageClient } from './page-client.ts';
import { PIN, startWorld } from './world.ts';

describe('a game that is sent away and let in again', () => {
  it('has the limits that it had, and presses stay off: raising takes the PIN as ever', async () => {
    const world = await startWorld();
    const page = await PageClient.open(world.wallet.pageUrl());
    const first = await world.game();
    const [before] = (await page.view()).games;
    const held = { pressPayment: '0.50', day: '2.00', month: '3.00' };
    expect(await page.act('game-limits', { game: before?.id, ...held })).toEqual({ done: true });
    const { profile } = world.wallet;
    const pairingId = profile.state.pairings[0]?.pairingId ?? new Uint8Array();
    profile.record({ kind: 'press-off', atMs: world.time.nowMs, pairingId, off: true });
    await page.act('revoke', { game: before?.id });
    expect(await first.closed()).toBe(4403);

    const again = await world.connect();
    await again.next('hello');
    const [asking] = (await page.view()).pairings;
    expect(asking?.limits).toEqual(held);
    const wished = { pressPayment: '0.40', day: '500.00', month: '900.00' };
    expect(await page.act('pair', { id: asking?.id, ...wished })).toEqual({ done: true });
    const [after] = (await page.view()).games;
    expect(after).toMatchObject({ limits: { ...held, pressPayment: '0.40' }, pressOff: true });
    expect(after?.waiting).toBeUndefined();
  });

  it('goes on with its session: what it took before the new pairing counts against the session’s limit', async () => {
    const world = await startWorld();
    const page = await PageClient.open(world.wallet.pageUrl());
    const first = await world.game();
    expect(await page.act('wallet-limits', { ...(await page.view()).limits, session: '0.30' })).toEqual({ done: true });
    const offer = (nonce: string): Uint8Array => {
      world.time.nowMs += 1_000;
      return makeOffer(world.publisher, { nonce, atMs: world.time.nowMs, terms: { offerId: nonce } }).offerBytes;
    };
    await first.pay(offer('before'));
    world.time.nowMs += 1_000;
    await page.act('revoke', { game: (await page.view()).games[0]?.id });
    expect(await first.closed()).toBe(4403);

    const again = await world.connect();
    await again.next('hello');
    const [asking] = (await page.view()).pairings;
    expect(await page.act('pair', { id: asking?.id, ...asking?.limits })).toEqual({ done: true });
    await again.pair();
    again.send('offer', { seq: again.nextSeq(), offer: offer('after') });
    expect(await again.nextOf('show', 'refusal')).toMatchObject({ kind: 'refusal', code: 'PAUSED' });
    expect(world.wallet.profile.state.payments).toHaveLength(1);
  });
});

describe('a limit that is lowered in one tab while the PIN for a higher one is tried in another', () => {
  it('stays lowered until the delay is over', async () => {
    const world = await startWorld();
    const page = await PageClient.open(world.wallet.pageUrl());
    await world.game();
    const { limits, games } = await page.view();
    const game = games[0]?.id;
    const raising = [
      page.act('wallet-limits', { ...limits, day: '90.00', pin: PIN }),
      page.act('game-limits', { game, ...games[0]?.limits, day: '45.00', pin: PIN }),
    ];
    expect(await page.act('wallet-limits', { ...limits, day: '1.00' })).toEqual({ done: true });
    expect(await page.act('game-limits', { game, ...games[0]?.limits, day: '1.00' })).toEqual({ done: true });
    await Promise.all(raising);
    const then = await page.view();
    expect(then.limits?.day).toBe('1.00');
    expect(then.games[0]?.limits.day).toBe('1.00');
  });
});

describe('two first runs in two tabs', () => {
  it('make one wallet, by the choices of the first alone', async () => {
    const world = await startWorld({ isNew: true });
    const page = await PageClient.open(world.wallet.pageUrl());
    const choices = { pin: PIN, language: 'en', plan: 'prepaid' };
    const [first, second] = await Promise.all([
      page.act('set-up', { ...choices, currency: 'EUR' }),
      page.act('set-up', { ...choices, currency: 'JPY', plan: 'postpaid' }),
    ]);
    expect([first.done, second.done].sort()).toEqual([false, true]);
    const won = first.done ? { currency: 'EUR', plan: 'prepaid' } : { currency: 'JPY', plan: 'postpaid' };
    expect(world.wallet.profile.settings).toMatchObject(won);
  });
});
