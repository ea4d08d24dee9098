/** Content keys of publishers in escrow, as they came, sealed. */
import { appendOnly, bytes, text, time } from './columns.ts';

export const ESCROWS: readonly string[] = [
  `CREATE TABLE escrows (
    ${text('publisher_id')} REFERENCES publishers (publisher_id),
    ${bytes('content_key_id', 16)},
    ${bytes('recipient', 32)},
    envelope bytea NOT NULL,
    ${time('taken_at_ms')},
    PRIMARY KEY (publisher_id, content_key_id, recipient)
  )`,
  appendOnly('escrows'),
];
