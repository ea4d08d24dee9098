/** Keys of password proofs, as the PIN keys registered them. */
import { appendOnly, bytes, time } from './columns.ts';

export const PASSWORDS: readonly string[] = [
  `CREATE TABLE passwords (
    position bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    user_id bytea NOT NULL REFERENCES players (user_id),
    ${bytes('request_hash', 32)} UNIQUE,
    public_key bytea CHECK (octet_length(public_key) = 32),
    envelope bytea NOT NULL,
    ${time('time_ms')},
    ${time('taken_at_ms')}
  )`,
  'CREATE INDEX passwords_of_user ON passwords (user_id, position)',
  appendOnly('passwords'),
];
