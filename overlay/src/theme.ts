/**
 * The look, by tokens: colours, radius, font, depth, logo. Order, size and wording of price and choices are not among them.
 * Colours are `#rrggbb`; what must be readable is checked by `contrastProblems`.
 */
export interface ThemeTokens {
  /** Laid over the game, at `scrimAlpha` (0.4 ... 1). */
  scrim: string;
  scrimAlpha: number;
  /** The panel, from top to bottom. */
  panelTop: string;
  panelBottom: string;
  /** Fine line round panel and sections. */
  line: string;
  /** Inset that holds coin and amount. */
  well: string;
  ink: string;
  inkSoft: string;
  /** Every choice wears the same face. */
  button: string;
  buttonInk: string;
  buttonLine: string;
  focus: string;
  accent: string;
  coin: string;
  /** Notices, and the mark of a test. */
  warning: string;
  badgeInk: string;
  /** Corner of the panel in layout units (CSS pixels on small screens), 0 ... 32. */
  radius: number;
  /**
   * `soft`: light from above and soft shadows. `raised`: panel and choices stand on a solid edge, as keys of a machine do.
   * `flat`: faces and drawn lines only.
   */
  depth: Depth;
  /** A font family the page has loaded; empty for the bundled Inter. */
  fontFamily: string;
  /** Drawn in the header in place of the slot mark: square, at least 64 x 64 pixels, of the page's own origin. */
  logo: CanvasImageSource | null;
}

export type Depth = 'flat' | 'soft' | 'raised';

/** Night blue and lamplight. */
const LANTERN: Readonly<ThemeTokens> = Object.freeze({
  scrim: '#050814',
  scrimAlpha: 0.68,
  panelTop: '#2a3354',
  panelBottom: '#151b30',
  line: '#46537c',
  well: '#0b1020',
  ink: '#f7f8fd',
  inkSoft: '#b9c3dc',
  button: '#34426a',
  buttonInk: '#ffffff',
  buttonLine: '#7f8fbd',
  focus: '#9adcff',
  accent: '#ffd68a',
  coin: '#f4b63a',
  warning: '#ffc27a',
  badgeInk: '#2a1800',
  radius: 20,
  depth: 'soft',
  fontFamily: '',
  logo: null,
});

/** A cabinet after dark: violet metal, keys that stand up, a cyan edge. */
const ARCADE: Readonly<ThemeTokens> = Object.freeze({
  scrim: '#07020f',
  scrimAlpha: 0.74,
  panelTop: '#2c1650',
  panelBottom: '#1a0b33',
  line: '#21b8c9',
  well: '#0a0418',
  ink: '#fdf7ff',
  inkSoft: '#cdb9ea',
  button: '#46237c',
  buttonInk: '#ffffff',
  buttonLine: '#a77be8',
  focus: '#7dfbe6',
  accent: '#ff9fdc',
  coin: '#ffd23e',
  warning: '#ffb86b',
  badgeInk: '#2b1200',
  radius: 10,
  depth: 'raised',
  fontFamily: '',
  logo: null,
});

/** Ink on warm paper, for games that are bright themselves. */
const PAPER: Readonly<ThemeTokens> = Object.freeze({
  scrim: '#2b1d10',
  scrimAlpha: 0.6,
  panelTop: '#fffaf0',
  panelBottom: '#f4e8d2',
  line: '#c9b592',
  well: '#f1e4ca',
  ink: '#2b2116',
  inkSoft: '#5f4f3a',
  button: '#fffdf8',
  buttonInk: '#2b2116',
  buttonLine: '#8a7350',
  focus: '#1e5fae',
  accent: '#8a4307',
  coin: '#dd9a22',
  warning: '#8f2f10',
  badgeInk: '#fff4e6',
  radius: 14,
  depth: 'soft',
  fontFamily: '',
  logo: null,
});

/** For players who ask for more contrast: every text at 7:1 or better, every edge drawn. */
const HIGH_CONTRAST: Readonly<ThemeTokens> = Object.freeze({
  ...LANTERN,
  scrim: '#000000',
  scrimAlpha: 0.86,
  panelTop: '#000000',
  panelBottom: '#000000',
  line: '#ffffff',
  well: '#000000',
  ink: '#ffffff',
  inkSoft: '#ececec',
  button: '#000000',
  buttonInk: '#ffffff',
  buttonLine: '#ffffff',
  focus: '#ffe600',
  accent: '#ffe600',
  coin: '#ffcf33',
  warning: '#ffd9a8',
  badgeInk: '#000000',
  depth: 'flat',
});

/** The looks that come with the overlay; `lantern` is the default. */
export const themes = Object.freeze({
  lantern: LANTERN,
  arcade: ARCADE,
  paper: PAPER,
  'high-contrast': HIGH_CONTRAST,
});
export type ThemeName = keyof typeof themes;

/** A look by its name, or tokens over the one named by `base` (default `lantern`). */
export type ThemeChoice = ThemeName | (Partial<ThemeTokens> & { readonly base?: ThemeName });

const COLOURS = [
  'scrim',
  'panelTop',
  'panelBottom',
  'line',
  'well',
  'ink',
  'inkSoft',
  'button',
  'buttonInk',
  'buttonLine',
  'focus',
  'accent',
  'coin',
  'warning',
  'badgeInk',
] as const satisfies readonly (keyof ThemeTokens)[];
type Colour = (typeof COLOURS)[number];
type ColourPair = readonly [front: Colour, back: Colour];

/** Pairs of tokens that carry text. */
const TEXT_PAIRS: readonly ColourPair[] = [
  ['ink', 'panelTop'],
  ['ink', 'panelBottom'],
  ['ink', 'well'],
  ['inkSoft', 'panelTop'],
  ['inkSoft', 'panelBottom'],
  ['inkSoft', 'well'],
  ['accent', 'panelTop'],
  ['accent', 'panelBottom'],
  ['warning', 'panelTop'],
  ['warning', 'panelBottom'],
  ['buttonInk', 'button'],
  ['badgeInk', 'warning'],
];

/** Pairs of tokens that carry a shape the player must see (WCAG 2.2, 1.4.11). */
const SHAPE_PAIRS: readonly ColourPair[] = [
  ['focus', 'panelTop'],
  ['focus', 'panelBottom'],
  ['focus', 'button'],
  ['buttonLine', 'panelBottom'],
];
const SHAPE_RATIO_MIN = 3;

/**
 * What in a theme cannot be read: `ink on well: 3.1`, one line per pair below `ratioMin` (4.5 by default; shapes need 3), or
 * `ink: no #rrggbb`, one line per colour that is none.
 */
export function contrastProblems(theme: Readonly<ThemeTokens>, ratioMin = 4.5): string[] {
  const malformed = COLOURS.filter((name) => !isColour(theme[name])).map((name) => `${name}: no #rrggbb`);
  if (malformed.length > 0) return malformed;
  const check = ([front, back]: ColourPair, least: number): string[] => {
    const ratio = contrastRatio(theme[front], theme[back]);
    return ratio >= least ? [] : [`${front} on ${back}: ${ratio.toFixed(1)}`];
  };
  return [
    ...TEXT_PAIRS.flatMap((pair) => check(pair, ratioMin)),
    ...SHAPE_PAIRS.flatMap((pair) => check(pair, Math.min(SHAPE_RATIO_MIN, ratioMin))),
  ];
}

/** WCAG 2.2 contrast ratio of two `#rrggbb` colours, 1 ... 21. */
export function contrastRatio(one: string, other: string): number {
  const [darker, lighter] = [luminanceOf(one), luminanceOf(other)].sort((a, b) => a - b) as [number, number];
  return (lighter + 0.05) / (darker + 0.05);
}

/** WCAG 2.2 relative luminance of a `#rrggbb` colour, 0 ... 1. */
export function luminanceOf(colour: string): number {
  const [red, green, blue] = channelsOf(colour).map((channel) => {
    const share = channel / 255;
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  }) as [number, number, number];
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

const HEX = /^#([0-9a-f]{2})([0-9a-f]{2})([0-9a-f]{2})$/i;
const isColour = (value: unknown): boolean => typeof value === 'string' && HEX.test(value);

/** Red, green and blue, 0 ... 255. Throws for anything but `#rrggbb`. */
export function channelsOf(colour: string): [number, number, number] {
  const match = HEX.exec(colour);
  if (match === null) throw new TypeError(`theme: expected #rrggbb, got ${JSON.stringify(colour)}`);
  return [match[1], match[2], match[3]].map((pair) => Number.parseInt(pair ?? '', 16)) as [number, number, number];
}

/**
 * The tokens in effect. A theme that could not be read falls back to the colours of its base as a whole, so that none can
 * hide a price or one of the choices; a number out of its range goes to the nearest that is in it. `moreContrast` is the
 * player's wish and wins over every colour of the studio's.
 */
export function themeOf(choice: ThemeChoice = 'lantern', moreContrast = false): ThemeTokens {
  const { base: asked = 'lantern', ...tokens } = typeof choice === 'string' ? { base: choice } : choice;
  const base = moreContrast ? HIGH_CONTRAST : (themes[asked] ?? LANTERN);
  const wished = { ...base, ...tokens };
  const { fontFamily, logo } = wished;
  const own = { radius: within(wished.radius, 0, 32, base.radius), fontFamily, logo };
  if (moreContrast || contrastProblems(wished).length > 0) return { ...base, ...own };
  const depth = DEPTHS.includes(wished.depth) ? wished.depth : base.depth;
  return { ...wished, ...own, depth, scrimAlpha: within(wished.scrimAlpha, 0.4, 1, base.scrimAlpha) };
}

const DEPTHS: readonly Depth[] = ['flat', 'soft', 'raised'];

const within = (value: number, least: number, most: number, otherwise: number): number =>
  Number.isFinite(value) ? Math.min(most, Math.max(least, value)) : otherwise;
