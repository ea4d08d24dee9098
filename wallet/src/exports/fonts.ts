/**
 * The letters of a PDF: Inter (SIL Open Font License) from its package, whose files hold some scripts each. A document embeds the
 * letters that it uses; a letter that is in none of them is drawn as a box.
 */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';

export type FontWeight = 400 | 600;

/** A piece of text that one font has all letters of; `undefined` for letters that none has. */
interface FontRun {
  readonly font: string | undefined;
  readonly text: string;
}

const SUBSETS = ['latin', 'latin-ext', 'greek', 'greek-ext', 'cyrillic', 'cyrillic-ext', 'vietnamese'] as const;
type Subset = (typeof SUBSETS)[number];
const BOX_WIDTH = 0.62;

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

  constructor(pdf: PDFKit.PDFDocument) {
    this.#pdf = pdf;
  }

  /** One line, cut with an ellipsis where it does not fit `width`. `isEnd`: set against the right edge. */
  line(text: string, x: number, y: number, width: number, size: number, weight: FontWeight, isEnd = false): void {
    const shown = this.#fitted(text, width, size, weight);
    const runs = this.#runs(shown, weight);
    let left = isEnd ? x + width - this.#width(runs, size) : x;
    for (const run of runs) {
      if (run.font === undefined) this.#boxes(run.text, left, y, size);
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
    const runs: { font: string | undefined; text: string }[] = [];
    let last = 'latin' as Subset;
    for (const sign of text.normalize('NFC').replace(/[\s\p{Cc}\p{Zs}]/gu, ' ')) {
      if (/^\p{Cf}$/u.test(sign)) continue;
      const own: Subset | undefined = sign === ' ' ? last : this.#subsetOf(sign.codePointAt(0) ?? 0);
      if (own !== undefined) last = own;
      const font = own === undefined ? undefined : this.#font(own, weight);
      const run = runs.at(-1);
      if (run?.font === font && run !== undefined) run.text += sign;
      else runs.push({ font, text: sign });
    }
    return runs;
  }

  #subsetOf(point: number): Subset | undefined {
    return SUBSETS.find((one) => this.#ranges[one].some(([first, last]) => point >= first && point <= last));
  }

  #width(runs: readonly FontRun[], size: number): number {
    return runs.reduce((sum, { font, text }) => {
      if (font === undefined) return sum + [...text].length * size * BOX_WIDTH;
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
