/** Receipts: a line each, with everything else folded under it. */
import type { PageWords } from '../../words/page-words.ts';
import type { PageView, ReceiptView } from '../view.ts';
import { olderReceipts, save } from './api.ts';
import { factLine, h } from './dom.ts';
import { faultText } from './fields.ts';
import { icon, type IconName } from './icons.ts';

const SIGNS: Readonly<Record<ReceiptView['outcome'], IconName>> = {
  approved: 'check',
  pending: 'wait',
  refused: 'cross',
  refunded: 'back',
};

export function historyView(view: PageView, words: PageWords): HTMLElement[] {
  const { history } = words;
  const list = receiptList(view.receipts, words, 'history');
  return [
    h('h1', {}, history.title),
    h(
      'section',
      { class: 'card' },
      view.receipts.length === 0 ? h('p', { class: 'empty' }, history.empty) : list,
      view.olderFrom > 0 && moreButton(view.olderFrom, list, words),
    ),
    ...(view.receipts.length > 0 ? [keepCard(words)] : []),
  ];
}

const FORMATS = ['pdf', 'csv', 'json'] as const;

/** The whole history as a file. */
function keepCard(words: PageWords): HTMLElement {
  const { history } = words;
  return h(
    'section',
    { class: 'card', 'aria-labelledby': 'keep-title' },
    h('h2', { id: 'keep-title' }, history.keep),
    h('p', { class: 'hint' }, history.keepHint),
    h(
      'div',
      { class: 'buttons' },
      ...FORMATS.map((one) => saveButton(history.keepAs(one.toUpperCase()), `history?format=${one}`, words)),
    ),
  );
}

/** A button that saves a file of the wallet's, and says under which name, or why not. */
function saveButton(text: string, path: string, words: PageWords): HTMLElement {
  const status = h('span', { class: 'status', role: 'status' });
  const button = h(
    'button',
    {
      type: 'button',
      onclick: () => {
        button.disabled = true;
        save(path)
          .then((name) => {
            status.classList.remove('fault');
            status.textContent = words.history.kept(name);
          })
          .catch((fault: unknown) => {
            status.classList.add('fault');
            status.textContent = faultText(words, fault);
          })
          .finally(() => (button.disabled = false));
      },
    },
    icon('save'),
    text,
  );
  return h('span', { class: 'action' }, button, status);
}

function moreButton(from: number, list: HTMLElement, words: PageWords): HTMLElement {
  let next = from;
  const button = h(
    'button',
    {
      type: 'button',
      class: 'wide',
      onclick: () => {
        button.disabled = true;
        void olderReceipts(next).then(({ receipts, olderFrom }) => {
          list.append(...receipts.map((one) => receiptRow(one, words, 'history')));
          next = olderFrom;
          button.disabled = false;
          button.hidden = olderFrom === 0;
        });
      },
    },
    words.history.more,
  );
  return button;
}

export function receiptList(receipts: readonly ReceiptView[], words: PageWords, prefix: string): HTMLElement {
  return h('ul', { class: 'receipts' }, ...receipts.map((one) => receiptRow(one, words, prefix)));
}

function receiptRow(receipt: ReceiptView, words: PageWords, prefix: string): HTMLElement {
  const { history } = words;
  const fact = (term: string, text: string, className?: string): (HTMLElement | false)[] =>
    text === '' ? [] : [h('dt', {}, term), h('dd', { class: className }, h('bdi', {}, text))];
  return h(
    'li',
    { class: `receipt ${receipt.outcome}` },
    h(
      'details',
      { id: `${prefix}-${receipt.id}` },
      h(
        'summary',
        {},
        h('span', { class: 'sign' }, icon(SIGNS[receipt.outcome])),
        h(
          'span',
          { class: 'receipt-what' },
          h('span', { class: 'receipt-title', dir: 'auto' }, receipt.title),
          factLine('hint', receipt.payee, receipt.time),
        ),
        h(
          'span',
          { class: 'receipt-sum' },
          h('span', { class: 'receipt-amount' }, receipt.amount),
          h(
            'span',
            { class: 'tags' },
            receipt.outcome !== 'approved' && h('span', { class: 'tag' }, receipt.outcomeText),
            receipt.test && h('span', { class: 'test small' }, words.testMark),
          ),
        ),
      ),
      h(
        'dl',
        { class: 'facts' },
        ...fact(history.got, receipt.grant),
        ...fact(history.used, receipt.consumed),
        ...fact(history.price, receipt.original),
        ...fact(history.refund, receipt.refunded || receipt.refund),
        ...fact(history.consent, history[receipt.proof]),
        ...fact(history.means, words.means[receipt.means]),
        ...fact(history.decision, receipt.decisionId, 'code'),
      ),
      receipt.decisionId !== '' &&
        h(
          'div',
          { class: 'proof' },
          saveButton(history.proof, `bundle?payment=${receipt.id}`, words),
          h('p', { class: 'hint' }, history.proofHint),
        ),
      receipt.disowned && h('p', { class: 'warning' }, icon('alert'), history.disowned),
    ),
  );
}
