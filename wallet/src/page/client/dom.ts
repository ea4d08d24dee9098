/** The little that the page needs to make elements, and to renew them without taking a form out of the player's hands. */

type Child = Node | string | false | undefined;

export interface Props {
  readonly class?: string | undefined;
  readonly id?: string;
  readonly onclick?: (event: MouseEvent) => void;
  readonly onsubmit?: (event: SubmitEvent) => void;
  readonly onchange?: (event: Event) => void;
  /** Everything else is an attribute; `false` and `undefined` leave it out, `true` sets it empty. */
  readonly [attribute: string]: unknown;
}

const LISTENERS = { onclick: 'click', onsubmit: 'submit', onchange: 'change' } as const;

/** An HTML element. Text is always text: nothing here reads markup. */
export function h<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  props: Props = {},
  ...children: readonly Child[]
): HTMLElementTagNameMap[K] {
  const element = document.createElement(tag);
  setProps(element, props);
  append(element, children);
  return element;
}

/** An SVG element. */
export function s(tag: string, props: Props = {}, ...children: readonly Child[]): SVGElement {
  const element = document.createElementNS('http://www.w3.org/2000/svg', tag);
  setProps(element, props);
  append(element, children);
  return element;
}

function setProps(element: Element, props: Props): void {
  for (const [name, value] of Object.entries(props)) {
    if (value === undefined || value === false) continue;
    if (name in LISTENERS) element.addEventListener(LISTENERS[name as keyof typeof LISTENERS], value as EventListener);
    else element.setAttribute(name, value === true ? '' : `${value as string | number}`);
  }
}

function append(element: Element, children: readonly Child[]): void {
  element.append(...children.filter((one): one is Node | string => one !== undefined && one !== false));
}

/** A line of facts side by side, each in its own direction, so that none turns another's figures round. */
export function factLine(className: string, ...facts: readonly string[]): HTMLElement {
  const parts = facts.flatMap((fact, i): (Node | string)[] => [...(i > 0 ? [' · '] : []), h('bdi', {}, fact)]);
  return h('span', { class: className }, ...parts);
}

/**
 * A place whose content follows a value: built anew only when the value has changed, and then with what the player was
 * doing in it carried over (what is typed, what is unfolded, where the focus is).
 */
export class Slot {
  readonly element: HTMLElement;
  #key: string | undefined;

  constructor(element: HTMLElement) {
    this.element = element;
  }

  show(value: unknown, build: () => readonly Child[]): void {
    const key = JSON.stringify(value) ?? '';
    if (key === this.#key) return;
    this.#key = key;
    const carry = remember(this.element);
    this.element.replaceChildren();
    append(this.element, build());
    carry();
  }
}

/** Keeps typed values, unfolded details and the focus, all by id; the returned function puts them back. */
function remember(root: HTMLElement): () => void {
  const typed = [...root.querySelectorAll<HTMLInputElement>('input[id]')]
    .filter((one) => one.type !== 'radio' && one.type !== 'checkbox' && one.value !== one.defaultValue)
    .map(({ id, value }) => [id, value] as const);
  const unfolded = [...root.querySelectorAll<HTMLDetailsElement>('details[id][open]')].map(({ id }) => id);
  const focused = root.contains(document.activeElement) ? document.activeElement?.id : undefined;
  return () => {
    const find = <E extends HTMLElement>(id: string): E | null => root.querySelector<E>(`#${CSS.escape(id)}`);
    for (const [id, value] of typed) {
      const input = find<HTMLInputElement>(id);
      if (input !== null) input.value = value;
    }
    for (const id of unfolded) {
      const details = find<HTMLDetailsElement>(id);
      if (details !== null) details.open = true;
    }
    if (focused) find(focused)?.focus();
  };
}
