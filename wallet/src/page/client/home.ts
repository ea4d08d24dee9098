/** Home: what there is, what was spent, the switch that stops everything, the latest payments. */
import type { PageWords } from '../../words/page-words.ts';
import type { AccountView, PageView, SpendingView } from '../view.ts';
import { act } from './api.ts';
import { CONSENT_WORDS } from '../../words/consent-words.ts';
import { KEYS_WORDS } from '../../words/keys-words.ts';
import { h, s } from './dom.ts';
import { actionButton, faultText, form, pinField } from './fields.ts';
import { receiptList } from './history.ts';
import { icon } from './icons.ts';

const RECENT = 5;

export function homeView(view: PageView, words: PageWords): HTMLElement[] {
  const { account, spending } = view;
  return [
    h('h1', { class: 'visually-hidden' }, words.nav.home),
    h(
      'div',
      { class: 'columns' },
      h(
        'div',
        { class: 'column' },
        account && balanceCard(account, view, words),
        keysCard(view),
        pauseCard(view, words),
        account && topUpCard(account, view, words),
      ),
      h('div', { class: 'column' }, spending && spendingCard(spending, words), recentCard(view, words)),
    ),
  ];
}

function balanceCard(account: AccountView, view: PageView, words: PageWords): HTMLElement {
  const { home } = words;
  const isPrepaid = account.plan === 'prepaid';
  return h(
    'section',
    { class: 'card balance', 'aria-labelledby': 'balance-title' },
    h('h2', { id: 'balance-title' }, isPrepaid ? home.balance : home.owed),
    h('p', { class: 'amount' }, account.balance === '' ? home.none : account.balance),
    h(
      'div',
      { class: 'balance-foot' },
      h(
        'p',
        {},
        account.ceiling !== '' && h('span', { class: 'ceiling' }, `${home.ceiling}: ${account.ceiling}`),
        account.asOf !== '' && h('span', {}, home.asOf(account.asOf)),
      ),
      !view.isLocked &&
        h(
          'div',
          { class: 'buttons' },
          actionButton(words, home.refresh, 'refresh', {}, { class: 'on-colour' }),
          accountButton(words),
        ),
    ),
  );
}

/**
 * Opens the account's pages at the payment server. The window is opened by the press itself, since browsers let no page open one
 * later, and is sent on when the wallet has the link; it knows nothing of this one.
 */
function accountButton(words: PageWords): HTMLElement {
  const fault = h('span', { class: 'status fault', role: 'status' });
  const open = async (): Promise<void> => {
    const opened = window.open('', '_blank');
    if (opened !== null) opened.opener = null;
    try {
      const { url = '' } = await act('account-link');
      if (opened === null) location.assign(url);
      else opened.location.replace(url);
    } catch (thrown) {
      opened?.close();
      fault.textContent = faultText(words, thrown);
    }
  };
  const button = h(
    'button',
    { type: 'button', class: 'on-colour', onclick: () => void open() },
    words.home.openAccount,
  );
  return h('span', { class: 'action' }, button, fault);
}

/** What is still to be done for the keys, or is coming back by itself. */
function keysCard({ keys, language, isLocked }: PageView): HTMLElement | undefined {
  const { phrase, restore } = KEYS_WORDS[language];
  const { isPhraseKept, isRecovering, recovered } = keys;
  if (isPhraseKept && !isRecovering && recovered === 0) return undefined;
  return h(
    'div',
    { class: 'card' },
    !isPhraseKept && h('p', { class: 'warning' }, icon('alert'), phrase.notKept),
    !isPhraseKept && !isLocked && h('p', {}, h('a', { href: '#settings' }, phrase.remind)),
    isRecovering && h('p', { class: 'status busy', role: 'status' }, restore.underWay),
    recovered > 0 && h('p', { class: 'good' }, icon('check'), restore.back(recovered)),
  );
}

/** A child's wallet is switched on again by its guardian's PIN alone. */
function resumeForm(view: PageView, words: PageWords): HTMLElement {
  return form(
    { words, class: 'inline-form', busyText: words.working, submit: ({ pin }) => ['pause', { on: false, pin }] },
    pinField('resume-pin', CONSENT_WORDS[view.language].child.pin),
    h('button', { type: 'submit' }, words.home.resume),
  );
}

/** A switch: on is the ordinary state, so that pressing it stops everything. */
function pauseCard(view: PageView, words: PageWords): HTMLElement {
  const { home } = words;
  return h(
    'section',
    { class: `card pause${view.isPaused ? ' is-paused' : ''}`, 'aria-labelledby': 'pause-title' },
    h(
      'div',
      {},
      h('h2', { id: 'pause-title' }, home.payments),
      h('p', { id: 'pause-state' }, view.isPaused ? home.paymentsOff : home.paymentsOn),
    ),
    view.isPaused && view.consent.isChild ? resumeForm(view, words) : pauseSwitch(view, words),
  );
}

function pauseSwitch(view: PageView, words: PageWords): HTMLElement {
  const { home } = words;
  return h(
    'button',
    {
      type: 'button',
      id: 'pause-switch',
      class: 'switch',
      role: 'switch',
      'aria-checked': String(!view.isPaused),
      'aria-label': home.payments,
      'aria-describedby': 'pause-state',
      title: view.isPaused ? home.resume : home.pause,
      onclick: () => void act('pause', { on: !view.isPaused }).catch(() => undefined),
    },
    h('span', { class: 'knob' }),
  );
}

function topUpCard(account: AccountView, view: PageView, words: PageWords): HTMLElement {
  const { home } = words;
  const copied = h('span', { class: 'hint', role: 'status' });
  const copy = (): void => {
    void navigator.clipboard.writeText(account.reference).then(() => (copied.textContent = home.copied));
  };
  return h(
    'section',
    { class: 'card', 'aria-labelledby': 'top-up-title' },
    h('h2', { id: 'top-up-title' }, home.topUp),
    h('p', { class: 'hint' }, home.topUpHint),
    h(
      'div',
      { class: 'reference' },
      h('code', {}, account.reference),
      h('button', { type: 'button', class: 'quiet', onclick: copy }, home.copy),
      copied,
    ),
    view.testBankUrl !== '' &&
      h('p', {}, h('a', { href: view.testBankUrl, target: '_blank', rel: 'noreferrer' }, home.testBank)),
  );
}

function spendingCard(spending: SpendingView, words: PageWords): HTMLElement {
  const { home } = words;
  return h(
    'section',
    { class: 'card', 'aria-labelledby': 'spending-title' },
    h('h2', { id: 'spending-title' }, home.spending),
    h(
      'div',
      { class: 'meters' },
      meter(home.today, spending.day, home.of(spending.dayMax), spending.dayShare),
      meter(home.month, spending.month, home.of(spending.monthMax), spending.monthShare),
    ),
    bars(spending, home.last30),
  );
}

function meter(label: string, amount: string, of: string, share: number): HTMLElement {
  return h(
    'div',
    { class: 'meter' },
    h('p', { class: 'meter-label' }, label),
    h('p', { class: 'meter-amount' }, amount, ' ', h('span', { class: 'hint' }, of)),
    s(
      'svg',
      { class: 'meter-bar', viewBox: '0 0 100 4', preserveAspectRatio: 'none', 'aria-hidden': 'true' },
      s('rect', { class: 'track', width: 100, height: 4, rx: 2 }),
      s('rect', { class: share >= 0.8 ? 'fill high' : 'fill', width: share * 100, height: 4, rx: 2 }),
    ),
  );
}

/** A bar a day; its numbers are there for those who cannot see it. */
function bars({ bars: days }: SpendingView, label: string): HTMLElement {
  const width = 10;
  const drawn = days.map(({ share, label: day, amount }, i) => {
    const height = share === 0 ? 1.5 : 4 + share * 52;
    const className = share === 0 ? 'bar none' : 'bar';
    return s(
      'rect',
      { class: className, x: i * width + 1.5, y: 60 - height, width: width - 3, height, rx: 1.5 },
      s('title', {}, `${day}: ${amount}`),
    );
  });
  const spoken = days.filter((one) => one.share > 0).map((one) => `${one.label}: ${one.amount}`);
  return h(
    'figure',
    { class: 'plot' },
    s(
      'svg',
      {
        viewBox: `0 0 ${days.length * width} 60`,
        role: 'img',
        preserveAspectRatio: 'none',
        'aria-label': `${label}. ${spoken.join('; ')}`,
      },
      ...drawn,
    ),
    h(
      'figcaption',
      { class: 'hint' },
      h('span', {}, days[0]?.label ?? ''),
      h('span', {}, label),
      h('span', {}, days.at(-1)?.label ?? ''),
    ),
  );
}

function recentCard(view: PageView, words: PageWords): HTMLElement {
  const { home } = words;
  return h(
    'section',
    { class: 'card', 'aria-labelledby': 'recent-title' },
    h(
      'div',
      { class: 'card-head' },
      h('h2', { id: 'recent-title' }, home.recent),
      view.receipts.length > 0 && h('a', { href: '#history' }, home.all),
    ),
    view.receipts.length === 0
      ? h('p', { class: 'empty' }, home.empty)
      : receiptList(view.receipts.slice(0, RECENT), words, 'recent'),
  );
}
