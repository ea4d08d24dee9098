/**
 * Receipts as CSV (RFC 4180, UTF-8, CR LF) for people's spreadsheets. A text that a spreadsheet would take for a formula begins
 * with an apostrophe: publishers write some of these texts.
 */
import type { ExportedReceipt } from './receipts.ts';

const COLUMNS: readonly (keyof ExportedReceipt)[] = [
  'time',
  'outcome',
  'code',
  'title',
  'game',
  'publisher',
  'granted',
  'amount',
  'currency',
  'price',
  'price_currency',
  'rate_table',
  'refunded',
  'refunded_time',
  'refunded_reason',
  'means',
  'consent',
  'consent_place',
  'test',
  'disowned',
  'decision',
  'offer_hash',
];

export function receiptsCsv(receipts: readonly ExportedReceipt[]): string {
  const rows = receipts.map((receipt) => COLUMNS.map((column) => fieldText(String(receipt[column]))));
  return [COLUMNS, ...rows].map((row) => `${row.join(',')}\r\n`).join('');
}

/** OWASP's list of first characters that begin a formula, their full-width forms with them; also behind spaces. */
const FORMULA = /^\s*[=+\-@\t\r\n＝＋－＠]/;

function fieldText(field: string): string {
  const text = FORMULA.test(field) ? `'${field}` : field;
  return /[",\r\n']/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
