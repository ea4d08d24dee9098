/** Every pacing of every campaign as fields: for those that have no band in the session, and for whoever rather types. */
import { durationText, type Campaign } from '@coinslot/plugin/timing';
import { DURATION } from '../../placements/duration.ts';
import { change } from './api.ts';
import { fill, h } from './dom.ts';
import type { Store } from './store.ts';
import { takeView, tell } from './told.ts';

interface Field {
  readonly name: string;
  /** In the YAML file; `caps.session` is a key of `caps`. */
  readonly key: string;
  readonly kind: 'duration' | 'cap';
  textOf(campaign: Campaign): string;
}

const cap = (span: 'session' | 'day' | 'lifetime'): Field => ({
  name: `Most per ${span}`,
  key: `caps.${span}`,
  kind: 'cap',
  textOf: ({ caps }) => String(caps[span] ?? 'none'),
});

const FIELDS: readonly Field[] = [
  {
    name: 'First offer after',
    key: 'firstOfferAfter',
    kind: 'duration',
    textOf: (one) => durationText(one.firstOfferAfterPlayMs),
  },
  { name: 'Cooldown', key: 'cooldown', kind: 'duration', textOf: (one) => durationText(one.cooldownMs) },
  {
    name: 'Quiet after a no',
    key: 'quietAfterDecline',
    kind: 'duration',
    textOf: (one) => durationText(one.quietAfterDeclineMs),
  },
  { name: 'Delay', key: 'delay', kind: 'duration', textOf: (one) => durationText(one.delayMs) },
  cap('session'),
  cap('day'),
  cap('lifetime'),
];

export class PacingFields {
  readonly element: HTMLElement;
  readonly #store: Store;
  readonly #body = h('div', { class: 'stack' });

  constructor(store: Store) {
    this.#store = store;
    this.element = h(
      'section',
      { class: 'card pacing', 'aria-labelledby': 'pacing-title' },
      h('h2', { id: 'pacing-title' }, 'Pacing'),
      h(
        'p',
        { class: 'hint' },
        'The same as the edges of the bands. Durations as 90s, 4m or 1h30m; caps as a number or none.',
      ),
      this.#body,
    );
    store.onChange((changes) => {
      if (changes.has('rules')) this.#draw();
    });
  }

  #draw(): void {
    const { edited, disk } = this.#store;
    if (edited === undefined) return fill(this.#body);
    const focused = document.activeElement as HTMLInputElement | null;
    const typing = this.#body.contains(focused) ? focused : null;
    const typed = typing === null || typing.value === typing.defaultValue ? undefined : typing.value;
    fill(
      this.#body,
      ...edited.campaigns.map((campaign) => {
        const before = disk?.campaigns.find((one) => one.id === campaign.id);
        return h(
          'fieldset',
          {},
          h('legend', {}, campaign.id),
          ...FIELDS.map((field) => this.#field(field, campaign, before)),
        );
      }),
    );
    const again = typing === null ? null : (document.getElementById(typing.id) as HTMLInputElement | null);
    again?.focus();
    if (again !== null && typed !== undefined) again.value = typed;
  }

  #field(field: Field, campaign: Campaign, before: Campaign | undefined): HTMLElement {
    const id = `pacing-${campaign.id}-${field.key}`;
    const value = field.textOf(campaign);
    const was = before === undefined ? value : field.textOf(before);
    return h(
      'div',
      { class: `field${was === value ? '' : ' changed'}` },
      h('label', { for: id }, field.name),
      h('input', {
        id,
        value,
        autocomplete: 'off',
        spellcheck: 'false',
        onchange: (event: Event) => void this.#set(field, campaign, event.currentTarget as HTMLInputElement),
      }),
      was !== value && h('span', { class: 'hint' }, `was ${was}`),
    );
  }

  async #set({ key, kind }: Field, campaign: Campaign, input: HTMLInputElement): Promise<void> {
    const text = input.value.trim();
    const isRight = kind === 'duration' ? DURATION.test(text) : /^([1-9]\d{0,8}|none)$/.test(text);
    input.setAttribute('aria-invalid', String(!isRight));
    if (!isRight) return;
    const value = kind === 'cap' && text !== 'none' ? Number(text) : text;
    const [outer = '', inner] = key.split('.');
    const set = inner === undefined ? { [outer]: value } : { [outer]: { [inner]: value } };
    try {
      takeView(this.#store, await change('edit', { campaign: campaign.id, set }));
    } catch (fault) {
      tell(this.#store, fault);
    }
  }
}
