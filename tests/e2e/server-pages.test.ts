/** From the wallet's page to the account's pages at the server, as a player goes: by one button, by keyboard alone, without a script. */
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { openHouse, PIN, Seat, type House } from './house.ts';

let house: House;

beforeAll(async () => {
  house = await openHouse('sample');
});
afterAll(() => house?.close());

async function openWallet(): Promise<Page> {
  const wallet = await house.context.newPage();
  await wallet.goto(house.town.wallet.pageUrl());
  await wallet.getByRole('heading', { name: 'Balance' }).waitFor();
  const locked = wallet.getByLabel('PIN', { exact: true });
  if ((await locked.count()) > 0) {
    await locked.fill(PIN);
    await locked.press('Enter');
  }
  await wallet.getByRole('button', { name: 'Open my account' }).waitFor();
  return wallet;
}

/** Presses the wallet's button, and then the server's own: whoever did not ask for a link would stop there. */
async function openAccount(wallet: Page): Promise<Page> {
  const [account] = await Promise.all([
    house.context.waitForEvent('page'),
    wallet.getByRole('button', { name: 'Open my account' }).click(),
  ]);
  await account.getByRole('heading', { name: 'Open this account?' }).waitFor();
  await account.getByRole('button', { name: 'Open the account' }).click();
  await account.getByRole('heading', { name: 'Your account' }).waitFor();
  return account;
}

it('opens the account from the wallet, shows what was bought, and asks for it back', async () => {
  const seat = await Seat.take(house, '&level=3');
  await seat.pay();
  await seat.scene('Level3');
  const wallet = await openWallet();
  const account = await openAccount(wallet);
  expect(await account.evaluate(() => window.opener === null)).toBe(true);
  expect(new URL(account.url()).pathname).toBe('/account');
  await account.screenshot({ path: 'test-output/e2e/30-account.png', fullPage: true });
  await account.getByRole('link', { name: 'Purchases', exact: true }).click();
  await account.getByRole('table').getByRole('link').first().click();
  await account.getByLabel('Reason').selectOption('It does not work');
  await account.getByLabel('In your own words').fill('The lantern stays dark.');
  await account.getByRole('button', { name: 'Ask for a refund' }).click();
  await account.getByRole('status').getByText('Asked. The answer will be here.').waitFor();
  await account.getByText('The lantern stays dark.').waitFor();
  const [asked] = await house.town.sandbox.server.service.records.refunds.listRefundRequests({}, 10);
  expect(asked).toMatchObject({ reason: 'defect', text: 'The lantern stays dark.', state: 'open' });
  await account.getByRole('button', { name: 'Sign out' }).click();
  await account.getByRole('heading', { name: 'Sign in', exact: true }).waitFor();
  await account.goBack();
  await account.reload();
  await account.getByText('Press “Open my account” on your wallet’s page.').waitFor();
});

it('pays in from the test bank, in a browser that runs no scripts', async () => {
  const wallet = await openWallet();
  const account = await openAccount(wallet);
  const context = await house.browser.newContext({ javaScriptEnabled: false, locale: 'en-GB' });
  await context.addCookies(await house.context.cookies(account.url()));
  const plain = await context.newPage();
  await plain.goto(account.url());
  await plain.getByRole('link', { name: 'Pay from the test bank' }).click();
  await plain.getByRole('button', { name: 'Pay from test bank' }).click();
  await plain.getByText('Paid. The money is on the account.').waitFor();
  await plain.goto(account.url());
  await plain.getByRole('link', { name: 'This month’s statement' }).click();
  await plain
    .getByRole('cell', { name: 'Paid in' })
    .or(plain.getByRole('rowheader', { name: 'Paid in' }))
    .first()
    .waitFor();
  await context.close();
});

it('goes everywhere by keyboard, the first stop past the frame', async () => {
  const account = await openAccount(await openWallet());
  await account.reload();
  await account.keyboard.press('Tab');
  const skip = account.getByRole('link', { name: 'Skip to the content' });
  expect(await skip.evaluate((element) => element === document.activeElement)).toBe(true);
  expect((await skip.boundingBox())!.y).toBeGreaterThanOrEqual(0);
  await account.keyboard.press('Enter');
  expect(await account.evaluate(() => document.activeElement?.id)).toBe('main');
  const seen: string[] = [];
  await account.goto(new URL('/account', account.url()).href);
  for (let i = 0; i < 12; i++) {
    await account.keyboard.press('Tab');
    seen.push(await account.evaluate(() => document.activeElement?.textContent?.trim() ?? ''));
  }
  for (const name of ['Account', 'Bills', 'Purchases', 'Cards', 'Sign out', 'Pay from the test bank'])
    expect(seen).toContain(name);
});
