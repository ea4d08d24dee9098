/**
 * What the core is given from outside, so that the whole of link, timing, flow and entitlements runs without Phaser and
 * without a browser: in tests, in scripts, in another engine.
 */
import type { OverlayIntent, OverlayState } from '@coinslot/overlay';

export interface Clock {
  /** Wall clock, ms since 1970. */
  nowMs(): number;
  /** Runs once, `delayMs` from now; the returned function calls it off. */
  after(delayMs: number, run: () => void): () => void;
}

export type RandomBytes = (length: number) => Uint8Array;

/** A socket of the link. Nothing is sent before `opened`, nothing is heard after `closed`. */
export interface LinkSocket {
  send(bytes: Uint8Array): void;
  close(): void;
}

export interface SocketEvents {
  message(bytes: Uint8Array): void;
  /** WebSocket close code; also when it could not be opened at all. */
  closed(code: number): void;
}

export type OpenSocket = (url: string, subprotocols: readonly string[], events: SocketEvents) => LinkSocket;

/**
 * What the browser says about reaching the loopback interface from this page. `prompt`: it asks the player when a connection
 * is tried. `unfit`: it refuses and never asks, because of how the page is framed or served. `unknown`: it has no such
 * permission.
 */
export type LoopbackPermission = 'granted' | 'prompt' | 'denied' | 'unfit' | 'unknown';

export interface LoopbackPermissionPort {
  read(): Promise<LoopbackPermission>;
  /** Tells of every change, while the page lives. */
  onChange(changed: () => void): void;
}

/** Values are structured-clonable. A write has reached the store when its promise resolves. */
export interface Store {
  get(table: string, key: string): Promise<unknown>;
  put(table: string, key: string, value: unknown): Promise<void>;
  delete(table: string, key: string): Promise<void>;
  /** Every [key, value] of a table. */
  list(table: string): Promise<readonly (readonly [string, unknown])[]>;
}

/** The player's; or the page was hidden (`hidden`), or the game ends or cannot draw any more (`ended`). */
export type PlayerIntent = OverlayIntent | 'hidden' | 'ended';

/** The dialog while it is open. */
export interface ConsentDialog {
  show(state: OverlayState): void;
  /** One listener. */
  onIntent(listener: (intent: PlayerIntent) => void): void;
  /** Gives the game back exactly as it was. */
  close(): void;
}

/** Where the player is asked. `open` holds the game; it rejects when nothing can be drawn, and then holds nothing. */
export interface ConsentStage {
  open(): Promise<ConsentDialog>;
  /** A boundary nears: what `open` needs may be loaded now. */
  prefetch?(): void;
}

export interface CorePorts {
  readonly clock: Clock;
  readonly random: RandomBytes;
  readonly store: Store;
  readonly openSocket: OpenSocket;
  readonly stage: ConsentStage;
  /** Default: `unknown`, for ever. */
  readonly loopbackPermission?: LoopbackPermissionPort;
  /** Loads a sealed file; default: `fetch`. */
  readonly fetchBytes?: (url: string) => Promise<Uint8Array>;
  /**
   * The web origin of the game as the browser sends it (`self.origin`), which is part of the link's proof. Empty or `null` for
   * a game that is no web page: it is paired by a code.
   */
  readonly origin: string;
  /** Minutes east of UTC for the player's calendar day; default 0. */
  readonly utcOffsetMinutes?: number;
}
