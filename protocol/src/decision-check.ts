/**
 * Acceptance of message 3: what must hold before a gate opens, in the plugin and in the wallet alike.
 */
import { cardDecisionId } from './card-contexts.ts';
import type { CertificateRole, VerifiedLeaf } from './certificates/index.ts';
import { equalBytes } from './encoding.ts';
import { claimedLeaf, openEnvelope, openSigned, readEnvelope, type OpenOptions, type Verify } from './envelope.ts';
import { ProtocolError } from './errors.ts';
import { LIMITS } from './limits.ts';
import {
  decodeOffer,
  decodePaymentDecision,
  decodeQuote,
  decodeRestored,
  decodeTerms,
  keyHash,
  offerHash,
  type PaymentDecision,
  type Quote,
  type Restored,
  type Terms,
} from './messages.ts';

export interface CheckedDecision {
  readonly decision: PaymentDecision;
  /** The certificate of the payment server or card. */
  readonly signer: VerifiedLeaf;
  readonly terms: Terms;
  readonly quote: Quote;
}

export type DecisionOptions = Omit<OpenOptions, 'type' | 'role' | 'atMs' | 'isTimeProven'> & {
  /** Now: the chain must be valid at this time. */
  nowMs: number;
};

/**
 * Verifies message 3 against the message 1 that this very party sent for a nonce that is still open. Throws
 * DECISION_MISMATCH when the decision is of another offer, game, price, time, nonce or session or contradicts itself,
 * CLOCK_SKEW when it is dated more than five minutes before the offer or after now, and the chain and signature codes.
 *
 * A card may decide where the quote accepts its assurance; otherwise CHAIN_ROLE, and CHAIN_LIMIT above its ceiling.
 *
 * A refusal is returned like an approval: the caller reads `decision.outcome`.
 */
export function checkDecision(
  decisionEnvelope: Uint8Array,
  offerBytes: Uint8Array,
  options: DecisionOptions,
): CheckedDecision {
  const { nowMs, ...open } = options;
  return openDecision(decisionEnvelope, offerBytes, { ...open, atMs: nowMs }, nowMs);
}

/**
 * As `checkDecision`, long afterwards: as of the decision's own time, so that certificates may have run out since. Throws what
 * `checkDecision` throws. The time of a software card's decision is nobody's word but its own: a revocation of it counts whatever
 * its date.
 */
export function checkPastDecision(
  decisionEnvelope: Uint8Array,
  offerBytes: Uint8Array,
  options: Omit<DecisionOptions, 'nowMs'>,
): CheckedDecision {
  const { timeMs } = decodePaymentDecision(readEnvelope(decisionEnvelope).body);
  const isTimeProven = claimedLeaf(decisionEnvelope, options.chainByHash)?.card?.assurance !== 'software';
  return openDecision(decisionEnvelope, offerBytes, { ...options, atMs: timeMs, isTimeProven }, timeMs);
}

function openDecision(
  decisionEnvelope: Uint8Array,
  offerBytes: Uint8Array,
  open: Omit<OpenOptions, 'type' | 'role'>,
  nowMs: number,
): CheckedDecision {
  const { body, leaf } = openEnvelope(decisionEnvelope, { ...open, type: 'payment-decision', role: DECIDERS });
  const decision = decodePaymentDecision(body);
  const offer = decodeOffer(offerBytes);
  const terms = decodeTerms(offer.terms);
  // Only read: whoever sent message 1 itself knows its quote, and `checkRestored` verifies it.
  const quote = decodeQuote(readEnvelope(offer.quote).body);
  requireDecider(decision, leaf, quote);
  const approved = decision.outcome === 'approved';
  const isSealed = approved && quote.contentKeyId !== undefined;
  const pairs: readonly (readonly [string, boolean])[] = [
    ['signer', equalBytes(decision.signer, keyHash(leaf.spki))],
    ['code', approved === (decision.code === 'APPROVED')],
    ['settlement', approved === (decision.settlement !== 'none')],
    ['offerHash', equalBytes(decision.offerHash, offerHash(offer.terms))],
    ['gameId', decision.gameId === quote.gameId],
    ['amountMinor', decision.amountMinor === quote.amountMinor],
    ['currency', decision.currency === quote.currency],
    ['offerTimeMs', decision.offerTimeMs === offer.offerTimeMs],
    ['nonce', equalBytes(decision.nonce, offer.nonce)],
    ['sessionKey', equalBytes(decision.sessionKey, offer.sessionKey)],
    // What a server sells sealed, it opens. A card may have been asked by an older wallet: what was paid stays paid.
    ['sealedKey', decision.sealedKey === undefined ? !isSealed || leaf.card !== undefined : isSealed],
  ];
  const wrong = pairs.find(([, equal]) => !equal);
  if (wrong !== undefined)
    throw new ProtocolError('DECISION_MISMATCH', `PaymentDecision.${wrong[0]}: not what the offer asks for`);
  // Last, so that an old decision that is replayed is called what it is. A refusal ends the nonce whatever its date: it takes
  // nothing from anybody, and a server whose clock is wrong must not leave the player with a payment that is never decided.
  const { timeMs } = decision;
  if (!approved) return Object.freeze({ decision, signer: leaf, terms, quote });
  if (timeMs > nowMs + LIMITS.clockSkewMsMax || timeMs < offer.offerTimeMs - LIMITS.clockSkewMsMax)
    throw new ProtocolError('CLOCK_SKEW', 'PaymentDecision.timeMs: before the offer or in the future');
  return Object.freeze({ decision, signer: leaf, terms, quote });
}

/** Who may decide: sign message 3. */
export const DECIDERS: readonly CertificateRole[] = Object.freeze(['payment-server', 'card'] as const);

/**
 * What a decision must be besides signed, when a card made it: the quote accepts the card's assurance (CHAIN_ROLE), the charge
 * is within the certificate's ceiling (CHAIN_LIMIT), and card state, id and time are a card's own: it has no clock, and makes one
 * decision for a nonce (DECISION_MISMATCH). A payment server's decision has no card state. The server asks the same at an upload.
 */
export function requireDecider(decision: PaymentDecision, { card }: VerifiedLeaf, quote: Quote): void {
  const mismatch = (field: string): ProtocolError =>
    new ProtocolError('DECISION_MISMATCH', `PaymentDecision.${field}: not what its signer decides`);
  if ((card === undefined) !== (decision.card === undefined)) throw mismatch('card');
  if (card === undefined) return;
  const { cards } = quote;
  if (cards !== 'software' && cards !== card.assurance)
    throw new ProtocolError('CHAIN_ROLE', `Quote.cards: ${cards}, and a ${card.assurance} card decided`);
  const { chargedMinor, chargedCurrency } = decision;
  const ceiling = card.ceilings.find(({ currency }) => currency === chargedCurrency)?.amountMinor ?? 0n;
  if (chargedMinor > ceiling)
    throw new ProtocolError(
      'CHAIN_LIMIT',
      `PaymentDecision.chargedMinor: above the ${ceiling} of the card's certificate`,
    );
  if (decision.timeMs !== decision.offerTimeMs) throw mismatch('timeMs');
  if (!equalBytes(decision.decisionId, cardDecisionId(card.cardId, decision.nonce))) throw mismatch('decisionId');
}

export interface CheckedRestored extends CheckedDecision {
  readonly restored: Restored;
}

export interface RestoredOptions extends DecisionOptions {
  /** The challenge this party sent, and the session key it sent along. */
  challenge: Uint8Array;
  sessionKey: Uint8Array;
  gameId: string;
  publisherId: string;
  verify?: Verify;
}

/**
 * Verifies a Restored message: fresh challenge, this session, this game and publisher, the player key named in an approved
 * message 3, and messages 1 and 3 as of their own times (an expired certificate does not void what was bought while it was
 * valid). Throws DECISION_MISMATCH and the chain and signature codes.
 *
 * The time of a software card's decision is nobody's word but its own, and who holds its files holds its key: one that leaked
 * would open everything by decisions dated before its end. So its chain must hold now, and it must never have been revoked. The
 * chain is not part of what is signed: a later certificate of the same key serves.
 *
 * Message 1 comes back from the wallet here, so its quote is verified under the publisher's chain: a decision does not name
 * the publisher, and one bought from another publisher under the same game id must not open this game.
 */
export function checkRestored(restoredEnvelope: Uint8Array, options: RestoredOptions): CheckedRestored {
  const { challenge, sessionKey, gameId, publisherId, nowMs, ...open } = options;
  const restored = decodeRestored(readEnvelope(restoredEnvelope).body);
  const { timeMs } = decodePaymentDecision(readEnvelope(restored.decision).body);
  const isTimeProven = claimedLeaf(restored.decision, open.chainByHash)?.card?.assurance !== 'software';
  const asOf = { atMs: isTimeProven ? timeMs : nowMs, isTimeProven };
  const checked = openDecision(restored.decision, restored.offer, { ...open, ...asOf }, nowMs);
  const { decision } = checked;
  const offer = decodeOffer(restored.offer);
  const { leaf: publisher } = openEnvelope(offer.quote, {
    ...open,
    type: 'quote',
    role: 'publisher',
    atMs: offer.offerTimeMs,
  });
  openSigned(restoredEnvelope, {
    type: 'restored',
    publicKey: decision.playerKey,
    ...(open.verify && { verify: open.verify }),
  });
  const wrong = [
    ['challenge', equalBytes(restored.challenge, challenge)],
    ['sessionKey', equalBytes(restored.sessionKey, sessionKey)],
    ['decisionId', equalBytes(restored.decisionId, decision.decisionId)],
    ['decision.outcome', decision.outcome === 'approved'],
    ['gameId', checked.quote.gameId === gameId],
    ['publisherId', checked.quote.publisherId === publisherId && publisher.subject.id === publisherId],
    ['offerHash', equalBytes(checked.quote.offerHash, decision.offerHash)],
  ].find(([, equal]) => !equal);
  if (wrong !== undefined)
    throw new ProtocolError('DECISION_MISMATCH', `Restored.${String(wrong[0])}: not what was asked for`);
  return Object.freeze({ ...checked, restored });
}
