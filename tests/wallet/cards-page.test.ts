import { createApplet, memoryStore, virtualRack } from '@coinslot/card';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { launchBrowser } from '../lib/browser.ts';
import { makeOffer } from '../lib/parties.ts';
import { pictures } from './browser.ts';
import { startFront, type CardFront } from './card-front.ts';
import { CARD_PIN } from './card-world.ts';
import { balanceOf, PIN, startWorld } from './world.ts';

let browser: Browser;
beforeAll(async () => {
  browser = await launchBrowser();
});
afterAll(() => browser.close());

describe('the cards on the page', () => {
  it('takes a player from a new card to a payment by its PIN, offline, and on to the software card', async () => {
    const rack = virtualRack();
    const slot = rack.add('Reader 00');
    let front: CardFront | undefined;
    const world = await startWorld({
      moneyMinor: 5_000n,
      wallet: { readers: rack.client() },
      async front(market) {
        front = await startFront(market);
        return front.url;
      },
    });
    const page = await browser.newPage({ locale: 'en-GB' });
    const faults: string[] = [];
    page.on('pageerror', (error) => faults.push(String(error)));
    page.on('console', (message) => {
      if (message.type() === 'error') faults.push(message.text());
    });
    const findings: string[] = [];
    const look = async (name: string): Promise<void> => void findings.push(...(await pictures(page, name)));

    await page.goto(world.wallet.pageUrl());
    await page.getByRole('link', { name: 'Cards' }).click();
    await page.getByText('Put your card in.').waitFor();
    await look('cards-1-empty');

    await slot.insert(createApplet({ store: memoryStore() }));
    await page.getByText('New card').waitFor();
    await page.getByLabel('New PIN of the card').fill(CARD_PIN);
    const issuing = page.locator('form', { hasText: 'Make it yours' });
    await issuing.getByLabel('PIN of the wallet').fill('9999');
    await issuing.getByRole('button', { name: 'Make it my card' }).click();
    await page.getByText('This PIN is wrong.').waitFor();
    await look('cards-2-new');
    await page.getByLabel('New PIN of the card').fill(CARD_PIN);
    await issuing.getByLabel('PIN of the wallet').fill(PIN);
    await issuing.getByRole('button', { name: 'Make it my card' }).click();
    await page.getByText('Ready', { exact: true }).waitFor();
    expect(await balanceOf(world)).toBe(5_000n);

    await page.locator('summary', { hasText: 'Recharge' }).click();
    await page.getByLabel('Amount').fill('12.50');
    await page.locator('form', { hasText: 'Amount' }).getByLabel('PIN of the wallet').fill(PIN);
    await page.getByRole('button', { name: 'Recharge' }).click();
    await page.getByText('EUR 12.50').waitFor();
    // Nothing that opens anything is left standing in a form that is done.
    await expect
      .poll(() =>
        page
          .locator('input[type=password]')
          .evaluateAll((all) => all.map((one) => (one as HTMLInputElement).value).join('')),
      )
      .toBe('');
    expect(await balanceOf(world)).toBe(3_750n);
    await look('cards-3-recharged');

    // By the keyboard alone: the card first.
    await page.getByRole('button', { name: 'Move up: Card in the reader' }).focus();
    await page.keyboard.press('Enter');
    await expect.poll(() => world.wallet.profile.settings.means).toEqual(['card', 'server', 'softcard']);

    await front?.goDown();
    const game = await world.game();
    const dear = makeOffer(world.publisher, { quote: { amountMinor: 250n } });
    const { seq, digest } = await game.offer(dear.offerBytes);
    game.send('answer', { seq, answer: 'accept', shownDigest: digest });
    await page.getByText('By the card in the reader').waitFor();
    await look('cards-4-payment');
    const paying = page.locator('.payment');
    await paying.getByLabel('PIN of the card').fill('9999');
    await paying.getByRole('button', { name: /^Pay/ }).click();
    await page.getByText('2 tries are left').waitFor();
    await paying.getByLabel('PIN of the card').fill(CARD_PIN);
    await paying.getByRole('button', { name: /^Pay/ }).click();
    expect((await game.next('decision')).decision.length).toBeGreaterThan(0);
    await page.getByText('1 payment is not uploaded yet.').waitFor();
    await page.getByText('EUR 10.00').waitFor();
    await look('cards-5-records');

    await front?.goUp();
    await page.getByRole('button', { name: 'Upload now' }).click();
    await page.getByText('All its payments are uploaded.').waitFor();

    await page.getByRole('heading', { name: 'Make a software card' }).waitFor();
    await page.getByLabel('PIN of the wallet').last().fill(PIN);
    await page.getByRole('button', { name: 'Make a software card' }).click();
    await page.getByRole('heading', { name: 'Software card' }).waitFor();
    await look('cards-6-both');

    await page.locator('summary', { hasText: 'Lost or broken' }).first().click();
    await page.getByRole('button', { name: 'Block this card for good' }).first().click();
    await page.getByText('The card is blocked.').first().waitFor();
    slot.remove();
    await page.getByText('Put your card in.').waitFor();

    await page.getByRole('link', { name: 'History' }).click();
    await page.locator('.receipt summary').first().click();
    await page.getByText('Card in the reader').waitFor();
    await look('cards-7-history');
    await page.getByRole('link', { name: 'Settings' }).click();
    await page.getByLabel('Language', { exact: true }).selectOption('fr');
    await page
      .locator('section', { hasText: 'This wallet' })
      .getByRole('button', { name: 'Save', exact: true })
      .click();
    await page.getByRole('link', { name: 'Cartes' }).click();
    await page.getByRole('heading', { name: 'Ce qui paie d’abord' }).waitFor();
    await look('cards-8-french');
    expect(findings).toEqual([]);
    expect(faults).toEqual([]);
  }, 240_000);
});
