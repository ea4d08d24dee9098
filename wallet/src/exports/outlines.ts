/**
 * Japanese and Arabic in a PDF: Noto Sans (SIL Open Font License) from its packages, shaped by fontkit and drawn as outlines, since
 * pdfkit cannot embed variable fonts in WOFF2. What a reader copies or hears is the text itself: it goes along as `ActualText`.
 */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { create, type Font, type PathCommand } from 'fontkit';

const { resolve } = createRequire(import.meta.url);
const PACKAGES = { ja: 'noto-sans-jp', ar: 'noto-sans-arabic' } as const;
export type Script = keyof typeof PACKAGES;

/**
 * Weight that is drawn round an outline, of the type size. fontkit reads no variations out of WOFF2 and gives each font at its
 * default: Thin for Japanese, Regular for Arabic.
 */
const STROKES: Readonly<Record<Script, Readonly<Record<400 | 600, number>>>> = {
  ja: { 400: 0.05, 600: 0.085 },
  ar: { 400: 0, 600: 0.03 },
};

interface Part {
  readonly file: string;
  readonly ranges: readonly (readonly [number, number])[];
}

/** The files of a package and what is in them, but those with Latin letters, which Inter has. */
function readParts(script: Script): readonly Part[] {
  const name = PACKAGES[script];
  const place = `@fontsource-variable/${name}`;
  const stated = JSON.parse(readFileSync(resolve(`${place}/unicode.json`), 'utf8')) as Record<string, string>;
  return Object.entries(stated)
    .filter(([part]) => part.startsWith('[') || part === 'arabic')
    .map(([part, ranges]) => ({
      file: `${place}/files/${name}-${part.replace(/[[\]]/g, '')}-wght-normal.woff2`,
      ranges: ranges.split(',').map((range) => {
        const [first = '', last = first] = range.trim().replace('U+', '').split('-');
        return [Number.parseInt(first, 16), Number.parseInt(last, 16)] as const;
      }),
    }));
}

/** A vowel and a doubling sign in the order in which the font joins them; Unicode's own order is the other one. */
const inFontOrder = (text: string): string => text.replace(/([\u064b-\u0650])\u0651/gu, '\u0651$1');

/** Quadratic curves become cubic ones here: pdfkit's own do not go through the same points. */
function trace(pdf: PDFKit.PDFDocument, commands: readonly PathCommand[]): void {
  let [x, y] = [0, 0];
  for (const { command, args } of commands) {
    const [a = 0, b = 0, c = 0, d = 0, e = 0, f = 0] = args;
    if (command === 'moveTo') pdf.moveTo(a, b);
    else if (command === 'lineTo') pdf.lineTo(a, b);
    else if (command === 'bezierCurveTo') pdf.bezierCurveTo(a, b, c, d, e, f);
    else if (command === 'quadraticCurveTo')
      pdf.bezierCurveTo(
        x + ((a - x) * 2) / 3,
        y + ((b - y) * 2) / 3,
        c + ((a - c) * 2) / 3,
        d + ((b - d) * 2) / 3,
        c,
        d,
      );
    else pdf.closePath();
    if (args.length >= 2) [x, y] = [args.at(-2) ?? 0, args.at(-1) ?? 0];
  }
}

/** One font with all letters of a piece of text. */
export class Outlines {
  readonly name: string;
  readonly script: Script;
  readonly #file: string;
  #font: Font | undefined;

  constructor(script: Script, file: string) {
    this.name = file;
    this.script = script;
    this.#file = file;
  }

  widthOf(text: string, size: number): number {
    return (this.#layout(text).advanceWidth * size) / this.#loaded.unitsPerEm;
  }

  /** From `x` on, over a base line. The pen's fill and stroke colours are those of the text. */
  draw(pdf: PDFKit.PDFDocument, text: string, x: number, baseline: number, size: number, weight: 400 | 600): void {
    const scale = size / this.#loaded.unitsPerEm;
    const { glyphs, positions } = this.#layout(text);
    const stroke = STROKES[this.script][weight];
    pdf.markContent('Span', { actual: text });
    let left = x;
    glyphs.forEach((glyph, at) => {
      const { xAdvance = 0, xOffset = 0, yOffset = 0 } = positions[at] ?? {};
      pdf.save().translate(left + xOffset * scale, baseline - yOffset * scale);
      pdf
        .scale(scale, -scale)
        .lineJoin('round')
        .lineWidth((stroke * size) / scale);
      const { commands } = glyph.path;
      trace(pdf, commands);
      if (commands.length > 0 && stroke > 0) pdf.fillAndStroke();
      else if (commands.length > 0) pdf.fill();
      pdf.restore();
      left += xAdvance * scale;
    });
    pdf.endMarkedContent();
  }

  #layout(text: string): ReturnType<Font['layout']> {
    return this.#loaded.layout(inFontOrder(text));
  }

  get #loaded(): Font {
    this.#font ??= create(readFileSync(resolve(this.#file)));
    return this.#font;
  }
}

/** The fonts of one document, read as they are first used. */
export class OutlineFonts {
  readonly #parts: { script: Script; part: Part }[] = [];
  readonly #fonts = new Map<string, Outlines>();

  constructor() {
    for (const script of ['ja', 'ar'] as const)
      for (const part of readParts(script)) this.#parts.push({ script, part });
  }

  /** `undefined` for letters that are in none of them. */
  fontOf(point: number): Outlines | undefined {
    const found = this.#parts.find(({ part }) => part.ranges.some(([first, last]) => point >= first && point <= last));
    if (found === undefined) return undefined;
    const { script, part } = found;
    const known = this.#fonts.get(part.file) ?? new Outlines(script, part.file);
    this.#fonts.set(part.file, known);
    return known;
  }
}
