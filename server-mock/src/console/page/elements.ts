/** Small helpers over the page's elements. Text is only ever set as text. */

/** The element with this id, which must be on the page. */
export function here(id: string): HTMLElement;
export function here<Kind extends HTMLElement>(id: string, kind: new () => Kind): Kind;
export function here(id: string, kind: new () => HTMLElement = HTMLElement): HTMLElement {
  const found = document.getElementById(id);
  if (found instanceof kind) return found;
  throw new Error(`the page has no ${id}`);
}

/** An element with a class and text. */
export function make<Name extends keyof HTMLElementTagNameMap>(
  name: Name,
  className = '',
  text = '',
): HTMLElementTagNameMap[Name] {
  const element = document.createElement(name);
  if (className !== '') element.className = className;
  if (text !== '') element.textContent = text;
  return element;
}

export interface LinkCell {
  readonly text: string;
  readonly href: string;
  readonly label: string;
}

export interface ButtonCell {
  readonly text: string;
  readonly label: string;
  readonly onPress: () => void;
}

/** Text, a link, or buttons. */
export type Cell = string | LinkCell | readonly ButtonCell[];

/** Shows rows of cells. Cells that stay are left in place, so that focus and selection stay too. */
export function fillTable(body: HTMLElement, rows: readonly (readonly Cell[])[], figures: readonly number[]): void {
  keepChildren(body, rows.length, () => make('tr'));
  rows.forEach((cells, i) => {
    const row = body.children[i] as HTMLElement;
    keepChildren(row, cells.length, (column) => {
      const cell = make(column === 0 ? 'th' : 'td', figures.includes(column) ? 'figure' : '');
      if (column === 0) cell.setAttribute('scope', 'row');
      return cell;
    });
    cells.forEach((cell, column) => fillCell(row.children[column] as HTMLElement, cell));
  });
}

function fillCell(element: HTMLElement, cell: Cell): void {
  if (typeof cell === 'string') {
    if (element.textContent !== cell) element.textContent = cell;
    return;
  }
  if ('href' in cell) fillLink(element, cell);
  else fillButtons(element, cell);
}

function fillLink(element: HTMLElement, cell: LinkCell): void {
  const link = element.querySelector('a') ?? element.appendChild(make('a'));
  link.href = cell.href;
  link.textContent = cell.text;
  link.setAttribute('aria-label', cell.label);
}

function fillButtons(element: HTMLElement, cells: readonly ButtonCell[]): void {
  element.classList.add('acts');
  keepChildren(element, cells.length, () => {
    const button = make('button');
    button.type = 'button';
    return button;
  });
  cells.forEach(({ text, label, onPress }, i) => {
    const button = element.children[i] as HTMLButtonElement;
    if (button.textContent !== text) button.textContent = text;
    button.setAttribute('aria-label', label);
    button.onclick = onPress;
  });
}

/** Shows a list of texts. */
export function fillTexts(list: HTMLElement, texts: readonly { text: string; tone?: string }[]): void {
  keepChildren(list, texts.length, () => make('li'));
  texts.forEach(({ text, tone }, i) => {
    const item = list.children[i] as HTMLElement;
    if (item.textContent !== text) item.textContent = text;
    if (tone !== undefined) item.dataset['tone'] = tone;
  });
}

function keepChildren(parent: HTMLElement, count: number, add: (index: number) => HTMLElement): void {
  while (parent.children.length > count) parent.lastElementChild?.remove();
  while (parent.children.length < count) parent.append(add(parent.children.length));
}
