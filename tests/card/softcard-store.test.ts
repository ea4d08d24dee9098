/** What a dispersed store promises when nobody tampers: making, loading, destroying, and who may write. */
import { lstatSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { CardStoreError, disperseStore, fileAnchor } from '@coinslot/card';
import { temporaryFolder } from './softcard-folder.ts';
import { anchorsIn, numberOf, outcomeOf, PLACES, placesIn, stateOf, storeIn, usedStore } from './softcard-parts.ts';

describe('a dispersed store', () => {
  test('is made by name: loading where nothing is is refused, never a new purse', async () => {
    const root = temporaryFolder();
    await expect(storeIn(root).load()).rejects.toThrow(/no software card is here/);
    await storeIn(root).create();
    expect(await storeIn(root).load()).toBeUndefined();
  });

  test('is not made over a card, nor over what is left of one', async () => {
    const root = temporaryFolder();
    const store = await usedStore(root, 1);
    expect(await outcomeOf(() => storeIn(root).create())).toBe('CARD_STATE');
    await store.destroy();
    expect(await outcomeOf(() => store.load())).toBe('CARD_STATE');
    const [anchor] = anchorsIn(root);
    await anchor.write({ epoch: 1, digest: new Uint8Array(32) });
    expect(await outcomeOf(() => storeIn(root).create())).toBe('CARD_STATE');
    await store.destroy();
    await store.create();
    await store.commit(stateOf(9));
    expect(await outcomeOf(() => storeIn(root).load())).toBe(9);
  });

  test('keeps each state, of any length, for the next process', async () => {
    const root = temporaryFolder();
    await usedStore(root, 0);
    for (const [number, length] of [
      [1, 4],
      [2, 60_000],
      [3, 5],
      [4, 4096],
      [5, 1 << 20],
    ] as const) {
      const store = storeIn(root);
      await store.load();
      await store.commit(stateOf(number, length));
      const loaded = await storeIn(root).load();
      expect(loaded).toHaveLength(length);
      expect(numberOf(loaded)).toBe(number);
    }
    await expect(storeIn(root).commit(new Uint8Array((1 << 20) + 1))).rejects.toThrow(RangeError);
  });

  test('an empty state is a state, and a blank card is not', async () => {
    const root = temporaryFolder();
    const store = await usedStore(root, 0);
    await store.commit(new Uint8Array(0));
    expect(await storeIn(root).load()).toEqual(new Uint8Array(0));
  });

  test('writes nothing before it has loaded', async () => {
    const root = temporaryFolder();
    await usedStore(root, 1);
    expect(await outcomeOf(() => storeIn(root).commit(stateOf(2)))).toBe('STORAGE');
    expect(await outcomeOf(() => storeIn(root).load())).toBe(1);
  });

  test('I11: of two that opened the same card only one goes on', async () => {
    const root = temporaryFolder();
    const first = await usedStore(root, 1);
    const second = storeIn(root);
    await second.load();
    await first.commit(stateOf(2));
    expect(await outcomeOf(() => second.commit(stateOf(3)))).toBe('CARD_FORK');
    expect(await outcomeOf(() => second.commit(stateOf(3)))).toBe('STORAGE');
    expect(await outcomeOf(() => storeIn(root).load())).toBe(2);
  });

  test('leaves nothing readable and nothing open to others', async () => {
    const root = temporaryFolder();
    const secret = 'balance 1234567 and a record';
    const store = await usedStore(root, 0);
    await store.commit(new TextEncoder().encode(secret.repeat(40)));
    for (const path of readdirSync(root, { recursive: true, encoding: 'utf8' }).map((name) => join(root, name))) {
      const stat = lstatSync(path);
      const isOwn = !['profile', 'profile/cards', 'outside', 'keychain'].some((name) => path === join(root, name));
      if (isOwn) expect(stat.mode & 0o077, path).toBe(0);
      if (stat.isFile()) expect(readFileSync(path, 'latin1')).not.toContain('balance');
    }
  });

  test('an anchor that fails is a disk that fails', async () => {
    const root = temporaryFolder();
    await usedStore(root, 1);
    const [anchor] = anchorsIn(root);
    const broken = {
      read: () => Promise.reject(new Error('locked')),
      write: () => Promise.reject(new Error('locked')),
    };
    const pair = { pinSecret: new Uint8Array(32).fill(1), machineSecret: new Uint8Array(32).fill(2) };
    const store = disperseStore({ places: placesIn(root), quorum: 2, ...pair, anchors: [anchor, broken] });
    expect(await outcomeOf(() => store.load())).toBe('STORAGE');
    expect(await outcomeOf(() => storeIn(root).load())).toBe(1);
  });

  test.each([
    [{ places: PLACES.slice(1) }, /places: 3 to 16/],
    [{ places: [PLACES[0] ?? '', ...PLACES] }, /named twice/],
    [{ quorum: 1 }, /more than half/],
    [{ quorum: 4 }, /more than half/],
    [{ places: ['a', 'b', 'c', 'd'], quorum: 2 }, /more than half/],
  ])('refuses options that cannot work: %j', (vary, message) => {
    expect(() => storeIn('/nowhere', vary)).toThrow(message);
  });

  test('refuses secrets that are none', () => {
    const anchors = anchorsIn('/nowhere');
    const short = { pinSecret: new TextEncoder().encode('1234'), machineSecret: new Uint8Array(32) };
    expect(() => disperseStore({ places: PLACES, quorum: 2, ...short, anchors })).toThrow(/at least 16 bytes/);
  });

  test('its faults are typed', async () => {
    await expect(storeIn(temporaryFolder()).load()).rejects.toBeInstanceOf(CardStoreError);
  });
});

describe('an anchor in two files', () => {
  const mark = (epoch: number) => ({ epoch, digest: new Uint8Array(32).fill(epoch) });

  test('gives the newest mark, and none once it is told to forget', async () => {
    const anchor = fileAnchor(join(temporaryFolder(), 'deep/down/anchor'));
    expect(await anchor.read()).toBeUndefined();
    for (let epoch = 0; epoch < 4; epoch++) {
      await anchor.write(mark(epoch));
      expect(await anchor.read()).toEqual(mark(epoch));
    }
    await anchor.write(undefined);
    expect(await anchor.read()).toBeUndefined();
    await anchor.write(undefined);
  });
});
