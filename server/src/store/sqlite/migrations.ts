/**
 * The schema, as the steps that made it. Step n takes a store from version n to n+1 in one transaction; steps are never
 * edited after a release, only added.
 *
 * The rules of the ledger live here and not in the code that writes it, so that a mistake there, or a person with a SQL
 * shell, is refused as well. Triggers repeat what foreign keys say about currencies, since a shell has those switched off,
 * and refuse a row that is there already, since INSERT OR REPLACE deletes without firing delete triggers.
 */
import { ACCOUNT_KINDS } from '../../ledger/types.ts';

const AMOUNT_MAX = '9007199254740991';
/** Far beyond any account, and far enough from 2^63 that no addition becomes a REAL. */
const BALANCE_MAX = '4611686018427387904';
/** Postings in one transfer; a posting's number is its transfer's times this, plus its line. */
export const LINES_MAX = 16;

const appendOnly = (table: string): string[] => [
  `CREATE TRIGGER ${table}_no_update BEFORE UPDATE ON ${table} BEGIN SELECT RAISE(ABORT, '${table}: append only'); END`,
  `CREATE TRIGGER ${table}_no_delete BEFORE DELETE ON ${table} BEGIN SELECT RAISE(ABORT, '${table}: append only'); END`,
];

/** INSERT OR REPLACE must find nothing to replace. */
const insertOnce = (table: string, key: string): string =>
  `CREATE TRIGGER ${table}_once BEFORE INSERT ON ${table} BEGIN
    SELECT RAISE(ABORT, '${table}: there already') WHERE EXISTS (SELECT 1 FROM ${table} WHERE ${key} = NEW.${key});
  END`;

const currency = (column: string): string => `${column} TEXT NOT NULL CHECK (${column} GLOB '[A-Z][A-Z][A-Z]')`;
const bytes = (column: string, length: number): string =>
  `${column} BLOB NOT NULL CHECK (length(${column}) = ${length})`;
const amount = (column: string, least = 0): string =>
  `${column} INTEGER NOT NULL CHECK (${column} BETWEEN ${least} AND ${AMOUNT_MAX})`;
const time = (column: string): string => `${column} INTEGER NOT NULL CHECK (${column} BETWEEN 0 AND 253402300799999)`;

const ACCOUNTS = [
  `CREATE TABLE accounts (
    id INTEGER PRIMARY KEY CHECK (id > 0),
    kind TEXT NOT NULL CHECK (kind IN (${ACCOUNT_KINDS.map((kind) => `'${kind}'`).join(', ')})),
    owner TEXT NOT NULL CHECK (length(owner) <= 64),
    ${currency('currency')},
    balance_minor INTEGER NOT NULL DEFAULT 0 CHECK (balance_minor BETWEEN -${BALANCE_MAX} AND ${BALANCE_MAX}),
    -- The lowest balance allowed: 0 for prepaid, minus the ceiling (or minus what was owed already) for postpaid.
    floor_minor INTEGER NOT NULL CHECK (floor_minor BETWEEN -${BALANCE_MAX} AND 0),
    last_posting INTEGER NOT NULL DEFAULT 0,
    UNIQUE (kind, owner, currency),
    UNIQUE (id, currency),
    CHECK (balance_minor >= floor_minor),
    CHECK (kind <> 'player-prepaid' OR floor_minor = 0),
    CHECK (kind NOT IN ('player-prepaid', 'player-postpaid') OR balance_minor <= ${AMOUNT_MAX})
  ) STRICT`,
  `CREATE TRIGGER accounts_open BEFORE INSERT ON accounts BEGIN
    SELECT RAISE(ABORT, 'accounts: opened once') WHERE EXISTS (
      SELECT 1 FROM accounts WHERE id = NEW.id
      UNION ALL SELECT 1 FROM accounts WHERE kind = NEW.kind AND owner = NEW.owner AND currency = NEW.currency);
    SELECT RAISE(ABORT, 'accounts: opened empty') WHERE NEW.balance_minor <> 0 OR NEW.last_posting <> 0;
  END`,
  // Every posting is applied to both its accounts as it is inserted; so no posting is left that could excuse another change.
  `CREATE TRIGGER accounts_update BEFORE UPDATE ON accounts BEGIN
    SELECT RAISE(ABORT, 'accounts: kind, owner and currency are fixed')
      WHERE NEW.id <> OLD.id OR NEW.kind <> OLD.kind OR NEW.owner <> OLD.owner OR NEW.currency <> OLD.currency;
    SELECT RAISE(ABORT, 'accounts: a balance moves with a posting only')
      WHERE (NEW.balance_minor <> OLD.balance_minor OR NEW.last_posting <> OLD.last_posting)
        AND NOT EXISTS (
          SELECT 1 FROM postings
          WHERE transfer = NEW.last_posting / ${LINES_MAX} AND line = NEW.last_posting % ${LINES_MAX}
            AND NEW.last_posting > OLD.last_posting AND NEW.id IN (debit, credit)
            AND NEW.balance_minor = OLD.balance_minor + CASE NEW.id WHEN credit THEN amount_minor ELSE -amount_minor END);
  END`,
  `CREATE TRIGGER accounts_no_delete BEFORE DELETE ON accounts BEGIN
    SELECT RAISE(ABORT, 'accounts: never deleted');
  END`,
];

const TRANSFERS = [
  `CREATE TABLE transfers (
    id INTEGER PRIMARY KEY CHECK (id > 0),
    kind TEXT NOT NULL CHECK (kind IN ('payment', 'top-up')),
    ${bytes('reference', 32)},
    lines INTEGER NOT NULL CHECK (lines BETWEEN 1 AND ${LINES_MAX}),
    ${time('at_ms')},
    UNIQUE (kind, reference)
  ) STRICT`,
  `CREATE TRIGGER transfers_insert BEFORE INSERT ON transfers BEGIN
    SELECT RAISE(ABORT, 'transfers: once for ever') WHERE EXISTS (
      SELECT 1 FROM transfers WHERE id = NEW.id
      UNION ALL SELECT 1 FROM transfers WHERE kind = NEW.kind AND reference = NEW.reference);
  END`,
  ...appendOnly('transfers'),
];

const POSTINGS = [
  `CREATE TABLE postings (
    transfer INTEGER NOT NULL REFERENCES transfers (id),
    line INTEGER NOT NULL CHECK (line BETWEEN 0 AND ${LINES_MAX - 1}),
    debit INTEGER NOT NULL,
    credit INTEGER NOT NULL,
    ${currency('currency')},
    ${amount('amount_minor', 1)},
    PRIMARY KEY (transfer, line),
    CHECK (debit <> credit),
    FOREIGN KEY (debit, currency) REFERENCES accounts (id, currency),
    FOREIGN KEY (credit, currency) REFERENCES accounts (id, currency)
  ) STRICT, WITHOUT ROWID`,
  `CREATE TRIGGER postings_insert BEFORE INSERT ON postings BEGIN
    SELECT RAISE(ABORT, 'postings: not of the two accounts'' one currency')
      WHERE (SELECT count(*) FROM accounts WHERE id IN (NEW.debit, NEW.credit) AND currency = NEW.currency) <> 2;
    SELECT RAISE(ABORT, 'postings: the transfer is complete or unknown')
      WHERE NOT EXISTS (SELECT 1 FROM transfers WHERE id = NEW.transfer AND NEW.line < lines);
    SELECT RAISE(ABORT, 'postings: not the next line')
      WHERE NEW.line <> (SELECT count(*) FROM postings WHERE transfer = NEW.transfer);
  END`,
  // The last statement sees to it that INSERT OR IGNORE, whose policy reaches into triggers, cannot skip one side.
  `CREATE TRIGGER postings_apply AFTER INSERT ON postings BEGIN
    UPDATE accounts SET balance_minor = balance_minor - NEW.amount_minor,
      last_posting = NEW.transfer * ${LINES_MAX} + NEW.line WHERE id = NEW.debit;
    UPDATE accounts SET balance_minor = balance_minor + NEW.amount_minor,
      last_posting = NEW.transfer * ${LINES_MAX} + NEW.line WHERE id = NEW.credit;
    SELECT RAISE(ABORT, 'postings: both balances move or none')
      WHERE (SELECT count(*) FROM accounts WHERE id IN (NEW.debit, NEW.credit)
        AND last_posting = NEW.transfer * ${LINES_MAX} + NEW.line) <> 2;
  END`,
  ...appendOnly('postings'),
];

const PARTIES = [
  `CREATE TABLE chains (chain_hash BLOB PRIMARY KEY CHECK (length(chain_hash) = 32), chain BLOB NOT NULL)
   STRICT, WITHOUT ROWID`,
  insertOnce('chains', 'chain_hash'),
  ...appendOnly('chains'),
  `CREATE TABLE players (
    user_id BLOB PRIMARY KEY CHECK (length(user_id) = 16),
    plan TEXT NOT NULL CHECK (plan IN ('prepaid', 'postpaid')),
    account INTEGER NOT NULL UNIQUE REFERENCES accounts (id),
    ${amount('ceiling_minor')},
    ${amount('press_payment_max_minor')},
    ${amount('press_day_max_minor')},
    press_day INTEGER NOT NULL DEFAULT 0,
    press_day_spent_minor INTEGER NOT NULL DEFAULT 0 CHECK (press_day_spent_minor BETWEEN 0 AND ${AMOUNT_MAX}),
    limits_time_ms INTEGER NOT NULL DEFAULT 0,
    limits_hash BLOB NOT NULL DEFAULT x'',
    enrolment BLOB NOT NULL,
    ${bytes('enrolment_hash', 32)},
    ${time('enrolled_at_ms')}
  ) STRICT, WITHOUT ROWID`,
  insertOnce('players', 'user_id'),
  `CREATE TRIGGER players_fixed BEFORE UPDATE OF user_id, plan, account, enrolment, enrolment_hash, enrolled_at_ms
    ON players BEGIN SELECT RAISE(ABORT, 'players: enrolled once'); END`,
  `CREATE TRIGGER players_no_delete BEFORE DELETE ON players BEGIN
    SELECT RAISE(ABORT, 'players: never deleted');
  END`,
  // One key, one player, one part: a press key that is somebody's PIN key would spend beyond its limits.
  `CREATE TABLE player_keys (
    public_key BLOB PRIMARY KEY CHECK (length(public_key) = 32),
    user_id BLOB NOT NULL REFERENCES players (user_id),
    part TEXT NOT NULL CHECK (part IN ('account', 'press', 'pin')),
    UNIQUE (user_id, part)
  ) STRICT, WITHOUT ROWID`,
  insertOnce('player_keys', 'public_key'),
  ...appendOnly('player_keys'),
  `CREATE TABLE publishers (
    publisher_id TEXT PRIMARY KEY,
    common_name TEXT NOT NULL,
    ${currency('payout_currency')},
    bank_holder TEXT NOT NULL,
    bank_iban TEXT NOT NULL,
    fee_basis_points INTEGER NOT NULL CHECK (fee_basis_points BETWEEN 0 AND 10000),
    chain_hash BLOB NOT NULL REFERENCES chains (chain_hash),
    ${time('enrolled_at_ms')}
  ) STRICT, WITHOUT ROWID`,
  `CREATE TABLE rate_tables (id INTEGER PRIMARY KEY CHECK (id > 0), body BLOB NOT NULL, ${time('not_before_ms')}) STRICT`,
  `CREATE TRIGGER rate_tables_insert BEFORE INSERT ON rate_tables BEGIN
    SELECT RAISE(ABORT, 'rate_tables: numbers rise by one')
      WHERE NEW.id <> (SELECT coalesce(max(id), 0) + 1 FROM rate_tables);
  END`,
  ...appendOnly('rate_tables'),
];

const DECISIONS = [
  `CREATE TABLE decisions (
    position INTEGER PRIMARY KEY CHECK (position > 0),
    request_id BLOB NOT NULL UNIQUE CHECK (length(request_id) = 32),
    user_id BLOB NOT NULL REFERENCES players (user_id),
    publisher_id TEXT NOT NULL,
    -- 0 approved; else the number of the refusal's code.
    code INTEGER NOT NULL CHECK (code BETWEEN 0 AND 999),
    ${amount('price_minor')},
    ${currency('price_currency')},
    ${amount('charged_minor')},
    ${currency('charged_currency')},
    rate_table_id INTEGER NOT NULL CHECK (rate_table_id >= 0),
    ${bytes('offer_hash', 32)},
    ${bytes('quote_signature', 64)},
    ${bytes('request_hash', 32)},
    request BLOB NOT NULL,
    decision_id BLOB NOT NULL UNIQUE CHECK (length(decision_id) = 16),
    decision BLOB NOT NULL,
    chain_hash BLOB NOT NULL REFERENCES chains (chain_hash),
    ${time('at_ms')},
    transfer INTEGER UNIQUE REFERENCES transfers (id),
    CHECK (code = 0 OR charged_minor = 0),
    CHECK ((transfer IS NOT NULL) = (charged_minor > 0))
  ) STRICT`,
  'CREATE INDEX decisions_of_user ON decisions (user_id, position)',
  `CREATE TRIGGER decisions_insert BEFORE INSERT ON decisions BEGIN
    SELECT RAISE(ABORT, 'decisions: one for ever per request') WHERE EXISTS (
      SELECT 1 FROM decisions WHERE request_id = NEW.request_id
      UNION ALL SELECT 1 FROM decisions WHERE position = NEW.position
      UNION ALL SELECT 1 FROM decisions WHERE decision_id = NEW.decision_id);
    SELECT RAISE(ABORT, 'decisions: no debit of the same amount under the same request')
      WHERE NEW.charged_minor > 0 AND NOT EXISTS (
        SELECT 1 FROM transfers
        WHERE id = NEW.transfer AND kind = 'payment' AND reference = NEW.request_id
          AND lines = (SELECT count(*) FROM postings WHERE transfer = NEW.transfer)
          AND NEW.charged_minor = (SELECT sum(amount_minor) FROM postings
            WHERE transfer = NEW.transfer AND currency = NEW.charged_currency
              AND debit = (SELECT account FROM players WHERE user_id = NEW.user_id)));
  END`,
  ...appendOnly('decisions'),
  `CREATE TABLE top_ups (
    bank_reference TEXT PRIMARY KEY CHECK (length(bank_reference) BETWEEN 1 AND 140),
    user_id BLOB NOT NULL REFERENCES players (user_id),
    ${amount('amount_minor', 1)},
    ${currency('currency')},
    transfer INTEGER NOT NULL UNIQUE REFERENCES transfers (id)
  ) STRICT, WITHOUT ROWID`,
  insertOnce('top_ups', 'bank_reference'),
  ...appendOnly('top_ups'),
];

/** Step by step, statement by statement. */
export const MIGRATIONS: readonly (readonly string[])[] = [
  [...ACCOUNTS, ...TRANSFERS, ...POSTINGS, ...PARTIES, ...DECISIONS],
];
