/** Reads of refunds. */
import type { PlacedDecision } from '../../payments/types.ts';
import type { RefundReader, RefundRequestsOf } from '../../refunds/store.ts';
import type { CardDecisionPlace, Refund, RefundRequest } from '../../refunds/types.ts';
import { refundOf, refundRequestOf, type RefundRequestRow, type RefundRow } from '../refund-rows.ts';
import { decisionOf, type DecisionRow } from '../rows.ts';
import { sql, type Ask } from './connection.ts';

type Blob = Uint8Array;

const SQL = {
  refund: sql<RefundRow>('SELECT * FROM refunds WHERE decision_id = $1'),
  decision: sql<DecisionRow>(
    `SELECT d.* FROM decision_keys k JOIN decisions d ON d.position = k.position AND d.period = k.period
     WHERE k.decision_id = $1`,
  ),
  cardDecision: sql<{ card_id: Blob; head: Blob }>('SELECT card_id, head FROM card_decisions WHERE decision_id = $1'),
  refundsOfUser: sql<RefundRow>(
    'SELECT * FROM refunds WHERE user_id = $1 AND position > $2 ORDER BY position LIMIT $3',
  ),
  refunds: sql<RefundRow>('SELECT * FROM refunds WHERE position > $1 ORDER BY position LIMIT $2'),
  request: sql<RefundRequestRow>('SELECT * FROM refund_requests WHERE decision_id = $1'),
  requests: sql<RefundRequestRow>(
    `SELECT * FROM refund_requests
     WHERE ($1::bytea IS NULL OR user_id = $1) AND ($2::text IS NULL OR publisher_id = $2)
     ORDER BY state <> 'open', asked_at_ms DESC, decision_id LIMIT $3`,
  ),
};

export class PostgresRefundReads implements RefundReader {
  protected readonly ask: Ask;

  constructor(ask: Ask) {
    this.ask = ask;
  }

  async findRefund(decisionId: Blob): Promise<Refund | undefined> {
    const [row] = await this.ask(SQL.refund, [decisionId]);
    return row && refundOf(row);
  }

  async findDecisionById(decisionId: Blob): Promise<PlacedDecision | undefined> {
    const [row] = await this.ask(SQL.decision, [decisionId]);
    return row && decisionOf(row);
  }

  async findCardDecision(decisionId: Blob): Promise<CardDecisionPlace | undefined> {
    const [row] = await this.ask(SQL.cardDecision, [decisionId]);
    return row && { cardId: Uint8Array.from(row.card_id), head: Uint8Array.from(row.head) };
  }

  async listRefundsOfPlayer(userId: Blob, after: bigint, count: number): Promise<readonly Refund[]> {
    return (await this.ask(SQL.refundsOfUser, [userId, after, count])).map(refundOf);
  }

  async listRefunds(after: bigint, count: number): Promise<readonly Refund[]> {
    return (await this.ask(SQL.refunds, [after, count])).map(refundOf);
  }

  async findRefundRequest(decisionId: Blob): Promise<RefundRequest | undefined> {
    const [row] = await this.ask(SQL.request, [decisionId]);
    return row && refundRequestOf(row);
  }

  async listRefundRequests(of: RefundRequestsOf, count: number): Promise<readonly RefundRequest[]> {
    const { userId = null, publisherId = null } = of;
    return (await this.ask(SQL.requests, [userId, publisherId, count])).map(refundRequestOf);
  }
}
