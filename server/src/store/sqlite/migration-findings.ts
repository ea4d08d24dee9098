/** Version 10 to 11: what was found, kept when it is over. Version 11 to 12: a source of rates that fails is a finding too. */
import { AMOUNT_MAX, anew, insertOnce, kindIn, time } from './columns.ts';

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

const tableOf = (kinds: readonly string[]): string =>
  `CREATE TABLE findings (
    position INTEGER PRIMARY KEY,
    kind TEXT NOT NULL CHECK (kind IN (${kindIn(kinds)})),
    about TEXT NOT NULL,
    party TEXT NOT NULL,
    words TEXT NOT NULL CHECK (length(words) BETWEEN 1 AND 500),
    amount_minor INTEGER CHECK (amount_minor BETWEEN -${AMOUNT_MAX} AND ${AMOUNT_MAX}),
    currency TEXT CHECK (currency GLOB '[A-Z][A-Z][A-Z]'),
    ${time('at_ms')},
    ended_at_ms INTEGER CHECK (ended_at_ms >= 0),
    ended_by TEXT CHECK (ended_by IN ('course', 'operator')),
    CHECK ((amount_minor IS NULL) = (currency IS NULL)),
    CHECK ((ended_at_ms IS NULL) = (ended_by IS NULL))
  ) STRICT`;

const RULES = [
  'CREATE INDEX findings_open ON findings (position) WHERE ended_at_ms IS NULL',
  'CREATE INDEX findings_open_about ON findings (kind, about) WHERE ended_at_ms IS NULL',
  insertOnce('findings', 'position'),
  `CREATE TRIGGER findings_fixed BEFORE UPDATE OF position, kind, about, party, words, amount_minor, currency, at_ms
    ON findings BEGIN SELECT RAISE(ABORT, 'findings: what was found is fixed'); END`,
  `CREATE TRIGGER findings_ended BEFORE UPDATE ON findings BEGIN
    SELECT RAISE(ABORT, 'findings: over once') WHERE OLD.ended_at_ms IS NOT NULL OR NEW.ended_at_ms IS NULL;
  END`,
  `CREATE TRIGGER findings_no_delete BEFORE DELETE ON findings BEGIN
    SELECT RAISE(ABORT, 'findings: never deleted');
  END`,
];

/** Statement by statement. */
export const FINDINGS_STEP: readonly string[] = [tableOf(FIRST_KINDS), ...RULES];
export const RATE_FEED_STEP: readonly string[] = anew('findings', tableOf([...FIRST_KINDS, 'rate-feed']), RULES);
