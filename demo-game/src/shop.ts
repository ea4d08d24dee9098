import type { LevelKey } from './sim/types.ts';

/** How a level stands with the player, for the menu to show. */
export type Standing =
  { kind: 'free' } | { kind: 'owned' } | { kind: 'minutes'; minutes: number } | { kind: 'price'; price: string };

/**
 * What the scenes need to know about paying: a port, so that the game stands without the payment plugin and scenes hold no
 * payment code. Opening a level is not here: scenes are started by key, and the plugin's gate stands before them.
 */
export interface Shop {
  standing(key: LevelKey): Standing;
  /** Play begins in a level; minutes are counted from here. */
  playStarted(): void;
  /** Play rests: paused, ended, left. */
  playStopped(): void;
  /** A level was finished: a moment at which something may be offered. Resolves when the moment is over. */
  levelEnded(key: LevelKey): Promise<void>;
  /** The line to show on coming back to the menu (declined, failed), once. */
  takeNotice(): string | null;
  /** Calls back whenever a standing may have changed; returns the way to stop it. */
  onChange(listener: () => void): () => void;
}

/** The shop of a game without the plugin: everything is open. */
export const openHouse: Shop = {
  standing: () => ({ kind: 'free' }),
  playStarted: () => undefined,
  playStopped: () => undefined,
  levelEnded: () => Promise.resolve(),
  takeNotice: () => null,
  onChange: () => () => undefined,
};
