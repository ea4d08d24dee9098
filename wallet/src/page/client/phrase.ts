/**
 * The recovery phrase while it is on the screen. It comes once, as the answer to an action, is never in the view, and stays
 * here until the player hides it or proves two of its words.
 */
import { KEYS_WORDS } from '../../words/keys-words.ts';
import type { PageWords } from '../../words/page-words.ts';
import type { PageView } from '../view.ts';
import { strongPin } from './consent.ts';
import { h } from './dom.ts';
import { field, form, pinField } from './fields.ts';
import { icon } from './icons.ts';

let words: readonly string[] = [];
let redraw: () => void = () => undefined;

/** What is called whenever the phrase appears or goes. */
export function onPhrase(listener: () => void): void {
  redraw = listener;
}

export function showPhrase(told: readonly string[] | undefined): void {
  words = told ?? [];
  redraw();
}

/** For the slot: a number that tells one phrase from none, without being one. */
export const phraseLength = (): number => words.length;

export function phraseCard(view: PageView, page: PageWords): HTMLElement[] {
  if (words.length === 0) return [];
  const { phrase } = KEYS_WORDS[view.language];
  const [first = 1, second = 2] = view.keys.phraseWordsAsked;
  return [
    h(
      'section',
      { class: 'card attention', 'aria-labelledby': 'phrase-title' },
      h('div', { class: 'card-head' }, icon('key'), h('h2', { id: 'phrase-title' }, phrase.title)),
      h('p', {}, phrase.lead),
      h('p', { class: 'warning' }, icon('alert'), phrase.warning),
      // English words in every language, read from left to right.
      h('ol', { class: 'phrase', dir: 'ltr', lang: 'en' }, ...words.map((word) => h('li', {}, word))),
      form(
        {
          words: page,
          class: 'stack',
          submit: (typed) => ['phrase-words', { first: typed['first'], second: typed['second'] }],
          onDone: () => showPhrase(undefined),
        },
        h('p', {}, phrase.ask),
        h(
          'div',
          { class: 'limit-grid two' },
          wordField('phrase-first', phrase.word(first)),
          wordField('phrase-second', phrase.word(second)),
        ),
        h(
          'div',
          { class: 'buttons' },
          h('button', { type: 'submit', class: 'primary' }, phrase.check),
          h('button', { type: 'button', class: 'quiet', onclick: () => showPhrase(undefined) }, phrase.hide),
        ),
      ),
    ),
  ];
}

const wordField = (id: string, label: string): HTMLElement =>
  field(id, label, { required: true, dir: 'ltr', autocapitalize: 'none', spellcheck: 'false', maxlength: 16 });

/** In the settings: whether it is written down, and the phrase itself for the PIN. */
export function phraseSettings(view: PageView, page: PageWords): HTMLElement {
  const { phrase } = KEYS_WORDS[view.language];
  const { isPhraseKept } = view.keys;
  // No landmark of its own: the phrase, while it is shown, is one of the same name.
  return h(
    'div',
    { class: 'card' },
    h('h2', {}, phrase.title),
    isPhraseKept
      ? h('p', { class: 'good' }, icon('check'), phrase.kept)
      : h('p', { class: 'warning' }, icon('alert'), phrase.notKept),
    form(
      {
        words: page,
        class: 'inline-form',
        busyText: page.working,
        submit: ({ pin }) => ['show-phrase', { pin }],
        onDone({ words: told }) {
          showPhrase(told);
          scrollTo(0, 0);
        },
      },
      pinField('show-phrase-pin', strongPin(view, page)),
      h('button', { type: 'submit' }, phrase.show),
    ),
  );
}
