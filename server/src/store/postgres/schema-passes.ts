/** Nonces, links and sessions, so that a server process knows those of another. What is over is deleted. */
import { bytes, oneOf, text, time } from './columns.ts';

export const PASSES: readonly string[] = [
  `CREATE TABLE passes (
    -- In the order in which they were opened.
    position bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    ${oneOf('kind', ['nonce', 'link', 'session'])},
    ${bytes('digest', 32)},
    ${text('subject')} CHECK (length(subject) <= 100),
    ${time('opened_at_ms')},
    ${time('until_ms')},
    UNIQUE (kind, digest)
  )`,
  'CREATE INDEX passes_over ON passes (kind, until_ms)',
  'CREATE INDEX passes_of_subject ON passes (kind, subject, until_ms)',
];
