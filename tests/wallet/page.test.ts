import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Browser } from 'playwright-core';
import { makeOffer } from '../lib/parties.ts';
import { launchBrowser } from '../lib/browser.ts';
import { pictures } from './browser.ts';
import { PIN, startWorld } from './world.ts';

let browser: Browser;
beforeAll(async () => {
  browser = await launchBrowser();
});
afterAll(() => browser.close());

describe('the page', () => {
  it('takes a new player from the first run to a payment by PIN and its receipt, clean of axe findings', async () => {
    const world = await startWorld({ isNew: true, autoPair: false });
    const page = await browser.newPage({ locale: 'en-GB' });
    page.setDefaultTimeout(30_000);
    const faults: string[] = [];
    page.on('pageerror', (error) => faults.push(String(error)));
    page.on('console', (message) => {
      if (message.type() === 'error') faults.push(message.text());
    });
    const findings: string[] = [];
    const look = async (name: string): Promise<void> => void findings.push(...(await pictures(page, name)));

    await page.goto(world.wallet.pageUrl());
    await page.getByRole('heading', { name: 'Welcome to your wallet' }).waitFor();
    expect(new URL(page.url()).search).toBe('');
    await look('1-first-run');
    await page.getByText('I have a wallet already').click();
    await page.getByRole('button', { name: 'Restore my wallet' }).waitFor();
    await look('1-restore');
    await page.getByText('I have a wallet already').click();
    await page.getByLabel('PIN', { exact: true }).fill(PIN);
    await page.locator('#set-up-repeat').fill('1357');
    await page.getByRole('button', { name: 'Create wallet' }).click();
    await page.getByText('The two PINs differ.').waitFor();
    await page.locator('#set-up-repeat').fill(PIN);
    await page.getByRole('button', { name: 'Create wallet' }).click();
    await page.getByRole('heading', { name: 'Balance' }).waitFor();
    await look('2-home-empty');

    // The recovery phrase stands there once; two of its words, typed from paper, put it away.
    await page.getByRole('heading', { name: 'Your recovery phrase' }).waitFor();
    const phrase = await page.locator('.phrase li').allTextContents();
    expect(phrase).toHaveLength(24);
    const asked = await page.getByLabel(/^Word \d+$/).all();
    await asked[0]?.fill('wrong');
    await asked[1]?.fill('words');
    await page.getByRole('button', { name: 'I have them on paper' }).click();
    await page.getByText('These are not the words').waitFor();
    for (const field of await page.getByLabel(/^Word \d+$/).all()) {
      const label = await page.locator(`label[for="${(await field.getAttribute('id')) ?? ''}"]`).textContent();
      await field.fill(phrase[Number(label?.replace(/\D/g, '')) - 1] ?? '');
    }
    await page.getByRole('button', { name: 'I have them on paper' }).click();
    await page.locator('.phrase').waitFor({ state: 'detached' });

    const { userId } = world.wallet;
    const topUp = { userId, amountMinor: 2_500n, currency: 'EUR', bankReference: 'transfer 1' };
    await world.server.service.players.topUp(topUp);
    await page.getByRole('button', { name: 'Refresh' }).click();
    await page.getByText('EUR 25.00').waitFor();

    const game = await world.connect();
    const welcome = game.pair();
    await page.getByRole('heading', { name: 'Demo Game would like to be connected' }).waitFor();
    await look('3-pairing');
    await page.getByRole('button', { name: 'Connect', exact: true }).click();
    expect((await welcome).payments).toBe('on');

    const press = makeOffer(world.publisher, { nonce: 'press' });
    await game.pay(press.offerBytes);
    await page.getByText('EUR 0.20 paid to Lumen Works').waitFor();
    await look('4-notice');

    // Peace from offers is on in a new wallet.
    world.time.nowMs += 60_000;
    const dear = makeOffer(world.publisher, {
      nonce: 'dear',
      atMs: world.time.nowMs,
      terms: { offerId: 'bonus', grant: { kind: 'forever', target: 'bonus', quantity: 0, untilMs: 0 } },
      quote: { amountMinor: 499n, currency: 'USD' },
    });
    // What was typed for a payment that its game takes away is not there for the next one, nor is the focus (G2).
    const dearer = makeOffer(world.publisher, {
      nonce: 'dearer',
      atMs: world.time.nowMs,
      terms: { offerId: 'dearer' },
      quote: { amountMinor: 890n },
    });
    const taken = await game.offer(dearer.offerBytes);
    game.send('answer', { seq: taken.seq, answer: 'accept', shownDigest: taken.digest });
    await page.getByRole('heading', { name: 'A payment waits for you' }).waitFor();
    const pin = page.getByLabel('PIN', { exact: true });
    await pin.fill(PIN);
    game.send('cancel', { seq: taken.seq });
    await game.next('refusal');
    world.time.nowMs += 60_001;
    const { seq, shown, digest } = await game.offer(dear.offerBytes);
    expect(shown.consent).toBe('pin');
    await page.getByText(shown.total.text).first().waitFor();
    expect(await pin.inputValue()).toBe('');
    // A press as the window gets the focus, or as it was meant for what stood there before, pays nothing (G8).
    const sent: string[] = [];
    page.on('request', (request) => sent.push(new URL(request.url()).pathname));
    const answer = page.locator('.payment form').first();
    await answer.evaluate((form: HTMLFormElement) => {
      dispatchEvent(new Event('focus'));
      form.requestSubmit();
    });
    expect(await page.getByRole('button', { name: /^Pay/ }).getAttribute('aria-disabled')).toBe('true');
    expect(sent).not.toContain('/api/pay-with-pin');
    game.send('answer', { seq, answer: 'accept', shownDigest: digest });
    await page.getByRole('heading', { name: 'A payment waits for you' }).waitFor();
    await page.getByText(shown.total.text).first().waitFor();
    await look('5-payment');
    await page.getByLabel('PIN', { exact: true }).fill('9999');
    await page.getByRole('button', { name: /^Pay/ }).click();
    await page.getByText('This PIN is wrong.').waitFor();
    await page.getByLabel('PIN', { exact: true }).fill(PIN);
    await page.getByRole('button', { name: /^Pay/ }).click();
    const { decision } = await game.next('decision');
    expect(decision.length).toBeGreaterThan(0);

    await page.getByRole('link', { name: 'History' }).click();
    await page.getByRole('heading', { name: 'History', exact: true }).waitFor();
    const row = page.locator('.receipt').first();
    await row.locator('summary').click();
    await row.getByText('Yours to keep, without a time limit').waitFor();
    await row.getByText('TEST').waitFor();
    await look('6-history');

    await page.getByRole('link', { name: 'Games' }).click();
    await page.getByText('Connected now').waitFor();
    await page.locator('summary', { hasText: 'Limits' }).first().click();
    await look('7-games');
    await page.getByRole('link', { name: 'Settings' }).click();
    // Of the account, and fixed with it: said, and not to be chosen.
    await page.locator('dd', { hasText: /^EUR/ }).getByText('chosen with the account').waitFor();
    await look('8-settings');
    await page.getByRole('link', { name: 'Home' }).click();
    await page.getByRole('button', { name: 'Not me' }).click();
    await page.getByRole('heading', { name: 'The wallet is locked' }).waitFor();
    await look('9-not-me');

    await page.getByLabel('PIN', { exact: true }).fill(PIN);
    await page.getByRole('button', { name: 'Unlock' }).click();
    await page.getByRole('link', { name: 'Settings' }).click();
    await page.getByLabel('Language', { exact: true }).selectOption('fr');
    await page
      .locator('section', { hasText: 'This wallet' })
      .getByRole('button', { name: 'Save', exact: true })
      .click();
    await page.getByRole('link', { name: 'Accueil' }).click();
    await page.getByText('Solde').waitFor();
    await look('10-french');

    expect(findings).toEqual([]);
    expect(faults).toEqual([]);
  }, 240_000);
});
