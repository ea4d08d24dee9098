/** The console in the browser: hears the stream, shows it, and flips switches. */
import { FAULT_NAMES, type FaultMode, type FaultName } from '../../faults/switches.ts';
import type { ConsoleEvents, ConsoleState, ExchangeRow } from '../types.ts';
import { showCards } from './cards-view.ts';
import { fillTable, fillTexts, here } from './elements.ts';
import { exchangeItem } from './exchange-item.ts';
import { makeSwitches, showSwitches } from './switches-view.ts';

const ROWS_MAX = 200;
const PAYMENTS_DOOR = 'POST /v1/payments';

const rows = here('rows', HTMLOListElement);
const paymentsOnly = here('payments-only', HTMLInputElement);
const reset = here('reset', HTMLButtonElement);
const faultProblem = here('fault-problem');
const cardProblem = here('card-problem');
const refundProblem = here('refund-problem');
const line = here('link-text');

const set = (fault: FaultName, mode: FaultMode): void => void switchFaults('/console/faults', { fault, mode });
const actOnCard = (path: string, wish: object): void => void post(path, wish, cardProblem);

const switches = makeSwitches(here('faults'), set);
reset.addEventListener('click', () => void switchFaults('/console/faults/reset', {}));
here('add-card').addEventListener('click', () => actOnCard('/console/cards/add', {}));
paymentsOnly.addEventListener('change', showKind);

/** The switches show what the server says, not what was clicked; a refusal therefore has to be said. */
async function switchFaults(path: string, wish: object): Promise<void> {
  if (!(await post(path, wish, faultProblem)) && latestState !== undefined) showSwitches(switches, latestState.faults);
}

/** Whether the sandbox took it; what it said otherwise is shown. */
async function post(path: string, wish: object, problem: HTMLElement): Promise<boolean> {
  try {
    const headers = { 'content-type': 'application/json' };
    const response = await fetch(path, { method: 'POST', headers, body: JSON.stringify(wish) });
    problem.textContent = response.ok ? '' : `The sandbox did not take that: ${await response.text()}`;
  } catch {
    problem.textContent = 'The sandbox cannot be reached. Is it running?';
  }
  problem.hidden = problem.textContent === '';
  return problem.hidden;
}

let latestState: ConsoleState | undefined;

function showState(state: ConsoleState): void {
  latestState = state;
  showSwitches(switches, state.faults);
  reset.disabled = FAULT_NAMES.every((name) => state.faults[name] === 'off');
  fillTable(
    here('players'),
    state.players.map(({ name, plan, balance, userId }) => [
      name,
      plan,
      balance,
      { text: 'Bank', href: `/bank?user=${userId}`, label: `Bank of ${name}` },
    ]),
    [2],
  );
  fillTable(
    here('publishers'),
    state.publishers.map(({ name, id, owed }) => [name, id, owed.join(', ') || 'nothing yet']),
    [2],
  );
  fillTable(
    here('accounts'),
    state.accounts.map(({ kind, owner, balance }) => [kind, owner || 'the server', balance]),
    [2],
  );
  const sums = state.sums.map(({ currency, sum, isZero }) => `${isZero ? '✓' : '✗'} ${isZero ? currency : sum}`);
  fillTexts(
    here('sums'),
    sums.map((text, i) => ({ text, tone: state.sums[i]?.isZero ? 'good' : 'refused' })),
  );
  showCards(state, actOnCard);
  showRates(state);
  showClock();
}

/** How far the server's clock is before this browser's. */
let aheadMs: number | undefined;

function showClock(): void {
  if (aheadMs === undefined) return;
  const time = new Date(Date.now() + aheadMs).toLocaleTimeString('en-GB');
  const minutes = Math.round(aheadMs / 60_000);
  const skew = minutes === 0 ? '' : `, ${Math.abs(minutes)} min ${minutes > 0 ? 'fast' : 'slow'}`;
  here('server-time').textContent = `Server’s clock ${time}${skew}`;
}

setInterval(showClock, 1_000);

function showRates({ rates, serverTimeMs }: ConsoleState): void {
  aheadMs = serverTimeMs - Date.now();
  if (rates === undefined) return;
  const until = new Date(rates.notAfterMs).toLocaleString('en-GB', { dateStyle: 'medium', timeStyle: 'short' });
  const validity = rates.isStale ? `stale since ${until}` : `valid until ${until}`;
  here('rates-line').textContent = `Table ${rates.number}, for one ${rates.base}, ${validity}.`;
  fillTexts(
    here('rates'),
    rates.rates.map((text) => ({ text })),
  );
}

function showExchange(row: ExchangeRow): void {
  here('empty').hidden = true;
  const item = exchangeItem(row, (decisionId) => post('/console/refunds', { decisionId }, refundProblem));
  item.dataset['kind'] = row.door === PAYMENTS_DOOR ? 'payment' : 'other';
  rows.prepend(item);
  while (rows.children.length > ROWS_MAX) rows.lastElementChild?.remove();
  if (row.door === PAYMENTS_DOOR) here('latest').textContent = `${row.headline}: ${row.outcome}`;
}

function showKind(): void {
  rows.classList.toggle('payments-only', paymentsOnly.checked);
}

const stream = new EventSource('/console/events');
const hear = <Name extends keyof ConsoleEvents>(name: Name, show: (value: ConsoleEvents[Name]) => void): void =>
  stream.addEventListener(name, ({ data }: MessageEvent<string>) => show(JSON.parse(data) as ConsoleEvents[Name]));

hear('state', showState);
hear('exchange', showExchange);
stream.addEventListener('open', () => {
  rows.replaceChildren(); // the stream begins with everything there is
  here('empty').hidden = false;
  showLink('live', 'Live');
});
stream.addEventListener('error', () => showLink('lost', 'No answer from the sandbox; trying again …'));

function showLink(link: 'live' | 'lost', text: string): void {
  line.textContent = text;
  line.parentElement?.setAttribute('data-link', link);
}

showKind();
