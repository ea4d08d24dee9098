/** Version 7 to 8: nonces, links and sessions, so that a server process knows those of another. What is over is deleted. */
import { bytes, insertOnceBy, kindIn, time } from './columns.ts';

/** Statement by statement. */
export const PASSES_STEP: readonly string[] = [
  `CREATE TABLE passes (
    -- In the order in which they were opened.
    position INTEGER PRIMARY KEY,
    kind TEXT NOT NULL CHECK (kind IN (${kindIn(['nonce', 'link', 'session'])})),
    ${bytes('digest', 32)},
    subject TEXT NOT NULL CHECK (length(subject) <= 100),
    ${time('opened_at_ms')},
    ${time('until_ms')},
    UNIQUE (kind, digest)
  ) STRICT`,
  'CREATE INDEX passes_over ON passes (kind, until_ms)',
  'CREATE INDEX passes_of_subject ON passes (kind, subject, until_ms)',
  insertOnceBy('passes', 'kind', 'digest'),
];
