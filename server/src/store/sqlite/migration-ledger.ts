/**
 * Version 2 to 3: the ledger complete. Every transfer is in one period, periods are sealed, corrections say what they correct,
 * and a journal of hashed blocks shows what was changed past all of these rules.
 *
 * A step of SQL cannot hash. So the journal begins with a row 0 that says how far the ledger went then, and opening the store
 * makes block 1 of all that: see `journal.ts` beside this file.
 */
import { anew, appendOnly, bytes, kindIn, LINES_MAX, time } from './columns.ts';
import { ACCOUNT_TRIGGERS, accountsTable } from './schema-ledger.ts';

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
  'payout-transit',
  'bank-suspense',
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

const isPeriod = (column: string): string => `${column} BETWEEN 197001 AND 999912 AND ${column} % 100 BETWEEN 1 AND 12`;
const monthOf = (atMs: string): string => `CAST(strftime('%Y%m', ${atMs} / 1000, 'unixepoch') AS INTEGER)`;
/** Number of the block that a transfer stands in. */
const blockOf = (transfer: string): string =>
  `(SELECT number FROM journal WHERE last_transfer >= ${transfer} AND number > 0 ORDER BY last_transfer LIMIT 1)`;
const newestSealed = '(SELECT max(period) FROM sealed_periods)';

const TRANSFERS = anew(
  'transfers',
  `CREATE TABLE transfers (
    id INTEGER PRIMARY KEY CHECK (id > 0),
    kind TEXT NOT NULL CHECK (kind IN (${kindIn(TRANSFER_KINDS_NOW)})),
    ${bytes('reference', 32)},
    lines INTEGER NOT NULL CHECK (lines BETWEEN 1 AND ${LINES_MAX}),
    ${time('at_ms')},
    period INTEGER NOT NULL CHECK (${isPeriod('period')}),
    UNIQUE (kind, reference)
  ) STRICT`,
  [
    'CREATE INDEX transfers_of_period ON transfers (period)',
    `CREATE TRIGGER transfers_insert BEFORE INSERT ON transfers BEGIN
      SELECT RAISE(ABORT, 'transfers: once for ever') WHERE EXISTS (
        SELECT 1 FROM transfers WHERE id = NEW.id
        UNION ALL SELECT 1 FROM transfers WHERE kind = NEW.kind AND reference = NEW.reference);
      SELECT RAISE(ABORT, 'transfers: the period is sealed') WHERE NEW.period <= ${newestSealed};
      -- The month of booking, or the first period open after the sealed ones.
      SELECT RAISE(ABORT, 'transfers: not of the period in which it is booked')
        WHERE NEW.period <> ${monthOf('NEW.at_ms')} AND NEW.period IS NOT (
          SELECT max(period) + CASE max(period) % 100 WHEN 12 THEN 89 ELSE 1 END FROM sealed_periods
          HAVING max(period) >= ${monthOf('NEW.at_ms')});
    END`,
    ...appendOnly('transfers'),
  ],
  `id, kind, reference, lines, at_ms, ${monthOf('at_ms')}`,
);

const CORRECTIONS = [
  `CREATE TABLE corrections (
    transfer INTEGER PRIMARY KEY REFERENCES transfers (id),
    corrects INTEGER NOT NULL REFERENCES transfers (id),
    reason TEXT NOT NULL CHECK (length(reason) BETWEEN 1 AND 140),
    CHECK (corrects < transfer)
  ) STRICT`,
  `CREATE TRIGGER corrections_insert BEFORE INSERT ON corrections BEGIN
    SELECT RAISE(ABORT, 'corrections: there already') WHERE EXISTS (
      SELECT 1 FROM corrections WHERE transfer = NEW.transfer);
    SELECT RAISE(ABORT, 'corrections: not of a correction')
      WHERE NOT EXISTS (SELECT 1 FROM transfers WHERE id = NEW.transfer AND kind = 'correction');
    SELECT RAISE(ABORT, 'corrections: of a transfer that is not there')
      WHERE NOT EXISTS (SELECT 1 FROM transfers WHERE id = NEW.corrects);
  END`,
  ...appendOnly('corrections'),
];

const JOURNAL = [
  `CREATE TABLE journal (
    number INTEGER PRIMARY KEY CHECK (number >= 0),
    last_transfer INTEGER NOT NULL CHECK (last_transfer >= 0),
    ${bytes('hash', 32)}
  ) STRICT`,
  'CREATE INDEX journal_by_transfer ON journal (last_transfer)',
  'INSERT INTO journal SELECT 0, coalesce(max(id), 0), zeroblob(32) FROM transfers',
  `CREATE TRIGGER journal_insert BEFORE INSERT ON journal BEGIN
    SELECT RAISE(ABORT, 'journal: numbers rise by one')
      WHERE NEW.number <> (SELECT max(number) + 1 FROM journal);
    SELECT RAISE(ABORT, 'journal: a block ends where the ledger does')
      WHERE NEW.last_transfer <> (SELECT max(id) FROM transfers);
    -- Block 1 may be of what was there before the journal.
    SELECT RAISE(ABORT, 'journal: not behind the block before')
      WHERE NEW.last_transfer <= (SELECT last_transfer FROM journal WHERE number = NEW.number - 1)
        AND NOT (NEW.number = 1 AND NEW.last_transfer = (SELECT last_transfer FROM journal WHERE number = 0));
    SELECT RAISE(ABORT, 'journal: a transfer is not complete') WHERE EXISTS (
      SELECT 1 FROM transfers t
      WHERE t.id > (SELECT last_transfer FROM journal WHERE number = NEW.number - 1) AND t.id <= NEW.last_transfer
        AND (t.lines <> (SELECT count(*) FROM postings WHERE transfer = t.id)
          OR (t.kind = 'correction' AND NOT EXISTS (SELECT 1 FROM corrections WHERE transfer = t.id))));
  END`,
  ...appendOnly('journal'),
];

const SEALED_PERIODS = [
  `CREATE TABLE sealed_periods (
    period INTEGER PRIMARY KEY CHECK (${isPeriod('period')}),
    -- Of this period or an earlier one, and the block that it stands in; 0 when there was none.
    last_transfer INTEGER NOT NULL CHECK (last_transfer >= 0),
    block INTEGER NOT NULL REFERENCES journal (number),
    ${bytes('block_hash', 32)},
    rate_table_id INTEGER NOT NULL CHECK (rate_table_id >= 0),
    ${time('sealed_at_ms')},
    seal BLOB NOT NULL,
    closed_at_ms INTEGER
  ) STRICT`,
  `CREATE TRIGGER sealed_periods_insert BEFORE INSERT ON sealed_periods BEGIN
    SELECT RAISE(ABORT, 'sealed_periods: sealed in order') WHERE NEW.period <= ${newestSealed} OR EXISTS (
      SELECT 1 FROM transfers WHERE period > coalesce(${newestSealed}, 0) AND period < NEW.period);
    SELECT RAISE(ABORT, 'sealed_periods: not of its last transfer')
      WHERE NEW.last_transfer <> max(
        coalesce((SELECT max(id) FROM transfers WHERE period = NEW.period), 0),
        coalesce((SELECT last_transfer FROM sealed_periods WHERE period = ${newestSealed}), 0));
    SELECT RAISE(ABORT, 'sealed_periods: not of its block')
      WHERE NEW.block IS NOT iif(NEW.last_transfer = 0, 0, ${blockOf('NEW.last_transfer')})
        OR NEW.block_hash IS NOT (SELECT hash FROM journal WHERE number = NEW.block);
    SELECT RAISE(ABORT, 'sealed_periods: closed afterwards') WHERE NEW.closed_at_ms IS NOT NULL;
  END`,
  `CREATE TRIGGER sealed_periods_update BEFORE UPDATE ON sealed_periods BEGIN
    SELECT RAISE(ABORT, 'sealed_periods: closed once, and else append only')
      WHERE OLD.closed_at_ms IS NOT NULL OR NEW.closed_at_ms IS NULL OR NEW.period <> OLD.period
        OR NEW.last_transfer <> OLD.last_transfer OR NEW.block <> OLD.block OR NEW.block_hash <> OLD.block_hash
        OR NEW.rate_table_id <> OLD.rate_table_id OR NEW.sealed_at_ms <> OLD.sealed_at_ms OR NEW.seal <> OLD.seal;
  END`,
  `CREATE TRIGGER sealed_periods_no_delete BEFORE DELETE ON sealed_periods BEGIN
    SELECT RAISE(ABORT, 'sealed_periods: append only');
  END`,
];

/** Statement by statement. `sealed_periods` comes before the triggers that read it are ever fired. */
export const LEDGER_STEP: readonly string[] = [
  ...anew('accounts', accountsTable(ACCOUNT_KINDS_NOW), ACCOUNT_TRIGGERS),
  ...TRANSFERS,
  ...CORRECTIONS,
  ...JOURNAL,
  ...SEALED_PERIODS,
];
