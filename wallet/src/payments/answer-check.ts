/** Whether what a means gave back is message 3 for this very request. */
import {
  checkDecision,
  equalBytes,
  ProtocolError,
  readEnvelope,
  requestHash,
  type DecisionCode,
} from '@coinslot/protocol';
import { requireEnvironment, type Trust } from '../account/server-envelope.ts';
import { currentAttempt, type Payment } from '../journal/payments.ts';

export type AnswerVerdict =
  | { readonly kind: 'decision'; readonly code: DecisionCode }
  /** Signed by the server or card, and not of this request: proof against it, never acted on. */
  | { readonly kind: 'contradiction'; readonly why: string }
  /** Not signed by who may decide: worth nothing. */
  | { readonly kind: 'nothing'; readonly why: string };

/** Holds an answer against message 1 (as the plugin will) and against message 2 of the last attempt, charge and audience included. */
export function checkAnswer(answer: Uint8Array, payment: Payment, nowMs: number, trust: Trust): AnswerVerdict {
  try {
    const { roots, verify } = trust;
    const { asked, request, means } = currentAttempt(payment);
    // The player's own card has decided whatever has been said of it since; whether that opens a game is the game's to say.
    const crls = means === 'server' ? trust.crls : [];
    const { decision, signer } = checkDecision(answer, payment.offer, { roots, verify, crls, nowMs });
    requireEnvironment(signer, trust.environment);
    const isApproved = decision.outcome === 'approved';
    const wrong = [
      ['requestHash', equalBytes(decision.requestHash, requestHash(readEnvelope(request).body))],
      ['signer', equalBytes(decision.signer, asked.audience)],
      ['playerKey', equalBytes(decision.playerKey, asked.playerKey)],
      // Charged at most what was shown, in the currency shown.
      ['chargedCurrency', !isApproved || decision.chargedCurrency === asked.chargeCurrency],
      ['chargedMinor', decision.chargedMinor <= (isApproved ? asked.chargeMinor : 0n)],
    ].find(([, holds]) => holds !== true);
    if (wrong !== undefined) return { kind: 'contradiction', why: `PaymentDecision.${String(wrong[0])}` };
    return { kind: 'decision', code: decision.code };
  } catch (fault) {
    if (!(fault instanceof ProtocolError)) throw fault;
    // DECISION_MISMATCH is only reached after the signature held.
    const kind = fault.code === 'DECISION_MISMATCH' ? 'contradiction' : 'nothing';
    return { kind, why: `${fault.code} ${fault.message}` };
  }
}
