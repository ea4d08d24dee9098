/** Every offer of `offers.yaml` as a player will see it, drawn by the overlay itself, before anything is signed. */
import type { OverlayModule, ThemeName } from '@coinslot/overlay';
import type { OfferView } from '../view.ts';
import { fill, h } from './dom.ts';
import { previewShown } from './preview-shown.ts';
import type { Store } from './store.ts';

const SIZES = [
  { name: 'Wide, 960 × 540', width: 960, height: 540 },
  { name: 'Small, 640 × 360', width: 640, height: 360 },
  { name: 'Tall, 360 × 640', width: 360, height: 640 },
  { name: 'Tiny, 320 × 180', width: 320, height: 180 },
] as const;
const TEXT_SIZES = [1, 1.5, 2] as const;
const STEPS = { review: 'The offer', confirm: 'Confirming', granted: 'Paid' } as const;
type Step = keyof typeof STEPS;

/** Input is ignored for half a second after a dialog opens; the preview's clock stands well after that. */
const OPENED_MS = 1_000;
const SETTLED_MS = 5_000;

interface Choice {
  locale: string;
  textScale: number;
  theme: ThemeName;
  size: (typeof SIZES)[number];
  step: Step;
}

export class OffersView {
  readonly element: HTMLElement;
  readonly #store: Store;
  readonly #choices = h('div', { class: 'choices' });
  readonly #grid = h('div', { class: 'offers' });
  readonly #status = h('p', { class: 'hint', role: 'status' });
  readonly #choice: Choice = { locale: '', textScale: 1, theme: 'lantern', size: SIZES[0], step: 'review' };
  #drawn = '';
  /** Counts drawings, so that one that was overtaken by another stops. */
  #turn = 0;

  constructor(store: Store) {
    this.#store = store;
    this.element = h(
      'div',
      { class: 'view offers-view' },
      h(
        'section',
        { class: 'card', 'aria-labelledby': 'offers-title' },
        h('h2', { id: 'offers-title' }, 'Offers as players see them'),
        h(
          'p',
          { class: 'hint' },
          'Texts and prices from offers.yaml, drawn by the overlay itself; nothing is signed yet. The wallet adds what only it ' +
            'knows: the seller’s name from the certificate (here: the publisher id), the price in the player’s own currency with its rate, ' +
            'a PIN where the player’s limits ask for one, and TEST while the keys are those of a sandbox.',
        ),
        this.#choices,
        this.#status,
      ),
      this.#grid,
    );
    store.onChange((changes) => {
      if ((changes.has('view') || changes.has('window')) && !this.element.hidden) this.#draw();
    });
  }

  #draw(): void {
    const { view } = this.#store;
    if (view === undefined) return;
    const locales = [...new Set(view.offers.flatMap((one) => one.texts.map((text) => text.locale)))];
    if (!locales.includes(this.#choice.locale)) this.#choice.locale = locales[0] ?? 'en';
    const key = JSON.stringify([view.offers, this.#choice]);
    if (key === this.#drawn) return;
    this.#drawn = key;
    this.#drawChoices(locales);
    void this.#drawOffers(view.offers);
  }

  #drawChoices(locales: readonly string[]): void {
    const { locale, textScale, theme, size, step } = this.#choice;
    const focused = document.activeElement?.id;
    const names = new Intl.DisplayNames(['en'], { type: 'language' });
    fill(
      this.#choices,
      this.#select(
        'language',
        'Language',
        locales.map((one) => [one, names.of(one) ?? one]),
        locale,
        (value) => {
          this.#choice.locale = value;
        },
      ),
      this.#select(
        'text',
        'Text size',
        TEXT_SIZES.map((one) => [String(one), `${one * 100} %`]),
        String(textScale),
        (value) => {
          this.#choice.textScale = Number(value);
        },
      ),
      this.#select(
        'theme',
        'Theme',
        THEMES.map((one) => [one, one]),
        theme,
        (value) => {
          this.#choice.theme = THEMES.find((one) => one === value) ?? 'lantern';
        },
      ),
      this.#select(
        'size',
        'Canvas',
        SIZES.map((one) => [one.name, one.name]),
        size.name,
        (value) => {
          this.#choice.size = SIZES.find((one) => one.name === value) ?? SIZES[0];
        },
      ),
      this.#select('step', 'Step', Object.entries(STEPS), step, (value) => {
        this.#choice.step = value as Step;
      }),
    );
    if (focused !== undefined && focused !== '') document.getElementById(focused)?.focus();
  }

  #select(
    name: string,
    label: string,
    options: readonly (readonly [string, string])[],
    chosen: string,
    take: (value: string) => void,
  ): HTMLElement {
    const id = `offers-${name}`;
    const onchange = (event: Event): void => {
      take((event.currentTarget as HTMLSelectElement).value);
      this.#draw();
    };
    return h(
      'div',
      { class: 'field' },
      h('label', { for: id }, label),
      h(
        'select',
        { id, onchange },
        ...options.map(([value, text]) => h('option', { value, selected: value === chosen }, text)),
      ),
    );
  }

  async #drawOffers(offers: readonly OfferView[]): Promise<void> {
    const turn = (this.#turn += 1);
    this.#status.textContent = 'Drawing …';
    const overlay = await import('@coinslot/overlay');
    // The policy of this page forbids it, and would report the try.
    await overlay.forgoEval();
    const choice = { ...this.#choice };
    const figures: HTMLElement[] = [];
    for (const offer of offers) {
      const picture = await draw(overlay, offer, choice, this.#payee());
      if (turn !== this.#turn) return;
      figures.push(
        h(
          'figure',
          { class: `offer ${choice.size.width < choice.size.height ? 'tall' : ''}` },
          picture,
          h('figcaption', {}, h('strong', {}, offer.id), h('span', { class: 'hint' }, captionOf(offer, choice))),
        ),
      );
    }
    fill(this.#grid, ...figures);
    this.#status.textContent = `${offers.length} offers.`;
  }

  #payee(): string {
    return this.#store.view?.publisher ?? '';
  }
}

const THEMES = ['lantern', 'arcade', 'paper'] as const satisfies readonly ThemeName[];

function captionOf({ texts }: OfferView, { locale }: Choice): string {
  return texts.some((one) => one.locale === locale)
    ? ''
    : ` has no texts in ${locale}; shown in ${texts[0]?.locale ?? '-'}`;
}

/** A picture of the dialog. Its mirror for the keyboard stays outside of the page: there is nothing to press here. */
async function draw(overlay: OverlayModule, offer: OfferView, choice: Choice, payee: string): Promise<HTMLElement> {
  const { width, height } = choice.size;
  const mirror = document.createElement('div');
  let nowMs = OPENED_MS;
  const port = await overlay.createOverlay({
    ...{ width, height, cssScale: 1, locale: choice.locale, textScale: choice.textScale, theme: choice.theme },
    ...{ reducedMotion: true, sound: false, mirrorParent: mirror },
    now: () => nowMs,
    requestRender: () => undefined,
  });
  const shown = previewShown(offer, choice.locale, payee, Date.now());
  port.show({ kind: 'review', shown });
  port.render(nowMs);
  nowMs += SETTLED_MS;
  if (choice.step === 'confirm') {
    [...mirror.querySelectorAll('button')].at(-1)?.click();
    nowMs += SETTLED_MS;
  }
  if (choice.step === 'granted') port.show({ kind: 'granted', shown });
  port.uncovered();
  nowMs += SETTLED_MS;
  port.render(nowMs);
  const kept = copyOf(port.canvas);
  const words = `${shown.title}, ${shown.total.text}. ${shown.description} ${shown.grant}`;
  kept.setAttribute('role', 'img');
  kept.setAttribute('aria-label', words);
  port.destroy();
  return kept;
}

function copyOf(canvas: HTMLCanvasElement): HTMLCanvasElement {
  const kept = h('canvas', { class: 'stage', width: canvas.width, height: canvas.height });
  kept.getContext('2d')?.drawImage(canvas, 0, 0);
  return kept;
}
