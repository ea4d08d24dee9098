/** The stage in a real game: what the overlay is fed, what is left behind, and what the plugin costs while nothing is open. */
import type { Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { decline, intend, log, pay, runs, steps, waitState } from './lib/acts.ts';
import { Lab } from './lib/browser.ts';
import { CAMPAIGN, PLACEMENTS } from './lib/content.ts';

/** Listeners of the game's and of every scene's events, by name; scenes and textures by key. */
const inventory = (page: Page): Promise<Record<string, unknown>> =>
  page.evaluate(() => {
    const { game } = window.lab;
    const emitters = { game: game.events, scale: game.scale, renderer: game.renderer, ...eventsOfScenes() };
    function eventsOfScenes(): Record<string, Phaser.Events.EventEmitter> {
      return Object.fromEntries(game.scene.scenes.map((scene) => [scene.sys.settings.key, scene.sys.events]));
    }
    const names = [
      'step',
      'prestep',
      'poststep',
      'prerender',
      'postrender',
      'preupdate',
      'update',
      'postupdate',
      'render',
    ];
    const perFrame = Object.entries(emitters).flatMap(([owner, emitter]) =>
      names.map((name) => [`${owner} ${name}`, emitter.listenerCount(name)] as const),
    );
    return {
      perFrame: Object.fromEntries(perFrame),
      scenes: game.scene.scenes.map((scene) => scene.sys.settings.key).sort(),
      textures: game.textures.getTextureKeys().sort(),
      resize: game.scale.listenerCount('resize'),
      losewebgl: game.renderer.listenerCount('losewebgl'),
    };
  });

const frame = (page: Page): Promise<unknown> =>
  page.evaluate(() => new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve))));

describe.each([4, 3] as const)('Phaser %i', (phaser) => {
  let lab: Lab;
  beforeAll(async () => {
    lab = await Lab.open(phaser);
  });
  afterAll(() => lab.close());
  afterEach(() => lab.reset());

  const scenes = { Level2: { requires: 'level-3' } };
  const ask = (page: Page): Promise<void> =>
    page.evaluate(() => {
      void window.lab.coinslot.require('level-3').then((result) => (window.lab.result = result));
    });

  it('adds nothing that runs per frame, before an offer, after one, and while playing', async () => {
    const plain = await lab.game({ plain: true, renderer: 'webgl' });
    const bare = await inventory(plain);
    const page = await lab.game({ scenes, renderer: 'webgl' });
    expect(await inventory(page)).toEqual(bare);
    await page.evaluate(() => window.lab.coinslot.gameplayStart());
    expect(await inventory(page)).toEqual(bare);
    await page.evaluate(() => window.lab.coinslot.gameplayStop());
    await ask(page);
    await decline(page);
    await frame(page);
    expect(await inventory(page)).toEqual(bare);
  });

  it('wraps this game’s methods alone, and takes every wrap away when it stops', async () => {
    const page = await lab.game({ scenes });
    const owned = (): Promise<boolean[]> =>
      page.evaluate(() => {
        const { game } = window.lab;
        const objects = [game.scene, game.plugins, window.lab.scene('Level1').scene];
        return objects.map((one) => Object.hasOwn(one, 'start') || Object.hasOwn(one, 'addToScene'));
      });
    expect(await owned()).toEqual([true, true, true]);
    await page.evaluate(() => void window.lab.game.plugins.stop('Coinslot'));
    expect(await owned()).toEqual([false, false, false]);
    await page.evaluate(() => void window.lab.scene('Level1').scene.start('Level2', { n: 1 }));
    await steps(page, 'Level2');
    await page.evaluate(() => void window.lab.game.plugins.start('Coinslot'));
    expect(await page.evaluate(() => window.lab.coinslot.can('level-3'))).toBe(false);
  });

  it('ends an open offer as interrupted when the game is destroyed', async () => {
    const page = await lab.game({ scenes });
    await ask(page);
    await waitState(page, 'review');
    await page.evaluate(() => void window.lab.game.destroy(true));
    await page.waitForFunction(() => window.lab.result !== undefined);
    expect(await page.evaluate(() => window.lab.result)).toMatchObject({ status: 'declined', reason: 'interrupted' });
    expect(lab.wallet.heard.map((frame) => frame.kind)).not.toContain('answer');
  });

  it('draws only when the overlay has changed', async () => {
    const page = await lab.game({ scenes });
    await ask(page);
    await waitState(page, 'review');
    await page.waitForFunction(() => window.lab.renders > 0);
    await frame(page);
    const before = await page.evaluate(() => window.lab.renders);
    for (let i = 0; i < 5; i++) await frame(page);
    expect(await page.evaluate(() => window.lab.renders)).toBe(before);
    await page.evaluate(() => window.lab.options!.requestRender());
    await intend(page, 'accept');
    await page.waitForFunction((count) => window.lab.renders > count, before);
  });

  it('tells the overlay whether the player silenced the game, not that holding did', async () => {
    const page = await lab.game({ scenes });
    await ask(page);
    await waitState(page, 'review');
    const heard = (): Promise<(boolean | undefined)[]> =>
      page.evaluate(() => [window.lab.game.sound.mute, window.lab.options!.muted?.()]);
    expect(await heard()).toEqual([true, false]);
    await decline(page);
    await page.evaluate(() => void (window.lab.game.sound.mute = true));
    await ask(page);
    await waitState(page, 'review');
    expect(await heard()).toEqual([true, true]);
  });

  it('feeds pointer and keys in the canvas’s own pixels, and the scenes below none', async () => {
    const page = await lab.game({ scenes });
    await page.evaluate(() => {
      const below = window.lab.scene('Level1').input;
      below.on('pointerdown', () => window.lab.fed.push('below'));
      below.keyboard!.on('keydown', () => window.lab.fed.push('below'));
      document.querySelector('canvas')!.style.width = '800px';
      document.querySelector('canvas')!.style.height = '600px';
      window.lab.game.scale.refresh();
    });
    await ask(page);
    await waitState(page, 'review');
    await page.evaluate(() => (window.lab.fed.length = 0));
    await page.mouse.click(300, 150);
    await page.keyboard.press('ArrowRight');
    await page.waitForFunction(() => window.lab.fed.includes('keyup ArrowRight'));
    const fed = await page.evaluate(() => window.lab.fed);
    const scale = await page.evaluate(() => document.querySelector('canvas')!.getBoundingClientRect().width / 400);
    expect(fed).toEqual(
      expect.arrayContaining([`down ${300 / scale} ${150 / scale}`, `up ${300 / scale} ${150 / scale}`]),
    );
    expect(fed).toContain('keydown ArrowRight');
    expect(fed).not.toContain('below');
  });

  it('forgets the keys that were down when the game was held', async () => {
    const page = await lab.game({ scenes });
    await page.evaluate(() => {
      const key = window.lab.scene('Level1').input.keyboard!.addKey('RIGHT');
      Object.assign(window, { key });
    });
    await page.keyboard.down('ArrowRight');
    await page.waitForFunction(() => (window as unknown as { key: { isDown: boolean } }).key.isDown);
    await ask(page);
    await waitState(page, 'review');
    await page.keyboard.up('ArrowRight');
    await decline(page);
    await steps(page, 'Level1');
    expect(await page.evaluate(() => (window as unknown as { key: { isDown: boolean } }).key.isDown)).toBe(false);
  });

  it('follows the canvas’s size, and is drawn over all of it', async () => {
    const page = await lab.game({ scenes, renderer: 'webgl' });
    await ask(page);
    await waitState(page, 'review');
    await page.evaluate(() => void window.lab.game.scale.resize(600, 450));
    await page.waitForFunction(() => window.lab.fed.includes('resize 600 450'));
    await frame(page);
    expect(await page.evaluate(() => window.lab.paints(300, 225))).toEqual([255, 255, 0]);
    expect(await page.evaluate(() => window.lab.paints(210, 160))).toEqual([255, 255, 0]);
  });

  it('survives a lost and restored context', async () => {
    const page = await lab.game({ scenes, renderer: 'webgl' });
    await ask(page);
    await waitState(page, 'review');
    await page.evaluate(async () => {
      const { gl } = window.lab.game.renderer as { gl?: WebGLRenderingContext };
      const loss = gl!.getExtension('WEBGL_lose_context')!;
      loss.loseContext();
      await new Promise((resolve) => setTimeout(resolve, 0));
      loss.restoreContext();
    });
    await waitState(page, 'hidden');
    await page.waitForFunction(() => window.lab.result?.status === 'declined');
    await steps(page, 'Level1');
    await ask(page);
    await pay(page);
    expect(await page.evaluate(() => window.lab.coinslot.can('level-3'))).toBe(true);
  });

  describe('boundaries of scenes', () => {
    const boundary = (event: 'start' | 'end' | 'sleep' | 'created', scene: string) => ({
      placements: {
        ...PLACEMENTS,
        placements: [{ name: 'here', on: { kind: 'scene' as const, event, scene }, duringPlay: false }],
        campaigns: [{ ...CAMPAIGN, placements: ['here'] }],
      },
    });
    const ready = (page: Page): Promise<void> => page.evaluate(() => window.lab.coinslot.ready);

    const rows = [
      ['end', 'Level1', () => void window.lab.scene('Level1').scene.start('Menu', { n: 1 })],
      ['start', 'Menu', () => void window.lab.scene('Level1').scene.start('Menu', { n: 1 })],
      ['sleep', 'Level1', () => void window.lab.scene('Level1').scene.switch('Menu', { n: 1 })],
    ] as const;
    it.each(rows)('%s of %s holds the way on, whatever the player answers', async (event, scene, call) => {
      const page = await lab.game(boundary(event, scene));
      await ready(page);
      await page.evaluate(() => window.lab.coinslot.gameplayStart());
      await page.evaluate(call as () => unknown);
      await waitState(page, 'review');
      expect((await log(page)).join()).not.toContain('Menu');
      await decline(page);
      await steps(page, 'Menu');
      expect((await log(page)).filter((line) => line.startsWith('Menu.create'))).toEqual(['Menu.create {"n":1}']);
      expect(lab.wallet.standings).toHaveLength(1);
    });

    it('a scene that was created is held once it runs', async () => {
      const page = await lab.game(boundary('created', 'Menu'));
      await ready(page);
      await page.evaluate(() => void window.lab.scene('Level1').scene.launch('Menu'));
      await waitState(page, 'review');
      expect((await log(page)).slice(-3).sort()).toEqual(['Level1.pause', 'Menu.create {}', 'Menu.pause']);
      await decline(page);
      expect((await runs(page)).sort()).toEqual(['Level1', 'Menu']);
    });

    it('active play is not interrupted by a scene that opens beside it', async () => {
      const page = await lab.game(boundary('start', 'Hud'));
      await ready(page);
      await page.evaluate(() => {
        window.lab.coinslot.gameplayStart();
        window.lab.scene('Level1').scene.launch('Hud');
      });
      await steps(page, 'Hud');
      expect(await page.evaluate(() => window.lab.states)).toEqual([]);
    });
  });
});
