/** The lines of bills and payouts: transfers of one party, each with the decision that it was for. */
import type Database from 'better-sqlite3';
import type { BillLine } from '../../bills/types.ts';
import type { PayoutLine } from '../../payouts/types.ts';
import { billLineOf, payoutLineOf, type BillLineRow, type PayoutLineRow } from '../money-rows.ts';

/** What a card booked under a transfer's request; a server's refusal may stand in `decisions` beside it. */
const CARD_RECORD = `LEFT JOIN card_records r ON t.kind IN ('payment', 'refund') AND r.request_id = t.reference
    AND r.outcome = 'booked' AND r.transfer IS NOT NULL`;
const DECISION = `LEFT JOIN decisions d ON t.kind IN ('payment', 'refund') AND d.request_id = t.reference`;

/** What a payout is made of; its own transfers, and money that came or went otherwise, are no lines of it. */
const PAYOUT_KINDS = `'payment', 'refund', 'claim', 'claim-reversal'`;

interface BillLineKey {
  userId: Uint8Array;
  period: number;
  after: bigint;
  count: number;
}

interface PayoutLineKey {
  publisherId: string;
  period: number;
  after: bigint;
  count: number;
}

/** What a transfer did to those of the player's accounts that have this mark. */
const movedOn = (isAccount: 0 | 1): string =>
  `(SELECT sum(CASE p.credit WHEN m.account THEN p.amount_minor ELSE -p.amount_minor END)
    FROM postings p JOIN mine m ON m.account IN (p.debit, p.credit) WHERE p.transfer = t.id AND m.is_account = ${isAccount})`;

/** CROSS JOIN keeps the order as written: SQLite would walk through the whole month for a page of a player's. */
function prepare(db: Database.Database) {
  return {
    billLines: db.prepare<[BillLineKey], BillLineRow>(
      `WITH mine (account, is_account) AS MATERIALIZED (
         SELECT account, 1 FROM players WHERE user_id = @userId
         UNION ALL SELECT a.id, 0 FROM cards c CROSS JOIN accounts a ON a.kind = 'card-float' AND a.owner = lower(hex(c.card_id))
           WHERE c.user_id = @userId),
       touched (transfer) AS (
         SELECT transfer FROM decisions WHERE user_id = @userId AND transfer > @after AND card_id IS NULL
         UNION SELECT l.transfer FROM mine m CROSS JOIN account_lines l ON l.account = m.account WHERE l.transfer > @after)
       SELECT t.id, t.kind, t.at_ms, ${movedOn(1)} AS account_minor, ${movedOn(0)} AS purses_minor,
         coalesce(r.request, d.request) AS request, coalesce(r.decision, d.decision) AS decision,
         coalesce(r.card_id, d.card_id) AS card_id, iif(t.kind = 'payment', r.spent_at_ms, NULL) AS spent_at_ms
       FROM touched CROSS JOIN transfers t ON t.id = touched.transfer ${CARD_RECORD} ${DECISION}
       WHERE t.period = @period ORDER BY t.id LIMIT @count`,
    ),
    payoutLines: db.prepare<[PayoutLineKey], PayoutLineRow>(
      // No more than a page is taken from each index: a large month is read a page at a time, and each page costs the same.
      `WITH touched (transfer) AS MATERIALIZED (
         SELECT transfer FROM (SELECT d.transfer FROM decisions d JOIN transfers t ON t.id = d.transfer
           WHERE d.publisher_id = @publisherId AND d.transfer > @after AND t.period = @period ORDER BY d.transfer LIMIT @count)
         UNION SELECT l.transfer FROM accounts a JOIN account_lines l ON l.account = a.id AND l.transfer IN (
             SELECT o.transfer FROM account_lines o JOIN transfers t ON t.id = o.transfer
             WHERE o.account = a.id AND o.transfer > @after AND t.period = @period AND t.kind IN (${PAYOUT_KINDS})
             ORDER BY o.transfer LIMIT @count)
           WHERE a.kind = 'publisher-payable' AND a.owner = @publisherId
         ORDER BY 1 LIMIT @count)
       SELECT t.id, t.kind, t.at_ms, coalesce(r.decision, k.decision, d.decision) AS decision,
         coalesce(r.spent_at_ms, k.spent_at_ms) AS spent_at_ms,
         (SELECT coalesce(sum(p.amount_minor), 0) FROM postings p JOIN accounts f ON f.id IN (p.debit, p.credit)
           WHERE p.transfer = t.id AND f.kind = 'fees') AS fee_minor
       FROM touched CROSS JOIN transfers t ON t.id = touched.transfer ${CARD_RECORD} ${DECISION}
         LEFT JOIN refunds f ON t.kind = 'refund' AND f.transfer = t.id
         LEFT JOIN card_decisions c ON c.decision_id = f.decision_id
         LEFT JOIN card_claims k ON (t.kind = 'claim' AND k.transfer = t.id) OR (t.kind = 'claim-reversal' AND k.reversal = t.id)
           OR (t.kind = 'refund' AND k.card_id = c.card_id AND k.head = c.head)
       ORDER BY t.id`,
    ),
  };
}

export class SqliteLineReads {
  readonly #read: ReturnType<typeof prepare>;

  constructor(db: Database.Database) {
    this.#read = prepare(db);
  }

  billLines(userId: Uint8Array, period: number, after: bigint, count: number): readonly BillLine[] {
    return this.#read.billLines.all({ userId, period, after, count }).map(billLineOf);
  }

  payoutLines(publisherId: string, period: number, after: bigint, count: number): readonly PayoutLine[] {
    return this.#read.payoutLines.all({ publisherId, period, after, count }).map(payoutLineOf);
  }
}
