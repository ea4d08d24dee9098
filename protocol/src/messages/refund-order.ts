/** RefundOrder, publisher to payment server: one decision of this publisher's is to be undone, whole. */
import { bytes16, bytes32, decodeAs, encodeAs, identifier, oneOf, record, timeMs, type ValueOf } from '../shape.ts';

const refundOrderShape = record('RefundOrder', {
  publisherId: identifier,
  decisionId: bytes16,
  /** As in RefundNotice, without `operator`, which only the server says. */
  reason: oneOf('requested', 'defect', 'unauthorised'),
  timeMs,
  nonce: bytes16,
  audience: bytes32,
});

export type RefundOrder = ValueOf<typeof refundOrderShape>;
export const encodeRefundOrder = (value: RefundOrder): Uint8Array => encodeAs(refundOrderShape, 'RefundOrder', value);
export const decodeRefundOrder = (input: Uint8Array): RefundOrder => decodeAs(refundOrderShape, 'RefundOrder', input);
