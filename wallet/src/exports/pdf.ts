/**
 * Receipts on A4, for reading and for keeping: a line a payment, newest first, with sums of each currency at the head. The same
 * receipts give the same bytes: the only date is the one given.
 */
import PDFDocument from 'pdfkit';
import { DocumentFonts, type FontWeight } from './fonts.ts';

export interface PdfReceipt {
  readonly time: string;
  readonly title: string;
  /** Game and payee. */
  readonly from: string;
  readonly amount: string;
  /** How it ended, where that is not "paid"; marks such as TEST. */
  readonly note: string;
  readonly decision: string;
}

export interface PdfWords {
  readonly title: string;
  readonly wallet: string;
  /** Who the account is, and when this was made; one line each. */
  readonly facts: readonly string[];
  readonly empty: string;
  readonly page: (at: number, of: number) => string;
}

export interface ReceiptsPdfOptions {
  readonly receipts: readonly PdfReceipt[];
  readonly words: PdfWords;
  readonly locale: string;
  readonly madeAtMs: number;
}

const PAGE = { width: 595.28, height: 841.89, side: 51, top: 48, foot: 64 };
const INNER = PAGE.width - 2 * PAGE.side;
const BOTTOM = PAGE.height - PAGE.foot;
const ROW = 40;
const INK = '#1b1f27';
const SOFT = '#5a6170';
const LINE = '#dcd9d0';
const ACCENT = '#0e6757';

/** Bytes of the PDF. */
export async function receiptsPdf(options: ReceiptsPdfOptions): Promise<Uint8Array> {
  const { words, locale, madeAtMs } = options;
  const made = new Date(madeAtMs);
  const pdf = new PDFDocument({
    size: 'A4',
    margin: 0,
    bufferPages: true,
    lang: locale,
    displayTitle: true,
    info: { Title: words.title, Producer: 'Coinslot', Creator: 'Coinslot', CreationDate: made, ModDate: made },
  });
  const parts: Buffer[] = [];
  pdf.on('data', (part: Buffer) => parts.push(part));
  const ended = new Promise<void>((resolve, reject) => {
    pdf.once('end', () => resolve());
    pdf.once('error', reject);
  });
  new Sheet(pdf).fill(options);
  pdf.end();
  await ended;
  return new Uint8Array(Buffer.concat(parts));
}

class Sheet {
  readonly #pdf: PDFKit.PDFDocument;
  readonly #fonts: DocumentFonts;
  #y = PAGE.top;

  constructor(pdf: PDFKit.PDFDocument) {
    this.#pdf = pdf;
    this.#fonts = new DocumentFonts(pdf);
  }

  fill({ receipts, words }: ReceiptsPdfOptions): void {
    this.#head(words);
    if (receipts.length === 0) this.#text(words.empty, PAGE.side, INNER, { size: 10, colour: SOFT });
    for (const receipt of receipts) this.#row(receipt);
    this.#feet(words);
  }

  #head({ title, wallet, facts }: PdfWords): void {
    this.#text(wallet, PAGE.side, INNER / 2, { size: 10, weight: 600, colour: ACCENT });
    this.#y += 18;
    this.#text(title, PAGE.side, INNER, { size: 22, weight: 600 });
    this.#y += 34;
    for (const fact of facts) {
      this.#text(fact, PAGE.side, INNER, { size: 9.5, colour: SOFT });
      this.#y += 15;
    }
    this.#y += 8;
    this.#rule(ACCENT, 1.6);
    this.#y += 8;
  }

  #row({ time, title, from, amount, note, decision }: PdfReceipt): void {
    if (this.#y + ROW > BOTTOM) {
      this.#pdf.addPage({ size: 'A4', margin: 0 });
      this.#y = PAGE.top;
    }
    const [left, right] = [INNER * 0.66, INNER * 0.34];
    const rightAt = PAGE.side + left;
    this.#y += 6;
    this.#text(title, PAGE.side, left - 12, { size: 10, weight: 600 });
    this.#text(amount, rightAt, right, { size: 10, weight: 600, isEnd: true });
    this.#y += 13;
    this.#text(`${from} · ${time}`, PAGE.side, left - 12, { size: 8.5, colour: SOFT });
    this.#text(note, rightAt, right, { size: 8.5, colour: SOFT, isEnd: true });
    this.#y += 11;
    this.#text(decision, PAGE.side, INNER, { size: 6.5, colour: SOFT });
    this.#y += 10;
    this.#rule(LINE, 0.6);
  }

  #feet({ wallet, title, page }: PdfWords): void {
    const { start, count } = this.#pdf.bufferedPageRange();
    for (let at = start; at < start + count; at++) {
      this.#pdf.switchToPage(at);
      this.#y = PAGE.height - 44;
      this.#rule(LINE, 0.6);
      this.#y += 6;
      this.#text(`${wallet} · ${title}`, PAGE.side, INNER * 0.7, { size: 7.5, colour: SOFT });
      const right = PAGE.side + INNER * 0.7;
      this.#text(page(at + 1, count), right, INNER * 0.3, { size: 7.5, colour: SOFT, isEnd: true });
    }
  }

  #text(
    text: string,
    x: number,
    width: number,
    style: { size: number; weight?: FontWeight; colour?: string; isEnd?: boolean },
  ): void {
    const { size, weight = 400, colour = INK, isEnd = false } = style;
    this.#pdf.fillColor(colour).strokeColor(colour);
    this.#fonts.line(text, x, this.#y, width, size, weight, isEnd);
  }

  #rule(colour: string, thickness: number): void {
    const y = this.#y;
    this.#pdf
      .moveTo(PAGE.side, y)
      .lineTo(PAGE.side + INNER, y)
      .lineWidth(thickness)
      .strokeColor(colour)
      .stroke();
  }
}
