/** One exchange as an entry of the list: a line to scan, and both messages under it. */
import type { ExchangeRow, MessageView } from '../types.ts';
import { make } from './elements.ts';
import { FAULT_TEXTS } from './fault-texts.ts';

/** Resolves to whether the sandbox took it. */
export type Refund = (decisionId: string) => Promise<boolean>;

export function exchangeItem(row: ExchangeRow, refund: Refund): HTMLLIElement {
  const item = make('li', 'row');
  item.dataset['tone'] = row.tone;
  const details = item.appendChild(make('details'));
  details.append(summaryOf(row));
  const bodies = make('div', 'bodies');
  bodies.append(make('p', 'door', row.door));
  if (row.decisionId !== undefined) bodies.append(refundButton(row.decisionId, row.headline, refund));
  if (row.request) bodies.append(messageView('Request', row.request));
  if (row.answer) bodies.append(messageView('Answer', row.answer));
  else bodies.append(make('p', 'hint', 'No answer left the server.'));
  details.append(bodies);
  return item;
}

/** Gives the payment back, as its publisher or the operator would. Once is enough; the server sees to that as well. */
function refundButton(decisionId: string, headline: string, refund: Refund): HTMLElement {
  const acts = make('p', 'acts');
  const button = acts.appendChild(make('button', '', 'Refund'));
  button.type = 'button';
  button.setAttribute('aria-label', `Refund: ${headline}`);
  button.addEventListener('click', () => {
    button.disabled = true;
    void refund(decisionId).then((isTaken) => {
      button.disabled = isTaken;
      if (!isTaken) return;
      button.textContent = 'Refunded';
      button.setAttribute('aria-label', `Refunded: ${headline}`);
    });
  });
  return acts;
}

function summaryOf({ atMs, headline, outcome, charged, again, faults }: ExchangeRow): HTMLElement {
  const summary = make('summary');
  const time = make('time', '', new Date(atMs).toLocaleTimeString('en-GB'));
  time.dateTime = new Date(atMs).toISOString();
  const told = make('span', 'told');
  told.append(make('span', 'headline', headline));
  const second = make('span', 'second');
  if (again) second.append(make('span', 'again', 'Asked again, the same decision.'));
  if (charged !== undefined)
    second.append(make('span', 'charged', `charged${again && charged !== 'nothing' ? ' once' : ''}: ${charged}`));
  for (const fault of faults) second.append(make('span', 'fault', FAULT_TEXTS[fault].label));
  if (second.childElementCount > 0) told.append(' ', second);
  summary.append(time, ' ', told, ' ', make('span', 'outcome', outcome));
  return summary;
}

function messageView(title: string, { type, bytes, fields }: MessageView): HTMLElement {
  const section = make('section', 'message');
  const size = bytes > 0 ? `, ${bytes} bytes` : '';
  section.append(make('h3', '', `${title}: ${type}${size}`));
  const list = section.appendChild(make('dl'));
  for (const { name, value } of fields) {
    const pair = list.appendChild(make('div'));
    pair.append(make('dt', '', name), make('dd', '', value));
  }
  return section;
}
