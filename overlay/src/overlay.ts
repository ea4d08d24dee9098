/** Joins dialog, layout, scene, mirror and sounds into the port the plugin talks to. */
import { Dialog, type ControlId } from './dialog/dialog.ts';
import { createSurface, type Surface } from './draw/surface.ts';
import { createMeasure, Scene } from './draw/scene.ts';
import { familiesFor, familiesOf, fontIsMissing, loadBundledFonts } from './font/load.ts';
import { contains, grown } from './layout/geometry.ts';
import { layOut } from './layout/layout.ts';
import { TARGET_CSS_PX } from './layout/scale.ts';
import type { ControlBox, Layout, Measure } from './layout/types.ts';
import { Mirror } from './mirror.ts';
import { Motion } from './motion.ts';
import type { OverlayIntent, OverlayOptions, OverlayPort, OverlayState, PadButton } from './port.ts';
import { createHowlerSound, SILENCE, type SoundPort } from './sound/sound.ts';
import { themeOf } from './theme.ts';

const IDLE_TIMEOUT_MS = 120_000;
/** A finger is wider than a mouse: targets reach this far beyond their drawn edge, where nothing else is. */
const FORGIVENESS_CSS_PX = 3;

/** Makes the overlay of one game. Resolves when it can draw its first frame as it will stay; rejects when pixi cannot draw. */
export async function createOverlay(options: OverlayOptions): Promise<OverlayPort> {
  const page = options.mirrorParent.ownerDocument;
  const [surface] = await Promise.all([
    createSurface(options.surface ?? 'canvas', options.width, options.height),
    loadBundledFonts(page.fonts, options.locale),
  ]);
  const still = options.reducedMotion;
  const muted = (): boolean => options.muted?.() === true;
  const sound = options.sound === false ? SILENCE : createHowlerSound({ muted, still });
  void sound.load();
  return new Overlay(options, page, surface, sound);
}

class Overlay implements OverlayPort {
  readonly #options: OverlayOptions;
  readonly #page: Document;
  readonly #surface: Surface;
  readonly #sound: SoundPort;
  readonly #themedFont: string;
  #families: readonly string[];
  readonly #scene: Scene;
  readonly #measure: Measure;
  readonly #motion: Motion;
  readonly #mirror: Mirror;
  readonly #dialog: Dialog;
  #screen: { width: number; height: number; cssScale: number };
  #layout: Layout | null = null;
  /** What has to be made anew before the next picture. */
  #stale: 'nothing' | 'controls' | 'all' = 'nothing';
  #place = '';
  #listener: (intent: OverlayIntent) => void = () => undefined;
  #timer: ReturnType<typeof setTimeout> | undefined;
  readonly #whileOpen: (() => void)[] = [];

  constructor(options: OverlayOptions, page: Document, surface: Surface, sound: SoundPort) {
    this.#options = options;
    this.#page = page;
    this.#surface = surface;
    this.#sound = sound;
    this.#screen = { width: options.width, height: options.height, cssScale: options.cssScale };
    const theme = themeOf(options.theme, options.contrast === 'more' || wantsContrast(page));
    this.#themedFont = theme.fontFamily;
    this.#families = familiesFor(this.#themedFont, page.fonts);
    this.#measure = createMeasure(page, (text) => familiesOf(this.#families, this.#themedFont, text));
    this.#scene = new Scene(page, theme, () => this.#families);
    this.#motion = new Motion(options.reducedMotion);
    this.#dialog = new Dialog({
      now: () => options.now(),
      locale: options.locale,
      walletOpens: options.openWallet !== undefined,
      idleTimeoutMs: options.idleTimeoutMs ?? IDLE_TIMEOUT_MS,
      changed: () => this.#changed(),
      intent: (intent) => this.#listener(intent),
      openWallet: () => options.openWallet?.(),
      ...(options.switches && { switches: options.switches }),
      moment: (moment) => sound.play(moment),
    });
    this.#mirror = new Mirror(options.mirrorParent, {
      keyDown: (event) => this.#dialog.keyDown(event),
      keyUp: (event) => this.#dialog.keyUp(event),
      press: (id) => this.#dialog.press(id),
      focused: (id) => this.#dialog.focusOn(id),
    });
  }

  get canvas(): HTMLCanvasElement {
    return this.#surface.canvas;
  }

  show(state: OverlayState): void {
    if (this.#dialog.view === null) this.#open();
    this.#dialog.show(state);
    if ('shown' in state && state.shown !== undefined) void this.#fontsFor(state.shown.locale);
  }

  hide(): void {
    if (this.#dialog.view === null) return;
    for (const undo of this.#whileOpen.splice(0)) undo();
    clearTimeout(this.#timer);
    this.#sound.stop();
    this.#motion.stop();
    this.#dialog.hide();
    this.#mirror.close();
    this.#layout = null;
    this.#place = '';
    this.#stale = 'nothing';
    this.#scene.empty();
    this.#surface.draw(this.#scene.root);
  }

  render(timeMs: number): boolean {
    const { view } = this.#dialog;
    if (view === null || this.#layout === null) return false;
    if (this.#stale === 'nothing' && !this.#motion.isDue(timeMs, view.art)) return false;
    if (this.#stale === 'all') this.#scene.build(this.#layout, view.direction);
    if (this.#stale !== 'nothing') {
      const { focus, hover, pressed } = this.#dialog;
      this.#scene.touch({ focus, hover, pressed: pressed?.id ?? null });
    }
    this.#stale = 'nothing';
    const pose = this.#motion.pose(timeMs, view.art);
    this.#scene.pose(pose);
    this.#scene.paintArt(view.art, pose.artMs);
    this.#surface.draw(this.#scene.root);
    return true;
  }

  animating(): boolean {
    return this.#dialog.view !== null && this.#motion.moving;
  }

  pointer(type: 'down' | 'move' | 'up' | 'cancel', x: number, y: number, pointerId: number): void {
    if (this.#dialog.view === null) return;
    const id = this.#controlAt(x, y);
    if (type === 'down') this.#dialog.pointerDown(id, pointerId);
    else if (type === 'move') this.#dialog.pointerMove(id);
    else if (type === 'up') this.#dialog.pointerUp(id, pointerId);
    else this.#dialog.pointerCancel(pointerId);
    // The browser has given focus to whatever lies below the pointer; keys belong to the dialog.
    if (type === 'up') this.#mirror.reclaim();
  }

  key(event: KeyboardEvent): void {
    if (event.type === 'keyup') this.#dialog.keyUp(event);
    else this.#dialog.keyDown(event);
  }

  pad(type: 'down' | 'up' | 'cancel', button: PadButton): void {
    this.#dialog.pad(type, button);
  }

  resize(width: number, height: number, cssScale: number): void {
    this.#screen = { width, height, cssScale };
    this.#surface.resize(width, height);
    this.#changed('all');
  }

  uncovered(): void {
    if (this.#dialog.view === null) return;
    this.#dialog.uncovered();
    this.#motion.guarded(this.#options.now());
    this.#changed('all');
  }

  onIntent(listener: (intent: OverlayIntent) => void): void {
    this.#listener = listener;
  }

  destroy(): void {
    this.hide();
    this.#sound.destroy();
    this.#scene.destroy();
    this.#surface.destroy();
  }

  #open(): void {
    const view = this.#page.defaultView;
    if (view === null) return;
    const listen = (target: EventTarget, type: string, act: (event: Event) => void): void => {
      target.addEventListener(type, act, true);
      this.#whileOpen.push(() => target.removeEventListener(type, act, true));
    };
    // Wherever a key comes up, the guard must learn of it.
    listen(view, 'keyup', (event) => {
      if (event instanceof KeyboardEvent) this.#dialog.keyUp(event);
    });
    // Capturing, it hears of every element's too.
    listen(view, 'blur', (event) => {
      if (event.target === view) this.#dialog.forgetPresses();
    });
    listen(view, 'focus', (event) => {
      if (event.target === view) this.uncovered();
    });
    listen(this.#page, 'visibilitychange', () => {
      if (!this.#page.hidden) this.uncovered();
    });
    this.#motion.open(this.#options.now());
  }

  /** An offer may come in another language than the page's: its font is fetched then, and all is set anew. */
  async #fontsFor(locale: string): Promise<void> {
    const { fonts } = this.#page;
    if (!fontIsMissing(fonts, locale) || !(await loadBundledFonts(fonts, locale))) return;
    this.#families = familiesFor(this.#themedFont, fonts);
    this.#changed('all');
  }

  /** The dialog changed, or the screen: a new layout at once, so that presses meet what will be drawn; the picture later. */
  #changed(least: 'controls' | 'all' = 'controls'): void {
    const { view } = this.#dialog;
    if (view === null) return;
    const layout = layOut(
      view,
      { ...this.#screen, textScale: this.#options.textScale, tv: this.#options.tv === true },
      this.#dialog.page,
      this.#measure,
    );
    const moved = least === 'all' || this.#place === '' || !sameStill(layout, this.#layout);
    this.#layout = layout;
    this.#dialog.arrange(
      layout.controls.map(({ id }) => id),
      layout.pages,
    );
    if (view.place !== this.#place) {
      if (this.#place !== '') this.#motion.arrive(this.#options.now());
      this.#place = view.place;
    }
    if (moved) this.#stale = 'all';
    else if (this.#stale === 'nothing') this.#stale = 'controls';
    this.#mirror.update({
      view,
      controls: layout.controls.map(({ id }) => id),
      focus: this.#dialog.focus,
      page: layout.page,
      pages: layout.pages,
    });
    this.#schedule();
    this.#options.requestRender();
  }

  /** One timer, for the time-out of an offer; none while nothing runs out. */
  #schedule(): void {
    clearTimeout(this.#timer);
    const nextMs = this.#dialog.nextTickMs();
    if (nextMs === null) return;
    this.#timer = setTimeout(
      () => {
        this.#dialog.tick();
        this.#schedule();
      },
      Math.max(1, nextMs - this.#options.now()),
    );
  }

  #controlAt(x: number, y: number): ControlId | null {
    const layout = this.#layout;
    if (layout === null) return null;
    const hit =
      layout.controls.find((control) => contains(control, x, y)) ??
      layout.controls.find((control) => contains(grown(control, reachOf(control, layout)), x, y));
    return hit?.id ?? null;
  }
}

/** What the player's system asks for; forced colours too mean that edges must be seen. */
const wantsContrast = (page: Document): boolean =>
  ['(prefers-contrast: more)', '(forced-colors: active)'].some((query) => page.defaultView?.matchMedia(query).matches);

/** Brings a small control to the smallest target, and every one a little beyond its edge. */
const reachOf = (control: ControlBox, { cssPx }: Layout): number =>
  Math.max(FORGIVENESS_CSS_PX * cssPx, (TARGET_CSS_PX * cssPx - Math.min(control.width, control.height)) / 2);

/** Whether two layouts look the same: compared as a whole, so that nothing that is drawn can be forgotten here. */
const sameStill = (one: Layout, other: Layout | null): boolean =>
  other !== null && JSON.stringify(one) === JSON.stringify(other);
