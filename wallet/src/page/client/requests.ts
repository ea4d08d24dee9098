/** What waits for the player: games that ask to be connected, the payment on the desk, the lock, and notices. */
import type { PageWords } from '../../words/page-words.ts';
import type {
  GameLimitsView,
  KeysView,
  NoticeView,
  PageView,
  PairingRequestView,
  PaymentRequestView,
} from '../view.ts';
import type { Language } from '../../words/languages.ts';
import { CONSENT_WORDS } from '../../words/consent-words.ts';
import { PASSWORD_WORDS } from '../../words/password-words.ts';
import { noFold, strongPin } from './consent.ts';
import { factLine, h } from './dom.ts';
import { actionButton, amountField, cardPinField, form, passwordField, pinField } from './fields.ts';
import { icon } from './icons.ts';
import { placeOf } from './installed.ts';
import { guarded } from './press-guard.ts';
import { forgottenFold } from './keys.ts';

export function lockCard(view: PageView, words: PageWords): HTMLElement {
  const waiting = view.waitingForUnlock.join(', ');
  return h(
    'section',
    { class: 'card attention', 'aria-labelledby': 'lock-title' },
    h('div', { class: 'card-head' }, icon('locked'), h('h2', { id: 'lock-title' }, words.lock.title)),
    h('p', {}, words.lock.hint, waiting !== '' && ` ${words.lock.waiting(waiting)}`),
    form(
      { words, class: 'inline-form', submit: ({ pin }) => ['unlock', { pin }] },
      pinField('unlock-pin', words.pin.label),
      h('button', { type: 'submit', class: 'primary' }, words.lock.unlock),
    ),
    view.pinRetryAt !== '' && h('p', { class: 'hint' }, words.pin.wait(view.pinRetryAt)),
    forgottenFold(view, words),
  );
}

export function pairingCard(request: PairingRequestView, view: PageView, words: PageWords): HTMLElement {
  const { pairing } = words;
  const { id, gameName, publisherName, organization, country, isAgain } = request;
  const who = [publisherName, organization !== publisherName && organization, country].filter(Boolean).join(', ');
  return h(
    'section',
    { class: 'card attention', 'aria-labelledby': `pairing-${id}` },
    h(
      'div',
      { class: 'card-head' },
      icon('games'),
      h('h2', { id: `pairing-${id}` }, isAgain ? pairing.again(gameName) : pairing.title(gameName)),
    ),
    h(
      'dl',
      { class: 'facts' },
      h('dt', {}, pairing.by),
      h('dd', {}, who),
      h('dt', {}, pairing.from),
      h('dd', {}, placeOf(request, view)),
    ),
    h('p', {}, pairing.lead),
    form(
      { words, class: 'stack', isGuarded: true, submit: (typed) => ['pair', { ...typed, id }] },
      h('h3', {}, pairing.limits),
      gameLimitFields(`pairing-${id}`, request.limits, view.currency, words),
      h(
        'div',
        { class: 'buttons' },
        h('button', { type: 'submit', class: 'primary', ...guarded() }, pairing.accept),
        actionButton(words, pairing.later, 'refuse-pairing', { id, block: false }),
        actionButton(words, pairing.block, 'refuse-pairing', { id, block: true }, { class: 'quiet' }),
      ),
    ),
  );
}

export function gameLimitFields(
  prefix: string,
  limits: GameLimitsView,
  currency: string,
  words: PageWords,
): HTMLElement {
  return h(
    'div',
    { class: 'limit-grid' },
    amountField(`${prefix}-pressPayment`, words.limits.pressPayment, limits.pressPayment, currency),
    amountField(`${prefix}-day`, words.limits.day, limits.day, currency),
    amountField(`${prefix}-month`, words.limits.month, limits.month, currency),
  );
}

/** Exactly what the game's overlay shows, in the same words; the payee and the amount on lines of their own. */
export function paymentCard(request: PaymentRequestView, view: PageView, words: PageWords): HTMLElement {
  const { payment } = words;
  const { id, shown, consent, means } = request;
  const fact = (term: string, text: string): (HTMLElement | false)[] =>
    text === '' ? [] : [h('dt', {}, term), h('dd', {}, h('bdi', {}, text))];
  return h(
    'section',
    { class: 'card attention payment', 'aria-labelledby': 'payment-title' },
    h(
      'div',
      { class: 'card-head' },
      icon('shield'),
      h('h2', { id: 'payment-title' }, payment.title),
      shown.test && h('span', { class: 'test' }, words.testMark),
    ),
    h(
      'div',
      { class: 'payment-body' },
      h(
        'div',
        { class: 'payment-what' },
        h('p', { class: 'game', dir: 'auto' }, shown.gameName),
        h('p', { class: 'title', dir: 'auto' }, shown.title),
        h('p', { class: 'description', dir: 'auto' }, shown.description),
        h(
          'dl',
          { class: 'facts' },
          h('dt', {}, payment.to),
          h('dd', { class: 'payee' }, shown.payee),
          ...fact(payment.what, shown.grant),
          ...fact(payment.price, shown.original),
          ...fact(payment.rate, shown.rate),
          ...fact(payment.date, shown.date),
          ...fact(payment.refund, shown.refund),
        ),
      ),
      h(
        'div',
        { class: 'payment-answer' },
        h('p', { class: 'total' }, shown.total),
        h('p', { class: 'hint' }, payment.by[means]),
        !shown.isEnough && h('p', { class: 'warning' }, icon('alert'), payment.notEnough),
        consent === 'press' ? pressAnswer(id, shown.total, words) : pinAnswer(request, view, words),
        request.isForGuardian && noFold(`payment-${id}-no`, 'decline', id, view, words),
      ),
    ),
  );
}

/** The fields are this payment's own: what was typed for one is not carried over to the next. */
function pinAnswer(request: PaymentRequestView, view: PageView, words: PageWords): HTMLElement {
  const { id, shown, pins, isForGuardian } = request;
  const { payment, pin, cards } = words;
  return form(
    {
      words,
      class: 'stack',
      isGuarded: true,
      busyText: payment.paying,
      submit: ({ pin, password, cardPin }) => ['pay-with-pin', { id, pin, password, cardPin }],
    },
    h(
      'p',
      {},
      pins.password
        ? passwordLead(pins.wallet, view)
        : pins.card
          ? payment.cardPinLead
          : isForGuardian
            ? CONSENT_WORDS[view.language].child.answer
            : payment.pinLead,
    ),
    pins.wallet &&
      pinField(`payment-${id}-pin`, isForGuardian ? strongPin(view, words) : pins.card ? cards.walletPin : pin.label),
    pins.password && passwordField(`payment-${id}-password`, PASSWORD_WORDS[view.language].label),
    pins.card && cardPinField(`payment-${id}-cardPin`, cards.cardPin),
    h(
      'div',
      { class: 'buttons equal' },
      actionButton(words, payment.decline, 'decline', { id }),
      h('button', { type: 'submit', class: 'primary', ...guarded() }, payment.pay(shown.total)),
    ),
  );
}

/** A wallet that is shut takes the PIN to open it, and the password to pay. */
function passwordLead(isLocked: boolean, { language }: PageView): string {
  const { pay, payLocked } = PASSWORD_WORDS[language];
  return isLocked ? payLocked : pay;
}

function pressAnswer(id: string, total: string, words: PageWords): HTMLElement {
  return form(
    { words, class: 'stack', isGuarded: true, busyText: words.payment.paying, submit: () => ['press', { id }] },
    h('p', {}, words.payment.pressLead),
    h(
      'div',
      { class: 'buttons equal' },
      actionButton(words, words.payment.decline, 'decline', { id }),
      h('button', { type: 'submit', class: 'primary', ...guarded() }, words.payment.pay(total)),
    ),
  );
}

export function noticeRow(notice: NoticeView, view: PageView, words: PageWords): HTMLElement {
  const { notices } = words;
  const { id, kind, about } = notice;
  const dismiss = (text: string): HTMLElement => actionButton(words, text, 'dismiss', { id }, { class: 'quiet' });
  if (kind === 'press' || kind === 'automatic') {
    const { paid } = CONSENT_WORDS[view.language].allow;
    return noticeBox(
      icon(notice.outcome === 'approved' ? 'check' : notice.outcome === 'refunded' ? 'back' : 'wait'),
      [
        h(
          'strong',
          {},
          kind === 'press' ? notices.pressed(notice.amount, notice.payee) : paid(notice.amount, notice.payee),
        ),
        factLine('hint', notice.title, notice.time),
      ],
      [
        actionButton(words, notices.notMe, 'not-me', { id: about }, { class: 'danger', title: notices.notMeHint }),
        dismiss(notices.fine),
      ],
    );
  }
  if (kind === 'refund')
    return noticeBox(
      icon('back'),
      [h('strong', {}, notices.refunded(notice.amount, notice.payee)), factLine('hint', notice.title, notice.time)],
      [dismiss(notices.fine)],
    );
  const text = kind === 'flood' ? notices.flood(notice.gameName) : notices.pressOff(notice.gameName);
  return noticeBox(
    icon('alert'),
    [h('strong', {}, text), h('span', { class: 'hint' }, notice.time)],
    [
      ...(kind === 'flood' ? [actionButton(words, notices.block, 'block', { game: about }, { class: 'danger' })] : []),
      dismiss(notices.dismiss),
    ],
  );
}

/** Stays as long as it waits; it is answered in the settings. */
export function passwordNotice(pending: NonNullable<KeysView['passwordPending']>, language: Language): HTMLElement {
  const said = PASSWORD_WORDS[language];
  return noticeBox(
    icon('alert'),
    [h('strong', {}, (pending.isEnd ? said.pendingEnd : said.pending)(pending.from)), h('span', {}, said.notYou)],
    [h('a', { href: '#settings' }, said.keep)],
  );
}

function noticeBox(sign: SVGElement, text: readonly Node[], buttons: readonly Node[]): HTMLElement {
  return h(
    'li',
    { class: 'notice' },
    h('span', { class: 'sign' }, sign),
    h('div', { class: 'notice-text' }, ...text),
    h('div', { class: 'buttons' }, ...buttons),
  );
}
