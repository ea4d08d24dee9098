/**
 * Version 6 to 7: what the bank had answered of a collection, month by month, in the place of the month of its first answer: a cent
 * that a stranger sends under a collection's name answers a cent of it.
 */
import { amount, insertOnceBy } from './columns.ts';

/** Statement by statement. */
export const ANSWERS_STEP: readonly string[] = [
  `CREATE TABLE collection_answers (
    end_to_end_id TEXT NOT NULL REFERENCES collections (end_to_end_id),
    period INTEGER NOT NULL CHECK (period BETWEEN 197001 AND 999912 AND period % 100 BETWEEN 1 AND 12),
    -- All of it that was answered as the period ended.
    ${amount('answered_minor', 1)},
    PRIMARY KEY (end_to_end_id, period)
  ) STRICT, WITHOUT ROWID`,
  `INSERT INTO collection_answers (end_to_end_id, period, answered_minor)
    SELECT end_to_end_id, ended_period, min(amount_minor, max(told_paid_minor, told_returned_minor))
    FROM collections WHERE ended_period IS NOT NULL`,
  'DROP TRIGGER collections_forward',
  'ALTER TABLE collections DROP COLUMN ended_period',
  `CREATE TRIGGER collections_forward BEFORE UPDATE ON collections BEGIN
    SELECT RAISE(ABORT, 'collections: an answer stands')
      WHERE NEW.told_paid_minor < OLD.told_paid_minor OR NEW.told_returned_minor < OLD.told_returned_minor;
  END`,
  insertOnceBy('collection_answers', 'end_to_end_id', 'period'),
  `CREATE TRIGGER collection_answers_insert BEFORE INSERT ON collection_answers BEGIN
    SELECT RAISE(ABORT, 'collection_answers: months rise') WHERE EXISTS (
      SELECT 1 FROM collection_answers WHERE end_to_end_id = NEW.end_to_end_id AND period >= NEW.period);
  END`,
  `CREATE TRIGGER collection_answers_forward BEFORE UPDATE ON collection_answers BEGIN
    SELECT RAISE(ABORT, 'collection_answers: what was answered only grows')
      WHERE NEW.end_to_end_id <> OLD.end_to_end_id OR NEW.period <> OLD.period OR NEW.answered_minor < OLD.answered_minor
        OR EXISTS (SELECT 1 FROM collection_answers WHERE end_to_end_id = OLD.end_to_end_id AND period > OLD.period);
  END`,
  `CREATE TRIGGER collection_answers_no_delete BEFORE DELETE ON collection_answers BEGIN
    SELECT RAISE(ABORT, 'collection_answers: never deleted');
  END`,
];
