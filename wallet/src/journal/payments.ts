/** Payments as the journal tells them: one per nonce, from consent to decision and what came after. */
import {
  decodeOffer,
  decodePaymentDecision,
  decodePaymentRequest,
  decodeQuote,
  decodeRefundNotice,
  decodeTerms,
  offerHash,
  readEnvelope,
  type PaymentDecision,
  type PaymentRequest,
  type RefundNotice,
  type Terms,
} from '@coinslot/protocol';
import { hex } from '../hex.ts';
import type { RecordFields } from './records.ts';

export interface Payment {
  readonly nonceHex: string;
  readonly nonce: Uint8Array;
  readonly pairingHex: string;
  readonly publisherId: string;
  readonly gameId: string;
  readonly offerHashHex: string;
  readonly terms: Terms;
  /** Messages 1 and 2 and the encoded Shown, exactly as they were. */
  readonly offer: Uint8Array;
  readonly request: Uint8Array;
  readonly shown: Uint8Array;
  /** The body of message 2. */
  readonly asked: PaymentRequest;
  readonly test: boolean;
  readonly intentAtMs: number;
  /** `pending`: no signed answer yet, so nobody knows. */
  status: 'pending' | 'approved' | 'refused';
  /** Message 3 and its body. */
  decision?: Uint8Array;
  decided?: PaymentDecision;
  decidedAtMs?: number;
  /** Milliseconds of play, or uses; never lowered. */
  consumed: bigint;
  refund?: RefundNotice;
  /** The player said that it was not them. */
  disowned: boolean;
  /** The server signed something that contradicts the request. */
  contradicted: boolean;
}

export function paymentOf(intent: RecordFields<'intent'>): Payment {
  const offer = decodeOffer(intent.offer);
  const quote = decodeQuote(readEnvelope(offer.quote).body);
  return {
    nonceHex: hex(intent.nonce),
    nonce: intent.nonce,
    pairingHex: hex(intent.pairingId),
    publisherId: quote.publisherId,
    gameId: quote.gameId,
    offerHashHex: hex(offerHash(offer.terms)),
    terms: decodeTerms(offer.terms),
    offer: intent.offer,
    request: intent.request,
    shown: intent.shown,
    asked: decodePaymentRequest(readEnvelope(intent.request).body),
    test: intent.test,
    intentAtMs: intent.atMs,
    status: 'pending',
    consumed: 0n,
    disowned: false,
    contradicted: false,
  };
}

/** Settles a payment by its message 3, which was verified before it was journalled. */
export function settle(payment: Payment, { atMs, decision }: RecordFields<'decision'>): void {
  const decided = decodePaymentDecision(readEnvelope(decision).body);
  payment.decision = decision;
  payment.decided = decided;
  payment.decidedAtMs = atMs;
  payment.status = decided.outcome === 'approved' ? 'approved' : 'refused';
}

export function refundOf({ notice }: RecordFields<'refund'>): RefundNotice {
  return decodeRefundNotice(readEnvelope(notice).body);
}

/** The charge counts against limits from the moment of consent until it is refused or comes back. */
export function countsAsSpent(payment: Payment): boolean {
  return payment.status !== 'refused' && payment.refund === undefined;
}

/** What was charged, or will have been. */
export function chargeOf(payment: Payment): bigint {
  return payment.decided?.outcome === 'approved' ? payment.decided.chargedMinor : payment.asked.chargeMinor;
}

/**
 * True while paying for the same thing again could only be a mistake: it is pending, or approved and either kept for good
 * or not touched yet.
 */
export function standsFor(payment: Payment, offerHashHex: string): boolean {
  if (payment.offerHashHex !== offerHashHex || payment.status === 'refused' || payment.refund !== undefined)
    return false;
  return payment.status === 'pending' || !isUsable(payment.terms.grant.kind) || payment.consumed === 0n;
}

/** Grants that are used up and may be bought again. */
function isUsable(kind: Terms['grant']['kind']): boolean {
  return kind === 'minutes' || kind === 'uses';
}
