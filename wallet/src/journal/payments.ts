/** Payments as the journal tells them: one per nonce, from consent to decision and what came after. */
import {
  decodeOffer,
  decodePaymentDecision,
  decodePaymentRequest,
  decodeQuote,
  decodeRefundNotice,
  decodeTerms,
  equalBytes,
  offerHash,
  readEnvelope,
  type CodeName,
  type PaymentDecision,
  type PaymentRequest,
  type RefundNotice,
  type Terms,
} from '@coinslot/protocol';
import { hex } from '../hex.ts';
import type { MeansId } from '../means/port.ts';
import type { RecordFields } from './records.ts';

/** One means asked for a payment. A payment has several when one refused, or received nothing, and the next was asked. */
export interface Attempt {
  readonly means: MeansId;
  /** Message 2 to this means, and its body. */
  readonly request: Uint8Array;
  readonly asked: PaymentRequest;
  /** What the charge counts against the player's limits, minor units of the wallet's currency. */
  readonly countsMinor: bigint;
  /** Message 3 of this means. */
  decision?: Uint8Array;
}

export interface Payment {
  readonly nonceHex: string;
  readonly nonce: Uint8Array;
  readonly pairingHex: string;
  readonly publisherId: string;
  readonly gameId: string;
  readonly offerHashHex: string;
  readonly terms: Terms;
  /** Message 1 and the encoded Shown, exactly as they were. */
  readonly offer: Uint8Array;
  readonly shown: Uint8Array;
  /** Oldest first; at most one was ever left unanswered, the last. */
  attempts: readonly [Attempt, ...Attempt[]];
  readonly test: boolean;
  readonly intentAtMs: number;
  /** `pending`: no signed answer yet, so nobody knows. */
  status: 'pending' | 'approved' | 'refused';
  /** Why it was refused without a signed answer: its means provably recorded nothing. */
  lapsed?: CodeName;
  /** Message 3 of the last attempt, and its body. */
  decision?: Uint8Array;
  decided?: PaymentDecision;
  decidedAtMs?: number;
  /** Milliseconds of play, or uses; never lowered. */
  consumed: bigint;
  refund?: RefundNotice;
  /** The envelope that says so. */
  refundNotice?: Uint8Array;
  /** The player said that it was not them. */
  disowned: boolean;
  /** How often the PIN had been used when it was consented to: by order, since a clock can be set back. */
  pinsBefore: number;
  /** The allowance that consented to it, hex. */
  allowanceHex?: string;
  /** The server signed something that contradicts the request. */
  contradicted: boolean;
}

/** What is, or was last, asked for. */
export const currentAttempt = ({ attempts }: Payment): Attempt => attempts[attempts.length - 1] ?? attempts[0];

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
    shown: intent.shown,
    attempts: [attemptOf('server', intent.request)],
    test: intent.test,
    intentAtMs: intent.atMs,
    status: 'pending',
    consumed: 0n,
    pinsBefore: 0,
    disowned: false,
    contradicted: false,
  };
}

function attemptOf(means: MeansId, request: Uint8Array, countsMinor?: bigint): Attempt {
  const asked = decodePaymentRequest(readEnvelope(request).body);
  return { means, request, asked, countsMinor: countsMinor ?? asked.chargeMinor };
}

/** Another means is asked: the payment is pending again. An empty request names the means of the intent's own. */
export function addAttempt(payment: Payment, { means, request, countsMinor }: RecordFields<'attempt'>): void {
  const [first] = payment.attempts;
  if (request.length === 0) {
    payment.attempts = [attemptOf(means, first.request, countsMinor)];
    return;
  }
  payment.attempts = [...payment.attempts, attemptOf(means, request, countsMinor)];
  payment.status = 'pending';
  delete payment.decision;
  delete payment.decided;
  delete payment.decidedAtMs;
}

/** Settles a payment by its message 3, which was verified before it was journalled. */
export function settle(payment: Payment, { atMs, decision }: RecordFields<'decision'>): void {
  currentAttempt(payment).decision = decision;
  const decided = decodePaymentDecision(readEnvelope(decision).body);
  payment.decision = decision;
  payment.decided = decided;
  payment.decidedAtMs = atMs;
  payment.status = decided.outcome === 'approved' ? 'approved' : 'refused';
}

export function refundOf({ notice }: Pick<RecordFields<'refund'>, 'notice'>): RefundNotice {
  return decodeRefundNotice(readEnvelope(notice).body);
}

/** Whether a notice is about this payment: what was paid in, and not more than that. */
export function isRefundOf(
  { decided }: Pick<Payment, 'decided'>,
  { decisionId, amountMinor, currency }: RefundNotice,
): boolean {
  if (decided?.outcome !== 'approved' || !equalBytes(decided.decisionId, decisionId)) return false;
  return currency === decided.chargedCurrency && amountMinor <= decided.chargedMinor;
}

/** The charge counts against limits from the moment of consent until it is refused or comes back. */
export function countsAsSpent(payment: Payment): boolean {
  return payment.status !== 'refused' && payment.refund === undefined;
}

/** What was charged, or will have been, in the wallet's currency; rounded up where less was charged than asked for. */
export function chargeOf(payment: Payment): bigint {
  const { asked, countsMinor } = currentAttempt(payment);
  const charged = payment.decided?.outcome === 'approved' ? payment.decided.chargedMinor : asked.chargeMinor;
  if (charged === asked.chargeMinor) return countsMinor;
  return (countsMinor * charged + asked.chargeMinor - 1n) / asked.chargeMinor;
}

/**
 * True while paying for the same thing again could only be a mistake: it is pending, or approved and either kept for good
 * or not touched yet, and its days are not over.
 */
export function standsFor(payment: Payment, offerHashHex: string, nowMs: number): boolean {
  if (payment.offerHashHex !== offerHashHex || payment.status === 'refused' || payment.refund !== undefined)
    return false;
  if (payment.decided !== undefined && isOver(payment.terms.grant, payment.decided.timeMs, nowMs)) return false;
  return payment.status === 'pending' || !isUsable(payment.terms.grant.kind) || payment.consumed === 0n;
}

const DAY_MS = 86_400_000;

/** Days that are over may be bought again, as the game sees their end. A date of its own is not: there is nothing behind it. */
export function isOver({ kind, quantity }: Terms['grant'], decidedAtMs: number, nowMs: number): boolean {
  return kind === 'period' && nowMs >= decidedAtMs + quantity * DAY_MS;
}

/** Grants that are used up and may be bought again. */
export function isUsable(kind: Terms['grant']['kind']): boolean {
  return kind === 'minutes' || kind === 'uses';
}
