/** The head of the page: which file, whether it is saved, and what can be done with it. */
import { change, patch } from './api.ts';
import { fill, h, s } from './dom.ts';
import type { Editor } from './editor.ts';
import type { Store } from './store.ts';
import { takeView, tell } from './told.ts';

export const VIEWS = ['timing', 'figures', 'simulation', 'offers'] as const;
export type ViewName = (typeof VIEWS)[number];

const VIEW_WORDS: Readonly<Record<ViewName, string>> = {
  timing: 'Timing',
  figures: 'Figures',
  simulation: 'Simulation',
  offers: 'Offers',
};

export class Toolbar {
  readonly element: HTMLElement;
  readonly #store: Store;
  readonly #editor: Editor;
  readonly #state = h('span', { class: 'state', role: 'status' });
  readonly #notice = h('p', { class: 'notice', role: 'alert' });
  readonly #conflict = h('div', { class: 'conflict' });
  readonly #nav = h('nav', { 'aria-label': 'Parts of the lab' });
  readonly #undo: HTMLButtonElement;
  readonly #revert: HTMLButtonElement;
  readonly #save: HTMLButtonElement;
  readonly #patch: HTMLButtonElement;
  readonly #dialog: PatchDialog;

  constructor(store: Store, editor: Editor) {
    this.#store = store;
    this.#editor = editor;
    this.#dialog = new PatchDialog(store);
    const button = (words: string, kind: string, act: () => void): HTMLButtonElement =>
      h('button', { type: 'button', class: kind, onclick: act }, words);
    this.#undo = button('Undo', 'plain', () => void this.#do('undo'));
    this.#revert = button('Revert', 'plain', () => void this.#do('revert'));
    this.#patch = button('Patch', 'plain', () => void this.#dialog.open());
    this.#save = button('Save', 'main-button', () => void this.#do('save'));
    this.element = h(
      'header',
      { class: 'frame' },
      h(
        'div',
        { class: 'frame-row' },
        h('div', { class: 'brand' }, mark(), h('h1', {}, 'Timing lab')),
        this.#state,
        h('div', { class: 'actions' }, this.#undo, this.#revert, this.#patch, this.#save),
        this.#nav,
      ),
      this.#conflict,
      this.#notice,
      this.#dialog.element,
    );
    store.onChange((changes) => {
      if (changes.has('view') || changes.has('notice')) this.#draw();
    });
  }

  show(view: ViewName): void {
    fill(
      this.#nav,
      ...VIEWS.map((name) =>
        h('a', { href: `#${name}`, 'aria-current': name === view ? 'page' : undefined }, VIEW_WORDS[name]),
      ),
    );
  }

  async #do(what: 'undo' | 'revert' | 'save', fields: object = {}): Promise<void> {
    this.#store.notice = '';
    await this.#editor.flush();
    try {
      takeView(this.#store, await change(what, fields));
    } catch (fault) {
      tell(this.#store, fault);
    }
    this.#store.changed('notice');
  }

  #draw(): void {
    const { view, notice, isOffline } = this.#store;
    this.#notice.textContent = isOffline ? 'The lab does not answer. This page goes on as soon as it does.' : notice;
    this.#notice.hidden = this.#notice.textContent === '';
    if (view === undefined) return;
    const { saved, faults, followers, canUndo, changedOnDisk } = view;
    const game =
      followers === 0 ? 'no game follows' : followers === 1 ? 'one game follows' : `${followers} games follow`;
    const file =
      faults.length > 0
        ? `${faults.length === 1 ? 'a fault' : `${faults.length} faults`}: the last good rules stay in force`
        : saved
          ? 'saved'
          : 'not saved';
    fill(
      this.#state,
      h('span', { class: `dot ${faults.length > 0 ? 'wrong' : saved ? 'saved' : 'edited'}`, 'aria-hidden': 'true' }),
      `${view.file?.game ?? view.name}: ${file}; ${game}`,
    );
    this.#undo.disabled = !canUndo;
    this.#revert.disabled = saved;
    this.#patch.disabled = view.file === null;
    this.#save.disabled = (saved && !changedOnDisk) || faults.length > 0;
    fill(this.#conflict, ...(changedOnDisk ? this.#conflictParts() : []));
  }

  #conflictParts(): HTMLElement[] {
    return [
      h(
        'p',
        { role: 'alert' },
        'The file was changed on disk while there are edits here that are not saved. Nothing was overwritten.',
      ),
      h('button', { type: 'button', class: 'plain', onclick: () => void this.#do('revert') }, 'Take the file on disk'),
      h(
        'button',
        { type: 'button', class: 'plain', onclick: () => void this.#do('save', { over: true }) },
        'Keep mine: save over it',
      ),
    ];
  }
}

/** What differs from the file on disk, to be pasted or applied elsewhere. */
class PatchDialog {
  readonly element: HTMLDialogElement;
  readonly #store: Store;
  readonly #text = h('pre', { class: 'patch', tabindex: 0, 'aria-label': 'Patch' });
  readonly #status = h('p', { class: 'hint', role: 'status' });

  constructor(store: Store) {
    this.#store = store;
    this.element = h(
      'dialog',
      { class: 'card', 'aria-labelledby': 'patch-title' },
      h('h2', { id: 'patch-title' }, 'Patch'),
      h(
        'p',
        { class: 'hint' },
        'What differs from the file on disk. Apply it elsewhere with: coinslot placements patch <file>',
      ),
      this.#text,
      h(
        'div',
        { class: 'buttons' },
        h('button', { type: 'button', class: 'plain', onclick: () => void this.#copy() }, 'Copy'),
        h('button', { type: 'button', class: 'plain', onclick: () => this.#download() }, 'Download'),
        h('button', { type: 'button', class: 'main-button', onclick: () => this.element.close() }, 'Close'),
      ),
      this.#status,
    );
  }

  async open(): Promise<void> {
    this.#status.textContent = '';
    try {
      this.#text.textContent = (await patch()) || '# nothing differs from the file on disk\n';
      this.element.showModal();
    } catch (fault) {
      tell(this.#store, fault);
    }
  }

  async #copy(): Promise<void> {
    const copied = await navigator.clipboard.writeText(this.#text.textContent).then(
      () => true,
      () => false,
    );
    this.#status.textContent = copied ? 'Copied.' : 'The browser does not allow it: select the text and copy it.';
  }

  #download(): void {
    const url = URL.createObjectURL(new Blob([this.#text.textContent], { type: 'text/yaml' }));
    h('a', { href: url, download: 'placements.patch.yaml' }).click();
    URL.revokeObjectURL(url);
    this.#status.textContent = 'Downloaded as placements.patch.yaml.';
  }
}

const mark = (): SVGElement =>
  s(
    'svg',
    { viewBox: '0 0 32 32', class: 'mark', 'aria-hidden': 'true' },
    s('rect', { width: 32, height: 32, class: 'mark-ground' }),
    s('circle', { cx: 16, cy: 13, r: 8, class: 'mark-coin' }),
    s('path', { d: 'M0 18h32v14H0z', class: 'mark-front' }),
    s('rect', { x: 5, y: 16.4, width: 22, height: 3.4, rx: 1.7, class: 'mark-slot' }),
  );
