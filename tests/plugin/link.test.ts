/** The link: pairing, mutual proof, absence, permission, coming back. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { memoryStore, type SocketEvents } from '@coinslot/plugin/core';
import type { LinkState } from '@coinslot/plugin';
import { createVerifier } from '../../plugin/src/verifier.ts';
import { REACH_TIMEOUT_MS, WalletLink } from '../../plugin/src/core/link.ts';
import { GAME } from './lib/content.ts';
import { ORIGIN, PAYS, SettablePermission, World, type Habits, type Seat } from './lib/seat.ts';

let world: World;
beforeEach(async () => {
  world = await World.open();
});
afterEach(() => world.close());

/** Resolves when the link has entered a state. */
const enters = (seat: Seat, state: LinkState): Promise<void> =>
  new Promise((resolve) => seat.coinslot.events.on('wallet', (entered) => entered === state && resolve()));

describe('first contact', () => {
  it('is not sought before the game has something to ask', async () => {
    const seat = world.sit({ paired: false });
    await seat.coinslot.ready;
    expect(seat.coinslot.walletState).toBe('off');
    expect(world.wallet.heard).toEqual([]);
  });

  it('is shown as something to do on the wallet’s page, and goes on by itself once done', async () => {
    world.wallet.script = { pairing: 'wait' };
    const seat = world.sit({ paired: false });
    const result = seat.coinslot.require('level-3');
    await seat.stage.shows('unreachable');
    expect(seat.stage.seen.at(-1)).toEqual({ kind: 'unreachable', reason: 'not-paired' });
    // The player goes to the wallet's page, which hides the game's.
    seat.stage.intend('hidden');
    world.wallet.acceptPairing();
    expect(await result).toMatchObject({ status: 'granted' });
    expect(await seat.store.get('pairing', String(world.wallet.port))).toEqual(world.wallet.secret);
  });

  it('that the player refuses is payments-off, whatever the reason', async () => {
    world.wallet.script = { pairing: 'refuse' };
    const seat = world.sit({ paired: false });
    const result = seat.coinslot.require('level-3');
    await enters(seat, 'refused');
    await seat.stage.shows('unreachable');
    seat.stage.intend('close');
    expect(await result).toMatchObject({ status: 'skipped', charged: 'no' });
    expect(await seat.coinslot.breakpoint('level-end')).toMatchObject({ status: 'skipped', reason: 'payments-off' });
  });

  it('is repeated when the game has lost its secret', async () => {
    world.wallet.isPaired = true;
    const seat = world.sit({ paired: false });
    expect(await seat.coinslot.require('level-3')).toMatchObject({ status: 'granted' });
    const prove = world.wallet.heard.find((frame) => frame.kind === 'prove');
    expect(prove).toMatchObject({ proof: new Uint8Array() });
  });

  it('is repeated when the wallet does not know the game’s secret any more', async () => {
    const store = memoryStore();
    await store.put('pairing', String(world.wallet.port), new Uint8Array(32));
    world.wallet.isPaired = true;
    const unreachable: Habits['unreachable'] = (state) =>
      state.kind === 'unreachable' && state.reason === 'wallet-absent' ? 'retry' : 'wait';
    const seat = world.sit({ paired: false, store, habits: { ...PAYS, unreachable } });
    expect(await seat.coinslot.require('level-3')).toMatchObject({ status: 'granted' });
    expect(await store.get('pairing', String(world.wallet.port))).toEqual(world.wallet.secret);
  });
});

describe('whoever listens on the wallet’s port', () => {
  it('without the pairing secret is sent no offer', async () => {
    world.wallet.script = { proof: (right) => right.map((byte) => byte ^ 1) };
    const seat = world.sit({ habits: { unreachable: 'decline' } });
    const result = await seat.coinslot.require('level-3');
    expect(result).toMatchObject({ status: 'skipped', reason: 'wallet-absent', charged: 'no' });
    expect(world.wallet.heard.map((frame) => frame.kind)).not.toContain('offer');
  });

  it('and sends what is no frame is dropped, and the game goes on', async () => {
    world.wallet.script = { onOffer: (_, line) => line.sendRaw(Uint8Array.of(0xc1)) };
    const seat = world.sit({ habits: { unreachable: 'decline' } });
    const result = seat.coinslot.require('level-3');
    await enters(seat, 'absent');
    await world.wallet.stop();
    expect(await result).toMatchObject({ status: 'skipped', reason: 'wallet-absent' });
  });
});

describe('no wallet', () => {
  beforeEach(() => world.wallet.stop());

  it('passes over an offer by timing without a dialog', async () => {
    const seat = world.sit();
    expect(await seat.coinslot.breakpoint('level-end')).toMatchObject({ status: 'skipped', reason: 'wallet-absent' });
    expect(seat.stage.opened).toBe(0);
  });

  it('is told to a player who asked, and the game goes on', async () => {
    const seat = world.sit({ habits: { unreachable: 'close' } });
    expect(await seat.coinslot.require('level-3')).toMatchObject({ status: 'skipped', reason: 'wallet-absent' });
    expect(seat.stage.seen.at(-1)).toEqual({ kind: 'unreachable', reason: 'wallet-absent' });
    expect([seat.stage.opened, seat.stage.closed]).toEqual([1, 1]);
  });

  it('that is started meanwhile is found by trying again', async () => {
    const seat = world.sit();
    const result = seat.coinslot.require('level-3');
    await seat.stage.shows('unreachable');
    await world.wallet.start();
    seat.stage.intend('retry');
    expect(await result).toMatchObject({ status: 'granted' });
  });

  it('that is started meanwhile is found by itself, ever more seldom tried', async () => {
    const seat = world.sit();
    const result = seat.coinslot.require('level-3');
    await seat.stage.shows('unreachable');
    await world.wallet.start();
    world.clock.advance(500);
    expect(await result).toMatchObject({ status: 'granted' });
  });

  it('because the browser forbids it is told apart', async () => {
    const seat = world.sit({ permission: 'denied', habits: { unreachable: 'close' } });
    expect(await seat.coinslot.require('level-3')).toMatchObject({ status: 'skipped', reason: 'wallet-permission' });
    expect(seat.stage.seen.at(-1)).toEqual({ kind: 'unreachable', reason: 'wallet-permission' });
    expect(await seat.coinslot.breakpoint('level-end')).toMatchObject({ reason: 'wallet-permission' });
  });

  it('because the browser’s question is still open is told apart', async () => {
    const seat = world.sit({ permission: 'prompt', habits: { unreachable: 'close' } });
    expect(await seat.coinslot.require('level-3')).toMatchObject({ reason: 'wallet-permission' });
  });
});

describe('a browser that asks before a page may reach this machine', () => {
  it('O8: is not made to ask before the player was told why, and tries again', async () => {
    const seat = world.sit({ permission: 'prompt', paired: false });
    const result = seat.coinslot.require('level-3');
    await seat.stage.shows('unreachable');
    expect(seat.stage.seen.at(-1)).toEqual({ kind: 'unreachable', reason: 'wallet-ask' });
    expect(world.wallet.heard).toEqual([]);
    seat.stage.intend('retry');
    expect(await result).toMatchObject({ status: 'granted' });
  });

  it('O8: and is told no, now or at some other time: the dialog says what to do, and goes on once it is undone', async () => {
    const seat = world.sit({ permission: 'prompt' });
    const result = seat.coinslot.require('level-3');
    await seat.stage.shows('unreachable');
    seat.permission.set('denied');
    await seat.stage.shows('unreachable', 2);
    expect(seat.stage.seen.at(-1)).toEqual({ kind: 'unreachable', reason: 'wallet-permission' });
    seat.permission.set('granted');
    expect(await result).toMatchObject({ status: 'granted' });
  });

  it('O8: an offer by timing is passed over where it was told no, and explained where it would ask', async () => {
    const denied = world.sit({ permission: 'denied' });
    expect(await denied.coinslot.breakpoint('level-end')).toMatchObject({ reason: 'wallet-permission', charged: 'no' });
    expect(denied.stage.opened).toBe(0);
    const asks = world.sit({ permission: 'prompt', paired: false, habits: { unreachable: 'close' } });
    const result = await asks.coinslot.breakpoint('level-end');
    expect(result).toMatchObject({ status: 'skipped', reason: 'wallet-permission', charged: 'no' });
    expect(result.detail).toContain('asks the player');
    expect(asks.stage.seen).toEqual([{ kind: 'unreachable', reason: 'wallet-ask' }]);
  });

  it('O8: a page that can never be permitted says that it is the page', async () => {
    const seat = world.sit({ permission: 'unfit', habits: { unreachable: 'close' } });
    const result = await seat.coinslot.require('level-3');
    expect(result).toMatchObject({ status: 'skipped', reason: 'wallet-permission', charged: 'no' });
    expect(result.detail).toContain('allow="loopback-network"');
    expect(seat.stage.seen.at(-1)).toEqual({ kind: 'unreachable', reason: 'wallet-unfit' });
  });

  it('O8: its question may stand as long as the player likes: told within three seconds, the socket waits, no second one', async () => {
    const permission = new SettablePermission('prompt');
    const sockets: SocketEvents[] = [];
    const states: LinkState[] = [];
    const verifier = createVerifier({ ...world.content, sandbox: true, game: GAME });
    const link = new WalletLink({
      port: world.wallet.port,
      origin: ORIGIN,
      locale: 'en',
      clock: world.clock,
      random: (length) => new Uint8Array(length),
      store: memoryStore(),
      openSocket: (_, __, events) => {
        sockets.push(events);
        return { send: () => undefined, close: () => undefined };
      },
      permission,
      verifier: () => Promise.resolve(verifier),
      onFrame: () => undefined,
      onState: (state) => states.push(state),
      onPassed: () => undefined,
      onProblem: (error) => expect.unreachable(String(error)),
    });
    expect(await link.reach()).toBe('permission');
    expect(sockets).toHaveLength(0);
    const reached = link.reach(true);
    while (sockets.length === 0) await Promise.resolve();
    world.clock.advance(REACH_TIMEOUT_MS);
    expect(await reached).toBe('permission');
    // Pressed again while the browser's question is before the player.
    expect(await link.reach(true)).toBe('permission');
    expect(sockets).toHaveLength(1);
    permission.set('granted');
    sockets[0]!.message(verifier.encodeFrame('hello', { state: 'pairing', challenge: new Uint8Array(32) }));
    expect(link.state).toBe('pairing');
    expect(states).toEqual(['connecting', 'permission', 'connecting', 'permission', 'pairing']);
    link.close();
  });
});

describe('a wallet that accepts the connection and says nothing', () => {
  it('is reported within three seconds', async () => {
    const { WebSocketServer } = await import('ws');
    await world.wallet.stop();
    const silent = new WebSocketServer({ host: '127.0.0.1', port: world.wallet.port });
    const seat = world.sit({ habits: { unreachable: 'close' } });
    const connected = new Promise((resolve) => silent.once('connection', resolve));
    const result = seat.coinslot.require('level-3');
    await connected;
    world.clock.advance(3_000);
    expect(await result).toMatchObject({ status: 'skipped', reason: 'wallet-absent' });
    for (const socket of silent.clients) socket.terminate();
    await new Promise<void>((resolve) => silent.close(() => resolve()));
  });
});

describe('payments switched off', () => {
  it('is a reason, not the player’s life', async () => {
    world.wallet.script = { payments: 'off' };
    const seat = world.sit();
    await enters(seat, 'ready');
    expect(await seat.coinslot.breakpoint('level-end')).toMatchObject({ status: 'skipped', reason: 'payments-off' });
  });

  it('and on again is heard at once', async () => {
    const seat = world.sit();
    await enters(seat, 'ready');
    const heard = (state: 'on' | 'off') => {
      world.wallet.broadcast('payments', { state });
      return new Promise<void>((resolve) => seat.coinslot.events.once('wallet', () => resolve()));
    };
    await heard('off');
    expect(await seat.coinslot.preview('level-end')).toMatchObject({ show: false, reason: 'payments-off' });
    await heard('on');
    expect(await seat.coinslot.preview('level-end')).toMatchObject({ show: true });
  });
});

describe('a link that drops', () => {
  it('while the offer is reviewed asks anew under a new nonce', async () => {
    const seat = world.sit({ habits: { review: 'wait', granted: 'close' } });
    const result = seat.coinslot.require('level-3');
    await seat.stage.shows('review');
    world.wallet.dropAll();
    await seat.stage.shows('review', 2);
    seat.stage.intend('accept');
    expect(await result).toMatchObject({ status: 'granted' });
    expect(world.wallet.standings).toHaveLength(2);
  });

  it('after the player accepted asks for the same nonce, and is charged once', async () => {
    world.wallet.script = {
      onAccept: (standing) => {
        world.wallet.decide(standing);
        world.wallet.dropAll();
      },
    };
    const seat = world.sit();
    const result = seat.coinslot.require('level-3');
    await seat.stage.shows('pending');
    world.clock.advance(500);
    expect(await result).toMatchObject({ status: 'granted', reason: 'paid', charged: 'yes' });
    expect(world.wallet.standings).toHaveLength(1);
    expect(world.wallet.heard.filter((frame) => frame.kind === 'status')).toHaveLength(1);
  });
});
