/** Whether what a means gave back is message 3 for this very request. */
import { checkDecision, equalBytes, ProtocolError, readEnvelope, requestHash } from '@coinslot/protocol';
import { requireEnvironment, type Trust } from '../account/server-envelope.ts';
import type { Payment } from '../journal/payments.ts';

export type AnswerVerdict =
  | { readonly kind: 'decision' }
  /** Signed by the server, and not of this request: proof against it, never acted on. */
  | { readonly kind: 'contradiction'; readonly why: string }
  /** Not signed by the server: worth nothing. */
  | { readonly kind: 'nothing'; readonly why: string };

/** Holds an answer against message 1 (as the plugin will) and against message 2, charge and audience included. */
export function checkAnswer(answer: Uint8Array, payment: Payment, nowMs: number, trust: Trust): AnswerVerdict {
  try {
    const { roots, verify } = trust;
    const { decision, signer } = checkDecision(answer, payment.offer, { roots, verify, nowMs });
    requireEnvironment(signer, trust.environment);
    const { asked } = payment;
    const isApproved = decision.outcome === 'approved';
    const wrong = [
      ['requestHash', equalBytes(decision.requestHash, requestHash(readEnvelope(payment.request).body))],
      ['signer', equalBytes(decision.signer, asked.audience)],
      ['playerKey', equalBytes(decision.playerKey, asked.playerKey)],
      // Charged at most what was shown, in the currency shown.
      ['chargedCurrency', !isApproved || decision.chargedCurrency === asked.chargeCurrency],
      ['chargedMinor', decision.chargedMinor <= (isApproved ? asked.chargeMinor : 0n)],
    ].find(([, holds]) => holds !== true);
    if (wrong !== undefined) return { kind: 'contradiction', why: `PaymentDecision.${String(wrong[0])}` };
    return { kind: 'decision' };
  } catch (fault) {
    if (!(fault instanceof ProtocolError)) throw fault;
    // DECISION_MISMATCH is only reached after the signature held.
    const kind = fault.code === 'DECISION_MISMATCH' ? 'contradiction' : 'nothing';
    return { kind, why: `${fault.code} ${fault.message}` };
  }
}
