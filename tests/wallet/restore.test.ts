/**
 * A wallet again on another machine, by its recovery phrase alone: the real server, two real wallets and the plugin's real core on
 * each machine.
 */
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { virtualReaders } from '@coinslot/card';
import {
  COST_FLOOR,
  openProfile,
  restoreProfile,
  startWallet,
  type Profile,
  type RestoreOptions,
  type Wallet,
} from '@coinslot/wallet';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { hex } from '../../wallet/src/hex.ts';
import { makeOffer, NOON_MS } from '../lib/parties.ts';
import { makeContent } from '../plugin/lib/content.ts';
import { Seat } from '../plugin/lib/seat.ts';
import { PageClient } from './page-client.ts';
import { AUTO_PAIR, balanceOf, PIN, random, startWorld, temporaryFolder, type World } from './world.ts';

const NEW_PIN = '97531';

/** A browser with the demo game in it, on the machine of a wallet. */
function playAt(world: World, wallet: Wallet): Seat {
  // One time for every party; nothing here waits for a timer.
  const clock = { nowMs: () => world.time.nowMs, after: () => () => undefined };
  const seat = new Seat({ content: makeContent({ of: world }), clock, wallet });
  onTestFinished(() => seat.coinslot.close());
  return seat;
}

async function buy(world: World, ...targets: readonly string[]): Promise<Seat> {
  const seat = playAt(world, world.wallet);
  for (const target of targets) {
    world.time.nowMs += 3_000;
    expect(await seat.coinslot.require(target)).toMatchObject({ status: 'granted', reason: 'paid' });
  }
  return seat;
}

function elsewhere(world: World, phrase: readonly string[], change: Partial<RestoreOptions> = {}): RestoreOptions {
  return {
    path: join(temporaryFolder(), 'profile'),
    clock: () => world.time.nowMs,
    random,
    phrase: phrase.join(' '),
    newPin: NEW_PIN,
    language: 'fr',
    serverUrl: world.serverUrl,
    roots: world.tree.roots,
    environment: 'sandbox',
    cost: COST_FLOOR,
    ...change,
  };
}

async function startElsewhere(world: World, options: RestoreOptions): Promise<Wallet> {
  return startAt(world, (await restoreProfile(options)).profile);
}

async function startAt(world: World, profile: Profile): Promise<Wallet> {
  const wallet = await startWallet({
    profile,
    port: 0,
    serverUrl: world.serverUrl,
    roots: world.tree.roots,
    environment: 'sandbox',
    timeZone: 'UTC',
    readers: virtualReaders(),
    autoPair: AUTO_PAIR,
  });
  onTestFinished(() => wallet.close());
  return wallet;
}

describe('restore on another machine', () => {
  it('by the phrase alone: the same account, the level opens, nothing is charged, no minute comes back', async () => {
    const world = await startWorld();
    const phrase = await world.wallet.profile.vault.phrase(PIN);
    (await buy(world, 'level-3', 'level-4')).coinslot.close();
    const [paidMinor, userId] = [await balanceOf(world), world.wallet.userId];
    await world.wallet.close();
    rmSync(world.profilePath, { recursive: true });

    const options = elsewhere(world, phrase);
    const wallet = await startElsewhere(world, options);
    expect(wallet.userId).toEqual(userId);
    expect(wallet.profile.settings).toMatchObject({ language: 'fr', currency: 'EUR', plan: 'prepaid' });
    expect(wallet.profile.state.recovered.all.map(({ gameId, publisherId }) => [gameId, publisherId])).toEqual([
      ['demo-game', 'lumen-works'],
      ['demo-game', 'lumen-works'],
    ]);
    const seat = playAt(world, wallet);
    expect(await seat.coinslot.restore()).toMatchObject({ status: 'restored', refused: [] });
    expect(['level-3', 'level-4'].map((target) => seat.coinslot.can(target))).toEqual([true, false]);
    expect(seat.coinslot.remainingMs('level-4')).toBe(0);
    expect(await seat.coinslot.require('level-3')).toMatchObject({ status: 'granted', charged: 'no' });
    expect(await balanceOf(world)).toBe(paidMinor);

    // And it is a wallet like any other: it pays, by the same account, with its own PIN.
    world.time.nowMs += 10 * 60_000;
    expect(await seat.coinslot.require('level-4')).toMatchObject({ status: 'granted', reason: 'paid' });
    expect(await balanceOf({ server: world.server, wallet })).toBe(paidMinor - 50n);
    wallet.lock();
    await expect(wallet.unlock(PIN)).rejects.toMatchObject({ code: 'PIN_WRONG' });
    await wallet.unlock(NEW_PIN);
  });

  it('by the form of the first run: the wallet that was empty opens the level', async () => {
    const world = await startWorld();
    const phrase = (await world.wallet.profile.vault.phrase(PIN)).join(' ');
    (await buy(world, 'level-3')).coinslot.close();
    const paidMinor = await balanceOf(world);
    const profile = openProfile({ path: join(temporaryFolder(), 'profile'), clock: () => world.time.nowMs, random });
    const wallet = await startAt(world, profile);
    const page = await PageClient.open(wallet.pageUrl());
    const restore = async (change: object = {}): Promise<string | undefined> =>
      (await page.act('restore', { phrase, pin: NEW_PIN, language: 'fr', ...change })).code;

    expect(await restore({ phrase: 'abandon ability able' })).toBe('PHRASE_WRONG');
    expect(await restore({ pin: '1' })).toBe('PIN_FORM');
    expect(await restore({ language: 'tlh' })).toBe('BAD_REQUEST');
    expect((await page.view()).stage).toBe('setup');

    expect(await restore()).toBeUndefined();
    await vi.waitFor(() => expect(profile.state.recovered.isUnderWay).toBe(false), { timeout: 10_000 });
    expect(await page.view()).toMatchObject({ language: 'fr', keys: { isPhraseKept: true } });
    expect(wallet.userId).toEqual(world.wallet.userId);
    const seat = playAt(world, wallet);
    await seat.coinslot.restore();
    expect(await seat.coinslot.require('level-3')).toMatchObject({ status: 'granted', charged: 'no' });
    expect(await balanceOf(world)).toBe(paidMinor);
    expect(await restore()).toBe('ALREADY_SET_UP');
  });

  it('does not sell again what was bought on the other machine', async () => {
    const world = await startWorld();
    const phrase = await world.wallet.profile.vault.phrase(PIN);
    const game = await world.game();
    const made = makeOffer(world.publisher);
    await game.pay(made.offerBytes);
    const paidMinor = await balanceOf(world);
    const wallet = await startElsewhere(world, elsewhere(world, phrase));
    const other = await world.connect({ port: wallet.port });
    await other.pair();
    world.time.nowMs += 10 * 60_000;
    other.send('offer', {
      seq: 7,
      offer: makeOffer(world.publisher, { nonce: 'again', atMs: world.time.nowMs }).offerBytes,
    });
    expect(await other.next('refusal')).toMatchObject({ seq: 7, code: 'ID_CONFLICT', charged: 'yes' });
    expect(await balanceOf(world)).toBe(paidMinor);
  });

  it('leaves out what was refunded, whenever that was', async () => {
    const world = await startWorld();
    const phrase = await world.wallet.profile.vault.phrase(PIN);
    (await buy(world, 'level-3', 'bonus')).coinslot.close();
    const [first] = world.wallet.profile.state.payments;
    const decisionId = first?.decided?.decisionId ?? new Uint8Array();
    await world.server.service.refunds.byOperator({ decisionId, reason: 'defect' });
    const wallet = await startElsewhere(world, elsewhere(world, phrase));
    await wallet.refresh();
    const seat = playAt(world, wallet);
    await seat.coinslot.restore();
    expect(['level-3', 'bonus'].map((target) => seat.coinslot.can(target))).toEqual([false, true]);
    expect(wallet.profile.state.recovered.get(hex(decisionId))?.refund?.reason).toBe('defect');
  });

  it('of a wallet that never opened an account gives its keys back', async () => {
    const world = await startWorld({ account: false });
    const phrase = await world.wallet.profile.vault.phrase(PIN);
    const restored = await restoreProfile(elsewhere(world, phrase, { currency: 'USD', plan: 'postpaid' }));
    onTestFinished(() => restored.profile.close());
    expect(restored).toMatchObject({ hasAccount: false, recovered: 0, isComplete: true });
    expect(restored.profile.vault.publicKeys).toEqual(world.wallet.profile.vault.publicKeys);
    expect(restored.profile.settings).toMatchObject({ currency: 'USD', plan: 'postpaid' });
  });

  it('of a child’s wallet puts everything that takes the PIN under the guardian’s', async () => {
    const world = await startWorld();
    const phrase = await world.wallet.profile.vault.phrase(PIN);
    const { profile } = await restoreProfile(elsewhere(world, phrase, { guardianPin: '86420' }));
    onTestFinished(() => profile.close());
    await expect(profile.vault.provePin(NEW_PIN)).rejects.toMatchObject({ code: 'PIN_WRONG' });
    await profile.vault.unlock(NEW_PIN);
    await profile.vault.provePin('86420');
  });

  it('refuses wrong words, a profile that has a wallet, and leaves nothing behind without a server', async () => {
    const world = await startWorld({ account: false });
    const phrase = await world.wallet.profile.vault.phrase(PIN);
    const fails = async (change: Partial<RestoreOptions>, code: string): Promise<void> => {
      await expect(restoreProfile(elsewhere(world, phrase, change))).rejects.toMatchObject({ code });
    };
    await fails({ phrase: 'abandon ability able' }, 'PHRASE_WRONG');
    await fails({ newPin: '1' }, 'PIN_FORM');
    const path = join(temporaryFolder(), 'profile');
    await fails({ path, serverUrl: 'http://127.0.0.1:9' }, 'SERVER_UNREACHABLE');
    const empty = openProfile({ path, clock: () => NOON_MS, random });
    expect([empty.isSetUp, empty.vault.isSetUp]).toEqual([false, false]);
    empty.close();
    const options = elsewhere(world, phrase, { path });
    (await restoreProfile(options)).profile.close();
    await fails({ path }, 'ALREADY_SET_UP');
  });
});
