/**
 * Acceptance of message 3: what must hold before a gate opens, in the plugin and in the wallet alike.
 */
import { cardDecisionId } from './card-contexts.ts';
import type { CertificateRole, VerifiedLeaf } from './certificates/index.ts';
import { equalBytes } from './encoding.ts';
import { claimedLeaf, openEnvelope, openSigned, readEnvelope, type OpenOptions } from './envelope.ts';
import { ProtocolError } from './errors.ts';
import { LIMITS } from './limits.ts';
import {
  decisionHash,
  decodeCountersignature,
  decodeOffer,
  decodePaymentDecision,
  decodeQuote,
  decodeRestored,
  decodeTerms,
  keyHash,
  offerHash,
  type Countersignature,
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
  const { decision, leaf } = openDecided(decisionEnvelope, open);
  const offer = decodeOffer(offerBytes);
  const terms = decodeTerms(offer.terms);
  // Only read: whoever sent message 1 itself knows its quote, and `checkRestored` verifies it.
  const quote = decodeQuote(readEnvelope(offer.quote).body);
  requireDecider(decision, leaf, quote);
  const approved = decision.outcome === 'approved';
  const isSealed = approved && quote.contentKeyId !== undefined;
  const pairs: readonly (readonly [string, boolean])[] = [
    ...ownPairs(decision, leaf),
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

/** Opens message 3 by its own chain and signature alone. */
function openDecided(
  decisionEnvelope: Uint8Array,
  open: Omit<OpenOptions, 'type' | 'role'>,
): { decision: PaymentDecision; leaf: VerifiedLeaf; body: Uint8Array } {
  const { body, leaf } = openEnvelope(decisionEnvelope, { ...open, type: 'payment-decision', role: DECIDERS });
  return { decision: decodePaymentDecision(body), leaf, body };
}

/** In what a decision must agree with its signer and with itself. */
function ownPairs(decision: PaymentDecision, leaf: VerifiedLeaf): readonly (readonly [string, boolean])[] {
  const approved = decision.outcome === 'approved';
  return [
    ['signer', equalBytes(decision.signer, keyHash(leaf.spki))],
    ['code', approved === (decision.code === 'APPROVED')],
    ['settlement', approved === (decision.settlement !== 'none')],
  ];
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

export interface RecoveredOptions extends DecisionOptions {
  gameId: string;
  publisherId: string;
  /** What the game's own price list sells under an offer hash, retired offers included. */
  priced?: (offerHash: Uint8Array) => { readonly terms: Uint8Array; readonly quote: Uint8Array } | undefined;
}

export interface RestoredOptions extends RecoveredOptions {
  /** The challenge this party sent, and the session key it sent along. */
  challenge: Uint8Array;
  sessionKey: Uint8Array;
}

/**
 * Verifies a Restored message: fresh challenge, this session, this game and publisher, the player key named in an approved
 * message 3, and messages 1 and 3 as of their own times (an expired certificate does not void what was bought while it was
 * valid). Throws DECISION_MISMATCH and the chain and signature codes.
 *
 * When a decision was made is its signer's word alone: a key that was stolen can date what it signs before its revocation. So a
 * signer that was ever revoked counts only with the countersignature of a payment server, which has this decision in its record.
 *
 * Who holds the files of a software card holds its key: one that leaked would open everything by decisions dated before its end.
 * So its chain must hold now, or the decision be countersigned. The chain is not part of what is signed: a later certificate of
 * the same key serves.
 *
 * Message 1 comes back from the wallet here, so its quote is verified under the publisher's chain: a decision does not name
 * the publisher, and one bought from another publisher under the same game id must not open this game.
 *
 * Where message 1 was lost, the countersignature names the publisher (`checkRecovered`).
 */
export function checkRestored(restoredEnvelope: Uint8Array, options: RestoredOptions): CheckedRestored {
  const { challenge, sessionKey, gameId, publisherId, ...known } = options;
  const restored = decodeRestored(readEnvelope(restoredEnvelope).body);
  const { offer, decision: bytes, countersigned } = restored;
  const checked =
    offer.length === 0
      ? checkRecovered(bytes, countersigned, { ...known, gameId, publisherId })
      : checkKept(bytes, offer, countersigned, { ...known, gameId, publisherId });
  const { decision } = checked;
  openSigned(restoredEnvelope, {
    type: 'restored',
    publicKey: decision.playerKey,
    ...(known.verify && { verify: known.verify }),
  });
  const wrong = [
    ['challenge', equalBytes(restored.challenge, challenge)],
    ['sessionKey', equalBytes(restored.sessionKey, sessionKey)],
    ['decisionId', equalBytes(restored.decisionId, decision.decisionId)],
    ['decision.outcome', decision.outcome === 'approved'],
  ].find(([, equal]) => !equal);
  if (wrong !== undefined) throw notAsked(String(wrong[0]));
  return Object.freeze({ ...checked, restored });
}

/** Messages 1 and 3 together, out of the wallet's journal. */
function checkKept(
  decisionEnvelope: Uint8Array,
  offerBytes: Uint8Array,
  countersigned: Uint8Array | undefined,
  { gameId, publisherId, nowMs, ...open }: RecoveredOptions,
): CheckedDecision {
  const { timeMs } = decodePaymentDecision(readEnvelope(decisionEnvelope).body);
  const vouched = countersigned && openCountersignature(countersigned, decisionEnvelope, { ...open, nowMs });
  if (vouched !== undefined && vouched.publisherId !== publisherId) throw notAsked('countersigned');
  const isSoftware = claimedLeaf(decisionEnvelope, open.chainByHash)?.card?.assurance === 'software';
  const asOf = vouched ? { atMs: timeMs, crls: [] } : { atMs: isSoftware ? nowMs : timeMs, isTimeProven: false };
  const checked = openDecision(decisionEnvelope, offerBytes, { ...open, ...asOf }, nowMs);
  const offer = decodeOffer(offerBytes);
  const { leaf: publisher } = openEnvelope(offer.quote, {
    ...open,
    type: 'quote',
    role: 'publisher',
    atMs: offer.offerTimeMs,
  });
  const { quote, decision } = checked;
  if (quote.gameId !== gameId) throw notAsked('gameId');
  if (quote.publisherId !== publisherId || publisher.subject.id !== publisherId) throw notAsked('publisherId');
  if (!equalBytes(quote.offerHash, decision.offerHash)) throw notAsked('offerHash');
  return checked;
}

/**
 * Verifies an approved message 3 whose message 1 is lost: chain and signature as of its own time, a payment server's
 * countersignature that names this publisher, and the terms of this game's own price list by the decision's offer hash. What
 * was paid is not compared: a list has the price of today, and the server that countersigns checked the quote of then. Throws
 * DECISION_MISMATCH, OFFER_HASH when the list has no such terms, CLOCK_SKEW, and the chain and signature codes.
 */
export function checkRecovered(
  decisionEnvelope: Uint8Array,
  countersigned: Uint8Array | undefined,
  { gameId, publisherId, priced, nowMs, ...open }: RecoveredOptions,
): CheckedDecision {
  if (countersigned === undefined) throw notAsked('countersigned');
  const vouched = openCountersignature(countersigned, decisionEnvelope, { ...open, nowMs });
  const { timeMs } = decodePaymentDecision(readEnvelope(decisionEnvelope).body);
  const { decision, leaf } = openDecided(decisionEnvelope, { ...open, atMs: timeMs, crls: [] });
  const found = priced?.(decision.offerHash);
  if (found === undefined) throw new ProtocolError('OFFER_HASH', 'PaymentDecision.offerHash: not of this price list');
  const terms = decodeTerms(found.terms);
  const quote = decodeQuote(readEnvelope(found.quote).body);
  requireDecider(decision, leaf, quote);
  const wrong = [
    ...ownPairs(decision, leaf),
    ['outcome', decision.outcome === 'approved'] as const,
    ['offerHash', equalBytes(decision.offerHash, offerHash(found.terms))] as const,
    ['gameId', decision.gameId === gameId] as const,
    ['publisherId', vouched.publisherId === publisherId] as const,
  ].find(([, equal]) => !equal);
  if (wrong !== undefined) throw notAsked(wrong[0]);
  if (timeMs > nowMs + LIMITS.clockSkewMsMax)
    throw new ProtocolError('CLOCK_SKEW', 'PaymentDecision.timeMs: in the future');
  return Object.freeze({ decision, signer: leaf, terms, quote });
}

/**
 * Verifies what a payment server vouches for, about exactly this decision. As of the countersignature's own time, which is its
 * signer's word alone: one that was ever revoked vouches for nothing.
 */
export function openCountersignature(
  countersigned: Uint8Array,
  decisionEnvelope: Uint8Array,
  { nowMs, ...open }: DecisionOptions,
): Countersignature {
  const { timeMs } = decodeCountersignature(readEnvelope(countersigned).body);
  const asOf = { atMs: Math.min(timeMs, nowMs), isTimeProven: false };
  const { body } = openEnvelope(countersigned, { ...open, ...asOf, type: 'countersignature', role: 'payment-server' });
  const vouched = decodeCountersignature(body);
  if (!equalBytes(vouched.decisionHash, decisionHash(readEnvelope(decisionEnvelope).body)))
    throw notAsked('countersigned');
  return vouched;
}

const notAsked = (field: string): ProtocolError =>
  new ProtocolError('DECISION_MISMATCH', `Restored.${field}: not what was asked for`);
