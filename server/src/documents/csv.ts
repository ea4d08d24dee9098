/**
 * Bills and payouts as CSV (RFC 4180, UTF-8, CR LF) for people's spreadsheets: a text that a spreadsheet would take for a formula
 * begins with an apostrophe. Amounts are plain numbers with a point and all their decimals; times are UTC.
 */
import type { BillLine } from '../bills/types.ts';
import type { PayoutLine } from '../payouts/types.ts';
import { hexOf, plainSigned, rateText, timeText } from './figures.ts';
import { signOf } from './payout-sheet.ts';
import type { BillDocument, PayoutDocument } from './types.ts';

/** A text, made harmless; or a figure, as it is. */
type Field = string | { readonly figure: string };

const BILL_COLUMNS = [
  'transfer',
  'kind',
  'booked',
  'spent',
  'publisher',
  'game',
  'decision',
  'card',
  'price',
  'price_currency',
  'rate_table',
  'rate',
  'amount',
  'currency',
];
const PAYOUT_COLUMNS = [
  'transfer',
  'kind',
  'booked',
  'spent',
  'game',
  'decision',
  'offer_hash',
  'price',
  'fee',
  'net',
  'currency',
];

export const billCsvHead = (): string => rowText(BILL_COLUMNS);
export const payoutCsvHead = (): string => rowText(PAYOUT_COLUMNS);

/** One line of a bill as a line of CSV, its end with it. */
export function billCsvRow(line: BillLine, { bill, rateTables, nameOfPublisher }: Omit<BillDocument, 'lines'>): string {
  const { priceMinor, priceCurrency = '', rateTableId = 0 } = line;
  const isConverted = priceMinor !== undefined && priceCurrency !== bill.currency;
  const table = isConverted ? rateTables.get(rateTableId) : undefined;
  return rowText([
    { figure: line.transferId.toString() },
    line.kind,
    { figure: timeText(line.bookedAtMs) },
    { figure: line.spentAtMs === undefined ? '' : timeText(line.spentAtMs) },
    line.publisherId === undefined ? '' : nameOfPublisher(line.publisherId),
    line.gameId ?? '',
    line.decisionId === undefined ? '' : hexOf(line.decisionId),
    line.cardId === undefined ? '' : hexOf(line.cardId),
    { figure: priceMinor === undefined ? '' : plainSigned(priceMinor, priceCurrency) },
    priceCurrency,
    { figure: isConverted ? String(rateTableId) : '' },
    (table && rateText(priceCurrency, bill.currency, table, '.')) ?? '',
    { figure: plainSigned(line.amountMinor, bill.currency) },
    bill.currency,
  ]);
}

/** One decision of a payout as a line of CSV; signed as it moved the payable. */
export function payoutCsvRow(line: PayoutLine): string {
  const sign = signOf(line);
  const money = (amountMinor: bigint): Field => ({ figure: plainSigned(amountMinor, line.currency) });
  return rowText([
    { figure: line.transferId.toString() },
    line.kind,
    { figure: timeText(line.bookedAtMs) },
    { figure: timeText(line.spentAtMs) },
    line.gameId,
    hexOf(line.decisionId),
    hexOf(line.offerHash),
    money(sign * line.priceMinor),
    money(-sign * line.feeMinor),
    money(sign * (line.priceMinor - line.feeMinor)),
    line.currency,
  ]);
}

export function billCsv(document: BillDocument): Uint8Array {
  const rows = document.lines.map((line) => billCsvRow(line, document));
  return new TextEncoder().encode([billCsvHead(), ...rows].join(''));
}

export function payoutCsv({ lines }: Pick<PayoutDocument, 'lines'>): Uint8Array {
  return new TextEncoder().encode([payoutCsvHead(), ...lines.map(payoutCsvRow)].join(''));
}

const rowText = (fields: readonly Field[]): string => `${fields.map(fieldText).join(',')}\r\n`;

/** OWASP's list of first characters that begin a formula, their full-width forms with them. */
const FORMULA = /^[=+\-@\t\r\n＝＋－＠]/;

function fieldText(field: Field): string {
  if (typeof field !== 'string') return field.figure;
  const text = FORMULA.test(field) ? `'${field}` : field;
  return /[",\r\n']/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
