/**
 * What the bank had answered of a collection, month by month, in the place of the month of its first answer: a cent that a stranger
 * sends under a collection's name answers a cent of it.
 */
import { amount, beforeEach, fixed, neverDeleted, period, refuseIf } from './columns.ts';

export const COLLECTION_ANSWERS: readonly string[] = [
  `CREATE TABLE collection_answers (
    end_to_end_id text COLLATE "C" NOT NULL REFERENCES collections (end_to_end_id),
    ${period('period')},
    ${amount('answered_minor', 1)},
    PRIMARY KEY (end_to_end_id, period)
  )`,
  `INSERT INTO collection_answers (end_to_end_id, period, answered_minor)
    SELECT end_to_end_id, ended_period, least(amount_minor, greatest(told_paid_minor, told_returned_minor))
    FROM collections WHERE ended_period IS NOT NULL`,
  'DROP TRIGGER collections_update ON collections',
  'DROP FUNCTION collections_update()',
  'ALTER TABLE collections DROP COLUMN ended_period',
  ...beforeEach(
    'collections',
    'UPDATE',
    refuseIf(
      'NEW.told_paid_minor < OLD.told_paid_minor OR NEW.told_returned_minor < OLD.told_returned_minor',
      'collections: an answer stands',
    ),
  ),
  ...beforeEach(
    'collection_answers',
    'INSERT',
    refuseIf(
      'EXISTS (SELECT 1 FROM collection_answers WHERE end_to_end_id = NEW.end_to_end_id AND period > NEW.period)',
      'collection_answers: months rise',
    ),
  ),
  fixed('collection_answers', ['end_to_end_id', 'period']),
  ...beforeEach(
    'collection_answers',
    'UPDATE',
    refuseIf('NEW.answered_minor < OLD.answered_minor', 'collection_answers: what was answered only grows'),
  ),
  neverDeleted('collection_answers'),
];
