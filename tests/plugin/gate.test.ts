/** The gate in a real game: what is held, what is given back, on Phaser 4 and 3, WebGL and Canvas. */
import type { Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { decline, intend, log, pay, runs, steps, waitState } from './lib/acts.ts';
import { Lab } from './lib/browser.ts';
import type { LabContent } from './page/game.ts';

const EVERY = process.env['COINSLOT_MATRIX'] === 'all';
const GATED = { Level2: { requires: 'level-3' }, Bare: { requires: 'bonus', else: 'Menu' } };

describe.each([4, 3] as const)('Phaser %i', (phaser) => {
  let lab: Lab;
  beforeAll(async () => {
    lab = await Lab.open(phaser);
  });
  afterAll(() => lab.close());
  afterEach(() => lab.reset());

  const open = (options: Partial<LabContent> = {}): Promise<Page> => lab.game({ scenes: GATED, ...options });

  it('is the version under test', async () => {
    const page = await open();
    expect(await page.evaluate(() => window.lab.game.config.gameVersion !== undefined)).toBe(true);
  });

  describe.each(['webgl', 'canvas'] as const)('%s', (renderer) => {
    it('holds a start, shows the offer over the level, and makes the call as it was', async () => {
      const page = await open({ renderer });
      await page.evaluate(() => void window.lab.scene('Level1').scene.start('Level2', { coins: 7 }));
      await waitState(page, 'review');
      expect(await page.evaluate(() => window.lab.scene('Level1').sys.isPaused())).toBe(true);
      expect(await page.evaluate(() => window.lab.game.sound.mute)).toBe(true);
      expect((await log(page)).join()).not.toContain('Level2');
      await page.waitForFunction(() => window.lab.renders > 1);
      expect(await page.evaluate(() => window.lab.paints(200, 150))).toEqual([255, 255, 0]);
      expect(await page.evaluate(() => window.lab.paints(20, 20))).toEqual([255, 0, 0]);
      await pay(page);
      await steps(page, 'Level2');
      expect((await log(page)).filter((line) => line.startsWith('Level2.create'))).toEqual([
        'Level2.create {"coins":7}',
      ]);
      expect(await runs(page)).toEqual(['Level2']);
      expect(await page.evaluate(() => window.lab.game.sound.mute)).toBe(false);
      expect(await page.evaluate(() => window.lab.muted)).toEqual([true, false, true, false].slice(0, 2));
      expect(await page.evaluate(() => window.lab.paints(200, 150))).toEqual([0, 255, 0]);
    });

    it('gives everything back after a decline', async () => {
      const page = await open({ renderer });
      await page.evaluate(() => void window.lab.scene('Level1').scene.start('Level2'));
      await decline(page);
      await steps(page, 'Level1');
      expect(await runs(page)).toEqual(['Level1']);
      expect((await log(page)).filter((line) => !line.startsWith('Level1.create'))).toEqual([
        'Level1.pause',
        'Level1.resume',
      ]);
      expect(await page.evaluate(() => window.lab.paints(200, 150))).toEqual([255, 0, 0]);
    });
  });

  const calls = [
    ['start', () => void window.lab.scene('Level1').scene.start('Level2', { n: 1 }), ['Level2']],
    ['launch', () => void window.lab.scene('Level1').scene.launch('Level2', { n: 1 }), ['Level1', 'Level2']],
    ['run', () => void window.lab.scene('Level1').scene.run('Level2', { n: 1 }), ['Level1', 'Level2']],
    ['switch', () => void window.lab.scene('Level1').scene.switch('Level2', { n: 1 }), ['Level2']],
    [
      'transition',
      () => void window.lab.scene('Level1').scene.transition({ target: 'Level2', duration: 50, data: { n: 1 } }),
      ['Level2'],
    ],
    ['game.scene.start', () => void window.lab.game.scene.start('Level2', { n: 1 }), ['Level1', 'Level2']],
    ['game.scene.run', () => void window.lab.game.scene.run('Level2', { n: 1 }), ['Level1', 'Level2']],
    ['game.scene.switch', () => void window.lab.game.scene.switch('Level1', 'Level2', { n: 1 }), ['Level2']],
  ] as const;

  it.each(calls)('%s is held, then made with its data', async (_, call, after) => {
    const page = await open();
    await page.evaluate(call as () => unknown);
    await waitState(page, 'review');
    expect((await log(page)).join()).not.toContain('Level2');
    expect(await page.evaluate(() => window.lab.scene('Level1').sys.isPaused())).toBe(true);
    await pay(page);
    await steps(page, 'Level2');
    await page.waitForFunction((count) => window.lab.game.scene.getScenes(true).length === count, after.length);
    expect(await runs(page)).toEqual([...after]);
    expect((await log(page)).filter((line) => line.startsWith('Level2.create'))).toEqual(['Level2.create {"n":1}']);
  });

  // Of Phaser 3 every second way; COINSLOT_MATRIX=all takes each.
  const declined = calls.filter((_, i) => phaser === 4 || EVERY || i % 2 === 0);
  it.each(declined)('%s that is declined changes nothing', async (_, call) => {
    const page = await open();
    await page.evaluate(call as () => unknown);
    await decline(page);
    await steps(page, 'Level1');
    expect(await runs(page)).toEqual(['Level1']);
    expect((await log(page)).join()).not.toContain('Level2');
  });

  it('a scene that runs at once when it is open makes no detour', async () => {
    const page = await open();
    const made = await page.evaluate(async () => {
      await window.lab.coinslot.ready;
      window.lab.scene('Level1').scene.start('Menu', { free: true });
      return window.lab.scene('Level1').sys.isPaused();
    });
    expect(made).toBe(false);
    await steps(page, 'Menu');
    expect(await page.evaluate(() => window.lab.states)).toEqual([]);
  });

  it('a game’s own pause stays a pause', async () => {
    const page = await open();
    await page.evaluate(() => void window.lab.scene('Level1').scene.launch('Hud'));
    await steps(page, 'Hud');
    await page.evaluate(() => {
      window.lab.game.sound.mute = true;
      window.lab.game.scene.pause('Hud');
      window.lab.scene('Level1').scene.start('Level2');
    });
    await decline(page);
    await steps(page, 'Level1');
    expect(await page.evaluate(() => window.lab.scene('Hud').sys.isPaused())).toBe(true);
    expect(await page.evaluate(() => window.lab.game.sound.mute)).toBe(true);
  });

  it('a scene that was already on its way is held too, and whatever is brought to the top lies below', async () => {
    const page = await open();
    await page.evaluate(() => {
      const { scene } = window.lab.scene('Level1');
      scene.launch('Menu');
      scene.start('Level2');
    });
    await waitState(page, 'review');
    await page.waitForFunction(() => window.lab.scene('Menu').sys.isPaused());
    await page.evaluate(() => void window.lab.game.scene.bringToTop('Menu'));
    await page.evaluate(() => new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve))));
    expect(await page.evaluate(() => window.lab.paints(200, 150))).toEqual([255, 255, 0]);
    expect(await page.evaluate(() => window.lab.paints(20, 20))).toEqual([0, 0, 255]);
    await decline(page);
    await steps(page, 'Menu');
    expect(await runs(page)).toEqual(['Level1', 'Menu']);
  });

  it('a second start keeps the newer data and creates the scene once', async () => {
    const page = await open();
    await page.evaluate(() => {
      const { scene } = window.lab.scene('Level1');
      scene.start('Level2', { coins: 1 });
      scene.start('Level2', { coins: 2 });
    });
    await pay(page);
    await steps(page, 'Level2');
    expect((await log(page)).filter((line) => line.startsWith('Level2.create'))).toEqual(['Level2.create {"coins":2}']);
    expect(lab.wallet.standings).toHaveLength(1);
  });

  it('another call waits its turn', async () => {
    const page = await open();
    await page.evaluate(() => {
      window.lab.scene('Level1').scene.start('Level2');
      window.lab.game.scene.start('Hud', { late: true });
    });
    await waitState(page, 'review');
    expect((await log(page)).join()).not.toContain('Hud');
    await intend(page, 'decline');
    await steps(page, 'Hud');
    expect(await runs(page)).toEqual(['Level1', 'Hud']);
  });

  it('a scene that was shut down meanwhile is not brought back', async () => {
    const page = await open();
    await page.evaluate(() => void window.lab.scene('Level1').scene.start('Level2'));
    await waitState(page, 'review');
    await page.evaluate(() => void window.lab.game.scene.stop('Level1'));
    await pay(page);
    await page.waitForFunction(
      () => window.lab.coinslot.can('level-3') && window.lab.game.scene.getScenes(true).length === 0,
    );
    expect((await log(page)).slice(-2)).toEqual(['Level1.pause', 'Level1.shutdown']);
  });

  it('an overlay that fails gives the game back, and nothing is asked', async () => {
    const page = await open({ brokenOverlay: true });
    await page.evaluate(() => void window.lab.scene('Level1').scene.start('Level2'));
    await page.waitForFunction(() => window.lab.log.includes('Level1.resume'));
    await steps(page, 'Level1');
    expect(await runs(page)).toEqual(['Level1']);
    expect(lab.wallet.standings).toEqual([]);
    const result = await page.evaluate(() => window.lab.coinslot.require('level-3'));
    expect(result).toMatchObject({ status: 'failed', reason: 'broken', detail: 'no renderer' });
  });

  it('a scene with plugins of its own is gated, and a decline leads where the game says', async () => {
    const page = await open();
    await page.evaluate(() => void window.lab.scene('Level1').scene.start('Bare'));
    await decline(page);
    await steps(page, 'Menu');
    expect(await runs(page)).toEqual(['Menu']);
    expect((await log(page)).join()).not.toContain('Bare');
  });

  it('a page that is hidden, or a context that is lost, is a decline', async () => {
    const page = await open({ renderer: 'webgl' });
    await page.evaluate(() => void window.lab.scene('Level1').scene.start('Level2'));
    await waitState(page, 'review');
    await page.evaluate(() => window.dispatchEvent(new Event('pagehide')));
    await waitState(page, 'hidden');
    await steps(page, 'Level1');
    await page.evaluate(() => void window.lab.scene('Level1').scene.start('Level2'));
    await waitState(page, 'review');
    await page.evaluate(() => {
      const { gl } = window.lab.game.renderer as { gl?: WebGLRenderingContext };
      gl!.getExtension('WEBGL_lose_context')!.loseContext();
    });
    await waitState(page, 'hidden');
    await lab.wallet.hears('cancel', 2);
    expect((await log(page)).join()).not.toContain('Level2');
  });

  it('what was bought is verified again after a reload, and edited storage opens nothing', async () => {
    const page = await open();
    await page.evaluate(() => void window.lab.scene('Level1').scene.start('Level2'));
    await pay(page);
    await lab.game({ scenes: GATED }, page);
    const can = (): Promise<boolean> =>
      page.evaluate(() => window.lab.coinslot.ready.then(() => window.lab.coinslot.can('level-3')));
    expect(await can()).toBe(true);
    lab.wallet.script = { onRestore: ({ seq }, line) => line.send('restored', { seq, restored: [], more: 0 }) };
    await page.evaluate(editStoredDecision);
    await lab.game({ scenes: GATED }, page);
    expect(await can()).toBe(false);
  });

  it('two games on a page do not meet', async () => {
    const page = await open();
    const other = await page.evaluate(async () => {
      const Second = window.lab.game.constructor as new (config: object) => Phaser.Game;
      const created: string[] = [];
      const scene = (key: string) => ({ key, create: () => void created.push(key) });
      const second = new Second({
        type: 1,
        width: 50,
        height: 50,
        banner: false,
        scene: [scene('First'), scene('Level2')],
      });
      await new Promise((resolve) => second.events.once('poststep', resolve));
      second.scene.getScene('First').scene.start('Level2');
      await new Promise((resolve) => second.events.once('poststep', () => second.events.once('poststep', resolve)));
      return created;
    });
    expect(other).toEqual(['First', 'Level2']);
    expect(await page.evaluate(() => window.lab.states)).toEqual([]);
  });
});

/** Turns a byte of the kept decision in IndexedDB. */
function editStoredDecision(): Promise<void> {
  return new Promise((resolve, reject) => {
    const request = indexedDB.open('coinslot', 1);
    request.onerror = () => reject(new Error('no database'));
    request.onsuccess = () => {
      const transaction = request.result.transaction('records', 'readwrite');
      const cursor = transaction.objectStore('records').openCursor();
      cursor.onsuccess = () => {
        const at = cursor.result;
        if (at === null) return;
        if ((at.key as string).includes('/grants/')) {
          const kept = at.value as { decision: Uint8Array };
          kept.decision[60]! ^= 1;
          at.update(kept);
        }
        at.continue();
      };
      transaction.oncomplete = () => resolve();
    };
  });
}
