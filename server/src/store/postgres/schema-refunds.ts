/** Refunds, and what players ask for. One refund for each decision, for ever. */
import {
  amount,
  appendOnly,
  beforeEach,
  bytes,
  currency,
  fixed,
  neverDeleted,
  oneOf,
  refuseIf,
  text,
  time,
} from './columns.ts';

const TEXT_LENGTH_MAX = 500;

export const REFUNDS: readonly string[] = [
  // Where approvals by cards stand that are not in `decisions`: in the records, or on a claim alone.
  `CREATE TABLE card_decisions (
    decision_id bytea PRIMARY KEY CHECK (octet_length(decision_id) = 16),
    card_id bytea NOT NULL REFERENCES cards (card_id),
    ${bytes('head', 32)}
  )`,
  appendOnly('card_decisions'),
  `CREATE TABLE refunds (
    position bigint PRIMARY KEY CHECK (position > 0),
    decision_id bytea NOT NULL UNIQUE CHECK (octet_length(decision_id) = 16),
    ${bytes('request_id', 32)},
    user_id bytea NOT NULL REFERENCES players (user_id),
    ${text('publisher_id')},
    ${oneOf('reason', ['requested', 'defect', 'unauthorised', 'operator'])},
    -- What came back to the player's account.
    ${amount('amount_minor')},
    ${currency('currency')},
    -- The publisher's envelope; none when the operator gave it back.
    refund_order bytea,
    notice bytea NOT NULL,
    chain_hash bytea NOT NULL REFERENCES chains (chain_hash),
    ${time('at_ms')},
    transfer bigint UNIQUE,
    CHECK (transfer IS NOT NULL OR amount_minor = 0)
  )`,
  'CREATE INDEX refunds_of_user ON refunds (user_id, position)',
  appendOnly('refunds'),
  ...beforeEach(
    'refunds',
    'INSERT',
    `${refuseIf(
      'NEW.position <> (SELECT coalesce(max(position), 0) + 1 FROM refunds)',
      'refunds: positions rise by one',
    )}
     ${refuseIf(
       `NOT EXISTS (
          SELECT 1 FROM decision_keys k JOIN decisions d ON d.position = k.position AND d.period = k.period
            WHERE k.decision_id = NEW.decision_id AND k.request_id = NEW.request_id AND d.user_id = NEW.user_id
              AND d.publisher_id = NEW.publisher_id AND d.code = 0
          UNION ALL SELECT 1 FROM card_decisions d JOIN cards c ON c.card_id = d.card_id
            WHERE d.decision_id = NEW.decision_id AND c.user_id = NEW.user_id)`,
       'refunds: of a decision that nobody knows',
     )}
     ${refuseIf(
       `NEW.transfer IS NOT NULL AND NOT EXISTS (
          SELECT 1 FROM transfers t
          WHERE t.id = NEW.transfer AND t.kind = 'refund' AND t.reference = NEW.request_id
            AND t.lines = (SELECT count(*) FROM postings p WHERE p.transfer = t.id AND p.period = t.period)
            AND NEW.amount_minor = (SELECT coalesce(sum(p.amount_minor), 0) FROM postings p
              WHERE p.transfer = t.id AND p.period = t.period AND p.currency = NEW.currency
                AND p.credit = (SELECT account FROM players WHERE user_id = NEW.user_id)))`,
       'refunds: no transfer that brings the player this much',
     )}
     ${refuseIf(
       `NEW.transfer IS NULL AND EXISTS (
          SELECT 1 FROM decision_keys k JOIN decisions d ON d.position = k.position AND d.period = k.period
          WHERE k.decision_id = NEW.decision_id AND d.transfer IS NOT NULL)`,
       'refunds: a payment goes back whole',
     )}`,
  ),
  `CREATE TABLE refund_requests (
    decision_id bytea PRIMARY KEY CHECK (octet_length(decision_id) = 16),
    user_id bytea NOT NULL REFERENCES players (user_id),
    ${text('publisher_id')},
    ${oneOf('reason', ['requested', 'defect', 'unauthorised'])},
    words text NOT NULL CHECK (length(words) <= ${TEXT_LENGTH_MAX}),
    state text COLLATE "C" NOT NULL DEFAULT 'open' CHECK (state IN ('open', 'refunded', 'declined')),
    answer text NOT NULL DEFAULT '' CHECK (length(answer) <= ${TEXT_LENGTH_MAX}),
    ${time('asked_at_ms')},
    ended_at_ms bigint,
    CHECK ((state = 'open') = (ended_at_ms IS NULL))
  )`,
  'CREATE INDEX refund_requests_of_user ON refund_requests (user_id, asked_at_ms)',
  'CREATE INDEX refund_requests_of_publisher ON refund_requests (publisher_id, asked_at_ms)',
  fixed('refund_requests', ['decision_id', 'user_id', 'publisher_id', 'reason', 'words', 'asked_at_ms']),
  ...beforeEach(
    'refund_requests',
    'UPDATE',
    `${refuseIf(
      "NEW.state = 'open' OR OLD.state = 'refunded' OR (OLD.state = 'declined' AND NEW.state = 'declined')",
      'refund_requests: answered once, and else append only',
    )}
     ${refuseIf(
       "NEW.state = 'refunded' AND NOT EXISTS (SELECT 1 FROM refunds WHERE decision_id = NEW.decision_id)",
       'refund_requests: refunded by a refund',
     )}`,
  ),
  neverDeleted('refund_requests'),
];
