/** RefundNotice, signed by the server: names a decision and ends its entitlement. */
import { amount, bytes16, currencyCode, decodeAs, encodeAs, oneOf, record, timeMs, type ValueOf } from '../shape.ts';

const refundNoticeShape = record('RefundNotice', {
  decisionId: bytes16,
  reason: oneOf('requested', 'defect', 'unauthorised', 'operator'),
  amountMinor: amount,
  currency: currencyCode,
  timeMs,
});

export type RefundNotice = ValueOf<typeof refundNoticeShape>;
export const encodeRefundNotice = (value: RefundNotice): Uint8Array =>
  encodeAs(refundNoticeShape, 'RefundNotice', value);
export const decodeRefundNotice = (input: Uint8Array): RefundNotice =>
  decodeAs(refundNoticeShape, 'RefundNotice', input);
