/** Version 9 to 10: quotes of what publishers sell sealed, so that cards can be given the keys that go with them. */
import { appendOnly, bytes, time } from './columns.ts';

/** Statement by statement. */
export const SEALED_QUOTES_STEP: readonly string[] = [
  `CREATE TABLE sealed_quotes (
    position INTEGER PRIMARY KEY CHECK (position > 0),
    publisher_id TEXT NOT NULL REFERENCES publishers (publisher_id),
    ${bytes('content_key_id', 16)},
    quote_signature BLOB NOT NULL UNIQUE CHECK (length(quote_signature) = 64),
    cards TEXT NOT NULL CHECK (cards IN ('chip', 'software')),
    envelope BLOB NOT NULL,
    ${time('not_after_ms')},
    ${time('taken_at_ms')}
  ) STRICT`,
  `CREATE TRIGGER sealed_quotes_once BEFORE INSERT ON sealed_quotes BEGIN
    SELECT RAISE(ABORT, 'sealed_quotes: there already') WHERE EXISTS (
      SELECT 1 FROM sealed_quotes WHERE position = NEW.position OR quote_signature = NEW.quote_signature);
  END`,
  ...appendOnly('sealed_quotes'),
];
