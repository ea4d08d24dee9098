/** What a publisher sold in a month: by day as a plot, by offer as a table, and what it is owed now. */
import type { WebAnswer } from '../../http/web.ts';
import { endOf, periodOf, startOf } from '../../periods/calendar.ts';
import type { Publisher } from '../../publishers/types.ts';
import { countText, dayText, hexOf, shortHex } from '../format.ts';
import { show } from '../frame.ts';
import { html, type Html } from '../html.ts';
import { openPeriod, type Page } from '../page.ts';
import { card, empty, meter, table, thousandthsOf, tiles } from '../pieces.ts';
import { dayPlot } from '../plot.ts';
import { quoteOf } from '../player/purchases.ts';
import { queryPeriod } from '../query.ts';
import type { DaySales } from '../store.ts';

const DAY_MS = 86_400_000;
/** Offers named on one page, those that sold most; the sums are of all. */
const OFFERS_MAX = 200;
const MONTHS_SHOWN = 13;

export async function showSales(page: Page, publisher: Publisher): Promise<WebAnswer> {
  const { words, parts, month, request } = page;
  const now = await openPeriod(page);
  const asked = queryPeriod(request.query, 'month') ?? now;
  const period = asked > now ? now : asked;
  const { publisherId } = publisher;
  const [sales, payables] = await Promise.all([
    parts.store.pages.sumSales(publisherId, period),
    parts.store.pages.listPayables(publisherId),
  ]);
  const currencies = [...new Set(sales.map(({ currency }) => currency))].sort();
  const w = words.sales;
  const plots = currencies.map((currency) => currencySales(page, currency, period, sales));
  return show(page, {
    title: w.title(month(period)),
    lead: period === now ? w.leadOpen : w.leadPast,
    aside: monthChoice(page, period, now),
    body: html`${owed(page, publisher, payables)}
    ${sales.length === 0 ? card('none', w.none, empty(w.noneHint)) : plots}
    ${sales.length > 0 && (await offers(page, sales))}`,
  });
}

/** Months from the publisher's view: this one and the twelve before. */
function monthChoice({ words, month }: Page, period: number, now: number): Html {
  const months = [now];
  for (let i = 1; i < MONTHS_SHOWN; i++) months.push(previous(months[i - 1] as number));
  const options = months.map(
    (one) => html`<option value="${one}" ${one === period && html`selected`}>${month(one)}</option>`,
  );
  return html`<form class="inline" method="get" action="/publisher">
    <label class="unseen" for="month">${words.sales.month}</label>
    <select id="month" name="month">
      ${options}
    </select>
    <button type="submit">${words.sales.showMonth}</button>
  </form>`;
}

const previous = (period: number): number => periodOf(startOf(period) - 1);

function owed(
  { words, money }: Page,
  { payoutCurrency, feeBasisPoints }: Publisher,
  payables: readonly { readonly currency: string; readonly balanceMinor: bigint }[],
): Html {
  const w = words.sales;
  const shown = payables.length === 0 ? [{ currency: payoutCurrency, balanceMinor: 0n }] : payables;
  return card(
    'owed',
    w.owed,
    html`${tiles([
        ...shown.map(
          ({ currency, balanceMinor }) =>
            [w.owedIn(currency), money(balanceMinor, currency), balanceMinor < 0n && w.below] as const,
        ),
        [w.payoutCurrency, payoutCurrency],
        [w.fee, w.feeIs(feeText(feeBasisPoints))],
      ])}
      <p class="hint">${w.owedHint}</p>`,
  );
}

/** Hundredths of a percent as a percentage: 250 is `2.5`. */
function feeText(basisPoints: number): string {
  const digits = basisPoints.toString().padStart(3, '0');
  return `${digits.slice(0, -2)}.${digits.slice(-2)}`.replace(/\.?0+$/, '');
}

/** One plot for each currency: amounts of two currencies have no common scale. */
function currencySales(page: Page, currency: string, period: number, sales: readonly DaySales[]): Html {
  const { words, money, language } = page;
  const w = words.sales;
  const own = sales.filter((one) => one.currency === currency);
  const firstDay = startOf(period) / DAY_MS;
  const days = Array.from({ length: (endOf(period) - startOf(period)) / DAY_MS }, (_, i) => {
    // What was booked after a month had been closed early is in the next one, and stands on its first day.
    const ofDay = own.filter(({ day }) => (i === 0 ? day <= firstDay : day === firstDay + i));
    return { atMs: startOf(period) + i * DAY_MS, count: countOf(ofDay), priceMinor: sumOf(ofDay) };
  });
  const best = days.reduce((most, one) => (one.priceMinor > most.priceMinor ? one : most));
  const id = `sales-${currency}`;
  const plot = dayPlot(
    days.map(({ atMs, priceMinor, count }) => ({
      label: dayText(atMs, language),
      value: priceMinor,
      text: w.dayIs(count, money(priceMinor, currency)),
    })),
    {
      id: `${id}-plot`,
      title: w.plotTitle(currency),
      description: w.plotDescription(
        countOf(own),
        money(sumOf(own), currency),
        dayText(best.atMs, language),
        money(best.priceMinor, currency),
      ),
      scaleText: (value) => money(value, currency).replace(currency, '').trim(),
    },
  );
  const rows = days.filter(({ count }) => count > 0);
  return card(
    id,
    w.inCurrency(currency),
    html`${tiles([
        [w.count, countText(countOf(own), language)],
        [w.sum, money(sumOf(own), currency), w.beforeFees],
        [w.bestDay, dayText(best.atMs, language), money(best.priceMinor, currency)],
      ])}
      ${plot}
      <details>
        <summary>${w.sameAsTable}</summary>
        ${table(
          [{ name: w.day }, { name: w.count, figure: true }, { name: w.sum, figure: true }],
          rows.map(({ atMs, count, priceMinor }) => [
            dayText(atMs, language),
            countText(count, language),
            money(priceMinor, currency),
          ]),
          {
            caption: w.plotTitle(currency),
            foot: [w.total, countText(countOf(own), language), money(sumOf(own), currency)],
          },
        )}
      </details>`,
  );
}

const countOf = (sales: readonly Pick<DaySales, 'count'>[]): number => sales.reduce((sum, one) => sum + one.count, 0);
const sumOf = (sales: readonly Pick<DaySales, 'priceMinor'>[]): bigint =>
  sales.reduce((sum, one) => sum + one.priceMinor, 0n);

interface OfferSales {
  readonly offerHash: Uint8Array;
  readonly currency: string;
  readonly count: number;
  readonly priceMinor: bigint;
  readonly position: bigint;
}

/** By game and offer hash: the server is never told what was sold, so its title is in the publisher's own price list. */
async function offers(page: Page, sales: readonly DaySales[]): Promise<Html> {
  const { words, parts, money, language } = page;
  const w = words.sales;
  const sums = byOffer(sales);
  const rows = await Promise.all(
    sums.slice(0, OFFERS_MAX).map(async (one) => {
      const newest = await parts.store.pages.findDecisionAt(one.position);
      return { ...one, gameId: newest === undefined ? '' : quoteOf(newest).gameId };
    }),
  );
  const whole = new Map<string, bigint>();
  for (const { currency, priceMinor } of sums) whole.set(currency, (whole.get(currency) ?? 0n) + priceMinor);
  return card(
    'offers',
    w.byOffer,
    html`<p class="hint">${w.byOfferHint}</p>
      ${table(
        [
          { name: w.game },
          { name: w.offerHash },
          { name: w.share, unseen: true },
          { name: w.count, figure: true },
          { name: w.sum, figure: true },
        ],
        rows.map(({ gameId, offerHash, currency, count, priceMinor }) => [
          gameId,
          html`<span class="code nowrap">${shortHex(offerHash)}</span>`,
          html`<span class="share">${meter(thousandthsOf(priceMinor, whole.get(currency) ?? 0n))}</span>`,
          countText(count, language),
          money(priceMinor, currency),
        ]),
        { labelledBy: 'offers-title' },
      )}
      ${sums.length > OFFERS_MAX && html`<p class="hint">${w.moreOffers(sums.length - OFFERS_MAX)}</p>`}`,
  );
}

function byOffer(sales: readonly DaySales[]): readonly OfferSales[] {
  const sums = new Map<string, OfferSales>();
  for (const { offerHash, currency, count, priceMinor, position } of sales) {
    const name = `${hexOf(offerHash)} ${currency}`;
    const known = sums.get(name) ?? { offerHash, currency, count: 0, priceMinor: 0n, position };
    sums.set(name, {
      ...known,
      count: known.count + count,
      priceMinor: known.priceMinor + priceMinor,
      position: position > known.position ? position : known.position,
    });
  }
  return [...sums.values()].sort((a, b) =>
    a.currency !== b.currency ? (a.currency < b.currency ? -1 : 1) : a.priceMinor < b.priceMinor ? 1 : -1,
  );
}
