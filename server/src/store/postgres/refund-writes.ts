/** Changes to refunds, inside a transaction. */
import type { Transfer } from '../../ledger/types.ts';
import type { RefundWriter } from '../../refunds/store.ts';
import type { CardDecisionPlace, NewRefund, Refund, RefundRequest } from '../../refunds/types.ts';
import { sql, type Ask } from './connection.ts';
import type { PostgresLedger } from './ledger.ts';
import { PostgresRefundReads } from './refund-reads.ts';

type Blob = Uint8Array;

const SQL = {
  addCardDecision: sql(
    `INSERT INTO card_decisions (decision_id, card_id, head) SELECT $1, $2, $3
     WHERE NOT EXISTS (SELECT 1 FROM card_decisions WHERE decision_id = $1)`,
  ),
  addRefund: sql<{ position: bigint }>(
    `INSERT INTO refunds (position, decision_id, request_id, user_id, publisher_id, reason, amount_minor, currency,
       refund_order, notice, chain_hash, at_ms, transfer)
     VALUES ((SELECT coalesce(max(position), 0) + 1 FROM refunds), $1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)
     RETURNING position`,
  ),
  reverseClaim: sql('UPDATE card_claims SET reversal = $3 WHERE card_id = $1 AND head = $2'),
  addRequest: sql(
    `INSERT INTO refund_requests (decision_id, user_id, publisher_id, reason, words, asked_at_ms)
     VALUES ($1, $2, $3, $4, $5, $6)`,
  ),
  setRequest: sql('UPDATE refund_requests SET state = $2, answer = $3, ended_at_ms = $4 WHERE decision_id = $1'),
};

export class PostgresRefundWrites extends PostgresRefundReads implements RefundWriter {
  readonly #ledger: PostgresLedger;

  constructor(ask: Ask, ledger: PostgresLedger) {
    super(ask);
    this.#ledger = ledger;
  }

  async addCardDecision(decisionId: Blob, { cardId, head }: CardDecisionPlace): Promise<void> {
    await this.ask(SQL.addCardDecision, [decisionId, cardId, head]);
  }

  async addRefund({ claim, ...refund }: NewRefund, transfer: Transfer | undefined): Promise<Refund> {
    const transferId = transfer && (await this.#ledger.postOne(transfer)).id;
    const { decisionId, requestId, userId, publisherId, reason, amountMinor, currency, order, notice } = refund;
    const [row] = await this.ask(SQL.addRefund, [
      ...[decisionId, requestId, userId, publisherId, reason, amountMinor, currency, order, notice],
      ...[refund.chainHash, refund.atMs, transferId],
    ]);
    if (claim !== undefined && transferId !== undefined)
      await this.ask(SQL.reverseClaim, [claim.cardId, claim.head, transferId]);
    return { ...refund, position: row?.position as bigint, transferId };
  }

  async addRefundRequest(request: RefundRequest): Promise<void> {
    const { decisionId, userId, publisherId, reason, text, askedAtMs } = request;
    await this.ask(SQL.addRequest, [decisionId, userId, publisherId, reason, text, askedAtMs]);
  }

  async setRefundRequest(
    decisionId: Blob,
    state: 'refunded' | 'declined',
    answer: string,
    atMs: number,
  ): Promise<void> {
    await this.ask(SQL.setRequest, [decisionId, state, answer, atMs]);
  }
}
