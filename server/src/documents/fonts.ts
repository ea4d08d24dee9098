/**
 * The letters of a PDF: Inter (SIL Open Font License), from the files of its package, of which each holds some scripts: Latin with its
 * extensions and Vietnamese, Greek, Cyrillic. A document embeds the letters that it uses. What is in none of them is drawn as a box.
 */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';

import { unpackWoff } from './woff.ts';

export type FontWeight = 400 | 600;

/** A piece of text that one font file has all letters of. */
export interface FontRun {
  readonly font: string;
  readonly text: string;
}

const SUBSETS = ['latin', 'latin-ext', 'greek', 'greek-ext', 'cyrillic', 'cyrillic-ext', 'vietnamese'] as const;
type Subset = (typeof SUBSETS)[number];

const { resolve } = createRequire(import.meta.url);
const files = new Map<string, Buffer>();

function fileOf(subset: Subset, weight: FontWeight): Buffer {
  const name = `${subset}-${weight}`;
  const there =
    files.get(name) ?? unpackWoff(readFileSync(resolve(`@fontsource/inter/files/inter-${name}-normal.woff`)));
  files.set(name, there);
  return there;
}

/** Ranges of code points of each file, as its package states them. */
const RANGES: Readonly<Record<Subset, readonly (readonly [number, number])[]>> = readRanges();

function readRanges(): Record<Subset, (readonly [number, number])[]> {
  const stated = JSON.parse(readFileSync(resolve('@fontsource/inter/unicode.json'), 'utf8')) as Record<Subset, string>;
  const ranges = SUBSETS.map((subset) => [
    subset,
    stated[subset].split(',').map((range) => {
      const [first = '', last = first] = range.replace('U+', '').split('-');
      return [parseInt(first, 16), parseInt(last, 16)] as const;
    }),
  ]);
  return Object.fromEntries(ranges) as Record<Subset, (readonly [number, number])[]>;
}

const subsetOf = (point: number): Subset | undefined =>
  SUBSETS.find((subset) => RANGES[subset].some(([first, last]) => point >= first && point <= last));

/**
 * Figures of one width, so that they stand below each other, and kerning; not the font's many substitutions of pairs and
 * marks, which take seven times as long and change nothing here.
 */
const FEATURES = {
  tnum: true,
  kern: true,
  calt: false,
  liga: false,
  ccmp: false,
  mark: false,
  mkmk: false,
};

/**
 * What of pdfkit's fonts is not in its types. Features given to `text` would be applied to each text anew; given here, pdfkit
 * keeps what it laid out, word by word.
 */
interface LaidOut {
  layoutRun(text: string, features?: object): unknown;
}

function withFeatures(font: LaidOut): void {
  const layoutRun = font.layoutRun.bind(font);
  font.layoutRun = (text) => layoutRun(text, { ...FEATURES });
}

/** What stands for a letter that there is no font for. */
const BOX = '\uffff';

/** The fonts of one document, put into it as they are first used. */
export class DocumentFonts {
  readonly #pdf: PDFKit.PDFDocument;
  readonly #registered = new Set<string>();
  /** Whether something could not be shown. */
  hasGaps = false;

  constructor(pdf: PDFKit.PDFDocument) {
    this.#pdf = pdf;
  }

  /** A text in pieces, for `draw`; spaces of odd widths are made common ones, and what has no letters a box. */
  runs(text: string, weight: FontWeight): FontRun[] {
    const runs: { font: string; text: string }[] = [];
    let subset: Subset = 'latin';
    for (const sign of text.normalize('NFC').replace(/[\s\p{Cc}\p{Zs}]/gu, ' ')) {
      if (/^\p{Cf}$/u.test(sign)) continue;
      const own: Subset | undefined = sign === ' ' ? subset : subsetOf(sign.codePointAt(0) ?? 0);
      if (own === undefined) this.hasGaps = true;
      else subset = own;
      const font = own === undefined ? BOX : this.#font(own, weight);
      const last = runs.at(-1);
      if (last?.font === font) last.text += sign;
      else runs.push({ font, text: sign });
    }
    return runs;
  }

  /** Points. */
  width(runs: readonly FontRun[], size: number): number {
    return runs.reduce((sum, run) => sum + this.#runWidth(run, size), 0);
  }

  /** As much of it as fits, an ellipsis at the end of what does not. */
  fitted(text: string, weight: FontWeight, size: number, widthMax: number): FontRun[] {
    const whole = this.runs(text, weight);
    if (this.width(whole, size) <= widthMax) return whole;
    const signs = [...text];
    let [fits, tooMany] = [0, signs.length];
    while (tooMany - fits > 1) {
      const middle = (fits + tooMany) >> 1;
      const cut = this.runs(`${signs.slice(0, middle).join('').trimEnd()}…`, weight);
      if (this.width(cut, size) <= widthMax) fits = middle;
      else tooMany = middle;
    }
    return this.runs(`${signs.slice(0, fits).join('').trimEnd()}…`, weight);
  }

  /** In lines that are no wider, broken between words; a word that is wider by itself is broken. */
  wrapped(text: string, weight: FontWeight, size: number, widthMax: number): FontRun[][] {
    const lines: string[] = [];
    let line = '';
    const fits = (some: string): boolean => this.width(this.runs(some, weight), size) <= widthMax;
    for (const word of text.split(/[ \n\t]+/).flatMap((one) => this.#broken(one, fits))) {
      const longer = line === '' ? word : `${line} ${word}`;
      if (line !== '' && !fits(longer)) {
        lines.push(line);
        line = word;
      } else line = longer;
    }
    return [...lines, line].map((one) => this.runs(one, weight));
  }

  draw(runs: readonly FontRun[], x: number, y: number, size: number): void {
    let at = x;
    for (const run of runs) {
      const width = this.#runWidth(run, size);
      if (run.font === BOX) this.#drawBoxes(run, at, y, size);
      else this.#pdf.font(run.font).fontSize(size).text(run.text, at, y, { lineBreak: false });
      at += width;
    }
  }

  #broken(word: string, fits: (text: string) => boolean): string[] {
    if (fits(word)) return [word];
    const pieces: string[] = [''];
    for (const sign of word) {
      const longer = `${pieces.at(-1) ?? ''}${sign}`;
      if (fits(longer)) pieces[pieces.length - 1] = longer;
      else pieces.push(sign);
    }
    return pieces;
  }

  #runWidth({ font, text }: FontRun, size: number): number {
    if (font === BOX) return [...text].length * size * BOX_WIDTH;
    return this.#pdf.font(font).fontSize(size).widthOfString(text);
  }

  #drawBoxes({ text }: FontRun, x: number, y: number, size: number): void {
    [...text].forEach((_, i) => {
      const left = x + (i * BOX_WIDTH + 0.08) * size;
      this.#pdf
        .rect(left, y + size * 0.28, size * (BOX_WIDTH - 0.16), size * 0.7)
        .lineWidth(size * 0.06)
        .stroke();
    });
  }

  #font(subset: Subset, weight: FontWeight): string {
    const name = `${subset}-${weight}`;
    if (this.#registered.has(name)) return name;
    this.#registered.add(name);
    this.#pdf.registerFont(name, fileOf(subset, weight)).font(name);
    withFeatures((this.#pdf as unknown as { readonly _font: LaidOut })._font);
    return name;
  }
}

const BOX_WIDTH = 0.62;
