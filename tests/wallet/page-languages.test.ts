/** Every part of the page in the languages and dresses that are hardest on it: axe, no overflow, pictures to look at. */
import { mkdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Language } from '../../wallet/src/words/languages.ts';
import { launchBrowser } from '../lib/browser.ts';
import { makeOffer } from '../lib/parties.ts';
import { axeFindings } from './browser.ts';
import { PageClient } from './page-client.ts';
import { PIN, startWorld } from './world.ts';

const PICTURES = resolve(import.meta.dirname, '../../test-output/wallet');
const PARTS = ['home', 'cards', 'games', 'history', 'settings'] as const;

interface Look {
  readonly language: Language;
  readonly width: 320 | 390 | 1280 | 1920;
  readonly scheme: 'light' | 'dark';
  readonly textPercent: number;
  readonly contrast: 'system' | 'more';
}

/** Pairwise by hand: each language, width, scheme, text size and contrast, the hard ones together. */
const LOOKS: readonly Look[] = [
  { language: 'ar', width: 390, scheme: 'light', textPercent: 100, contrast: 'system' },
  { language: 'ar', width: 1280, scheme: 'dark', textPercent: 200, contrast: 'more' },
  { language: 'ja', width: 1280, scheme: 'light', textPercent: 100, contrast: 'more' },
  { language: 'de', width: 320, scheme: 'dark', textPercent: 200, contrast: 'system' },
  { language: 'es', width: 1920, scheme: 'light', textPercent: 150, contrast: 'system' },
];

let browser: Browser;
beforeAll(async () => {
  browser = await launchBrowser();
});
afterAll(() => browser.close());

async function findingsOf(page: Page, name: string): Promise<string[]> {
  const findings = (await axeFindings(page)).map((one) => `${name}: ${one}`);
  const wide = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
  if (wide > 0) findings.push(`${name}: ${wide} px wider than the window`);
  mkdirSync(PICTURES, { recursive: true });
  await page.screenshot({ path: join(PICTURES, `look-${name}.png`), fullPage: true });
  return findings;
}

it('reads in every direction, size and contrast, and its parts are reached by keyboard alone', async () => {
  const world = await startWorld({ moneyMinor: 2_500n });
  const game = await world.game();
  await game.pay(makeOffer(world.publisher).offerBytes);
  // A password whose end waits: said above every part, and answered in the settings.
  const owner = await PageClient.open(world.wallet.pageUrl());
  await owner.act('set-password', { pin: PIN, password: 'correct horse' });
  const phrase = (await world.wallet.profile.vault.phrase(PIN)).join(' ');
  expect(await owner.act('end-password', { phrase })).toEqual({ done: true });
  const page = await browser.newPage({ locale: 'en-GB', reducedMotion: 'reduce' });
  page.setDefaultTimeout(30_000);
  const faults: string[] = [];
  page.on('pageerror', (error) => faults.push(String(error)));
  await page.goto(world.wallet.pageUrl());
  const findings: string[] = [];
  for (const [at, { language, width, scheme, textPercent, contrast }] of LOOKS.entries()) {
    world.wallet.profile.changeSettings({ language, textPercent, contrast });
    await page.setViewportSize({ width, height: 900 });
    await page.emulateMedia({ colorScheme: scheme });
    const root = page.locator(`html[lang="${language}"][data-text="${textPercent}"][data-contrast="${contrast}"]`);
    await root.waitFor();
    expect(await root.getAttribute('dir')).toBe(language === 'ar' ? 'rtl' : 'ltr');
    const offer = makeOffer(world.publisher, { nonce: language + at, terms: { offerId: `offer-${at}` } });
    const { seq, shown } = await game.offer(offer.offerBytes);
    expect(shown).toMatchObject({ locale: language, direction: language === 'ar' ? 'rtl' : 'ltr' });
    await page.locator('.payment').waitFor();
    for (const part of at === 0 ? PARTS : PARTS.slice(at % 2 === 0 ? 3 : 0, at % 2 === 0 ? 5 : 3)) {
      await page.locator(`#tab-${part}`).focus();
      await page.keyboard.press('Enter');
      await page.locator(`#tab-${part}[aria-current="page"]`).waitFor();
      for (const fold of await page.locator('.content summary').all()) await fold.press('Enter');
      await page.evaluate(() => document.fonts.ready);
      findings.push(...(await findingsOf(page, `${at}-${language}-${width}-${part}`)));
    }
    game.send('cancel', { seq });
    await page.locator('.payment').waitFor({ state: 'detached' });
  }
  expect(findings).toEqual([]);
  expect(faults).toEqual([]);
}, 180_000);
