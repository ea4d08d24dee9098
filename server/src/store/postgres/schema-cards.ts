/** Cards and what is kept of them, with the rules of `../sqlite/migration-cards.ts`. */
import {
  amount,
  appendOnly,
  beforeEach,
  bytes,
  count,
  currency,
  fixed,
  neverDeleted,
  oneOf,
  period,
  refuseIf,
  text,
  time,
  UINT32_MAX,
} from './columns.ts';

const NO_HEAD = "decode(repeat('00', 32), 'hex')";

const CARD_TABLES = [
  `CREATE TABLE cards (
    card_id bytea PRIMARY KEY CHECK (octet_length(card_id) = 16),
    user_id bytea NOT NULL REFERENCES players (user_id),
    ${oneOf('assurance', ['chip', 'software'])},
    -- SubjectPublicKeyInfo of the card, and of the issuer whose objects it takes.
    public_key bytea NOT NULL UNIQUE CHECK (octet_length(public_key) BETWEEN 44 AND 91),
    issuer_key bytea NOT NULL CHECK (octet_length(issuer_key) BETWEEN 44 AND 91),
    ${text('issuer_id')} CHECK (length(issuer_id) BETWEEN 1 AND 64),
    ${text('serial_hex')},
    chain_hash bytea NOT NULL REFERENCES chains (chain_hash),
    ${time('issued_at_ms')},
    ${time('not_after_ms')},
    -- How far its records are booked, and the number of its last acknowledgement.
    counter bigint NOT NULL DEFAULT 0 CHECK (counter BETWEEN 0 AND ${UINT32_MAX}),
    head bytea NOT NULL DEFAULT ${NO_HEAD} CHECK (octet_length(head) = 32),
    acknowledgement bigint NOT NULL DEFAULT 0 CHECK (acknowledgement BETWEEN 0 AND ${UINT32_MAX}),
    seen_at_ms bigint,
    blocked_at_ms bigint,
    blocked_reason text CHECK (length(blocked_reason) BETWEEN 1 AND 140),
    settled_at_ms bigint,
    CHECK ((blocked_at_ms IS NULL) = (blocked_reason IS NULL))
  )`,
  'CREATE INDEX cards_of_user ON cards (user_id)',
  ...beforeEach('cards', 'INSERT', refuseIf('NEW.counter <> 0 OR NEW.acknowledgement <> 0', 'cards: issued empty')),
  fixed('cards', [
    'card_id',
    'user_id',
    'assurance',
    'public_key',
    'issuer_key',
    'issuer_id',
    'serial_hex',
    'chain_hash',
    'issued_at_ms',
    'not_after_ms',
  ]),
  ...beforeEach(
    'cards',
    'UPDATE',
    `${refuseIf(
      `NEW.counter < OLD.counter OR NEW.acknowledgement < OLD.acknowledgement
        OR (OLD.blocked_at_ms IS NOT NULL AND NEW.blocked_at_ms IS DISTINCT FROM OLD.blocked_at_ms)
        OR (OLD.settled_at_ms IS NOT NULL AND NEW.settled_at_ms IS DISTINCT FROM OLD.settled_at_ms)`,
      'cards: a counter, a number and a block never go back',
    )}
     ${refuseIf(
       `(NEW.counter <> OLD.counter OR NEW.head <> OLD.head) AND NOT EXISTS (
          SELECT 1 FROM card_record_keys WHERE card_id = NEW.card_id AND head = NEW.head AND counter = NEW.counter)`,
       'cards: a head is that of a record',
     )}`,
  ),
  neverDeleted('cards'),
  `CREATE TABLE card_issues (
    application_hash bytea PRIMARY KEY CHECK (octet_length(application_hash) = 32),
    card_id bytea NOT NULL REFERENCES cards (card_id),
    application bytea NOT NULL,
    issue bytea NOT NULL,
    ${time('at_ms')}
  )`,
  'CREATE INDEX card_issues_of_card ON card_issues (card_id)',
  appendOnly('card_issues'),
  `CREATE TABLE card_parameters (
    card_id bytea NOT NULL REFERENCES cards (card_id),
    ${count('number', 1)},
    parameters bytea NOT NULL,
    PRIMARY KEY (card_id, number)
  )`,
  appendOnly('card_parameters'),
  ...beforeEach(
    'card_parameters',
    'INSERT',
    refuseIf(
      'NEW.number <> (SELECT coalesce(max(number), 0) + 1 FROM card_parameters WHERE card_id = NEW.card_id)',
      'card_parameters: numbers rise by one',
    ),
  ),
];

/** Partitioned by the period of booking; unique for ever, and found, by `card_record_keys`. */
const RECORDS = [
  `CREATE TABLE card_records (
    ${bytes('card_id', 16)},
    ${bytes('head', 32)},
    ${count('counter', 1)},
    ${bytes('previous', 32)},
    ${bytes('request_id', 32)},
    ${text('purse')},
    ${amount('charged_minor')},
    ${currency('charged_currency')},
    record bytea NOT NULL,
    -- Messages 2 and 3: both, or neither where the wallet did not have the first.
    request bytea,
    decision bytea,
    -- What became of it; see CardRecordOutcome in cards/types.ts.
    ${oneOf('outcome', ['booked', 'refused', 'void', 'disputed', 'conflict', 'unpaid'])},
    -- Why it was voided or is disputed: the number of a code.
    code bigint CHECK (code BETWEEN 1 AND 999),
    -- Off the card's one chain: a copy of the card spent it.
    forked bigint NOT NULL CHECK (forked IN (0, 1)),
    -- More than the card can have had to spend, so paid from the issuer's loss account first.
    excess bigint NOT NULL CHECK (excess IN (0, 1)),
    ${time('spent_at_ms')},
    ${time('booked_at_ms')},
    transfer bigint,
    ${period('period')},
    PRIMARY KEY (card_id, head, period),
    -- A transfer is in the period of its record, so that this holds over all of them.
    UNIQUE (transfer, period),
    CHECK ((code IS NOT NULL) = (outcome IN ('void', 'disputed'))),
    CHECK ((request IS NULL) = (decision IS NULL)),
    CHECK (request IS NOT NULL OR outcome IN ('refused', 'disputed')),
    CHECK (outcome <> 'refused' OR charged_minor = 0),
    CHECK ((transfer IS NOT NULL) = (outcome = 'booked' AND charged_minor > 0))
  ) PARTITION BY LIST (period)`,
  'CREATE INDEX card_records_by_counter ON card_records (card_id, counter, head)',
  'CREATE INDEX card_records_by_request ON card_records (request_id)',
  `CREATE TABLE card_record_keys (
    card_id bytea NOT NULL REFERENCES cards (card_id),
    head bytea NOT NULL,
    counter bigint NOT NULL,
    period bigint NOT NULL,
    PRIMARY KEY (card_id, head)
  )`,
  appendOnly('card_records'),
  appendOnly('card_record_keys'),
  ...beforeEach(
    'card_records',
    'INSERT',
    `${refuseIf(
      `NOT (NEW.counter = 1 AND NEW.previous = ${NO_HEAD}) AND NOT EXISTS (
         SELECT 1 FROM card_record_keys
         WHERE card_id = NEW.card_id AND head = NEW.previous AND counter = NEW.counter - 1)`,
      'card_records: not behind a known record',
    )}
     ${refuseIf(
       `NEW.transfer IS NOT NULL AND NOT EXISTS (
          SELECT 1 FROM transfers t
          WHERE t.id = NEW.transfer AND t.period = NEW.period AND t.kind = 'payment' AND t.reference = NEW.request_id
            AND NEW.charged_minor = (SELECT sum(p.amount_minor) FROM postings p JOIN accounts a ON a.id = p.debit
              WHERE p.transfer = t.id AND p.period = t.period AND p.currency = NEW.charged_currency
                AND a.kind IN ('card-float', 'card-loss', 'player-prepaid', 'player-postpaid')))`,
       'card_records: no debit of the same amount under the same request',
     )}
     INSERT INTO card_record_keys VALUES (NEW.card_id, NEW.head, NEW.counter, NEW.period);
     INSERT INTO account_lines
       SELECT DISTINCT a.id, p.transfer, p.period FROM postings p JOIN accounts a ON a.id IN (p.debit, p.credit)
       WHERE p.transfer = NEW.transfer AND p.period = NEW.period AND a.owner <> '';`,
  ),
  `CREATE TABLE card_uploads (
    card_id bytea NOT NULL REFERENCES cards (card_id),
    challenge bytea NOT NULL CHECK (octet_length(challenge) = 16),
    ${count('number', 1)},
    acknowledgement bytea NOT NULL,
    upload bytea NOT NULL,
    ${time('at_ms')},
    PRIMARY KEY (card_id, challenge),
    UNIQUE (card_id, number)
  )`,
  appendOnly('card_uploads'),
  ...beforeEach(
    'card_uploads',
    'INSERT',
    `${refuseIf(
      'NEW.number <> (SELECT acknowledgement + 1 FROM cards WHERE card_id = NEW.card_id)',
      'card_uploads: numbers rise by one',
    )}
     UPDATE cards SET acknowledgement = NEW.number WHERE card_id = NEW.card_id;`,
  ),
];

const CLAIMS = [
  `CREATE TABLE card_claims (
    card_id bytea NOT NULL REFERENCES cards (card_id),
    -- Of the record that the decision names, whether it ever comes up or not.
    head bytea NOT NULL CHECK (octet_length(head) = 32),
    ${count('counter', 1)},
    ${text('publisher_id')},
    ${text('purse')},
    ${amount('charged_minor', 1)},
    ${currency('charged_currency')},
    decision bytea NOT NULL,
    quote bytea NOT NULL,
    ${time('spent_at_ms')},
    ${time('at_ms')},
    transfer bigint NOT NULL UNIQUE,
    reversal bigint UNIQUE,
    PRIMARY KEY (card_id, head)
  )`,
  fixed('card_claims', [
    'card_id',
    'head',
    'counter',
    'publisher_id',
    'purse',
    'charged_minor',
    'charged_currency',
    'decision',
    'quote',
    'spent_at_ms',
    'at_ms',
    'transfer',
  ]),
  ...beforeEach(
    'card_claims',
    'INSERT',
    refuseIf(
      `NEW.reversal IS NOT NULL
         OR NOT EXISTS (SELECT 1 FROM transfers WHERE id = NEW.transfer AND kind = 'claim')`,
      'card_claims: no debit of its own',
    ),
  ),
  ...beforeEach(
    'card_claims',
    'UPDATE',
    refuseIf(
      `OLD.reversal IS NOT NULL
         OR NOT EXISTS (SELECT 1 FROM transfers WHERE id = NEW.reversal AND kind IN ('claim-reversal', 'refund'))`,
      'card_claims: reversed once, and else append only',
    ),
  ),
  neverDeleted('card_claims'),
  `CREATE TABLE card_lists (
    issuer_key bytea NOT NULL CHECK (octet_length(issuer_key) BETWEEN 44 AND 91),
    ${count('number', 1)},
    list bytea NOT NULL,
    ${time('this_update_ms')},
    PRIMARY KEY (issuer_key, number)
  )`,
  appendOnly('card_lists'),
  ...beforeEach(
    'card_lists',
    'INSERT',
    refuseIf(
      'NEW.number <> (SELECT coalesce(max(number), 0) + 1 FROM card_lists WHERE issuer_key = NEW.issuer_key)',
      'card_lists: numbers rise by one',
    ),
  ),
];

export const CARDS: readonly string[] = [...CARD_TABLES, ...RECORDS, ...CLAIMS];
