/** Form parts: labelled inputs, and a form that says what went wrong beside its buttons. */
import type { PageWords } from '../../words/page-words.ts';
import { act, ActionFault, type Told } from './api.ts';
import { h, type Props } from './dom.ts';
import { isOpen } from './press-guard.ts';

/** A label over an input. `id` must be one of its own on the page. */
export function field(id: string, label: string, props: Props, hint?: string): HTMLElement {
  const input = h('input', { id, name: id.split('-').at(-1), autocomplete: 'off', ...props });
  const hintId = `${id}-hint`;
  if (hint !== undefined) input.setAttribute('aria-describedby', hintId);
  return h(
    'div',
    { class: 'field' },
    h('label', { for: id }, label),
    input,
    hint !== undefined && h('p', { class: 'hint', id: hintId }, hint),
  );
}

/** A label over some lines of text. */
export function area(id: string, label: string, props: Props): HTMLElement {
  return h(
    'div',
    { class: 'field' },
    h('label', { for: id }, label),
    h('textarea', { id, name: id.split('-').at(-1), rows: 3, autocomplete: 'off', required: true, ...props }),
  );
}

export function pinField(id: string, label: string, isNew = false): HTMLElement {
  return field(id, label, {
    type: 'password',
    class: 'pin',
    required: true,
    maxlength: 64,
    autocomplete: isNew ? 'new-password' : 'current-password',
    ...(isNew && { minlength: 4 }),
  });
}

export function passwordField(id: string, label: string, isNew = false): HTMLElement {
  return field(id, label, {
    type: 'password',
    class: 'password',
    required: true,
    maxlength: 128,
    autocomplete: isNew ? 'new-password' : 'current-password',
    ...(isNew && { minlength: 8 }),
  });
}

/** The PIN that a card takes: digits, and for no password store. */
export function cardPinField(id: string, label: string): HTMLElement {
  return field(id, label, {
    type: 'password',
    class: 'pin',
    required: true,
    inputmode: 'numeric',
    pattern: '[0-9]{4,8}',
    maxlength: 8,
    autocomplete: 'off',
  });
}

/** An amount with its currency inside the box. */
export function amountField(id: string, label: string, value: string, currency: string): HTMLElement {
  return h(
    'div',
    { class: 'field' },
    h('label', { for: id }, label),
    h(
      'div',
      { class: 'amount-box' },
      h('input', { id, name: id.split('-').at(-1), value, inputmode: 'decimal', autocomplete: 'off', required: true }),
      h('span', { class: 'unit', 'aria-hidden': 'true' }, currency),
    ),
  );
}

export function selectField(
  id: string,
  label: string,
  options: readonly (readonly [value: string, text: string])[],
  chosen: string,
  hint?: string,
): HTMLElement {
  const list = options.map(([value, text]) => h('option', { value, selected: value === chosen }, text));
  const select = h('select', { id, name: id.split('-').at(-1) }, ...list);
  if (hint !== undefined) select.setAttribute('aria-describedby', `${id}-hint`);
  return h(
    'div',
    { class: 'field' },
    h('label', { for: id }, label),
    select,
    hint !== undefined && h('p', { class: 'hint', id: `${id}-hint` }, hint),
  );
}

/** The words for a fault of an action. */
export function faultText(words: PageWords, fault: unknown): string {
  if (!(fault instanceof ActionFault)) return words.faultElse;
  const own: Readonly<Record<string, string>> = words.faults;
  return fault.text ?? own[fault.code] ?? words.faultElse;
}

export interface FormOptions {
  words: PageWords;
  /** Action of the wallet and its fields, from what is typed; `undefined` says by `complain` what is missing. */
  submit(typed: Record<string, string>, complain: (text: string) => void): readonly [string, object] | undefined;
  class?: string;
  /** Sending it is a yes: what was pressed for something else sends nothing. */
  isGuarded?: boolean;
  /** Shown while the wallet works. */
  busyText?: string;
  /** Shown when it is done, for forms that stay. */
  doneText?: string;
  /** Called once it is done, with what the wallet told. */
  readonly onDone?: (told: Told) => void;
}

/** A form whose buttons rest while the wallet works, and whose status line is read out. */
export function form(
  options: FormOptions,
  ...children: readonly (Node | string | false | undefined)[]
): HTMLFormElement {
  const status = h('p', { class: 'status', role: 'status' });
  const say = (text: string, kind: 'done' | 'fault' | 'busy'): void => {
    status.textContent = text;
    status.classList.toggle('fault', kind === 'fault');
    status.classList.toggle('busy', kind === 'busy' && text !== '');
  };
  return h(
    'form',
    {
      class: options.class,
      novalidate: true,
      onsubmit: (event: SubmitEvent) => {
        event.preventDefault();
        if (options.isGuarded === true && !isOpen()) return;
        const element = event.currentTarget as HTMLFormElement;
        void submitForm(element, options, say);
      },
    },
    ...children,
    status,
  );
}

/** What must not stand in a form any longer than it takes to send it. */
const SECRETS = 'input[type="password"], .secret';

async function submitForm(
  element: HTMLFormElement,
  { words, busyText, doneText, onDone, ...options }: FormOptions,
  say: (text: string, kind: 'done' | 'fault' | 'busy') => void,
): Promise<void> {
  const typed: Record<string, string> = {};
  new FormData(element).forEach((value, name) => {
    if (typeof value === 'string') typed[name] = value;
  });
  const asked = options.submit(typed, (text) => say(text, 'fault'));
  if (asked === undefined) return;
  const [action, fields] = asked;
  // At once: what the wallet does may renew this form, and what stands in it would be carried over.
  for (const one of element.querySelectorAll<HTMLInputElement>(SECRETS)) one.value = '';
  const buttons = [...element.querySelectorAll('button')];
  for (const one of buttons) one.disabled = true;
  element.setAttribute('aria-busy', 'true');
  say(busyText ?? '', 'busy');
  try {
    const told = await act(action, fields);
    say(doneText ?? '', 'done');
    onDone?.(told);
  } catch (fault) {
    say(faultText(words, fault), 'fault');
  } finally {
    element.removeAttribute('aria-busy');
    for (const one of buttons) one.disabled = false;
  }
}

/** A button that asks the wallet for something at once; what goes wrong is said in `role=alert` after it. */
export function actionButton(
  words: PageWords,
  text: string,
  action: string,
  fields: object,
  props: Props = {},
): HTMLElement {
  const fault = h('span', { class: 'status fault', role: 'status' });
  const button = h(
    'button',
    {
      type: 'button',
      ...props,
      onclick: () => {
        button.disabled = true;
        act(action, fields)
          .catch((thrown: unknown) => (fault.textContent = faultText(words, thrown)))
          .finally(() => (button.disabled = false));
      },
    },
    text,
  );
  return h('span', { class: 'action' }, button, fault);
}
