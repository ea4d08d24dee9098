/**
 * One record of an upload, verified again from its bytes: everything that the wallet checked before the payment and the card
 * checked at it. Nothing here looks at the ledger.
 *
 * Two kinds of fault. What contradicts itself, or was signed by nobody, refuses the whole upload, and nothing is changed. A
 * sale that does not hold - the quote's chain was revoked or never good, the price was not the quote's - is told as `fault`: the
 * card spent it in good faith, so its record must be taken, or the card could never be cleared again.
 *
 * A record that comes without messages 2 and 3 - another program at the reader paid, or the wallet lost its journal - is read by
 * itself: the upload must show that the card signed for it (`upload.ts`), and nobody shows that the player did.
 */
import {
  cardRecordHash,
  decodeCardRecord,
  decodePaymentDecision,
  decodePaymentRequest,
  equalBytes,
  keyHash,
  openEnvelope,
  ProtocolError,
  readEnvelope,
  requestHash,
  requestId,
  requireDecider,
  signatureInput,
  type CardRecord,
  type CodeName,
  type Envelope,
  type PaymentDecision,
  type PaymentRequest,
  type UploadedRecord,
  type VerifiedLeaf,
} from '@coinslot/protocol';
import { nativeVerifySignature } from '@coinslot/protocol/node';
import type { QuoteDesk } from '../payments/quote-desk.ts';
import type { ReadQuote } from '../payments/types.ts';
import type { Player } from '../players/types.ts';
import type { Card } from './types.ts';

/** Messages 2 and 3 of a record, which say what it says. */
export interface RecordProofs {
  readonly request: Uint8Array;
  readonly decisionEnvelope: Uint8Array;
  readonly decision: PaymentDecision;
  readonly quote: ReadQuote;
  /** Why the sale does not hold, though the record does. */
  readonly fault: CodeName | undefined;
}

/** A record that holds. */
export interface CheckedRecord {
  readonly fields: CardRecord;
  readonly head: Uint8Array;
  readonly requestId: Uint8Array;
  /** The encoded CardRecord. */
  readonly record: Uint8Array;
  /** Absent where the wallet did not have message 2. */
  readonly proofs: RecordProofs | undefined;
}

export interface RecordContext {
  readonly card: Card;
  /** Card, card issuer, SINT; DER. */
  readonly chain: readonly Uint8Array[];
  readonly roots: readonly Uint8Array[];
  readonly player: Player;
  readonly quotes: QuoteDesk;
}

/** Throws BAD_ENCODING, BAD_SIGNATURE, CONSENT_REQUIRED, DECISION_MISMATCH or the chain's codes. */
export async function checkRecord(uploaded: UploadedRecord, context: RecordContext): Promise<CheckedRecord> {
  const { record } = uploaded;
  const fields = decodeCardRecord(record);
  const head = cardRecordHash(record);
  const proofs = await checkProofs(uploaded, { fields, head }, context);
  if (proofs === undefined) requireWhole(fields, context.card);
  return { fields, head, requestId: requestId(fields.userId, fields.nonce), record, proofs };
}

async function checkProofs(
  uploaded: UploadedRecord,
  { fields, head }: Pick<CheckedRecord, 'fields' | 'head'>,
  context: RecordContext,
): Promise<RecordProofs | undefined> {
  if (uploaded.request === undefined || uploaded.decision === undefined) return undefined;
  const { decision, leaf } = openDecision(uploaded.decision, fields, context);
  requireDecisionOfRecord(decision, { fields, head, card: context.card });
  const { request, hash } = openRequest(uploaded.request, fields, context.player);
  requireRequestOfRecord(request, hash, { fields, decision, card: context.card });
  const quote = await context.quotes.read(request.quote, fields.offerTimeMs);
  return {
    request: uploaded.request,
    decisionEnvelope: uploaded.decision,
    decision,
    quote,
    fault: fields.code === 'APPROVED' ? faultOfSale({ fields, decision, request, quote, leaf }) : undefined,
  };
}

/** What messages 2 and 3 would have contradicted: another player's record, a refusal that charges, an approval that settles nothing. */
function requireWhole({ userId, code, settlement, chargedMinor }: CardRecord, card: Card): void {
  const isApproved = code === 'APPROVED';
  requireAll('CardRecord', [
    ['userId', equalBytes(userId, card.userId)],
    ['settlement', (settlement !== 'none') === isApproved],
    ['chargedMinor', isApproved || chargedMinor === 0n],
  ]);
}

/**
 * An approval must be of a card whose chain held when it was given. A refusal may be the one that says that it did not hold any
 * more, so only its signature is looked at.
 */
function openDecision(
  envelope: Uint8Array,
  { code, offerTimeMs }: CardRecord,
  { card, chain, roots }: RecordContext,
): { decision: PaymentDecision; leaf: VerifiedLeaf | undefined } {
  const read = readEnvelope(envelope);
  requireSigned(read, 'payment-decision', card.publicKey, "CardUpload.decision: not signed by this card's key");
  const decision = decodePaymentDecision(read.body);
  if (code !== 'APPROVED') return { decision, leaf: undefined };
  const { leaf } = openEnvelope(envelope, {
    type: 'payment-decision',
    role: 'card',
    roots,
    atMs: offerTimeMs,
    verify: nativeVerifySignature,
    chainByHash: () => chain,
  });
  return { decision, leaf };
}

/** Throws BAD_SIGNATURE for another type, too. */
function requireSigned(
  { typeName, body, signature }: Envelope & { readonly typeName: string },
  type: 'payment-decision' | 'payment-request',
  publicKey: Uint8Array,
  message: string,
): void {
  if (typeName !== type || !nativeVerifySignature(publicKey, signatureInput(type, body), signature))
    throw new ProtocolError('BAD_SIGNATURE', message);
}

interface DecidedRecord {
  readonly fields: CardRecord;
  readonly head: Uint8Array;
  readonly card: Card;
}

type Pair = readonly [field: string, holds: boolean];

function requireAll(what: string, pairs: readonly Pair[]): void {
  const wrong = pairs.find(([, holds]) => !holds);
  if (wrong !== undefined)
    throw new ProtocolError('DECISION_MISMATCH', `${what}.${wrong[0]}: not what the card's record says`);
}

/** The decision says what the record says, field by field, and names the record. */
function requireDecisionOfRecord(decision: PaymentDecision, { fields, head, card }: DecidedRecord): void {
  const isApproved = fields.code === 'APPROVED';
  requireAll('PaymentDecision', [
    ['signer', equalBytes(decision.signer, keyHash(card.publicKey))],
    ['code', decision.code === fields.code],
    ['outcome', (decision.outcome === 'approved') === isApproved],
    ['settlement', decision.settlement === fields.settlement && (fields.settlement !== 'none') === isApproved],
    ['requestHash', equalBytes(decision.requestHash, fields.requestHash)],
    ['offerHash', equalBytes(decision.offerHash, fields.offerHash)],
    ['gameId', decision.gameId === fields.gameId],
    ['amountMinor', decision.amountMinor === fields.amountMinor],
    ['currency', decision.currency === fields.currency],
    ['offerTimeMs', decision.offerTimeMs === fields.offerTimeMs],
    ['nonce', equalBytes(decision.nonce, fields.nonce)],
    ['chargedMinor', decision.chargedMinor === fields.chargedMinor && (isApproved || fields.chargedMinor === 0n)],
    ['chargedCurrency', decision.chargedCurrency === fields.chargedCurrency],
    ['rateTableId', decision.rateTableId === fields.rateTableId],
    ['purse', decision.purse === fields.purse],
    ['card.counter', decision.card?.counter === fields.counter],
    ['card.head', decision.card !== undefined && equalBytes(decision.card.head, head)],
  ]);
}

/** Message 2 with the player's own signature: a card's word alone is no consent. */
function openRequest(
  envelope: Uint8Array,
  { pinVerified }: CardRecord,
  player: Player,
): { request: PaymentRequest; hash: Uint8Array } {
  const read = readEnvelope(envelope);
  const request = decodePaymentRequest(read.body);
  const { proof } = request;
  if (proof === 'password' || (proof === 'card' && !pinVerified))
    throw new ProtocolError('CONSENT_REQUIRED', `PaymentRequest.proof: ${proof}, and the card's record knows of none`);
  const key = proof === 'pin' ? player.pinKey : player.pressKey;
  requireSigned(
    read,
    'payment-request',
    key,
    "CardUpload.request: not signed by the player's key that its proof names",
  );
  return { request, hash: requestHash(read.body) };
}

function requireRequestOfRecord(
  request: PaymentRequest,
  hash: Uint8Array,
  { fields, decision, card }: Omit<DecidedRecord, 'head'> & { readonly decision: PaymentDecision },
): void {
  const isApproved = fields.code === 'APPROVED';
  requireAll('PaymentRequest', [
    ['hash', equalBytes(hash, fields.requestHash)],
    ['userId', equalBytes(request.userId, fields.userId) && equalBytes(request.userId, card.userId)],
    ['publisherId', request.publisherId === fields.publisherId],
    ['audience', equalBytes(request.audience, keyHash(card.publicKey))],
    ['nonce', equalBytes(request.nonce, fields.nonce)],
    ['offerTimeMs', request.offerTimeMs === fields.offerTimeMs],
    ['chargeMinor', !isApproved || request.chargeMinor === fields.chargedMinor],
    ['chargeCurrency', request.chargeCurrency === fields.chargedCurrency],
    ['rateTableId', request.rateTableId === fields.rateTableId],
    ['sessionKey', equalBytes(request.sessionKey, decision.sessionKey)],
    ['playerKey', equalBytes(request.playerKey, decision.playerKey)],
  ]);
}

interface Sale {
  readonly fields: CardRecord;
  readonly decision: PaymentDecision;
  readonly request: PaymentRequest;
  readonly quote: ReadQuote;
  readonly leaf: VerifiedLeaf | undefined;
}

/** Whether the publisher sold this, at this price, to a card of this kind, as of the offer. */
function faultOfSale({
  fields,
  decision,
  quote: { quote, signature, fault, publisher },
  leaf,
}: Sale): CodeName | undefined {
  if (fault !== undefined) return fault;
  if (publisher === undefined || quote.publisherId !== fields.publisherId) return 'OFFER_ORIGIN';
  const isQuoted =
    equalBytes(signature, fields.quoteSignature) &&
    equalBytes(quote.offerHash, fields.offerHash) &&
    quote.gameId === fields.gameId;
  if (!isQuoted) return 'OFFER_HASH';
  if (quote.amountMinor !== fields.amountMinor || quote.currency !== fields.currency) return 'OFFER_PRICE';
  return leaf === undefined ? 'CHAIN_ROLE' : codeOf(() => requireDecider(decision, leaf, quote));
}

/** CHAIN_ROLE and CHAIN_LIMIT are faults of the sale; a decision that is no card's refuses the upload. */
function codeOf(check: () => void): CodeName | undefined {
  try {
    check();
    return undefined;
  } catch (error) {
    if (error instanceof ProtocolError && error.code !== 'DECISION_MISMATCH') return error.code;
    throw error;
  }
}
