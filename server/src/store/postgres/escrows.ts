/** Content keys in escrow, over any connection. */
import type { EscrowWriter, KeptEscrow, NewSealedQuote, SealedQuote, SealedQuotesAsked } from '../../escrows/store.ts';
import {
  acceptingQuotes,
  BEHIND_ALL,
  escrowOf,
  sealedQuoteOf,
  type EscrowRow,
  type SealedQuoteRow,
} from '../escrow-rows.ts';
import { sql, type Ask } from './connection.ts';

const SQL = {
  find: sql<EscrowRow>('SELECT * FROM escrows WHERE publisher_id = $1 AND content_key_id = $2 AND recipient = $3'),
  add: sql(
    `INSERT INTO escrows (publisher_id, content_key_id, recipient, envelope, taken_at_ms) SELECT $1, $2, $3, $4, $5
     WHERE NOT EXISTS (SELECT 1 FROM escrows WHERE publisher_id = $1 AND content_key_id = $2 AND recipient = $3)`,
  ),
  listQuotes: sql<SealedQuoteRow>(
    `SELECT * FROM sealed_quotes WHERE cards IN ($1, $2) AND not_after_ms >= $3 AND position < $4
     ORDER BY position DESC LIMIT $5`,
  ),
  addQuote: sql(
    `INSERT INTO sealed_quotes (position, publisher_id, content_key_id, quote_signature, cards, envelope, not_after_ms, taken_at_ms)
     SELECT (SELECT coalesce(max(position), 0) + 1 FROM sealed_quotes), $1, $2, $3, $4, $5, $6, $7
     WHERE NOT EXISTS (SELECT 1 FROM sealed_quotes WHERE quote_signature = $3)`,
  ),
};

export class PostgresEscrows implements EscrowWriter {
  readonly #ask: Ask;

  constructor(ask: Ask) {
    this.#ask = ask;
  }

  async findEscrow(
    publisherId: string,
    contentKeyId: Uint8Array,
    recipient: Uint8Array,
  ): Promise<KeptEscrow | undefined> {
    const [row] = await this.#ask(SQL.find, [publisherId, contentKeyId, recipient]);
    return row && escrowOf(row);
  }

  async addEscrow({ publisherId, contentKeyId, recipient, envelope, takenAtMs }: KeptEscrow): Promise<void> {
    await this.#ask(SQL.add, [publisherId, contentKeyId, recipient, envelope, takenAtMs]);
  }

  async listSealedQuotes({
    assurance,
    notAfterMs,
    before = BEHIND_ALL,
    count,
  }: SealedQuotesAsked): Promise<readonly SealedQuote[]> {
    const rows = await this.#ask(SQL.listQuotes, [...acceptingQuotes(assurance), notAfterMs, before, count]);
    return rows.map(sealedQuoteOf);
  }

  async addSealedQuote(quote: NewSealedQuote): Promise<void> {
    const { publisherId, contentKeyId, quoteSignature, cards, envelope, notAfterMs, takenAtMs } = quote;
    const values = [publisherId, contentKeyId, quoteSignature, cards, envelope, notAfterMs, takenAtMs];
    await this.#ask(SQL.addQuote, values);
  }
}
