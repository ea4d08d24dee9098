/**
 * The door between the plugin and whatever shows an offer to the player. The plugin owns the Phaser side (scene, texture,
 * pause, pointer and key events) and calls in; the overlay owns the pixels of a canvas of its own, focus, sounds, the mirror
 * DOM and the two steps, and answers with intents. An intent is a wish of the player, never a proof: only a verified
 * decision opens anything.
 */
import type { Charged, CodeName, Shown } from '@coinslot/protocol';
import type { PadButton, Switches } from './dialog/keys.ts';
import type { ThemeChoice } from './theme.ts';

export type { PadButton, Switches } from './dialog/keys.ts';
export type { Depth, ThemeChoice, ThemeName, ThemeTokens } from './theme.ts';

/** What the plugin imports on demand; a studio can put a module of its own in its place. */
export interface OverlayModule {
  /** Resolves once fonts and renderer are ready, so that the first frame is the final one. Rejects when neither draws. */
  createOverlay(options: OverlayOptions): Promise<OverlayPort>;
}

export interface OverlayOptions {
  /** Backing-store pixels of the overlay's canvas: those of the game canvas. */
  width: number;
  height: number;
  /** CSS pixels per backing-store pixel, as the player sees the game canvas. Targets are >= 44 CSS px by it. */
  cssScale: number;
  /** BCP 47; the closest shipped language is used, English failing that. The shown offer's own locale wins once there. */
  locale: string;
  /** The player's text size, 1 ... 2. */
  textScale: number;
  /** A look by its name, or tokens over one. Default `lantern`. */
  theme?: ThemeChoice;
  /** For a screen across the room: everything a third larger, text of at least 26 px at 1080p. Default false. */
  tv?: boolean;
  /** `more`: the high-contrast look, whatever the theme. Default: where the player's system asks for it. */
  contrast?: 'more';
  /** No motion at all: states change at once. */
  reducedMotion: boolean;
  /** Sounds through howler, when it can be loaded. Default true. */
  sound?: boolean;
  /** Whether the player has silenced the game: asked before every sound. Default: no. */
  muted?(): boolean;
  /** The keys of two switches. Default: none; Tab, arrows, Enter, Space and Escape always work. */
  switches?: Switches;
  /** Where the mirror DOM goes: beside the game canvas, in the document. */
  mirrorParent: HTMLElement;
  /** Milliseconds, monotonic. */
  now(): number;
  /** Something changed: the plugin calls `render()` once on the next game frame. May be called many times a frame. */
  requestRender(): void;
  /**
   * Opens the wallet's page. When given, the states in which the player has something to do there offer a button for it.
   */
  openWallet?(): void;
  /** What pixi draws with; the other one when it cannot be had. Default `canvas`. */
  surface?: 'canvas' | 'webgl';
  /** Without any input for this long an offer closes as a decline, announced before. At least 20,000; default 120,000. */
  idleTimeoutMs?: number;
}

/**
 * Why no wallet was reached. `wallet-ask`: the browser will ask the player once they try again. `wallet-permission`: it was
 * told no. `wallet-unfit`: it would never ask, since the page is framed without leave or is not https. `not-paired`: the
 * wallet's page asks. `needs-code`: an installed game, which takes a code from the wallet's page.
 */
export type UnreachableReason =
  'wallet-absent' | 'wallet-ask' | 'wallet-permission' | 'wallet-unfit' | 'not-paired' | 'needs-code';

export type OverlayState =
  /** Waiting for what the wallet wants shown. */
  | { kind: 'loading' }
  /** The offer. The second step ("confirm") is the overlay's own; asked anew it starts at the first step again. */
  | { kind: 'review'; shown: Shown }
  /** The PIN, or the password, is asked for on the wallet's page. */
  | { kind: 'elsewhere'; shown: Shown }
  | { kind: 'paying'; shown: Shown }
  /** Undecided: it may still be charged; the player may go on playing. */
  | { kind: 'pending'; shown: Shown }
  /** Only after a verified decision. */
  | { kind: 'granted'; shown: Shown }
  /** `text` is the wallet's own sentence, in the player's language; empty when there is none. */
  | { kind: 'refused'; code: CodeName; charged: Charged; text: string; shown?: Shown }
  /** No wallet was reached; nothing was charged. */
  | { kind: 'unreachable'; reason: UnreachableReason };

/**
 * accept: review and confirm were both pressed. decline: an answer of "no", from loading, review, confirm or elsewhere.
 * leave: stop waiting and play on while paying or pending; the payment goes on. retry: ask the wallet again from the start
 * (refused with a retryable code, unreachable, review with too little money). close: the player has read granted, refused
 * or unreachable. Escape gives decline, leave or close, whichever the state has.
 */
export type OverlayIntent = 'accept' | 'decline' | 'leave' | 'retry' | 'close';

export interface OverlayPort {
  /** Detached; its size follows `resize`. */
  readonly canvas: HTMLCanvasElement;
  /** Opens on the first call, moves focus into the mirror DOM and starts the input guard; later calls change the state. */
  show(state: OverlayState): void;
  /** Closes: stops every sound, empties canvas and mirror DOM, gives focus back to where it was. `show` opens again. */
  hide(): void;
  /** Draws if something changed or moves. True: upload the texture. `timeMs` is of the same clock as `now()`. */
  render(timeMs: number): boolean;
  /** Something moves: call `render` on the next frame too. */
  animating(): boolean;
  /** Backing-store pixels. `leave`, or a cancelled touch, is `cancel`. */
  pointer(type: 'down' | 'move' | 'up' | 'cancel', x: number, y: number, pointerId: number): void;
  /** keydown and keyup as the browser gave them; the same event object again is ignored (Phaser re-emits). */
  key(event: KeyboardEvent): void;
  /**
   * A gamepad's button. One that is down when the dialog opens is told too: it counts for nothing. A gamepad that is gone
   * while a button is down gives `cancel`.
   */
  pad(type: 'down' | 'up' | 'cancel', button: PadButton): void;
  resize(width: number, height: number, cssScale: number): void;
  /** The canvas is seen again after it was covered, lost or hidden: input is ignored for 500 ms, and all is drawn anew. */
  uncovered(): void;
  /** One listener; a second call replaces it. Called synchronously from key, pointer, mirror DOM or time-out. */
  onIntent(listener: (intent: OverlayIntent) => void): void;
  /** `hide`, then frees the renderer, fonts and mirror DOM. The port must not be used afterwards. */
  destroy(): void;
}
