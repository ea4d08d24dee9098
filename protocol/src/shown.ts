/**
 * What the player is shown, computed by the wallet alone. Overlay and wallet page render exactly these strings; the salted
 * digest of all of it goes into message 2, so that a dispute can show what was on the screen.
 */
import { contextHash } from './contexts.ts';
import { LIMITS } from './limits.ts';
import {
  amount,
  bytes16,
  currencyCode,
  decodeAs,
  encodeAs,
  flag,
  identifier,
  localeTag,
  maybe,
  oneOf,
  record,
  text,
  timeMs,
  uint32,
  type ValueOf,
} from './shape.ts';

const shownMoney = record('ShownMoney', {
  amountMinor: amount,
  currency: currencyCode,
  /** `formatMoney` in the shown locale, code included. */
  text: text(LIMITS.titleBytesMax),
});

const shownShape = record('Shown', {
  /** Per payment, so that the digest says nothing to who has not seen it. */
  salt: bytes16,
  locale: localeTag,
  direction: oneOf('ltr', 'rtl'),
  /** The publisher's name from the certificate, never from the offer. */
  payee: text(LIMITS.titleBytesMax),
  /** Publisher's words, made harmless (controls visible, cut to length). */
  gameName: text(LIMITS.titleBytesMax),
  title: text(LIMITS.titleBytesMax),
  description: text(LIMITS.textBytesMax),
  offerId: identifier,
  /** What is granted and for how long, in the wallet's words: "Level 3, yours to keep". */
  grant: text(LIMITS.titleBytesMax),
  /** Charged, in the player's currency. */
  total: shownMoney,
  /** The publisher's price where it is in another currency. */
  original: maybe(shownMoney),
  rateTableId: uint32,
  /** "1 EUR = 1.0837 USD", or empty. */
  rate: text(LIMITS.titleBytesMax),
  /** Date and time of the offer in words. */
  date: text(LIMITS.titleBytesMax),
  offerTimeMs: timeMs,
  /** Refund terms and contact in words. */
  refund: text(LIMITS.textBytesMax),
  /** Throwaway keys: nothing real is paid. */
  test: flag,
  /** What consent takes: two presses here, or on the wallet's page the PIN, or the password that stands in its place. */
  consent: oneOf('press', 'pin', 'password'),
  /** Whether the player's money or ceiling suffices; never how much there is. */
  sufficiency: oneOf('enough', 'not-enough'),
});

export type Shown = ValueOf<typeof shownShape>;
export type ShownMoney = ValueOf<typeof shownMoney>;
export const encodeShown = (shown: Shown): Uint8Array => encodeAs(shownShape, 'Shown', shown);
export const decodeShown = (bytes: Uint8Array): Shown => decodeAs(shownShape, 'Shown', bytes);

/** 32 bytes over the encoded Shown, its salt included. */
export const shownDigest = (shown: Uint8Array): Uint8Array => contextHash('shown', shown);
