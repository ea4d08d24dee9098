/** What the browser tests do again and again, as the player or as the game. */
import type { Page } from 'playwright-core';

/** Resolves when the overlay's latest state is of the kind; `hidden` once it is closed. */
export const waitState = (page: Page, kind: string): Promise<unknown> =>
  page.waitForFunction((wanted) => window.lab.states.at(-1) === wanted, kind);

export const intend = (page: Page, intent: 'accept' | 'decline' | 'close'): Promise<void> =>
  page.evaluate((wanted) => window.lab.intend(wanted), intent);

/** What the scenes wrote down. */
export const log = (page: Page): Promise<string[]> => page.evaluate(() => [...window.lab.log]);

/** Keys of the scenes that run. */
export const runs = (page: Page): Promise<string[]> =>
  page.evaluate(() => window.lab.game.scene.getScenes(true).map((scene) => scene.sys.settings.key));

/** Resolves when a scene has been stepped twice more. */
export async function steps(page: Page, key: string): Promise<void> {
  const before = await page.evaluate((wanted) => window.lab.updates[wanted] ?? 0, key);
  await page.waitForFunction(([wanted, count]) => (window.lab.updates[wanted] ?? 0) > count + 1, [
    key,
    before,
  ] as const);
}

export async function pay(page: Page): Promise<void> {
  await waitState(page, 'review');
  await intend(page, 'accept');
  await waitState(page, 'granted');
  await intend(page, 'close');
  await waitState(page, 'hidden');
}

export async function decline(page: Page): Promise<void> {
  await waitState(page, 'review');
  await intend(page, 'decline');
  await waitState(page, 'hidden');
}
