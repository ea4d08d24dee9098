/** The little that the page needs to make elements. Text is always text: nothing here reads markup. */

export type Child = Node | string | false | undefined;

/** `on...` are listeners; everything else is an attribute, which `false` and `undefined` leave out and `true` sets empty. */
export type Props = Readonly<Record<string, unknown>>;

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

/** Puts other children in place of those that are there. */
export function fill(element: Element, ...children: readonly Child[]): void {
  element.replaceChildren(...children.filter(isThere));
}

/** Sets position and size in the flow of the page: rules of a style sheet cannot, and style attributes are forbidden here. */
export function place(element: HTMLElement | SVGElement, at: Readonly<Record<string, string>>): void {
  for (const [name, value] of Object.entries(at)) element.style.setProperty(name, value);
}

function setProps(element: Element, props: Props): void {
  for (const [name, value] of Object.entries(props)) {
    if (value === undefined || value === false) continue;
    if (name.startsWith('on')) element.addEventListener(name.slice(2), value as EventListener);
    else element.setAttribute(name, value === true ? '' : `${value as string | number}`);
  }
}

const isThere = (one: Child): one is Node | string => one !== undefined && one !== false;

const append = (element: Element, children: readonly Child[]): void => element.append(...children.filter(isThere));

/** Rows of a table with its head; the first cell of a row is its name. */
export function table(
  caption: string,
  head: readonly string[],
  rows: readonly (readonly (string | Node)[])[],
): HTMLTableElement {
  return h(
    'table',
    {},
    h('caption', { class: 'visually-hidden' }, caption),
    h('thead', {}, h('tr', {}, ...head.map((one) => h('th', { scope: 'col' }, one)))),
    h(
      'tbody',
      {},
      ...rows.map(([first = '', ...rest]) =>
        h('tr', {}, h('th', { scope: 'row' }, first), ...rest.map((one) => h('td', {}, one))),
      ),
    ),
  );
}

/** A table that may be wider than the window: it scrolls by itself, by keys too. */
export const scrolling = (label: string, inner: HTMLElement): HTMLElement =>
  h('div', { class: 'scroll', tabindex: 0, role: 'region', 'aria-label': label }, inner);
