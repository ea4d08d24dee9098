/** What was found, when and whom it is about: open ones first; what is over stays in the list. */
import { seeOther, WebRefusal, type WebAnswer } from '../../http/web.ts';
import type { Finding } from '../../findings/types.ts';
import { show } from '../frame.ts';
import { html, type Html, type Part } from '../html.ts';
import { formToken, readForm, type Page } from '../page.ts';
import { card, empty, note, state, table, type Column } from '../pieces.ts';
import { queryPosition } from '../query.ts';

const ON_PAGE = 50;
const ON_CONSOLE = 8;
const PLAYER_ID = /^[0-9a-f]{32}$/;
const POSITION = /^[1-9]\d{0,17}$/;

export async function showFindings(page: Page): Promise<WebAnswer> {
  const { words, parts, request } = page;
  const [openBefore, endedBefore] = [placeIn(page, 'open'), placeIn(page, 'over')];
  const [open, ended] = await Promise.all([
    parts.store.findings.listOpenFindings(openBefore, ON_PAGE),
    parts.store.findings.listEndedFindings(endedBefore, ON_PAGE),
  ]);
  const w = words.findings;
  return show(page, {
    title: w.title,
    lead: w.lead,
    note: request.query.has('done') ? note('good', w.marked) : undefined,
    body: html`${card('open', w.open, open.length === 0 ? empty(w.noneOpen) : html`${openForm(page, open)} ${more(page, 'open', open)}`)}
    ${card('over', w.over, ended.length === 0 ? empty(w.noneOver) : html`${findingTable(page, ended, 'over-title')} ${more(page, 'over', ended)}`)}`,
  });
}

const placeIn = ({ request }: Page, name: 'open' | 'over'): bigint | undefined =>
  request.query.has(name) ? queryPosition(request.query, name) : undefined;

function more({ words }: Page, name: 'open' | 'over', list: readonly Finding[]): Html | false {
  const last = list[list.length - 1];
  return (
    last !== undefined &&
    list.length === ON_PAGE &&
    html`<p class="pages">
      <a class="button" href="/operator/findings?${name}=${last.position.toString()}">${words.frame.more}</a>
    </p>`
  );
}

/** A box for each: many that are alike are marked at once. */
function openForm(page: Page, open: readonly Finding[]): Html {
  const w = page.words.findings;
  const boxes = open.map(
    ({ position, kind }): Part =>
      html`<label class="check"
        ><input type="checkbox" name="finding" value="${position.toString()}" />
        <span>${w.lookedInto}<span class="unseen"> ${w.kinds[kind]}, ${position.toString()}</span></span></label
      >`,
  );
  return html`<form method="post" action="/operator/findings">
    ${formToken(page)}
    ${findingTable(page, open, 'open-title', { column: { name: w.lookedInto, unseen: true }, boxes })}
    <button type="submit">${w.mark}</button>
  </form>`;
}

/** The newest, open ones first, as they stand on the console. */
export async function findingsCard(page: Page): Promise<Html> {
  const { words, parts } = page;
  const w = words.findings;
  const open = await parts.store.findings.listOpenFindings(undefined, ON_CONSOLE);
  const ended = await parts.store.findings.listEndedFindings(undefined, ON_CONSOLE - open.length);
  const newest = [...open, ...ended];
  if (newest.length === 0) return card('findings', w.title, empty(w.none));
  return card(
    'findings',
    w.title,
    html`${findingTable(page, newest, 'findings-title')}
      <p class="buttons"><a class="button" href="/operator/findings">${w.all}</a></p>`,
    state(open.length === 0 ? 'plain' : 'warn', open.length === 0 ? w.noneOpen : w.someOpen),
  );
}

interface Boxes {
  readonly column: Column;
  readonly boxes: readonly Part[];
}

function findingTable(page: Page, findings: readonly Finding[], labelledBy: string, marking?: Boxes): Html {
  const { words, time, money } = page;
  const w = words.findings;
  return table(
    [
      { name: w.found },
      { name: w.what },
      { name: w.party },
      { name: w.amount, figure: true },
      { name: w.state },
      ...(marking === undefined ? [] : [marking.column]),
    ],
    findings.map((one, i) => [
      time(one.atMs),
      html`${w.kinds[one.kind]}<br /><span class="hint">${one.words}</span>`,
      partyOf(page, one),
      one.money === undefined ? '' : money(one.money.amountMinor, one.money.currency),
      standing(page, one),
      ...(marking === undefined ? [] : [marking.boxes[i]]),
    ]),
    { labelledBy },
  );
}

function partyOf({ words }: Page, { party }: Finding): Part {
  if (party === '') return '';
  return PLAYER_ID.test(party)
    ? html`<a href="/operator/accounts/player/${party}"
        >${words.findings.player}<span class="unseen"> ${party}</span></a
      >`
    : html`<a href="/operator/accounts/publisher/${party}">${party}</a>`;
}

function standing({ words, time }: Page, { ended }: Finding): Html {
  const w = words.findings;
  if (ended === undefined) return state('warn', w.isOpen);
  return html`${state('plain', w.endedBy[ended.by])}<br /><span class="hint">${time(ended.atMs)}</span>`;
}

export async function endFindings(page: Page): Promise<WebAnswer> {
  const marked = (await readForm(page)).getAll('finding');
  if (marked.length > ON_PAGE || !marked.every((one) => POSITION.test(one))) throw new WebRefusal(400, 'wrong-form');
  await page.parts.actions.closeFindings(marked.map(BigInt));
  return seeOther(marked.length === 0 ? '/operator/findings' : '/operator/findings?done=marked');
}
