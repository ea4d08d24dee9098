/** The sealed bonus night in a real browser: a patched gate opens nothing, a decision does, and a reload opens it again. */
import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { journal, openHouse, Seat, type House } from './house.ts';

const ROOT = resolve(import.meta.dirname, '../..');
const ROAD = JSON.parse(readFileSync(join(ROOT, 'demo-game/coinslot/comets-road.json'), 'utf8')) as {
  lanterns: number[][];
};
const FIRST_LANTERNS = ROAD.lanterns.slice(0, 3).map(([x, y]) => ({ x, y, lit: false }));

/** What somebody with the browser's console gets at, once they have caught the game. */
interface Caught {
  caught: {
    plugins: { get(key: string): { can: (target: string) => boolean } };
    scene: { start(key: string): unknown };
  };
}

let house: House;
let seat: Seat;

beforeAll(async () => {
  house = await openHouse('sample');
  await house.context.addInitScript(() => {
    // Phaser sets this on every game it makes.
    Object.defineProperty(Object.prototype, 'pendingDestroy', {
      configurable: true,
      set(value: unknown) {
        Object.defineProperty(this, 'pendingDestroy', { value, writable: true, configurable: true });
        (window as unknown as { caught: unknown }).caught = this;
      },
    });
  });
});
afterAll(async () => {
  seat?.expectNoComplaints();
  await house?.close();
});

const lanterns = (): Promise<unknown> => seat.page.evaluate(() => window.__demo?.level?.lanterns.slice(0, 3) ?? null);

it('ships none of it: the road is in no file of the game', () => {
  const [row] = ROAD.lanterns.slice(5).map((one) => one.join(','));
  const folder = join(ROOT, 'demo-game/dist/assets');
  const programs = readdirSync(folder).filter((name) => name.endsWith('.js'));
  expect(programs.length).toBeGreaterThan(2);
  for (const name of programs) expect(readFileSync(join(folder, name), 'utf8')).not.toContain(row);
  expect(readFileSync(join(house.town.gameFolder, 'comets-road.sealed')).includes('lanterns')).toBe(false);
});

it('a patched gate opens nothing: can() says yes, the scene is started past the gate, and there is no night', async () => {
  seat = await Seat.take(house);
  await seat.scene('Menu');
  await seat.page.evaluate(() => {
    const { plugins, scene } = (window as unknown as Caught).caught;
    plugins.get('Coinslot').can = () => true;
    // The gate wraps the manager's own method; its class still has the one that Phaser came with.
    const theirs = Object.getPrototypeOf(scene) as Caught['caught']['scene'];
    theirs.start.call(scene, 'Bonus');
  });
  await seat.page.getByText('This night stays sealed').first().waitFor({ state: 'attached' });
  await seat.scene('Menu');
  expect(await seat.scenes()).not.toContain('Bonus');
  expect(await lanterns()).toBeNull();
  expect(journal(house)).toEqual([]);
  await seat.shot('60-stays-sealed');
});

it('a decision opens it', async () => {
  await seat.go('&level=bonus');
  await seat.pay();
  await seat.scene('Bonus');
  await seat.page.waitForFunction(() => window.__demo?.level?.key === 'Bonus');
  expect(await lanterns()).toEqual(FIRST_LANTERNS);
  expect(journal(house)).toEqual(['bonus approved']);
  await seat.shot('61-opened');
});

it('and again after a reload, without a dialog', async () => {
  await seat.go('&level=bonus');
  await seat.page.waitForFunction(() => window.__demo?.level?.key === 'Bonus');
  expect(await lanterns()).toEqual(FIRST_LANTERNS);
  expect(await seat.isClosed()).toBe(true);
  expect(journal(house)).toHaveLength(1);
});
