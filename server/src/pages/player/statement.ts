/** What a month has done to the account so far: every line, and the totals by kind. */
import { queryPeriod } from '../query.ts';
import type { WebAnswer } from '../../http/web.ts';
import type { Player } from '../../players/types.ts';
import { show } from '../frame.ts';
import { html } from '../html.ts';
import { openPeriod, type Page } from '../page.ts';
import { card, empty } from '../pieces.ts';
import { billLines, LINES_ON_PAGE, nextLines } from './lines.ts';
import { queryPosition } from '../query.ts';

export async function showStatement(page: Page, player: Player): Promise<WebAnswer> {
  const { words, parts, month, request } = page;
  const period = queryPeriod(request.query, 'month') ?? (await openPeriod(page));
  const after = queryPosition(request.query, 'after');
  const lines = await parts.store.periods.listBillLines(player.userId, period, after, LINES_ON_PAGE);
  const next = nextLines(lines, `/account/statement?month=${period}`, words);
  return show(page, {
    title: words.statement.title(month(period)),
    lead: words.statement.lead,
    aside: html`<p><a href="/account/bills">${words.statement.bills}</a></p>`,
    body: card(
      'lines',
      words.statement.lines,
      lines.length === 0
        ? empty(words.statement.empty)
        : html`${await billLines(page, player.currency, lines, 'lines-title')}${next}`,
    ),
  });
}
