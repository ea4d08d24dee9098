/**
 * C5, C16, D1-D3, D5 of the wallet's own files: keys are made, changed and restored, and the wallet dies at each write, fsync and
 * rename on the way, once or at every start; what it leaves opens, or can be set up again, with keys that were on the disk.
 */
import type * as Fs from 'node:fs';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { COST_FLOOR, createProfile, openProfile, restoreProfile, startWallet, type Profile } from '@coinslot/wallet';
import { afterEach, describe, expect, it, onTestFinished, vi } from 'vitest';
import { makeOffer, NOON_MS } from '../lib/parties.ts';
import { PIN, random, startMarket, startWorld, temporaryFolder } from './world.ts';

/** Steps on the disk; at the step `diesAt` and after it the process is dead, or its disk is of no use. */
const disk = vi.hoisted(() => ({ steps: 0, diesAt: Infinity, failsWith: undefined as string | undefined }));

vi.mock('node:fs', async (original) => {
  const actual = await original<typeof Fs>();
  const step =
    <A extends unknown[], R>(act: (...args: A) => R, halfway?: (...args: A) => void) =>
    (...args: A): R => {
      disk.steps++;
      if (disk.steps < disk.diesAt) return act(...args);
      if (disk.steps === disk.diesAt) halfway?.(...args);
      const code = disk.failsWith ?? 'KILLED';
      throw Object.assign(new Error(code), { code });
    };
  const half = (file: number, bytes: Uint8Array): void => {
    actual.writeSync(file, bytes.subarray(0, bytes.length / 2));
  };
  return {
    ...actual,
    writeSync: step(actual.writeSync as (file: number, bytes: Uint8Array) => number, half),
    fsyncSync: step(actual.fsyncSync),
    renameSync: step(actual.renameSync),
    ftruncateSync: step(actual.ftruncateSync),
  };
});

afterEach(() => {
  disk.diesAt = Infinity;
  disk.failsWith = undefined;
});

const EVERY = process.env.COINSLOT_EVERY_STEP === '1';
const SETUP = { pin: PIN, language: 'en', currency: 'EUR', plan: 'prepaid', cost: COST_FLOOR } as const;
const placeOf = (path: string) => ({ path, clock: () => NOON_MS, random });

/** Runs once to count the steps, then once for each step (or every fifth) with a death at it. */
async function sweep(
  run: (path: string) => Promise<void>,
  prepare: (path: string) => Promise<void>,
  check: (path: string) => Promise<void>,
): Promise<number> {
  const whole = join(temporaryFolder(), 'whole');
  await prepare(whole);
  const before = disk.steps;
  await run(whole);
  const steps = disk.steps - before;
  await check(whole);
  for (let at = 1; at <= steps; at += EVERY ? 1 : 5) {
    const path = join(temporaryFolder(), `at ${at}`);
    await prepare(path);
    disk.diesAt = disk.steps + at;
    await run(path).catch(() => undefined);
    disk.diesAt = Infinity;
    // Of a process that is dead; who takes over such a lock is tested in crash.test.ts.
    rmSync(join(path, 'lock'), { force: true });
    await check(path);
  }
  return steps;
}

async function withProfile<T>(path: string, use: (profile: Profile) => Promise<T>): Promise<T> {
  const profile = openProfile(placeOf(path));
  try {
    return await use(profile);
  } finally {
    profile.close();
  }
}

const nothing = (): Promise<void> => Promise.resolve();

describe('killed at each step on the disk', () => {
  it('C5: of making a wallet: it can be set up, and then opens with its PIN', async () => {
    const make = async (path: string): Promise<void> => (await createProfile({ ...placeOf(path), ...SETUP })).close();
    const steps = await sweep(make, nothing, (path) =>
      withProfile(path, async (profile) => {
        const keys = profile.vault.isSetUp ? profile.vault.publicKeys : undefined;
        if (!profile.isSetUp) await profile.setUp(SETUP);
        await profile.vault.unlock(PIN);
        if (keys !== undefined) expect(profile.vault.publicKeys).toEqual(keys);
        expect(profile.vault.day?.press.publicKey).toEqual(profile.vault.publicKeys.press);
      }),
    );
    expect(steps).toBeGreaterThan(15);
  });

  it('of changing the PIN: the old or the new one opens it, with the same keys', async () => {
    const keys = new Map<string, Uint8Array>();
    const prepare = async (path: string): Promise<void> => {
      const profile = await createProfile({ ...placeOf(path), ...SETUP });
      keys.set(path, profile.vault.publicKeys.account);
      profile.close();
    };
    const change = (path: string): Promise<void> => withProfile(path, ({ vault }) => vault.changePin(PIN, '13579'));
    const steps = await sweep(change, prepare, (path) =>
      withProfile(path, async ({ vault }) => {
        expect(vault.publicKeys.account).toEqual(keys.get(path));
        await vault.unlock(PIN).catch(() => vault.unlock('13579'));
        expect(vault.day?.account.publicKey).toEqual(keys.get(path));
      }),
    );
    expect(steps).toBeGreaterThan(8);
  });

  it('of restoring, and again at each start after it (C16): the last one finishes it, with everything there once', async () => {
    const world = await startWorld();
    const game = await world.game();
    for (const nonce of ['one', 'two']) {
      world.time.nowMs += 3_000;
      await game.pay(
        makeOffer(world.publisher, { nonce, atMs: world.time.nowMs, terms: { offerId: nonce } }).offerBytes,
      );
    }
    const phrase = (await world.wallet.profile.vault.phrase(PIN)).join(' ');
    const path = join(temporaryFolder(), 'profile');
    const options = {
      ...{ ...placeOf(path), clock: () => world.time.nowMs, phrase, newPin: PIN, language: 'en' as const },
      ...{ serverUrl: world.serverUrl, roots: world.tree.roots, environment: 'sandbox' as const, cost: COST_FLOOR },
    };
    let deaths = 0;
    for (let at = 1; ; at += EVERY ? 1 : 5) {
      disk.diesAt = disk.steps + at;
      const restored = await restoreProfile(options).catch(() => undefined);
      const died = disk.steps >= disk.diesAt;
      disk.diesAt = Infinity;
      restored?.profile.close();
      rmSync(join(path, 'lock'), { force: true });
      const isSetUp = await withProfile(path, (profile) => Promise.resolve(profile.isSetUp));
      if (!died || isSetUp) break;
      deaths++;
    }
    expect(deaths).toBeGreaterThan(EVERY ? 20 : 3);
    const profile = openProfile({ ...placeOf(path), clock: () => world.time.nowMs });
    const { serverUrl, tree } = world;
    const wallet = await startWallet({ profile, port: 0, serverUrl, roots: tree.roots, environment: 'sandbox' });
    onTestFinished(() => wallet.close());
    await wallet.unlock(PIN);
    await wallet.refresh();
    expect(profile.state.recovered.isUnderWay).toBe(false);
    expect(profile.state.recovered.all).toHaveLength(2);
  });
});

describe('a disk that fails', () => {
  it.each([
    ['D1: that is full', 'ENOSPC'],
    ['D2: that is read-only', 'EROFS'],
    ['D3: whose fsync fails', 'EIO'],
  ])('%s, while a wallet is made: nothing is half there, and it can be made when the disk is well', async (_, code) => {
    const path = join(temporaryFolder(), 'profile');
    const profile = openProfile(placeOf(path));
    disk.failsWith = code;
    disk.diesAt = disk.steps + 1;
    await expect(profile.setUp(SETUP)).rejects.toMatchObject({ code });
    disk.diesAt = Infinity;
    expect(profile.isSetUp).toBe(false);
    await profile.setUp(SETUP);
    profile.close();
    await withProfile(path, ({ vault }) => vault.unlock(PIN));
  });

  it('D1: that is full, while a PIN is tried: nothing is compared, since nothing is counted', async () => {
    const path = join(temporaryFolder(), 'profile');
    (await createProfile({ ...placeOf(path), ...SETUP })).close();
    await withProfile(path, async ({ vault }) => {
      disk.failsWith = 'ENOSPC';
      disk.diesAt = disk.steps + 1;
      await expect(vault.unlock(PIN)).rejects.toMatchObject({ code: 'ENOSPC' });
      expect(vault.day).toBeUndefined();
      disk.diesAt = Infinity;
      await vault.unlock(PIN);
    });
  });
});

describe('D5: bits that have turned', () => {
  it('in the vault’s file open nothing, and the phrase makes the wallet again elsewhere', async () => {
    const market = await startMarket({ nowMs: NOON_MS });
    const path = join(temporaryFolder(), 'profile');
    const profile = await createProfile({ ...placeOf(path), ...SETUP });
    const [phrase, keys] = [(await profile.vault.phrase(PIN)).join(' '), profile.vault.publicKeys];
    profile.close();
    const file = join(path, 'vault.json');
    const bytes = readFileSync(file);
    const at = bytes.indexOf('"sealed": "') + 20;
    bytes[at] = bytes[at] === 65 ? 66 : 65;
    writeFileSync(file, bytes);
    await withProfile(path, async ({ vault }) => {
      await expect(vault.unlock(PIN)).rejects.toMatchObject({ code: 'PIN_WRONG' });
    });
    writeFileSync(file, bytes.subarray(0, bytes.length / 2));
    expect(() => openProfile(placeOf(path))).toThrow(expect.objectContaining({ code: 'PROFILE_DAMAGED' }) as Error);
    const again = await restoreProfile({
      ...{ ...placeOf(join(temporaryFolder(), 'again')), phrase, newPin: PIN, language: 'en', cost: COST_FLOOR },
      ...{ serverUrl: market.serverUrl, roots: market.tree.roots, environment: 'sandbox' },
    });
    expect(again.profile.vault.publicKeys).toEqual(keys);
    again.profile.close();
  });
});
