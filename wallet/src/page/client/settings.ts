/** Settings: language, lock time, the wallet's own limits, the PIN, the account. */
import { LANGUAGES } from '../../words/languages.ts';
import type { PageWords } from '../../words/page-words.ts';
import type { AccountView, PageView, WalletLimitsView } from '../view.ts';
import { h } from './dom.ts';
import { familyCard } from './consent.ts';
import { amountField, field, form, pinField, selectField } from './fields.ts';
import { guardianCard, keychainCard, peopleCard } from './keys.ts';
import { passwordCard } from './password.ts';
import { phraseSettings } from './phrase.ts';

export function settingsView(view: PageView, words: PageWords): HTMLElement[] {
  const { account, limits, consent, keys } = view;
  const { family } = consent;
  const { people } = keys;
  return [
    h('h1', {}, words.settings.title),
    h(
      'div',
      { class: 'columns' },
      h(
        'div',
        { class: 'column' },
        generalCard(view, words),
        lookCard(view, words),
        limits && limitsCard(limits, view, words),
        family && familyCard(family, view, words),
      ),
      h(
        'div',
        { class: 'column' },
        phraseSettings(view, words),
        pinCard(words),
        account && passwordCard(view, words),
        guardianCard(view, words),
        people && peopleCard(people, view, words),
        keychainCard(view),
        account && accountCard(account, words),
      ),
    ),
  ];
}

function generalCard(view: PageView, words: PageWords): HTMLElement {
  const { settings } = words;
  const duration = (minutes: number): string =>
    minutes < 60 ? settings.minutes(minutes) : settings.hours(minutes / 60);
  return h(
    'section',
    { class: 'card', 'aria-labelledby': 'general-title' },
    h('h2', { id: 'general-title' }, settings.general),
    form(
      { words, class: 'stack', doneText: words.limits.saved, submit: (typed) => ['settings', typed] },
      selectField(
        'general-language',
        settings.language,
        LANGUAGES.map((one) => [one, words.languageNames[one]]),
        view.language,
      ),
      selectField(
        'general-lockAfterMinutes',
        settings.lockAfter,
        view.lockChoicesMinutes.map((one) => [String(one), duration(one)]),
        String(view.lockAfterMinutes),
      ),
      h('button', { type: 'submit' }, settings.save),
    ),
  );
}

function lookCard({ look }: PageView, words: PageWords): HTMLElement {
  const { settings } = words;
  const contrasts: readonly (readonly [string, string])[] = [
    ['system', settings.contrastSystem],
    ['more', settings.contrastMore],
  ];
  return h(
    'section',
    { class: 'card', 'aria-labelledby': 'look-title' },
    h('h2', { id: 'look-title' }, settings.look),
    form(
      { words, class: 'stack', doneText: words.limits.saved, submit: (typed) => ['look', typed] },
      selectField(
        'look-textPercent',
        settings.textSize,
        look.textPercents.map((one) => [String(one), `${one} %`]),
        String(look.textPercent),
      ),
      selectField('look-contrast', settings.contrast, contrasts, look.contrast),
      h('button', { type: 'submit' }, settings.save),
    ),
  );
}

function limitsCard(limits: WalletLimitsView, view: PageView, words: PageWords): HTMLElement {
  const own = words.limits;
  const amount = (name: Exclude<keyof WalletLimitsView, 'presses'>): HTMLElement =>
    amountField(`limits-${name}`, own[name], limits[name], view.currency);
  return h(
    'section',
    { class: 'card', 'aria-labelledby': 'limits-title' },
    h('h2', { id: 'limits-title' }, own.title),
    h('p', { class: 'hint' }, own.hint(view.raiseDelayHours)),
    view.limitsWaiting && h('p', { class: 'warning' }, own.waiting(view.limitsWaiting.from)),
    view.isServerBehind && tellServerBox(words),
    form(
      { words, class: 'stack', doneText: own.saved, submit: (typed) => ['wallet-limits', typed] },
      h(
        'div',
        { class: 'limit-grid two' },
        amount('pressPayment'),
        amount('pressDay'),
        field('limits-presses', own.presses, {
          value: limits.presses,
          class: 'number',
          inputmode: 'numeric',
          required: true,
        }),
        amount('payment'),
        amount('session'),
        amount('day'),
        amount('month'),
        field('limits-pin', own.pin, {
          type: 'password',
          class: 'pin',
          maxlength: 64,
          autocomplete: 'current-password',
        }),
      ),
      h('button', { type: 'submit' }, own.save),
    ),
  );
}

function tellServerBox(words: PageWords): HTMLElement {
  return h(
    'div',
    { class: 'warning-box' },
    h('p', {}, words.limits.behind),
    form(
      { words, class: 'inline-form', submit: ({ pin }) => ['tell-server', { pin }] },
      pinField('tell-pin', words.pin.label),
      h('button', { type: 'submit' }, words.limits.tell),
    ),
  );
}

function pinCard(words: PageWords): HTMLElement {
  const { settings, pin } = words;
  return h(
    'section',
    { class: 'card', 'aria-labelledby': 'pin-title' },
    h('h2', { id: 'pin-title' }, settings.pinTitle),
    form(
      {
        words,
        class: 'stack',
        doneText: settings.pinChanged,
        submit({ now, next = '', repeat }, complain) {
          if (next.length < 4) return void complain(pin.form);
          if (next !== repeat) return void complain(pin.different);
          return ['change-pin', { pin: now, next }];
        },
      },
      pinField('change-now', settings.pinNow),
      pinField('change-next', pin.next, true),
      pinField('change-repeat', pin.repeat, true),
      h('button', { type: 'submit' }, settings.pinChange),
    ),
  );
}

function accountCard(account: AccountView, words: PageWords): HTMLElement {
  const { settings } = words;
  return h(
    'section',
    { class: 'card', 'aria-labelledby': 'account-title' },
    h('h2', { id: 'account-title' }, settings.account),
    h(
      'dl',
      { class: 'facts' },
      h('dt', {}, settings.plan),
      h('dd', {}, settings[account.plan]),
      h('dt', {}, settings.currency),
      h('dd', {}, account.currency, h('p', { class: 'hint' }, settings.currencyHint)),
      h('dt', {}, words.home.reference),
      h('dd', { class: 'code' }, account.reference),
    ),
  );
}
