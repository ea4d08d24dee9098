/** Family, fairness, automatic approval and password on the real page: filled in by keyboard alone, axe-clean, and carried out. */
import type { Browser, Locator } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { launchBrowser } from '../lib/browser.ts';
import { axeFindings } from './browser.ts';
import { PIN, startWorld } from './world.ts';

const GUARDIAN_PIN = '97531';

let browser: Browser;
beforeAll(async () => {
  browser = await launchBrowser();
});
afterAll(() => browser.close());

it('family, fairness, allowance and password: typed, sent with Enter, and then so', async () => {
  const world = await startWorld({ setup: { guardianPin: GUARDIAN_PIN } });
  await world.game();
  const { state } = world.wallet.profile;
  const page = await browser.newPage({ locale: 'en-GB', reducedMotion: 'reduce' });
  page.setDefaultTimeout(30_000);
  const part = async (name: string): Promise<void> => {
    await page.locator(`#tab-${name}`).press('Enter');
    await page.locator(`#tab-${name}[aria-current="page"]`).waitFor();
  };
  const type = async (field: Locator, text: string): Promise<void> => {
    await field.focus();
    await page.keyboard.press('Control+A');
    await page.keyboard.type(text);
  };
  const said = (card: string): Promise<void> =>
    page.locator(`${card} .status:not(:empty):not(.busy)`).first().waitFor();
  await page.goto(world.wallet.pageUrl());

  await part('settings');
  await page.locator('#family-mode').focus();
  await page.keyboard.type('pays up');
  await type(page.locator('#family-day'), '2.50');
  await type(page.locator('#family-month'), '10');
  await type(page.locator('#family-pin'), GUARDIAN_PIN);
  await page.keyboard.press('Enter');
  await expect
    .poll(() => state.family.rules)
    .toMatchObject({ mode: 'allowance', dayMaxMinor: 250n, monthMaxMinor: 1_000n });

  await page.locator('#password-set > summary').press('Enter');
  await type(page.locator('#password-first-pin'), GUARDIAN_PIN);
  await type(page.locator('#password-first-password'), 'correct horse');
  await type(page.locator('#password-first-repeat'), 'correct house');
  await page.keyboard.press('Enter');
  await said('#password-set');
  expect(state.passwords.keyAt(world.time.nowMs)).toBeUndefined();
  await type(page.locator('#password-first-pin'), GUARDIAN_PIN);
  await type(page.locator('#password-first-password'), 'correct horse');
  await type(page.locator('#password-first-repeat'), 'correct horse');
  await page.keyboard.press('Enter');
  await page.locator('#password-change').waitFor();
  await page.locator('#password-forgotten > summary').press('Enter');
  await type(
    page.locator('#password-forgotten-phrase'),
    (await world.wallet.profile.vault.phrase(GUARDIAN_PIN)).join(' '),
  );
  await type(page.locator('#password-forgotten-password'), 'battery staple');
  await type(page.locator('#password-forgotten-repeat'), 'battery staple');
  await page.keyboard.press('Enter');
  await page.locator('#password-keep-pin').waitFor();
  expect(await axeFindings(page)).toEqual([]);
  await type(page.locator('#password-keep-pin'), GUARDIAN_PIN);
  await type(page.locator('#password-keep-current'), 'correct horse');
  await page.keyboard.press('Enter');
  await page.locator('#password-keep-pin').waitFor({ state: 'detached' });
  expect(state.passwords.listed).toMatchObject([{}, {}, { passwordKey: state.passwords.listed[0]!.passwordKey }]);

  await part('games');
  await type(page.locator('#fair-minBetweenSeconds'), '45');
  await page.keyboard.press('Enter');
  await expect.poll(() => state.fairness.rules?.at(world.time.nowMs).minBetweenOffersMs).toBe(45_000);
  const fold = page.locator('details[id^="allow-"]').first();
  await fold.locator('summary').press('Enter');
  await type(fold.locator('[name="budget"]'), '3');
  await type(fold.locator('[name="perPayment"]'), '0.50');
  await type(fold.locator('[name="pin"]'), PIN);
  await page.keyboard.press('Enter');
  await fold.locator('.status.fault').waitFor();
  await type(fold.locator('[name="pin"]'), GUARDIAN_PIN);
  await page.keyboard.press('Enter');
  await fold.locator('.rows li').waitFor();
  expect(await axeFindings(page)).toEqual([]);
  await page.close();
});
