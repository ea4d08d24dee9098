/** Rows of refunds as a database hands them out, and what they mean. */
import type { Refund, RefundReason, RefundRequest, RefundRequestState } from '../refunds/types.ts';

export interface RefundRow {
  position: bigint;
  decision_id: Uint8Array;
  request_id: Uint8Array;
  user_id: Uint8Array;
  publisher_id: string;
  reason: RefundReason;
  amount_minor: bigint;
  currency: string;
  refund_order: Uint8Array | null;
  notice: Uint8Array;
  chain_hash: Uint8Array;
  at_ms: bigint;
  transfer: bigint | null;
}

export const refundOf = (row: RefundRow): Refund => ({
  position: row.position,
  decisionId: Uint8Array.from(row.decision_id),
  requestId: Uint8Array.from(row.request_id),
  userId: Uint8Array.from(row.user_id),
  publisherId: row.publisher_id,
  reason: row.reason,
  amountMinor: row.amount_minor,
  currency: row.currency,
  order: row.refund_order === null ? undefined : Uint8Array.from(row.refund_order),
  notice: Uint8Array.from(row.notice),
  chainHash: Uint8Array.from(row.chain_hash),
  atMs: Number(row.at_ms),
  transferId: row.transfer ?? undefined,
});

export interface RefundRequestRow {
  decision_id: Uint8Array;
  user_id: Uint8Array;
  publisher_id: string;
  reason: RefundRequest['reason'];
  words: string;
  state: RefundRequestState;
  answer: string;
  asked_at_ms: bigint;
  ended_at_ms: bigint | null;
}

export const refundRequestOf = (row: RefundRequestRow): RefundRequest => ({
  decisionId: Uint8Array.from(row.decision_id),
  userId: Uint8Array.from(row.user_id),
  publisherId: row.publisher_id,
  reason: row.reason,
  text: row.words,
  state: row.state,
  answer: row.answer,
  askedAtMs: Number(row.asked_at_ms),
  endedAtMs: row.ended_at_ms === null ? undefined : Number(row.ended_at_ms),
});
