/** A refund as bytes: the order that the studio signs, and the notice that the payment server answers with. */
import {
  decodeRefundNotice,
  decodeRefundOrder,
  encodeRefundOrder,
  equalBytes,
  keyHash,
  openEnvelope,
  ProtocolError,
  readCertificate,
  readEnvelope,
  sealEnvelope,
  type RefundNotice,
  type RefundOrder,
  type Signer,
} from '@coinslot/protocol';
import { nativeVerifySignature } from '@coinslot/protocol/node';

export interface OrderInput {
  /** 16 bytes. */
  readonly decisionId: Uint8Array;
  readonly reason: RefundOrder['reason'];
  /** `keyHash` of the payment server. */
  readonly audience: Uint8Array;
  readonly signer: Signer;
  /** DER, the publisher's own first, without root. */
  readonly chain: readonly Uint8Array[];
  readonly nowMs: number;
  readonly randomBytes: (length: number) => Uint8Array;
}

const NONCE_BYTES = 16;

/** Envelope `refund-order`. Throws ProtocolError for a chain that is none. */
export function makeRefundOrder({ signer, chain, nowMs, randomBytes, ...asked }: OrderInput): Uint8Array {
  const [leaf] = chain;
  if (leaf === undefined) throw new ProtocolError('CHAIN_UNTRUSTED', 'chain: no certificate');
  const publisherId = readCertificate(leaf).subject.id ?? '';
  const order: RefundOrder = { ...asked, publisherId, timeMs: nowMs, nonce: randomBytes(NONCE_BYTES) };
  return sealEnvelope('refund-order', encodeRefundOrder(order), signer, chain);
}

/** Whether an order that was kept asks for the same of the same server: then it is sent again as it is. */
export function isSameWish(
  envelope: Uint8Array,
  { decisionId, reason, audience }: Pick<OrderInput, 'decisionId' | 'reason' | 'audience'>,
): boolean {
  const kept = decodeRefundOrder(readEnvelope(envelope).body);
  return equalBytes(kept.decisionId, decisionId) && kept.reason === reason && equalBytes(kept.audience, audience);
}

export interface ServerTrust {
  readonly roots: readonly Uint8Array[];
  readonly nowMs: number;
}

/** The key hash of whoever signed a server's rate table. Throws the protocol's first code that fails. */
export function audienceOf(rateTable: Uint8Array, { roots, nowMs }: ServerTrust): Uint8Array {
  const { leaf } = openEnvelope(rateTable, {
    type: 'rate-table',
    role: 'payment-server',
    roots,
    atMs: nowMs,
    verify: nativeVerifySignature,
  });
  return keyHash(leaf.spki);
}

/** Verifies a notice and that it is about this decision. A notice from before stands as of its own time. */
export function readNotice(envelope: Uint8Array, decisionId: Uint8Array, { roots, nowMs }: ServerTrust): RefundNotice {
  const { timeMs } = decodeRefundNotice(readEnvelope(envelope).body);
  const { body } = openEnvelope(envelope, {
    type: 'refund-notice',
    role: 'payment-server',
    roots,
    atMs: Math.min(timeMs, nowMs),
    verify: nativeVerifySignature,
  });
  const notice = decodeRefundNotice(body);
  if (!equalBytes(notice.decisionId, decisionId))
    throw new ProtocolError('DECISION_MISMATCH', 'RefundNotice.decisionId: another decision');
  return notice;
}
