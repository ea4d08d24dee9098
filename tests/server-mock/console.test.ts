/** The console in a real browser: switches by click and by key, live rows, and no finding of axe. */
import { mkdirSync } from 'node:fs';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, it, onTestFinished } from 'vitest';
import { launchBrowser } from '../lib/browser.ts';
import { axeFindings, overflow } from './page-checks.ts';
import { ask, debits, purchase, start, type Started } from './started-sandbox.ts';

const PICTURES = 'test-output/server-mock';

let browser: Browser;
beforeAll(async () => {
  browser = await launchBrowser();
  mkdirSync(PICTURES, { recursive: true });
});
afterAll(() => browser.close());

interface Opened {
  readonly started: Started;
  readonly page: Page;
  /** Errors and warnings of the page; a breach of its own policy is one. */
  readonly complaints: string[];
}

type Scheme = 'light' | 'dark';

async function open(
  path = '/',
  viewport = { width: 1280, height: 900 },
  colorScheme: Scheme = 'light',
): Promise<Opened> {
  const started = await start({ nowMs: Date.now() });
  const context = await browser.newContext({ viewport, colorScheme });
  onTestFinished(() => context.close());
  const page = await context.newPage();
  const complaints: string[] = [];
  page.on('console', (message) => {
    if (message.type() === 'error' || message.type() === 'warning') complaints.push(message.text());
  });
  page.on('pageerror', (error) => complaints.push(error.message));
  await page.goto(started.running.url + path);
  return { started, page, complaints };
}

const userId = ({ running }: Started, name: 'ada' | 'grace'): string =>
  Buffer.from(running.sandbox.players[name].userId).toString('hex');

it('flips a switch by click, shows the payment that feels it, and the switch going off', async () => {
  const { started, page, complaints } = await open();
  const lost = page.getByRole('group', { name: 'Answer lost' });
  await lost.getByRole('radio', { name: 'Once' }).click();
  await expect.poll(() => started.running.faults.modes['lost-answer']).toBe('once');
  const { request } = purchase(started);
  expect(await ask(started, request)).toEqual({ kind: 'cut' });
  const row = page.locator('.row').first();
  await row.getByText('CONNECTION CUT').waitFor();
  expect(await row.locator('summary').innerText()).toMatch(/Ada pays EUR.0\.20 to lumen-works/);
  expect(await row.locator('.fault').allInnerTexts()).toEqual(['Answer lost']);
  expect(await row.locator('.charged').innerText()).toMatch(/^charged: EUR.0\.20$/);
  await expect.poll(() => lost.getByRole('radio', { name: 'Off' }).isChecked()).toBe(true);

  await ask(started, request);
  await row.getByText('APPROVED', { exact: true }).first().waitFor();
  expect(await row.locator('.second').innerText()).toMatch(/Asked again, the same decision\.\s*charged once/);
  expect(await debits(started)).toEqual([20n]);
  await row.locator('summary').click();
  const told = await row.locator('.bodies').innerText();
  for (const expected of [
    'POST /v1/payments',
    'Request: payment-request',
    'proof',
    'Answer: payment-decision',
    'debited',
  ])
    expect(told).toContain(expected);
  await expect.poll(() => page.locator('#players tr').first().innerText()).toMatch(/Ada\s+prepaid\s+EUR.9\.80/);
  expect(await page.locator('#sums').innerText()).toMatch(/✓ EUR\s*✓ USD/);
  expect(complaints).toEqual([]);
});

it('works by keyboard alone', async () => {
  const { started, page } = await open();
  await page.getByText('Live', { exact: true }).waitFor();
  await page.getByRole('group', { name: 'Decline' }).getByRole('radio', { name: 'Off' }).focus();
  await page.keyboard.press('ArrowRight');
  await expect.poll(() => started.running.faults.modes.decline).toBe('once');
  await page.keyboard.press('ArrowRight');
  await expect.poll(() => started.running.faults.modes.decline).toBe('on');
  const reset = page.getByRole('button', { name: 'Switch all off' });
  await reset.focus();
  await page.keyboard.press('Enter');
  await expect.poll(() => started.running.faults.modes.decline).toBe('off');
  await expect.poll(() => reset.isDisabled()).toBe(true);
  await page.locator('.row summary').first().focus();
  await page.keyboard.press('Enter');
  expect(await page.locator('.row details').first().getAttribute('open')).not.toBeNull();
});

it('shows what was switched elsewhere, and comes back after the stream was lost', async () => {
  const { started, page } = await open();
  await page.getByText('Live', { exact: true }).waitFor();
  started.running.faults.set('clock-ahead', 'on');
  await page.getByText(/10 min fast/).waitFor();
  const rowsBefore = await page.locator('.row').count();
  await page.context().setOffline(true);
  await page.reload({ timeout: 5_000 }).catch(() => undefined);
  await page.context().setOffline(false);
  await page.goto(started.running.url);
  await page.getByText('Live', { exact: true }).waitFor();
  await expect.poll(() => page.locator('.row').count()).toBe(rowsBefore);
});

it('leaves out other messages when asked to', async () => {
  const { started, page } = await open();
  await ask(started, purchase(started).request);
  await page.locator('[data-kind=payment]').waitFor();
  const visible = () => page.locator('.row:visible').count();
  expect(await visible()).toBeGreaterThan(1);
  await page.getByRole('checkbox', { name: 'Payments only' }).check();
  expect(await visible()).toBe(1);
});

it('refunds a payment of the list, by keyboard, once; both parties stand as before', async () => {
  const { started, page, complaints } = await open();
  await ask(started, purchase(started).request);
  const row = page.locator('[data-kind=payment]').first();
  await row.locator('summary').focus();
  await page.keyboard.press('Enter');
  const button = row.getByRole('button', { name: /^Refund(ed)?: Ada pays / });
  await button.focus();
  await page.keyboard.press('Enter');
  await row.getByText('Refunded').waitFor();
  expect(await button.isDisabled()).toBe(true);
  await page
    .getByText(/^The operator gives back [0-9a-f]{6}$/)
    .first()
    .waitFor();
  const { records } = started.running.server.service;
  const refunds = await records.refunds.listRefunds(0n, 10);
  expect(refunds.map(({ reason, order }) => [reason, order])).toEqual([['operator', undefined]]);
  // After a reload the row is as at first, and asking again changes nothing.
  await page.reload();
  await row.locator('summary').click();
  await button.click();
  await row.getByText('Refunded').waitFor();
  expect(await records.refunds.listRefunds(0n, 10)).toHaveLength(1);
  expect(await axeFindings(page)).toEqual([]);
  expect(complaints).toEqual([]);
});

it('pays in at the test bank, once for a form sent twice', async () => {
  const { started, page, complaints } = await open();
  await page.getByRole('link', { name: 'Bank of Ada' }).click();
  await page.getByRole('heading', { name: 'Test bank' }).waitFor();
  await page.getByRole('radio', { name: /20\.00/ }).check();
  await page.getByRole('button', { name: 'Pay from test bank' }).dblclick();
  await page.getByRole('status').getByText('Paid. The money is on the account.').waitFor();
  expect(await page.locator('main').innerText()).toMatch(/EUR.30\.00/);
  const ada = await started.running.server.service.records.findPlayer(started.running.sandbox.players.ada.userId);
  expect(ada?.balanceMinor).toBe(3_000n);
  expect(complaints).toEqual([]);
});

it('gives a postpaid account its ceiling', async () => {
  const { started, page } = await open();
  const { grace } = started.running.sandbox.players;
  await started.running.server.service.players.setCeiling(grace.userId, 0n, 'USD');
  await page.goto(`${started.running.url}/bank?user=${userId(started, 'grace')}`);
  await page.getByRole('button', { name: /Set the ceiling/ }).click();
  await page.getByRole('status').waitFor();
  const found = await started.running.server.service.records.findPlayer(grace.userId);
  expect(found?.ceilingMinor).toBe(2_000n);
});

const SIZES: readonly [number, number, Scheme][] = [
  [1280, 900, 'light'],
  [1280, 900, 'dark'],
  [360, 740, 'light'],
  [360, 740, 'dark'],
];

it.each(SIZES)('is axe-clean and fits at %i x %i, %s', async (width, height, scheme) => {
  const { started, page } = await open('/', { width, height }, scheme);
  const { faults } = started.running;
  faults.set('lost-answer', 'once');
  const { request } = purchase(started);
  for (let i = 0; i < 2; i++) await ask(started, request);
  await ask(started, purchase(started, 9_000n).request);
  faults.set('pending', 'on');
  await ask(started, purchase(started).request);
  faults.set('slow', 'once');
  await page.getByText('PENDING', { exact: true }).first().waitFor();
  await page.locator('.row summary').first().click();
  const name = `${PICTURES}/console-${width}-${scheme}.png`;
  await page.screenshot({ path: name, fullPage: true });
  expect(await axeFindings(page)).toEqual([]);
  expect(await overflow(page)).toBe(0);
  for (const player of ['ada', 'grace'] as const) {
    await page.goto(`${started.running.url}/bank?user=${userId(started, player)}&done=paid`);
    await page.screenshot({ path: `${PICTURES}/bank-${player}-${width}-${scheme}.png` });
    expect(await axeFindings(page)).toEqual([]);
    expect(await overflow(page)).toBe(0);
  }
});
