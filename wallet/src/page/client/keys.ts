/** Keys and people in the settings: forgotten PIN, a child's guardian, password, keychain, who else has a wallet here. */
import { CONSENT_WORDS } from '../../words/consent-words.ts';
import { PASSWORD_WORDS } from '../../words/password-words.ts';
import { KEYS_WORDS } from '../../words/keys-words.ts';
import type { Language } from '../../words/languages.ts';
import type { PageWords } from '../../words/page-words.ts';
import type { PageView, PeopleView } from '../view.ts';
import { h } from './dom.ts';
import { actionButton, area, field, form, pinField } from './fields.ts';

/** Under the lock: the phrase sets a new PIN. */
export function forgottenFold(view: PageView, words: PageWords): HTMLElement {
  const { restore } = KEYS_WORDS[view.language];
  return h(
    'details',
    { class: 'fold', id: 'forgotten' },
    h('summary', {}, restore.forgot),
    form(
      {
        words,
        class: 'stack',
        busyText: words.working,
        doneText: restore.done,
        submit({ phrase = '', next = '', repeat }, complain) {
          if (next.length < 4) return void complain(words.pin.form);
          if (next !== repeat) return void complain(words.pin.different);
          return ['reset-pin', { phrase, next }];
        },
      },
      h('p', { class: 'hint' }, restore.forgotLead),
      phraseArea('forgotten-phrase', restore.phrase),
      h(
        'div',
        { class: 'limit-grid two' },
        pinField('forgotten-next', words.pin.next, true),
        pinField('forgotten-repeat', words.pin.repeat, true),
      ),
      h('button', { type: 'submit' }, restore.setPin),
    ),
  );
}

/** 24 English words, in every language from left to right; never kept by the browser. */
export function phraseArea(id: string, label: string): HTMLElement {
  return area(id, label, { class: 'secret', dir: 'ltr', lang: 'en', spellcheck: 'false', autocapitalize: 'none' });
}

/** First run of somebody who has a wallet on another machine, or had. */
export function restoreFold(language: Language, words: PageWords): HTMLElement {
  const { restore } = KEYS_WORDS[language];
  return h(
    'details',
    { class: 'fold', id: 'restore' },
    h('summary', {}, restore.have),
    form(
      {
        words,
        class: 'stack',
        busyText: restore.working,
        submit({ phrase = '', pin = '', repeat }, complain) {
          if (pin.length < 4) return void complain(words.pin.form);
          if (pin !== repeat) return void complain(words.pin.different);
          return ['restore', { phrase, pin, language }];
        },
      },
      h('p', { class: 'hint' }, restore.lead),
      phraseArea('restore-phrase', restore.phrase),
      h(
        'div',
        { class: 'pair' },
        pinField('restore-pin', words.pin.next, true),
        pinField('restore-repeat', words.pin.repeat, true),
      ),
      h('button', { type: 'submit', class: 'wide' }, restore.now),
    ),
  );
}

/** Where the machine's secret is, without which a copy of the files opens nothing. */
export function keychainCard({ language, keys }: PageView): HTMLElement {
  const { keychain } = KEYS_WORDS[language];
  return h(
    'section',
    { class: 'card', 'aria-labelledby': 'keychain-title' },
    h('h2', { id: 'keychain-title' }, keychain.title),
    h('p', {}, keys.isInKeychain ? keychain.used : keychain.notUsed),
  );
}

/** A wallet of one's own can be made a child's; a child's has its guardian's doors. */
export function guardianCard(view: PageView, words: PageWords): HTMLElement {
  const { guardian } = KEYS_WORDS[view.language];
  return h(
    'section',
    { class: 'card', 'aria-labelledby': 'guardian-title' },
    h('h2', { id: 'guardian-title' }, guardian.title),
    ...(view.consent.isChild
      ? [changeGuardianFold(view, words), childPinFold(view, words), dismissFold(view, words)]
      : [
          h('p', { class: 'hint' }, guardian.lead),
          view.keys.isPasswordSet ? endPasswordFirst(view) : appointFold(view, words),
        ]),
  );
}

/** The child would know the password that stands for the guardian. */
function endPasswordFirst({ language }: PageView): HTMLElement {
  return h('p', { class: 'warning' }, PASSWORD_WORDS[language].beforeGuardian);
}

export function fold(id: string, title: string, ...children: readonly Node[]): HTMLElement {
  return h('details', { class: 'fold', id }, h('summary', {}, title), ...children);
}

/** Two PINs: who may, and what is set. */
function twoPins(
  view: PageView,
  words: PageWords,
  options: { action: string; prefix: string; now: string; next: string; name: string; button: string },
): HTMLElement {
  const { action, prefix, now, next, name, button } = options;
  return form(
    {
      words,
      class: 'stack',
      busyText: words.working,
      doneText: KEYS_WORDS[view.language].guardian.done,
      submit({ now: pin, next: fresh = '' }, complain) {
        if (fresh.length < 4) return void complain(words.pin.form);
        return [action, { pin, [name]: fresh }];
      },
    },
    h('div', { class: 'limit-grid two' }, pinField(`${prefix}-now`, now), pinField(`${prefix}-next`, next, true)),
    h('button', { type: 'submit' }, button),
  );
}

function appointFold(view: PageView, words: PageWords): HTMLElement {
  const { guardian } = KEYS_WORDS[view.language];
  const pins = { now: words.pin.label, next: guardian.newPin, name: 'guardianPin', button: guardian.appoint };
  return fold(
    'guardian-appoint',
    guardian.appoint,
    twoPins(view, words, { action: 'appoint-guardian', prefix: 'appoint', ...pins }),
  );
}

function changeGuardianFold(view: PageView, words: PageWords): HTMLElement {
  const { guardian } = KEYS_WORDS[view.language];
  const { pin } = CONSENT_WORDS[view.language].child;
  const pins = { now: pin, next: guardian.newPin, name: 'next', button: guardian.change };
  return fold(
    'guardian-change',
    guardian.change,
    twoPins(view, words, { action: 'change-guardian-pin', prefix: 'guardian-pin', ...pins }),
  );
}

function childPinFold(view: PageView, words: PageWords): HTMLElement {
  const { guardian } = KEYS_WORDS[view.language];
  const { pin } = CONSENT_WORDS[view.language].child;
  const pins = { now: pin, next: guardian.childPin, name: 'next', button: guardian.childPinSet };
  return fold(
    'guardian-child-pin',
    guardian.childPinSet,
    twoPins(view, words, { action: 'reset-child-pin', prefix: 'child-pin', ...pins }),
  );
}

function dismissFold(view: PageView, words: PageWords): HTMLElement {
  const { guardian } = KEYS_WORDS[view.language];
  const { pin } = CONSENT_WORDS[view.language].child;
  const pins = { now: pin, next: words.pin.next, name: 'next', button: guardian.dismiss };
  return fold(
    'guardian-dismiss',
    guardian.dismiss,
    h('p', { class: 'hint' }, guardian.dismissLead),
    twoPins(view, words, { action: 'dismiss-guardian', prefix: 'dismiss', ...pins }),
  );
}

export function peopleCard(people: PeopleView, view: PageView, words: PageWords): HTMLElement {
  const said = KEYS_WORDS[view.language].people;
  return h(
    'section',
    { class: 'card', 'aria-labelledby': 'people-title' },
    h('h2', { id: 'people-title' }, said.title),
    h('p', { class: 'hint' }, said.lead),
    h(
      'ul',
      { class: 'rows' },
      ...people.names.map((name) =>
        h(
          'li',
          {},
          h('span', {}, name),
          name === people.current
            ? h('span', { class: 'presence on' }, said.here)
            : actionButton(words, said.open(name), 'switch-profile', { name }),
        ),
      ),
    ),
    form(
      {
        words,
        class: 'inline-form',
        busyText: said.opening,
        submit: ({ name }) => ['switch-profile', { name: name?.trim() }],
      },
      field('people-name', said.name, { maxlength: 40, required: true }),
      h('button', { type: 'submit' }, said.add),
    ),
  );
}
