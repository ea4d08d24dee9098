/** Transfers with their postings, over either connection. */
import type Database from 'better-sqlite3';
import type { RecordedTransfer, TransferKind } from '../../ledger/types.ts';
import { transferOf, type PostingRow, type TransferRow } from '../rows.ts';

const TRANSFER = `SELECT t.id, t.kind, t.reference, t.at_ms, t.period, c.corrects, c.reason
  FROM transfers t LEFT JOIN corrections c ON c.transfer = t.id`;

function prepare(db: Database.Database) {
  return {
    transfers: db.prepare<[bigint, number], TransferRow>(`${TRANSFER} WHERE t.id > ? ORDER BY t.id LIMIT ?`),
    transfer: db.prepare<[string, Uint8Array], TransferRow>(`${TRANSFER} WHERE t.kind = ? AND t.reference = ?`),
    postings: db.prepare<[bigint], PostingRow>(
      `SELECT p.transfer, p.amount_minor, p.currency, d.kind AS debit_kind, d.owner AS debit_owner,
         c.kind AS credit_kind, c.owner AS credit_owner
       FROM postings p JOIN accounts d ON d.id = p.debit JOIN accounts c ON c.id = p.credit
       WHERE p.transfer = ? ORDER BY p.line`,
    ),
  };
}

export class SqliteTransferReads {
  readonly #read: ReturnType<typeof prepare>;

  constructor(db: Database.Database) {
    this.#read = prepare(db);
  }

  /** By number, after one. */
  list(after: bigint, count: number): RecordedTransfer[] {
    return this.#read.transfers.all(after, count).map((row) => this.#withPostings(row));
  }

  find(kind: TransferKind, reference: Uint8Array): RecordedTransfer | undefined {
    const row = this.#read.transfer.get(kind, reference);
    return row && this.#withPostings(row);
  }

  #withPostings(row: TransferRow): RecordedTransfer {
    return transferOf(row, this.#read.postings.all(row.id));
  }
}
