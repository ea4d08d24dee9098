/* eslint-disable @typescript-eslint/require-await -- the port may wait, SQLite never does; async makes every throw a rejection */
/** Content keys in escrow, over either connection. */
import type Database from 'better-sqlite3';
import type { EscrowWriter, KeptEscrow, NewSealedQuote, SealedQuote, SealedQuotesAsked } from '../../escrows/store.ts';
import {
  acceptingQuotes,
  BEHIND_ALL,
  escrowOf,
  sealedQuoteOf,
  type EscrowRow,
  type SealedQuoteRow,
} from '../escrow-rows.ts';

type Blob = Uint8Array;

function prepare(db: Database.Database) {
  return {
    find: db.prepare<[string, Blob, Blob], EscrowRow>(
      'SELECT * FROM escrows WHERE publisher_id = ? AND content_key_id = ? AND recipient = ?',
    ),
    add: db.prepare(
      `INSERT INTO escrows (publisher_id, content_key_id, recipient, envelope, taken_at_ms)
       SELECT @publisherId, @contentKeyId, @recipient, @envelope, @takenAtMs
       WHERE NOT EXISTS (SELECT 1 FROM escrows
         WHERE publisher_id = @publisherId AND content_key_id = @contentKeyId AND recipient = @recipient)`,
    ),
    listQuotes: db.prepare<[string, string, number, bigint, number], SealedQuoteRow>(
      `SELECT * FROM sealed_quotes
       WHERE cards IN (?, ?) AND not_after_ms >= ? AND position < ?
       ORDER BY position DESC LIMIT ?`,
    ),
    addQuote: db.prepare(
      `INSERT INTO sealed_quotes (position, publisher_id, content_key_id, quote_signature, cards, envelope,
         not_after_ms, taken_at_ms)
       SELECT (SELECT coalesce(max(position), 0) + 1 FROM sealed_quotes), @publisherId, @contentKeyId, @quoteSignature,
         @cards, @envelope, @notAfterMs, @takenAtMs
       WHERE NOT EXISTS (SELECT 1 FROM sealed_quotes WHERE quote_signature = @quoteSignature)`,
    ),
  };
}

export class SqliteEscrows implements EscrowWriter {
  readonly #sql: ReturnType<typeof prepare>;

  constructor(db: Database.Database) {
    this.#sql = prepare(db);
  }

  async findEscrow(publisherId: string, contentKeyId: Blob, recipient: Blob): Promise<KeptEscrow | undefined> {
    const row = this.#sql.find.get(publisherId, contentKeyId, recipient);
    return row && escrowOf(row);
  }

  async addEscrow(escrow: KeptEscrow): Promise<void> {
    this.#sql.add.run(escrow);
  }

  async listSealedQuotes({
    assurance,
    notAfterMs,
    before = BEHIND_ALL,
    count,
  }: SealedQuotesAsked): Promise<readonly SealedQuote[]> {
    const [one, other] = acceptingQuotes(assurance);
    return this.#sql.listQuotes.all(one, other, notAfterMs, before, count).map(sealedQuoteOf);
  }

  async addSealedQuote(quote: NewSealedQuote): Promise<void> {
    this.#sql.addQuote.run(quote);
  }
}
