/** What the edited file says, in sentences. */
import { fill, h } from './dom.ts';
import type { Store } from './store.ts';

export function summaryCard(store: Store): HTMLElement {
  const list = h('ul', { class: 'sentences' });
  store.onChange((changes) => {
    if (changes.has('view')) fill(list, ...(store.view?.summary ?? []).map((one) => h('li', {}, one)));
  });
  return h(
    'section',
    { class: 'card summary', 'aria-labelledby': 'summary-title' },
    h('h2', { id: 'summary-title' }, 'In plain words'),
    list,
  );
}
