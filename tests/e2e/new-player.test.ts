/** A new player with an empty wallet: everything from the first PIN to the first purchase, on the pages a person sees. */
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { journal, ledger, openHouse, PIN, Seat, type House } from './house.ts';

let house: House;

beforeAll(async () => {
  house = await openHouse('new');
});
afterAll(() => house?.close());

async function openWallet(page: Page): Promise<void> {
  await page.goto(house.town.wallet.pageUrl());
  await page.getByRole('heading', { name: 'Welcome to your wallet' }).waitFor();
  await page.getByLabel('PIN', { exact: true }).fill(PIN);
  await page.locator('#set-up-repeat').fill(PIN);
  await page.getByRole('button', { name: 'Create wallet' }).click();
  await page.getByRole('heading', { name: 'Balance' }).waitFor();
}

/** Follows the wallet's own link to the test bank, and pays in. */
async function topUp(page: Page): Promise<void> {
  const [bank] = await Promise.all([
    house.context.waitForEvent('page'),
    page.getByRole('link', { name: /test bank/ }).click(),
  ]);
  await bank.getByText('EUR 10.00', { exact: false }).first().click();
  await bank.getByRole('button', { name: 'Pay from test bank' }).click();
  await bank
    .getByText(/EUR\s10\.00/)
    .first()
    .waitFor();
  await bank.close();
  await page.getByRole('button', { name: 'Refresh' }).click();
  await page
    .getByText(/EUR\s10\.00/)
    .first()
    .waitFor();
}

it('sets a PIN, opens an account, tops it up, connects the game with limits, and buys: by press, then by PIN', async () => {
  const wallet = await house.context.newPage();
  await openWallet(wallet);
  await topUp(wallet);

  const seat = await Seat.take(house, '&level=3');
  await seat.dialog('Connect this game first');
  await seat.shot('20-connect-first');
  await wallet.bringToFront();
  await wallet.getByRole('heading', { name: /Wick would like to be connected/ }).waitFor();
  await wallet.getByLabel('A press may pay').first().fill('0.50');
  await wallet.screenshot({ path: 'test-output/e2e/21-pairing.png' });
  await wallet.getByRole('button', { name: 'Connect', exact: true }).click();

  await seat.page.bringToFront();
  // Nobody has to try again: the offer comes as soon as the game is connected.
  await seat.dialog('Step 1 of 2');
  await seat.clickInCanvas('right', () => seat.says('Step 2 of 2'));
  await seat.clickInCanvas('right', async () => !(await seat.says('Step 2 of 2')));
  await seat.scene('Level3');
  expect(journal(house)).toEqual(['level-3 approved']);
  expect(await ledger(house)).toMatchObject({ payments: 1, ok: true });

  // EUR 0.92 or so: above what a press may pay in this game, so the PIN is asked for, on the wallet's page.
  await seat.go('&level=bonus');
  await seat.dialog('Step 1 of 2');
  await seat.clickInCanvas('right', () => seat.says('Step 2 of 2'));
  await seat.clickInCanvas('right', async () => !(await seat.says('Step 2 of 2')));
  await seat.shot('22-pin-elsewhere');
  await wallet.bringToFront();
  await wallet.getByRole('heading', { name: 'A payment waits for you' }).waitFor();
  await wallet.screenshot({ path: 'test-output/e2e/23-pin.png' });
  expect(await ledger(house)).toMatchObject({ payments: 1 });
  await wallet.getByLabel('PIN', { exact: true }).fill(PIN);
  await wallet.getByRole('button', { name: /^Pay/ }).click();
  await seat.page.bringToFront();
  await seat.scene('Bonus');
  expect(journal(house)).toEqual(['level-3 approved', 'bonus approved']);
  expect(house.town.wallet.profile.state.payments.at(-1)?.attempts.at(-1)?.asked).toMatchObject({
    proof: 'pin',
    consentPlace: 'wallet-page',
  });
  expect(await ledger(house)).toMatchObject({ payments: 2, ok: true });
  seat.expectNoComplaints();

  await wallet.bringToFront();
  await wallet.getByRole('link', { name: 'History' }).click();
  await wallet.getByText('The Comet’s Road').first().waitFor();
  await wallet.screenshot({ path: 'test-output/e2e/24-history.png' });
});

it('has left no PIN, key or token in any log', () => {
  const text = house.logged.join('');
  expect(house.logged.length).toBeGreaterThan(10);
  expect(text).not.toMatch(new RegExp(`\\b${PIN}\\b(?!-|Z|\\.)`));
  expect(text).not.toContain(house.town.sandbox.operatorToken);
  expect(house.secrets.length).toBeGreaterThan(3);
  for (const secret of house.secrets) {
    for (const form of ['hex', 'base64', 'base64url'] as const) {
      expect(text).not.toContain(Buffer.from(secret).toString(form));
    }
  }
});
