/**
 * A sheet on A4. The same sheet gives the same bytes: the only date is that of the document, the only fonts are those of a package.
 * Read it from top to bottom as a page is filled: head, headline beside facts, sums, tables, and at last the feet of all pages.
 */
import { setImmediate as othersFirst } from 'node:timers/promises';
import PDFDocument from 'pdfkit';
import { DocumentFonts, type FontWeight } from './fonts.ts';
import type { Sheet, SheetCell, SheetColumn, SheetFact, SheetSums, SheetTable } from './types.ts';

const PAGE = { width: 595.28, height: 841.89, side: 51, top: 48, foot: 64 };
const INNER_WIDTH = PAGE.width - 2 * PAGE.side;
const BOTTOM = PAGE.height - PAGE.foot;
const INK = '#16202e';
const SOFT = '#56616f';
const LINE = '#d7dde4';
const BAND = '#f3f6f9';
const DEEP = '#123a5c';
const ACCENT = '#0b6b57';
const TEST_INK = '#5c3d00';
const TEST_BAND = '#ffe9b8';
const LEADING = 1.42;

/** Bytes of the PDF. */
export async function sheetPdf(sheet: Sheet): Promise<Uint8Array> {
  const pdf = new PDFDocument({
    size: 'A4',
    margin: 0,
    bufferPages: true,
    lang: sheet.locale,
    displayTitle: true,
    info: {
      Title: `${sheet.kind} ${sheet.number}`,
      Author: sheet.issuerName,
      Producer: 'Coinslot',
      Creator: 'Coinslot',
      CreationDate: new Date(sheet.madeAtMs),
      ModDate: new Date(sheet.madeAtMs),
    },
  });
  const parts: Buffer[] = [];
  pdf.on('data', (part: Buffer) => parts.push(part));
  const ended = new Promise<void>((resolve, reject) => {
    pdf.once('end', () => resolve());
    pdf.once('error', reject);
  });
  await new Layout(pdf, sheet).fill();
  pdf.end();
  await ended;
  return new Uint8Array(Buffer.concat(parts));
}

interface TextStyle {
  readonly size: number;
  readonly weight?: FontWeight;
  readonly colour?: string;
  readonly align?: 'start' | 'end';
}

class Layout {
  readonly #pdf: PDFKit.PDFDocument;
  readonly #sheet: Sheet;
  readonly #fonts: DocumentFonts;
  #y = PAGE.top;

  constructor(pdf: PDFKit.PDFDocument, sheet: Sheet) {
    this.#pdf = pdf;
    this.#sheet = sheet;
    this.#fonts = new DocumentFonts(pdf);
  }

  async fill(): Promise<void> {
    const { sections, notes } = this.#sheet;
    this.#testBand();
    this.#head();
    this.#top();
    for (const section of sections) {
      if (section.kind === 'sums') this.#sums(section);
      else await this.#table(section);
    }
    this.#notes(notes);
    if (this.#fonts.hasGaps) this.#notes([this.#sheet.scriptNote]);
    this.#feet();
  }

  /** One line, cut where it does not fit. */
  #line(text: string, x: number, y: number, width: number, style: TextStyle): void {
    const { size, weight = 400, colour = INK, align = 'start' } = style;
    const runs = this.#fonts.fitted(text, weight, size, width);
    this.#pdf.fillColor(colour).strokeColor(colour);
    this.#fonts.draw(runs, align === 'end' ? x + width - this.#fonts.width(runs, size) : x, y, size);
  }

  /** As many lines as it takes; the height of them. */
  #paragraph(text: string, x: number, y: number, width: number, style: TextStyle): number {
    const { size, weight = 400, colour = INK } = style;
    const lines = this.#fonts.wrapped(text, weight, size, width);
    this.#pdf.fillColor(colour).strokeColor(colour);
    lines.forEach((runs, i) => this.#fonts.draw(runs, x, y + i * size * LEADING, size));
    return lines.length * size * LEADING;
  }

  #heightOf(text: string, width: number, { size, weight = 400 }: TextStyle): number {
    return this.#fonts.wrapped(text, weight, size, width).length * size * LEADING;
  }

  #rule(y: number, colour: string, thickness: number, x = PAGE.side, width = INNER_WIDTH): void {
    this.#pdf
      .moveTo(x, y)
      .lineTo(x + width, y)
      .lineWidth(thickness)
      .strokeColor(colour)
      .stroke();
  }

  #page(): void {
    this.#pdf.addPage({ size: 'A4', margin: 0 });
    this.#y = PAGE.top;
    this.#testBand();
  }

  #testBand(): void {
    const { testMark } = this.#sheet;
    if (testMark === undefined) return;
    this.#pdf.rect(0, 0, PAGE.width, 26).fill(TEST_BAND);
    this.#line(testMark, PAGE.side, 8, INNER_WIDTH, { size: 8.5, weight: 600, colour: TEST_INK });
    this.#y = PAGE.top + 10;
  }

  #head(): void {
    const { issuerName, kind, title } = this.#sheet;
    this.#line(issuerName, PAGE.side, this.#y + 8, INNER_WIDTH * 0.5, { size: 11, weight: 600, colour: DEEP });
    const half = INNER_WIDTH * 0.5;
    const titleRuns = this.#fonts.fitted(title, 600, 19, half);
    const titleWidth = this.#fonts.width(titleRuns, 19);
    this.#line(title, PAGE.side + half, this.#y, half, { size: 19, weight: 600, align: 'end' });
    this.#line(kind, PAGE.side + half, this.#y, half - titleWidth - 7, { size: 19, colour: SOFT, align: 'end' });
    this.#y += 33;
    this.#rule(this.#y, DEEP, 2);
    this.#y += 22;
  }

  /** The sum that matters on the left, beside it what the document is. */
  #top(): void {
    const { headline, facts } = this.#sheet;
    const gap = 26;
    const left = INNER_WIDTH * 0.43;
    const right = INNER_WIDTH - left - gap;
    const inner = left - 32;
    const small = { size: 9.5 };
    const textHeight = headline.texts.reduce((sum, text) => sum + this.#heightOf(text, inner, small) + 4, 0);
    const factsHeight = facts.reduce((sum, fact) => sum + this.#factHeight(fact, right), 0);
    const height = 14 + 14 + 36 + textHeight + 12;
    this.#pdf.rect(PAGE.side, this.#y, left, height).fill(BAND);
    this.#pdf.rect(PAGE.side, this.#y, 3, height).fill(ACCENT);
    const x = PAGE.side + 18;
    let y = this.#y + 14;
    this.#line(headline.label, x, y, inner, { size: 9, weight: 600, colour: SOFT });
    this.#line(headline.figure, x, (y += 14), inner, { size: 22, weight: 600 });
    y += 36;
    for (const text of headline.texts) y += this.#paragraph(text, x, y, inner, small) + 4;
    let factY = this.#y;
    for (const fact of facts) factY += this.#fact(fact, PAGE.side + left + gap, factY, right);
    this.#y += Math.max(height, factsHeight) + 8;
  }

  #factHeight({ value, isCode }: SheetFact, width: number): number {
    const height = this.#heightOf(value, width - FACT_LABEL_WIDTH, { size: isCode === true ? CODE_FACT_SIZE : 9 });
    return Math.max(height, 9 * LEADING) + 3.5;
  }

  #fact(fact: SheetFact, x: number, y: number, width: number): number {
    this.#line(fact.label, x, y, FACT_LABEL_WIDTH - 8, { size: 9, colour: SOFT });
    const size = fact.isCode === true ? CODE_FACT_SIZE : 9;
    this.#paragraph(fact.value, x + FACT_LABEL_WIDTH, y + (9 - size) * 0.7, width - FACT_LABEL_WIDTH, { size });
    return this.#factHeight(fact, width);
  }

  /** Room for that many points, on a new page if need be. Whether it is one. */
  #room(height: number): boolean {
    if (this.#y + height <= BOTTOM) return false;
    this.#page();
    return true;
  }

  #title(text: string, heightBelow: number): void {
    this.#room(44 + heightBelow);
    this.#y += 22;
    this.#line(text, PAGE.side, this.#y, INNER_WIDTH, { size: 12, weight: 600 });
    this.#y += 22;
  }

  #sums({ title, rows }: SheetSums): void {
    const width = INNER_WIDTH * 0.72;
    const rowHeight = 19;
    this.#title(title, Math.min(rows.length, 12) * rowHeight);
    this.#rule(this.#y, LINE, 0.7, PAGE.side, width);
    for (const { label, figure, isTotal = false } of rows) {
      this.#room(rowHeight);
      const weight: FontWeight = isTotal ? 600 : 400;
      if (isTotal) this.#rule(this.#y, INK, 1.2, PAGE.side, width);
      this.#line(label, PAGE.side, this.#y + 4.5, width * 0.68, { size: 9.5, weight });
      this.#line(figure, PAGE.side + width * 0.68, this.#y + 4.5, width * 0.32, { size: 9.5, weight, align: 'end' });
      this.#y += rowHeight;
      if (!isTotal) this.#rule(this.#y, LINE, 0.7, PAGE.side, width);
    }
  }

  async #table({ title, columns, rows, empty, note }: SheetTable): Promise<void> {
    this.#title(title, HEAD_HEIGHT + ROW_HEIGHT_WITH_SUB);
    if (rows.length === 0) {
      this.#line(empty, PAGE.side, this.#y, INNER_WIDTH, { size: 9.5, colour: SOFT });
      this.#y += 16;
      return;
    }
    const boxes = boxesOf(columns);
    this.#tableHead(columns, boxes);
    for (const [i, row] of rows.entries()) {
      if (i % ROWS_AT_ONCE === ROWS_AT_ONCE - 1) await othersFirst();
      const height = row.some(({ sub }) => sub !== undefined) ? ROW_HEIGHT_WITH_SUB : ROW_HEIGHT;
      if (this.#room(height)) this.#tableHead(columns, boxes);
      row.forEach((cell, place) => this.#cell(cell, boxes[place] as Box, columns[place]?.isFigure === true));
      this.#y += height;
      this.#rule(this.#y, LINE, 0.6);
    }
    if (note !== undefined) {
      this.#room(24);
      this.#line(note, PAGE.side, this.#y + 8, INNER_WIDTH, { size: 9, colour: SOFT });
      this.#y += 20;
    }
  }

  #tableHead(columns: readonly SheetColumn[], boxes: readonly Box[]): void {
    columns.forEach(({ name, isFigure }, i) => {
      const { x, width } = boxes[i] as Box;
      this.#line(name, x, this.#y + 2, width, {
        size: 8,
        weight: 600,
        colour: SOFT,
        align: isFigure === true ? 'end' : 'start',
      });
    });
    this.#y += HEAD_HEIGHT;
    this.#rule(this.#y, INK, 1.2);
  }

  #cell({ text, sub, isCode }: SheetCell, { x, width }: Box, isFigure: boolean): void {
    const align = isFigure ? 'end' : 'start';
    this.#line(text, x, this.#y + 4.5, width, { size: isCode === true ? CODE_SIZE : 8.8, align });
    if (sub !== undefined) this.#line(sub, x, this.#y + 16.5, width, { size: 7.2, colour: SOFT, align });
  }

  #notes(notes: readonly string[]): void {
    for (const note of notes) {
      const height = this.#heightOf(note, INNER_WIDTH, { size: 8 });
      this.#room(height + 14);
      this.#y += 12;
      this.#paragraph(note, PAGE.side, this.#y, INNER_WIDTH, { size: 8, colour: SOFT });
      this.#y += height;
    }
  }

  #feet(): void {
    const { start, count } = this.#pdf.bufferedPageRange();
    for (let page = start; page < start + count; page++) {
      this.#pdf.switchToPage(page);
      const y = PAGE.height - 40;
      this.#rule(y - 8, LINE, 0.7);
      const pages = this.#sheet.pageOf(page + 1, count);
      this.#line(`${this.#sheet.kind} ${this.#sheet.number}`, PAGE.side, y, INNER_WIDTH * 0.75, {
        size: 7.5,
        colour: SOFT,
      });
      this.#line(pages, PAGE.side + INNER_WIDTH * 0.75, y, INNER_WIDTH * 0.25, {
        size: 7.5,
        colour: SOFT,
        align: 'end',
      });
    }
  }
}

const FACT_LABEL_WIDTH = 84;
const CODE_FACT_SIZE = 6.8;
const CODE_SIZE = 6.8;
const HEAD_HEIGHT = 16;
const ROW_HEIGHT = 20;
const ROW_HEIGHT_WITH_SUB = 30;
const COLUMN_GAP = 10;
/** A long list must not keep the server from its payments: some milliseconds, then others. */
const ROWS_AT_ONCE = 5;

interface Box {
  readonly x: number;
  readonly width: number;
}

function boxesOf(columns: readonly SheetColumn[]): Box[] {
  const parts = columns.reduce((sum, { share }) => sum + share, 0);
  const usable = INNER_WIDTH - COLUMN_GAP * (columns.length - 1);
  let x = PAGE.side;
  return columns.map(({ share }) => {
    const box = { x, width: (usable * share) / parts };
    x += box.width + COLUMN_GAP;
    return box;
  });
}
