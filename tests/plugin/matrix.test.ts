/**
 * The real overlay over real games on many screens: its pixels at the right place and crisp, a press on the control that is
 * seen there, and no wrong pixel once it is closed. `COINSLOT_MATRIX=all` runs every case.
 */
import type { Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import {
  frames,
  heading,
  openReview,
  passGuard,
  Playground,
  result,
  waitState,
} from '../overlay/look/lib/playground.ts';
import { CASES, FEW, isAllowed, PARAMETERS, sizeOf, type MatrixCase } from './lib/matrix-cases.ts';
import { pairwise } from './lib/pairwise.ts';

const CHOSEN = process.env['COINSLOT_MATRIX'] === 'all' ? CASES : FEW;

describe('the cases', () => {
  it('hold every two values that may meet, in at most 60 cases, the same each time', () => {
    const has = (name: string, value: unknown, other: string, otherValue: unknown) => (one: MatrixCase) =>
      one[name as keyof MatrixCase] === value && one[other as keyof MatrixCase] === otherValue;
    const names = Object.keys(PARAMETERS) as (keyof MatrixCase)[];
    // Every allowed case there is, not those of the generator.
    const all = names.reduce<Record<string, unknown>[]>(
      (made, name) => made.flatMap((one) => PARAMETERS[name].map((value) => ({ ...one, [name]: value }))),
      [{}],
    ) as unknown as MatrixCase[];
    const allowed = all.filter(isAllowed);
    const missing = names.flatMap((name, at) =>
      names.slice(at + 1).flatMap((other) =>
        PARAMETERS[name].flatMap((value) =>
          PARAMETERS[other].flatMap((otherValue) => {
            const both = has(name, value, other, otherValue);
            return allowed.some(both) && !CASES.some(both) ? [`${name} ${value}, ${other} ${otherValue}`] : [];
          }),
        ),
      ),
    );
    expect(missing).toEqual([]);
    expect(CASES.every(isAllowed)).toBe(true);
    expect(CASES.length).toBeLessThanOrEqual(60);
    expect(pairwise(PARAMETERS, isAllowed, 5)).toEqual(CASES);
  });

  it('that are always run hold every value but the largest size', () => {
    const values = Object.entries(PARAMETERS).flatMap(([name, all]) => all.map((value) => `${name} ${value}`));
    const run = new Set(FEW.flatMap((one) => Object.entries(one).map(([name, value]) => `${name} ${value}`)));
    expect(values.filter((value) => !run.has(value))).toEqual(['size 3840x2160']);
  });
});

describe('on the screen', () => {
  let ground: Playground;
  beforeAll(async () => {
    ground = await Playground.open([4, 3]);
  });
  afterAll(() => ground.close());
  afterEach(async () => {
    await ground.reset();
    expect(ground.complaints.splice(0)).toEqual([]);
  });

  const name = (one: MatrixCase): string =>
    `Phaser ${one.phaser} ${one.renderer}, ${one.size}, ratio ${one.ratio}, scale ${one.scale}, camera ${one.camera}, ${one.art}, ${one.event}`;

  it.each(CHOSEN.map((one) => [name(one), one] as const))('%s', async (_, one) => {
    const page = await opened(ground, one);
    await page.evaluate(() => window.play.keep('before'));
    await openReview(page);
    if (one.event === 'resized') await resizeAndBack(page, one);
    if (one.event === 'context lost') {
      await loseAndRestore(page);
      await openReview(page);
    }

    await page.evaluate(() => window.play.keep('open'));
    const seen = await page.evaluate(() => window.play.composed('open', 'before'));
    expect(seen.panel.wrong, 'pixels of the panel').toBe(0);
    expect(seen.outside.wrong, 'pixels of the game under the scrim').toBe(0);
    const [width, height] = sizeOf(one);
    expect(seen.panel.pixels + seen.outside.pixels).toBe(width * height);
    expect(seen.panel.pixels).toBeGreaterThan(width * height * 0.09);

    await page.mouse.click(...(await page.evaluate(() => window.play.middleOf('continue'))));
    expect(await heading(page)).toBe(await page.evaluate(() => window.play.titleOf('confirm')));
    await passGuard(page);
    await page.mouse.click(...(await page.evaluate(() => window.play.middleOf('decline', 'confirm'))));
    expect(await result(page)).toBe('declined declined');
    await frames(page);
    await page.evaluate(() => window.play.keep('after'));
    expect(await page.evaluate(() => window.play.same('before', 'after'))).toEqual({
      pixels: width * height,
      wrong: 0,
    });
  });
});

/** Room round the canvas where it does not follow the window. */
const BESIDE = 40;

function viewportOf(one: MatrixCase): { width: number; height: number } {
  const [width, height] = sizeOf(one);
  const times = { none: 1, resize: 1, zoom: 2, dense: 1 / one.ratio, fit: 0 }[one.scale];
  if (one.scale === 'fit') return { width: 900, height: 620 };
  if (one.scale === 'resize') return { width, height };
  return { width: Math.ceil(width * times) + BESIDE, height: Math.ceil(height * times) + BESIDE };
}

function opened(ground: Playground, one: MatrixCase): Promise<Page> {
  const [width, height] = sizeOf(one);
  return ground.play({
    phaser: one.phaser,
    content: {
      renderer: one.renderer,
      width,
      height,
      scale: one.scale === 'fit' || one.scale === 'resize' ? one.scale : 'none',
      zoom: one.scale === 'zoom' ? 2 : one.scale === 'dense' ? 1 / one.ratio : 1,
      pixelArt: one.art === 'pixels',
      camera: one.camera,
    },
    browser: { viewport: viewportOf(one), deviceScaleFactor: one.ratio },
  });
}

/** Another size and back, while the offer is open: the window's where the canvas follows it, else the game's own. */
async function resizeAndBack(page: Page, one: MatrixCase): Promise<void> {
  const viewport = viewportOf(one);
  const followed = one.scale === 'fit' || one.scale === 'resize';
  const [width, height] = sizeOf(one);
  const to = async (share: number): Promise<void> => {
    const w = Math.round((followed ? viewport.width : width) * share);
    const h = Math.round((followed ? viewport.height : height) * share);
    if (followed) await page.setViewportSize({ width: w, height: h });
    else await page.evaluate(([x, y]) => void window.play.game.scale.resize(x, y), [w, h] as const);
    if (one.scale === 'fit') await page.waitForFunction((now) => window.innerWidth === now, w);
    else await page.waitForFunction((now) => window.play.game.canvas.width === now, w);
    await frames(page);
  };
  await to(0.8);
  await to(1);
  await passGuard(page);
}

async function loseAndRestore(page: Page): Promise<void> {
  await page.evaluate(() => {
    const { gl } = window.play.game.renderer as { gl?: WebGLRenderingContext };
    const loss = gl!.getExtension('WEBGL_lose_context')!;
    Object.assign(window, { loss });
    loss.loseContext();
  });
  expect(await result(page)).toBe('declined interrupted');
  await waitState(page, 'hidden');
  await page.evaluate(() => (window as unknown as { loss: { restoreContext(): void } }).loss.restoreContext());
  await page.waitForFunction(() => !(window.play.game.renderer as { contextLost?: boolean }).contextLost);
  await frames(page);
}
