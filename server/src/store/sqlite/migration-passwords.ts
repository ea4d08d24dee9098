/** Version 8 to 9: keys of password proofs, as the PIN keys registered them. */
import { appendOnly, bytes, insertOnce, time } from './columns.ts';

/** Statement by statement. */
export const PASSWORDS_STEP: readonly string[] = [
  `CREATE TABLE passwords (
    position INTEGER PRIMARY KEY,
    user_id BLOB NOT NULL REFERENCES players (user_id),
    ${bytes('request_hash', 32)} UNIQUE,
    public_key BLOB CHECK (public_key IS NULL OR length(public_key) = 32),
    envelope BLOB NOT NULL,
    ${time('time_ms')},
    ${time('taken_at_ms')}
  ) STRICT`,
  'CREATE INDEX passwords_of_user ON passwords (user_id, position)',
  insertOnce('passwords', 'request_hash'),
  ...appendOnly('passwords'),
];
