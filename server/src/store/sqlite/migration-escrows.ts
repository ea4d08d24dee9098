/** Version 5 to 6: content keys of publishers in escrow, as they came, sealed. */
import { appendOnly, bytes, insertOnceBy, time } from './columns.ts';

/** Statement by statement. */
export const ESCROWS_STEP: readonly string[] = [
  `CREATE TABLE escrows (
    publisher_id TEXT NOT NULL REFERENCES publishers (publisher_id),
    ${bytes('content_key_id', 16)},
    ${bytes('recipient', 32)},
    envelope BLOB NOT NULL,
    ${time('taken_at_ms')},
    PRIMARY KEY (publisher_id, content_key_id, recipient)
  ) STRICT, WITHOUT ROWID`,
  insertOnceBy('escrows', 'publisher_id', 'content_key_id', 'recipient'),
  ...appendOnly('escrows'),
];
