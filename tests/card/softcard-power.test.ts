/**
 * The power goes at every change a commit makes to the disk, and what was not synced is kept, lost or torn (C8, C9), in the
 * store and in both anchors; then once more during the recovery. And the disk's own faults (D1 to D3).
 */
import { describe, expect, test } from 'vitest';
import { CODE_OF, numberOf, outcomeOf, PLACES, stateOf, storeIn, usedStore } from './softcard-parts.ts';
import { drawFrom, VolatileDisk, type FaultPlan } from './volatile-disk.ts';

const ROOT = '/card';
const SEEDS = 12;
/** Short, so that a state still spans sectors and the sweep stays quick. */
const STATE_BYTES = 1200;

/** A card on a fresh disk with state 2 as the newest; `places` may be five with a quorum of three. */
async function cardOn(disk: VolatileDisk, vary: { places: readonly string[]; quorum: number }) {
  const store = await usedStore(ROOT, 0, { ...vary, disk });
  for (const number of [1, 2]) await store.commit(stateOf(number, STATE_BYTES));
  return store;
}

const offAt =
  (point: number): FaultPlan =>
  ({ number }) =>
    number === point ? 'off' : undefined;
const SPREADS = [
  { places: PLACES, quorum: 2 },
  { places: ['a', 'b', 'c', 'd'], quorum: 3 },
  { places: ['a', 'b', 'c', 'd', 'e'], quorum: 3 },
];

describe.each(SPREADS)('power lost with $quorum of $places', (vary) => {
  test('C9: in a commit, at every change: the state before or the new one, and the new one once it was promised', async () => {
    let points = 0;
    const seen = new Set<number>();
    for (let point = 0; ; point++) {
      let isPromised = false;
      for (let seed = 0; seed < SEEDS; seed++) {
        const disk = new VolatileDisk();
        const store = await cardOn(disk, vary);
        disk.plan = offAt(disk.changes + point);
        isPromised = (await outcomeOf(() => store.commit(stateOf(3, STATE_BYTES)))) === 0;
        disk.plan = () => undefined;
        disk.restart(drawFrom(seed * 1000 + point));
        const after = numberOf(await storeIn(ROOT, { ...vary, disk }).load());
        expect(isPromised ? [3] : [2, 3], `point ${point}, seed ${seed}`).toContain(after);
        seen.add(after);
        // The verdict stands, whatever is lost next: another place goes, and another power cut right after the load.
        disk.restart(drawFrom(seed));
        expect(numberOf(await storeIn(ROOT, { ...vary, disk }).load())).toBe(after);
      }
      if (isPromised) break;
      points += 1;
    }
    expect(points).toBeGreaterThanOrEqual(2 * vary.places.length + 4);
    expect([...seen].sort()).toEqual([2, 3]);
  });

  test.each(['power lost', 'killed'])(
    'C16: %s, then power lost in the recovery, at every change: one of both, and it stays',
    async (how) => {
      for (let first = 0; first < 2 * vary.places.length + 4; first++) {
        for (let second = 0; second < 40; second++) {
          const disk = new VolatileDisk();
          const draw = drawFrom(first * 100 + second);
          const store = await cardOn(disk, vary);
          disk.plan = offAt(disk.changes + first);
          expect(await outcomeOf(() => store.commit(stateOf(3, STATE_BYTES)))).toBe('STORAGE');
          if (how === 'killed') disk.wake();
          else disk.restart(draw);
          disk.plan = offAt(disk.changes + second);
          const during = await outcomeOf(() => storeIn(ROOT, { ...vary, disk }).load());
          disk.plan = () => undefined;
          disk.restart(draw);
          const after = await outcomeOf(() => storeIn(ROOT, { ...vary, disk }).load());
          expect(during === 'STORAGE' ? [2, 3] : [during], `points ${first}, ${second}`).toContain(after);
          if (during !== 'STORAGE') break;
        }
      }
    },
  );

  test('C16: twenty recoveries cut short, one after the other: one of both, and what was told stays', async () => {
    for (let seed = 0; seed < SEEDS; seed++) {
      const disk = new VolatileDisk();
      const draw = drawFrom(seed);
      const store = await cardOn(disk, vary);
      const cutSomewhere = async (work: () => Promise<Uint8Array | undefined | void>) => {
        disk.plan = offAt(disk.changes + Math.floor(draw() * (2 * vary.places.length + 4)));
        const outcome = await outcomeOf(work);
        disk.plan = () => undefined;
        if (draw() < 0.5) disk.wake();
        else disk.restart(draw);
        return outcome;
      };
      const promised = await cutSomewhere(() => store.commit(stateOf(3, STATE_BYTES)));
      let possible: (string | number)[] = promised === 0 ? [3] : [2, 3];
      for (let round = 0; round < 20; round++) {
        const found = await cutSomewhere(() => storeIn(ROOT, { ...vary, disk }).load());
        expect([...possible, 'STORAGE'], `seed ${seed}, round ${round}`).toContain(found);
        if (found !== 'STORAGE') possible = [found];
      }
      expect(possible).toContain(await outcomeOf(() => storeIn(ROOT, { ...vary, disk }).load()));
    }
  });

  test('C9: in the making of a card: blank, or refused until it is destroyed; never somebody else', async () => {
    for (let point = 0; ; point++) {
      const disk = new VolatileDisk();
      disk.plan = offAt(point);
      const made = await outcomeOf(() => storeIn(ROOT, { ...vary, disk }).create());
      disk.plan = () => undefined;
      disk.restart(drawFrom(point));
      const store = storeIn(ROOT, { ...vary, disk });
      const after = await outcomeOf(() => store.load());
      expect(made === 0 ? [0] : [0, 'CARD_STATE', 'CARD_FORK'], `point ${point}`).toContain(after);
      await store.destroy();
      await store.create();
      expect(await outcomeOf(() => store.load())).toBe(0);
      if (made === 0) break;
    }
  });

  test('C9: in its destruction: still whole, or refused; never blank', async () => {
    for (let point = 0; ; point++) {
      const disk = new VolatileDisk();
      const store = await cardOn(disk, vary);
      disk.plan = offAt(disk.changes + point);
      const destroyed = await outcomeOf(() => store.destroy());
      disk.plan = () => undefined;
      disk.restart(drawFrom(point));
      const after = await outcomeOf(() => storeIn(ROOT, { ...vary, disk }).load());
      expect(destroyed === 0 ? ['CARD_STATE'] : [2, 'CARD_STATE', 'CARD_FORK'], `point ${point}`).toContain(after);
      if (destroyed === 0) break;
    }
  });
});

const inPlaces =
  (...places: string[]) =>
  (path: string) =>
    places.some((place) => path.startsWith(`${ROOT}/${place}`));
const ALL = [...PLACES];
const [A, , C] = PLACES as [string, string, string];

describe('a disk that refuses', () => {
  test.each<[string, string, (call: string, path: string) => string | undefined, string | number]>([
    ['D1', 'full everywhere', (call) => (call === 'write' ? 'ENOSPC' : undefined), 'STORAGE'],
    [
      'D1',
      'full outside the profile',
      (call, path) => (call === 'write' && inPlaces(C)(path) ? 'ENOSPC' : undefined),
      0,
    ],
    [
      'D1',
      'full in two places',
      (call, path) => (call === 'write' && inPlaces(A, C)(path) ? 'EDQUOT' : undefined),
      'STORAGE',
    ],
    ['D2', 'read-only', () => 'EROFS', 'STORAGE'],
    ['D3', 'fsync fails in one place', (call, path) => (call === 'sync' && inPlaces(A)(path) ? 'EIO' : undefined), 0],
    [
      'D3',
      'fsync fails in every place',
      (call, path) => (call === 'sync' && inPlaces(...ALL)(path) ? 'EIO' : undefined),
      'STORAGE',
    ],
    [
      'D3',
      'fsync fails for an anchor',
      (call, path) => (call === 'sync' && path.includes('keychain') ? 'EIO' : undefined),
      'STORAGE',
    ],
    ['D4', 'no descriptors are left', (call) => (call === 'write' ? 'EMFILE' : undefined), 'STORAGE'],
  ])('%s: %s', async (_threat, _what, fault, expected) => {
    for (let seed = 0; seed < SEEDS; seed++) {
      const disk = new VolatileDisk();
      const store = await cardOn(disk, { places: PLACES, quorum: 2 });
      disk.plan = ({ call, path }) => fault(call, path);
      expect(await outcomeOf(() => store.commit(stateOf(3, STATE_BYTES)))).toBe(expected);
      if (expected === CODE_OF.io) {
        expect(await outcomeOf(() => store.commit(stateOf(4, STATE_BYTES))), 'stops serving').toBe('STORAGE');
      }
      disk.plan = () => undefined;
      if (seed > 0) disk.restart(drawFrom(seed));
      // Works again without repair, from what the disk really holds.
      const after = await outcomeOf(() => store.load());
      expect(expected === 0 ? [3] : [2, 3]).toContain(after);
      await store.commit(stateOf(5, STATE_BYTES));
      expect(await outcomeOf(() => storeIn(ROOT, { disk }).load())).toBe(5);
    }
  });

  test('D2: a disk that went read-only still tells the last state, and takes no new one', async () => {
    const disk = new VolatileDisk();
    await cardOn(disk, { places: PLACES, quorum: 2 });
    disk.plan = () => 'EROFS';
    const store = storeIn(ROOT, { disk });
    expect(await outcomeOf(() => store.load())).toBe(2);
    expect(await outcomeOf(() => store.commit(stateOf(3)))).toBe('STORAGE');
  });
});
