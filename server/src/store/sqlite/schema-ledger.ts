/** The ledger's tables and their rules, shared by the steps of the schema that make them and make them anew. Never edited: see `migrations.ts`. */
import { amount, AMOUNT_MAX, appendOnly, BALANCE_MAX, bytes, currency, kindIn, LINES_MAX, time } from './columns.ts';

export const accountsTable = (kinds: readonly string[]): string => `CREATE TABLE accounts (
    id INTEGER PRIMARY KEY CHECK (id > 0),
    kind TEXT NOT NULL CHECK (kind IN (${kindIn(kinds)})),
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
  ) STRICT`;

export const ACCOUNT_TRIGGERS = [
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

export const transfersTable = (kinds: readonly string[]): string => `CREATE TABLE transfers (
    id INTEGER PRIMARY KEY CHECK (id > 0),
    kind TEXT NOT NULL CHECK (kind IN (${kindIn(kinds)})),
    ${bytes('reference', 32)},
    lines INTEGER NOT NULL CHECK (lines BETWEEN 1 AND ${LINES_MAX}),
    ${time('at_ms')},
    UNIQUE (kind, reference)
  ) STRICT`;

export const TRANSFER_TRIGGERS = [
  `CREATE TRIGGER transfers_insert BEFORE INSERT ON transfers BEGIN
    SELECT RAISE(ABORT, 'transfers: once for ever') WHERE EXISTS (
      SELECT 1 FROM transfers WHERE id = NEW.id
      UNION ALL SELECT 1 FROM transfers WHERE kind = NEW.kind AND reference = NEW.reference);
  END`,
  ...appendOnly('transfers'),
];

export const POSTINGS = [
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
