/** The publisher's pages: each opened for the publisher of the session, and only with what is theirs. */
import type { WebAnswer } from '../../http/web.ts';
import type { Publisher } from '../../publishers/types.ts';
import { notFound, type Page, type Params, type Route } from '../page.ts';
import { showBankDetails } from './bank-details.ts';
import { downloadPayout, showPayout, showPayouts } from './payouts.ts';
import { checkUpload, showPriceListForm } from './price-list.ts';
import { declineRefund, showDecline, showRefunds } from './refunds.ts';
import { showSales } from './sales.ts';

type OpenForPublisher = (page: Page, publisher: Publisher, params: Params) => Promise<WebAnswer> | WebAnswer;

const route = (method: Route['method'], path: string, open: OpenForPublisher): Route => ({
  method,
  path,
  async open(page, params) {
    const subject = page.session?.subject;
    if (subject?.role !== 'publisher') throw notFound();
    const publisher = await page.parts.store.findPublisher(subject.publisherId);
    if (publisher === undefined) throw notFound();
    return open(page, publisher, params);
  },
});

export const publisherRoutes: readonly Route[] = [
  route('GET', '/publisher', showSales),
  route('GET', '/publisher/payouts', showPayouts),
  route('GET', '/publisher/payouts/:number', showPayout),
  route('GET', '/publisher/payouts/:number/:form', downloadPayout),
  route('GET', '/publisher/refunds', showRefunds),
  route('GET', '/publisher/refunds/:decision', showDecline),
  route('POST', '/publisher/refunds/:decision', declineRefund),
  route('GET', '/publisher/bank-details', showBankDetails),
  route('GET', '/publisher/price-list', showPriceListForm),
  route('POST', '/publisher/price-list', checkUpload),
];
