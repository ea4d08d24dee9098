/* eslint-disable @typescript-eslint/require-await -- the port may wait, SQLite never does; async makes every throw a rejection */
/** Reads of refunds, over either connection. */
import type Database from 'better-sqlite3';
import type { PlacedDecision } from '../../payments/types.ts';
import type { RefundReader, RefundRequestsOf } from '../../refunds/store.ts';
import type { CardDecisionPlace, Refund, RefundRequest } from '../../refunds/types.ts';
import { refundOf, refundRequestOf, type RefundRequestRow, type RefundRow } from '../refund-rows.ts';
import { decisionOf, type DecisionRow } from '../rows.ts';

type Blob = Uint8Array;

const OPEN_FIRST = "ORDER BY state <> 'open', asked_at_ms DESC, decision_id LIMIT ?";

function prepare(db: Database.Database) {
  return {
    refund: db.prepare<[Blob], RefundRow>('SELECT * FROM refunds WHERE decision_id = ?'),
    decision: db.prepare<[Blob], DecisionRow>('SELECT * FROM decisions WHERE decision_id = ?'),
    cardDecision: db.prepare<[Blob], { card_id: Blob; head: Blob }>(
      'SELECT card_id, head FROM card_decisions WHERE decision_id = ?',
    ),
    refundsOfUser: db.prepare<[Blob, bigint, number], RefundRow>(
      'SELECT * FROM refunds WHERE user_id = ? AND position > ? ORDER BY position LIMIT ?',
    ),
    refunds: db.prepare<[bigint, number], RefundRow>(
      'SELECT * FROM refunds WHERE position > ? ORDER BY position LIMIT ?',
    ),
    request: db.prepare<[Blob], RefundRequestRow>('SELECT * FROM refund_requests WHERE decision_id = ?'),
    requests: db.prepare<[number], RefundRequestRow>(`SELECT * FROM refund_requests ${OPEN_FIRST}`),
    requestsOfUser: db.prepare<[Blob, number], RefundRequestRow>(
      `SELECT * FROM refund_requests WHERE user_id = ? ${OPEN_FIRST}`,
    ),
    requestsOfPublisher: db.prepare<[string, number], RefundRequestRow>(
      `SELECT * FROM refund_requests WHERE publisher_id = ? ${OPEN_FIRST}`,
    ),
    requestsOfBoth: db.prepare<[Blob, string, number], RefundRequestRow>(
      `SELECT * FROM refund_requests WHERE user_id = ? AND publisher_id = ? ${OPEN_FIRST}`,
    ),
  };
}

export class SqliteRefundReads implements RefundReader {
  readonly #read: ReturnType<typeof prepare>;

  constructor(db: Database.Database) {
    this.#read = prepare(db);
  }

  async findRefund(decisionId: Blob): Promise<Refund | undefined> {
    const row = this.#read.refund.get(decisionId);
    return row && refundOf(row);
  }

  async findDecisionById(decisionId: Blob): Promise<PlacedDecision | undefined> {
    const row = this.#read.decision.get(decisionId);
    return row && decisionOf(row);
  }

  async findCardDecision(decisionId: Blob): Promise<CardDecisionPlace | undefined> {
    const row = this.#read.cardDecision.get(decisionId);
    return row && { cardId: Uint8Array.from(row.card_id), head: Uint8Array.from(row.head) };
  }

  async listRefundsOfPlayer(userId: Blob, after: bigint, count: number): Promise<readonly Refund[]> {
    return this.#read.refundsOfUser.all(userId, after, count).map(refundOf);
  }

  async listRefunds(after: bigint, count: number): Promise<readonly Refund[]> {
    return this.#read.refunds.all(after, count).map(refundOf);
  }

  async findRefundRequest(decisionId: Blob): Promise<RefundRequest | undefined> {
    const row = this.#read.request.get(decisionId);
    return row && refundRequestOf(row);
  }

  async listRefundRequests(of: RefundRequestsOf, count: number): Promise<readonly RefundRequest[]> {
    return this.#requestRows(of, count).map(refundRequestOf);
  }

  #requestRows({ userId, publisherId }: RefundRequestsOf, count: number): readonly RefundRequestRow[] {
    if (userId !== undefined && publisherId !== undefined)
      return this.#read.requestsOfBoth.all(userId, publisherId, count);
    if (userId !== undefined) return this.#read.requestsOfUser.all(userId, count);
    if (publisherId !== undefined) return this.#read.requestsOfPublisher.all(publisherId, count);
    return this.#read.requests.all(count);
  }
}
