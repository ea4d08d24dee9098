/** Message 2, wallet to means: what to charge, to whom, and by whose consent. */
import { contextHash } from '../contexts.ts';
import {
  amount,
  bytes16,
  bytes32,
  currencyCode,
  decodeAs,
  encodeAs,
  envelopeBytes,
  identifier,
  oneOf,
  record,
  timeMs,
  uint32,
  type ValueOf,
} from '../shape.ts';

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
  rateTableId: uint32,
  /** `shownDigest` of what the player saw. */
  shownDigest: bytes32,
  /** `keyHash` of the one key that may decide. */
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

export type PaymentRequest = ValueOf<typeof paymentRequestShape>;
export const encodePaymentRequest = (value: PaymentRequest): Uint8Array =>
  encodeAs(paymentRequestShape, 'PaymentRequest', value);
export const decodePaymentRequest = (input: Uint8Array): PaymentRequest =>
  decodeAs(paymentRequestShape, 'PaymentRequest', input);

/** Name of a payment for ever: one user, one nonce, one outcome. */
export const requestId = (userId: Uint8Array, nonce: Uint8Array): Uint8Array =>
  contextHash('request-id', userId, nonce);

/** Hash of the exact body of message 2, as it stands in message 3. */
export const requestHash = (body: Uint8Array): Uint8Array => contextHash('request', body);

/** `audience` and `signer`: hash of a decider's public key as SPKI DER. */
export const keyHash = (spki: Uint8Array): Uint8Array => contextHash('key', spki);
