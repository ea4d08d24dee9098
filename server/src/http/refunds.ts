/** The doors for refunds: a publisher's signed order, and the operator's own. */
import type { Refund, RefundReason } from '../refunds/types.ts';
import type { Refunds } from '../refunds/service.ts';
import { hex } from '../players/types.ts';
import type { StoreReader } from '../store/port.ts';
import { MSGPACK, msgpack } from './answer.ts';
import type { Door } from './doors.ts';
import { requireHex, requireOneOf, requireText } from './json-fields.ts';
import type { OperatorPost } from './operator.ts';

const DECISION_ID_BYTES = 16;
const REASONS: readonly RefundReason[] = ['requested', 'defect', 'unauthorised', 'operator'];

export function refundDoors(refunds: Refunds): readonly Door[] {
  return [
    {
      method: 'POST',
      path: '/v1/refunds',
      contentType: MSGPACK,
      limit: 'ask',
      async open({ body }) {
        return msgpack(200, (await refunds.order(body)).notice);
      },
    },
  ];
}

export function operatorRefundDoors(refunds: Refunds, post: OperatorPost): readonly Door[] {
  return [
    post('/v1/operator/refunds', ['decisionId', 'reason', 'answer'], 200, async (fields) => {
      const { refund, fresh } = await refunds.byOperator({
        decisionId: requireHex(fields, 'decisionId', DECISION_ID_BYTES),
        ...('reason' in fields && { reason: requireOneOf(fields, 'reason', REASONS) }),
        ...('answer' in fields && { answer: requireText(fields, 'answer') }),
      });
      return { ...refundJson(refund), fresh };
    }),
    post('/v1/operator/refunds/decline', ['decisionId', 'answer'], 200, async (fields) => {
      const decisionId = requireHex(fields, 'decisionId', DECISION_ID_BYTES);
      const { state, answer } = await refunds.decline(decisionId, requireText(fields, 'answer'));
      return { decisionId: hex(decisionId), state, answer };
    }),
  ];
}

/** `{ refunds, requests, next }`: what was undone, by position, and what players ask for, open ones first. */
export async function listRefunds(store: StoreReader, after: bigint, count: number): Promise<object> {
  const rows = await store.refunds.listRefunds(after, count);
  const requests = await store.refunds.listRefundRequests({}, count);
  const last = rows[rows.length - 1];
  return {
    refunds: rows.map(refundJson),
    requests: requests.map(({ decisionId, userId, ...request }) => ({
      decisionId: hex(decisionId),
      userId: hex(userId),
      ...request,
    })),
    next: rows.length < count || last === undefined ? null : last.position,
  };
}

const refundJson = (refund: Refund): object => ({
  position: refund.position,
  decisionId: hex(refund.decisionId),
  userId: hex(refund.userId),
  publisherId: refund.publisherId,
  reason: refund.reason,
  by: refund.order === undefined ? 'operator' : 'publisher',
  amountMinor: refund.amountMinor,
  currency: refund.currency,
  transferId: refund.transferId ?? null,
  atMs: refund.atMs,
});
