/** Hands a game its entitlements again: messages 1 and 3 as they were, signed anew by the player's pseudonym. Offline. */
import { encodeRestored, sealEnvelope, type Signer } from '@coinslot/protocol';
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
export const isPaidTo = (payment: Payment, { publisherId, gameId }: Pairing): boolean =>
  payment.publisherId === publisherId && payment.gameId === gameId;

/** Restored envelopes for what this publisher's game was paid for, oldest first. Refunded payments are left out. */
export function restoredFor(
  state: WalletState,
  pairing: Pairing,
  asked: RestoreAsked,
  player: Signer,
  contentKeyOf: (payment: Payment) => Uint8Array | undefined,
): Uint8Array[] {
  const isOwned = (one: Payment): boolean =>
    isPaidTo(one, pairing) && one.status === 'approved' && one.refund === undefined;
  return state.payments.filter(isOwned).flatMap((payment) => {
    const { decision, decided } = payment;
    if (decision === undefined || decided === undefined) return [];
    const body = encodeRestored({
      ...asked,
      decisionId: decided.decisionId,
      offer: payment.offer,
      decision,
      consumed: payment.consumed,
      sealedKey: contentKeyOf(payment),
      countersigned: undefined,
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
