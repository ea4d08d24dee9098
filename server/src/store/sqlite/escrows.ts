/* eslint-disable @typescript-eslint/require-await -- the port may wait, SQLite never does; async makes every throw a rejection */
/** Content keys in escrow, over either connection. */
import type Database from 'better-sqlite3';
import type { EscrowWriter, KeptEscrow } from '../../escrows/store.ts';
import { escrowOf, type EscrowRow } from '../escrow-rows.ts';

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
}
