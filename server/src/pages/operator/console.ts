/** The operator's first page: alarms first, then what was found, how the books stand, and what is under way. */
import type { WebAnswer } from '../../http/web.ts';
import { periodOf } from '../../periods/calendar.ts';
import { countText } from '../format.ts';
import { show } from '../frame.ts';
import { html, type Html } from '../html.ts';
import type { Page } from '../page.ts';
import { card, remark, state, table, tiles } from '../pieces.ts';
import type { KindSum } from '../store.ts';
import { alarmsOf, sumsOf, type Alarm } from './alarms.ts';
import { findingsCard } from './findings.ts';

const REQUESTS_MAX = 200;

export async function showConsole(page: Page): Promise<WebAnswer> {
  const { words, parts, time, nowMs } = page;
  const kinds = await parts.store.pages.sumKinds();
  const alarms = await alarmsOf(page, kinds);
  const [players, publishers, open, newest] = await Promise.all([
    parts.store.pages.countPlayers(),
    parts.store.listPublishers(),
    openRequests(page),
    parts.store.periods.findNewestSealed(),
  ]);
  const w = words.console;
  return show(page, {
    title: w.title,
    lead: w.lead(time(nowMs)),
    body: html`${alarmCard(page, alarms)} ${await findingsCard(page)}
      <div class="columns uneven">
        <div class="column">${sumCard(page, kinds)}</div>
        <div class="column">
          ${card(
            'count',
            w.accounts,
            tiles([
              [w.players, html`<a href="/operator/accounts">${countText(players, page.language)}</a>`],
              [w.publishers, html`<a href="/operator/accounts">${publishers.length}</a>`],
              [w.refundRequests, html`<a href="/operator/refunds">${open}</a>`, w.openOnes],
            ]),
          )}
          ${card(
            'months',
            w.months,
            html`${tiles([
                [w.open, page.month(periodOf(nowMs))],
                [w.newestClosed, newest === undefined ? w.none : page.month(newest.period)],
              ])}
              <p class="buttons"><a class="button" href="/operator/periods">${w.toMonths}</a></p>`,
          )}
          ${await ratesCard(page)} ${certificateCard(page)}
        </div>
      </div>`,
  });
}

async function openRequests({ parts }: Page): Promise<number> {
  const requests = await parts.store.refunds.listRefundRequests({}, REQUESTS_MAX);
  return requests.filter(({ state: standing }) => standing === 'open').length;
}

export function alarmCard({ words }: Page, alarms: readonly Alarm[]): Html {
  const w = words.console;
  if (alarms.length === 0) return remark('good', w.noAlarms, w.noAlarmsHint);
  return html`<section class="card" aria-labelledby="alarms-title">
    <div class="card-head">
      <h2 id="alarms-title">${w.alarms}</h2>
      ${state(alarms.some(({ tone }) => tone === 'bad') ? 'bad' : 'warn', w.alarmCount(alarms.length))}
    </div>
    <ul class="findings">
      ${alarms.map(
        ({ tone, text, path }) =>
          html`<li>${remark(tone, text, path !== undefined && html`<a href="${path}">${w.lookInto}</a>`)}</li>`,
      )}
    </ul>
  </section>`;
}

function sumCard({ words, money, language }: Page, kinds: readonly KindSum[]): Html {
  const w = words.console;
  const sums = [...sumsOf(kinds)].sort(([a], [b]) => (a < b ? -1 : 1));
  return card(
    'sums',
    w.books,
    html`<p class="hint">${w.booksHint}</p>
      <p class="buttons">
        ${sums.map(([currency, sum]) =>
          state(
            sum === 0n ? 'good' : 'bad',
            sum === 0n ? w.sumZero(currency) : w.sumIs(currency, money(sum, currency)),
          ),
        )}
      </p>
      ${table(
        [{ name: w.kind }, { name: w.currency }, { name: w.count, figure: true }, { name: w.sum, figure: true }],
        kinds.map(({ kind, currency, accounts, sumMinor }) => [
          words.accountKinds[kind],
          currency,
          countText(accounts, language),
          money(sumMinor, currency),
        ]),
        { labelledBy: 'sums-title' },
      )}`,
  );
}

async function ratesCard({ words, parts, time }: Page): Promise<Html> {
  const w = words.console;
  const newest = (await parts.store.findNewestRateTable())?.table;
  return card(
    'rates',
    w.rates,
    newest === undefined
      ? html`<p class="empty">${words.alarms.noRates}</p>`
      : tiles([
          [w.rateTable, newest.id],
          [w.validUntil, time(newest.notAfterMs)],
          [w.currencies, newest.rates.length + 1],
        ]),
  );
}

function certificateCard({ words, parts, date }: Page): Html {
  const w = words.console;
  return card(
    'certificates',
    w.certificates,
    table(
      [{ name: w.holder }, { name: w.validUntil, figure: true }],
      parts.certificates.map(({ name, notAfterMs }) => [name, date(notAfterMs)]),
      { labelledBy: 'certificates-title' },
    ),
  );
}
