/** First run: language, PIN, currency, plan; then the account. */
import type { PageWords } from '../../words/page-words.ts';
import { pageWords } from '../../words/page-words.ts';
import { LANGUAGES, type Language } from '../../words/languages.ts';
import type { PageView } from '../view.ts';
import { act } from './api.ts';
import { h } from './dom.ts';
import { actionButton, form, pinField, selectField } from './fields.ts';
import { mark } from './icons.ts';
import { restoreFold } from './keys.ts';
import { showPhrase } from './phrase.ts';

export function setUpView(view: PageView, language: Language, choose: (language: Language) => void): HTMLElement[] {
  const words = pageWords(language);
  return [
    h(
      'section',
      { class: 'card first-run' },
      mark(),
      h('h1', {}, words.setUp.title),
      h('p', { class: 'lead' }, words.setUp.lead),
      languageChoice(words, language, choose),
      setUpForm(view, words, language),
      restoreFold(language, words),
    ),
  ];
}

function languageChoice(words: PageWords, language: Language, choose: (language: Language) => void): HTMLElement {
  const buttons = LANGUAGES.map((one) =>
    h(
      'button',
      {
        type: 'button',
        id: `language-${one}`,
        lang: one,
        'aria-pressed': String(one === language),
        onclick: () => choose(one),
      },
      words.languageNames[one],
    ),
  );
  return h('div', { class: 'segments', role: 'group', 'aria-label': words.setUp.language }, ...buttons);
}

function setUpForm(view: PageView, words: PageWords, language: Language): HTMLElement {
  const { setUp } = words;
  return form(
    {
      words,
      class: 'stack',
      busyText: setUp.creating,
      submit({ pin = '', repeat, currency, plan }, complain) {
        if (pin.length < 4) return void complain(words.pin.form);
        if (pin !== repeat) return void complain(words.pin.different);
        return ['set-up', { pin, currency, plan, language }];
      },
      onDone: ({ words: told }) => showPhrase(told),
    },
    h(
      'fieldset',
      { class: 'plain' },
      h('legend', {}, setUp.plan),
      h(
        'div',
        { class: 'choices' },
        planChoice('prepaid', setUp.prepaid, setUp.prepaidHint, true),
        planChoice('postpaid', setUp.postpaid, setUp.postpaidHint, false),
      ),
    ),
    selectField(
      'set-up-currency',
      setUp.currency,
      view.currencies.map((one) => [one, one]),
      view.currency,
      setUp.currencyHint,
    ),
    h(
      'div',
      { class: 'pair' },
      pinField('set-up-pin', words.pin.label, true),
      pinField('set-up-repeat', words.pin.repeat, true),
    ),
    h('p', { class: 'hint' }, setUp.pinHint),
    h('button', { type: 'submit', class: 'primary wide' }, setUp.create),
  );
}

function planChoice(value: string, title: string, hint: string, checked: boolean): HTMLElement {
  return h(
    'label',
    { class: 'choice' },
    h('input', { type: 'radio', name: 'plan', value, checked }),
    h('span', { class: 'choice-text' }, h('strong', {}, title), h('span', { class: 'hint' }, hint)),
  );
}

/** The account is opened by itself once; the button is there for when that did not work. */
export function accountView(view: PageView, words: PageWords): HTMLElement[] {
  const { setUp } = words;
  const isFirst = !tried;
  tried = true;
  if (isFirst && !view.isLocked) void act('open-account').catch(() => undefined);
  return [
    h(
      'section',
      { class: 'card first-run' },
      mark(),
      h('h1', {}, setUp.accountTitle),
      h('p', { class: 'lead' }, setUp.accountLead),
      actionButton(words, setUp.accountOpen, 'open-account', {}, { class: 'primary wide', id: 'open-account' }),
    ),
  ];
}

let tried = false;
