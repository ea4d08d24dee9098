/** What was found, kept when it is over, and then the kind for a source of rates that fails; with the rules of `../sqlite/migration-findings.ts`. */
import { AMOUNT_MAX, beforeEach, fixed, neverDeleted, oneOf, refuseIf, text, time, TIME_MAX } from './columns.ts';

/** As they were then. */
const FIRST_KINDS = [
  'payout-kept-back',
  'order-left-out',
  'bank-return',
  'suspense',
  'notice',
  'books',
  'rates',
  'clock',
];

export const FINDINGS: readonly string[] = [
  `CREATE TABLE findings (
    position bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    ${oneOf('kind', FIRST_KINDS)},
    ${text('about')},
    ${text('party')},
    ${text('words')} CHECK (length(words) BETWEEN 1 AND 500),
    amount_minor bigint CHECK (amount_minor BETWEEN -${AMOUNT_MAX} AND ${AMOUNT_MAX}),
    currency text COLLATE "C" CHECK (currency ~ '^[A-Z]{3}$'),
    ${time('at_ms')},
    ended_at_ms bigint CHECK (ended_at_ms BETWEEN 0 AND ${TIME_MAX}),
    ended_by text COLLATE "C" CHECK (ended_by IN ('course', 'operator')),
    CHECK ((amount_minor IS NULL) = (currency IS NULL)),
    CHECK ((ended_at_ms IS NULL) = (ended_by IS NULL))
  )`,
  'CREATE INDEX findings_open ON findings (position) WHERE ended_at_ms IS NULL',
  'CREATE INDEX findings_open_about ON findings (kind, about) WHERE ended_at_ms IS NULL',
  fixed('findings', ['position', 'kind', 'about', 'party', 'words', 'amount_minor', 'currency', 'at_ms']),
  ...beforeEach(
    'findings',
    'UPDATE',
    refuseIf('OLD.ended_at_ms IS NOT NULL OR NEW.ended_at_ms IS NULL', 'findings: over once'),
  ),
  neverDeleted('findings'),
];

export const RATE_FEED_FINDINGS: readonly string[] = [
  `ALTER TABLE findings DROP CONSTRAINT findings_kind_check,
    ADD CONSTRAINT findings_kind_check CHECK (kind IN (${[...FIRST_KINDS, 'rate-feed'].map((kind) => `'${kind}'`).join(', ')}))`,
];
