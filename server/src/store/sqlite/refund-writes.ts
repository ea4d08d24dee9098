/* eslint-disable @typescript-eslint/require-await -- the port may wait, SQLite never does; async makes every throw a rejection */
/** Changes to refunds, inside a transaction of the writing connection. */
import type Database from 'better-sqlite3';
import type { Transfer } from '../../ledger/types.ts';
import type { RefundWriter } from '../../refunds/store.ts';
import type { CardDecisionPlace, NewRefund, Refund, RefundRequest } from '../../refunds/types.ts';
import type { SqliteLedger } from './ledger.ts';
import { SqliteRefundReads } from './refund-reads.ts';

type Blob = Uint8Array;

function prepare(db: Database.Database) {
  return {
    addCardDecision: db.prepare<{ decisionId: Blob; cardId: Blob; head: Blob }>(
      `INSERT INTO card_decisions (decision_id, card_id, head) SELECT @decisionId, @cardId, @head
       WHERE NOT EXISTS (SELECT 1 FROM card_decisions WHERE decision_id = @decisionId)`,
    ),
    addRefund: db.prepare(
      `INSERT INTO refunds (position, decision_id, request_id, user_id, publisher_id, reason, amount_minor, currency,
         refund_order, notice, chain_hash, at_ms, transfer)
       VALUES ((SELECT coalesce(max(position), 0) + 1 FROM refunds), @decisionId, @requestId, @userId, @publisherId, @reason,
         @amountMinor, @currency, @order, @notice, @chainHash, @atMs, @transferId)`,
    ),
    reverseClaim: db.prepare<[bigint, Blob, Blob]>(
      'UPDATE card_claims SET reversal = ? WHERE card_id = ? AND head = ?',
    ),
    addRequest: db.prepare(
      `INSERT INTO refund_requests (decision_id, user_id, publisher_id, reason, words, asked_at_ms)
       VALUES (@decisionId, @userId, @publisherId, @reason, @text, @askedAtMs)`,
    ),
    setRequest: db.prepare<[string, string, number, Blob]>(
      'UPDATE refund_requests SET state = ?, answer = ?, ended_at_ms = ? WHERE decision_id = ?',
    ),
  };
}

export class SqliteRefundWrites extends SqliteRefundReads implements RefundWriter {
  readonly #ledger: SqliteLedger;
  readonly #sql: ReturnType<typeof prepare>;

  constructor(db: Database.Database, ledger: SqliteLedger) {
    super(db);
    this.#ledger = ledger;
    this.#sql = prepare(db);
  }

  async addCardDecision(decisionId: Blob, { cardId, head }: CardDecisionPlace): Promise<void> {
    this.#sql.addCardDecision.run({ decisionId, cardId, head });
  }

  async addRefund({ claim, ...refund }: NewRefund, transfer: Transfer | undefined): Promise<Refund> {
    const transferId = transfer === undefined ? undefined : this.#ledger.post(transfer);
    const { order = null } = refund;
    const { lastInsertRowid } = this.#sql.addRefund.run({ ...refund, order, transferId: transferId ?? null });
    if (claim !== undefined && transferId !== undefined)
      this.#sql.reverseClaim.run(transferId, claim.cardId, claim.head);
    return { ...refund, position: lastInsertRowid as bigint, transferId };
  }

  async addRefundRequest(request: RefundRequest): Promise<void> {
    this.#sql.addRequest.run(request);
  }

  async setRefundRequest(
    decisionId: Blob,
    state: 'refunded' | 'declined',
    answer: string,
    atMs: number,
  ): Promise<void> {
    this.#sql.setRequest.run(state, answer, atMs, decisionId);
  }
}
