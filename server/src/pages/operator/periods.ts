/** Months: which are open, sealed and closed; one month's payouts, collections and files; and closing the next one. */
import { ProtocolError } from '@coinslot/protocol';
import { seeOther, type WebAnswer } from '../../http/web.ts';
import { endOf, nextPeriod, periodOf } from '../../periods/calendar.ts';
import type { SealedPeriod } from '../../periods/types.ts';
import type { Payout } from '../../payouts/types.ts';
import { countText, hexOf } from '../format.ts';
import { show } from '../frame.ts';
import { html, type Html } from '../html.ts';
import { attempt, formToken, notFound, readForm, type Page, type Params } from '../page.ts';
import { card, empty, facts, listed, note, remark, state, table } from '../pieces.ts';
import { payoutState } from '../publisher/payouts.ts';
import { periodIn } from '../query.ts';
import { fileTable } from './bank.ts';

export async function showPeriods(page: Page): Promise<WebAnswer> {
  const { words, parts, nowMs, month, time } = page;
  const sealed = [...(await parts.store.periods.listSealed())].reverse();
  const open = await openPeriods(page, sealed[0]);
  const w = words.periods;
  return show(page, {
    title: w.title,
    lead: w.lead,
    body: card(
      'months',
      w.title,
      table(
        [{ name: w.month }, { name: w.state }, { name: w.sealed }, { name: w.closed }],
        [
          ...[...open]
            .reverse()
            .map((period) => [
              html`<a href="/operator/periods/${period}">${month(period)}</a>`,
              endOf(period) > nowMs ? state('good', w.running) : state('warn', w.over),
              '',
              '',
            ]),
          ...sealed.map((one) => [
            html`<a href="/operator/periods/${one.period}">${month(one.period)}</a>`,
            sealedState(page, one),
            time(one.sealedAtMs),
            one.closedAtMs === undefined ? '' : time(one.closedAtMs),
          ]),
        ],
        { labelledBy: 'months-title' },
      ),
    ),
  });
}

const sealedState = ({ words }: Page, { closedAtMs }: SealedPeriod): Html =>
  closedAtMs === undefined ? state('bad', words.periods.halfClosed) : state('plain', words.periods.isClosed);

const OPEN_MAX = 24;

/** From the first month that is not sealed to the one that runs, oldest first. */
async function openPeriods({ parts, nowMs }: Page, newest: SealedPeriod | undefined): Promise<readonly number[]> {
  const now = periodOf(nowMs);
  const first = (await parts.store.periods.findOldestOpen()) ?? now;
  const periods: number[] = [];
  for (let period = first; period <= now && periods.length < OPEN_MAX; period = nextPeriod(period))
    periods.push(period);
  // A sandbox may have closed the month that runs; what happens meanwhile is in the next.
  return periods.filter((period) => newest === undefined || period > newest.period);
}

export async function showPeriod(page: Page, { period = '' }: Params): Promise<WebAnswer> {
  return periodPage(page, requirePeriod(period));
}

function requirePeriod(text: string): number {
  const period = periodIn(text);
  if (period === undefined) throw notFound();
  return period;
}

async function periodPage(page: Page, period: number, told?: Html, status = 409): Promise<WebAnswer> {
  const { words, parts, month } = page;
  const [sealed, payouts, collections, files] = await Promise.all([
    parts.store.periods.findSealed(period),
    parts.store.periods.listPayouts(period),
    parts.store.pages.sumCollections(period),
    parts.store.periods.listBankFiles(period),
  ]);
  const w = words.periods;
  const done = page.request.query.get('done') === 'closed' ? note('good', w.closedDone(month(period))) : undefined;
  return show(page, {
    title: month(period),
    note: told ?? done,
    ...(told !== undefined && { status }),
    body: html`<div class="columns">
        ${sealed === undefined ? openCard(page, period) : sealCard(page, sealed)}
        ${card(
          'collections',
          w.collections,
          collections.length === 0
            ? empty(w.noCollections)
            : table(
                [{ name: w.state }, { name: w.way }, { name: w.count, figure: true }, { name: w.amount, figure: true }],
                collections.map((one) => [
                  words.bill.states[one.state],
                  words.ways[one.way],
                  countText(one.count, page.language),
                  page.money(one.amountMinor, one.currency),
                ]),
                { labelledBy: 'collections-title' },
              ),
        )}
      </div>
      ${card('payouts', words.payouts.title, payouts.length === 0 ? empty(w.noPayouts) : payoutTable(page, payouts))}
      ${card('files', w.files, files.length === 0 ? empty(w.noFiles) : fileTable(page, files, 'files-title'))}`,
  });
}

function sealCard(page: Page, sealed: SealedPeriod): Html {
  const { words, time } = page;
  const w = words.periods;
  return card(
    'seal',
    w.seal,
    html`${facts([
      [w.state, sealedState(page, sealed)],
      [w.sealed, time(sealed.sealedAtMs)],
      sealed.closedAtMs !== undefined && [w.closed, time(sealed.closedAtMs)],
      [w.lastTransfer, countText(sealed.lastTransfer, page.language)],
      [w.block, html`${sealed.block.toString()} <span class="code">${hexOf(sealed.blockHash)}</span>`],
      [w.rateTable, sealed.rateTableId],
    ])}
    ${sealed.closedAtMs === undefined && closeLink(sealed.period, words.periods.closeOn)}`,
  );
}

function openCard(page: Page, period: number): Html {
  const { words, nowMs, time, parts } = page;
  const w = words.periods;
  const isOver = endOf(period) <= nowMs;
  const mayClose = isOver || (parts.environment === 'sandbox' && period === periodOf(nowMs));
  return card(
    'seal',
    w.openTitle,
    html`<p>${isOver ? w.overHint : w.runningHint(time(endOf(period)))}</p>
      ${mayClose && closeLink(period, isOver ? w.close : w.closeEarly)}`,
  );
}

const closeLink = (period: number, text: string): Html =>
  html`<p class="buttons"><a class="button primary" href="/operator/periods/${period}/close">${text}</a></p>`;

function payoutTable(page: Page, payouts: readonly Payout[]): Html {
  const { words, money } = page;
  const w = words.payouts;
  return table(
    [{ name: w.publisher }, { name: w.state }, { name: w.reason }, { name: w.amount, figure: true }],
    payouts.map((one) => [
      html`<a href="/operator/accounts/publisher/${one.publisherId}">${one.publisherId}</a>`,
      payoutState(page, one),
      one.carried === undefined ? (one.reason ?? '') : w.carriedWhy[one.carried],
      money(one.amountMinor, one.payoutCurrency),
    ]),
    { labelledBy: 'payouts-title' },
  );
}

/** Closing cannot be taken back, so it is asked for twice. */
export function confirmClosing(page: Page, { period: text = '' }: Params): WebAnswer {
  const { words, month, nowMs } = page;
  const period = requirePeriod(text);
  const w = words.periods;
  const isEarly = endOf(period) > nowMs;
  return show(page, {
    title: w.confirmTitle(month(period)),
    narrow: true,
    body: html`<section class="card">
      <p>${w.confirmWhat}</p>
      ${isEarly && remark('warn', w.earlyTitle, w.earlyHint)}
      <form method="post" action="/operator/periods/${period}/close">
        ${formToken(page)}
        <label class="check"
          ><input type="checkbox" name="sure" value="yes" required /> <span>${w.sure(month(period))}</span></label
        >
        <div class="buttons">
          <button type="submit" class="primary">${w.close}</button>
          <a class="button" href="/operator/periods/${period}">${w.cancel}</a>
        </div>
      </form>
    </section>`,
  });
}

export async function closePeriod(page: Page, { period: text = '' }: Params): Promise<WebAnswer> {
  const { words, parts, nowMs, month } = page;
  const period = requirePeriod(text);
  const form = await readForm(page);
  if (form.get('sure') !== 'yes') return confirmClosing(page, { period: text });
  const isEarly = endOf(period) > nowMs;
  const closed = await attempt(() => parts.actions.closePeriod(period, isEarly));
  if (!(closed instanceof ProtocolError)) {
    const findings = [...closed.findings, ...(closed.handingFault === undefined ? [] : [closed.handingFault])];
    if (findings.length === 0) return seeOther(`/operator/periods/${period}?done=closed`);
    return periodPage(page, period, note('bad', words.periods.closedFindings(month(period)), listed(findings)), 200);
  }
  return periodPage(
    page,
    period,
    note(
      'bad',
      words.periods.closeFailed,
      html`${words.codes(closed.code)} <span class="code">${closed.message}</span>`,
    ),
  );
}
