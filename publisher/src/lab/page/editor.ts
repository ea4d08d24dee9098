/**
 * The file itself: a text area over a coloured copy of its text, line numbers and faults underlined where they stand. What is
 * typed is never replaced while it is newer than what the lab knows.
 */
import type { Fault } from '../../text/faults.ts';
import { change } from './api.ts';
import { fill, h, place } from './dom.ts';
import type { Store } from './store.ts';
import { takeView, tell } from './told.ts';

const SEND_MS = 250;

export class Editor {
  readonly element: HTMLElement;
  readonly #store: Store;
  readonly #area: HTMLTextAreaElement;
  readonly #copy = h('pre', { class: 'copy', 'aria-hidden': 'true' });
  readonly #gutter = h('div', { class: 'gutter', 'aria-hidden': 'true' });
  readonly #faults = h('ul', { class: 'faults', id: 'faults', 'aria-live': 'polite' });
  readonly #name = h('span', { class: 'hint' });
  #timer: ReturnType<typeof setTimeout> | undefined;
  /** The text that the lab was sent and has not answered for yet. */
  #sent: string | undefined;

  constructor(store: Store) {
    this.#store = store;
    this.#area = h('textarea', {
      class: 'text',
      id: 'yaml',
      'aria-labelledby': 'file-title',
      'aria-describedby': 'faults',
      spellcheck: 'false',
      autocapitalize: 'off',
      autocomplete: 'off',
      wrap: 'off',
      oninput: () => this.#typed(),
      onscroll: () => this.#scrolled(),
    });
    this.element = h(
      'section',
      { class: 'card file', 'aria-labelledby': 'file-title' },
      h('div', { class: 'card-head' }, h('h2', { id: 'file-title' }, 'The file'), this.#name),
      h('div', { class: 'editor' }, this.#gutter, h('div', { class: 'sheet' }, this.#copy, this.#area)),
      this.#faults,
    );
    store.onChange((changes) => {
      if (changes.has('view')) this.#take();
    });
  }

  /** Sends what has been typed, so that whatever comes next is an edit of it. */
  async flush(): Promise<void> {
    if (this.#timer === undefined) return;
    clearTimeout(this.#timer);
    this.#timer = undefined;
    const text = this.#area.value;
    this.#sent = text;
    try {
      const view = await change('edit', { text });
      this.#sent = undefined;
      takeView(this.#store, view);
    } catch (fault) {
      this.#sent = undefined;
      tell(this.#store, fault);
    }
  }

  #typed(): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.flush(), SEND_MS);
    this.#paint([]);
  }

  #take(): void {
    const { view } = this.#store;
    if (view === undefined) return;
    this.#name.textContent = view.name;
    const isTyping = this.#timer !== undefined || this.#sent !== undefined;
    if (!isTyping && this.#area.value !== view.text) this.#replace(view.text);
    const own = view.faults.filter((one) => one.file === view.name);
    this.#paint(isTyping ? [] : own);
    fill(this.#faults, ...view.faults.map((fault) => this.#faultLine(fault, own.includes(fault))));
  }

  /** The caret stays in its line, as far as there is one. */
  #replace(text: string): void {
    const { selectionStart, scrollTop, value } = this.#area;
    const line = value.slice(0, selectionStart).split('\n').length - 1;
    const column = selectionStart - (value.lastIndexOf('\n', selectionStart - 1) + 1);
    this.#area.value = text;
    const at = offsetOf(text, line + 1, column + 1);
    this.#area.setSelectionRange(at, at);
    this.#area.scrollTop = scrollTop;
  }

  #faultLine(fault: Fault, isHere: boolean): HTMLElement {
    const words = `${fault.message}${fault.hint === undefined ? '' : ` (${fault.hint})`}`;
    if (!isHere) return h('li', {}, `${fault.file}:${fault.line}:${fault.column} ${words}`);
    return h(
      'li',
      {},
      h(
        'button',
        { type: 'button', class: 'link', onclick: () => this.#goTo(fault) },
        `Line ${fault.line}, column ${fault.column}`,
      ),
      ` ${words}`,
    );
  }

  #goTo({ line, column }: Fault): void {
    const at = offsetOf(this.#area.value, line, column);
    this.#area.focus();
    this.#area.setSelectionRange(at, at);
    const lineHeight = this.#area.scrollHeight / Math.max(1, this.#area.value.split('\n').length);
    this.#area.scrollTop = Math.max(0, (line - 4) * lineHeight);
  }

  #paint(faults: readonly Fault[]): void {
    const lines = this.#area.value.split('\n');
    const at = new Map<number, number>();
    for (const { line, column } of faults) if (!at.has(line)) at.set(line, column);
    fill(this.#copy, ...lines.flatMap((line, i) => [...paintLine(line, at.get(i + 1)), '\n']));
    fill(
      this.#gutter,
      ...lines.map((_, i) => h('span', { class: at.has(i + 1) ? 'wrong' : undefined }, String(i + 1))),
    );
    this.#scrolled();
  }

  #scrolled(): void {
    const { scrollTop, scrollLeft } = this.#area;
    place(this.#copy, { transform: `translate(${-scrollLeft}px, ${-scrollTop}px)` });
    this.#gutter.scrollTop = scrollTop;
  }
}

function offsetOf(text: string, line: number, column: number): number {
  const lines = text.split('\n');
  const before = lines.slice(0, line - 1).reduce((sum, one) => sum + one.length + 1, 0);
  return Math.min(text.length, before + Math.min(column - 1, lines[line - 1]?.length ?? 0));
}

/** Comments, keys and values apart; a fault is underlined to the end of its word. */
function paintLine(line: string, faultColumn: number | undefined): (Node | string)[] {
  const comment = /(^|\s)#.*$/.exec(line);
  const code = comment === null ? line : line.slice(0, comment.index);
  const key = /^(\s*(?:- )?)([\w$.-]+)(:)(?=\s|$)/.exec(code);
  const keyEnd = key === null ? 0 : key[0].length - 1;
  const spans: { readonly from: number; readonly to: number; readonly kind: string }[] = [];
  if (key !== null) spans.push({ from: key[1]!.length, to: keyEnd, kind: 'key' });
  if (comment !== null) spans.push({ from: code.length, to: line.length, kind: 'comment' });
  if (faultColumn === undefined) return pieces(line, spans);
  const from = Math.min(faultColumn - 1, Math.max(0, line.length - 1));
  const word = /^[^\s,\]}]+/.exec(line.slice(from))?.[0].length ?? 1;
  const before = spans.filter((one) => one.to <= from);
  const after = spans.filter((one) => one.from >= from + word);
  return pieces(line, [...before, { from, to: from + word, kind: 'fault' }, ...after]);
}

function pieces(
  line: string,
  spans: readonly { readonly from: number; readonly to: number; readonly kind: string }[],
): (Node | string)[] {
  const parts: (Node | string)[] = [];
  let at = 0;
  for (const { from, to, kind } of spans) {
    parts.push(line.slice(at, from), h('span', { class: kind }, line.slice(from, to) || ' '));
    at = to;
  }
  return [...parts, line.slice(at)];
}
