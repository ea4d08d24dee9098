/**
 * Bills, payouts and the bank: what closing a month makes, and what the bank says of it. Rows that were computed from sealed
 * periods are never changed; what may change is how far an order has come, and only forwards.
 *
 * `account_lines` says which transfers touch an account of a player, card or publisher, so that a bill's lines are found without
 * an index over all postings. The server's own payments are not in it: their decisions say whose they are, and they are most.
 */
import { amount, appendOnly, currency, insertOnce, insertOnceBy, kindIn, time } from './columns.ts';

const UINT32_MAX = 4_294_967_295;
const uint32 = (column: string, least = 0): string =>
  `${column} INTEGER NOT NULL CHECK (${column} BETWEEN ${least} AND ${UINT32_MAX})`;
const period = (column = 'period'): string =>
  `${column} INTEGER NOT NULL CHECK (${column} BETWEEN 197001 AND 999912 AND ${column} % 100 BETWEEN 1 AND 12)`;
const signed = (...columns: readonly string[]): string =>
  columns.map((column) => `${column} INTEGER NOT NULL`).join(', ');
const oneOf = (column: string, words: readonly string[]): string =>
  `${column} TEXT NOT NULL CHECK (${column} IN (${kindIn(words)}))`;
const WAYS = ['bank-debit', 'card-on-file', 'transfer'];
/** What an order has come to: see `BankAnswers`. */
const ANSWERS = `${amount('told_paid_minor')}, ${amount('told_returned_minor')}, reason TEXT CHECK (length(reason) <= 35)`;

/** Everything but these columns is fixed. */
const fixedBut = (table: string, ...fixed: readonly string[]): string =>
  `CREATE TRIGGER ${table}_fixed BEFORE UPDATE OF ${fixed.join(', ')} ON ${table} BEGIN
    SELECT RAISE(ABORT, '${table}: made once');
  END`;
const neverDeleted = (table: string): string =>
  `CREATE TRIGGER ${table}_no_delete BEFORE DELETE ON ${table} BEGIN SELECT RAISE(ABORT, '${table}: never deleted'); END`;
/** An order stands in one file for ever. */
const inOneFile = (table: string): string =>
  `CREATE TRIGGER ${table}_in_one_file BEFORE UPDATE OF message_id ON ${table} BEGIN
    SELECT RAISE(ABORT, '${table}: in a file already') WHERE OLD.message_id IS NOT NULL AND NEW.message_id IS NOT OLD.message_id;
  END`;
/** What is computed from a sealed period is made while it is sealed and not closed. */
const whileClosing = (table: string): string =>
  `CREATE TRIGGER ${table}_while_closing BEFORE INSERT ON ${table} BEGIN
    SELECT RAISE(ABORT, '${table}: the period is not being closed')
      WHERE NOT EXISTS (SELECT 1 FROM sealed_periods WHERE period = NEW.period AND closed_at_ms IS NULL);
  END`;

const LINES = [
  `CREATE TABLE account_lines (
    account INTEGER NOT NULL REFERENCES accounts (id),
    transfer INTEGER NOT NULL REFERENCES transfers (id),
    PRIMARY KEY (account, transfer)
  ) STRICT, WITHOUT ROWID`,
  `INSERT INTO account_lines (account, transfer)
    SELECT a.id, p.transfer FROM postings p JOIN accounts a ON a.id = p.debit
      JOIN transfers t ON t.id = p.transfer WHERE a.owner <> '' AND t.kind <> 'payment'
    UNION SELECT a.id, p.transfer FROM postings p JOIN accounts a ON a.id = p.credit
      JOIN transfers t ON t.id = p.transfer WHERE a.owner <> '' AND t.kind <> 'payment'
    UNION SELECT a.id, p.transfer FROM card_records r JOIN postings p ON p.transfer = r.transfer
      JOIN accounts a ON a.id IN (p.debit, p.credit) WHERE a.owner <> ''`,
  `CREATE TRIGGER postings_line AFTER INSERT ON postings
    WHEN (SELECT kind FROM transfers WHERE id = NEW.transfer) <> 'payment' BEGIN
    INSERT INTO account_lines (account, transfer)
      SELECT a.id, NEW.transfer FROM accounts a WHERE a.id IN (NEW.debit, NEW.credit) AND a.owner <> ''
        AND NOT EXISTS (SELECT 1 FROM account_lines l WHERE l.account = a.id AND l.transfer = NEW.transfer);
  END`,
  `CREATE TRIGGER card_records_line AFTER INSERT ON card_records WHEN NEW.transfer IS NOT NULL BEGIN
    INSERT INTO account_lines (account, transfer)
      SELECT DISTINCT a.id, NEW.transfer FROM postings p JOIN accounts a ON a.id IN (p.debit, p.credit)
      WHERE p.transfer = NEW.transfer AND a.owner <> '';
  END`,
  ...appendOnly('account_lines'),
  'CREATE INDEX decisions_of_publisher ON decisions (publisher_id, transfer) WHERE transfer IS NOT NULL',
];

const PLAYERS = [
  'ALTER TABLE players ADD COLUMN closed_at_ms INTEGER',
  `CREATE TRIGGER players_closed_once BEFORE UPDATE OF closed_at_ms ON players BEGIN
    SELECT RAISE(ABORT, 'players: closed once')
      WHERE OLD.closed_at_ms IS NOT NULL AND NEW.closed_at_ms IS NOT OLD.closed_at_ms;
  END`,
  `CREATE TABLE account_closings (
    request_hash BLOB PRIMARY KEY CHECK (length(request_hash) = 32),
    user_id BLOB NOT NULL REFERENCES players (user_id),
    envelope BLOB NOT NULL,
    ${time('at_ms')}
  ) STRICT, WITHOUT ROWID`,
  insertOnce('account_closings', 'request_hash'),
  ...appendOnly('account_closings'),
  `CREATE TABLE mandates (
    user_id BLOB NOT NULL REFERENCES players (user_id),
    ${uint32('number', 1)},
    ${oneOf('way', WAYS)},
    mandate_id TEXT NOT NULL,
    holder TEXT NOT NULL,
    iban TEXT NOT NULL,
    token TEXT NOT NULL,
    ${time('signed_at_ms')},
    ${time('taken_at_ms')},
    envelope BLOB NOT NULL,
    PRIMARY KEY (user_id, number)
  ) STRICT, WITHOUT ROWID`,
  `CREATE TRIGGER mandates_insert BEFORE INSERT ON mandates BEGIN
    SELECT RAISE(ABORT, 'mandates: numbers rise')
      WHERE NEW.number <= (SELECT coalesce(max(number), 0) FROM mandates WHERE user_id = NEW.user_id);
  END`,
  ...appendOnly('mandates'),
];

const BILLS = [
  `CREATE TABLE bills (
    ${period()},
    user_id BLOB NOT NULL REFERENCES players (user_id),
    ${oneOf('plan', ['prepaid', 'postpaid'])},
    ${currency('currency')},
    ${signed('opening_minor', 'closing_minor', 'purchases_minor', 'card_purchases_minor', 'refunds_minor')},
    ${signed('paid_in_minor', 'loaded_minor', 'other_minor')},
    purchases INTEGER NOT NULL CHECK (purchases >= 0),
    ${amount('due_minor')},
    carried TEXT CHECK (carried IN ('below-minimum', 'under-way')),
    ${oneOf('way', WAYS)},
    ${time('made_at_ms')},
    PRIMARY KEY (period, user_id),
    CHECK (closing_minor = opening_minor - (purchases_minor - card_purchases_minor) + refunds_minor + paid_in_minor
      - loaded_minor + other_minor),
    CHECK (due_minor = 0 OR (plan = 'postpaid' AND carried IS NULL AND due_minor <= -closing_minor))
  ) STRICT, WITHOUT ROWID`,
  'CREATE INDEX bills_of_user ON bills (user_id, period)',
  insertOnceBy('bills', 'period', 'user_id'),
  whileClosing('bills'),
  ...appendOnly('bills'),
  `CREATE TABLE collections (
    end_to_end_id TEXT PRIMARY KEY CHECK (length(end_to_end_id) BETWEEN 1 AND 35),
    ${period()},
    user_id BLOB NOT NULL,
    ${amount('amount_minor', 1)},
    ${currency('currency')},
    ${oneOf('way', WAYS)},
    ${uint32('mandate_number')},
    message_id TEXT REFERENCES bank_files (message_id),
    ${oneOf('state', ['made', 'handed', 'paid', 'part-paid', 'returned'])},
    ${ANSWERS},
    ended_period INTEGER,
    UNIQUE (period, user_id),
    FOREIGN KEY (period, user_id) REFERENCES bills (period, user_id),
    CHECK (way <> 'transfer' OR message_id IS NULL)
  ) STRICT, WITHOUT ROWID`,
  'CREATE INDEX collections_of_user ON collections (user_id, period)',
  'CREATE INDEX collections_of_file ON collections (message_id)',
  "CREATE INDEX collections_open ON collections (period, user_id) WHERE message_id IS NULL AND way <> 'transfer'",
  insertOnce('collections', 'end_to_end_id'),
  `CREATE TRIGGER collections_insert BEFORE INSERT ON collections BEGIN
    SELECT RAISE(ABORT, 'collections: not of what a bill says is due') WHERE NOT EXISTS (
      SELECT 1 FROM bills WHERE period = NEW.period AND user_id = NEW.user_id AND due_minor = NEW.amount_minor
        AND currency = NEW.currency AND way = NEW.way);
  END`,
  fixedBut('collections', 'end_to_end_id', 'period', 'user_id', 'amount_minor', 'currency', 'way', 'mandate_number'),
  inOneFile('collections'),
  `CREATE TRIGGER collections_forward BEFORE UPDATE ON collections BEGIN
    SELECT RAISE(ABORT, 'collections: an answer stands')
      WHERE NEW.told_paid_minor < OLD.told_paid_minor OR NEW.told_returned_minor < OLD.told_returned_minor
        OR (OLD.ended_period IS NOT NULL AND NEW.ended_period IS NOT OLD.ended_period);
  END`,
  neverDeleted('collections'),
];

const PAYOUTS = [
  `CREATE TABLE bank_details (
    publisher_id TEXT NOT NULL REFERENCES publishers (publisher_id),
    ${uint32('number', 1)},
    holder TEXT NOT NULL,
    iban TEXT NOT NULL,
    bic TEXT NOT NULL,
    ${currency('payout_currency')},
    ${time('signed_at_ms')},
    ${time('taken_at_ms')},
    envelope BLOB NOT NULL,
    PRIMARY KEY (publisher_id, number)
  ) STRICT, WITHOUT ROWID`,
  `CREATE TRIGGER bank_details_insert BEFORE INSERT ON bank_details BEGIN
    SELECT RAISE(ABORT, 'bank_details: numbers rise')
      WHERE NEW.number <= (SELECT coalesce(max(number), 0) FROM bank_details WHERE publisher_id = NEW.publisher_id);
  END`,
  ...appendOnly('bank_details'),
  `CREATE TABLE payouts (
    ${period()},
    publisher_id TEXT NOT NULL REFERENCES publishers (publisher_id),
    -- The canonical list of what happened in each currency.
    currencies BLOB NOT NULL,
    ${currency('payout_currency')},
    ${amount('amount_minor')},
    carried TEXT,
    ${uint32('bank_details_number')},
    end_to_end_id TEXT UNIQUE CHECK (length(end_to_end_id) BETWEEN 1 AND 35),
    message_id TEXT REFERENCES bank_files (message_id),
    ${oneOf('state', ['carried', 'booked', 'handed', 'paid', 'part-paid', 'returned'])},
    ${ANSWERS},
    ${time('made_at_ms')},
    PRIMARY KEY (period, publisher_id),
    CHECK ((carried IS NULL) = (amount_minor > 0)),
    CHECK ((carried IS NULL) = (state <> 'carried')),
    CHECK ((carried IS NULL) = (end_to_end_id IS NOT NULL))
  ) STRICT, WITHOUT ROWID`,
  'CREATE INDEX payouts_of_publisher ON payouts (publisher_id, period)',
  'CREATE INDEX payouts_of_file ON payouts (message_id)',
  insertOnceBy('payouts', 'period', 'publisher_id'),
  whileClosing('payouts'),
  fixedBut(
    'payouts',
    'period',
    'publisher_id',
    'currencies',
    'payout_currency',
    'amount_minor',
    'carried',
    'bank_details_number',
    'end_to_end_id',
    'made_at_ms',
  ),
  inOneFile('payouts'),
  neverDeleted('payouts'),
  `CREATE TABLE withdrawals (
    end_to_end_id TEXT PRIMARY KEY CHECK (length(end_to_end_id) BETWEEN 1 AND 35),
    user_id BLOB NOT NULL REFERENCES players (user_id),
    ${amount('amount_minor', 1)},
    ${currency('currency')},
    holder TEXT NOT NULL,
    iban TEXT NOT NULL,
    transfer INTEGER NOT NULL UNIQUE REFERENCES transfers (id),
    message_id TEXT REFERENCES bank_files (message_id),
    ${oneOf('state', ['booked', 'handed', 'paid', 'part-paid', 'returned'])},
    ${ANSWERS},
    ${time('made_at_ms')}
  ) STRICT, WITHOUT ROWID`,
  'CREATE INDEX withdrawals_of_file ON withdrawals (message_id)',
  insertOnce('withdrawals', 'end_to_end_id'),
  fixedBut('withdrawals', 'end_to_end_id', 'user_id', 'amount_minor', 'currency', 'holder', 'iban', 'transfer'),
  inOneFile('withdrawals'),
  neverDeleted('withdrawals'),
];

const BANK = [
  `CREATE TABLE bank_files (
    position INTEGER PRIMARY KEY CHECK (position > 0),
    message_id TEXT NOT NULL UNIQUE CHECK (length(message_id) BETWEEN 1 AND 35),
    ${oneOf('kind', ['pain.001', 'pain.008', 'acquirer-csv'])},
    ${period()},
    ${currency('currency')},
    order_count INTEGER NOT NULL CHECK (order_count > 0),
    total_minor INTEGER NOT NULL CHECK (total_minor > 0),
    bytes BLOB NOT NULL,
    ${time('made_at_ms')},
    handed_at_ms INTEGER
  ) STRICT`,
  'CREATE INDEX bank_files_unhanded ON bank_files (position) WHERE handed_at_ms IS NULL',
  insertOnce('bank_files', 'message_id'),
  fixedBut(
    'bank_files',
    'message_id',
    'kind',
    'period',
    'currency',
    'order_count',
    'total_minor',
    'bytes',
    'made_at_ms',
  ),
  `CREATE TRIGGER bank_files_handed_once BEFORE UPDATE OF handed_at_ms ON bank_files BEGIN
    SELECT RAISE(ABORT, 'bank_files: handed already') WHERE OLD.handed_at_ms IS NOT NULL;
  END`,
  neverDeleted('bank_files'),
  `CREATE TABLE bank_notices (
    name TEXT PRIMARY KEY CHECK (length(name) BETWEEN 1 AND 300),
    ${oneOf('source', ['port', 'door'])},
    xml BLOB NOT NULL,
    ${time('at_ms')},
    taken INTEGER NOT NULL CHECK (taken IN (0, 1)),
    fault TEXT
  ) STRICT`,
  insertOnce('bank_notices', 'name'),
  fixedBut('bank_notices', 'name', 'source', 'xml', 'at_ms'),
  neverDeleted('bank_notices'),
  `CREATE TABLE bank_entries (
    position INTEGER PRIMARY KEY CHECK (position > 0),
    bank_reference TEXT NOT NULL UNIQUE,
    notice TEXT NOT NULL REFERENCES bank_notices (name),
    ${oneOf('outcome', ['bill', 'top-up', 'payout', 'withdrawal', 'suspense', 'cleared', 'nothing'])},
    amount_minor INTEGER NOT NULL CHECK (amount_minor <> 0),
    ${currency('currency')},
    end_to_end_id TEXT,
    remittance TEXT NOT NULL,
    ${time('at_ms')}
  ) STRICT`,
  "CREATE INDEX bank_entries_suspense ON bank_entries (position) WHERE outcome = 'suspense'",
  insertOnce('bank_entries', 'bank_reference'),
  fixedBut(
    'bank_entries',
    'bank_reference',
    'notice',
    'amount_minor',
    'currency',
    'end_to_end_id',
    'remittance',
    'at_ms',
  ),
  `CREATE TRIGGER bank_entries_cleared BEFORE UPDATE OF outcome ON bank_entries BEGIN
    SELECT RAISE(ABORT, 'bank_entries: cleared out of suspense, and else as booked')
      WHERE OLD.outcome <> 'suspense' OR NEW.outcome <> 'cleared';
  END`,
  neverDeleted('bank_entries'),
];

/** Statement by statement. */
export const MONEY_STEP: readonly string[] = [...LINES, ...PLAYERS, ...BANK, ...BILLS, ...PAYOUTS];
