import { writeAcquirerCsv } from './acquirer-csv.ts';
import { totalOf, writePain001, writePain008 } from './pain.ts';
import type { BankFile, BankFileKind, NewBankFile } from './types.ts';

const WRITERS: Readonly<Record<BankFileKind, (file: NewBankFile) => Uint8Array>> = {
  'pain.001': writePain001,
  'pain.008': writePain008,
  'acquirer-csv': writeAcquirerCsv,
};

/** A file with its bytes, as it is to be stored before it is handed over. Throws RangeError: see `requireOrders`. */
export function writeBankFile(file: NewBankFile): BankFile {
  const { messageId, kind, period, currency, orders, createdAtMs } = file;
  return {
    messageId,
    kind,
    period,
    currency,
    orderCount: orders.length,
    totalMinor: totalOf(orders),
    bytes: WRITERS[kind](file),
    madeAtMs: createdAtMs,
    handedAtMs: undefined,
  };
}
