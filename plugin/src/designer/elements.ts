/** Elements of the panel. Words are always set as text: names come from a file. */
export function element<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  className = '',
  ...inside: readonly (Node | string)[]
): HTMLElementTagNameMap[K] {
  const made = document.createElement(tag);
  if (className !== '') made.className = className;
  made.append(...inside);
  return made;
}

export function button(label: string, onPress: () => void): HTMLButtonElement {
  const made = element('button', 'coinslot-button', label);
  made.type = 'button';
  made.addEventListener('click', onPress);
  return made;
}
