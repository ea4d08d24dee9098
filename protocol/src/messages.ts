/**
 * The messages, every field in wire order. The letters in brackets are the patent's (WO 00/63859).
 *
 * Bodies of signed messages are encoded here and sealed in `envelope.ts`. `decodeX` returns a frozen value or throws
 * BAD_ENCODING / TOO_LARGE; it verifies nothing beyond the form.
 */
import { codeName, CODES, type CodeName } from './codes.ts';
import { contextHash } from './contexts.ts';
import { ProtocolError } from './errors.ts';
import { LIMITS } from './limits.ts';
import {
  amount,
  bytes,
  bytes16,
  bytes32,
  count,
  currencyCode,
  decodeAs,
  encodeAs,
  flag,
  identifier,
  list,
  localeTag,
  maybe,
  oneOf,
  record,
  text,
  timeMs,
  type Shape,
  type ValueOf,
} from './shape.ts';

const envelopeBytes = bytes(1, LIMITS.messageBytesMax);
const uint32Max = 0xffff_ffff;

// ---------------------------------------------------------------- Terms: what is sold

/**
 * What a payment gives. `level` and `scene`: that one thing, kept. `minutes`: minutes of play, counted while playing.
 * `uses`: a number of times. `until`: up to a date. `period`: days from the decision. `forever`: everything that `target` names.
 */
const grant = record('Grant', {
  kind: oneOf('level', 'scene', 'minutes', 'uses', 'until', 'period', 'forever'),
  /** What opens: the name a game asks for in `require(target)` and `can(target)`. */
  target: identifier,
  /** Minutes, uses or days, by kind; 0 otherwise. */
  quantity: count(uint32Max),
  /** Only for `until`; 0 otherwise. */
  untilMs: timeMs,
});

const localeDigest = record('LocaleDigest', { locale: localeTag, digest: bytes32 });

/** Why money comes back, in a form the wallet can put into words in the player's language. */
const refundTerms = record('RefundTerms', {
  /** Days in which a refund is given on request; 0 = none once used. */
  days: count(3_650),
  /** E-mail or web address of the publisher. */
  contact: text(LIMITS.titleBytesMax),
});

const termsShape = record('Terms', {
  /** Makes the hash of the terms say nothing to who has not seen them. */
  salt: bytes16,
  gameId: identifier,
  offerId: identifier,
  revision: count(uint32Max),
  grant,
  texts: list(localeDigest, 1, LIMITS.localesMax),
  refund: refundTerms,
  /** SHA-256 of the content that opens, so that no level is swapped after signing ("at least part of the software"). */
  contentDigest: maybe(bytes32),
});

const textsShape = record('Texts', {
  locale: localeTag,
  gameName: text(LIMITS.titleBytesMax),
  title: text(LIMITS.titleBytesMax),
  description: text(LIMITS.textBytesMax),
});

// ---------------------------------------------------------------- Quote: S_E(offer_h, price)

const quoteShape = record('Quote', {
  publisherId: identifier,
  gameId: identifier,
  offerHash: bytes32,
  amountMinor: amount,
  currency: currencyCode,
  notBeforeMs: timeMs,
  notAfterMs: timeMs,
  /** Lowest age in years; 0 = everybody. */
  ageRating: count(99),
  /** ISO 3166 alpha-2; empty = everywhere. */
  territories: list(text(2), 0, LIMITS.territoriesMax),
  /** An amount of 0 is only accepted with this mark. */
  free: flag,
  /** Names the content key that the decision carries for a sealed level. */
  contentKeyId: maybe(bytes16),
});

// ---------------------------------------------------------------- 1: Offer

const offerShape = record('Offer', {
  version: count(255),
  /** Envelope `quote`, signed by the publisher offline. */
  quote: envelopeBytes,
  /** Encoded Terms. */
  terms: bytes(1, LIMITS.termsBytesMax),
  /** Encoded Texts of one locale; its digest is in the terms. */
  texts: bytes(1, LIMITS.termsBytesMax),
  offerTimeMs: timeMs,
  nonce: bytes16,
  boundary: identifier,
  /** The plugin's X25519 key of this session, to which content keys are sealed. */
  sessionKey: bytes32,
});

// ---------------------------------------------------------------- 2: PaymentRequest

const paymentRequestShape = record('PaymentRequest', {
  quote: envelopeBytes,
  offerTimeMs: timeMs,
  nonce: bytes16,
  userId: bytes16,
  publisherId: identifier,
  /** To be charged, in the player's currency. */
  chargeMinor: amount,
  chargeCurrency: currencyCode,
  /** The rate table the charge was computed from; 0 = no conversion. */
  rateTableId: count(uint32Max),
  /** `shownDigest` of what the player saw. */
  shownDigest: bytes32,
  /** SHA-256 of the SPKI of the one key that may decide. */
  audience: bytes32,
  consentPlace: oneOf('overlay', 'wallet-page', 'reader-pad', 'automatic'),
  /** Nothing may be recorded after this time. */
  deadlineMs: timeMs,
  sessionKey: bytes32,
  /** The player's Ed25519 pseudonym at this publisher. */
  playerKey: bytes32,
  /** Which of the player's registered keys signs the envelope. */
  proof: oneOf('press', 'pin', 'password', 'card'),
});

// ---------------------------------------------------------------- 3: PaymentDecision

const cardState = record('CardState', { counter: count(uint32Max), head: bytes32, unreportedMinor: amount });

/** `APPROVED`, or the code of the refusal; on the wire 0 or the code's number. */
export type DecisionCode = 'APPROVED' | CodeName;

const decisionCode: Shape<DecisionCode> = {
  toWire: (value, at) => {
    if (value === 'APPROVED') return 0;
    if (!(value in CODES)) throw new ProtocolError('BAD_ENCODING', `${at}: unknown code`);
    return CODES[value].number;
  },
  fromWire: (wire, at) => {
    const name = wire === 0 ? 'APPROVED' : typeof wire === 'number' ? codeName(wire) : undefined;
    if (name === undefined) throw new ProtocolError('BAD_ENCODING', `${at}: unknown code`);
    return name;
  },
};

const paymentDecisionShape = record('PaymentDecision', {
  /** SHA-256 of the SPKI of the signer. */
  signer: bytes32,
  outcome: oneOf('approved', 'refused'),
  code: decisionCode,
  /** SHA-256 (context `request`) of the body of message 2. */
  requestHash: bytes32,
  offerHash: bytes32,
  gameId: identifier,
  amountMinor: amount,
  currency: currencyCode,
  offerTimeMs: timeMs,
  nonce: bytes16,
  sessionKey: bytes32,
  playerKey: bytes32,
  chargedMinor: amount,
  chargedCurrency: currencyCode,
  rateTableId: count(uint32Max),
  /** `debited`: already taken (prepaid); `recorded`: promised (postpaid); `none`: refused. */
  settlement: oneOf('debited', 'recorded', 'none'),
  purse: identifier,
  decisionId: bytes16,
  timeMs,
  card: maybe(cardState),
  /** The content key sealed to the player key. */
  sealedKey: maybe(bytes(1, 256)),
});

// ---------------------------------------------------------------- the other signed messages

const restoredShape = record('Restored', {
  challenge: bytes32,
  decisionId: bytes16,
  /** The session key of the plugin that asks now. */
  sessionKey: bytes32,
  /** Message 1 and message 3 as they were. */
  offer: envelopeBytes,
  decision: envelopeBytes,
  /** Milliseconds of play, or uses, already consumed; never refilled. */
  consumed: amount,
  sealedKey: maybe(bytes(1, 256)),
});

const refundNoticeShape = record('RefundNotice', {
  decisionId: bytes16,
  reason: oneOf('requested', 'defect', 'unauthorised', 'operator'),
  amountMinor: amount,
  currency: currencyCode,
  timeMs,
});

const pairingHeaderShape = record('PairingHeader', {
  publisherId: identifier,
  gameId: identifier,
  gameName: text(LIMITS.titleBytesMax),
  /** Web origins the game is served from, exactly as browsers send them. */
  origins: list(text(LIMITS.titleBytesMax), 1, LIMITS.originsMax),
  notBeforeMs: timeMs,
  notAfterMs: timeMs,
});

const rate = record('Rate', {
  currency: currencyCode,
  /** Major units of `currency` for one major unit of the base, times 10^8. */
  rateE8: amount,
});

const rateTableShape = record('RateTable', {
  /** Rises by one with every table; 0 is never used. */
  id: count(uint32Max),
  base: currencyCode,
  notBeforeMs: timeMs,
  notAfterMs: timeMs,
  rates: list(rate, 0, LIMITS.ratesMax),
});

const enrolmentShape = record('Enrolment', {
  /** Signs this message and every AccountRequest but those that raise a limit; `userId` is derived from it. */
  accountKey: bytes32,
  pressKey: bytes32,
  pinKey: bytes32,
  currency: currencyCode,
  plan: oneOf('prepaid', 'postpaid'),
  /** The most one press may spend, and all presses of a UTC day. */
  pressPaymentMaxMinor: amount,
  pressDayMaxMinor: amount,
  timeMs,
  nonce: bytes16,
  audience: bytes32,
});

const accountRequestShape = record('AccountRequest', {
  userId: bytes16,
  ask: oneOf('status', 'limits', 'decisions'),
  /** New limits for `limits` (signed by the PIN key); 0 otherwise. */
  pressPaymentMaxMinor: amount,
  pressDayMaxMinor: amount,
  /** For `decisions`: those recorded after this position. */
  after: amount,
  timeMs,
  nonce: bytes16,
  audience: bytes32,
});

const accountStatementShape = record('AccountStatement', {
  userId: bytes16,
  /** SHA-256 (context `account-request`) of the body that was asked. */
  requestHash: bytes32,
  plan: oneOf('prepaid', 'postpaid'),
  currency: currencyCode,
  /** Prepaid: what is left. */
  balanceMinor: amount,
  /** Postpaid: what is owed in the open period, and the most that may be. */
  owedMinor: amount,
  ceilingMinor: amount,
  pressPaymentMaxMinor: amount,
  pressDayMaxMinor: amount,
  timeMs,
  /** For `decisions`: envelopes, oldest first, and the position to go on from. */
  decisions: list(envelopeBytes, 0, LIMITS.decisionsMax),
  next: amount,
});

export type Grant = ValueOf<typeof grant>;
export type GrantKind = Grant['kind'];
export type Terms = ValueOf<typeof termsShape>;
export type Texts = ValueOf<typeof textsShape>;
export type Quote = ValueOf<typeof quoteShape>;
export type Offer = ValueOf<typeof offerShape>;
export type PaymentRequest = ValueOf<typeof paymentRequestShape>;
export type PaymentDecision = ValueOf<typeof paymentDecisionShape>;
export type Restored = ValueOf<typeof restoredShape>;
export type RefundNotice = ValueOf<typeof refundNoticeShape>;
export type PairingHeader = ValueOf<typeof pairingHeaderShape>;
export type RateTable = ValueOf<typeof rateTableShape>;
export type Enrolment = ValueOf<typeof enrolmentShape>;
export type AccountRequest = ValueOf<typeof accountRequestShape>;
export type AccountStatement = ValueOf<typeof accountStatementShape>;

function codec<T>(
  shape: Shape<T>,
  name: string,
  bytesMax?: number,
): [(value: T) => Uint8Array, (input: Uint8Array) => T] {
  return [(value) => encodeAs(shape, name, value, bytesMax), (input) => decodeAs(shape, name, input, bytesMax)];
}

export const [encodeTerms, decodeTerms] = codec<Terms>(termsShape, 'Terms', LIMITS.termsBytesMax);
export const [encodeTexts, decodeTexts] = codec<Texts>(textsShape, 'Texts', LIMITS.termsBytesMax);
export const [encodeQuote, decodeQuote] = codec<Quote>(quoteShape, 'Quote');
export const [encodeOffer, decodeOffer] = codec<Offer>(offerShape, 'Offer');
export const [encodePaymentRequest, decodePaymentRequest] = codec<PaymentRequest>(
  paymentRequestShape,
  'PaymentRequest',
);
export const [encodePaymentDecision, decodePaymentDecision] = codec<PaymentDecision>(
  paymentDecisionShape,
  'PaymentDecision',
);
export const [encodeRestored, decodeRestored] = codec<Restored>(restoredShape, 'Restored');
export const [encodeRefundNotice, decodeRefundNotice] = codec<RefundNotice>(refundNoticeShape, 'RefundNotice');
export const [encodePairingHeader, decodePairingHeader] = codec<PairingHeader>(pairingHeaderShape, 'PairingHeader');
export const [encodeRateTable, decodeRateTable] = codec<RateTable>(rateTableShape, 'RateTable');
export const [encodeEnrolment, decodeEnrolment] = codec<Enrolment>(enrolmentShape, 'Enrolment');
export const [encodeAccountRequest, decodeAccountRequest] = codec<AccountRequest>(
  accountRequestShape,
  'AccountRequest',
);
export const [encodeAccountStatement, decodeAccountStatement] = codec<AccountStatement>(
  accountStatementShape,
  'AccountStatement',
);

// ---------------------------------------------------------------- hashes that tie them together

/** Hash of the terms' exact bytes: 32 bytes, what the quote signs and the server sees instead of what was bought. */
export const offerHash = (terms: Uint8Array): Uint8Array => contextHash('offer', terms);

/** Digest of one locale's encoded Texts, as it stands in the terms. */
export const textsDigest = (texts: Uint8Array): Uint8Array => contextHash('texts', texts);

/** Name of a payment for ever: one user, one nonce, one outcome. */
export const requestId = (userId: Uint8Array, nonce: Uint8Array): Uint8Array =>
  contextHash('request-id', userId, nonce);

/** Hash of the exact body of message 2, as it stands in message 3. */
export const requestHash = (body: Uint8Array): Uint8Array => contextHash('request', body);

/** Hash of the body of an Enrolment or AccountRequest, as it stands in the statement that answers. */
export const accountRequestHash = (body: Uint8Array): Uint8Array => contextHash('account-request', body);

/** A user's id at any server: the first 16 bytes of a hash of the account key, so that nobody hands ids out. */
export const userIdOf = (accountKey: Uint8Array): Uint8Array => contextHash('user', accountKey).slice(0, 16);

/** `audience` and `signer`: hash of a decider's public key as SPKI DER. */
export const keyHash = (spki: Uint8Array): Uint8Array => contextHash('key', spki);
