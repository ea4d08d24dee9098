/** The timeline of one session: lanes under one time axis, a playhead, zoom and pan, and edges that can be dragged. */
import { unreachedText } from '../../text/unreached.ts';
import { h, fill, place } from './dom.ts';
import { EdgeHand } from './edge-hand.ts';
import { pinPicture, PIN_WORDS, tickPicture, TICK_WORDS, type PinKind, type TickKind } from './glyphs.ts';
import { axisMarks, boundaryLane, campaignLane, percentOf, playLane, type LaneScene } from './lanes.ts';
import { offersTable } from './offers-table.ts';
import type { Store } from './store.ts';
import { clock } from './times.ts';

const ZOOM = 1.5;
/** The least that is seen of a session. */
const WINDOW_MS_MIN = 5_000;
/** How far beyond the end of a session one may look: bands reach there. */
const BEYOND = 1.6;

export class Timeline {
  readonly element: HTMLElement;
  readonly #store: Store;
  readonly #lanes = h('div', { class: 'lanes' });
  readonly #axis = h('div', { class: 'track axis' });
  readonly #over = h('div', { class: 'over', 'aria-hidden': 'true' });
  readonly #line = h('div', { class: 'playhead-line' });
  readonly #head: HTMLElement;
  readonly #table = h('div', { class: 'stack' });
  readonly #hand: EdgeHand;
  readonly #note = h('p', { class: 'hint', role: 'status' });

  constructor(store: Store) {
    this.#store = store;
    this.#hand = new EdgeHand(store, () => this.#axis.getBoundingClientRect());
    this.#head = h('div', {
      class: 'playhead',
      role: 'slider',
      tabindex: 0,
      'aria-label': 'Playhead',
      'aria-valuemin': 0,
      onkeydown: (event: KeyboardEvent) => this.#headKey(event),
    });
    this.#over.append(this.#line);
    const button = (name: string, sign: string, act: () => void): HTMLElement =>
      h(
        'button',
        // A word names its button by itself; a sign does not.
        { type: 'button', class: 'small', 'aria-label': sign.length === 1 && name, title: name, onclick: act },
        sign,
      );
    this.element = h(
      'section',
      { class: 'card timeline', 'aria-labelledby': 'timeline-title' },
      h(
        'div',
        { class: 'card-head' },
        h('h2', { id: 'timeline-title' }, 'Timeline'),
        h(
          'div',
          { class: 'buttons', role: 'group', 'aria-label': 'View of the timeline' },
          button('Earlier', '‹', () => this.#pan(-0.3)),
          button('Later', '›', () => this.#pan(0.3)),
          button('Zoom out', '−', () => this.#zoom(1 / ZOOM)),
          button('Zoom in', '+', () => this.#zoom(ZOOM)),
          button('Whole session', 'Fit', () => this.fit()),
        ),
      ),
      this.#note,
      this.#lanes,
      legend(),
      h('details', { id: 'offers-of-session' }, h('summary', {}, 'Boundaries and offers as a table'), this.#table),
    );
    this.#listen();
    store.onChange((changes) => {
      if (changes.has('rules') || changes.has('sessions') || changes.has('window') || changes.has('view')) this.#draw();
      else if (changes.has('playhead')) this.#drawPlayhead();
    });
  }

  /** The whole session, with a little room after its end. */
  fit(): void {
    const scene = this.#scene();
    if (scene === undefined) return;
    this.#look(0, Math.max(WINDOW_MS_MIN, scene.edited.endMs * 1.03));
  }

  #scene(): LaneScene | undefined {
    const { session, edited: file, disk, window, hasEdits } = this.#store;
    if (session === undefined || file === undefined) return undefined;
    const before = hasEdits && disk !== undefined ? this.#store.replayOf(session, disk) : undefined;
    return { session, file, edited: this.#store.replayOf(session, file), before, window };
  }

  #draw(): void {
    const scene = this.#scene();
    if (scene === undefined) {
      fill(
        this.#lanes,
        h('p', { class: 'empty' }, 'No recorded session yet. Play the game with this lab open, or bring a file.'),
      );
      return;
    }
    const focused = (document.activeElement as HTMLElement | null)?.dataset['edge'];
    fill(this.#axis, ...axisMarks(scene.window, this.#axis.clientWidth || 700), this.#head);
    fill(
      this.#lanes,
      h('div', { class: 'lane-label axis' }, `Time, ${clock(scene.edited.endMs)}`),
      this.#axis,
      ...playLane(scene),
      ...boundaryLane(scene),
      ...scene.file.campaigns.flatMap((campaign) => campaignLane(scene, campaign)),
      this.#over,
    );
    if (focused !== undefined) this.#focusEdge(focused);
    this.#say(scene);
    fill(this.#table, ...offersTable(scene));
    this.#drawPlayhead();
  }

  /** A band that was dragged begins where it began, so its edge is found again; else that campaign's first of the kind. */
  #focusEdge(key: string): void {
    const edges = [...this.#lanes.querySelectorAll<HTMLElement>('.edge')];
    const stem = key.replace(/\/[^/]*$/, '/');
    const found =
      edges.find((one) => one.dataset['edge'] === key) ?? edges.find((one) => one.dataset['edge']?.startsWith(stem));
    found?.focus({ preventScroll: true });
  }

  #say({ edited, before, session }: LaneScene): void {
    const count = (offers: typeof edited.offers): number =>
      offers.filter((one) => one.campaign !== null && one.shownT !== null).length;
    const now = count(edited.offers);
    const told = [`${now} ${now === 1 ? 'offer' : 'offers'} in ${clock(edited.endMs)}`];
    if (before !== undefined) told.push(`${count(before.offers)} with the file on disk`);
    if (!edited.isSame && before === undefined) told.push('recorded under other rules than these');
    if (edited.unknown.length > 0) told.push(unreachedText(edited.unknown));
    this.#note.textContent = `${session.name}: ${told.join('; ')}.`;
  }

  #drawPlayhead(): void {
    const { window, playheadMs } = this.#store;
    const at = percentOf(playheadMs, window);
    const isSeen = at >= 0 && at <= 100;
    for (const one of [this.#line, this.#head]) {
      one.hidden = !isSeen && one === this.#line;
      place(one, { left: `${Math.min(100, Math.max(0, at))}%` });
    }
    const scene = this.#scene();
    const here = scene?.edited.boundaries.filter((one) => one.t <= playheadMs + 1).at(-1);
    const isHere = here !== undefined && playheadMs - here.t < 1_000;
    const told = here?.replayed?.show ? `${here.replayed.show.campaign} asks` : here?.replayed?.skip;
    this.#head.setAttribute('aria-valuemax', String(Math.round((scene?.edited.endMs ?? 0) / 1_000)));
    this.#head.setAttribute('aria-valuenow', String(Math.round(playheadMs / 1_000)));
    this.#head.setAttribute(
      'aria-valuetext',
      `${clock(playheadMs)}${isHere ? `, ${here.placement}: ${told ?? 'no boundary'}` : ''}`,
    );
  }

  // ---------------------------------------------------------------- hands

  #listen(): void {
    this.#lanes.addEventListener('pointerdown', (event) => this.#down(event));
    this.#lanes.addEventListener('keydown', (event) => this.#hand.key(event));
    this.#lanes.addEventListener('focusout', () => this.#hand.commitSoon());
    this.#lanes.addEventListener(
      'wheel',
      (event) => {
        if (!event.ctrlKey && !event.metaKey && Math.abs(event.deltaX) <= Math.abs(event.deltaY) && !event.shiftKey)
          return;
        event.preventDefault();
        if (event.ctrlKey || event.metaKey) this.#zoom(event.deltaY < 0 ? 1.2 : 1 / 1.2, this.#timeAt(event.clientX));
        else this.#pan((event.deltaX || event.deltaY) / 1_000);
      },
      { passive: false },
    );
  }

  #down(event: PointerEvent): void {
    const target = event.target as HTMLElement;
    const edge = target.closest<HTMLElement>('.edge');
    if (edge !== null) return this.#hand.grab(edge, event);
    const marked = target.closest<HTMLElement>('[data-t]');
    if (marked !== null) return this.#moveHead(Number(marked.dataset['t']));
    if (target.closest('.axis') !== null) return this.#scrub(event);
    if (target.closest('.track') !== null && event.pointerType !== 'touch') this.#dragView(event);
  }

  #scrub(event: PointerEvent): void {
    event.preventDefault();
    this.#head.focus({ preventScroll: true });
    this.#moveHead(this.#timeAt(event.clientX));
    whileDown((move) => this.#moveHead(this.#timeAt(move.clientX)));
  }

  /** A press that does not move sets the playhead; one that does carries the view along. */
  #dragView(event: PointerEvent): void {
    const { fromMs, toMs } = this.#store.window;
    const perPx = (toMs - fromMs) / Math.max(1, this.#axis.clientWidth);
    let hasMoved = false;
    whileDown(
      (move) => {
        const byPx = move.clientX - event.clientX;
        hasMoved ||= Math.abs(byPx) > 4;
        if (hasMoved) this.#look(fromMs - byPx * perPx, toMs - byPx * perPx);
      },
      () => {
        if (!hasMoved) this.#moveHead(this.#timeAt(event.clientX));
      },
    );
  }

  #headKey(event: KeyboardEvent): void {
    const { playheadMs } = this.#store;
    const scene = this.#scene();
    if (scene === undefined) return;
    const stops = scene.edited.boundaries.map((one) => one.t);
    const moves: Readonly<Record<string, number | undefined>> = {
      ArrowRight: playheadMs + (event.shiftKey ? 10_000 : 1_000),
      ArrowLeft: playheadMs - (event.shiftKey ? 10_000 : 1_000),
      Home: 0,
      End: scene.edited.endMs,
      PageDown: stops.find((t) => t > playheadMs),
      PageUp: stops.filter((t) => t < playheadMs).at(-1),
    };
    const to = moves[event.key];
    if (event.key === '+') this.#zoom(ZOOM);
    else if (event.key === '-') this.#zoom(1 / ZOOM);
    else if (to !== undefined) this.#moveHead(to);
    else return;
    event.preventDefault();
  }

  #moveHead(t: number): void {
    const endMs = this.#scene()?.edited.endMs ?? 0;
    this.#store.playheadMs = Math.min(endMs, Math.max(0, Math.round(t)));
    const { fromMs, toMs } = this.#store.window;
    const at = this.#store.playheadMs;
    if (at < fromMs || at > toMs) this.#look(at - (toMs - fromMs) / 2, at + (toMs - fromMs) / 2);
    this.#store.changed('playhead');
  }

  #timeAt(clientX: number): number {
    const { left, width } = this.#axis.getBoundingClientRect();
    const { fromMs, toMs } = this.#store.window;
    return fromMs + ((clientX - left) / Math.max(1, width)) * (toMs - fromMs);
  }

  #zoom(by: number, around = this.#store.playheadMs): void {
    const { fromMs, toMs } = this.#store.window;
    const middle = around >= fromMs && around <= toMs ? around : (fromMs + toMs) / 2;
    this.#look(middle - (middle - fromMs) / by, middle + (toMs - middle) / by);
  }

  #pan(share: number): void {
    const { fromMs, toMs } = this.#store.window;
    const by = (toMs - fromMs) * share;
    this.#look(fromMs + by, toMs + by);
  }

  #look(fromMs: number, toMs: number): void {
    const endMs = Math.max(WINDOW_MS_MIN, (this.#scene()?.edited.endMs ?? 0) * BEYOND);
    const spanMs = Math.min(endMs, Math.max(WINDOW_MS_MIN, toMs - fromMs));
    const from = Math.min(Math.max(0, fromMs), endMs - spanMs);
    this.#store.window = { fromMs: from, toMs: from + spanMs };
    this.#store.changed('window');
  }
}

/** Follows the pointer until it is let go. */
function whileDown(onMove: (event: PointerEvent) => void, onUp: () => void = () => undefined): void {
  const stop = (): void => {
    removeEventListener('pointermove', onMove);
    removeEventListener('pointerup', stop);
    removeEventListener('pointercancel', stop);
    onUp();
  };
  addEventListener('pointermove', onMove);
  addEventListener('pointerup', stop);
  addEventListener('pointercancel', stop);
}

const LEGEND_PINS: readonly PinKind[] = ['accepted', 'declined', 'left', 'held-back'];
const LEGEND_TICKS: readonly TickKind[] = ['breakpoint', 'scene', 'level', 'play-time', 'grant-ended'];
const LEGEND_BANDS = [
  ['first-offer', 'before the first offer'],
  ['cooldown', 'cooldown'],
  ['quiet', 'quiet after a no'],
  ['cap', 'cap reached'],
] as const;

function legend(): HTMLElement {
  const entry = (picture: Element, words: string): HTMLElement => h('li', {}, picture, words);
  return h(
    'ul',
    { class: 'legend', 'aria-label': 'Signs' },
    ...LEGEND_BANDS.map(([kind, words]) => entry(h('span', { class: `swatch band ${kind}` }), words)),
    ...LEGEND_PINS.map((kind) => entry(pinPicture(kind, false), PIN_WORDS[kind])),
    entry(pinPicture('declined', true), 'answer assumed'),
    ...LEGEND_TICKS.map((kind) => entry(tickPicture(kind), TICK_WORDS[kind])),
  );
}
