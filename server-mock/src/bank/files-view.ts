/** The section 'Files' of the test bank's page: what the server handed over, and what became of each order. */
import { moneyText } from '../console/fields.ts';
import { html, type Html } from '../web/html.ts';
import { RETURN_REASONS } from './outcomes.ts';
import type { HeardFile, MockBank, OrderState, SettledOrder } from './types.ts';

const FILES_SHOWN = 8;
const ORDERS_SHOWN = 25;

const KINDS: Readonly<Record<HeardFile['kind'], string>> = {
  'pain.001': 'Credit transfers',
  'pain.008': 'Direct debits',
  'acquirer-csv': 'Cards on file',
};

const STATES: Readonly<Record<OrderState, { readonly text: string; readonly tone: string }>> = {
  waiting: { text: 'Waiting', tone: 'open' },
  paid: { text: 'Paid', tone: 'good' },
  'part-paid': { text: 'Paid in part', tone: 'open' },
  rejected: { text: 'Rejected', tone: 'bad' },
  returned: { text: 'Returned', tone: 'bad' },
};

/** The currency of money from a stranger, where no file has one yet. */
const FIRST_CURRENCY = 'EUR';

/** `user`: whose page it is shown on, hex. */
export function filesSection(bank: MockBank, user: string | undefined): Html {
  const files = [...bank.listFiles()].reverse();
  const orders = bank.listOrders();
  const waiting = orders.filter(({ state }) => state === 'waiting').length;
  const currency = files[0]?.currency ?? FIRST_CURRENCY;
  const own = user === undefined ? undefined : html`<input type="hidden" name="user" value="${user}" />`;
  return html`<section class="files" id="files" aria-labelledby="files-title">
    <h2 id="files-title">Files</h2>
    ${
      files.length === 0
        ? html`<p class="soft">
            Nothing has come in. Closing a month makes files: payouts to publishers, debits of bills.
          </p>`
        : html`<p class="soft">${sentence(waiting)}</p>`
    }
    ${
      waiting === 0
        ? undefined
        : html`<form method="post" action="/bank/files/settle">
            ${own}<button type="submit" class="main">Settle now</button>
          </form>`
    }
    ${files.slice(0, FILES_SHOWN).map((file, place) => fileView(file, orders, own, place === 0))}
    <div class="deeds">
      <form method="post" action="/bank/files/stranger">
        ${own}<input type="hidden" name="currency" value="${currency}" />
        <button type="submit">Money from a stranger</button>
      </form>
      ${
        bank.hasTold
          ? html`<form method="post" action="/bank/files/again">
              ${own}<button type="submit">Last notice again</button>
            </form>`
          : undefined
      }
    </div>
  </section>`;
}

function sentence(waiting: number): string {
  if (waiting === 0) return 'Everything is settled.';
  return waiting === 1 ? 'One order waits for the bank’s day.' : `${waiting} orders wait for the bank’s day.`;
}

function fileView(file: HeardFile, all: readonly SettledOrder[], own: Html | undefined, isOpen: boolean): Html {
  const { messageId, kind, currency, totalMinor } = file;
  const orders = all.filter((order) => order.messageId === messageId);
  const more = orders.length - ORDERS_SHOWN;
  const count = orders.length === 1 ? '1 order' : `${orders.length} orders`;
  return html`<details class="file" ${isOpen ? html`open` : undefined}>
    <summary>
      <span class="what">${KINDS[kind]}</span>
      <span class="figure">${moneyText(totalMinor, currency)}</span>
      <span class="soft">${messageId}</span>
      <span class="soft">${count}</span>
    </summary>
    <ul>
      ${orders.slice(0, ORDERS_SHOWN).map((order) => orderView(order, own))}
    </ul>
    ${more > 0 ? html`<p class="soft">and ${String(more)} more</p>` : undefined}
  </details>`;
}

function orderView(order: SettledOrder, own: Html | undefined): Html {
  const { otherHolder, otherAccount, amountMinor, movedMinor, currency, state, reason, direction } = order;
  const { text, tone } = STATES[state];
  const name = otherHolder === '' ? 'A card' : otherHolder;
  const part = state === 'part-paid' ? ` ${moneyText(movedMinor, currency)}` : '';
  return html`<li class="order">
    <span class="who">${direction === 'out' ? 'To' : 'From'} ${name}</span>
    <span class="figure">${moneyText(amountMinor, currency)}</span>
    <span class="soft"
      ><span aria-hidden="true">••••</span>
      <span class="unseen">account ending in</span> ${otherAccount.slice(-4)}</span
    >
    <span class="state ${tone}">${text}${part}${reason === undefined ? '' : ` ${reason}`}</span>
    ${state === 'waiting' || movedMinor > 0n ? returnForm(order, name, own) : undefined}
  </li>`;
}

function returnForm({ endToEndId, state }: SettledOrder, name: string, own: Html | undefined): Html {
  const verb = state === 'waiting' ? 'Reject' : 'Return';
  return html`<form method="post" action="/bank/files/return" class="back">
    ${own}<input type="hidden" name="order" value="${endToEndId}" />
    <select name="reason" aria-label="Reason for ${name}">
      ${RETURN_REASONS.map((reason) => html`<option>${reason}</option>`)}
    </select>
    <button type="submit" aria-label="${verb} ${name}">${verb}</button>
  </form>`;
}
