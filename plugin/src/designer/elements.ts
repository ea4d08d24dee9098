/** The name of a class in the page, which has classes of its own. */
export const classed = (name: string): string => `coinslot-${name}`;

/** Elements of the panel, `className` without its prefix. Words are always set as text: names come from a file. */
export function element<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  className = '',
  ...inside: readonly (Node | string)[]
): HTMLElementTagNameMap[K] {
  const made = document.createElement(tag);
  if (className !== '') made.className = classed(className);
  made.append(...inside);
  return made;
}

export function button(label: string, onPress: () => void): HTMLButtonElement {
  const made = element('button', 'button', label);
  made.type = 'button';
  made.addEventListener('click', onPress);
  return made;
}
