/** A refund as everybody sees it: given at the sandbox's console, the level closes in the running game, the wallet tells it. */
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import type { Page } from 'playwright-core';
import { journal, ledger, openHouse, Seat, type House } from './house.ts';

let house: House;
let seat: Seat;

beforeAll(async () => {
  house = await openHouse('sample');
});
afterAll(() => house?.close());
afterEach(() => seat.expectNoComplaints());

/** The first payment of the console's list, opened. */
async function openConsole({ town, context }: House): Promise<Page> {
  const page = await context.newPage();
  await page.goto(town.sandbox.url);
  await page.getByLabel('Payments only').check();
  await page.locator('#rows > li[data-kind="payment"]').first().locator('summary').click();
  return page;
}

it('buys level 3, has it refunded while playing: the level closes with words, and the money is back', async () => {
  seat = await Seat.take(house, '&level=3');
  await seat.pay();
  await seat.scene('Level3');
  expect(await ledger(house)).toMatchObject({ payments: 1, ok: true });
  const before = house.town.wallet.profile.state.payments[0]!;
  expect(before.refund).toBeUndefined();

  const desk = await openConsole(house);
  await desk.getByRole('button', { name: /^Refund:/ }).click();
  await desk.getByRole('button', { name: /^Refunded:/ }).waitFor();
  await desk.getByText(/The operator gives back/).waitFor({ state: 'attached' });
  await desk.screenshot({ path: 'test-output/e2e/20-refund-console.png' });

  // Somebody opens the wallet's page: it asks the server, and hands the notice to the game that is running.
  const page = await house.context.newPage();
  await page.goto(house.town.wallet.pageUrl());
  await page
    .getByText(/back from Lumen/)
    .first()
    .waitFor();
  await page.screenshot({ path: 'test-output/e2e/21-refund-wallet.png' });
  await seat.page.bringToFront();
  await seat.scene('Menu');
  expect(await seat.scenes()).not.toContain('Level3');
  await seat.page.waitForTimeout(600);
  await seat.shot('22-refund-game');
  expect(await seat.page.locator('[aria-live]').allTextContents()).toEqual(
    expect.arrayContaining([expect.stringContaining('Your money is back')]),
  );

  await page.bringToFront();
  await page.getByRole('link', { name: 'History' }).click();
  await page.locator('.receipt.refunded summary').click();
  await page.getByText(/by the payment service/).waitFor();
  await page.screenshot({ path: 'test-output/e2e/23-refund-receipt.png' });

  expect(journal(house)).toEqual(['level-3 approved']);
  expect(house.town.wallet.profile.state.payments[0]?.refund).toMatchObject({ reason: 'operator', amountMinor: 20n });
  const books = await ledger(house);
  expect(books.ok).toBe(true);
  expect(books.sums.every((sum) => sum === 0n)).toBe(true);
  await desk.close();
  await page.close();
});

it('is final: a reload finds it closed, and it is bought again as something new', async () => {
  await seat.go('&level=3');
  await seat.pay();
  await seat.scene('Level3');
  expect(journal(house)).toEqual(['level-3 approved', 'level-3 approved']);
  expect(await ledger(house)).toMatchObject({ payments: 2, ok: true });
});
