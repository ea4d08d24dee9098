/** The password in the settings: set, changed, ended, and set anew by the recovery phrase. */
import { PASSWORD_WORDS } from '../../words/password-words.ts';
import type { PageWords } from '../../words/page-words.ts';
import { KEYS_WORDS } from '../../words/keys-words.ts';
import type { KeysView, PageView } from '../view.ts';
import { strongPin } from './consent.ts';
import { h } from './dom.ts';
import { form, passwordField, pinField } from './fields.ts';
import { fold, phraseArea } from './keys.ts';

export function passwordCard(view: PageView, words: PageWords): HTMLElement {
  const said = PASSWORD_WORDS[view.language];
  const { isPasswordSet, passwordPending, passwordRetryAt } = view.keys;
  return h(
    'section',
    { class: 'card', 'aria-labelledby': 'password-title' },
    h('h2', { id: 'password-title' }, said.title),
    h('p', { class: isPasswordSet ? undefined : 'hint' }, isPasswordSet ? said.isSet : said.lead),
    passwordPending && keepForm(passwordPending, view, words),
    passwordRetryAt !== '' && h('p', { class: 'warning' }, said.retryAt(passwordRetryAt)),
    ...(isPasswordSet
      ? [changeFold(view, words), endFold(view, words), forgottenFold(view, words)]
      : [fold('password-set', said.set, setForm('password-first', view, words, { button: said.set }))]),
  );
}

/** Another one waits: what stands is kept with the PIN and the password itself. */
function keepForm(
  { from, isEnd }: NonNullable<KeysView['passwordPending']>,
  view: PageView,
  words: PageWords,
): HTMLElement {
  const said = PASSWORD_WORDS[view.language];
  return form(
    {
      words,
      class: 'stack',
      busyText: words.working,
      doneText: said.kept,
      submit: ({ pin, current }) => ['keep-password', { pin, current }],
    },
    h('p', { class: 'warning' }, (isEnd ? said.pendingEnd : said.pending)(from), ' ', said.notYou),
    h(
      'div',
      { class: 'limit-grid two' },
      pinField('password-keep-pin', strongPin(view, words)),
      passwordField('password-keep-current', said.current),
    ),
    h('button', { type: 'submit', class: 'primary' }, said.keep),
  );
}

/** A new password, twice; `leave` is what allows it beside the PIN. */
function setForm(
  prefix: string,
  view: PageView,
  words: PageWords,
  { button, leave, hasPin = true, done }: { button: string; leave?: readonly Node[]; hasPin?: boolean; done?: string },
): HTMLElement {
  const said = PASSWORD_WORDS[view.language];
  return form(
    {
      words,
      class: 'stack',
      busyText: words.working,
      doneText: done ?? said.saved,
      submit({ pin, current, phrase, password = '', repeat }, complain) {
        if (password.length < 8 || password === pin) return void complain(words.faults.PASSWORD_FORM);
        if (password !== repeat) return void complain(said.different);
        return ['set-password', { pin, current, phrase, password }];
      },
    },
    ...(leave ?? []),
    hasPin && pinField(`${prefix}-pin`, strongPin(view, words)),
    h(
      'div',
      { class: 'limit-grid two' },
      passwordField(`${prefix}-password`, said.next, true),
      passwordField(`${prefix}-repeat`, said.repeat, true),
    ),
    h('button', { type: 'submit' }, button),
  );
}

function changeFold(view: PageView, words: PageWords): HTMLElement {
  const said = PASSWORD_WORDS[view.language];
  const leave = [passwordField('password-change-current', said.current)];
  return fold('password-change', said.change, setForm('password-change', view, words, { button: said.change, leave }));
}

function forgottenFold(view: PageView, words: PageWords): HTMLElement {
  const said = PASSWORD_WORDS[view.language];
  const { restore } = KEYS_WORDS[view.language];
  const leave = [h('p', { class: 'hint' }, said.forgotLead), phraseArea('password-forgotten-phrase', restore.phrase)];
  const options = { button: said.set, leave, hasPin: false, done: said.waits };
  return fold('password-forgotten', said.forgot, setForm('password-forgotten', view, words, options));
}

function endFold(view: PageView, words: PageWords): HTMLElement {
  const said = PASSWORD_WORDS[view.language];
  return fold(
    'password-end',
    said.end,
    form(
      {
        words,
        class: 'stack',
        busyText: words.working,
        doneText: said.ended,
        submit: ({ pin, current }) => ['end-password', { pin, current }],
      },
      h('p', { class: 'hint' }, said.endLead),
      h(
        'div',
        { class: 'limit-grid two' },
        pinField('password-end-pin', strongPin(view, words)),
        passwordField('password-end-current', said.current),
      ),
      h('button', { type: 'submit', class: 'danger' }, said.end),
    ),
  );
}
