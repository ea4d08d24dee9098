/** Setting of type: sizes and line heights in layout units, lines into boxes. */
import { wrap, fitOneLine } from '../text/wrap.ts';
import { directionOf, type Direction } from '../text/direction.ts';
import { languageOf, type Language } from '../words/index.ts';
import { rect } from './geometry.ts';
import type { Scale } from './scale.ts';
import { SMALLEST_TYPE } from './scale.ts';
import type { Ink, Measure, TextBox, Weight } from './types.ts';

export interface Face {
  /** Backing-store pixels. */
  readonly size: number;
  readonly weight: Weight;
  readonly ink: Ink;
  /** Backing-store pixels from line to line. */
  readonly leading: number;
}

/** The few faces of the dialog. Sizes are units at text size 1. */
const FACES = {
  title: { size: 23, weight: 600, ink: 'ink', leading: 1.22 },
  lead: { size: 16, weight: 600, ink: 'accent', leading: 1.3 },
  leadSmall: { size: 14, weight: 600, ink: 'accent', leading: 1.3 },
  text: { size: 15, weight: 400, ink: 'ink', leading: 1.36 },
  label: { size: SMALLEST_TYPE, weight: 600, ink: 'inkSoft', leading: 1.34 },
  fact: { size: SMALLEST_TYPE + 0.5, weight: 400, ink: 'ink', leading: 1.36 },
  notice: { size: 14, weight: 600, ink: 'warning', leading: 1.34 },
  noticeSmall: { size: SMALLEST_TYPE, weight: 600, ink: 'warning', leading: 1.34 },
  seller: { size: 15, weight: 600, ink: 'ink', leading: 1.3 },
  quiet: { size: SMALLEST_TYPE, weight: 400, ink: 'inkSoft', leading: 1.36 },
  button: { size: 16, weight: 600, ink: 'buttonInk', leading: 1.22 },
  badge: { size: SMALLEST_TYPE, weight: 600, ink: 'badgeInk', leading: 1.3 },
  price: { size: 36, weight: 600, ink: 'ink', leading: 1.2 },
  words: { size: 18, weight: 600, ink: 'ink', leading: 1.28 },
} as const satisfies Record<string, { size: number; weight: Weight; ink: Ink; leading: number }>;

export type FaceName = keyof typeof FACES;

/** Type that is large already grows less with the player's text size: from here on by this share. */
const LARGE = 20;
const LARGE_GROWTH = 0.55;

/** The language that is set. */
export interface Spoken {
  readonly locale: string;
  readonly direction: Direction;
}

/** Scripts whose marks fill more of the line's height than Latin does. */
const LEADING_TIMES: Readonly<Partial<Record<Language, number>>> = { ar: 1.16 };

/** What the layouts set type with: one screen, one way to measure. */
export interface Setter {
  readonly scale: Scale;
  readonly locale: string;
  /** Of the dialog's own words. */
  readonly direction: Direction;
  /** A face at the text size in effect; `times` shrinks it where there is little room, never below the smallest type. */
  face(name: FaceName, times?: number): Face;
  /** The same face smaller, whatever the player's text size, never below the smallest type at text size 1. */
  shrunk(face: Face, times: number): Face;
  widthOf(text: string, face: Face): number;
  lines(text: string, face: Face, widthMax: number): string[];
  oneLine(text: string, face: Face, widthMax: number): string;
  /** The largest face, between `face` and `sizeMin`, in which the text takes one line of `widthMax`. */
  fit(text: string, face: Face, sizeMin: number, widthMax: number): Face;
  /** `direction` where a line is part of a longer text or an amount; else it is the text's own. */
  box(text: string, face: Face, x: number, y: number, direction?: Direction): TextBox;
  /** Centred on `x`. */
  boxAround(text: string, face: Face, x: number, y: number, direction?: Direction): TextBox;
}

export function createSetter(scale: Scale, measure: Measure, { locale, direction }: Spoken): Setter {
  const widthOf = (text: string, face: Face): number => Math.ceil(measure(text, face.size, face.weight));
  const resized = (face: Face, size: number): Face => ({
    ...face,
    size,
    leading: Math.floor((face.leading / face.size) * size),
  });
  const leadingTimes = LEADING_TIMES[languageOf(locale)] ?? 1;
  const setter: Setter = {
    scale,
    locale,
    direction,
    face(name, times = 1) {
      const { size, weight, ink, leading } = FACES[name];
      const growth = size >= LARGE ? 1 + (scale.text - 1) * LARGE_GROWTH : scale.text;
      const scaled = Math.max(SMALLEST_TYPE, size * times) * growth * scale.unit;
      return {
        size: scaled,
        weight,
        ink,
        leading: Math.round(scaled * leading * (name === 'price' ? 1 : leadingTimes)),
      };
    },
    shrunk: (face, times) => resized(face, Math.max(SMALLEST_TYPE * scale.unit, face.size * times)),
    widthOf,
    lines: (text, face, widthMax) => wrap(text, widthMax, (piece) => widthOf(piece, face), locale),
    oneLine: (text, face, widthMax) => fitOneLine(text, widthMax, (piece) => widthOf(piece, face)),
    fit(text, face, sizeMin, widthMax) {
      const width = widthOf(text, face);
      if (width <= widthMax || face.size <= sizeMin) return face;
      // Widths grow a little less than linearly when hinted: step down until it holds.
      let size = Math.max(sizeMin, face.size * (widthMax / width));
      while (size > sizeMin && widthOf(text, resized(face, size)) > widthMax) size = Math.max(sizeMin, size * 0.98);
      return resized(face, size);
    },
    box: (text, face, x, y, reads = directionOf(text, direction)) => ({
      ...rect(x, y, widthOf(text, face), face.leading),
      ...typed(text, face),
      direction: reads,
    }),
    boxAround: (text, face, x, y, reads) => setter.box(text, face, x - widthOf(text, face) / 2, y, reads),
  };
  return setter;
}

const typed = (text: string, face: Face): Pick<TextBox, 'text' | 'size' | 'weight' | 'ink'> => ({
  text,
  size: face.size,
  weight: face.weight,
  ink: face.ink,
});
