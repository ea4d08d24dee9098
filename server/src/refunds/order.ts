/** A publisher's order, from bytes to something that may be carried out. */
import {
  decodeRefundOrder,
  equalBytes,
  openEnvelope,
  ProtocolError,
  readEnvelope,
  type RefundOrder,
} from '@coinslot/protocol';
import { nativeVerifySignature } from '@coinslot/protocol/node';
import type { Identity } from '../identity.ts';
import { requireFresh } from '../players/freshness.ts';
import type { StoreReader } from '../store/port.ts';

const HASH_BYTES = 32;

export interface OrderContext {
  readonly identity: Identity;
  readonly store: StoreReader;
  /** Held against publishers' chains, DER. */
  readonly revocationLists: readonly Uint8Array[];
}

/**
 * Verifies who signed, for whom and when. Throws BAD_ENCODING, BAD_SIGNATURE, the chain's codes, BAD_KEY for another server's,
 * OFFER_ORIGIN where the certificate is another publisher's, and CLOCK_SKEW.
 */
export async function checkOrder(envelope: Uint8Array, nowMs: number, context: OrderContext): Promise<RefundOrder> {
  const { identity, store, revocationLists } = context;
  const { chain: sent } = readEnvelope(envelope);
  const [only] = sent;
  // A chain sent by its hash is one that a publisher enrolled with.
  const known = sent.length === 1 && only?.length === HASH_BYTES ? await store.findChain(only) : undefined;
  const { body, leaf } = openEnvelope(envelope, {
    type: 'refund-order',
    role: 'publisher',
    roots: identity.roots,
    atMs: nowMs,
    crls: revocationLists,
    verify: nativeVerifySignature,
    chainByHash: () => known,
  });
  const order = decodeRefundOrder(body);
  if (!equalBytes(order.audience, identity.audience))
    throw new ProtocolError('BAD_KEY', "RefundOrder.audience: not this server's key");
  if (leaf.subject.id !== order.publisherId)
    throw new ProtocolError('OFFER_ORIGIN', 'RefundOrder.publisherId: not that of the certificate');
  requireFresh(order.timeMs, nowMs, 'RefundOrder.timeMs');
  return order;
}

/** Whether two envelopes carry the same order: body and signature, however their chains travel. */
export function isSameOrder(one: Uint8Array, other: Uint8Array): boolean {
  const [a, b] = [readEnvelope(one), readEnvelope(other)];
  return a.typeName === b.typeName && equalBytes(a.body, b.body) && equalBytes(a.signature, b.signature);
}
