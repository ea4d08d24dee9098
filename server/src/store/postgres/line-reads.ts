/** The lines of bills and payouts: transfers of one party, each with the decision that it was for. */
import type { BillLine } from '../../bills/types.ts';
import type { PayoutLine } from '../../payouts/types.ts';
import { billLineOf, payoutLineOf, type BillLineRow, type PayoutLineRow } from '../money-rows.ts';
import { sql, type Ask } from './connection.ts';

/** What a card booked under a transfer's request; a server's refusal may stand in `decisions` beside it. */
const CARD_RECORD = `LEFT JOIN card_records r ON t.kind IN ('payment', 'refund') AND r.request_id = t.reference
    AND r.outcome = 'booked' AND r.transfer IS NOT NULL`;
const DECISION = `LEFT JOIN decision_keys dk ON t.kind IN ('payment', 'refund') AND dk.request_id = t.reference
    LEFT JOIN decisions d ON d.position = dk.position AND d.period = dk.period`;

/** What a payout is made of; its own transfers, and money that came or went otherwise, are no lines of it. */
const PAYOUT_KINDS = `'payment', 'refund', 'claim', 'claim-reversal'`;

/** What a transfer did to those of the player's accounts that have this mark. */
const movedOn = (isAccount: 0 | 1): string =>
  `(SELECT sum(CASE p.credit WHEN m.account THEN p.amount_minor ELSE -p.amount_minor END)::bigint
    FROM postings p JOIN mine m ON m.account IN (p.debit, p.credit)
    WHERE p.transfer = t.id AND p.period = t.period AND m.is_account = ${isAccount})`;

/** $1 who, $2 period, $3 after, $4 count. A charged decision is in the partition of its transfer. */
const SQL = {
  billLines: sql<BillLineRow>(
    `WITH mine (account, is_account) AS MATERIALIZED (
       SELECT account, 1 FROM players WHERE user_id = $1
       UNION ALL SELECT a.id, 0 FROM cards c
         JOIN accounts a ON a.kind = 'card-float' AND a.owner = encode(c.card_id, 'hex') WHERE c.user_id = $1),
     touched (transfer) AS (
       SELECT transfer FROM decisions WHERE user_id = $1 AND period = $2 AND transfer > $3 AND card_id IS NULL
       UNION SELECT l.transfer FROM mine m JOIN account_lines l ON l.account = m.account
         WHERE l.transfer > $3 AND l.period = $2)
     SELECT t.id, t.kind, t.at_ms, ${movedOn(1)} AS account_minor, ${movedOn(0)} AS purses_minor,
       coalesce(r.request, d.request) AS request, coalesce(r.decision, d.decision) AS decision,
       coalesce(r.card_id, d.card_id) AS card_id, CASE t.kind WHEN 'payment' THEN r.spent_at_ms END AS spent_at_ms
     FROM touched JOIN transfers t ON t.id = touched.transfer AND t.period = $2 ${CARD_RECORD} ${DECISION}
     ORDER BY t.id LIMIT $4`,
  ),
  payoutLines: sql<PayoutLineRow>(
    // No more than a page is taken from each index, and each transfer is looked up by itself (`LATERAL ... OFFSET 0` is planned for one):
    // joined at large, the planner reckons that a page touches most of the month, and reads all of it.
    `WITH touched (transfer) AS MATERIALIZED (
       (SELECT transfer FROM decisions WHERE publisher_id = $1 AND period = $2 AND transfer > $3 ORDER BY transfer LIMIT $4)
       UNION SELECT own.transfer FROM accounts a CROSS JOIN LATERAL (
           SELECT l.transfer FROM account_lines l JOIN transfers t ON t.id = l.transfer AND t.period = l.period
           WHERE l.account = a.id AND l.transfer > $3 AND l.period = $2 AND t.kind IN (${PAYOUT_KINDS})
           ORDER BY l.transfer LIMIT $4) own
         WHERE a.kind = 'publisher-payable' AND a.owner = $1
       ORDER BY 1 LIMIT $4)
     SELECT line.* FROM touched CROSS JOIN LATERAL (
       SELECT t.id, t.kind, t.at_ms,
         coalesce(r.decision, claimed.decision, back.decision, of_card.decision, d.decision) AS decision,
         coalesce(r.spent_at_ms, claimed.spent_at_ms, back.spent_at_ms, of_card.spent_at_ms) AS spent_at_ms,
         (SELECT coalesce(sum(p.amount_minor), 0)::bigint FROM postings p JOIN accounts f ON f.id IN (p.debit, p.credit)
           WHERE p.transfer = t.id AND p.period = t.period AND f.kind = 'fees') AS fee_minor
       FROM transfers t ${CARD_RECORD} ${DECISION}
         LEFT JOIN refunds f ON t.kind = 'refund' AND f.transfer = t.id
         LEFT JOIN card_decisions c ON c.decision_id = f.decision_id
         LEFT JOIN card_claims claimed ON t.kind = 'claim' AND claimed.transfer = t.id
         LEFT JOIN card_claims back ON t.kind = 'claim-reversal' AND back.reversal = t.id
         LEFT JOIN card_claims of_card ON of_card.card_id = c.card_id AND of_card.head = c.head
       WHERE t.id = touched.transfer AND t.period = $2 OFFSET 0) line
     ORDER BY line.id`,
  ),
};

export class PostgresLineReads {
  readonly #ask: Ask;

  constructor(ask: Ask) {
    this.#ask = ask;
  }

  async billLines(userId: Uint8Array, period: number, after: bigint, count: number): Promise<readonly BillLine[]> {
    return (await this.#ask(SQL.billLines, [userId, period, after, count])).map(billLineOf);
  }

  async payoutLines(publisherId: string, period: number, after: bigint, count: number): Promise<readonly PayoutLine[]> {
    return (await this.#ask(SQL.payoutLines, [publisherId, period, after, count])).map(payoutLineOf);
  }
}
