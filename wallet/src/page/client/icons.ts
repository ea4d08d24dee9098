/** Line icons, drawn here. */
import { s } from './dom.ts';

const PATHS = {
  home: 'M4 11.5 12 5l8 6.5V19a1 1 0 0 1-1 1h-4.5v-5h-5v5H5a1 1 0 0 1-1-1z',
  cards:
    'M3.500 7.500A1.500 1.500 0 0 1 5 6h14a1.500 1.500 0 0 1 1.500 1.500v9A1.500 1.500 0 0 1 19 18H5a1.500 1.500 0 0 1-1.500-1.500zM6.500 10h4v4h-4zM14 14.500h3.500',
  up: 'M12 18.500V6M6.500 11.500 12 6l5.500 5.500',
  games:
    'M8 9h8a5 5 0 0 1 5 5v.5a3 3 0 0 1-5.4 1.8L14.500 15h-5l-1.100 1.300A3 3 0 0 1 3 14.500V14a5 5 0 0 1 5-5zM8 11.500v3M6.500 13h3M16 12h.01M17.500 14h.01',
  history: 'M6 4h12v16l-3-2-3 2-3-2-3 2zM9.500 9h5M9.500 12.500h5',
  settings: 'M4 8h9M17 8h3M4 16h3M11 16h9M15 5.800v4.400M9 13.800v4.400',
  locked: 'M7 11V8a5 5 0 0 1 10 0v3M5.500 11h13v9h-13zM12 14.500v2',
  unlocked: 'M7 11V8a5 5 0 0 1 9.600-2M5.500 11h13v9h-13zM12 14.500v2',
  key: 'M14.500 9.500a4.500 4.500 0 1 0-3.400 4.360L12.500 15.500H15V18h2.500v2.500H21V17l-6.800-6.100M8.500 8.500h.01',
  save: 'M12 4v11M7.500 11 12 15.500 16.500 11M5 19.500h14',
  people:
    'M9 11a3.500 3.500 0 1 0 0-7 3.500 3.500 0 0 0 0 7zM2.500 20c0-3.600 2.900-6 6.500-6s6.500 2.400 6.500 6M16 4.500a3.300 3.300 0 0 1 0 6.400M18 14.500c2.200.7 3.500 2.700 3.500 5.500',
  check: 'M5 12.500 10 17l9-10',
  wait: 'M12 7v5l3.500 2M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18z',
  cross: 'M7 7l10 10M17 7 7 17',
  back: 'M9 14 4 9l5-5M4 9h10a6 6 0 0 1 0 12h-3',
  shield: 'M12 3.500 19 6v5.500c0 4.300-2.900 7.300-7 9-4.100-1.700-7-4.700-7-9V6z',
  alert:
    'M12 8v5M12 16.500h.01M10.300 4.300 2.900 17.500A2 2 0 0 0 4.600 20.500h14.800a2 2 0 0 0 1.700-3L13.700 4.300a2 2 0 0 0-3.400 0z',
} as const;

export type IconName = keyof typeof PATHS;

/** Decoration: hidden from assistive technology, whose words stand beside it. */
export function icon(name: IconName): SVGElement {
  return s(
    'svg',
    { class: 'icon', viewBox: '0 0 24 24', 'aria-hidden': 'true', focusable: 'false' },
    s('path', { d: PATHS[name] }),
  );
}

/** The mark of the wallet: a coin over its slot. */
export function mark(): SVGElement {
  return s(
    'svg',
    { class: 'mark', viewBox: '0 0 32 32', 'aria-hidden': 'true', focusable: 'false' },
    s('rect', { width: 32, height: 32, rx: 9, class: 'mark-ground' }),
    s('circle', { cx: 16, cy: 13, r: 8, class: 'mark-coin' }),
    s('circle', { cx: 16, cy: 13, r: 5, class: 'mark-ring' }),
    s('path', { d: 'M0 18h32v5a9 9 0 0 1-9 9H9a9 9 0 0 1-9-9z', class: 'mark-front' }),
    s('rect', { x: 5, y: 16.4, width: 22, height: 3.4, rx: 1.7, class: 'mark-slot' }),
  );
}
