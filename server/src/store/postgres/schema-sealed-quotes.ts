/** Quotes of what publishers sell sealed, so that cards can be given the keys that go with them. */
import { appendOnly, bytes, oneOf, text, time } from './columns.ts';

export const SEALED_QUOTES: readonly string[] = [
  `CREATE TABLE sealed_quotes (
    position bigint PRIMARY KEY CHECK (position > 0),
    ${text('publisher_id')} REFERENCES publishers (publisher_id),
    ${bytes('content_key_id', 16)},
    quote_signature bytea NOT NULL UNIQUE CHECK (octet_length(quote_signature) = 64),
    ${oneOf('cards', ['chip', 'software'])},
    envelope bytea NOT NULL,
    ${time('not_after_ms')},
    ${time('taken_at_ms')}
  )`,
  appendOnly('sealed_quotes'),
];
