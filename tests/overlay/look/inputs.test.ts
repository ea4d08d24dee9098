/** Rule 12 in a running Phaser game: a whole purchase by each kind of input alone, and a "no" by each. */
import type { PadButton } from '@coinslot/overlay';
import type { Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { frames, heading, openReview, passGuard, Playground, result, waitState } from './lib/playground.ts';

let ground: Playground;
beforeAll(async () => {
  ground = await Playground.open();
});
afterAll(() => ground.close());
afterEach(async () => {
  await ground.reset();
  expect(ground.complaints.splice(0)).toEqual([]);
});

/** Presses and lets go, each seen by the game. */
async function pad(page: Page, button: PadButton): Promise<void> {
  await page.evaluate((one) => window.play.setPad(0, [one]), button);
  await frames(page);
  await page.evaluate(() => window.play.setPad(0, []));
  await frames(page);
}

async function stick(page: Page, x: number, y: number): Promise<void> {
  await page.evaluate(([ax, ay]) => window.play.setPad(0, [], [ax, ay]), [x, y] as const);
  await frames(page);
  await page.evaluate(() => window.play.setPad(0, [], [0.2, -0.2]));
  await frames(page);
}

/** Bought, verified, open; nothing of it reached the game. */
async function expectBought(page: Page): Promise<void> {
  expect(await result(page)).toBe('granted paid');
  expect(await page.evaluate(() => window.play.coinslot.can('level-3'))).toBe(true);
  await page.waitForFunction(() => !window.play.game.scene.isPaused('Level1'));
  expect((await page.evaluate(() => window.play.heard)).filter((one) => !/pause|resume/.test(one))).toEqual([]);
}

describe('rule 12: a whole purchase in the running game', () => {
  it('by keyboard only', async () => {
    const page = await ground.play();
    await openReview(page);
    await page.keyboard.press('ArrowRight');
    await page.keyboard.press('ArrowRight');
    await page.keyboard.press('Enter');
    expect(await heading(page)).toBe(await page.evaluate(() => window.play.titleOf('confirm')));
    await passGuard(page);
    await page.keyboard.press('Tab');
    await page.keyboard.press('Tab');
    await page.keyboard.press(' ');
    await waitState(page, 'granted');
    await passGuard(page);
    await page.keyboard.press('Enter');
    await expectBought(page);
  });

  it('by mouse only', async () => {
    const page = await ground.play();
    await openReview(page);
    await page.mouse.click(...(await page.evaluate(() => window.play.middleOf('continue'))));
    await passGuard(page);
    await page.mouse.click(...(await page.evaluate(() => window.play.middleOf('accept', 'confirm'))));
    await waitState(page, 'granted');
    await passGuard(page);
    await page.mouse.click(...(await page.evaluate(() => window.play.middleOf('close'))));
    await expectBought(page);
  });

  it('by touch only', async () => {
    const page = await ground.play({ browser: { hasTouch: true, isMobile: true } });
    await openReview(page);
    const { touchscreen } = page;
    await touchscreen.tap(...(await page.evaluate(() => window.play.middleOf('continue'))));
    await passGuard(page);
    await touchscreen.tap(...(await page.evaluate(() => window.play.middleOf('accept', 'confirm'))));
    await waitState(page, 'granted');
    await passGuard(page);
    await touchscreen.tap(...(await page.evaluate(() => window.play.middleOf('close'))));
    await expectBought(page);
  });

  it('by gamepad only: cross, and the lower button', async () => {
    const page = await ground.play();
    await page.evaluate(() => window.play.setPad(0, []));
    await openReview(page);
    await pad(page, 'right');
    await pad(page, 'right');
    await pad(page, 'confirm');
    expect(await heading(page)).toBe(await page.evaluate(() => window.play.titleOf('confirm')));
    await passGuard(page);
    await pad(page, 'down');
    await pad(page, 'down');
    await pad(page, 'confirm');
    await waitState(page, 'granted');
    await passGuard(page);
    await pad(page, 'confirm');
    await expectBought(page);
  });

  it('by gamepad only: the stick, one step for each time it is pushed', async () => {
    const page = await ground.play();
    await page.evaluate(() => window.play.setPad(0, []));
    await openReview(page);
    await stick(page, 0.9, 0);
    expect(await page.evaluate(() => document.activeElement?.textContent)).toBe('Not now');
    await page.evaluate(() => window.play.setPad(0, [], [0.7, 0]));
    for (let at = 0; at < 3; at += 1) await frames(page);
    await page.evaluate(() => window.play.setPad(0, [], [0.5, 0]));
    await frames(page);
    await page.evaluate(() => window.play.setPad(0, [], [0.7, 0]));
    await frames(page);
    expect(await page.evaluate(() => document.activeElement?.textContent)).toBe('Continue');
    await page.evaluate(() => window.play.setPad(0, []));
    await frames(page);
    await pad(page, 'confirm');
    expect(await heading(page)).toBe(await page.evaluate(() => window.play.titleOf('confirm')));
  });

  it('by two switches only, whatever their keys: next goes round, select presses', async () => {
    const page = await ground.play({ content: { options: { switches: { next: 'F13', select: 'Space' } } } });
    await openReview(page);
    // Nothing is chosen yet: select alone answers nothing.
    await page.keyboard.press('Space');
    const next = (): Promise<void> =>
      page.evaluate(() => {
        for (const type of ['keydown', 'keyup'])
          document.activeElement?.dispatchEvent(
            new KeyboardEvent(type, { key: 'F13', code: 'F13', bubbles: true, cancelable: true }),
          );
      });
    const order: (string | null | undefined)[] = [];
    for (let at = 0; at < 4; at += 1) {
      await next();
      order.push(await page.evaluate(() => document.activeElement?.textContent));
    }
    expect(order).toEqual(['Not now', 'Continue', 'Not now', 'Continue']);
    await page.keyboard.press('Space');
    expect(await heading(page)).toBe(await page.evaluate(() => window.play.titleOf('confirm')));
    await passGuard(page);
    await next();
    await next();
    await page.keyboard.press('Space');
    await waitState(page, 'granted');
    await passGuard(page);
    await page.keyboard.press('Space');
    await expectBought(page);
  });

  it('by two switches that send what most of them do: Space goes on, Enter presses', async () => {
    const page = await ground.play({ content: { options: { switches: { next: 'Space', select: 'Enter' } } } });
    await openReview(page);
    for (const key of ['Space', 'Space', 'Enter']) await page.keyboard.press(key);
    expect(await heading(page)).toBe(await page.evaluate(() => window.play.titleOf('confirm')));
    await passGuard(page);
    for (const key of ['Space', 'Enter']) await page.keyboard.press(key);
    expect(await result(page)).toBe('declined declined');
  });

  it('targets are at least 44 CSS px, however small the canvas is seen', async () => {
    for (const [width, height, zoom] of [
      [320, 180, 1],
      [1920, 1080, 0.25],
      [800, 450, 1],
    ] as const) {
      const page = await ground.play({ content: { width, height, zoom } });
      await openReview(page);
      const controls = await page.evaluate(() => window.play.controls());
      for (const control of controls.filter(({ id }) => id !== 'more')) {
        expect(control.width, `${width}x${height}`).toBeGreaterThanOrEqual(44);
        expect(control.height, `${width}x${height}`).toBeGreaterThanOrEqual(44);
      }
      await ground.reset();
    }
  });

  it('the focus ring is at least 2 CSS px thick, at 3:1 or better against what it lies on, in every theme', async () => {
    for (const theme of ['lantern', 'arcade', 'paper', 'high-contrast'] as const) {
      const page = await ground.play({ content: { options: { theme } } });
      await openReview(page);
      await frames(page);
      const thick = await page.evaluate(async () => {
        const { play } = window;
        const port = play.port();
        const [x, y] = play.middleOf('decline');
        const column = (): Uint8ClampedArray => {
          const pen = document.createElement('canvas').getContext('2d')!;
          pen.canvas.width = 1;
          pen.canvas.height = port.canvas.height;
          pen.drawImage(port.canvas, -Math.round(x), 0);
          return pen.getImageData(0, 0, 1, port.canvas.height).data;
        };
        const frame = (): Promise<void> =>
          new Promise((resolve) =>
            play.game.events.once('postrender', () => play.game.events.once('postrender', () => resolve())),
          );
        const before = column();
        port.key(new KeyboardEvent('keydown', { key: 'Tab', code: 'Tab' }));
        await frame();
        const after = column();
        const luminance = (data: Uint8ClampedArray, at: number): number => {
          const linear = (value: number): number =>
            value <= 0.04045 * 255 ? value / 255 / 12.92 : ((value / 255 + 0.055) / 1.055) ** 2.4;
          return 0.2126 * linear(data[at]!) + 0.7152 * linear(data[at + 1]!) + 0.0722 * linear(data[at + 2]!);
        };
        let rows = 0;
        let most = 0;
        // From the middle of the control upwards: rows that now differ at 3:1 from what was there.
        for (let row = Math.round(y); row > 0; row -= 1) {
          const [one, other] = [luminance(before, row * 4), luminance(after, row * 4)].sort((a, b) => a - b);
          rows = (other! + 0.05) / (one! + 0.05) >= 3 ? rows + 1 : 0;
          most = Math.max(most, rows);
        }
        return most;
      });
      expect(thick, theme).toBeGreaterThanOrEqual(2);
      await ground.reset();
    }
  });
});
