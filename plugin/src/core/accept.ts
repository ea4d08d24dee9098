/** Taking a decision in: the one way by which anything opens. */
import type { DecisionVerdict } from '../verifier.ts';
import { checksOf } from './checks.ts';
import type { Desk } from './desk.ts';
import type { Flight } from './flights.ts';
import { hexOf } from './hex.ts';

/**
 * Verifies message 3 against the message 1 that was sent, keeps what it grants, and only then says so. Throws what the
 * verification throws; the offer then stays in flight, because the true decision may still come.
 */
export async function acceptDecision(desk: Desk, decision: Uint8Array, flight: Flight): Promise<DecisionVerdict> {
  const verifier = await desk.parts.verifier();
  let verdict: DecisionVerdict;
  try {
    verdict = verifier.verifyDecision(decision, flight.offer, desk.parts.ports.clock.nowMs());
  } catch (error) {
    desk.passed('decision', decision, checksOf(error));
    throw error;
  }
  desk.passed('decision', decision, checksOf());
  if (verdict.outcome === 'approved') {
    const { sessionSecret } = flight;
    const { decisionId, sealedKey } = desk.contentKey ?? {};
    const isIts = decisionId !== undefined && hexOf(decisionId) === verdict.grant.decisionId;
    const contentKey = isIts && sealedKey ? { sealedKey, sessionSecret } : undefined;
    const bytes = { offer: flight.offer, decision };
    const entitlement = await desk.parts.entitlements.add(verdict.grant, bytes, 0, contentKey);
    desk.changed({ kind: 'granted', entitlement });
  }
  await desk.parts.flights.land(flight.nonce);
  return verdict;
}
