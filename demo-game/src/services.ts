import type { Sound } from './audio/sound.ts';
import type { Params } from './params.ts';
import type { Progress } from './progress.ts';
import type { Shop } from './shop.ts';
import type { Strings } from './strings.ts';

/** What every scene is given when it is made. */
export interface Services {
  params: Params;
  text: Strings;
  sound: Sound;
  progress: Progress;
  shop: Shop;
  /** Canvas pixels per world pixel: 1, 1.5 or 2. */
  zoom: number;
  /** The player's wish for less movement: no shaking, no flashes, no drifting scenery. */
  reducedMotion: boolean;
  /** Says a sentence to screen readers. */
  announce: (sentence: string) => void;
}
