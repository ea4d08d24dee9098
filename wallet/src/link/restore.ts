/** Hands a game its entitlements again: messages 1 and 3 as they were, signed anew by the player's pseudonym. Offline. */
import { encodeRestored, sealEnvelope, type Signer } from '@coinslot/protocol';
import { hex } from '../hex.ts';
import type { Payment } from '../journal/payments.ts';
import type { Pairing, WalletState } from '../journal/state.ts';

export interface RestoreAsked {
  readonly challenge: Uint8Array;
  readonly sessionKey: Uint8Array;
}

/** Envelopes of one frame together, bytes: the rest of its 64 KiB is the frame's own. */
const BATCH_BYTES_MAX = 60_000;
const BATCH_COUNT_MAX = 32;

/** Whether a payment was for a game of this publisher's. */
export const isPaidTo = (
  payment: Pick<Payment, 'publisherId' | 'gameId'>,
  { publisherId, gameId }: Pick<Pairing, 'publisherId' | 'gameId'>,
): boolean => payment.publisherId === publisherId && payment.gameId === gameId;

/** A payment of this wallet's, or one that the server gave back to it, whose message 1 is empty. */
export type Owned = Pick<
  Payment,
  'publisherId' | 'gameId' | 'offer' | 'decision' | 'decided' | 'consumed' | 'refund'
> & {
  /** Message 2, where message 1 is empty and the server had it. */
  readonly request?: Uint8Array;
};

/**
 * Restored envelopes for what this publisher's game was paid for, oldest first: by another machine, then by this one. Refunded
 * payments are left out.
 */
export function restoredFor(
  state: WalletState,
  pairing: Pairing,
  asked: RestoreAsked,
  player: Signer,
  contentKeyOf: (payment: Owned) => Uint8Array | undefined,
): Uint8Array[] {
  const all: readonly Owned[] = [...state.recovered.all, ...state.payments];
  return all.flatMap((payment) => {
    const { decision, decided } = payment;
    if (!isPaidTo(payment, pairing) || payment.refund !== undefined) return [];
    if (decision === undefined || decided?.outcome !== 'approved') return [];
    const body = encodeRestored({
      ...asked,
      decisionId: decided.decisionId,
      offer: payment.offer,
      decision,
      consumed: payment.consumed,
      sealedKey: contentKeyOf(payment),
      countersigned: state.recovered.countersignature(hex(decided.decisionId)),
    });
    return [sealEnvelope('restored', body, player, [])];
  });
}

/** Splits envelopes over frames, each within the size and count that one frame may hold; at least one, empty or not. */
export function inBatches(envelopes: readonly Uint8Array[]): Uint8Array[][] {
  const batches: Uint8Array[][] = [[]];
  let bytes = 0;
  for (const envelope of envelopes) {
    let batch = batches[batches.length - 1] as Uint8Array[];
    if (batch.length > 0 && (batch.length >= BATCH_COUNT_MAX || bytes + envelope.length > BATCH_BYTES_MAX)) {
      batch = [];
      batches.push(batch);
      bytes = 0;
    }
    batch.push(envelope);
    bytes += envelope.length;
  }
  return batches;
}
