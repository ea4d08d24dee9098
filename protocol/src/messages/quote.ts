/** The publisher's price: S_E(offer_h, price) of the patent. Signed once, offline, when the price list is built. */
import { LIMITS } from '../limits.ts';
import {
  amount,
  bytes16,
  bytes32,
  count,
  currencyCode,
  decodeAs,
  encodeAs,
  flag,
  identifier,
  list,
  maybe,
  oneOf,
  record,
  territoryCode,
  timeMs,
  type ValueOf,
} from '../shape.ts';

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
  territories: list(territoryCode, 0, LIMITS.territoriesMax, (code) => code),
  /** An amount of 0 is only accepted with this mark. */
  free: flag,
  /** Names the content key that the decision carries for a sealed level. */
  contentKeyId: maybe(bytes16),
  /** The least assurance of a card that may decide: no card, chips only, or software cards too. */
  cards: oneOf('none', 'chip', 'software'),
});

export type Quote = ValueOf<typeof quoteShape>;
export type CardsAccepted = Quote['cards'];
export const encodeQuote = (value: Quote): Uint8Array => encodeAs(quoteShape, 'Quote', value);
export const decodeQuote = (input: Uint8Array): Quote => decodeAs(quoteShape, 'Quote', input);
