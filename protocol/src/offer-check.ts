/**
 * The checks on message 1 and its quote that wallet and server share, so that both give the same verdict for the same
 * bytes and time. Straight-line: each check names one code, in the order of `docs/reference/codes.md`.
 */
import type { VerifiedLeaf } from './certificates/index.ts';
import { equalBytes } from './encoding.ts';
import { openEnvelope, type OpenOptions } from './envelope.ts';
import { ProtocolError } from './errors.ts';
import { LIMITS } from './limits.ts';
import {
  decodeOffer,
  decodeQuote,
  decodeTerms,
  decodeTexts,
  offerHash,
  textsDigest,
  type Offer,
  type Quote,
  type Terms,
  type Texts,
} from './messages.ts';
import { exponentOf } from './money.ts';

export interface CheckedQuote {
  readonly quote: Quote;
  readonly publisher: VerifiedLeaf;
}

export type QuoteOptions = Omit<OpenOptions, 'type' | 'role'>;

/** Opens a quote and holds it against time and the certificate's limits. Throws the first code that fails. */
export function checkQuote(quoteEnvelope: Uint8Array, options: QuoteOptions): CheckedQuote {
  const { body, leaf } = openEnvelope(quoteEnvelope, { ...options, type: 'quote', role: 'publisher' });
  const quote = decodeQuote(body);
  requireQuote(quote, leaf, options.atMs);
  return Object.freeze({ quote, publisher: leaf });
}

/** The part of `checkQuote` after the signature: cheap, and so repeated when a verified quote comes out of a cache. */
export function requireQuote(quote: Quote, publisher: VerifiedLeaf, atMs: number): void {
  requireWithinLimits(quote, publisher);
  if (quote.notAfterMs < quote.notBeforeMs)
    throw new ProtocolError('OFFER_EXPIRED', 'Quote.notAfterMs: before it begins');
  if (quote.notAfterMs - quote.notBeforeMs > LIMITS.quoteLifeMsMax)
    throw new ProtocolError('OFFER_EXPIRED', 'Quote.notAfterMs: longer than a quote may live');
  if (quote.notAfterMs < atMs)
    throw new ProtocolError('OFFER_EXPIRED', 'Quote.notAfterMs: the price is no longer offered');
  if (quote.notBeforeMs > atMs + LIMITS.clockSkewMsMax)
    throw new ProtocolError('OFFER_EXPIRED', 'Quote.notBeforeMs: the price is not offered yet');
  if ((quote.amountMinor === 0n) !== quote.free)
    throw new ProtocolError('OFFER_PRICE', 'Quote.free: must be set for an amount of 0, and only then');
  exponentOf(quote.currency);
  if (quote.publisherId !== publisher.subject.id)
    throw new ProtocolError('OFFER_ORIGIN', `Quote.publisherId: not the certificate's publisher`);
}

/** The certificate's limits: top price by currency, territories, age. Throws CHAIN_LIMIT. */
function requireWithinLimits(quote: Quote, publisher: VerifiedLeaf): void {
  const limits = publisher.limits;
  if (limits === undefined) throw new ProtocolError('CHAIN_LIMIT', 'certificate: a publisher needs limits');
  const top = limits.topPrices.find((one) => one.currency === quote.currency);
  if (top === undefined)
    throw new ProtocolError('CHAIN_LIMIT', `Quote.currency: the certificate does not allow ${quote.currency}`);
  if (quote.amountMinor > top.amountMinor)
    throw new ProtocolError(
      'CHAIN_LIMIT',
      `Quote.amountMinor: above the certificate's top price of ${top.amountMinor}`,
    );
  if (quote.ageRating < limits.minimumAge)
    throw new ProtocolError(
      'CHAIN_LIMIT',
      `Quote.ageRating: below the certificate's minimum age of ${limits.minimumAge}`,
    );
  const allowed = limits.territories;
  if (
    allowed.length > 0 &&
    (quote.territories.length === 0 || quote.territories.some((one) => !allowed.includes(one)))
  ) {
    throw new ProtocolError('CHAIN_LIMIT', 'Quote.territories: wider than the certificate allows');
  }
}

export interface CheckedOffer extends CheckedQuote {
  readonly offer: Offer;
  readonly terms: Terms;
  readonly texts: Texts;
  readonly offerHash: Uint8Array;
}

/** Verifies message 1 whole: form, quote, hash of the terms, texts, game, clock. Throws the first code that fails. */
export function checkOffer(offerBytes: Uint8Array, options: QuoteOptions): CheckedOffer {
  const offer = decodeOffer(offerBytes);
  const terms = decodeTerms(offer.terms);
  const texts = decodeTexts(offer.texts);
  const { quote, publisher } = checkQuote(offer.quote, options);
  if (terms.gameId !== quote.gameId)
    throw new ProtocolError('OFFER_ORIGIN', 'Terms.gameId: not the game that was priced');
  const hash = offerHash(offer.terms);
  if (!equalBytes(hash, quote.offerHash))
    throw new ProtocolError('OFFER_HASH', 'Offer.terms: not the terms that were priced');
  const listed = terms.texts.find((one) => one.locale === texts.locale);
  if (listed === undefined || !equalBytes(listed.digest, textsDigest(offer.texts)))
    throw new ProtocolError('OFFER_HASH', 'Offer.texts: not the texts of the terms');
  if (Math.abs(offer.offerTimeMs - options.atMs) > LIMITS.clockSkewMsMax) {
    throw new ProtocolError('CLOCK_SKEW', 'Offer.offerTimeMs: more than five minutes from the clock here');
  }
  return Object.freeze({ offer, terms, texts, quote, publisher, offerHash: hash });
}
