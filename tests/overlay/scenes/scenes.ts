/**
 * Visual scenes: what is to be seen, as data. Each has a picture of its name beside this file, which was looked at when it was
 * made; `COINSLOT_REDRAW_SCENES=1 npx vitest run tests/overlay/rules/in-browser.test.ts -t scenes` makes them anew.
 *
 * Two pictures are the same when at most `DIFFERING_SHARE_MAX` of their pixels differ by more than `CHANNEL_MAX` in a channel:
 * with the bundled fonts and `--disable-gpu` one Chromium draws the same bytes each time; another version may smooth an edge
 * or a gradient otherwise. A moved line, a missing word or another colour is far beyond it.
 */
import type { ThemeName } from '@coinslot/overlay';
import type { Language } from '../../../overlay/src/words/index.ts';

export interface VisualScene {
  readonly name: string;
  readonly width: number;
  readonly height: number;
  readonly language: Language;
  /** A name of `statesIn`, or the second step of the offer. */
  readonly state: string;
  readonly theme?: ThemeName;
  readonly textScale?: number;
  readonly tv?: boolean;
}

export const CHANNEL_MAX = 40;
export const DIFFERING_SHARE_MAX = 0.004;

const small = { width: 320, height: 180 } as const;
const wide = { width: 640, height: 360 } as const;
const tall = { width: 360, height: 640 } as const;

export const SCENES: readonly VisualScene[] = [
  { name: 'offer-en', ...wide, language: 'en', state: 'review' },
  { name: 'offer-en-small', ...small, language: 'en', state: 'review' },
  { name: 'offer-ar', ...wide, language: 'ar', state: 'converted' },
  { name: 'offer-ja-tall', ...tall, language: 'ja', state: 'review' },
  { name: 'confirm-de-large', ...wide, language: 'de', state: 'confirm', textScale: 2 },
  { name: 'confirm-es-paper', ...wide, language: 'es', state: 'confirm', theme: 'paper' },
  { name: 'confirm-ar-small', ...small, language: 'ar', state: 'confirm', theme: 'arcade' },
  { name: 'pending-fr', ...wide, language: 'fr', state: 'pending', theme: 'arcade' },
  { name: 'granted-ja', ...wide, language: 'ja', state: 'granted' },
  { name: 'card-pulled-de', ...small, language: 'de', state: 'refused-unknown', theme: 'paper' },
  { name: 'wallet-absent-es-contrast', ...wide, language: 'es', state: 'wallet-absent', theme: 'high-contrast' },
  { name: 'hostile-en', ...wide, language: 'en', state: 'hostile' },
  { name: 'offer-en-tv', width: 960, height: 540, language: 'en', state: 'review', tv: true },
];
