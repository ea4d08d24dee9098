/**
 * Version 1 to 2: cards. Two tables of the ledger get new kinds of rows, which SQLite can only do by making them anew; a
 * decision may now be a card's; then the tables of the cards themselves.
 *
 * The rules of `threats.md` that a schema can keep are kept here: counters, numbers and blocks never go back, a record has its
 * place behind a known one, and what a card spent has its transfer under the request's own name, so that no request is ever
 * paid both here and by a card.
 */
import { amount, anew, appendOnly, bytes, currency, insertOnce, insertOnceBy, time } from './columns.ts';
import { ACCOUNT_TRIGGERS, accountsTable, TRANSFER_TRIGGERS, transfersTable } from './schema-ledger.ts';

const UINT32_MAX = 4_294_967_295;
const count = (column: string, least = 0): string =>
  `${column} INTEGER NOT NULL CHECK (${column} BETWEEN ${least} AND ${UINT32_MAX})`;
const DECISIONS = [
  'ALTER TABLE decisions ADD COLUMN card_id BLOB REFERENCES cards (card_id)',
  'DROP TRIGGER decisions_insert',
  `CREATE TRIGGER decisions_insert BEFORE INSERT ON decisions BEGIN
    SELECT RAISE(ABORT, 'decisions: one for ever per request') WHERE EXISTS (
      SELECT 1 FROM decisions WHERE request_id = NEW.request_id
      UNION ALL SELECT 1 FROM decisions WHERE position = NEW.position
      UNION ALL SELECT 1 FROM decisions WHERE decision_id = NEW.decision_id);
    SELECT RAISE(ABORT, 'decisions: no debit of the same amount under the same request')
      WHERE NEW.charged_minor > 0 AND NEW.card_id IS NULL AND NOT EXISTS (
        SELECT 1 FROM transfers
        WHERE id = NEW.transfer AND kind = 'payment' AND reference = NEW.request_id
          AND lines = (SELECT count(*) FROM postings WHERE transfer = NEW.transfer)
          AND NEW.charged_minor = (SELECT sum(amount_minor) FROM postings
            WHERE transfer = NEW.transfer AND currency = NEW.charged_currency
              AND debit = (SELECT account FROM players WHERE user_id = NEW.user_id)));
    SELECT RAISE(ABORT, 'decisions: of a card, and not one of its records')
      WHERE NEW.card_id IS NOT NULL AND NOT EXISTS (
        SELECT 1 FROM card_records
        WHERE request_id = NEW.request_id AND card_id = NEW.card_id AND outcome = 'booked'
          AND charged_minor = NEW.charged_minor AND transfer IS NEW.transfer);
  END`,
];

const CARDS = [
  `CREATE TABLE cards (
    card_id BLOB PRIMARY KEY CHECK (length(card_id) = 16),
    user_id BLOB NOT NULL REFERENCES players (user_id),
    assurance TEXT NOT NULL CHECK (assurance IN ('chip', 'software')),
    -- SubjectPublicKeyInfo of the card, and of the issuer whose objects it takes.
    public_key BLOB NOT NULL UNIQUE CHECK (length(public_key) BETWEEN 44 AND 91),
    issuer_key BLOB NOT NULL CHECK (length(issuer_key) BETWEEN 44 AND 91),
    issuer_id TEXT NOT NULL CHECK (length(issuer_id) BETWEEN 1 AND 64),
    serial_hex TEXT NOT NULL,
    chain_hash BLOB NOT NULL REFERENCES chains (chain_hash),
    ${time('issued_at_ms')},
    ${time('not_after_ms')},
    -- How far its records are booked, and the number of its last acknowledgement.
    counter INTEGER NOT NULL DEFAULT 0 CHECK (counter BETWEEN 0 AND ${UINT32_MAX}),
    head BLOB NOT NULL DEFAULT (zeroblob(32)) CHECK (length(head) = 32),
    acknowledgement INTEGER NOT NULL DEFAULT 0 CHECK (acknowledgement BETWEEN 0 AND ${UINT32_MAX}),
    seen_at_ms INTEGER,
    blocked_at_ms INTEGER,
    blocked_reason TEXT CHECK (length(blocked_reason) BETWEEN 1 AND 140),
    settled_at_ms INTEGER,
    CHECK ((blocked_at_ms IS NULL) = (blocked_reason IS NULL))
  ) STRICT, WITHOUT ROWID`,
  'CREATE INDEX cards_of_user ON cards (user_id)',
  `CREATE TRIGGER cards_insert BEFORE INSERT ON cards BEGIN
    SELECT RAISE(ABORT, 'cards: issued once') WHERE EXISTS (
      SELECT 1 FROM cards WHERE card_id = NEW.card_id UNION ALL SELECT 1 FROM cards WHERE public_key = NEW.public_key);
    SELECT RAISE(ABORT, 'cards: issued empty') WHERE NEW.counter <> 0 OR NEW.acknowledgement <> 0;
  END`,
  `CREATE TRIGGER cards_fixed BEFORE UPDATE OF card_id, user_id, assurance, public_key, issuer_key, issuer_id, serial_hex,
    chain_hash, issued_at_ms, not_after_ms ON cards BEGIN SELECT RAISE(ABORT, 'cards: issued once'); END`,
  `CREATE TRIGGER cards_forward BEFORE UPDATE ON cards BEGIN
    SELECT RAISE(ABORT, 'cards: a counter, a number and a block never go back')
      WHERE NEW.counter < OLD.counter OR NEW.acknowledgement < OLD.acknowledgement
        OR (OLD.blocked_at_ms IS NOT NULL AND NEW.blocked_at_ms IS NOT OLD.blocked_at_ms)
        OR (OLD.settled_at_ms IS NOT NULL AND NEW.settled_at_ms IS NOT OLD.settled_at_ms);
    SELECT RAISE(ABORT, 'cards: a head is that of a record')
      WHERE (NEW.counter <> OLD.counter OR NEW.head <> OLD.head) AND NOT EXISTS (
        SELECT 1 FROM card_records WHERE card_id = NEW.card_id AND head = NEW.head AND counter = NEW.counter);
  END`,
  `CREATE TRIGGER cards_no_delete BEFORE DELETE ON cards BEGIN SELECT RAISE(ABORT, 'cards: never deleted'); END`,
  `CREATE TABLE card_issues (
    application_hash BLOB PRIMARY KEY CHECK (length(application_hash) = 32),
    card_id BLOB NOT NULL REFERENCES cards (card_id),
    application BLOB NOT NULL,
    issue BLOB NOT NULL,
    ${time('at_ms')}
  ) STRICT, WITHOUT ROWID`,
  'CREATE INDEX card_issues_of_card ON card_issues (card_id)',
  insertOnce('card_issues', 'application_hash'),
  ...appendOnly('card_issues'),
  `CREATE TABLE card_parameters (
    card_id BLOB NOT NULL REFERENCES cards (card_id),
    ${count('number', 1)},
    parameters BLOB NOT NULL,
    PRIMARY KEY (card_id, number)
  ) STRICT, WITHOUT ROWID`,
  `CREATE TRIGGER card_parameters_insert BEFORE INSERT ON card_parameters BEGIN
    SELECT RAISE(ABORT, 'card_parameters: numbers rise by one')
      WHERE NEW.number <> (SELECT coalesce(max(number), 0) + 1 FROM card_parameters WHERE card_id = NEW.card_id);
  END`,
  ...appendOnly('card_parameters'),
];

const RECORDS = [
  `CREATE TABLE card_records (
    card_id BLOB NOT NULL REFERENCES cards (card_id),
    head BLOB NOT NULL CHECK (length(head) = 32),
    ${count('counter', 1)},
    ${bytes('previous', 32)},
    ${bytes('request_id', 32)},
    purse TEXT NOT NULL,
    ${amount('charged_minor')},
    ${currency('charged_currency')},
    record BLOB NOT NULL,
    -- Messages 2 and 3: both, or neither where the wallet did not have the first.
    request BLOB,
    decision BLOB,
    -- What became of it; see CardRecordOutcome in cards/types.ts.
    outcome TEXT NOT NULL CHECK (outcome IN ('booked', 'refused', 'void', 'disputed', 'conflict', 'unpaid')),
    -- Why it was voided or is disputed: the number of a code.
    code INTEGER CHECK (code BETWEEN 1 AND 999),
    -- Off the card's one chain: a copy of the card spent it.
    forked INTEGER NOT NULL CHECK (forked IN (0, 1)),
    -- More than the card can have had to spend, so paid from the issuer's loss account first.
    excess INTEGER NOT NULL CHECK (excess IN (0, 1)),
    ${time('spent_at_ms')},
    ${time('booked_at_ms')},
    transfer INTEGER UNIQUE REFERENCES transfers (id),
    PRIMARY KEY (card_id, head),
    CHECK ((code IS NOT NULL) = (outcome IN ('void', 'disputed'))),
    CHECK ((request IS NULL) = (decision IS NULL)),
    CHECK (request IS NOT NULL OR outcome IN ('refused', 'disputed')),
    CHECK (outcome <> 'refused' OR charged_minor = 0),
    CHECK ((transfer IS NOT NULL) = (outcome = 'booked' AND charged_minor > 0))
  ) STRICT, WITHOUT ROWID`,
  'CREATE INDEX card_records_by_counter ON card_records (card_id, counter)',
  'CREATE INDEX card_records_by_request ON card_records (request_id)',
  insertOnceBy('card_records', 'card_id', 'head'),
  `CREATE TRIGGER card_records_insert BEFORE INSERT ON card_records BEGIN
    SELECT RAISE(ABORT, 'card_records: not behind a known record')
      WHERE NOT (NEW.counter = 1 AND NEW.previous = zeroblob(32)) AND NOT EXISTS (
        SELECT 1 FROM card_records WHERE card_id = NEW.card_id AND head = NEW.previous AND counter = NEW.counter - 1);
    SELECT RAISE(ABORT, 'card_records: no debit of the same amount under the same request')
      WHERE NEW.transfer IS NOT NULL AND NOT EXISTS (
        SELECT 1 FROM transfers
        WHERE id = NEW.transfer AND kind = 'payment' AND reference = NEW.request_id
          AND lines = (SELECT count(*) FROM postings WHERE transfer = NEW.transfer)
          AND NEW.charged_minor = (SELECT sum(p.amount_minor) FROM postings p JOIN accounts a ON a.id = p.debit
            WHERE p.transfer = NEW.transfer AND p.currency = NEW.charged_currency
              AND a.kind IN ('card-float', 'card-loss', 'player-prepaid', 'player-postpaid')));
  END`,
  ...appendOnly('card_records'),
  `CREATE TABLE card_uploads (
    card_id BLOB NOT NULL REFERENCES cards (card_id),
    challenge BLOB NOT NULL CHECK (length(challenge) = 16),
    ${count('number', 1)},
    acknowledgement BLOB NOT NULL,
    upload BLOB NOT NULL,
    ${time('at_ms')},
    PRIMARY KEY (card_id, challenge),
    UNIQUE (card_id, number)
  ) STRICT, WITHOUT ROWID`,
  insertOnceBy('card_uploads', 'card_id', 'challenge'),
  `CREATE TRIGGER card_uploads_insert BEFORE INSERT ON card_uploads BEGIN
    SELECT RAISE(ABORT, 'card_uploads: numbers rise by one')
      WHERE NEW.number <> (SELECT acknowledgement + 1 FROM cards WHERE card_id = NEW.card_id);
  END`,
  `CREATE TRIGGER card_uploads_number AFTER INSERT ON card_uploads BEGIN
    UPDATE cards SET acknowledgement = NEW.number WHERE card_id = NEW.card_id;
  END`,
  ...appendOnly('card_uploads'),
];

const CLAIMS = [
  `CREATE TABLE card_claims (
    card_id BLOB NOT NULL REFERENCES cards (card_id),
    -- Of the record that the decision names, whether it ever comes up or not.
    head BLOB NOT NULL CHECK (length(head) = 32),
    ${count('counter', 1)},
    publisher_id TEXT NOT NULL,
    purse TEXT NOT NULL,
    ${amount('charged_minor', 1)},
    ${currency('charged_currency')},
    decision BLOB NOT NULL,
    quote BLOB NOT NULL,
    ${time('spent_at_ms')},
    ${time('at_ms')},
    transfer INTEGER NOT NULL UNIQUE REFERENCES transfers (id),
    reversal INTEGER UNIQUE REFERENCES transfers (id),
    PRIMARY KEY (card_id, head)
  ) STRICT, WITHOUT ROWID`,
  insertOnceBy('card_claims', 'card_id', 'head'),
  `CREATE TRIGGER card_claims_fixed BEFORE UPDATE ON card_claims BEGIN
    SELECT RAISE(ABORT, 'card_claims: reversed once, and else append only')
      WHERE OLD.reversal IS NOT NULL OR NEW.reversal IS NULL OR NEW.transfer <> OLD.transfer OR NEW.head <> OLD.head
        OR NEW.card_id <> OLD.card_id OR NEW.charged_minor <> OLD.charged_minor OR NEW.counter <> OLD.counter
        OR NEW.publisher_id <> OLD.publisher_id OR NEW.decision <> OLD.decision;
  END`,
  `CREATE TRIGGER card_claims_no_delete BEFORE DELETE ON card_claims BEGIN
    SELECT RAISE(ABORT, 'card_claims: append only');
  END`,
  `CREATE TABLE card_lists (
    issuer_key BLOB NOT NULL CHECK (length(issuer_key) BETWEEN 44 AND 91),
    ${count('number', 1)},
    list BLOB NOT NULL,
    ${time('this_update_ms')},
    PRIMARY KEY (issuer_key, number)
  ) STRICT, WITHOUT ROWID`,
  `CREATE TRIGGER card_lists_insert BEFORE INSERT ON card_lists BEGIN
    SELECT RAISE(ABORT, 'card_lists: numbers rise by one')
      WHERE NEW.number <> (SELECT coalesce(max(number), 0) + 1 FROM card_lists WHERE issuer_key = NEW.issuer_key);
  END`,
  ...appendOnly('card_lists'),
];

/** As they are from here on; a later step that adds one makes its own list. */
const ACCOUNT_KINDS_NOW = [
  'player-prepaid',
  'player-postpaid',
  'publisher-payable',
  'fees',
  'exchange-position',
  'rounding',
  'bank',
  'card-float',
  'card-loss',
  'card-dispute',
];

const TRANSFER_KINDS_NOW = [
  'payment',
  'top-up',
  'card-load',
  'card-return',
  'card-recovery',
  'claim',
  'claim-reversal',
  'claim-settlement',
  'card-dispute',
];

/** Statement by statement. */
export const CARDS_STEP: readonly string[] = [
  ...anew('accounts', accountsTable(ACCOUNT_KINDS_NOW), ACCOUNT_TRIGGERS),
  ...anew('transfers', transfersTable(TRANSFER_KINDS_NOW), TRANSFER_TRIGGERS),
  ...CARDS,
  ...RECORDS,
  ...CLAIMS,
  ...DECISIONS,
];
