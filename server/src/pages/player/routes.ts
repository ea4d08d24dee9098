/** The player's pages: each opened for the player of the session, and only with what is theirs. */
import type { Player } from '../../players/types.ts';
import type { WebAnswer } from '../../http/web.ts';
import { notFound, type Page, type Params, type Route } from '../page.ts';
import { showAccount } from './account.ts';
import { downloadBill, showBill, showBills } from './bills.ts';
import { showCards } from './cards.ts';
import { askForRefund, showPurchase, showPurchases } from './purchases.ts';
import { showStatement } from './statement.ts';

type OpenForPlayer = (page: Page, player: Player, params: Params) => Promise<WebAnswer>;

const route = (method: Route['method'], path: string, open: OpenForPlayer): Route => ({
  method,
  path,
  async open(page, params) {
    const subject = page.session?.subject;
    if (subject?.role !== 'player') throw notFound();
    const player = await page.parts.store.findPlayer(subject.userId);
    if (player === undefined) throw notFound();
    return open(page, player, params);
  },
});

export const playerRoutes: readonly Route[] = [
  route('GET', '/account', showAccount),
  route('GET', '/account/statement', showStatement),
  route('GET', '/account/bills', showBills),
  route('GET', '/account/bills/:number', showBill),
  route('GET', '/account/bills/:number/:form', downloadBill),
  route('GET', '/account/cards', showCards),
  route('GET', '/account/purchases', showPurchases),
  route('GET', '/account/purchases/:decision', showPurchase),
  route('POST', '/account/purchases/:decision', askForRefund),
];
