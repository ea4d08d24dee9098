/**
 * The file for the acquirer of cards: RFC 4180, one order a line, and a last line with count and sum, without which the file is not
 * whole. For a machine: fields stand as they are and are not made harmless for spreadsheets.
 */
import { plainAmount } from '@coinslot/protocol';
import { requireOrders, totalOf } from './pain.ts';
import { sepaText } from './sepa-text.ts';
import type { NewBankFile } from './types.ts';

const TEXT_LENGTH_MAX = 140;
export const ACQUIRER_COLUMNS = [
  'message_id',
  'number',
  'end_to_end_id',
  'token',
  'amount',
  'currency',
  'date',
  'text',
];

/** Bytes of the file, lines ended by CR LF. Throws RangeError, see `requireOrders`, and for an order without a token. */
export function writeAcquirerCsv(file: NewBankFile): Uint8Array {
  requireOrders(file);
  const { messageId, currency, orders } = file;
  const date = new Date(file.executionDateMs).toISOString().slice(0, 10);
  const rows = orders.map(({ endToEndId, token, amountMinor, remittance }, i) => {
    if (token === undefined || token === '') throw new RangeError(`${endToEndId}: a card on file without a token`);
    const amount = plainAmount({ amountMinor, currency });
    return [messageId, String(i + 1), endToEndId, token, amount, currency, date, sepaText(remittance, TEXT_LENGTH_MAX)];
  });
  const total = plainAmount({ amountMinor: totalOf(orders), currency });
  const last = [messageId, 'TOTAL', String(orders.length), '', total, currency, date, ''];
  const lines = [ACQUIRER_COLUMNS, ...rows, last].map((fields) => `${fields.map(csvField).join(',')}\r\n`);
  return new TextEncoder().encode(lines.join(''));
}

const csvField = (text: string): string => (/[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);
