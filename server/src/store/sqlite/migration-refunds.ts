/** Version 3 to 4: refunds, and what players ask for. One refund for each decision, for ever. */
import { amount, appendOnly, bytes, currency, insertOnce, time } from './columns.ts';

const REASONS = "'requested', 'defect', 'unauthorised', 'operator'";
const TEXT_LENGTH_MAX = 500;

/** Statement by statement. */
export const REFUNDS_STEP: readonly string[] = [
  // Where approvals by cards stand that are not in `decisions`: in the records, or on a claim alone.
  `CREATE TABLE card_decisions (
    decision_id BLOB PRIMARY KEY CHECK (length(decision_id) = 16),
    card_id BLOB NOT NULL REFERENCES cards (card_id),
    ${bytes('head', 32)}
  ) STRICT, WITHOUT ROWID`,
  insertOnce('card_decisions', 'decision_id'),
  ...appendOnly('card_decisions'),
  `CREATE TABLE refunds (
    position INTEGER PRIMARY KEY CHECK (position > 0),
    decision_id BLOB NOT NULL UNIQUE CHECK (length(decision_id) = 16),
    ${bytes('request_id', 32)},
    user_id BLOB NOT NULL REFERENCES players (user_id),
    publisher_id TEXT NOT NULL,
    reason TEXT NOT NULL CHECK (reason IN (${REASONS})),
    -- What came back to the player's account.
    ${amount('amount_minor')},
    ${currency('currency')},
    -- The publisher's envelope; none when the operator gave it back.
    refund_order BLOB,
    notice BLOB NOT NULL,
    chain_hash BLOB NOT NULL REFERENCES chains (chain_hash),
    ${time('at_ms')},
    transfer INTEGER UNIQUE REFERENCES transfers (id),
    CHECK (transfer IS NOT NULL OR amount_minor = 0)
  ) STRICT`,
  'CREATE INDEX refunds_of_user ON refunds (user_id, position)',
  `CREATE TRIGGER refunds_insert BEFORE INSERT ON refunds BEGIN
    SELECT RAISE(ABORT, 'refunds: one for ever per decision') WHERE EXISTS (
      SELECT 1 FROM refunds WHERE decision_id = NEW.decision_id
      UNION ALL SELECT 1 FROM refunds WHERE position = NEW.position);
    SELECT RAISE(ABORT, 'refunds: positions rise by one')
      WHERE NEW.position <> (SELECT coalesce(max(position), 0) + 1 FROM refunds);
    SELECT RAISE(ABORT, 'refunds: of a decision that nobody knows')
      WHERE NOT EXISTS (
        SELECT 1 FROM decisions WHERE decision_id = NEW.decision_id AND request_id = NEW.request_id
          AND user_id = NEW.user_id AND publisher_id = NEW.publisher_id AND code = 0
        UNION ALL SELECT 1 FROM card_decisions d JOIN cards c ON c.card_id = d.card_id
          WHERE d.decision_id = NEW.decision_id AND c.user_id = NEW.user_id);
    SELECT RAISE(ABORT, 'refunds: no transfer that brings the player this much')
      WHERE NEW.transfer IS NOT NULL AND NOT EXISTS (
        SELECT 1 FROM transfers
        WHERE id = NEW.transfer AND kind = 'refund' AND reference = NEW.request_id
          AND lines = (SELECT count(*) FROM postings WHERE transfer = NEW.transfer)
          AND NEW.amount_minor = (SELECT coalesce(sum(amount_minor), 0) FROM postings
            WHERE transfer = NEW.transfer AND currency = NEW.currency
              AND credit = (SELECT account FROM players WHERE user_id = NEW.user_id)));
    -- What was charged here and by a purse goes back whole.
    SELECT RAISE(ABORT, 'refunds: a payment goes back whole')
      WHERE EXISTS (SELECT 1 FROM decisions WHERE decision_id = NEW.decision_id AND transfer IS NOT NULL)
        AND NEW.transfer IS NULL;
  END`,
  ...appendOnly('refunds'),
  `CREATE TABLE refund_requests (
    decision_id BLOB PRIMARY KEY CHECK (length(decision_id) = 16),
    user_id BLOB NOT NULL REFERENCES players (user_id),
    publisher_id TEXT NOT NULL,
    reason TEXT NOT NULL CHECK (reason IN ('requested', 'defect', 'unauthorised')),
    words TEXT NOT NULL CHECK (length(words) <= ${TEXT_LENGTH_MAX}),
    state TEXT NOT NULL DEFAULT 'open' CHECK (state IN ('open', 'refunded', 'declined')),
    answer TEXT NOT NULL DEFAULT '' CHECK (length(answer) <= ${TEXT_LENGTH_MAX}),
    ${time('asked_at_ms')},
    ended_at_ms INTEGER,
    CHECK ((state = 'open') = (ended_at_ms IS NULL))
  ) STRICT, WITHOUT ROWID`,
  'CREATE INDEX refund_requests_of_user ON refund_requests (user_id, asked_at_ms)',
  'CREATE INDEX refund_requests_of_publisher ON refund_requests (publisher_id, asked_at_ms)',
  insertOnce('refund_requests', 'decision_id'),
  `CREATE TRIGGER refund_requests_update BEFORE UPDATE ON refund_requests BEGIN
    SELECT RAISE(ABORT, 'refund_requests: answered once, and else append only')
      WHERE NEW.decision_id <> OLD.decision_id OR NEW.user_id <> OLD.user_id OR NEW.publisher_id <> OLD.publisher_id
        OR NEW.reason <> OLD.reason OR NEW.words <> OLD.words OR NEW.asked_at_ms <> OLD.asked_at_ms
        OR NEW.state = 'open' OR OLD.state = 'refunded' OR (OLD.state = 'declined' AND NEW.state = 'declined');
    SELECT RAISE(ABORT, 'refund_requests: refunded by a refund')
      WHERE NEW.state = 'refunded' AND NOT EXISTS (SELECT 1 FROM refunds WHERE decision_id = NEW.decision_id);
  END`,
  `CREATE TRIGGER refund_requests_no_delete BEFORE DELETE ON refund_requests BEGIN
    SELECT RAISE(ABORT, 'refund_requests: append only');
  END`,
];
