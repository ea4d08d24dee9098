/** From message 2 to the two commands of a debit, and from the card's few bytes back to message 3. */
import {
  cardRecordHash,
  codeName,
  decodeCardRecord,
  decodePaymentRequest,
  decodeQuote,
  equalBytes,
  ProtocolError,
  readEnvelope,
  readPublicKey,
  requestHash,
  sealEnvelope,
  signatureInput,
  withLowS,
  ALG,
  type CardRecord,
  type DecisionCode,
  type PaymentDecision,
} from '@coinslot/protocol';
import { nativeVerifySignature } from '@coinslot/protocol/node';
import { chained, decisionBody, decisionOf, recordOf, type CardIdentity, type Outcome } from '../applet/decision.ts';
import { decided, type Debit, type Decided, type PurchaseStart } from '../applet/exchanges.ts';
import { malformed } from './errors.ts';

/** The commands of a debit, made of message 2. */
export interface Purchase {
  readonly start: PurchaseStart;
  readonly debit: Debit;
  /** Its quote names a content key: the card releases it, or does not pay. */
  readonly isSealed: boolean;
}

/** Reads the body of message 2 with the quote in it. The wallet has checked both; a card is given checked requests. */
export function purchaseOf(requestBody: Uint8Array, position: number): Purchase {
  const request = decodePaymentRequest(requestBody);
  const { body, signature } = readEnvelope(request.quote);
  const quote = decodeQuote(body);
  return {
    start: { purse: position, userId: request.userId, quoteSignature: signature, publisherId: request.publisherId },
    debit: {
      requestHash: requestHash(requestBody),
      offerHash: quote.offerHash,
      amountMinor: quote.amountMinor,
      currency: quote.currency,
      offerTimeMs: request.offerTimeMs,
      nonce: request.nonce,
      sessionKey: request.sessionKey,
      playerKey: request.playerKey,
      chargedMinor: request.chargeMinor,
      chargedCurrency: request.chargeCurrency,
      rateTableId: request.rateTableId,
      gameId: quote.gameId,
    },
    isSealed: quote.contentKeyId !== undefined,
  };
}

/** A decision of the card's as it is stored there: enough for message 3, together with message 2. */
export interface CardEntry {
  readonly fields: CardRecord;
  /** The encoded CardRecord: what an upload carries. */
  readonly record: Uint8Array;
  /** `cardRecordHash(record)`. */
  readonly head: Uint8Array;
  readonly unreportedMinor: bigint;
  /** The content key sealed to the player, 80 bytes; only in an approval of what is sealed. */
  readonly sealedKey: Uint8Array | undefined;
  /** 64 bytes, low `s` where that is a question. */
  readonly signature: Uint8Array;
}

/** A debit that the card has decided, approved or refused, and what proves it. */
export interface CardPayment extends CardEntry {
  readonly decision: PaymentDecision;
  /** Message 3, an envelope with the card's chain. */
  readonly envelope: Uint8Array;
}

/** A card as decisions name it, with the chain that vouches for it. */
export interface CertifiedCard extends CardIdentity {
  /** Card, card issuer, SINT. */
  readonly chain: readonly Uint8Array[];
}

/** The entry that a debit's own answer stands for, when it is the one after the state that INITIALIZE told of. */
export function entryOfAnswer(
  answer: Decided,
  purchase: Purchase,
  before: Omit<Outcome, 'code' | 'pinVerified'>,
): CardEntry {
  const outcome = { ...before, code: codeOf(answer), pinVerified: answer.pinVerified };
  const fields = recordOf(purchase.start, purchase.debit, outcome);
  const { bytes, head } = chained(fields);
  if (!equalBytes(head, answer.head)) throw malformed('DEBIT_FOR_PURCHASE', 'not the record that it says');
  const { unreportedMinor, sealedKey, signature } = answer;
  return { fields, record: bytes, head, unreportedMinor, sealedKey, signature };
}

/** The entry in an answer of GET TRANSACTION PROOF or READ RECORD. Throws BAD_ENCODING for one that contradicts itself. */
export function decodeEntry(bytes: Uint8Array): CardEntry {
  const answer = decided.decode(bytes.subarray(0, decided.length));
  const record = bytes.slice(decided.length);
  const fields = decodeCardRecord(record);
  const isOne =
    fields.counter === answer.counter &&
    fields.code === codeOf(answer) &&
    fields.pinVerified === answer.pinVerified &&
    equalBytes(cardRecordHash(record), answer.head);
  if (!isOne) throw new ProtocolError('BAD_ENCODING', 'card: an answer of another record');
  const { unreportedMinor, sealedKey, signature } = answer;
  return { fields, record, head: answer.head, unreportedMinor, sealedKey, signature };
}

function codeOf({ code }: Decided): DecisionCode {
  const name = code === 0 ? 'APPROVED' : codeName(code);
  if (name === undefined) throw new ProtocolError('BAD_ENCODING', `card: ${code} is no code`);
  return name;
}

/**
 * Message 3 of an entry, made again and verified under the card's key. Throws ID_CONFLICT when the entry answers another
 * request of this nonce, BAD_SIGNATURE when the card did not sign this.
 */
export function paymentOf(requestBody: Uint8Array, entry: CardEntry, card: CertifiedCard): CardPayment {
  const { fields, head, unreportedMinor, sealedKey } = entry;
  if (!equalBytes(fields.requestHash, requestHash(requestBody)))
    throw new ProtocolError('ID_CONFLICT', 'card: this nonce was another request');
  const { sessionKey, playerKey } = decodePaymentRequest(requestBody);
  const parts = { card, record: fields, head, unreportedMinor, sessionKey, playerKey, sealedKey };
  const body = decisionBody(parts);
  const signature = normalised(entry.signature, card.spki);
  if (!nativeVerifySignature(card.spki, signatureInput('payment-decision', body), signature))
    throw new ProtocolError('BAD_SIGNATURE', 'card: its signature is not over this decision');
  const envelope = sealEnvelope('payment-decision', body, { sign: () => signature }, card.chain);
  return { ...entry, signature, decision: decisionOf(parts), envelope };
}

/** ECDSA has two signatures of everything, r,s and r,-s, and cards give either; the protocol has the one with the lower s. */
export const normalised = (signature: Uint8Array, spki: Uint8Array): Uint8Array =>
  readPublicKey(spki).alg === ALG.p256 ? withLowS(signature) : signature;
