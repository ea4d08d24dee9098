/** Games that are no web page: programs, desktop shells, files. They come in by a code, and after that by their door key. */
import { NATIVE_ORIGIN } from '@coinslot/protocol/link';
import { describe, expect, it } from 'vitest';
import { openProfile, startWallet } from '@coinslot/wallet';
import { WALLET_LIMITS } from '../../wallet/src/limits.ts';
import { makeOffer, seedOf } from '../lib/parties.ts';
import { doorPass, GameClient, makePairingHeader, type GameOptions } from './game-client.ts';
import { PageClient } from './page-client.ts';
import { balanceOf, PIN, random, startWorld, type World } from './world.ts';

const ORIGINS = ['http://127.0.0.1:8375', NATIVE_ORIGIN];

interface Home {
  readonly world: World;
  readonly page: PageClient;
  /** A native game at the door. */
  knock(options: Partial<GameOptions>): Promise<GameClient>;
  code(): Promise<string>;
}

async function openHome(): Promise<Home> {
  const world = await startWorld();
  const page = await PageClient.open(world.wallet.pageUrl());
  const header = makePairingHeader(world.publisher, { origins: ORIGINS });
  return {
    world,
    page,
    knock: (options) => world.connect({ header, origin: undefined, ...options }),
    async code() {
      expect(await page.act('open-code')).toEqual({ done: true });
      return (await page.view()).linkCode?.code ?? '';
    },
  };
}

/** By a code, and the player's yes. */
async function pairNative(home: Home): Promise<GameClient> {
  const game = await home.knock({ pass: await home.code() });
  expect((await game.next('hello')).state).toBe('pairing');
  const [request] = (await home.page.view()).pairings;
  expect(await home.page.act('pair', { id: request?.id, ...request?.limits })).toEqual({ done: true });
  await game.pair();
  return game;
}

describe('a game that is no web page', () => {
  it('O2: is paired by a code and the player’s yes, and pays; the page says that it is a program', async () => {
    const home = await openHome();
    const { world, page } = home;
    const game = await home.knock({ pass: await home.code() });
    expect((await game.next('hello')).state).toBe('pairing');
    const view = await page.view();
    expect(view.pairings).toMatchObject([{ isNative: true, gameName: 'Demo Game', isAgain: false }]);
    // The code is used up as soon as it was right.
    expect(view.linkCode).toBeUndefined();
    await page.act('pair', { id: view.pairings[0]?.id, ...view.pairings[0]?.limits });
    expect((await game.pair()).payments).toBe('on');
    await game.pay(makeOffer(world.publisher).offerBytes);
    expect(await balanceOf(world)).toBe(980n);
    expect((await page.view()).games).toMatchObject([{ isNative: true, isConnected: true }]);
  });

  it('comes back by its door key, with whatever it has in place of an origin, and proves its secret', async () => {
    const home = await openHome();
    const first = await pairNative(home);
    const secret = first.secret ?? new Uint8Array();
    first.close();
    for (const origin of [undefined, 'null', 'file://']) {
      const again = await home.knock({ pass: doorPass(secret), origin });
      const hello = await again.next('hello');
      expect(hello.state).toBe('paired');
      expect((await again.prove(hello, secret)).payments).toBe('on');
    }
    // The door key is no secret's proof.
    const thief = await home.knock({ pass: doorPass(secret) });
    await thief.next('hello');
    thief.send('prove', { challenge: seedOf('c'), proof: seedOf('guess'), locale: 'en' });
    expect(await thief.closed()).toBe(4403);
    // And without a proof nobody is asked about it again: that takes a code.
    const lost = await home.knock({ pass: doorPass(secret) });
    await lost.next('hello');
    lost.send('prove', { challenge: seedOf('c'), proof: new Uint8Array(), locale: 'en' });
    expect(await lost.closed()).toBe(4403);
    expect((await home.page.view()).pairings).toEqual([]);
  });

  it('O1: a sandboxed frame that has everything but the code stays outside, however often it guesses', async () => {
    const home = await openHome();
    const right = await home.code();
    const wrong = right.startsWith('0') ? `1${right.slice(1)}` : `0${right.slice(1)}`;
    for (let i = 0; i < WALLET_LIMITS.linkCodeTries; i++)
      await expect(home.knock({ origin: 'null', pass: wrong })).rejects.toThrow('403');
    // The guesses have used the code up: not even the right one helps any more.
    expect((await home.page.view()).linkCode).toBeUndefined();
    await expect(home.knock({ origin: 'null', pass: right })).rejects.toThrow('403');
    expect((await home.page.view()).pairings).toEqual([]);
  });

  it('a code is good for one game, for five minutes, until it is withdrawn, and a new one ends the old', async () => {
    const home = await openHome();
    const used = await home.code();
    (await home.knock({ pass: used })).close();
    await expect(home.knock({ pass: used })).rejects.toThrow('403');

    const late = await home.code();
    home.world.time.nowMs += WALLET_LIMITS.linkCodeMs;
    expect((await home.page.view()).linkCode).toBeUndefined();
    await expect(home.knock({ pass: late })).rejects.toThrow('403');

    const withdrawn = await home.code();
    await home.page.act('close-code');
    await expect(home.knock({ pass: withdrawn })).rejects.toThrow('403');

    const old = await home.code();
    const now = await home.code();
    expect(old).not.toBe(now);
    await expect(home.knock({ pass: old })).rejects.toThrow('403');
    // As people type it.
    await expect(home.knock({ pass: now.toLowerCase().replace('-', '') })).resolves.toBeDefined();
  });

  it('a code is opened by the wallet’s page alone: a request of another site opens none', async () => {
    const home = await openHome();
    for (const change of [{ origin: 'https://evil.test' }, { origin: 'null' }, { 'x-coinslot-page': undefined }])
      expect((await home.page.post('/api/open-code', '{}', home.page.headers(change))).status).toBe(403);
    expect((await home.page.view()).linkCode).toBeUndefined();
  });

  it('is asked about again by a new code when it has lost its secret, keeps its entry, and another game’s door stays shut', async () => {
    const home = await openHome();
    const first = await pairNative(home);
    const secret = first.secret ?? new Uint8Array();
    const again = await home.knock({ pass: await home.code() });
    expect((await again.next('hello')).state).toBe('pairing');
    const { pairings } = await home.page.view();
    expect(pairings).toMatchObject([{ isAgain: true, isNative: true }]);
    await home.page.act('pair', { id: pairings[0]?.id, ...pairings[0]?.limits });
    await again.pair();
    expect(again.secret).toEqual(secret);
    expect(home.world.wallet.profile.state.pairings).toHaveLength(1);
    const other = makePairingHeader(home.world.publisher, { origins: ORIGINS, gameId: 'other-game' });
    await expect(home.knock({ header: other, pass: doorPass(secret) })).rejects.toThrow('403');
    // Nor does its secret help on the web, where another origin is another pairing.
    const web = await home.world.connect({ header: makePairingHeader(home.world.publisher, { origins: ORIGINS }) });
    expect(await web.next('paired')).not.toMatchObject({ secret });
  });

  it('sent away on the page it needs a code again', async () => {
    const home = await openHome();
    const game = await pairNative(home);
    await home.page.act('revoke', { game: (await home.page.view()).games[0]?.id });
    expect(await game.closed()).toBe(4403);
    await expect(home.knock({ pass: doorPass(game.secret ?? new Uint8Array()) })).rejects.toThrow('403');
  });

  it('is known at the door of a wallet that was started anew and is still locked', async () => {
    const home = await openHome();
    const game = await pairNative(home);
    const secret = game.secret ?? new Uint8Array();
    const { world } = home;
    await world.wallet.close();
    const profile = openProfile({ path: world.profilePath, clock: () => world.time.nowMs, random });
    const { roots } = world.tree;
    const wallet = await startWallet({ profile, port: 0, serverUrl: world.serverUrl, roots, environment: 'sandbox' });
    const header = makePairingHeader(world.publisher, { origins: ORIGINS });
    const again = await GameClient.connect({ port: wallet.port, header, origin: undefined, pass: doorPass(secret) });
    const welcome = again.prove(await again.next('hello'), secret);
    await wallet.unlock(PIN);
    expect((await welcome).payments).toBe('on');
    await wallet.close();
  });
});
