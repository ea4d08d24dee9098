/**
 * The ledger's tables and their rules, as `../sqlite/` has them.
 *
 * Transfers and postings are partitioned by period. A unique key of a partitioned table must hold the period, so what must be
 * unique for ever stands in a table of keys beside it, written by the same rule that takes the rows.
 *
 * `journal_head` is one row: where ledger, journal and decisions end. Every transaction locks it first, so that transactions happen one after the
 * other, over all processes; the rules lock it again, for whoever comes by without the server.
 */
import {
  afterInsert,
  AMOUNT_MAX,
  appendOnly,
  BALANCE_MAX,
  beforeEach,
  byRuleOnly,
  bytes,
  currency,
  fixed,
  LINES_MAX,
  neverDeleted,
  oneOf,
  period,
  refuseIf,
  refuseWhere,
  text,
  time,
} from './columns.ts';

const ACCOUNT_KINDS = [
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
  'payout-transit',
  'bank-suspense',
];

const TRANSFER_KINDS = [
  'payment',
  'top-up',
  'card-load',
  'card-return',
  'card-recovery',
  'claim',
  'claim-reversal',
  'claim-settlement',
  'card-dispute',
  'refund',
  'bill-payment',
  'bill-return',
  'payout',
  'payout-paid',
  'payout-return',
  'withdrawal',
  'suspense',
  'suspense-cleared',
  'correction',
];

const NO_HASH = "decode(repeat('00', 32), 'hex')";

const HEAD = [
  `CREATE TABLE journal_head (
    only_row boolean PRIMARY KEY DEFAULT true CHECK (only_row),
    last_transfer bigint NOT NULL DEFAULT 0 CHECK (last_transfer >= 0),
    last_position bigint NOT NULL DEFAULT 0 CHECK (last_position >= 0),
    block bigint NOT NULL DEFAULT 0,
    block_last_transfer bigint NOT NULL DEFAULT 0,
    block_hash bytea NOT NULL DEFAULT ${NO_HASH},
    -- The newest sealed period; 0 before the first.
    sealed bigint NOT NULL DEFAULT 0
  ) WITH (fillfactor = 10)`,
  'INSERT INTO journal_head DEFAULT VALUES',
  ...byRuleOnly('journal_head', [
    'only_row',
    'last_transfer',
    'last_position',
    'block',
    'block_last_transfer',
    'block_hash',
    'sealed',
  ]),
  neverDeleted('journal_head'),
  // One row per process that writes: how many transactions it has made. Whether a COMMIT that was cut off came through is
  // read here. Not part of the books.
  `CREATE TABLE writers (
    writer bytea PRIMARY KEY CHECK (octet_length(writer) = 16),
    turn bigint NOT NULL,
    seen_at timestamptz NOT NULL DEFAULT now()
  ) WITH (fillfactor = 10)`,
];

const ACCOUNTS = [
  `CREATE TABLE accounts (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY CHECK (id > 0),
    ${oneOf('kind', ACCOUNT_KINDS)},
    ${text('owner')} CHECK (length(owner) <= 64),
    ${currency('currency')},
    balance_minor bigint NOT NULL DEFAULT 0 CHECK (balance_minor BETWEEN -${BALANCE_MAX} AND ${BALANCE_MAX}),
    -- The lowest balance allowed: 0 for prepaid, minus the ceiling (or minus what was owed already) for postpaid.
    floor_minor bigint NOT NULL CHECK (floor_minor BETWEEN -${BALANCE_MAX} AND 0),
    UNIQUE (owner, kind, currency),
    CHECK (balance_minor >= floor_minor),
    CHECK (kind <> 'player-prepaid' OR floor_minor = 0),
    CHECK (kind NOT IN ('player-prepaid', 'player-postpaid') OR balance_minor <= ${AMOUNT_MAX})
  ) WITH (fillfactor = 60)`,
  ...beforeEach('accounts', 'INSERT', refuseIf('NEW.balance_minor <> 0', 'accounts: opened empty')),
  fixed('accounts', ['id', 'kind', 'owner', 'currency']),
  ...byRuleOnly('accounts', ['balance_minor']),
  neverDeleted('accounts'),
];

const TRANSFERS = [
  `CREATE TABLE transfers (
    id bigint NOT NULL CHECK (id > 0),
    ${oneOf('kind', TRANSFER_KINDS)},
    ${bytes('reference', 32)},
    lines bigint NOT NULL CHECK (lines BETWEEN 1 AND ${LINES_MAX}),
    ${time('at_ms')},
    ${period('period')},
    PRIMARY KEY (id, period)
  ) PARTITION BY LIST (period)`,
  `CREATE TABLE transfer_keys (
    ${bytes('reference', 32)},
    ${text('kind')},
    id bigint NOT NULL,
    period bigint NOT NULL,
    PRIMARY KEY (reference, kind)
  )`,
  appendOnly('transfers'),
  appendOnly('transfer_keys'),
  `CREATE FUNCTION month_of(at_ms bigint) RETURNS bigint LANGUAGE sql IMMUTABLE
     RETURN (extract(year FROM to_timestamp(at_ms / 1000) AT TIME ZONE 'UTC') * 100
       + extract(month FROM to_timestamp(at_ms / 1000) AT TIME ZONE 'UTC'))::bigint`,
  `CREATE FUNCTION month_after(period bigint) RETURNS bigint LANGUAGE sql IMMUTABLE
     RETURN period + CASE period % 100 WHEN 12 THEN 89 ELSE 1 END`,
  ...afterInsert(
    'transfers',
    `DECLARE
       head bigint; first bigint; last bigint; rows bigint; ids bigint; sealed bigint;
     BEGIN
       SELECT min(id), max(id), count(*), count(DISTINCT id) INTO first, last, rows, ids FROM fresh;
       IF rows = 0 THEN RETURN NULL; END IF;
       SELECT last_transfer, journal_head.sealed INTO head, sealed FROM journal_head FOR UPDATE;
       ${refuseIf('first <> head + 1 OR last <> head + rows OR ids <> rows', 'transfers: numbers rise by one')}
       ${refuseWhere('SELECT 1 FROM fresh WHERE period <= sealed', 'transfers: the period is sealed')}
       ${refuseWhere(
         `SELECT 1 FROM fresh WHERE period <> month_of(at_ms)
            AND (sealed < month_of(at_ms) OR period <> month_after(sealed))`,
         'transfers: not of the period in which it is booked',
       )}
       INSERT INTO transfer_keys SELECT reference, kind, id, period FROM fresh;
       UPDATE journal_head SET last_transfer = last;`,
  ),
];

const POSTINGS = [
  // numeric, since a bigint would round half a unit to a whole one instead of refusing it.
  `CREATE TABLE postings (
    transfer bigint NOT NULL,
    line bigint NOT NULL CHECK (line BETWEEN 0 AND ${LINES_MAX - 1}),
    debit bigint NOT NULL,
    credit bigint NOT NULL,
    ${currency('currency')},
    amount_minor numeric NOT NULL CHECK (amount_minor = trunc(amount_minor) AND amount_minor BETWEEN 1 AND ${AMOUNT_MAX}),
    ${period('period')},
    PRIMARY KEY (transfer, line, period),
    CHECK (debit <> credit)
  ) PARTITION BY LIST (period)`,
  appendOnly('postings'),
  // All lines of a transfer come in one statement, so that a transfer is whole or has none. Each account moves once, by its own
  // currency and in the order of the accounts: one posting of another currency, and a row is missing from those that moved.
  ...afterInsert(
    'postings',
    `DECLARE
       incomplete bigint; others bigint; named bigint; moved bigint;
     BEGIN
       SELECT count(*) FILTER (WHERE t.lines IS DISTINCT FROM g.n OR t.lines <> g.top + 1),
         count(*) FILTER (WHERE t.kind <> 'payment')
       INTO incomplete, others
       FROM (SELECT transfer, period, count(*) AS n, max(line) AS top FROM fresh GROUP BY transfer, period) g
         LEFT JOIN transfers t ON t.id = g.transfer AND t.period = g.period;
       ${refuseIf('incomplete > 0', 'postings: not all the lines of their transfer')}
       SELECT count(*) INTO named
       FROM (SELECT debit, currency FROM fresh UNION SELECT credit, currency FROM fresh) AS sides;
       UPDATE accounts SET balance_minor = accounts.balance_minor + sums.delta
       FROM (SELECT account, currency, sum(delta)::bigint AS delta
             FROM (SELECT debit AS account, currency, -amount_minor AS delta FROM fresh
                   UNION ALL SELECT credit, currency, amount_minor FROM fresh) AS sides
             GROUP BY account, currency ORDER BY account, currency) AS sums
       WHERE accounts.id = sums.account AND accounts.currency = sums.currency;
       GET DIAGNOSTICS moved = ROW_COUNT;
       ${refuseIf('moved <> named', "postings: not of the two accounts' one currency")}
       IF others > 0 THEN
         INSERT INTO account_lines
           SELECT DISTINCT a.id, t.id, t.period FROM fresh f
             JOIN transfers t ON t.id = f.transfer AND t.period = f.period AND t.kind <> 'payment'
             JOIN accounts a ON a.id IN (f.debit, f.credit) AND a.owner <> '';
       END IF;`,
  ),
  // Which transfers touch an account of a player, card or publisher. The server's own payments are not in it: their decisions
  // say whose they are, and they are most.
  `CREATE TABLE account_lines (
    account bigint NOT NULL REFERENCES accounts (id),
    transfer bigint NOT NULL,
    period bigint NOT NULL,
    PRIMARY KEY (account, transfer)
  )`,
  appendOnly('account_lines'),
];

const CORRECTIONS = [
  `CREATE TABLE corrections (
    transfer bigint PRIMARY KEY,
    corrects bigint NOT NULL,
    ${text('reason')} CHECK (length(reason) BETWEEN 1 AND 140),
    CHECK (corrects < transfer)
  )`,
  appendOnly('corrections'),
  ...beforeEach(
    'corrections',
    'INSERT',
    `${refuseWhere(
      `SELECT 1 WHERE NOT EXISTS (SELECT 1 FROM transfers WHERE id = NEW.transfer AND kind = 'correction')`,
      'corrections: not of a correction',
    )}
     ${refuseWhere(
       'SELECT 1 WHERE NOT EXISTS (SELECT 1 FROM transfers WHERE id = NEW.corrects)',
       'corrections: of a transfer that is not there',
     )}`,
  ),
];

/** A block ends where the ledger ends, and everything in it is complete. */
const JOURNAL = [
  `CREATE TABLE journal (
    number bigint PRIMARY KEY CHECK (number >= 0),
    last_transfer bigint NOT NULL UNIQUE CHECK (last_transfer >= 0),
    ${bytes('hash', 32)}
  )`,
  `INSERT INTO journal VALUES (0, 0, ${NO_HASH})`,
  appendOnly('journal'),
  ...beforeEach(
    'journal',
    'INSERT',
    `DECLARE
       head journal_head;
     BEGIN
       SELECT * INTO head FROM journal_head FOR UPDATE;
       ${refuseIf('NEW.number <> head.block + 1', 'journal: numbers rise by one')}
       ${refuseIf('NEW.last_transfer <> head.last_transfer', 'journal: a block ends where the ledger does')}
       ${refuseIf('NEW.last_transfer <= head.block_last_transfer', 'journal: not behind the block before')}
       ${refuseWhere(
         `SELECT 1 FROM transfers t
          WHERE t.id > head.block_last_transfer AND t.id <= NEW.last_transfer
            AND (NOT EXISTS (SELECT 1 FROM postings p WHERE p.transfer = t.id AND p.period = t.period)
              OR (t.kind = 'correction' AND NOT EXISTS (SELECT 1 FROM corrections WHERE transfer = t.id)))`,
         'journal: a transfer is not complete',
       )}
       UPDATE journal_head SET block = NEW.number, block_last_transfer = NEW.last_transfer, block_hash = NEW.hash;
     END;`,
  ),
];

const SEALED_PERIODS = [
  `CREATE TABLE sealed_periods (
    ${period('period')} PRIMARY KEY,
    -- Of this period or an earlier one, and the block that it stands in; 0 when there was none.
    last_transfer bigint NOT NULL CHECK (last_transfer >= 0),
    block bigint NOT NULL REFERENCES journal (number),
    ${bytes('block_hash', 32)},
    rate_table_id bigint NOT NULL CHECK (rate_table_id >= 0),
    ${time('sealed_at_ms')},
    seal bytea NOT NULL,
    closed_at_ms bigint
  )`,
  neverDeleted('sealed_periods'),
  fixed('sealed_periods', ['period', 'last_transfer', 'block', 'block_hash', 'rate_table_id', 'sealed_at_ms', 'seal']),
  ...beforeEach(
    'sealed_periods',
    'INSERT',
    `DECLARE
       newest sealed_periods; last bigint;
     BEGIN
       PERFORM 1 FROM journal_head FOR UPDATE;
       SELECT * INTO newest FROM sealed_periods ORDER BY period DESC LIMIT 1;
       ${refuseWhere(
         `SELECT 1 WHERE NEW.period <= newest.period UNION ALL
          SELECT 1 FROM transfers WHERE period > coalesce(newest.period, 0) AND period < NEW.period`,
         'sealed_periods: sealed in order',
       )}
       SELECT coalesce(max(id), 0) INTO last FROM transfers WHERE period = NEW.period;
       ${refuseIf('NEW.last_transfer <> greatest(last, coalesce(newest.last_transfer, 0))', 'sealed_periods: not of its last transfer')}
       ${refuseIf(
         `NEW.block <> CASE NEW.last_transfer WHEN 0 THEN 0 ELSE coalesce((SELECT number FROM journal
            WHERE last_transfer >= NEW.last_transfer AND number > 0 ORDER BY last_transfer LIMIT 1), -1) END
          OR NEW.block_hash IS DISTINCT FROM (SELECT hash FROM journal WHERE number = NEW.block)`,
         'sealed_periods: not of its block',
       )}
       ${refuseIf('NEW.closed_at_ms IS NOT NULL', 'sealed_periods: closed afterwards')}
       UPDATE journal_head SET sealed = NEW.period;
     END;`,
  ),
  ...beforeEach(
    'sealed_periods',
    'UPDATE',
    refuseIf('OLD.closed_at_ms IS NOT NULL OR NEW.closed_at_ms IS NULL', 'sealed_periods: closed once'),
  ),
];

export const LEDGER: readonly string[] = [
  ...HEAD,
  ...ACCOUNTS,
  ...TRANSFERS,
  ...POSTINGS,
  ...CORRECTIONS,
  ...JOURNAL,
  ...SEALED_PERIODS,
];
