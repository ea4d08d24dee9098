/** The history as a file: JSON for programs, CSV for spreadsheets, PDF for people. Newest first; from the journal alone. */
import { dateText } from '../consent/shown.ts';
import type { Payment } from '../journal/payments.ts';
import { receiptOf } from '../page/receipts.ts';
import type { Language } from '../words/languages.ts';
import { pageWords } from '../words/page-words.ts';
import { receiptsCsv } from './csv.ts';
import { receiptsPdf } from './pdf.ts';
import { exportedReceipt } from './receipts.ts';

export const HISTORY_FORMATS = ['json', 'csv', 'pdf'] as const;
export type HistoryFormat = (typeof HISTORY_FORMATS)[number];

export const isHistoryFormat = (value: unknown): value is HistoryFormat => HISTORY_FORMATS.some((one) => one === value);

export interface HistoryFile {
  readonly name: string;
  readonly contentType: string;
  readonly body: Uint8Array;
}

export interface HistoryOptions {
  readonly language: Language;
  /** IANA name, for dates in words. */
  readonly timeZone: string;
  readonly nowMs: number;
}

const CONTENT_TYPES: Readonly<Record<HistoryFormat, string>> = {
  json: 'application/json',
  csv: 'text/csv; charset=utf-8',
  pdf: 'application/pdf',
};

/** `payments` oldest first, as the journal has them. */
export async function historyFile(
  payments: readonly Payment[],
  format: HistoryFormat,
  options: HistoryOptions,
): Promise<HistoryFile> {
  const newestFirst = [...payments].reverse();
  const day = new Date(options.nowMs).toISOString().slice(0, 10);
  const body = await BODIES[format](newestFirst, options);
  return { name: `coinslot-history-${day}.${format}`, contentType: CONTENT_TYPES[format], body };
}

type Body = (payments: readonly Payment[], options: HistoryOptions) => Uint8Array | Promise<Uint8Array>;
const utf8 = (text: string): Uint8Array => new TextEncoder().encode(text);

const BODIES: Readonly<Record<HistoryFormat, Body>> = {
  json(payments, { language, nowMs }) {
    const receipts = payments.map((one) => exportedReceipt(one, language));
    const file = { format: 'coinslot-receipts', version: 1, made: new Date(nowMs).toISOString(), receipts };
    return utf8(`${JSON.stringify(file, undefined, 2)}\n`);
  },
  csv: (payments, { language }) => utf8(receiptsCsv(payments.map((one) => exportedReceipt(one, language)))),
  pdf(payments, { language, timeZone, nowMs }) {
    const { wallet, history, home, testMark } = pageWords(language);
    const receipts = payments.map((payment) => {
      const receipt = receiptOf(payment, language, timeZone);
      const { time, title, payee, gameName, amount, decisionId, test, outcomeText } = receipt;
      const note = [outcomeText, test && testMark].filter(Boolean).join(' · ');
      return { time, title, from: `${gameName} · ${payee}`, amount, note, decision: decisionId };
    });
    const page = (at: number, of: number): string => history.page(at, of);
    const facts = [home.asOf(dateText(nowMs, language, timeZone)), history.counted(payments.length)];
    const words = { title: history.title, wallet, facts, empty: history.empty, page };
    return receiptsPdf({ receipts, words, locale: language, madeAtMs: nowMs });
  },
};
