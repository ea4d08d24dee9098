/** CardParameters, signed by the card issuer, numbered: what a card may do until its next contact. */
import { LIMITS } from '../limits.ts';
import {
  amount,
  bytes16,
  count,
  currencyCode,
  decodeAs,
  encodeAs,
  identifier,
  list,
  oneOf,
  record,
  timeMs,
  uint32,
  type ValueOf,
} from '../shape.ts';

const purseParameters = record('PurseParameters', {
  purse: identifier,
  currency: currencyCode,
  plan: oneOf('prepaid', 'postpaid'),
  /** Prepaid: the highest balance. Postpaid: the highest sum that no upload has reported yet. */
  ceilingMinor: amount,
  /** Up to here a payment needs no PIN of the card's. */
  noPinPaymentMaxMinor: amount,
  /** The most that payments without PIN may sum up to since the PIN was last verified. */
  noPinSumMaxMinor: amount,
});

const cardParametersShape = record('CardParameters', {
  cardId: bytes16,
  /** Rises with every set of parameters of this card; a card refuses one at or below its own. */
  number: uint32,
  purses: list(purseParameters, 1, LIMITS.pursesMax, ({ purse }) => purse),
  /** Payments without PIN, over all purses, since the PIN was last verified. */
  noPinCountMax: count(65_535),
  /** Debits under one rate table, since a card has no clock to tell that the table is old. */
  debitsPerRateTableMax: uint32,
  debitsBetweenUploadsMax: uint32,
  /** No debit for an offer after this time. */
  notAfterMs: timeMs,
  timeMs,
});

export type CardParameters = ValueOf<typeof cardParametersShape>;
export type PurseParameters = ValueOf<typeof purseParameters>;
export const encodeCardParameters = (value: CardParameters): Uint8Array =>
  encodeAs(cardParametersShape, 'CardParameters', value);
export const decodeCardParameters = (input: Uint8Array): CardParameters =>
  decodeAs(cardParametersShape, 'CardParameters', input);
