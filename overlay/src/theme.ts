/**
 * The look, by tokens. A studio sets colours, radius, font and logo; order, size and wording of price and choices are not
 * among them. Colours are `#rrggbb`; what must be readable is checked by `contrastProblems`.
 */
export interface ThemeTokens {
  /** Laid over the game, at `scrimAlpha`. */
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
  /** Corner of the panel in layout units (CSS pixels on small screens). */
  radius: number;
  /** A font family the page has loaded; empty for the bundled Inter. */
  fontFamily: string;
  /** Drawn in the header in place of the slot mark: square, at least 64 x 64 pixels. */
  logo: CanvasImageSource | null;
}

export const DEFAULT_THEME: Readonly<ThemeTokens> = Object.freeze({
  scrim: '#060912',
  scrimAlpha: 0.66,
  panelTop: '#242d47',
  panelBottom: '#171d30',
  line: '#3b4768',
  well: '#0d1322',
  ink: '#f5f7fc',
  inkSoft: '#b4bed6',
  button: '#33405f',
  buttonInk: '#ffffff',
  buttonLine: '#66759c',
  focus: '#8fd3ff',
  accent: '#ffd585',
  coin: '#f2b63c',
  warning: '#ffc27a',
  badgeInk: '#2a1800',
  radius: 20,
  fontFamily: '',
  logo: null,
});

/** For players who ask for more contrast: every text at 7:1 or better, every edge drawn. */
export const HIGH_CONTRAST_THEME: Readonly<ThemeTokens> = Object.freeze({
  ...DEFAULT_THEME,
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
});

type Colour = Exclude<keyof ThemeTokens, 'scrimAlpha' | 'radius' | 'fontFamily' | 'logo'>;
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

/** Pairs of tokens that carry a shape the player must see. */
const SHAPE_PAIRS: readonly ColourPair[] = [
  ['focus', 'panelTop'],
  ['focus', 'panelBottom'],
  ['focus', 'button'],
];

/**
 * What in a theme cannot be read: `ink on well: 3.1`, one line per pair below `ratioMin` (4.5 by default; focus needs 3).
 * Throws for a colour that is not `#rrggbb`.
 */
export function contrastProblems(theme: Readonly<ThemeTokens>, ratioMin = 4.5): string[] {
  const check = ([front, back]: ColourPair, least: number): string[] => {
    const ratio = contrastRatio(theme[front], theme[back]);
    return ratio >= least ? [] : [`${front} on ${back}: ${ratio.toFixed(1)}`];
  };
  return [
    ...TEXT_PAIRS.flatMap((pair) => check(pair, ratioMin)),
    ...SHAPE_PAIRS.flatMap((pair) => check(pair, Math.min(3, ratioMin))),
  ];
}

/** WCAG 2.2 contrast ratio of two `#rrggbb` colours, 1 ... 21. */
export function contrastRatio(one: string, other: string): number {
  const [darker, lighter] = [luminance(one), luminance(other)].sort((a, b) => a - b) as [number, number];
  return (lighter + 0.05) / (darker + 0.05);
}

function luminance(colour: string): number {
  const [red, green, blue] = channelsOf(colour).map((channel) => {
    const share = channel / 255;
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  }) as [number, number, number];
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

/** Red, green and blue, 0 ... 255. Throws for anything but `#rrggbb`. */
export function channelsOf(colour: string): [number, number, number] {
  const match = /^#([0-9a-f]{2})([0-9a-f]{2})([0-9a-f]{2})$/i.exec(colour);
  if (match === null) throw new TypeError(`theme: expected #rrggbb, got ${JSON.stringify(colour)}`);
  return [match[1], match[2], match[3]].map((pair) => Number.parseInt(pair ?? '', 16)) as [number, number, number];
}

/**
 * A studio's tokens over the defaults. Text that could not be read falls back to the default colours as a whole, so that no
 * theme can hide a price or one of the choices.
 */
export function themeOf(tokens: Partial<ThemeTokens> = {}): ThemeTokens {
  const theme = { ...DEFAULT_THEME, ...tokens };
  if (contrastProblems(theme).length === 0) return theme;
  const { radius, fontFamily, logo } = theme;
  return { ...DEFAULT_THEME, radius, fontFamily, logo };
}
