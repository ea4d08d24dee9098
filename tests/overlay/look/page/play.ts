/**
 * A Phaser game with the plugin and its real overlay, a level that can be bought, and what a test needs to look at both:
 * finished frames, the overlay's own canvas, where a control lies, and a clock that can be moved on.
 */
import { CANVAS, Game, Scale, Scene, WEBGL, type Types } from 'phaser';
import { createOverlay, type OverlayPort, type OverlayState, type PadButton } from '@coinslot/overlay';
import { CoinslotPlugin, type BreakpointResult, type CoinslotOptions } from '@coinslot/plugin';
import type { PlacementsFile } from '@coinslot/plugin/timing';
import type { ControlId } from '../../../../overlay/src/dialog/dialog.ts';
import { viewOf, type Step } from '../../../../overlay/src/dialog/view.ts';
import { createMeasure } from '../../../../overlay/src/draw/scene.ts';
import { familiesFor } from '../../../../overlay/src/font/load.ts';
import { layOut } from '../../../../overlay/src/layout/layout.ts';
import type { Layout } from '../../../../overlay/src/layout/types.ts';

export interface PlayContent {
  readonly priceList: string;
  readonly roots: string;
  readonly placements: PlacementsFile;
  readonly walletPort: number;
  readonly renderer: 'webgl' | 'canvas';
  readonly width: number;
  readonly height: number;
  readonly scale: 'none' | 'fit' | 'resize';
  /** Of Phaser's scale manager: CSS pixels per pixel of the canvas. */
  readonly zoom: number;
  readonly pixelArt: boolean;
  /** The game reads gamepads itself. */
  readonly gamepad: boolean;
  /** The level's camera is zoomed, scrolled and turned. */
  readonly camera: 'plain' | 'moved';
  readonly options?: Partial<Pick<CoinslotOptions, 'theme' | 'switches' | 'contrast' | 'textScale'>>;
}

/** Pixels of a picture, and how many of them are not as they should be. */
export interface Compared {
  readonly pixels: number;
  readonly wrong: number;
}

export interface Play {
  readonly game: Game;
  readonly coinslot: CoinslotPlugin;
  /** What the overlay was told to show, in order; `hidden` where it was closed. */
  readonly states: string[];
  /** What the game's own scenes heard and did. */
  readonly heard: string[];
  readonly updates: Record<string, number>;
  result: BreakpointResult | undefined;
  port(): OverlayPort;
  ask(): void;
  passMs(ms: number): void;
  /** The middle of a control as the player sees it, CSS pixels of the page. */
  middleOf(id: ControlId, step?: Step): readonly [number, number];
  controls(step?: Step): readonly { id: ControlId; width: number; height: number }[];
  titleOf(step: Step): string;
  /** Keeps the finished frame under a name. */
  keep(name: string): Promise<void>;
  /** Whether two kept frames are the same. */
  same(one: string, other: string): Compared;
  /** The kept frame `over`, against the kept frame `under` with the overlay's canvas laid over it as it is now. */
  composed(over: string, under: string): { readonly panel: Compared; readonly outside: Compared };
  picture(name: string): string;
  setPad(index: number, pressed: readonly PadButton[], axes?: readonly number[]): void;
  dropPad(index: number): void;
}

declare global {
  interface Window {
    playContent: PlayContent;
    play: Play;
  }
}

const content = window.playContent;
const bytes = (base64: string): Uint8Array => Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));

let skewMs = 0;
const realNow = performance.now.bind(performance);
/** On a busy machine half a second is soon gone: from the first offer on time passes only when the test says so. */
let frozenMs: number | undefined;
performance.now = () => (frozenMs ?? realNow()) + skewMs;

/** Timers that a test would wait long for: `passMs` runs those that are due. */
const LONG_MS = 5_000;
const longTimers = new Map<number, { readonly dueMs: number; readonly run: () => void }>();
const realSetTimeout = window.setTimeout.bind(window);
const realClearTimeout = window.clearTimeout.bind(window);
window.setTimeout = ((run: () => void, delayMs = 0) => {
  const id = realSetTimeout(run, delayMs);
  if (delayMs >= LONG_MS) longTimers.set(id, { dueMs: performance.now() + delayMs, run });
  return id;
}) as typeof window.setTimeout;
window.clearTimeout = (id) => {
  longTimers.delete(Number(id));
  realClearTimeout(id);
};

function passMs(ms: number): void {
  skewMs += ms;
  for (const [id, { dueMs, run }] of [...longTimers]) {
    if (dueMs > performance.now()) continue;
    window.clearTimeout(id);
    run();
  }
}

/** What `navigator.getGamepads` answers in this page. */
const pads: (Gamepad | null)[] = [null, null, null, null];
navigator.getGamepads = () => pads.slice();
const PLACES: Readonly<Record<PadButton, number>> = { confirm: 0, back: 1, up: 12, down: 13, left: 14, right: 15 };

const states: string[] = [];
const heard: string[] = [];
const updates: Record<string, number> = {};
let port: OverlayPort | undefined;
let lastState: OverlayState = { kind: 'loading' };

/** Still, of many colours, and different in every part. */
class Level extends Scene {
  constructor(key: string) {
    super({ key });
  }

  create(): void {
    const { key } = this.sys.settings;
    const base = key === 'Level1' ? 0x3366cc : 0x44aa66;
    this.cameras.main.setBackgroundColor(base);
    for (let at = 0; at < 400; at += 1) {
      const x = ((at * 97) % 41) * 100 - 100;
      const y = ((at * 53) % 23) * 100 - 100;
      this.add.rectangle(x, y, 70, 60, (base + at * 0x02_35_17) & 0xff_ff_ff).setOrigin(0);
    }
    if (content.camera === 'moved') this.cameras.main.setZoom(1.7).setScroll(37, 21).setRotation(0.2);
    for (const event of ['pause', 'resume', 'shutdown']) this.events.on(event, () => heard.push(`${key}.${event}`));
    this.input.on('pointerdown', () => heard.push(`${key}.pointerdown`));
    this.input.keyboard?.on('keydown', (event: KeyboardEvent) => heard.push(`${key}.keydown ${event.code}`));
    this.input.gamepad?.on('down', (_: unknown, button: { index: number }) => heard.push(`${key}.pad ${button.index}`));
  }

  override update(): void {
    const { key } = this.sys.settings;
    updates[key] = (updates[key] ?? 0) + 1;
  }
}

const data: CoinslotOptions = {
  priceList: bytes(content.priceList),
  roots: bytes(content.roots),
  placements: content.placements,
  sandbox: true,
  wallet: { port: content.walletPort },
  scenes: { Level2: { requires: 'level-3' } },
  ...content.options,
  // The overlay as it is, with its states written down.
  overlay: () =>
    Promise.resolve({
      async createOverlay(options) {
        const real = await createOverlay(options);
        port = real;
        const show = real.show.bind(real);
        const hide = real.hide.bind(real);
        real.show = (state) => {
          lastState = state;
          states.push(state.kind);
          show(state);
        };
        real.hide = () => {
          states.push('hidden');
          hide();
        };
        return real;
      },
    }),
};

const SCALES: Readonly<Record<PlayContent['scale'], number>> = {
  none: Scale.ScaleModes.NONE,
  fit: Scale.ScaleModes.FIT,
  resize: Scale.ScaleModes.RESIZE,
};

const config: Types.Core.GameConfig = {
  type: content.renderer === 'canvas' ? CANVAS : WEBGL,
  scale: {
    mode: SCALES[content.scale],
    parent: 'game',
    width: content.width,
    height: content.height,
    zoom: content.zoom,
    autoCenter: content.scale === 'fit' ? Scale.Center.CENTER_BOTH : Scale.Center.NO_CENTER,
  },
  pixelArt: content.pixelArt,
  banner: false,
  audio: { noAudio: true },
  input: { gamepad: content.gamepad },
  scene: [new Level('Level1'), new Level('Level2')],
  plugins: { global: [{ key: 'Coinslot', plugin: CoinslotPlugin, mapping: 'coinslot', start: true, data }] },
};
const game = new Game(config);

const coinslot = (): CoinslotPlugin => game.plugins.get('Coinslot') as CoinslotPlugin;
const current = (): OverlayPort => {
  if (port === undefined) throw new Error('play: no overlay yet');
  return port;
};

function layoutAt(step: Step): Layout {
  const locale = 'shown' in lastState ? (lastState.shown?.locale ?? 'en') : 'en';
  const view = viewOf(lastState, { locale, walletOpens: true, step, closesInSeconds: null });
  const { canvas } = game;
  const screen = {
    width: canvas.width,
    height: canvas.height,
    cssScale: canvas.getBoundingClientRect().width / canvas.width,
    textScale: content.options?.textScale ?? 1,
  };
  const measure = createMeasure(document, () => familiesFor('', document.fonts));
  return layOut(view, screen, 0, measure);
}

const kept = new Map<string, ImageData>();
const copy = document.createElement('canvas');

/** Pixels of a canvas as they are now. */
function pixelsOf(canvas: HTMLCanvasElement): ImageData {
  copy.width = canvas.width;
  copy.height = canvas.height;
  const pen = copy.getContext('2d', { willReadFrequently: true })!;
  pen.drawImage(canvas, 0, 0);
  return pen.getImageData(0, 0, copy.width, copy.height);
}

function frameOf(name: string): ImageData {
  const frame = kept.get(name);
  if (frame === undefined) throw new Error(`play: no frame ${name}`);
  return frame;
}

/** Levels of a channel by which a half covered pixel may be off: three roundings between canvas, texture and blending. */
const BLENDED_OFF_MAX = 3;

window.play = {
  game,
  get coinslot() {
    return coinslot();
  },
  states,
  heard,
  updates,
  result: undefined,
  port: current,
  ask() {
    window.play.result = undefined;
    frozenMs ??= realNow();
    void coinslot()
      .require('level-3')
      .then((result) => (window.play.result = result));
  },
  passMs,
  middleOf(id, step = 'review') {
    const box = layoutAt(step).controls.find((control) => control.id === id);
    if (box === undefined) throw new Error(`play: no control ${id}`);
    const seen = game.canvas.getBoundingClientRect();
    const cssScale = seen.width / game.canvas.width;
    return [seen.left + (box.x + box.width / 2) * cssScale, seen.top + (box.y + box.height / 2) * cssScale];
  },
  controls(step = 'review') {
    const cssScale = game.canvas.getBoundingClientRect().width / game.canvas.width;
    return layoutAt(step).controls.map(({ id, width, height }) => ({
      id,
      width: width * cssScale,
      height: height * cssScale,
    }));
  },
  titleOf: (step) => viewOf(lastState, { locale: 'en', walletOpens: true, step, closesInSeconds: null }).title,
  keep: (name) =>
    new Promise((resolve) => {
      // Two frames on: whatever was asked for has been drawn by then.
      game.events.once('postrender', () =>
        game.events.once('postrender', () => {
          kept.set(name, pixelsOf(game.canvas));
          resolve();
        }),
      );
    }),
  same(one, other) {
    const [a, b] = [frameOf(one), frameOf(other)];
    if (a.width !== b.width || a.height !== b.height) return { pixels: 0, wrong: Number.POSITIVE_INFINITY };
    let wrong = 0;
    const left = new Uint32Array(a.data.buffer);
    const right = new Uint32Array(b.data.buffer);
    for (let at = 0; at < left.length; at += 1) if (left[at] !== right[at]) wrong += 1;
    return { pixels: left.length, wrong };
  },
  composed(over, under) {
    const [shown, game_, overlay] = [frameOf(over).data, frameOf(under).data, pixelsOf(current().canvas).data];
    const count = { panel: { pixels: 0, wrong: 0 }, outside: { pixels: 0, wrong: 0 } };
    if (shown.length !== overlay.length || shown.length !== game_.length)
      return { panel: { pixels: 0, wrong: Number.POSITIVE_INFINITY }, outside: count.outside };
    for (let at = 0; at < shown.length; at += 4) {
      const alpha = overlay[at + 3]!;
      const part = alpha === 255 ? count.panel : count.outside;
      const offMax = alpha === 255 ? 0 : BLENDED_OFF_MAX;
      part.pixels += 1;
      for (let channel = 0; channel < 3; channel += 1) {
        const expected = (overlay[at + channel]! * alpha + game_[at + channel]! * (255 - alpha)) / 255;
        if (Math.abs(shown[at + channel]! - expected) <= offMax) continue;
        part.wrong += 1;
        break;
      }
    }
    return count;
  },
  picture(name) {
    const frame = frameOf(name);
    copy.width = frame.width;
    copy.height = frame.height;
    copy.getContext('2d')!.putImageData(frame, 0, 0);
    return copy.toDataURL('image/png');
  },
  setPad(index, pressed, axes = [0, 0, 0, 0]) {
    const buttons = Array.from({ length: 17 }, (_, at) => {
      const isPressed = pressed.some((button) => PLACES[button] === at);
      return { pressed: isPressed, touched: isPressed, value: Number(isPressed) };
    });
    const pad = {
      index,
      id: 'Test pad',
      connected: true,
      mapping: 'standard',
      timestamp: performance.now(),
      buttons,
      axes,
    };
    pads[index] = pad as unknown as Gamepad;
  },
  dropPad: (index) => void (pads[index] = null),
};
