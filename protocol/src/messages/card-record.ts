/** CardRecord: what a card keeps of each decision, made durable before the decision is signed. Each holds the hash of the one before. */
import {
  amount,
  bytes16,
  bytes32,
  bytes64,
  currencyCode,
  decodeAs,
  encodeAs,
  flag,
  identifier,
  oneOf,
  record,
  timeMs,
  uint32,
  type ValueOf,
} from '../shape.ts';
import { decisionCode } from './payment-decision.ts';

const cardRecordShape = record('CardRecord', {
  /** 1 for a card's first record; no number is left out. */
  counter: uint32,
  /** `cardRecordHash` of the record before; `cardChainStart()` in the first. */
  previous: bytes32,
  userId: bytes16,
  publisherId: identifier,
  gameId: identifier,
  offerHash: bytes32,
  /** The price, as quoted. */
  amountMinor: amount,
  currency: currencyCode,
  /** What the purse paid; 0 when refused. */
  chargedMinor: amount,
  chargedCurrency: currencyCode,
  rateTableId: uint32,
  /** The signature of the quote's envelope. */
  quoteSignature: bytes64,
  requestHash: bytes32,
  nonce: bytes16,
  offerTimeMs: timeMs,
  purse: identifier,
  settlement: oneOf('debited', 'recorded', 'none'),
  code: decisionCode,
  /** The card verified its PIN in the transaction of this payment. */
  pinVerified: flag,
});

export type CardRecord = ValueOf<typeof cardRecordShape>;
/** At most 455 bytes, with every name at its longest. */
export const encodeCardRecord = (value: CardRecord): Uint8Array => encodeAs(cardRecordShape, 'CardRecord', value);
export const decodeCardRecord = (input: Uint8Array): CardRecord => decodeAs(cardRecordShape, 'CardRecord', input);
