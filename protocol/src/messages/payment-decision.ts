/** Message 3, means to wallet to game: approved or refused, recorded before it was signed. */
import type { CodeName } from '../codes.ts';
import {
  amount,
  bytes,
  bytes16,
  bytes32,
  code,
  currencyCode,
  decodeAs,
  encodeAs,
  identifier,
  maybe,
  oneOf,
  record,
  timeMs,
  uint32,
  type Shape,
  type ValueOf,
} from '../shape.ts';

const cardState = record('CardState', { counter: uint32, head: bytes32, unreportedMinor: amount });

/** `APPROVED`, or the code of the refusal; on the wire 0 or the code's number. */
export type DecisionCode = 'APPROVED' | CodeName;

export const decisionCode: Shape<DecisionCode> = {
  toWire: (value, at) => (value === 'APPROVED' ? 0 : code.toWire(value, at)),
  fromWire: (wire, at) => (wire === 0 ? 'APPROVED' : code.fromWire(wire, at)),
};

const paymentDecisionShape = record('PaymentDecision', {
  /** `keyHash` of the signer. */
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
  rateTableId: uint32,
  /** `debited`: already taken (prepaid); `recorded`: promised (postpaid); `none`: refused. */
  settlement: oneOf('debited', 'recorded', 'none'),
  purse: identifier,
  decisionId: bytes16,
  timeMs,
  card: maybe(cardState),
  /** The content key sealed to the player key. */
  sealedKey: maybe(bytes(1, 256)),
});

export type PaymentDecision = ValueOf<typeof paymentDecisionShape>;
export const encodePaymentDecision = (value: PaymentDecision): Uint8Array =>
  encodeAs(paymentDecisionShape, 'PaymentDecision', value);
export const decodePaymentDecision = (input: Uint8Array): PaymentDecision =>
  decodeAs(paymentDecisionShape, 'PaymentDecision', input);
