import type { LevelKey } from './sim/types.ts';

/** How a level stands with the player, for the menu to show. */
export type Standing =
  | { kind: 'free' }
  | { kind: 'owned' }
  | { kind: 'minutes'; minutes: number }
  | { kind: 'price'; price: string }
  /** Not for sale here: the publisher's files could not be had. */
  | { kind: 'closed' };

/**
 * What the scenes need to know about paying: a port, so that the game stands without the payment plugin and scenes hold no
 * payment code. Opening a level is not here: scenes are started by key, and the plugin's gate stands before them.
 */
export interface Shop {
  /** Resolves when what was bought before is known. */
  ready(): Promise<void>;
  standing(key: LevelKey): Standing;
  /** The player chose a level; what comes of asking for it is told by `takeNotice`. */
  asking(key: LevelKey): void;
  /**
   * What is sealed of a level, in the clear; `null` when it does not open, and then `takeNotice` says why. Only a verified decision
   * brings its key.
   */
  openContent(key: LevelKey, file: string): Promise<Uint8Array | null>;
  /** Play begins in a level; minutes are counted from here. */
  playStarted(key: LevelKey): void;
  /** Whether a level was given back to the publisher and the money to the player, so that play in it is over. */
  isRefunded(key: LevelKey): boolean;
  /** Play rests: paused, ended, left. */
  playStopped(): void;
  /** A life was lost: no moment to ask for anything. */
  lifeLost(): void;
  /** A level was finished: a moment at which something may be offered. Resolves when the moment is over. */
  levelEnded(key: LevelKey): Promise<void>;
  /** The line to show on coming back to the menu (declined, failed), once. */
  takeNotice(): string | null;
  /** Calls back whenever a standing may have changed; returns the way to stop it. */
  onChange(listener: () => void): () => void;
}

const FREE: readonly LevelKey[] = ['Level1', 'Level2'];

/** The shop of a game without the plugin: the first levels are open, and the others stay closed. */
export const closedShop: Shop = {
  ready: () => Promise.resolve(),
  standing: (key) => ({ kind: FREE.includes(key) ? 'free' : 'closed' }),
  asking: () => undefined,
  openContent: () => Promise.resolve(null),
  playStarted: () => undefined,
  isRefunded: () => false,
  playStopped: () => undefined,
  lifeLost: () => undefined,
  levelEnded: () => Promise.resolve(),
  takeNotice: () => null,
  onChange: () => () => undefined,
};

/** For working on the levels (`vite` without a town): everything is open. Never part of a build. */
export const openHouse: Shop = {
  ...closedShop,
  standing: () => ({ kind: 'free' }),
  async openContent() {
    // The condition is a constant to the bundler: a build has neither this file nor its name.
    if (!import.meta.env.DEV) return null;
    const { default: road } = await import('../coinslot/comets-road.json?raw');
    return new TextEncoder().encode(road);
  },
};
