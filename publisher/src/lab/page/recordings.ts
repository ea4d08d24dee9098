/** The recorded sessions: those of the folder, and files that the designer brings. They stay in this page. */
import type { RecordingEntry } from '../view.ts';
import { recordingText } from './api.ts';
import { fill, h } from './dom.ts';
import { readSessions, type ReadSessions } from './sessions.ts';
import type { Store } from './store.ts';
import { tell } from './told.ts';
import { clock } from './times.ts';

/** A list longer than this is cut, with its length said: real players are thousands. */
const LISTED_MAX = 40;

export class Recordings {
  readonly element: HTMLElement;
  readonly #store: Store;
  readonly #list = h('ul', { class: 'sessions' });
  readonly #flaws = h('ul', { class: 'faults', 'aria-live': 'polite' });
  readonly #count = h('p', { class: 'hint', role: 'status' });
  /** By where they are from; the folder's with the time of their file. */
  readonly #read = new Map<string, ReadSessions>();
  #folder = '';

  constructor(store: Store) {
    this.#store = store;
    const picker = h('input', {
      type: 'file',
      id: 'recordings-file',
      accept: '.jsonl,.ndjson,.txt,application/x-ndjson',
      multiple: true,
      class: 'visually-hidden',
      onchange: (event: Event) => void this.#import((event.currentTarget as HTMLInputElement).files ?? []),
    });
    this.element = h(
      'section',
      { class: 'card recordings', 'aria-labelledby': 'recordings-title' },
      h(
        'div',
        { class: 'card-head' },
        h('h2', { id: 'recordings-title' }, 'Recorded sessions'),
        h(
          'span',
          { class: 'pick' },
          picker,
          h('label', { for: 'recordings-file', class: 'button plain' }, 'Bring a file'),
        ),
      ),
      this.#count,
      this.#list,
      this.#flaws,
    );
    this.#takeDrops();
    store.onChange((changes) => {
      if (changes.has('view')) void this.#follow();
      if (changes.has('sessions')) this.#draw();
    });
  }

  /** Reads what is new in the folder; forgets what is gone. */
  async #follow(): Promise<void> {
    const { view } = this.#store;
    const key = JSON.stringify([view?.recordings, view?.file?.game]);
    if (view === undefined || key === this.#folder) return;
    this.#folder = key;
    const game = view.file?.game;
    const read = await Promise.all(view.recordings.map((one) => this.#readEntry(one, game)));
    for (const name of [...this.#read.keys()]) if (!name.startsWith('brought: ')) this.#read.delete(name);
    for (const [name, sessions] of read) this.#read.set(name, sessions);
    this.#publish();
  }

  async #readEntry({ name }: RecordingEntry, game: string | undefined): Promise<[string, ReadSessions]> {
    try {
      return [name, readSessions(name, await recordingText(name), game)];
    } catch (fault) {
      tell(this.#store, fault);
      return [name, { sessions: [], flaws: [{ source: name, line: 1, message: 'cannot be read' }] }];
    }
  }

  async #import(files: Iterable<File>): Promise<void> {
    let last: string | undefined;
    for (const file of files) {
      const read = readSessions(file.name, await file.text(), this.#store.view?.file?.game);
      this.#read.set(`brought: ${file.name}`, read);
      last = read.sessions[0]?.id ?? last;
    }
    if (last !== undefined) this.#store.selected = last;
    this.#publish();
  }

  #publish(): void {
    const all = [...this.#read.values()];
    this.#store.sessions = all.flatMap((one) => one.sessions);
    this.#store.flaws = all.flatMap((one) => one.flaws);
    this.#store.changed('sessions');
  }

  #draw(): void {
    const { sessions, flaws, session: chosen } = this.#store;
    const listed = sessions.slice(0, LISTED_MAX);
    this.#count.textContent =
      sessions.length > listed.length
        ? `${sessions.length} sessions, all of them in the figures; the first ${listed.length} are listed.`
        : sessions.length === 0
          ? 'None yet. Drop a file of recordings here.'
          : '';
    fill(
      this.#list,
      ...listed.map((one) => {
        const { recording } = one;
        const endMs = recording.lines.at(-1)?.t ?? 0;
        const asked = recording.lines.filter((line) => line.kind === 'shown' && line.campaign !== null).length;
        const isChosen = one === chosen;
        return h(
          'li',
          {},
          h(
            'button',
            {
              type: 'button',
              class: 'session',
              'aria-pressed': String(isChosen),
              onclick: () => {
                this.#store.selected = one.id;
                this.#store.playheadMs = 0;
                this.#store.changed('sessions');
              },
            },
            h('span', { class: 'session-name' }, one.name.replace(/\.jsonl\b/, '')),
            h('span', { class: 'hint' }, `${clock(endMs)}, ${asked} ${asked === 1 ? 'offer' : 'offers'}`),
          ),
        );
      }),
    );
    fill(this.#flaws, ...flaws.map(({ source, line, message }) => h('li', {}, `${source}, line ${line}: ${message}`)));
  }

  #takeDrops(): void {
    addEventListener('dragover', (event) => {
      event.preventDefault();
      this.element.classList.add('over');
    });
    addEventListener('dragleave', () => this.element.classList.remove('over'));
    addEventListener('drop', (event) => {
      event.preventDefault();
      this.element.classList.remove('over');
      void this.#import(event.dataTransfer?.files ?? []);
    });
  }
}
