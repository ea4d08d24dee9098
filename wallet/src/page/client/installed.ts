/** Games that are no web page: the code that connects one, and the words in place of its address. */
import { INSTALLED_WORDS } from '../../words/installed-words.ts';
import type { PageWords } from '../../words/page-words.ts';
import type { PageView } from '../view.ts';
import { h } from './dom.ts';
import { actionButton } from './fields.ts';

export function installedCard(view: PageView, words: PageWords): HTMLElement {
  const said = INSTALLED_WORDS[view.language];
  const { linkCode } = view;
  return h(
    'section',
    { class: 'card', 'aria-labelledby': 'installed-title' },
    h('h2', { id: 'installed-title' }, said.title),
    h('p', {}, said.lead),
    linkCode === undefined
      ? actionButton(words, said.open, 'open-code', {})
      : h(
          'div',
          { class: 'stack', role: 'status' },
          h('p', {}, said.type),
          // The code is read from left to right in every language.
          h('p', { class: 'link-code', dir: 'ltr' }, linkCode.code),
          h('p', { class: 'hint' }, said.until(linkCode.until)),
          h('p', { class: 'warning' }, said.warning),
          actionButton(words, said.cancel, 'close-code', {}, { class: 'quiet' }),
        ),
  );
}

/** Where a game comes from: its web address, or that it has none. */
export function placeOf(game: { origin: string; isNative: boolean }, view: PageView): HTMLElement {
  if (game.isNative) return h('span', {}, INSTALLED_WORDS[view.language].origin);
  return h('span', { class: 'code' }, game.origin);
}
