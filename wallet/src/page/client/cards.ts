/** Cards: what is in the readers, the software card, what pays first. */
import type { MeansId } from '../../means/port.ts';
import type { PageWords } from '../../words/page-words.ts';
import type { CardsView, CardView, PageView, PurseView } from '../view.ts';
import { act } from './api.ts';
import { h } from './dom.ts';
import { PASSWORD_WORDS } from '../../words/password-words.ts';
import { actionButton, amountField, cardPinField, form, passwordField, pinField } from './fields.ts';
import { icon } from './icons.ts';

export function cardsView(view: PageView, words: PageWords): HTMLElement[] {
  const { cards } = view;
  const { readers, canMakeSoftCard } = cards;
  const empty = readers.filter(({ isEmpty }) => isEmpty);
  return [
    h('h1', {}, words.cards.title),
    h(
      'div',
      { class: 'columns' },
      h(
        'div',
        { class: 'column' },
        ...cards.cards.map((card, i) => cardBox(card, `card-${i}`, view, words)),
        ...empty.map(({ reader }) => emptyReader(reader, words)),
        readers.length === 0 && h('section', { class: 'card' }, h('p', { class: 'empty' }, words.cards.noReader)),
      ),
      h('div', { class: 'column' }, orderCard(cards, words), canMakeSoftCard && softCardOffer(view, words)),
    ),
  ];
}

function emptyReader(reader: string, words: PageWords): HTMLElement {
  return h(
    'section',
    { class: 'card slot-empty' },
    h('div', { class: 'card-head' }, icon('cards'), h('p', {}, words.cards.insert)),
    h('p', { class: 'hint' }, reader),
  );
}

/** The wallet's PIN and, where a password stands in its place for the account's money, the password. */
function walletSecrets(prefix: string, { keys, language }: PageView, { cards }: PageWords): (HTMLElement | false)[] {
  return [
    pinField(`${prefix}-pin`, cards.walletPin),
    keys.isPasswordSet && passwordField(`${prefix}-password`, PASSWORD_WORDS[language].label),
  ];
}

function cardBox(card: CardView, prefix: string, view: PageView, words: PageWords): HTMLElement {
  const { cards, means } = words;
  const { kind, reader, status, id } = card;
  const isHere = status === 'ready';
  return h(
    'section',
    { class: 'card own-card', 'aria-labelledby': `${prefix}-title` },
    h(
      'div',
      { class: 'card-head' },
      icon('cards'),
      h('h2', { id: `${prefix}-title` }, kind === 'softcard' ? means.softcard : cards.one),
      h('span', { class: isHere && card.trouble === '' ? 'presence on' : 'presence' }, cards.status[status]),
    ),
    reader !== '' && h('p', { class: 'hint' }, cards.reader(reader)),
    card.trouble !== '' && h('p', { class: 'warning', role: 'status' }, icon('alert'), card.trouble),
    card.purses.length > 0 && purseList(card.purses, words),
    isHere && recordsLine(card, words),
    card.notOurs > 0 && h('p', { class: 'warning' }, icon('alert'), words.cards.notOurs(card.notOurs)),
    card.expires !== '' && h('p', { class: 'hint' }, factsLine(card, words)),
    isHere && cardActions(card, prefix, view, words),
    status === 'blank' && kind === 'card' && issueForm(reader, prefix, view, words),
    id !== '' && status !== 'shut' && lostFold(card, prefix, words),
  );
}

function factsLine({ expires, triesLeft, readAt }: CardView, { cards }: PageWords): string {
  const facts = [cards.expires(expires), triesLeft >= 0 && cards.tries(triesLeft), readAt !== '' && cards.asOf(readAt)];
  return facts.filter(Boolean).join(' · ');
}

function purseList(purses: readonly PurseView[], words: PageWords): HTMLElement {
  return h('ul', { class: 'purses' }, ...purses.map((one) => purseRow(one, words)));
}

function purseRow({ plan, left, unreported, ceiling }: PurseView, { cards }: PageWords): HTMLElement {
  const most = plan === 'prepaid' ? cards.mostPrepaid(ceiling) : cards.mostPostpaid(ceiling);
  return h(
    'li',
    {},
    h('span', { class: 'purse-name' }, plan === 'prepaid' ? cards.prepaid : cards.postpaid),
    h('span', { class: 'purse-left' }, left),
    h('span', { class: 'hint' }, unreported === '' ? most : `${most} · ${cards.unreported(unreported)}`),
  );
}

function recordsLine({ records, recordsMax }: CardView, { cards }: PageWords): HTMLElement {
  const isNearlyFull = records * 4 >= recordsMax * 3;
  return h(
    'p',
    isNearlyFull ? { class: 'warning' } : {},
    isNearlyFull && icon('alert'),
    records === 0 ? cards.nothingWaiting : cards.waiting(records),
    isNearlyFull && ` ${cards.room(records, recordsMax)}`,
  );
}

function cardActions(card: CardView, prefix: string, view: PageView, words: PageWords): HTMLElement {
  const { cards } = words;
  const { id } = card;
  return h(
    'div',
    { class: 'stack' },
    card.isSyncing
      ? h('p', { class: 'status', role: 'status' }, cards.uploading)
      : form(
          { words, busyText: cards.uploading, submit: () => ['upload-card', { card: id }] },
          h('button', { type: 'submit', id: `${prefix}-upload` }, cards.upload),
        ),
    ...card.purses
      .filter(({ plan }) => plan === 'prepaid')
      .map((purse, i) => rechargeFold(id, purse, `${prefix}-${i}`, view, words)),
    card.kind === 'card' && newPinFold(id, prefix, words),
  );
}

function rechargeFold(card: string, purse: PurseView, prefix: string, view: PageView, words: PageWords): HTMLElement {
  const { cards } = words;
  const { id, currency } = purse;
  return h(
    'details',
    { class: 'fold', id: `${prefix}-recharge` },
    h('summary', {}, `${cards.recharge} (${currency})`),
    form(
      {
        words,
        class: 'stack',
        busyText: cards.recharging,
        doneText: cards.recharged,
        submit: ({ amount, pin, password }) => ['recharge', { card, purse: id, currency, amount, pin, password }],
      },
      h('p', { class: 'hint' }, cards.rechargeHint),
      h(
        'div',
        { class: 'limit-grid two' },
        amountField(`${prefix}-amount`, cards.amount, '', currency),
        ...walletSecrets(prefix, view, words),
      ),
      h('button', { type: 'submit', class: 'primary' }, cards.recharge),
    ),
  );
}

function newPinFold(card: string, prefix: string, words: PageWords): HTMLElement {
  const { cards } = words;
  return h(
    'details',
    { class: 'fold', id: `${prefix}-new-pin` },
    h('summary', {}, cards.newPin),
    form(
      {
        words,
        class: 'stack',
        doneText: cards.pinSet,
        submit: ({ pin, cardPin }) => ['card-pin', { card, pin, cardPin }],
      },
      h('p', { class: 'hint' }, cards.newPinHint),
      h(
        'div',
        { class: 'limit-grid two' },
        pinField(`${prefix}-new-pin-pin`, cards.walletPin),
        cardPinField(`${prefix}-new-pin-cardPin`, cards.newCardPin),
      ),
      h('button', { type: 'submit' }, cards.setPin),
    ),
  );
}

function lostFold({ id, kind }: CardView, prefix: string, words: PageWords): HTMLElement {
  const { cards } = words;
  return h(
    'details',
    { class: 'fold', id: `${prefix}-lost` },
    h('summary', {}, cards.lost),
    h('p', {}, kind === 'softcard' ? cards.lostSoftHint : cards.lostHint),
    actionButton(words, cards.lostNow, 'lose-card', { card: id }, { class: 'danger' }),
  );
}

function issueForm(reader: string, prefix: string, view: PageView, words: PageWords): HTMLElement {
  const { cards } = words;
  return form(
    {
      words,
      class: 'stack',
      busyText: cards.issuing,
      submit: ({ pin, password, cardPin }) => ['issue-card', { reader, pin, password, cardPin }],
    },
    h('p', {}, cards.issueHint),
    h(
      'div',
      { class: 'limit-grid two' },
      cardPinField(`${prefix}-issue-cardPin`, cards.newCardPin),
      ...walletSecrets(`${prefix}-issue`, view, words),
    ),
    h('button', { type: 'submit', class: 'primary' }, cards.issue),
  );
}

/** What it can and what it cannot, before there is one. */
function softCardOffer(view: PageView, words: PageWords): HTMLElement {
  const { cards } = words;
  return h(
    'section',
    { class: 'card', 'aria-labelledby': 'soft-title' },
    h('h2', { id: 'soft-title' }, cards.softTitle),
    h('p', {}, cards.softCan),
    h('p', { class: 'hint' }, cards.softCannot),
    form(
      {
        words,
        class: 'inline-form',
        busyText: cards.softMaking,
        submit: ({ pin, password }) => ['make-soft-card', { pin, password }],
      },
      ...walletSecrets('soft', view, words),
      h('button', { type: 'submit', class: 'primary' }, cards.softMake),
    ),
  );
}

/** All means, the preferred one first; those that are not used stand last and say so. */
function orderCard({ means }: CardsView, words: PageWords): HTMLElement {
  const { cards } = words;
  const all: readonly MeansId[] = ['server', 'card', 'softcard'];
  const unused = all.filter((one) => !means.includes(one));
  return h(
    'section',
    { class: 'card', 'aria-labelledby': 'order-title' },
    h('h2', { id: 'order-title' }, cards.orderTitle),
    h('p', { class: 'hint' }, cards.orderHint),
    h(
      'ol',
      { class: 'order' },
      ...means.map((one, i) => usedMeans(one, i, means, words)),
      ...unused.map((one) =>
        h(
          'li',
          { class: 'unused' },
          h('span', {}, words.means[one], ' ', h('span', { class: 'hint' }, cards.off)),
          orderButton(`order-use-${one}`, cards.use, [...means, one]),
        ),
      ),
    ),
  );
}

function usedMeans(one: MeansId, at: number, means: readonly MeansId[], words: PageWords): HTMLElement {
  const { cards } = words;
  const others = means.filter((other) => other !== one);
  const above = [...others.slice(0, at - 1), one, ...others.slice(at - 1)];
  return h(
    'li',
    {},
    h('span', {}, words.means[one]),
    h(
      'span',
      { class: 'buttons' },
      at > 0 && orderButton(`order-up-${one}`, icon('up'), above, cards.up(words.means[one])),
      means.length > 1 && orderButton(`order-off-${one}`, cards.doNotUse, others),
    ),
  );
}

function orderButton(id: string, content: Node | string, means: readonly MeansId[], label?: string): HTMLElement {
  const onclick = (): void => void act('means', { means }).catch(() => undefined);
  return h('button', { type: 'button', id, class: 'quiet', 'aria-label': label, title: label, onclick }, content);
}
