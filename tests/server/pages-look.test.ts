/** The server's pages in a real browser: pictures, no finding of axe, nothing wider than the window, in every size and both ways. */
import { mkdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join, resolve } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { launchBrowser } from '../lib/browser.ts';
import { NOON_MS, type Player } from '../lib/parties.ts';
import { CardHolder } from './card-holder.ts';
import { closedMarch, MARCH, uploadNotice } from './page-month.ts';
import {
  buy,
  hexOf,
  linkFor,
  monthOfSales,
  playerSignIn,
  visitOperator,
  visitPlayer,
  visitPublisher,
  Visitor,
} from './page-world.ts';
import { enrolPlayer, startMarket, urlOf, type Started } from './started-server.ts';

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const PICTURES = resolve(import.meta.dirname, '../../test-output/server-pages');

let browser: Browser;
beforeAll(async () => {
  browser = await launchBrowser();
  mkdirSync(PICTURES, { recursive: true });
});
afterAll(() => browser.close());

interface Look {
  readonly width: number;
  readonly scheme?: 'light' | 'dark';
  readonly rightToLeft?: boolean;
  readonly doubleText?: boolean;
  readonly language?: string;
}

/** COINSLOT_EVERY_LOOK=1 takes all of them of each page, and pictures, in five times the time. */
const isEvery = process.env['COINSLOT_EVERY_LOOK'] !== undefined;
const rest = (looks: readonly Look[]): readonly Look[] => (isEvery ? looks : []);

const LOOKS: readonly Look[] = [
  { width: 1280 },
  { width: 360, scheme: 'dark' },
  { width: 640, doubleText: true },
  { width: 360, language: 'fr' },
  ...rest([
    { width: 360 },
    { width: 1280, scheme: 'dark' },
    { width: 1280, rightToLeft: true },
    { width: 1280, language: 'fr' },
  ]),
];

/** Without it a page is looked at in one of them, by turns. */
const looksOf = (looks: readonly Look[], page: number): readonly Look[] =>
  isEvery ? looks : looks.filter((_, i) => i === page % looks.length);

/** For pages that are made of the same pieces as others. */
const FEWER: readonly Look[] = [
  { width: 1280, rightToLeft: true },
  { width: 640, doubleText: true },
  ...rest([{ width: 360 }, { width: 1280, scheme: 'dark' }, { width: 1280, language: 'fr' }]),
];

const nameOf = ({ width, scheme = 'light', rightToLeft, doubleText, language }: Look): string =>
  [width, scheme, rightToLeft && 'rtl', doubleText && 'double', language].filter(Boolean).join('-');

/** What axe finds, and what is wider than the window. */
async function findings(page: Page): Promise<string[]> {
  await page.evaluate(AXE);
  const found = await page.evaluate(async () => {
    const { axe } = window as unknown as {
      axe: { run(): Promise<{ violations: { id: string; nodes: { html: string; failureSummary?: string }[] }[] }> };
    };
    const { violations } = await axe.run();
    return violations.flatMap(({ id, nodes }) =>
      nodes.map(({ html, failureSummary }) => `${id}: ${html.slice(0, 160)} ${failureSummary ?? ''}`),
    );
  });
  const overflow = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
  return overflow > 0 ? [...found, `${overflow} px wider than the window`] : found;
}

/** Looks at pages in every way, and gives back all that is wrong. */
async function lookAt(visitor: Visitor, pages: Readonly<Record<string, string>>, looks = LOOKS): Promise<string[]> {
  const url = await urlOf(visitor.started);
  const wrong: string[] = [];
  for (const look of looks) {
    const { width, scheme = 'light', rightToLeft, doubleText, language = 'en' } = look;
    const context = await browser.newContext({
      viewport: { width, height: 800 },
      colorScheme: scheme,
      locale: language,
      javaScriptEnabled: true,
    });
    const [name = '', value = ''] = visitor.cookie.split('=');
    if (name !== '') await context.addCookies([{ name, value, url, httpOnly: true, sameSite: 'Strict' }]);
    const page = await context.newPage();
    page.on('console', (message) => {
      if (message.type() === 'error' && !message.text().includes('status of')) wrong.push(message.text());
    });
    for (const [i, [title, path]] of Object.entries(pages).entries()) {
      if (!looksOf(looks, i).includes(look)) continue;
      await page.goto(url + path);
      if (rightToLeft) await page.evaluate(() => document.documentElement.setAttribute('dir', 'rtl'));
      if (doubleText) await page.evaluate(() => (document.documentElement.style.fontSize = '200%'));
      if (isEvery) await page.screenshot({ path: join(PICTURES, `${title}-${nameOf(look)}.png`), fullPage: true });
      wrong.push(...(await findings(page)).map((one) => `${title} ${nameOf(look)}: ${one}`));
    }
    await context.close();
  }
  return wrong;
}

async function market(): Promise<{ started: Started; ada: Player; grace: Player }> {
  const started = await startMarket({ nowMs: NOON_MS });
  const ada = await enrolPlayer(started, { moneyMinor: 5_000n });
  const grace = await enrolPlayer(started, { name: 'Grace', plan: 'postpaid', moneyMinor: 10_000n });
  return { started, ada, grace };
}

it('player’s pages, prepaid with a card and a refund asked for', async () => {
  const { started, ada, grace } = await market();
  const card = await CardHolder.issued(started, ada, { assurance: 'software' });
  await monthOfSales(started, [ada, grace], 12);
  const decision = await buy(started, ada, { quote: { amountMinor: 250n } });
  const declined = await buy(started, ada);
  const { refunds } = started.server.service;
  await refunds.ask({
    decisionId: decision.decisionId,
    userId: ada.userId,
    reason: 'defect',
    text: 'The door stays shut after the payment.\nI tried it twice.',
  });
  await refunds.ask({ decisionId: declined.decisionId, userId: ada.userId, reason: 'requested', text: '' });
  await refunds.decline(declined.decisionId, 'You played the level to its end, so we cannot take it back.');
  const fresh = await buy(started, ada);
  expect(card.issue).toBeDefined();
  const visitor = await visitPlayer(started, ada);
  expect(
    await lookAt(visitor, {
      account: '/account',
      statement: '/account/statement',
      bills: '/account/bills',
      purchases: '/account/purchases',
      purchase: `/account/purchases/${hexOf(fresh.decisionId)}`,
      'purchase-asked': `/account/purchases/${hexOf(decision.decisionId)}`,
      'purchase-declined': `/account/purchases/${hexOf(declined.decisionId)}`,
      cards: '/account/cards',
      missing: '/account/bills/B-202603-00000000000000000000000000000000',
    }),
  ).toEqual([]);
  const postpaid = await visitPlayer(started, grace);
  expect(await lookAt(postpaid, { 'account-postpaid': '/account' })).toEqual([]);
}, 480_000);

it('publisher’s pages', async () => {
  const { started, ada, grace } = await market();
  await monthOfSales(started, [ada, grace], 24);
  const decision = await buy(started, ada, { quote: { amountMinor: 250n } });
  const declined = await buy(started, grace);
  const { refunds } = started.server.service;
  await refunds.ask({
    decisionId: decision.decisionId,
    userId: ada.userId,
    reason: 'defect',
    text: 'The door stays shut after the payment.',
  });
  await refunds.ask({
    decisionId: declined.decisionId,
    userId: grace.userId,
    reason: 'requested',
    text: 'I pressed it by mistake',
  });
  await refunds.decline(declined.decisionId, 'You played the level to its end.');
  const visitor = await visitPublisher(started);
  expect(
    await lookAt(visitor, {
      sales: '/publisher',
      'sales-none': '/publisher?month=202501',
      payouts: '/publisher/payouts',
      'publisher-refunds': '/publisher/refunds',
      'publisher-decline': `/publisher/refunds/${hexOf(decision.decisionId)}`,
      'bank-details': '/publisher/bank-details',
      'price-list': '/publisher/price-list',
    }),
  ).toEqual([]);
}, 480_000);

it('operator’s console, and coming in', async () => {
  const { started, ada, grace } = await market();
  await monthOfSales(started, [ada, grace], 9);
  const decision = await buy(started, ada, { quote: { amountMinor: 250n } });
  await started.server.service.refunds.ask({
    decisionId: decision.decisionId,
    userId: ada.userId,
    reason: 'defect',
    text: 'The door stays shut.',
  });
  const visitor = await visitOperator(started);
  expect(
    await lookAt(visitor, {
      console: '/operator',
      accounts: '/operator/accounts',
      'account-player': `/operator/accounts/player/${hexOf(ada.userId)}`,
      'account-publisher': '/operator/accounts/publisher/lumen-works',
      'account-missing': '/operator/accounts?q=nobody',
      periods: '/operator/periods',
      period: '/operator/periods/202603',
      close: '/operator/periods/202603/close',
      bank: '/operator/bank',
      'operator-refunds': '/operator/refunds',
      'operator-refund': `/operator/refunds/${hexOf(decision.decisionId)}`,
    }),
  ).toEqual([]);
  expect(
    await lookAt(new Visitor(started), {
      'sign-in': '/sign-in',
      'signed-out': '/account',
      'operator-sign-in': '/operator/sign-in',
      'link-over': '/sign-in?key=nothing',
    }),
  ).toEqual([]);
  const link = await linkFor(started, playerSignIn(started, ada));
  expect(await lookAt(new Visitor(started), { 'sign-in-open': link })).toEqual([]);
}, 480_000);

it('a month that was closed, to all three', async () => {
  const closed = await closedMarch();
  const { month, ada, grace, operator } = closed;
  await uploadNotice(closed);
  const number = `B-${MARCH}-${hexOf(grace.userId)}`;
  const postpaid = await visitPlayer(month, grace);
  expect(
    await lookAt(
      postpaid,
      {
        'account-mandate': '/account',
        'bills-two': '/account/bills',
        bill: `/account/bills/${number}`,
        'statement-march': `/account/statement?month=${MARCH}`,
      },
      FEWER,
    ),
  ).toEqual([]);
  const prepaid = await visitPlayer(month, ada);
  expect(await lookAt(prepaid, { 'bill-prepaid': `/account/bills/B-${MARCH}-${hexOf(ada.userId)}` }, FEWER)).toEqual(
    [],
  );
  const seller = await visitPublisher(month);
  expect(
    await lookAt(
      seller,
      {
        'payouts-one': '/publisher/payouts',
        payout: `/publisher/payouts/P-${MARCH}-lumen-works`,
        'bank-details-signed': '/publisher/bank-details',
        'sales-march': `/publisher?month=${MARCH}`,
      },
      FEWER,
    ),
  ).toEqual([]);
  expect(
    await lookAt(
      operator,
      {
        'console-alarms': '/operator',
        'periods-closed': '/operator/periods',
        'period-closed': `/operator/periods/${MARCH}`,
        'bank-suspense': '/operator/bank',
        findings: '/operator/findings',
        'account-billed': `/operator/accounts/player/${hexOf(grace.userId)}`,
        'account-paid-out': '/operator/accounts/publisher/lumen-works',
      },
      FEWER,
    ),
  ).toEqual([]);
}, 480_000);
