/**
 * The letters of a PDF: Inter (SIL Open Font License) from its package, whose files hold some scripts each. A document embeds the
 * letters that it uses. Japanese and Arabic are drawn as outlines (`outlines.ts`); a letter that is in none of them, as a box.
 *
 * A line with right-to-left letters in it is put in order run by run, by its first letter that has a direction: enough for titles,
 * names and amounts, and no implementation of all of UAX #9 (nothing is embedded twice).
 */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { OutlineFonts, Outlines } from './outlines.ts';

export type FontWeight = 400 | 600;

/** A piece of text that one font has all letters of; `undefined` for letters that none has. */
interface FontRun {
  readonly font: string | Outlines | undefined;
  readonly text: string;
}

const SUBSETS = ['latin', 'latin-ext', 'greek', 'greek-ext', 'cyrillic', 'cyrillic-ext', 'vietnamese'] as const;
type Subset = (typeof SUBSETS)[number];
const BOX_WIDTH = 0.62;
/** Inter's: from the top of its line to the base line, of the type size. */
const ASCENT = 0.96875;

const { resolve } = createRequire(import.meta.url);

/** Ranges of code points of each file, as its package states them. */
function readRanges(): Record<Subset, (readonly [number, number])[]> {
  const stated = JSON.parse(readFileSync(resolve('@fontsource/inter/unicode.json'), 'utf8')) as Record<Subset, string>;
  const rangeOf = (text: string): readonly [number, number] => {
    const [first = '', last = first] = text.replace('U+', '').split('-');
    return [Number.parseInt(first, 16), Number.parseInt(last, 16)];
  };
  return Object.fromEntries(SUBSETS.map((one) => [one, stated[one].split(',').map(rangeOf)])) as Record<
    Subset,
    (readonly [number, number])[]
  >;
}

/** The fonts of one document, put into it as they are first used. */
export class DocumentFonts {
  readonly #pdf: PDFKit.PDFDocument;
  readonly #registered = new Set<string>();
  readonly #ranges = readRanges();
  readonly #outlines = new OutlineFonts();

  constructor(pdf: PDFKit.PDFDocument) {
    this.#pdf = pdf;
  }

  /** One line, cut with an ellipsis where it does not fit `width`. `isEnd`: set against the right edge. */
  line(text: string, x: number, y: number, width: number, size: number, weight: FontWeight, isEnd = false): void {
    const shown = this.#fitted(text, width, size, weight);
    const runs = this.#runs(shown, weight);
    let left = isEnd ? x + width - this.#width(runs, size) : x;
    for (const run of inVisualOrder(runs)) {
      if (run.font === undefined) this.#boxes(run.text, left, y, size);
      else if (run.font instanceof Outlines) run.font.draw(this.#pdf, run.text, left, y + size * ASCENT, size, weight);
      else this.#pdf.font(run.font).fontSize(size).text(run.text, left, y, { lineBreak: false });
      left += this.#width([run], size);
    }
  }

  #fitted(text: string, width: number, size: number, weight: FontWeight): string {
    const fits = (one: string): boolean => this.#width(this.#runs(one, weight), size) <= width;
    if (fits(text)) return text;
    const signs = [...text];
    let [low, high] = [0, signs.length];
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (fits(`${signs.slice(0, middle).join('')}…`)) low = middle;
      else high = middle - 1;
    }
    return `${signs.slice(0, low).join('')}…`;
  }

  /** Spaces of odd widths and controls become common spaces; invisible signs go. */
  #runs(text: string, weight: FontWeight): FontRun[] {
    const runs: { font: FontRun['font']; text: string }[] = [];
    let last: FontRun['font'] = this.#font('latin', weight);
    for (const sign of text.normalize('NFC').replace(/[\s\p{Cc}\p{Zs}]/gu, ' ')) {
      if (/^\p{Cf}$/u.test(sign)) continue;
      const font: FontRun['font'] = sign === ' ' ? last : this.#fontOf(sign.codePointAt(0) ?? 0, weight);
      if (font !== undefined) last = font;
      const run = runs.at(-1);
      if (run !== undefined && run.font === font && !isTurn(run, sign)) run.text += sign;
      else runs.push({ font, text: sign });
    }
    return runs;
  }

  #fontOf(point: number, weight: FontWeight): FontRun['font'] {
    const subset = this.#subsetOf(point);
    return subset === undefined ? this.#outlines.fontOf(point) : this.#font(subset, weight);
  }

  #subsetOf(point: number): Subset | undefined {
    return SUBSETS.find((one) => this.#ranges[one].some(([first, last]) => point >= first && point <= last));
  }

  #width(runs: readonly FontRun[], size: number): number {
    return runs.reduce((sum, { font, text }) => {
      if (font === undefined) return sum + [...text].length * size * BOX_WIDTH;
      if (font instanceof Outlines) return sum + font.widthOf(text, size);
      return sum + this.#pdf.font(font).fontSize(size).widthOfString(text);
    }, 0);
  }

  #boxes(text: string, x: number, y: number, size: number): void {
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
    if (!this.#registered.has(name)) {
      this.#registered.add(name);
      this.#pdf.registerFont(name, readFileSync(resolve(`@fontsource/inter/files/inter-${name}-normal.woff`)));
    }
    return name;
  }
}

/** From Arabic letters to Arabic digits, or back. */
const isTurn = ({ font, text }: FontRun, sign: string): boolean =>
  font instanceof Outlines && sign !== ' ' && /\p{Nd}/u.test(text) !== /\p{Nd}/u.test(sign);

/** Arabic letters; its digits are read from left to right, as all numbers are. */
const isArabic = ({ font, text }: FontRun): boolean =>
  font instanceof Outlines && font.script === 'ar' && !/\p{Nd}/u.test(text);

/** A number after Arabic letters belongs to them, and what follows it does not: `3 (Foundry)` are two. */
function apartFromNumber(run: FontRun): readonly FontRun[] {
  const [, number, rest] = /^(\s*[\p{Nd}.,:/-]+)(\s.*)$/u.exec(run.text) ?? [];
  if (number === undefined || rest === undefined) return [run];
  return [
    { font: run.font, text: rest },
    { font: run.font, text: number },
  ];
}

/**
 * From left to right as they are drawn. Where the first letter of the line is Arabic, what is Arabic and what is not follow each
 * other from right to left; else only Arabic runs would that stand side by side, and these are one.
 */
function inVisualOrder(runs: readonly FontRun[]): readonly FontRun[] {
  const first = runs.find(({ text }) => /\p{L}/u.test(text));
  if (first === undefined || !isArabic(first)) return runs;
  const groups: FontRun[][] = [];
  for (const run of runs.flatMap(apartFromNumber)) {
    const last = groups.at(-1);
    if (
      last !== undefined &&
      [...last, run].every((one) => !(one.font instanceof Outlines && one.font.script === 'ar'))
    )
      last.push(run);
    else groups.push([run]);
  }
  return groups.reverse().flat();
}
