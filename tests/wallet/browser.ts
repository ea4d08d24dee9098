/** A real Chromium for the wallet's page. */
import { readFileSync, mkdirSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join, resolve } from 'node:path';
import type { Page } from 'playwright-core';

const axeSource = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

interface AxeResults {
  violations: { id: string; nodes: { html: string; failureSummary?: string }[] }[];
}

/** What axe finds wrong, one line a finding; run outside the page's CSP. */
export async function axeFindings(page: Page): Promise<string[]> {
  const session = await page.context().newCDPSession(page);
  await session.send('Runtime.evaluate', { expression: axeSource });
  const { result } = await session.send('Runtime.evaluate', {
    expression: 'axe.run().then((found) => JSON.stringify(found))',
    awaitPromise: true,
    returnByValue: true,
  });
  const { violations } = JSON.parse(String(result.value)) as AxeResults;
  return violations.flatMap(({ id, nodes }) => nodes.map((one) => `${id}: ${one.html} ${one.failureSummary ?? ''}`));
}

const PICTURES = resolve(import.meta.dirname, '../../test-output/wallet');

/** Pictures of the whole page: phone and desktop, light and dark. Returns what axe finds in each. */
export async function pictures(page: Page, name: string): Promise<string[]> {
  mkdirSync(PICTURES, { recursive: true });
  const findings: string[] = [];
  for (const width of [360, 1200]) {
    for (const colorScheme of ['light', 'dark'] as const) {
      await page.setViewportSize({ width, height: width === 360 ? 740 : 800 });
      await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
      await page.screenshot({ path: join(PICTURES, `${name}-${width}-${colorScheme}.png`), fullPage: true });
      findings.push(...(await axeFindings(page)).map((one) => `${name} ${width} ${colorScheme}: ${one}`));
      const overflow = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
      if (overflow > 0) findings.push(`${name} ${width}: ${overflow} px wider than the window`);
    }
  }
  return findings;
}
