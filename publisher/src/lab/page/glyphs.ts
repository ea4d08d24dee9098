/** Small pictures: shapes differ, so that none rests on its colour alone. */
import type { Answer, BoundarySelector } from '@coinslot/plugin/timing';
import { s } from './dom.ts';

/** How an offer ended; `shown`: not answered before the recording ends, `unseen`: never on the screen. */
export type PinKind = Answer | 'shown' | 'unseen';

const MARKS: Readonly<Record<PinKind, string>> = {
  accepted: 'M6 10.2 9 13l5-6',
  declined: 'M7 7l6 6M13 7l-6 6',
  left: 'M7 10h6M10.5 7l3 3-3 3',
  failed: 'M10 6v5M10 13.6v.2',
  'held-back': 'M8 7v6M12 7v6',
  shown: 'M10 9.8v.4',
  unseen: 'M7 10h6',
};

export const PIN_WORDS: Readonly<Record<PinKind, string>> = {
  accepted: 'accepted',
  declined: 'declined',
  left: 'left without an answer',
  failed: 'failed',
  'held-back': 'held back by the wallet',
  shown: 'shown, not answered',
  unseen: 'not shown before the end',
};

/** A pin: filled as it stands; `assumed` ones, whose answer nobody has given, have a broken rim. */
export function pinPicture(kind: PinKind, isAssumed: boolean): SVGElement {
  return s(
    'svg',
    { viewBox: '0 0 20 20', class: `pin-picture ${kind}${isAssumed ? ' assumed' : ''}`, 'aria-hidden': 'true' },
    s('circle', { cx: 10, cy: 10, r: 8.2, class: 'pin-disc' }),
    s('path', { d: MARKS[kind], class: 'pin-mark' }),
  );
}

export type TickKind = BoundarySelector['kind'];

const TICKS: Readonly<Record<TickKind, string>> = {
  breakpoint: 'M5 1 9 5 5 9 1 5z',
  scene: 'M1.5 1.5h7v7h-7z',
  level: 'M1 8.6 5 1.4l4 7.2z',
  'play-time': 'M5 1a4 4 0 1 1 0 8 4 4 0 0 1 0-8z',
  'grant-ended': 'M1.5 1.5h7L5 5l3.5 3.5h-7L5 5z',
};

export const TICK_WORDS: Readonly<Record<TickKind, string>> = {
  breakpoint: 'breakpoint',
  scene: 'scene',
  level: 'level',
  'play-time': 'play time',
  'grant-ended': 'grant ended',
};

export const tickPicture = (kind: TickKind): SVGElement =>
  s(
    'svg',
    { viewBox: '0 0 10 10', class: `tick-picture ${kind}`, 'aria-hidden': 'true' },
    s('path', { d: TICKS[kind] }),
  );
