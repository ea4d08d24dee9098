/** What calls say when code that they need cannot be fetched: why, in one word for all, and nothing was taken. */
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { PAYS, World } from './lib/seat.ts';

let world: World;
beforeEach(async () => {
  world = await World.open();
});
afterEach(() => world.close());

test('“offline” is the reason of a purchase, of restoring and of a use alike', async () => {
  const first = world.sit({ habits: PAYS });
  expect(await first.coinslot.require('lamp')).toMatchObject({ status: 'granted' });

  // The next start, in a page that has loaded nothing yet.
  vi.resetModules();
  vi.doMock('../../plugin/src/aftercare.ts', () => {
    throw new TypeError('Failed to fetch dynamically imported module');
  });
  const { Seat } = await import('./lib/seat.ts');
  const { coinslot } = new Seat(world, { store: first.store });
  expect(await coinslot.require('bonus')).toEqual({ status: 'skipped', reason: 'offline', charged: 'no' });
  expect(await coinslot.restore()).toMatchObject({ status: 'failed', reason: 'offline' });
  await expect(coinslot.use('lamp')).rejects.toMatchObject({ name: 'NotLoadedError', reason: 'offline' });
  expect(coinslot.owned().map(({ remainingUses }) => remainingUses)).toEqual([2]);
  coinslot.close();
});
