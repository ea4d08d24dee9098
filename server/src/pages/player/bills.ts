/** The player's bills: the list, one bill, and its files. Another's number is not there. */
import { CSV_TYPE, download, type WebAnswer } from '../../http/web.ts';
import { collectionIdOf } from '../../bills/make-bill.ts';
import { paidOf, type Bill, type BillLine, type Collection } from '../../bills/types.ts';
import { hex, type Player } from '../../players/types.ts';
import { billAsCsv, billAsPdf } from '../documents.ts';
import { show } from '../frame.ts';
import { html, type Html } from '../html.ts';
import { notFound, type Page, type Params } from '../page.ts';
import { card, empty, facts, state, table, type Tone } from '../pieces.ts';
import { queryPosition } from '../query.ts';
import { billLines, LINES_ON_PAGE, nextLines, usesOf } from './lines.ts';
import { sellerNames } from './sellers.ts';

/** Lines read to count uses by game; a player with more in one month sees the counts of these. */
const USE_LINES_MAX = 5_000;

export async function showBills(page: Page, player: Player): Promise<WebAnswer> {
  const { words, parts, money, month } = page;
  const bills = [...(await parts.store.periods.listBillsOfPlayer(player.userId))].reverse();
  const { bill } = words;
  return show(page, {
    title: bill.listTitle,
    lead: player.plan === 'prepaid' ? bill.listLeadPrepaid : bill.listLeadPostpaid,
    aside: html`<p><a href="/account/statement">${words.account.openStatement}</a></p>`,
    body: card(
      'bills',
      bill.listTitle,
      bills.length === 0
        ? empty(bill.none)
        : table(
            [
              { name: bill.month },
              { name: bill.purchases, figure: true },
              { name: bill.spent, figure: true },
              { name: bill.closing, figure: true },
              { name: bill.due, figure: true },
            ],
            bills.map((one) => [
              html`<a href="/account/bills/${one.number}">${month(one.period)}</a>`,
              one.purchases,
              money(one.purchasesMinor, one.currency),
              money(one.closingMinor, one.currency),
              dueText(page, one),
            ]),
            { labelledBy: 'bills-title' },
          ),
    ),
  });
}

function dueText({ words, money }: Page, { dueMinor, carried, currency, plan }: Bill): string {
  if (carried !== undefined) return words.bill.carriedShort;
  if (dueMinor === 0n) return plan === 'prepaid' ? words.bill.statement : words.bill.nothingDue;
  return money(dueMinor, currency);
}

/** The bill of this number, if it is this player's. */
async function ownBill({ parts }: Page, player: Player, number: string): Promise<Bill> {
  const bill = await parts.store.periods.findBill(number);
  if (bill === undefined || hex(bill.userId) !== hex(player.userId)) throw notFound();
  return bill;
}

export async function showBill(page: Page, player: Player, { number = '' }: Params): Promise<WebAnswer> {
  const { words, parts, month, request } = page;
  const bill = await ownBill(page, player, number);
  const after = queryPosition(request.query, 'after');
  const lines = await parts.store.periods.listBillLines(player.userId, bill.period, after, LINES_ON_PAGE);
  const counted = await parts.store.periods.listBillLines(player.userId, bill.period, 0n, USE_LINES_MAX);
  const collection = await parts.store.periods.findCollection(collectionIdOf(bill.period, bill.number));
  const path = `/account/bills/${bill.number}`;
  return show(page, {
    title: words.bill.title(month(bill.period)),
    lead: html`${words.bill.number} <span class="code">${bill.number}</span>`,
    aside: html`<p class="buttons">
      <a class="button" href="${path}/pdf">${words.bill.pdf}</a
      ><a class="button" href="${path}/csv">${words.bill.csv}</a>
    </p>`,
    body: html`<div class="columns">
        <div class="column">${totals(page, bill)}</div>
        <div class="column">${payment(page, bill, collection)} ${await uses(page, bill, counted)}</div>
      </div>
      ${card(
        'lines',
        words.statement.lines,
        lines.length === 0
          ? empty(words.statement.empty)
          : html`${await billLines(page, bill.currency, lines, 'lines-title')}${nextLines(lines, `${path}?`, words)}`,
      )}`,
  });
}

function totals({ words, money }: Page, bill: Bill): Html {
  const w = words.bill;
  const figure = (amount: bigint): string => money(amount, bill.currency);
  const other = (name: string, amount: bigint): readonly [string, string] | false =>
    amount !== 0n && [name, figure(amount)];
  return card(
    'totals',
    w.totals,
    html`${facts(
        [
          [w.opening, figure(bill.openingMinor)],
          [w.purchasesOf(bill.purchases), figure(-bill.purchasesMinor)],
          other(w.fromCards, bill.cardPurchasesMinor),
          other(w.refunds, bill.refundsMinor),
          other(w.paidIn, bill.paidInMinor),
          other(w.loaded, -bill.loadedMinor),
          other(w.other, bill.otherMinor),
        ],
        'facts figures',
      )}
      <dl class="facts figures">
        <dt class="sum">${w.closing}</dt>
        <dd class="sum">${figure(bill.closingMinor)}</dd>
      </dl>
      ${bill.cardPurchasesMinor !== 0n && html`<p class="hint">${w.cardsHint}</p>`}`,
  );
}

const TONES: Readonly<Record<Collection['state'], Tone>> = {
  made: 'plain',
  handed: 'plain',
  paid: 'good',
  'part-paid': 'warn',
  returned: 'bad',
};

function payment({ words, money }: Page, bill: Bill, collection: Collection | undefined): Html {
  const w = words.bill;
  if (bill.plan === 'prepaid') return card('payment', w.payment, html`<p>${w.statementMeans}</p>`);
  return card(
    'payment',
    w.payment,
    html`${facts([
      [w.due, money(bill.dueMinor, bill.currency)],
      bill.carried !== undefined && [w.carried, w.carriedWhy[bill.carried]],
      [w.way, words.ways[bill.way]],
      collection !== undefined && [w.state, state(TONES[collection.state], w.states[collection.state])],
      collection !== undefined &&
        paidOf(collection.told) !== 0n && [w.paid, money(paidOf(collection.told), collection.currency)],
      collection?.reason !== undefined && [w.reason, html`<span class="code">${collection.reason}</span>`],
      collection !== undefined && [w.endToEndId, html`<span class="code">${collection.endToEndId}</span>`],
    ])}
    ${bill.dueMinor > 0n && bill.way === 'transfer' && html`<p class="hint">${w.byTransfer(collection?.endToEndId ?? bill.number)}</p>`}
    ${collection?.state === 'returned' && html`<p class="hint">${w.returnedMeans}</p>`}`,
  );
}

async function uses(page: Page, bill: Bill, lines: readonly BillLine[]): Promise<Html | undefined> {
  const games = usesOf(lines);
  if (games.length === 0) return undefined;
  const { words, money } = page;
  const w = words.bill;
  const seller = await sellerNames(
    page,
    games.map(({ publisherId }) => publisherId),
  );
  return card(
    'games',
    w.games,
    table(
      [{ name: w.game }, { name: w.uses, figure: true }, { name: w.spent, figure: true }],
      games.map((one) => [
        html`${one.gameId}<span class="sub">${seller(one.publisherId)}</span>`,
        one.count,
        money(-one.amountMinor, bill.currency),
      ]),
      { labelledBy: 'games-title' },
    ),
  );
}

export async function downloadBill(page: Page, player: Player, { number = '', form = '' }: Params): Promise<WebAnswer> {
  const bill = await ownBill(page, player, number);
  if (form === 'pdf') return download(`${bill.number}.pdf`, 'application/pdf', await billAsPdf(page, bill));
  if (form === 'csv') return download(`${bill.number}.csv`, CSV_TYPE, await billAsCsv(page, bill));
  throw notFound();
}
