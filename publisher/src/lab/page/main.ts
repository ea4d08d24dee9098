/** The timing lab's page. */
import { follow } from './api.ts';
import { fill, h } from './dom.ts';
import { Editor } from './editor.ts';
import { Figures } from './figures.ts';
import { Moment } from './moment.ts';
import { OffersView } from './offers.ts';
import { PacingFields } from './pacing.ts';
import { Recordings } from './recordings.ts';
import { SimulationView } from './simulation.ts';
import { Store } from './store.ts';
import { summaryCard } from './summary.ts';
import { Timeline } from './timeline.ts';
import { takeView } from './told.ts';
import { Toolbar, VIEWS, type ViewName } from './toolbar.ts';

const store = new Store();
const editor = new Editor(store);
const toolbar = new Toolbar(store, editor);
const timeline = new Timeline(store);
const timing = h(
  'div',
  { class: 'view timing' },
  h(
    'div',
    { class: 'column' },
    new Recordings(store).element,
    timeline.element,
    new Moment(store).element,
    new PacingFields(store).element,
  ),
  h('div', { class: 'column' }, editor.element, summaryCard(store)),
);
const views: Readonly<Record<ViewName, HTMLElement>> = {
  timing,
  figures: new Figures(store).element,
  simulation: new SimulationView(store, editor).element,
  offers: new OffersView(store).element,
};
const main = h('main', { id: 'main' }, ...VIEWS.map((name) => views[name]));
fill(document.getElementById('app')!, toolbar.element, main);

function show(): void {
  const asked = location.hash.slice(1);
  const view = VIEWS.find((one) => one === asked) ?? 'timing';
  for (const name of VIEWS) views[name].hidden = name !== view;
  toolbar.show(view);
  store.changed('window');
}
addEventListener('hashchange', show);
addEventListener('resize', () => store.changed('window'));
// Edits that the lab has not been sent yet would be lost with the page.
addEventListener('pagehide', () => void editor.flush());
show();

let seen: string | undefined;
store.onChange((changes) => {
  if (!changes.has('sessions') || store.session === undefined || store.session.id === seen) return;
  seen = store.session.id;
  timeline.fit();
});

follow(
  (view) => takeView(store, view),
  () => {
    store.isOffline = true;
    store.isFresh = true;
    store.changed('notice');
  },
);
