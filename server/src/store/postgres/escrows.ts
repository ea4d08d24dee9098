/** Content keys in escrow, over any connection. */
import type { EscrowWriter, KeptEscrow } from '../../escrows/store.ts';
import { escrowOf, type EscrowRow } from '../escrow-rows.ts';
import { sql, type Ask } from './connection.ts';

const SQL = {
  find: sql<EscrowRow>('SELECT * FROM escrows WHERE publisher_id = $1 AND content_key_id = $2 AND recipient = $3'),
  add: sql(
    `INSERT INTO escrows (publisher_id, content_key_id, recipient, envelope, taken_at_ms) SELECT $1, $2, $3, $4, $5
     WHERE NOT EXISTS (SELECT 1 FROM escrows WHERE publisher_id = $1 AND content_key_id = $2 AND recipient = $3)`,
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
}
