/** A publisher's payouts: the list, one payout with its decisions, and its files. Another's number is not there. */
import { CSV_TYPE, download, type WebAnswer } from '../../http/web.ts';
import { paidOf } from '../../bills/types.ts';
import type { Payout, PayoutCurrency, PayoutLine, PayoutState } from '../../payouts/types.ts';
import type { Publisher } from '../../publishers/types.ts';
import { hexOf, shortHex } from '../format.ts';
import { payoutAsCsv, payoutAsPdf } from '../documents.ts';
import { show } from '../frame.ts';
import { html, type Html } from '../html.ts';
import { notFound, type Page, type Params } from '../page.ts';
import { card, empty, facts, state, table, type Tone } from '../pieces.ts';
import { queryPosition } from '../query.ts';

const LINES_ON_PAGE = 100;

export const PAYOUT_TONES: Readonly<Record<PayoutState, Tone>> = {
  carried: 'plain',
  booked: 'plain',
  handed: 'plain',
  paid: 'good',
  'part-paid': 'warn',
  returned: 'bad',
};

export async function showPayouts(page: Page, { publisherId }: Publisher): Promise<WebAnswer> {
  const { words, parts, money, month } = page;
  const payouts = [...(await parts.store.periods.listPayoutsOfPublisher(publisherId))].reverse();
  const w = words.payouts;
  return show(page, {
    title: w.title,
    lead: w.lead,
    body: card(
      'payouts',
      w.title,
      payouts.length === 0
        ? empty(w.none)
        : table(
            [{ name: w.month }, { name: w.sales, figure: true }, { name: w.state }, { name: w.amount, figure: true }],
            payouts.map((one) => [
              html`<a href="/publisher/payouts/${one.number}">${month(one.period)}</a>`,
              one.currencies.reduce((sum, { sales }) => sum + sales, 0),
              payoutState(page, one),
              money(one.amountMinor, one.payoutCurrency),
            ]),
            { labelledBy: 'payouts-title' },
          ),
    ),
  });
}

export const payoutState = ({ words }: Page, payout: Payout): Html =>
  state(PAYOUT_TONES[payout.state], words.payouts.states[payout.state]);

async function ownPayout({ parts }: Page, { publisherId }: Publisher, number: string): Promise<Payout> {
  const payout = await parts.store.periods.findPayout(number);
  if (payout === undefined || payout.publisherId !== publisherId) throw notFound();
  return payout;
}

export async function showPayout(page: Page, publisher: Publisher, { number = '' }: Params): Promise<WebAnswer> {
  const { words, parts, month, request } = page;
  const payout = await ownPayout(page, publisher, number);
  const after = queryPosition(request.query, 'after');
  const lines = await parts.store.periods.listPayoutLines(publisher.publisherId, payout.period, after, LINES_ON_PAGE);
  const last = lines[lines.length - 1];
  const path = `/publisher/payouts/${payout.number}`;
  const w = words.payouts;
  return show(page, {
    title: w.one(month(payout.period)),
    lead: html`${w.number} <span class="code">${payout.number}</span>`,
    aside: html`<p class="buttons">
      <a class="button" href="${path}/pdf">${words.bill.pdf}</a
      ><a class="button" href="${path}/csv">${words.bill.csv}</a>
    </p>`,
    body: html`<div class="columns">
        ${payoutCard(page, payout)} ${payout.currencies.map((one) => currencyCard(page, payout, one))}
      </div>
      ${card(
        'lines',
        w.decisions,
        html`<p class="hint">${w.decisionsHint}</p>
          ${lines.length === 0 ? empty(w.noDecisions) : payoutLines(page, lines)}
          ${
            last !== undefined &&
            lines.length === LINES_ON_PAGE &&
            html`<p class="pages">
              <a class="button" href="${path}?after=${last.transferId.toString()}">${words.frame.more}</a>
            </p>`
          }`,
      )}`,
  });
}

export function payoutCard(page: Page, payout: Payout): Html {
  const { words, money, time } = page;
  const w = words.payouts;
  return card(
    'payout',
    w.payout,
    facts([
      [w.state, payoutState(page, payout)],
      [w.amount, html`<strong>${money(payout.amountMinor, payout.payoutCurrency)}</strong>`],
      payout.carried !== undefined && [w.carried, w.carriedWhy[payout.carried]],
      paidOf(payout.told) !== 0n && [w.paid, money(paidOf(payout.told), payout.payoutCurrency)],
      payout.reason !== undefined && [w.reason, html`<span class="code">${payout.reason}</span>`],
      payout.bankDetailsNumber > 0 && [w.bankDetails, w.bankDetailsNumber(payout.bankDetailsNumber)],
      payout.endToEndId !== '' && [w.endToEndId, html`<span class="code">${payout.endToEndId}</span>`],
      [w.made, time(payout.madeAtMs)],
    ]),
  );
}

function currencyCard({ words, money }: Page, payout: Payout, one: PayoutCurrency): Html {
  const w = words.payouts;
  const figure = (amount: bigint): string => money(amount, one.currency);
  const other = (name: string, amount: bigint): readonly [string, string] | false =>
    amount !== 0n && [name, figure(amount)];
  const isConverted = payout.carried === undefined && one.currency !== payout.payoutCurrency;
  return card(
    `currency-${one.currency}`,
    w.inCurrency(one.currency),
    html`${facts(
        [
          [w.opening, figure(one.openingMinor)],
          [w.salesOf(one.sales), figure(one.salesMinor)],
          other(w.claims, one.claimsMinor),
          other(w.refunds, -one.refundsMinor),
          other(w.fees, -one.feesMinor),
          other(w.paidOut, one.paidOutMinor),
          other(w.other, one.otherMinor),
        ],
        'facts figures',
      )}
      <dl class="facts figures">
        <dt class="sum">${w.closing}</dt>
        <dd class="sum">${figure(one.closingMinor)}</dd>
        ${
          isConverted &&
          html`<dt>${w.converted}</dt>
            <dd>${money(one.convertedMinor, payout.payoutCurrency)}</dd>`
        }
      </dl>`,
  );
}

function payoutLines({ words, money, time }: Page, lines: readonly PayoutLine[]): Html {
  const w = words.payouts;
  return table(
    [
      { name: w.kind },
      { name: w.game },
      { name: w.spent },
      { name: w.decision },
      { name: w.fee, figure: true },
      { name: w.price, figure: true },
    ],
    lines.map((line) => [
      w.kinds[line.kind],
      html`${line.gameId}<span class="sub code">${shortHex(line.offerHash)}</span>`,
      html`${time(line.spentAtMs)}${
        line.bookedAtMs !== line.spentAtMs && html`<span class="sub">${words.bill.booked(time(line.bookedAtMs))}</span>`
      }`,
      html`<span class="code">${hexOf(line.decisionId)}</span>`,
      money(line.feeMinor, line.currency),
      money(line.priceMinor, line.currency),
    ]),
    { labelledBy: 'lines-title' },
  );
}

export async function downloadPayout(
  page: Page,
  publisher: Publisher,
  { number = '', form = '' }: Params,
): Promise<WebAnswer> {
  const payout = await ownPayout(page, publisher, number);
  if (form === 'pdf') return download(`${payout.number}.pdf`, 'application/pdf', await payoutAsPdf(page, payout));
  if (form === 'csv') return download(`${payout.number}.csv`, CSV_TYPE, await payoutAsCsv(page, payout));
  throw notFound();
}
