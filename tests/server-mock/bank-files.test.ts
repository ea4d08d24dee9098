/** The section 'Files' of the test bank's page, in a real browser and behind its own forms. */
import { messageIdOf, writeBankFile } from '@coinslot/server';
import { mkdirSync } from 'node:fs';
import { request as httpRequest } from 'node:http';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, expect, it, onTestFinished } from 'vitest';
import { launchBrowser } from '../lib/browser.ts';
import { file, order } from '../server/bank-orders.ts';
import { axeFindings, overflow } from './page-checks.ts';
import { start, temporaryHome, type Started } from './started-sandbox.ts';

const PICTURES = 'test-output/server-mock';
const PAYOUTS = file('pain.001', {
  orders: [order(1, { holder: 'Lumen Works SARL', amountMinor: 284_250n }), order(2, { holder: 'Paper Moon Studio' })],
});
const DEBITS = file('pain.008', {
  messageId: messageIdOf('pain.008', 202611, 'USD', 1),
  currency: 'USD',
  orders: [order(3, { holder: 'Grace', amountMinor: 9_914n, mandate: { id: 'CS-M-1', signedAtMs: 0, isFirst: true } })],
});

let browser: Browser;
beforeAll(async () => {
  browser = await launchBrowser();
  mkdirSync(PICTURES, { recursive: true });
});
afterAll(() => browser.close());

async function opened(started: Started, width: number, colorScheme: 'light' | 'dark' = 'light') {
  const context = await browser.newContext({ viewport: { width, height: 900 }, colorScheme });
  onTestFinished(() => context.close());
  const page = await context.newPage();
  await page.goto(`${started.running.url}/bank`);
  return page;
}

it('shows what came in, settles it, gives one back, and the server knows each of it', async () => {
  const started = await start({ nowMs: Date.now() });
  const { bank, server } = started.running;
  const page = await opened(started, 1280);
  await page.getByText('Nothing has come in').waitFor();
  await bank.hand(writeBankFile(PAYOUTS));
  await bank.hand(writeBankFile(DEBITS));
  await page.reload();
  await page.getByText('3 orders wait').waitFor();
  await page.getByRole('button', { name: 'Settle now' }).click();
  await page.getByRole('status').getByText('Settled.').waitFor();
  expect(bank.listOrders().map(({ state }) => state)).toEqual(['paid', 'paid', 'part-paid']);
  await page.locator('summary').last().click();
  const payout = page.getByRole('listitem').filter({ hasText: 'Paper Moon Studio' });
  await payout.getByRole('combobox').selectOption('AC04');
  await payout.getByRole('button', { name: 'Return Paper Moon Studio' }).click();
  await page.getByRole('status').getByText('Given back.').waitFor();
  expect(bank.listOrders()[1]).toMatchObject({ state: 'returned', reason: 'AC04' });
  await page.getByRole('button', { name: 'Money from a stranger' }).click();
  await page.getByRole('status').getByText('nobody asked for').waitFor();
  await page.getByRole('button', { name: 'Last notice again' }).click();
  await page.getByRole('status').getByText('Told once more.').waitFor();
  const notices = await bank.listNotices('');
  expect(notices).toHaveLength(5);
  expect(await server.service.bank.takeNotices()).toEqual([]);
  expect((await server.service.verifyBooks()).findings).toEqual([]);
});

it.each([
  [360, 'light'],
  [360, 'dark'],
  [1280, 'light'],
  [1280, 'dark'],
] as const)('fits into %d pixels, %s, with no finding', async (width, scheme) => {
  const started = await start({ nowMs: Date.now() });
  const { bank, sandbox } = started.running;
  await bank.hand(writeBankFile(PAYOUTS));
  bank.settle();
  bank.returnOrder(order(2).endToEndId, 'AC04');
  await bank.hand(writeBankFile(DEBITS));
  const page = await opened(started, width, scheme);
  await page.goto(
    `${started.running.url}/bank?user=${Buffer.from(sandbox.players.ada.userId).toString('hex')}&done=settled`,
  );
  await page.locator('summary').last().click();
  await page.screenshot({ path: `${PICTURES}/bank-files-${width}-${scheme}.png`, fullPage: true });
  expect(await axeFindings(page)).toEqual([]);
  expect(await overflow(page)).toBe(0);
});

it('goes on after a restart with what it had', async () => {
  const home = temporaryHome();
  const first = await start({ home, nowMs: Date.now() });
  await first.running.bank.hand(writeBankFile(PAYOUTS));
  await first.running.bank.hand(writeBankFile(DEBITS));
  first.running.bank.settle();
  const before = { orders: first.running.bank.listOrders(), notices: await first.running.bank.listNotices('') };
  await first.running.close();
  const { bank } = (await start({ home, nowMs: Date.now(), randomName: 'second' })).running;
  expect({ orders: bank.listOrders(), notices: await bank.listNotices('') }).toEqual(before);
  expect(bank.listFiles().map(({ messageId }) => messageId)).toEqual([PAYOUTS.messageId, DEBITS.messageId]);
});

it('takes only its own forms, from its own page', async () => {
  const started = await start({ nowMs: Date.now() });
  const { bank, url, port } = started.running;
  await bank.hand(writeBankFile(PAYOUTS));
  const post = (path: string, body: string, origin = url): Promise<number | undefined> =>
    new Promise((resolve, reject) => {
      const headers = { origin, 'content-type': 'application/x-www-form-urlencoded' };
      const sent = httpRequest({ port, host: '127.0.0.1', path, method: 'POST', headers }, (answer) => {
        answer.resume();
        resolve(answer.statusCode);
      });
      sent.once('error', reject);
      sent.end(body);
    });
  const { endToEndId } = order(1);
  expect(await post('/bank/files/settle', '', 'http://evil.test')).toBe(403);
  expect(await post('/bank/files/return', `order=${endToEndId}&reason=XX99`)).toBe(400);
  expect(await post('/bank/files/return', 'order=nobody&reason=AM04')).toBe(400);
  expect(await post('/bank/files/stranger', 'currency=XXX')).toBe(400);
  expect(await post('/bank/files/again', '')).toBe(400);
  expect(bank.listOrders().map(({ state }) => state)).toEqual(['waiting', 'waiting']);
  expect(await post('/bank/files/return', `order=${endToEndId}&reason=AM04`)).toBe(303);
  expect(bank.listOrders().map(({ state }) => state)).toEqual(['rejected', 'waiting']);
});
