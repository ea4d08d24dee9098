/** Bills and payouts for people. Pure but for the font's files: the same document gives the same bytes. */
import { billSheet } from './bill-sheet.ts';
import { sheetHtml } from './html.ts';
import { payoutSheet } from './payout-sheet.ts';
import { sheetPdf } from './pdf.ts';
import type { BillDocument, PayoutDocument } from './types.ts';

export { billCsv, billCsvHead, billCsvRow, payoutCsv, payoutCsvHead, payoutCsvRow } from './csv.ts';
export { DOCUMENT_CONTENT_SECURITY_POLICY } from './html.ts';

export const billHtml = (document: BillDocument): Uint8Array => sheetHtml(billSheet(document));
export const billPdf = (document: BillDocument): Promise<Uint8Array> => sheetPdf(billSheet(document));
export const payoutHtml = (document: PayoutDocument): Uint8Array => sheetHtml(payoutSheet(document));
export const payoutPdf = (document: PayoutDocument): Promise<Uint8Array> => sheetPdf(payoutSheet(document));
