/**
 * The page the browser tests run in: a still game picture, an overlay over it, a clock that only moves when told to. Every
 * call goes through the public port.
 */
import { Howl, Howler } from 'howler';
import { createOverlay, type OverlayPort, type OverlayState, type ThemeChoice } from '@coinslot/overlay';
import type { ControlId } from '../../../overlay/src/dialog/dialog.ts';
import { viewOf, type Step, type View } from '../../../overlay/src/dialog/view.ts';
import { createMeasure } from '../../../overlay/src/draw/scene.ts';
import { familiesFor } from '../../../overlay/src/font/load.ts';
import { layOut } from '../../../overlay/src/layout/layout.ts';
import type { Layout } from '../../../overlay/src/layout/types.ts';
import { statesIn } from '../lib/samples.ts';
import { brokenWords, problemsOf } from '../lib/problems.ts';
import { createContactSheet, type ContactSheet } from './contact-sheet.ts';
import { paintGame } from './game.ts';
import { leastContrast } from './contrast.ts';
import { inkProblems } from './ink.ts';

export interface StageOptions {
  width: number;
  height: number;
  cssScale?: number;
  textScale?: number;
  tv?: boolean;
  locale?: string;
  reducedMotion?: boolean;
  highContrast?: boolean;
  theme?: ThemeChoice;
  walletOpens?: boolean;
  surface?: 'canvas' | 'webgl';
  idleTimeoutMs?: number;
  sound?: boolean;
}

export interface Stage {
  intents: string[];
  renderRequests: number;
  open(options: StageOptions): Promise<void>;
  show(state: OverlayState): void;
  hide(): void;
  close(): void;
  /** Moves the clock on and draws as a game loop would. Returns how many pictures were drawn. */
  run(ms: number, frameMs?: number): number;
  port(): OverlayPort;
  /** The game with the overlay over it, as PNG data URL. */
  picture(): string;
  /** The overlay over one plain colour, as PNG data URL. */
  plainPicture(): string;
  /** The overlay's own pixels. */
  pixels(): Uint8ClampedArray;
  animating(): boolean;
  statesIn: typeof statesIn;
  /** Resolves once howler is there. */
  soundLoaded(): Promise<void>;
  /** Sounds howler has begun since then. */
  soundsPlayed(): number;
  howlerState(): { autoSuspend: boolean };
  /** The middle of a control as it is drawn at this place of the state shown last. */
  middleOf(id: ControlId, step?: 'review' | 'confirm'): [number, number];
  /** Presses and releases keys as the game hears them. */
  keys(keys: string[]): void;
  /** From the offer to its second step, by the mirror's last button. */
  goOn(): void;
  /** Every page of a place of the state shown last, laid out with the fonts that it is drawn with. */
  layouts(step?: Step, closesInSeconds?: number | null): Layout[];
  /** What is wrong with them, in rectangles and in the ink of each text. */
  problems(step?: Step, closesInSeconds?: number | null): string[];
  readonly sheet: ContactSheet;
  /** The least contrast of a text of the offer over any of so many frames of the game, by pixels. */
  contrastOver(frames: number): { ratio: number; text: string };
}

/** A hostile text runs over hundreds of pages, all alike. */
const PAGES_LOOKED_AT = 12;

const game = document.querySelector('canvas') as HTMLCanvasElement;
let overlay: OverlayPort | null = null;
let nowMs = 1_000;
let played = 0;
let lastState: OverlayState = { kind: 'loading' };
let options: StageOptions = { width: 640, height: 360 };

const current = (): OverlayPort => {
  if (overlay === null) throw new Error('stage: nothing open');
  return overlay;
};

/** What is said at a place of the state shown last. */
const placeOf = (step: Step = 'review', closesInSeconds: number | null = null): View =>
  viewOf(lastState, {
    locale: options.locale ?? 'en',
    walletOpens: options.walletOpens === true,
    step,
    closesInSeconds,
  });

/** The game with the overlay over it. */
function framed(frame = 0): HTMLCanvasElement {
  const pen = game.getContext('2d') as CanvasRenderingContext2D;
  paintGame(pen, options.width, options.height, frame);
  pen.drawImage(current().canvas, 0, 0);
  return game;
}

const stage: Stage = {
  sheet: createContactSheet(() => framed()),
  contrastOver(frames) {
    const layout = stage.layouts()[0];
    if (layout === undefined) throw new Error('stage: nothing shown');
    const each = Array.from({ length: frames }, (_, frame) => leastContrast(layout, framed(frame)));
    return each.reduce((least, one) => (one.ratio < least.ratio ? one : least));
  },
  intents: [],
  renderRequests: 0,
  async open(wanted) {
    stage.close();
    options = wanted;
    stage.intents = [];
    const { width, height, cssScale = 1 } = wanted;
    game.width = width;
    game.height = height;
    game.style.width = `${width * cssScale}px`;
    overlay = await createOverlay({
      width,
      height,
      cssScale,
      locale: wanted.locale ?? 'en',
      textScale: wanted.textScale ?? 1,
      tv: wanted.tv ?? false,
      reducedMotion: wanted.reducedMotion ?? true,
      ...(wanted.highContrast === true ? { contrast: 'more' } : {}),
      ...(wanted.theme === undefined ? {} : { theme: wanted.theme }),
      ...(wanted.surface === undefined ? {} : { surface: wanted.surface }),
      ...(wanted.idleTimeoutMs === undefined ? {} : { idleTimeoutMs: wanted.idleTimeoutMs }),
      sound: wanted.sound ?? false,
      mirrorParent: document.querySelector('main') as HTMLElement,
      now: () => nowMs,
      requestRender: () => {
        stage.renderRequests += 1;
      },
      ...(wanted.walletOpens === true ? { openWallet: () => stage.intents.push('(wallet opened)') } : {}),
    });
    overlay.onIntent((intent) => stage.intents.push(intent));
  },
  show(state) {
    lastState = state;
    current().show(state);
  },
  hide: () => current().hide(),
  close() {
    overlay?.destroy();
    overlay = null;
  },
  run(ms, frameMs = 16) {
    let drawn = 0;
    const endMs = nowMs + ms;
    while (nowMs < endMs) {
      nowMs = Math.min(endMs, nowMs + frameMs);
      if (current().render(nowMs)) drawn += 1;
    }
    return drawn;
  },
  port: current,
  picture() {
    return framed().toDataURL('image/png');
  },
  plainPicture() {
    const plain = document.createElement('canvas');
    plain.width = options.width;
    plain.height = options.height;
    const pen = plain.getContext('2d') as CanvasRenderingContext2D;
    pen.fillStyle = '#6f9bd8';
    pen.fillRect(0, 0, plain.width, plain.height);
    pen.drawImage(current().canvas, 0, 0);
    return plain.toDataURL('image/png');
  },
  pixels() {
    const { canvas } = current();
    const copy = document.createElement('canvas');
    copy.width = canvas.width;
    copy.height = canvas.height;
    const pen = copy.getContext('2d', { willReadFrequently: true }) as CanvasRenderingContext2D;
    pen.drawImage(canvas, 0, 0);
    return pen.getImageData(0, 0, copy.width, copy.height).data;
  },
  animating: () => current().animating(),
  statesIn,
  async soundLoaded() {
    // The overlay's own import goes its own way to the same module; it has arrived when its setting is in place.
    const { Howler: loaded } = await import('howler').then((one) =>
      'Howler' in one ? one : (one as { default: typeof one }).default,
    );
    while (loaded.autoSuspend) await new Promise((resolve) => setTimeout(resolve));
    played = 0;
    const play = Reflect.get(Howl.prototype, 'play') as (...of: unknown[]) => number;
    const counted = new Proxy(play, {
      apply(target, sound, of: unknown[]) {
        played += 1;
        return Reflect.apply(target, sound, of);
      },
    });
    Reflect.set(Howl.prototype, 'play', counted);
  },
  soundsPlayed: () => played,
  howlerState: () => ({ autoSuspend: Howler.autoSuspend }),
  middleOf(id, step = 'review') {
    const box = stage.layouts(step)[0]?.controls.find((control) => control.id === id);
    if (box === undefined) throw new Error(`stage: no control ${id}`);
    return [box.x + box.width / 2, box.y + box.height / 2];
  },
  goOn() {
    stage.run(600);
    const buttons = document.querySelectorAll<HTMLButtonElement>('[role=dialog] button');
    buttons[buttons.length - 1]?.click();
    stage.run(600);
  },
  layouts(step = 'review', closesInSeconds = null) {
    const { width, height, cssScale = 1, textScale = 1, tv = false } = options;
    const view = placeOf(step, closesInSeconds);
    const families = familiesFor('', document.fonts);
    const measure = createMeasure(document, () => families);
    const page = (at: number): Layout => layOut(view, { width, height, cssScale, textScale, tv }, at, measure);
    const first = page(0);
    return [first, ...Array.from({ length: Math.min(PAGES_LOOKED_AT, first.pages) - 1 }, (_, at) => page(at + 1))];
  },
  problems(step, closesInSeconds) {
    const families = familiesFor('', document.fonts);
    return stage
      .layouts(step, closesInSeconds)
      .flatMap((layout, at) =>
        [
          ...problemsOf(layout),
          ...brokenWords(layout, placeOf(step, closesInSeconds)),
          ...inkProblems(layout, families),
        ].map((one) => `page ${at + 1}: ${one}`),
      );
  },
  keys(keys) {
    for (const key of keys)
      for (const type of ['keydown', 'keyup']) current().key(new KeyboardEvent(type, { key, code: key }));
  },
};

declare global {
  interface Window {
    stage: Stage;
  }
}
window.stage = stage;
