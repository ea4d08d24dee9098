/**
 * Message 3 and the record behind it, made of what the debit said and what the card decided. The card signs these bytes and
 * the terminal makes the same ones again, so that 64 bytes of signature are all that has to travel.
 */
import {
  cardDecisionId,
  cardRecordHash,
  encodeCardRecord,
  encodePaymentDecision,
  keyHash,
  type CardRecord,
  type DecisionCode,
  type PaymentDecision,
} from '@coinslot/protocol';
import type { Debit, PurchaseStart } from './exchanges.ts';

/** What stands for a card in its decisions. */
export interface CardIdentity {
  readonly cardId: Uint8Array;
  /** SubjectPublicKeyInfo, DER. */
  readonly spki: Uint8Array;
}

/** The outcome of a debit, and where it stands in the card's chain of records. */
export interface Outcome {
  readonly code: DecisionCode;
  readonly counter: number;
  /** Hash of the record before. */
  readonly previous: Uint8Array;
  readonly purse: string;
  readonly plan: 'prepaid' | 'postpaid';
  readonly pinVerified: boolean;
}

export function recordOf(start: PurchaseStart, debit: Debit, outcome: Outcome): CardRecord {
  const { code, plan, counter, previous, purse, pinVerified } = outcome;
  const isApproved = code === 'APPROVED';
  const settlement = plan === 'prepaid' ? 'debited' : 'recorded';
  return {
    counter,
    previous,
    userId: start.userId,
    publisherId: start.publisherId,
    gameId: debit.gameId,
    offerHash: debit.offerHash,
    amountMinor: debit.amountMinor,
    currency: debit.currency,
    chargedMinor: isApproved ? debit.chargedMinor : 0n,
    chargedCurrency: debit.chargedCurrency,
    rateTableId: debit.rateTableId,
    quoteSignature: start.quoteSignature,
    requestHash: debit.requestHash,
    nonce: debit.nonce,
    offerTimeMs: debit.offerTimeMs,
    purse,
    settlement: isApproved ? settlement : 'none',
    code,
    pinVerified,
  };
}

/** A record's bytes, and the head of the chain that they make. */
export function chained(record: CardRecord): { readonly bytes: Uint8Array; readonly head: Uint8Array } {
  const bytes = encodeCardRecord(record);
  return { bytes, head: cardRecordHash(bytes) };
}

/** What message 3 needs besides the record. */
export interface DecisionParts {
  readonly card: CardIdentity;
  readonly record: CardRecord;
  readonly head: Uint8Array;
  readonly unreportedMinor: bigint;
  readonly sessionKey: Uint8Array;
  readonly playerKey: Uint8Array;
  /** The content key sealed to the player; 80 bytes. */
  readonly sealedKey: Uint8Array | undefined;
}

/** Message 3. Its time is the offer's: a card has no clock. */
export function decisionOf({
  card,
  record,
  head,
  unreportedMinor,
  sessionKey,
  playerKey,
  sealedKey,
}: DecisionParts): PaymentDecision {
  return {
    signer: keyHash(card.spki),
    outcome: record.code === 'APPROVED' ? 'approved' : 'refused',
    code: record.code,
    requestHash: record.requestHash,
    offerHash: record.offerHash,
    gameId: record.gameId,
    amountMinor: record.amountMinor,
    currency: record.currency,
    offerTimeMs: record.offerTimeMs,
    nonce: record.nonce,
    sessionKey,
    playerKey,
    chargedMinor: record.chargedMinor,
    chargedCurrency: record.chargedCurrency,
    rateTableId: record.rateTableId,
    settlement: record.settlement,
    purse: record.purse,
    decisionId: cardDecisionId(card.cardId, record.nonce),
    timeMs: record.offerTimeMs,
    card: { counter: record.counter, head, unreportedMinor },
    sealedKey,
  };
}

/** The body of message 3, canonical. */
export const decisionBody = (parts: DecisionParts): Uint8Array => encodePaymentDecision(decisionOf(parts));
