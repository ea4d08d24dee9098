/** Message 2 from what was consented to. */
import { encodePaymentRequest, LIMITS, ProtocolError, sealEnvelope, type Signer } from '@coinslot/protocol';
import type { Candidate } from '../consent/candidate.ts';
import type { Dialog } from '../consent/dialog.ts';
import { WALLET_LIMITS } from '../limits.ts';

export interface RequestOptions {
  dialog: Dialog;
  /** The means that the request is for: its audience and its charge. */
  candidate: Candidate;
  userId: Uint8Array;
  playerKey: Uint8Array;
  proof: 'press' | 'pin' | 'password' | 'card';
  place: 'overlay' | 'wallet-page' | 'automatic';
  /** The key that `proof` names; the press key where the card has verified its own PIN. */
  signer: Signer;
  nowMs: number;
}

/** A deadline nearer than this would pass while the request travels. */
const DEADLINE_NEAR_MS = 5_000;

/** The signed envelope. Throws CONSENT_STALE when the answer came too late to be recorded in time. */
export function makePaymentRequest(options: RequestOptions): Uint8Array {
  const { dialog, candidate, nowMs, signer } = options;
  const { offer, quote } = dialog.offer;
  const deadlineMs = Math.min(nowMs + WALLET_LIMITS.deadlineMs, offer.offerTimeMs + LIMITS.deadlineMsMax);
  if (deadlineMs < nowMs + DEADLINE_NEAR_MS) {
    throw new ProtocolError('CONSENT_STALE', 'PaymentRequest.deadlineMs: the offer is too old to be paid now');
  }
  const body = encodePaymentRequest({
    quote: offer.quote,
    offerTimeMs: offer.offerTimeMs,
    nonce: offer.nonce,
    userId: options.userId,
    publisherId: quote.publisherId,
    chargeMinor: candidate.charge.money.amountMinor,
    chargeCurrency: candidate.charge.money.currency,
    rateTableId: candidate.charge.table?.id ?? 0,
    shownDigest: dialog.shownDigest,
    audience: candidate.audience,
    consentPlace: options.place,
    deadlineMs,
    sessionKey: offer.sessionKey,
    playerKey: options.playerKey,
    proof: options.proof,
  });
  return sealEnvelope('payment-request', body, signer, []);
}
