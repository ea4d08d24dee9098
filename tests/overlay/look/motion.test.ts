/** Movement, measured frame by frame on the overlay's own canvas; and what a studio's logo may not do. */
import type { ThemeName } from '@coinslot/overlay';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openStage, type OpenedStage } from '../lib/browser.ts';

let opened: OpenedStage;
let page: Page;
beforeAll(async () => {
  opened = await openStage();
  page = opened.page;
});
afterAll(() => opened.close());

const FRAME_MS = 33;
/** Blocks across and down in which brightness is watched: far smaller than the area from which WCAG counts. */
const BLOCKS = [40, 24] as const;

/** Relative luminance of each block, frame by frame, from the moment a state is shown over the game. */
const brightnessOf = (theme: ThemeName, before: string | null, state: string, ms: number): Promise<number[][]> =>
  page.evaluate(
    async ([look, first, then, lasts, frameMs, columns, rows]) => {
      const { stage } = window;
      await stage.open({ width: 640, height: 360, theme: look, reducedMotion: false });
      if (first !== null) {
        stage.show(stage.statesIn('en')[first] as never);
        stage.run(2_000, 100);
      }
      const copy = document.createElement('canvas');
      [copy.width, copy.height] = [640, 360];
      const pen = copy.getContext('2d', { willReadFrequently: true })!;
      const linear = Float64Array.from({ length: 256 }, (_, value) =>
        value <= 10 ? value / 255 / 12.92 : ((value / 255 + 0.055) / 1.055) ** 2.4,
      );
      const [across, down] = [640 / columns, 360 / rows];
      const watched: number[][] = [];
      const watch = (): void => {
        pen.fillStyle = '#9ab4e0';
        pen.fillRect(0, 0, 640, 360);
        pen.drawImage(stage.port().canvas, 0, 0);
        const { data } = pen.getImageData(0, 0, 640, 360);
        const blocks = new Array<number>(columns * rows).fill(0);
        for (let at = 0; at < data.length; at += 4) {
          const block = Math.floor(at / 4 / 640 / down) * columns + Math.floor(((at / 4) % 640) / across);
          const light = 0.2126 * linear[data[at]!]! + 0.7152 * linear[data[at + 1]!]! + 0.0722 * linear[data[at + 2]!]!;
          blocks[block]! += light / (across * down);
        }
        watched.push(blocks);
      };
      if (first !== null) watch();
      stage.show(stage.statesIn('en')[then] as never);
      for (let passed = 0; passed < lasts; passed += frameMs) {
        stage.run(frameMs, frameMs);
        watch();
      }
      return watched;
    },
    [theme, before, state, ms, FRAME_MS, ...BLOCKS] as const,
  );

/** Most flashes of one block within a second: pairs of opposing changes by 10 % where the darker is below 0.8 (WCAG 2.3.1). */
function flashesOf(frames: readonly (readonly number[])[]): number {
  const perSecond = Math.ceil(1_000 / FRAME_MS);
  let most = 0;
  for (let block = 0; block < (frames[0]?.length ?? 0); block += 1) {
    const changes: number[] = [];
    let [low, high, direction] = [frames[0]![block]!, frames[0]![block]!, 0];
    frames.forEach((frame, at) => {
      const now = frame[block]!;
      [low, high] = [Math.min(low, now), Math.max(high, now)];
      const turned = now - low >= 0.1 ? 1 : high - now >= 0.1 ? -1 : 0;
      if (turned === 0) return;
      if (turned !== direction && low < 0.8) changes.push(at);
      direction = turned;
      [low, high] = [now, now];
    });
    for (const from of changes)
      most = Math.max(most, changes.filter((at) => at >= from && at < from + perSecond).length / 2);
  }
  return most;
}

describe('rule 16: movement', () => {
  it('rule 16: the measure counts a light that flashes five times a second, and not one that comes and stays', () => {
    const frames = Array.from({ length: 60 }, (_, at) => [
      Math.floor(at / 3) % 2 === 0 ? 0.1 : 0.6,
      at < 9 ? 0.1 : 0.9,
    ]);
    expect(flashesOf(frames)).toBeGreaterThan(3);
    expect(flashesOf(frames.map(([, steady]) => [steady!]))).toBeLessThanOrEqual(1);
  });

  const scenes = [
    [null, 'review'],
    ['review', 'paying'],
    ['paying', 'granted'],
    ['paying', 'refused'],
    [null, 'wallet-absent'],
  ] as const;
  it.each(['lantern', 'arcade', 'paper'] as const)(
    'rule 16: nothing in %s flashes more than three times a second',
    async (theme) => {
      for (const [before, state] of theme === 'lantern'
        ? scenes
        : scenes.filter(([, one]) => /review|granted/.test(one))) {
        const flashes = flashesOf(await brightnessOf(theme, before, state, 1_500));
        expect(flashes, state).toBeLessThanOrEqual(3);
      }
    },
  );

  it('rule 16: with reduced motion the first picture of every state is its last', async () => {
    const moved = await page.evaluate(async () => {
      await window.stage.open({ width: 640, height: 360, reducedMotion: true });
      const found: string[] = [];
      for (const [name, state] of Object.entries(window.stage.statesIn('en'))) {
        window.stage.show(state);
        window.stage.run(1);
        const first = window.stage.pixels();
        window.stage.run(1_500);
        const last = window.stage.pixels();
        if (first.some((value, at) => value !== last[at])) found.push(name);
      }
      return found;
    });
    expect(moved).toEqual([]);
  });

  it('comes to rest on the very picture that reduced motion shows at once, in every state', async () => {
    for (const theme of ['lantern', 'arcade'] as const) {
      const differing = await page.evaluate(async (look) => {
        const { stage } = window;
        const names = Object.keys(stage.statesIn('en')).filter((name) => !/loading|paying/.test(name));
        const pictures: Uint8ClampedArray[][] = [];
        for (const reducedMotion of [true, false]) {
          await stage.open({ width: 640, height: 360, theme: look, reducedMotion });
          pictures.push(
            names.map((name) => {
              stage.show(stage.statesIn('en')[name] as never);
              stage.run(2_000, 400);
              return stage.pixels();
            }),
          );
        }
        const [still, moved] = pictures as [Uint8ClampedArray[], Uint8ClampedArray[]];
        return names.filter((_, at) => still[at]!.some((value, pixel) => value !== moved[at]![pixel]));
      }, theme);
      expect(differing, theme).toEqual([]);
    }
  });
});

describe('a studio’s logo', () => {
  /** The overlay's canvas can be read after a review with that logo was drawn. */
  const drawnWith = (source: string): Promise<boolean> =>
    page.evaluate(async (src) => {
      const logo = new Image();
      logo.src = src;
      await logo.decode().catch(() => undefined);
      await window.stage.open({ width: 640, height: 360, theme: { logo } });
      window.stage.show(window.stage.statesIn('en')['review'] as never);
      window.stage.run(50);
      return window.stage.pixels().some((value) => value > 200);
    }, source);

  it('of another origin that allows no reading is left out: the canvas could not be shown any more', async () => {
    const pixel = Buffer.from(
      'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8z8BQDwAEhQGAhKmMIQAAAABJRU5ErkJggg==',
      'base64',
    );
    await page.route('http://elsewhere.example/logo.png', (route) =>
      route.fulfill({ contentType: 'image/png', body: pixel }),
    );
    expect(await drawnWith('http://elsewhere.example/logo.png')).toBe(true);
  });

  it('that is broken is left out', async () => {
    expect(await drawnWith('data:image/png;base64,AAAA')).toBe(true);
  });
});
