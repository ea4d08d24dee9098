/** The simulator, run on the edited file: a few thousand made-up players, and the guard-rails of the file. */
import type { SimulationView as Simulated } from '../view.ts';
import { simulate } from './api.ts';
import { fill, h, scrolling, table } from './dom.ts';
import type { Editor } from './editor.ts';
import { bars } from './plots.ts';
import type { Store } from './store.ts';
import { tell } from './told.ts';

const PLAYERS = [500, 1_000, 2_000, 5_000, 10_000] as const;
const PLAYERS_USUAL = 1_000;

export class SimulationView {
  readonly element: HTMLElement;
  readonly #store: Store;
  readonly #editor: Editor;
  readonly #body = h('div', { class: 'stack' });
  readonly #status = h('p', { class: 'hint', role: 'status' });
  readonly #button: HTMLButtonElement;
  readonly #players: HTMLSelectElement;
  /** The rules that the figures are of. */
  #simulated: unknown;

  constructor(store: Store, editor: Editor) {
    this.#store = store;
    this.#editor = editor;
    this.#players = h(
      'select',
      { id: 'simulated-players' },
      ...PLAYERS.map((one) => h('option', { value: one, selected: one === PLAYERS_USUAL }, one.toLocaleString('en'))),
    );
    this.#button = h('button', { type: 'button', class: 'main-button', onclick: () => void this.#run() }, 'Simulate');
    this.element = h(
      'div',
      { class: 'view simulation' },
      h(
        'section',
        { class: 'card', 'aria-labelledby': 'simulation-title' },
        h('h2', { id: 'simulation-title' }, 'Simulated players'),
        h(
          'p',
          { class: 'hint' },
          'Made-up players of several kinds live through weeks of this game with the edited file, under the same engine and the ' +
            'payer’s own limits. Their habits are assumptions: the figures compare rules, they do not promise sales.',
        ),
        h(
          'div',
          { class: 'buttons' },
          h('div', { class: 'field row' }, h('label', { for: 'simulated-players' }, 'Players'), this.#players),
          this.#button,
        ),
        this.#status,
        this.#body,
      ),
    );
    store.onChange((changes) => {
      if (changes.has('rules') && this.#simulated !== undefined && this.#simulated !== store.edited)
        this.#status.textContent = 'The rules have been edited since: simulate again.';
    });
  }

  async #run(): Promise<void> {
    await this.#editor.flush();
    this.#button.disabled = true;
    this.#status.textContent = 'Simulating …';
    const rules = this.#store.edited;
    try {
      const result = (await simulate({ players: Number(this.#players.value) })) as Simulated;
      this.#simulated = rules;
      const never = Math.round(result.shareNeverAsked * 100);
      this.#status.textContent = `${result.players.toLocaleString('en')} players over ${result.days} days; ${never} % were never asked.`;
      fill(this.#body, ...parts(result));
    } catch (fault) {
      this.#status.textContent = '';
      tell(this.#store, fault);
    } finally {
      this.#button.disabled = false;
    }
  }
}

function parts({ figures, personas, guardRails, perHour }: Simulated): HTMLElement[] {
  const rows = figures.map((one) => [one.name, one.p10, one.p50, one.p90, one.most]);
  const kinds = personas.map((one) => [
    one.name,
    String(one.players),
    one.offersPerHour,
    one.firstOffer,
    `${Math.round(one.shareNeverAsked * 100)} %`,
    one.spend,
  ]);
  return [
    ...guardParts(guardRails),
    scrolling('Figures', table('Figures over simulated players', ['', 'p10', 'p50', 'p90', 'most'], rows)),
    bars({
      ...{ id: 'simulated', title: 'Simulated offers an hour of play', unit: 'Players', across: 'offers an hour' },
      labels: perHour.labels,
      series: [{ name: 'players', counts: perHour.counts, colour: '--accent' }],
    }),
    scrolling(
      'Kinds of players',
      table(
        'Kinds of players',
        ['kind', 'players', 'offers an hour, p50', 'first offer, p50', 'never asked', 'spent in all'],
        kinds,
      ),
    ),
  ];
}

function guardParts(guardRails: Simulated['guardRails']): HTMLElement[] {
  if (guardRails.length === 0)
    return [
      h(
        'p',
        { class: 'hint' },
        'The file has no guard-rails: write them under expect: to have them checked here and in CI.',
      ),
    ];
  const broken = guardRails.filter((one) => !one.holds);
  const head =
    broken.length === 0
      ? `All ${guardRails.length} guard-rails hold.`
      : `${broken.length} of ${guardRails.length} guard-rails are broken.`;
  return [
    h(
      'div',
      { class: `guard${broken.length === 0 ? ' held' : ''}` },
      h('strong', {}, head),
      h(
        'ul',
        {},
        ...guardRails.map(({ line, holds, text }) => h('li', {}, `${holds ? '✓' : '✗'} ${text} (line ${line})`)),
      ),
    ),
  ];
}
