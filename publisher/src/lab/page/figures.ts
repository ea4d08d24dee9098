/** The figures of all recorded sessions, with the edited file and the one on disk side by side. */
import type { PlacementsFile, Replay } from '@coinslot/plugin/timing';
import { fill, h, place, scrolling, table } from './dom.ts';
import { answerTimes, funnelOf, hourlyOffers, offersByMinute, type Bins, type Funnel } from './figures-model.ts';
import { bars, type BarSeries } from './plots.ts';
import type { Store } from './store.ts';

/** Counting waits until the hand rests. */
const REST_MS = 150;

export class Figures {
  readonly element: HTMLElement;
  readonly #store: Store;
  readonly #funnel = h('div', { class: 'stack' });
  readonly #plots = h('div', { class: 'plots' });
  readonly #count = h('p', { class: 'hint', role: 'status' });
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(store: Store) {
    this.#store = store;
    this.element = h(
      'div',
      { class: 'view figures' },
      h(
        'section',
        { class: 'card', 'aria-labelledby': 'funnel-title' },
        h('h2', { id: 'funnel-title' }, 'From boundary to purchase'),
        this.#count,
        this.#funnel,
      ),
      h(
        'section',
        { class: 'card', 'aria-labelledby': 'plots-title' },
        h('h2', { id: 'plots-title' }, 'Plots'),
        this.#plots,
      ),
    );
    store.onChange((changes) => {
      if (changes.has('rules') || changes.has('sessions')) this.#drawSoon();
    });
    matchMedia('(prefers-color-scheme: dark)').addEventListener('change', () => this.#drawSoon());
  }

  #drawSoon(): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#draw(), REST_MS);
  }

  #draw(): void {
    const { sessions, edited, disk, hasEdits } = this.#store;
    if (edited === undefined) return;
    const under = (file: PlacementsFile): Replay[] => sessions.map((one) => this.#store.replayOf(one, file));
    const now = under(edited);
    const before = hasEdits && disk !== undefined ? { file: disk, replays: under(disk) } : undefined;
    this.#count.textContent =
      `${sessions.length} ${sessions.length === 1 ? 'session' : 'sessions'}, replayed with the edited file` +
      `${before === undefined ? '' : ' and with the one on disk'}. Offers that nobody has answered count as declined.`;
    fill(this.#funnel, ...funnelParts(funnelOf(edited, now), before && funnelOf(before.file, before.replays)));
    const endMs = Math.max(0, ...now.map((one) => one.endMs));
    const pair = (count: (replays: readonly Replay[]) => Bins): readonly [Bins, BarSeries[]] => {
      const bins = count(now);
      const edit: BarSeries = { name: 'edited', counts: bins.counts, colour: '--accent' };
      if (before === undefined) return [bins, [{ ...edit, name: 'count' }]];
      return [bins, [{ name: 'on disk', counts: count(before.replays).counts, colour: '--before' }, edit]];
    };
    const [hourly, hourlySeries] = pair(hourlyOffers);
    const [minutes, minuteSeries] = pair((replays) => offersByMinute(replays, endMs));
    const answers = answerTimes(now);
    fill(
      this.#plots,
      bars({
        id: 'hourly',
        title: 'Offers an hour of play',
        unit: 'Sessions',
        across: 'offers an hour',
        labels: hourly.labels,
        series: hourlySeries,
      }),
      bars({
        id: 'minutes',
        title: 'When offers come',
        unit: 'Offers',
        across: 'minute of the session',
        labels: minutes.labels,
        series: minuteSeries,
      }),
      bars({
        id: 'answers',
        title: 'Time to answer',
        unit: 'Answers of the recording',
        across: 'seconds',
        labels: answers.labels,
        series: [{ name: 'answers', counts: answers.counts, colour: '--accent' }],
      }),
    );
  }
}

const STEPS = ['reached', 'eligible', 'shown', 'accepted'] as const;

function funnelParts(now: readonly Funnel[], before: readonly Funnel[] | undefined): HTMLElement[] {
  const most = Math.max(1, ...now.map((one) => one.reached), ...(before ?? []).map((one) => one.reached));
  const pictures = now.map((one) => {
    const was = before?.find((other) => other.campaign === one.campaign);
    return h(
      'div',
      { class: 'funnel', 'aria-hidden': 'true' },
      h('h3', {}, one.campaign),
      ...STEPS.map((step) =>
        h(
          'div',
          { class: 'funnel-step' },
          h('span', { class: 'funnel-name' }, step),
          h(
            'span',
            { class: 'funnel-bars' },
            was !== undefined && bar('before', was[step], most),
            bar('after', one[step], most),
          ),
          h(
            'span',
            { class: 'funnel-count' },
            was !== undefined && was[step] !== one[step] ? `${was[step]} → ${one[step]}` : String(one[step]),
          ),
        ),
      ),
    );
  });
  const cell = (one: Funnel, step: (typeof STEPS)[number]): string => {
    const was = before?.find((other) => other.campaign === one.campaign);
    return was === undefined ? String(one[step]) : `${was[step]} → ${one[step]}`;
  };
  const rows = now.map((one) => [one.campaign, ...STEPS.map((step) => cell(one, step))]);
  const caption = before === undefined ? 'Funnel' : 'Funnel, file on disk → edited';
  return [
    h('div', { class: 'funnels' }, ...pictures),
    h(
      'details',
      { id: 'funnel-table' },
      h('summary', {}, 'Funnel as a table'),
      scrolling(caption, table(caption, ['campaign', ...STEPS], rows)),
    ),
  ];
}

function bar(which: string, count: number, most: number): HTMLElement {
  const element = h('span', { class: `funnel-bar ${which}` });
  place(element, { width: count === 0 ? '0' : `max(2px, ${(count / most) * 100}%)` });
  return element;
}
