/** Who takes part, the rate tables, and the decisions. */
import {
  afterInsert,
  amount,
  AMOUNT_MAX,
  appendOnly,
  beforeColumn,
  beforeEach,
  bytes,
  currency,
  fixed,
  neverDeleted,
  oneOf,
  period,
  refuseIf,
  refuseWhere,
  text,
  time,
} from './columns.ts';

export const PARTIES: readonly string[] = [
  'CREATE TABLE chains (chain_hash bytea PRIMARY KEY CHECK (octet_length(chain_hash) = 32), chain bytea NOT NULL)',
  appendOnly('chains'),
  `CREATE TABLE players (
    user_id bytea PRIMARY KEY CHECK (octet_length(user_id) = 16),
    ${oneOf('plan', ['prepaid', 'postpaid'])},
    account bigint NOT NULL UNIQUE REFERENCES accounts (id),
    ${amount('ceiling_minor')},
    ${amount('press_payment_max_minor')},
    ${amount('press_day_max_minor')},
    press_day bigint NOT NULL DEFAULT 0,
    press_day_spent_minor bigint NOT NULL DEFAULT 0 CHECK (press_day_spent_minor BETWEEN 0 AND ${AMOUNT_MAX}),
    limits_time_ms bigint NOT NULL DEFAULT 0,
    limits_hash bytea NOT NULL DEFAULT '',
    enrolment bytea NOT NULL,
    ${bytes('enrolment_hash', 32)},
    ${time('enrolled_at_ms')},
    closed_at_ms bigint
  ) WITH (fillfactor = 60)`,
  fixed('players', ['user_id', 'plan', 'account', 'enrolment', 'enrolment_hash', 'enrolled_at_ms']),
  neverDeleted('players'),
  ...beforeColumn(
    'players',
    'closed_at_ms',
    refuseIf(
      'OLD.closed_at_ms IS NOT NULL AND NEW.closed_at_ms IS DISTINCT FROM OLD.closed_at_ms',
      'players: closed once',
    ),
  ),
  // One key, one player, one part: a press key that is somebody's PIN key would spend beyond its limits.
  `CREATE TABLE player_keys (
    public_key bytea PRIMARY KEY CHECK (octet_length(public_key) = 32),
    user_id bytea NOT NULL REFERENCES players (user_id),
    ${oneOf('part', ['account', 'press', 'pin'])},
    UNIQUE (user_id, part)
  )`,
  appendOnly('player_keys'),
  `CREATE TABLE publishers (
    ${text('publisher_id')} PRIMARY KEY,
    common_name text NOT NULL,
    ${currency('payout_currency')},
    bank_holder text NOT NULL,
    bank_iban text NOT NULL,
    fee_basis_points bigint NOT NULL CHECK (fee_basis_points BETWEEN 0 AND 10000),
    chain_hash bytea NOT NULL REFERENCES chains (chain_hash),
    ${time('enrolled_at_ms')}
  )`,
  neverDeleted('publishers'),
  `CREATE TABLE rate_tables (id bigint PRIMARY KEY CHECK (id > 0), body bytea NOT NULL, ${time('not_before_ms')})`,
  appendOnly('rate_tables'),
  ...beforeEach(
    'rate_tables',
    'INSERT',
    refuseIf('NEW.id <> (SELECT coalesce(max(id), 0) + 1 FROM rate_tables)', 'rate_tables: numbers rise by one'),
  ),
  `CREATE TABLE top_ups (
    ${text('bank_reference')} PRIMARY KEY CHECK (length(bank_reference) BETWEEN 1 AND 140),
    user_id bytea NOT NULL REFERENCES players (user_id),
    ${amount('amount_minor', 1)},
    ${currency('currency')},
    transfer bigint NOT NULL UNIQUE
  )`,
  appendOnly('top_ups'),
  ...beforeEach(
    'top_ups',
    'INSERT',
    refuseWhere(
      `SELECT 1 WHERE NOT EXISTS (SELECT 1 FROM transfers t JOIN postings p ON p.transfer = t.id AND p.period = t.period
         WHERE t.id = NEW.transfer AND t.kind = 'top-up' AND p.amount_minor = NEW.amount_minor
           AND p.currency = NEW.currency
           AND p.credit = (SELECT account FROM players WHERE user_id = NEW.user_id))`,
      'top_ups: no transfer of the same amount to this player',
    ),
  ),
];

/** Partitioned by the period in which they were recorded; unique for ever by `decision_keys`. */
export const DECISIONS: readonly string[] = [
  `CREATE TABLE decisions (
    position bigint NOT NULL CHECK (position > 0),
    ${bytes('request_id', 32)},
    ${bytes('user_id', 16)},
    ${text('publisher_id')},
    -- 0 approved; else the number of the refusal's code.
    code bigint NOT NULL CHECK (code BETWEEN 0 AND 999),
    ${amount('price_minor')},
    ${currency('price_currency')},
    ${amount('charged_minor')},
    ${currency('charged_currency')},
    rate_table_id bigint NOT NULL CHECK (rate_table_id >= 0),
    ${bytes('offer_hash', 32)},
    ${bytes('quote_signature', 64)},
    ${bytes('request_hash', 32)},
    request bytea NOT NULL,
    ${bytes('decision_id', 16)},
    decision bytea NOT NULL,
    ${bytes('chain_hash', 32)},
    ${time('at_ms')},
    transfer bigint,
    card_id bytea,
    ${period('period')},
    PRIMARY KEY (position, period),
    CHECK (code = 0 OR charged_minor = 0),
    CHECK ((transfer IS NOT NULL) = (charged_minor > 0))
  ) PARTITION BY LIST (period)`,
  // Signatures and hashes do not compress: trying costs more than the rest of the row.
  `ALTER TABLE decisions ALTER request SET STORAGE EXTERNAL, ALTER decision SET STORAGE EXTERNAL`,
  'CREATE INDEX decisions_of_user ON decisions (user_id, position)',
  'CREATE INDEX decisions_of_publisher ON decisions (publisher_id, transfer) WHERE transfer IS NOT NULL',
  `CREATE TABLE decision_keys (
    request_id bytea PRIMARY KEY,
    decision_id bytea NOT NULL UNIQUE,
    position bigint NOT NULL,
    period bigint NOT NULL
  )`,
  appendOnly('decisions'),
  appendOnly('decision_keys'),
  ...afterInsert(
    'decisions',
    `DECLARE
       head bigint; first bigint; last bigint; rows bigint; positions bigint;
     BEGIN
       SELECT min(position), max(position), count(*), count(DISTINCT position) INTO first, last, rows, positions FROM fresh;
       IF rows = 0 THEN RETURN NULL; END IF;
       SELECT last_position INTO head FROM journal_head FOR UPDATE;
       ${refuseIf('first <> head + 1 OR last <> head + rows OR positions <> rows', 'decisions: positions rise by one')}
       INSERT INTO decision_keys SELECT request_id, decision_id, position, period FROM fresh;
       ${refuseWhere(
         `SELECT 1 FROM (SELECT DISTINCT chain_hash FROM fresh) f
          WHERE NOT EXISTS (SELECT 1 FROM chains c WHERE c.chain_hash = f.chain_hash)`,
         'decisions: of a chain that is not there',
       )}
       ${refuseWhere(
         `SELECT 1 FROM fresh f LEFT JOIN players p ON p.user_id = f.user_id
          WHERE p.user_id IS NULL OR (f.charged_minor > 0 AND f.card_id IS NULL AND NOT EXISTS (
            SELECT 1 FROM transfer_keys t
            WHERE t.reference = f.request_id AND t.kind = 'payment' AND t.id = f.transfer AND t.period = f.period
              AND f.charged_minor = (SELECT sum(q.amount_minor) FROM postings q
                WHERE q.transfer = f.transfer AND q.period = f.period AND q.currency = f.charged_currency
                  AND q.debit = p.account)))`,
         'decisions: no debit of the same amount under the same request',
       )}
       ${refuseWhere(
         `SELECT 1 FROM fresh f WHERE f.card_id IS NOT NULL AND NOT EXISTS (
            SELECT 1 FROM card_records r
            WHERE r.request_id = f.request_id AND r.period = f.period AND r.card_id = f.card_id AND r.outcome = 'booked'
              AND r.charged_minor = f.charged_minor AND r.transfer IS NOT DISTINCT FROM f.transfer)`,
         'decisions: of a card, and not one of its records',
       )}
       UPDATE journal_head SET last_position = last;`,
  ),
];

/**
 * Makes the partitions of a period and of the two that follow, ahead of their time. A row of any other period has nowhere to go
 * and is refused. Attached, not made in place: that does not wait for readers. The parent's rules see to whole statements only,
 * so that a partition itself takes none.
 */
export const PERIODS: readonly string[] = [
  `CREATE FUNCTION make_periods(first bigint) RETURNS void LANGUAGE plpgsql SET search_path FROM CURRENT AS $body$
   DECLARE
     next bigint := first; parent text; child text;
   BEGIN
     FOR ahead IN 0..2 LOOP
       FOREACH parent IN ARRAY ARRAY['transfers', 'postings', 'decisions', 'card_records'] LOOP
         child := format('%s_%s', parent, next);
         CONTINUE WHEN to_regclass(format('%I', child)) IS NOT NULL;
         EXECUTE format('CREATE TABLE %I (LIKE %I INCLUDING DEFAULTS INCLUDING CONSTRAINTS INCLUDING STORAGE)
           WITH (toast_tuple_target = 8160)', child, parent);
         EXECUTE format('ALTER TABLE %I ATTACH PARTITION %I FOR VALUES IN (%s)', parent, child, next);
         EXECUTE format('CREATE TRIGGER direct BEFORE INSERT OR UPDATE OR DELETE OR TRUNCATE ON %I
           FOR EACH STATEMENT EXECUTE FUNCTION refuse(''append only, and by its parent'')', child);
       END LOOP;
       next := month_after(next);
     END LOOP;
   END; $body$`,
];
