/**
 * The schema, as the steps that made it. Step n takes a store from version n to n+1 in one transaction; steps are never
 * edited after a release, only added.
 *
 * The rules of the ledger live here and not in the code that writes it, so that a mistake there, or a person with a SQL
 * shell, is refused as well. Triggers repeat what foreign keys say about currencies, since a shell has those switched off,
 * and refuse a row that is there already, since INSERT OR REPLACE deletes without firing delete triggers.
 */
import { amount, AMOUNT_MAX, appendOnly, bytes, currency, insertOnce, time } from './columns.ts';
import { ANSWERS_STEP } from './migration-answers.ts';
import { CARDS_STEP } from './migration-cards.ts';
import { ESCROWS_STEP } from './migration-escrows.ts';
import { FINDINGS_STEP, RATE_FEED_STEP } from './migration-findings.ts';
import { LEDGER_STEP } from './migration-ledger.ts';
import { MONEY_STEP } from './migration-money.ts';
import { PASSES_STEP } from './migration-passes.ts';
import { PASSWORDS_STEP } from './migration-passwords.ts';
import { REFUNDS_STEP } from './migration-refunds.ts';
import { SEALED_QUOTES_STEP } from './migration-sealed-quotes.ts';
import { ACCOUNT_TRIGGERS, accountsTable, POSTINGS, TRANSFER_TRIGGERS, transfersTable } from './schema-ledger.ts';

/** As they were then. */
const FIRST_ACCOUNT_KINDS = [
  'player-prepaid',
  'player-postpaid',
  'publisher-payable',
  'fees',
  'exchange-position',
  'rounding',
  'bank',
];
const FIRST_TRANSFER_KINDS = ['payment', 'top-up'];

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
  [
    accountsTable(FIRST_ACCOUNT_KINDS),
    ...ACCOUNT_TRIGGERS,
    transfersTable(FIRST_TRANSFER_KINDS),
    ...TRANSFER_TRIGGERS,
    ...POSTINGS,
    ...PARTIES,
    ...DECISIONS,
  ],
  CARDS_STEP,
  LEDGER_STEP,
  REFUNDS_STEP,
  MONEY_STEP,
  ESCROWS_STEP,
  ANSWERS_STEP,
  PASSES_STEP,
  PASSWORDS_STEP,
  SEALED_QUOTES_STEP,
  FINDINGS_STEP,
  RATE_FEED_STEP,
];
