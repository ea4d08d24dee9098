/**
 * Bills, payouts and the bank, with the rules of `../sqlite/migration-money.ts`. Rows that were computed from sealed periods are
 * never changed; what may change is how far an order has come, and only forwards.
 */
import {
  amount,
  appendOnly,
  beforeColumn,
  beforeEach,
  count,
  currency,
  fixed,
  neverDeleted,
  oneOf,
  period,
  refuseIf,
  text,
  time,
} from './columns.ts';

const WAYS = ['bank-debit', 'card-on-file', 'transfer'];
/** What an order has come to: see `BankAnswers`. */
const ANSWERS = `${amount('told_paid_minor')}, ${amount('told_returned_minor')},
  reason text COLLATE "C" CHECK (length(reason) <= 35)`;
const signed = (...columns: readonly string[]): string =>
  columns.map((column) => `${column} bigint NOT NULL`).join(', ');
const END_TO_END = 'end_to_end_id text COLLATE "C"';
const MESSAGE = 'message_id text COLLATE "C" REFERENCES bank_files (message_id)';

/** An order stands in one file for ever. */
const inOneFile = (table: string): string[] =>
  beforeColumn(
    table,
    'message_id',
    refuseIf(
      'OLD.message_id IS NOT NULL AND NEW.message_id IS DISTINCT FROM OLD.message_id',
      `${table}: in a file already`,
    ),
  );
/** What is computed from a sealed period is made while it is sealed and not closed. */
const whileClosing = (table: string): string[] =>
  beforeEach(
    table,
    'INSERT',
    refuseIf(
      'NOT EXISTS (SELECT 1 FROM sealed_periods WHERE period = NEW.period AND closed_at_ms IS NULL)',
      `${table}: the period is not being closed`,
    ),
  );

const PLAYERS = [
  `CREATE TABLE account_closings (
    request_hash bytea PRIMARY KEY CHECK (octet_length(request_hash) = 32),
    user_id bytea NOT NULL REFERENCES players (user_id),
    envelope bytea NOT NULL,
    ${time('at_ms')}
  )`,
  appendOnly('account_closings'),
  `CREATE TABLE mandates (
    user_id bytea NOT NULL REFERENCES players (user_id),
    ${count('number', 1)},
    ${oneOf('way', WAYS)},
    mandate_id text NOT NULL,
    holder text NOT NULL,
    iban text NOT NULL,
    token text NOT NULL,
    ${time('signed_at_ms')},
    ${time('taken_at_ms')},
    envelope bytea NOT NULL,
    PRIMARY KEY (user_id, number)
  )`,
  appendOnly('mandates'),
  ...beforeEach(
    'mandates',
    'INSERT',
    refuseIf(
      'NEW.number <= (SELECT coalesce(max(number), 0) FROM mandates WHERE user_id = NEW.user_id)',
      'mandates: numbers rise',
    ),
  ),
];

const BILLS = [
  `CREATE TABLE bills (
    ${period('period')},
    user_id bytea NOT NULL REFERENCES players (user_id),
    ${oneOf('plan', ['prepaid', 'postpaid'])},
    ${currency('currency')},
    ${signed('opening_minor', 'closing_minor', 'purchases_minor', 'card_purchases_minor', 'refunds_minor')},
    ${signed('paid_in_minor', 'loaded_minor', 'other_minor')},
    purchases bigint NOT NULL CHECK (purchases >= 0),
    ${amount('due_minor')},
    carried text COLLATE "C" CHECK (carried IN ('below-minimum', 'under-way')),
    ${oneOf('way', WAYS)},
    ${time('made_at_ms')},
    PRIMARY KEY (period, user_id),
    CHECK (closing_minor = opening_minor - (purchases_minor - card_purchases_minor) + refunds_minor + paid_in_minor
      - loaded_minor + other_minor),
    CHECK (due_minor = 0 OR (plan = 'postpaid' AND carried IS NULL AND due_minor <= -closing_minor))
  )`,
  'CREATE INDEX bills_of_user ON bills (user_id, period)',
  ...whileClosing('bills'),
  appendOnly('bills'),
  `CREATE TABLE collections (
    ${END_TO_END} PRIMARY KEY CHECK (length(end_to_end_id) BETWEEN 1 AND 35),
    ${period('period')},
    user_id bytea NOT NULL,
    ${amount('amount_minor', 1)},
    ${currency('currency')},
    ${oneOf('way', WAYS)},
    ${count('mandate_number')},
    ${MESSAGE},
    ${oneOf('state', ['made', 'handed', 'paid', 'part-paid', 'returned'])},
    ${ANSWERS},
    ended_period bigint,
    UNIQUE (period, user_id),
    FOREIGN KEY (period, user_id) REFERENCES bills (period, user_id),
    CHECK (way <> 'transfer' OR message_id IS NULL)
  )`,
  'CREATE INDEX collections_of_user ON collections (user_id, period)',
  'CREATE INDEX collections_of_file ON collections (message_id)',
  "CREATE INDEX collections_open ON collections (period, user_id) WHERE message_id IS NULL AND way <> 'transfer'",
  ...beforeEach(
    'collections',
    'INSERT',
    refuseIf(
      `NOT EXISTS (SELECT 1 FROM bills WHERE period = NEW.period AND user_id = NEW.user_id
         AND due_minor = NEW.amount_minor AND currency = NEW.currency AND way = NEW.way)`,
      'collections: not of what a bill says is due',
    ),
  ),
  fixed('collections', ['end_to_end_id', 'period', 'user_id', 'amount_minor', 'currency', 'way', 'mandate_number']),
  ...inOneFile('collections'),
  ...beforeEach(
    'collections',
    'UPDATE',
    refuseIf(
      `NEW.told_paid_minor < OLD.told_paid_minor OR NEW.told_returned_minor < OLD.told_returned_minor
         OR (OLD.ended_period IS NOT NULL AND NEW.ended_period IS DISTINCT FROM OLD.ended_period)`,
      'collections: an answer stands',
    ),
  ),
  neverDeleted('collections'),
];

const PAYOUTS = [
  `CREATE TABLE bank_details (
    publisher_id text COLLATE "C" NOT NULL REFERENCES publishers (publisher_id),
    ${count('number', 1)},
    holder text NOT NULL,
    iban text NOT NULL,
    bic text NOT NULL,
    ${currency('payout_currency')},
    ${time('signed_at_ms')},
    ${time('taken_at_ms')},
    envelope bytea NOT NULL,
    PRIMARY KEY (publisher_id, number)
  )`,
  appendOnly('bank_details'),
  ...beforeEach(
    'bank_details',
    'INSERT',
    refuseIf(
      'NEW.number <= (SELECT coalesce(max(number), 0) FROM bank_details WHERE publisher_id = NEW.publisher_id)',
      'bank_details: numbers rise',
    ),
  ),
  `CREATE TABLE payouts (
    ${period('period')},
    publisher_id text COLLATE "C" NOT NULL REFERENCES publishers (publisher_id),
    -- The canonical list of what happened in each currency.
    currencies bytea NOT NULL,
    ${currency('payout_currency')},
    ${amount('amount_minor')},
    carried text COLLATE "C",
    ${count('bank_details_number')},
    ${END_TO_END} UNIQUE CHECK (length(end_to_end_id) BETWEEN 1 AND 35),
    ${MESSAGE},
    ${oneOf('state', ['carried', 'booked', 'handed', 'paid', 'part-paid', 'returned'])},
    ${ANSWERS},
    ${time('made_at_ms')},
    PRIMARY KEY (period, publisher_id),
    CHECK ((carried IS NULL) = (amount_minor > 0)),
    CHECK ((carried IS NULL) = (state <> 'carried')),
    CHECK ((carried IS NULL) = (end_to_end_id IS NOT NULL))
  )`,
  'CREATE INDEX payouts_of_publisher ON payouts (publisher_id, period)',
  'CREATE INDEX payouts_of_file ON payouts (message_id)',
  ...whileClosing('payouts'),
  fixed('payouts', [
    'period',
    'publisher_id',
    'currencies',
    'payout_currency',
    'amount_minor',
    'carried',
    'bank_details_number',
    'end_to_end_id',
    'made_at_ms',
  ]),
  ...inOneFile('payouts'),
  neverDeleted('payouts'),
  `CREATE TABLE withdrawals (
    ${END_TO_END} PRIMARY KEY CHECK (length(end_to_end_id) BETWEEN 1 AND 35),
    user_id bytea NOT NULL REFERENCES players (user_id),
    ${amount('amount_minor', 1)},
    ${currency('currency')},
    holder text NOT NULL,
    iban text NOT NULL,
    transfer bigint NOT NULL UNIQUE,
    ${MESSAGE},
    ${oneOf('state', ['booked', 'handed', 'paid', 'part-paid', 'returned'])},
    ${ANSWERS},
    ${time('made_at_ms')}
  )`,
  'CREATE INDEX withdrawals_of_file ON withdrawals (message_id)',
  ...beforeEach(
    'withdrawals',
    'INSERT',
    refuseIf(
      `NOT EXISTS (SELECT 1 FROM transfers t JOIN postings p ON p.transfer = t.id AND p.period = t.period
         WHERE t.id = NEW.transfer AND t.kind = 'withdrawal' AND p.amount_minor = NEW.amount_minor
           AND p.debit = (SELECT account FROM players WHERE user_id = NEW.user_id))`,
      'withdrawals: no transfer of the same amount from this player',
    ),
  ),
  fixed('withdrawals', ['end_to_end_id', 'user_id', 'amount_minor', 'currency', 'holder', 'iban', 'transfer']),
  ...inOneFile('withdrawals'),
  neverDeleted('withdrawals'),
];

const BANK = [
  `CREATE TABLE bank_files (
    position bigint PRIMARY KEY CHECK (position > 0),
    message_id text COLLATE "C" NOT NULL UNIQUE CHECK (length(message_id) BETWEEN 1 AND 35),
    ${oneOf('kind', ['pain.001', 'pain.008', 'acquirer-csv'])},
    ${period('period')},
    ${currency('currency')},
    order_count bigint NOT NULL CHECK (order_count > 0),
    total_minor bigint NOT NULL CHECK (total_minor > 0),
    bytes bytea NOT NULL,
    ${time('made_at_ms')},
    handed_at_ms bigint
  )`,
  'CREATE INDEX bank_files_unhanded ON bank_files (position) WHERE handed_at_ms IS NULL',
  fixed('bank_files', [
    'position',
    'message_id',
    'kind',
    'period',
    'currency',
    'order_count',
    'total_minor',
    'bytes',
    'made_at_ms',
  ]),
  ...beforeColumn('bank_files', 'handed_at_ms', refuseIf('OLD.handed_at_ms IS NOT NULL', 'bank_files: handed already')),
  neverDeleted('bank_files'),
  `CREATE TABLE bank_notices (
    ${text('name')} PRIMARY KEY CHECK (length(name) BETWEEN 1 AND 300),
    ${oneOf('source', ['port', 'door'])},
    xml bytea NOT NULL,
    ${time('at_ms')},
    taken bigint NOT NULL CHECK (taken IN (0, 1)),
    fault text
  )`,
  fixed('bank_notices', ['name', 'source', 'xml', 'at_ms']),
  neverDeleted('bank_notices'),
  `CREATE TABLE bank_entries (
    position bigint PRIMARY KEY CHECK (position > 0),
    bank_reference text COLLATE "C" NOT NULL UNIQUE,
    ${text('notice')} REFERENCES bank_notices (name),
    ${oneOf('outcome', ['bill', 'top-up', 'payout', 'withdrawal', 'suspense', 'cleared', 'nothing'])},
    amount_minor bigint NOT NULL CHECK (amount_minor <> 0),
    ${currency('currency')},
    end_to_end_id text COLLATE "C",
    remittance text NOT NULL,
    ${time('at_ms')}
  )`,
  "CREATE INDEX bank_entries_suspense ON bank_entries (position) WHERE outcome = 'suspense'",
  fixed('bank_entries', [
    'position',
    'bank_reference',
    'notice',
    'amount_minor',
    'currency',
    'end_to_end_id',
    'remittance',
    'at_ms',
  ]),
  ...beforeColumn(
    'bank_entries',
    'outcome',
    refuseIf(
      "OLD.outcome <> 'suspense' OR NEW.outcome <> 'cleared'",
      'bank_entries: cleared out of suspense, and else as booked',
    ),
  ),
  neverDeleted('bank_entries'),
];

export const MONEY: readonly string[] = [...PLAYERS, ...BANK, ...BILLS, ...PAYOUTS];
