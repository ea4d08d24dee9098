/** An offer of the file as the protocol says it: texts, terms and quote, without what only signing adds. */
import { createHash } from 'node:crypto';
import {
  decodeQuote,
  decodeTerms,
  encodeTerms,
  encodeTexts,
  equalBytes,
  readEnvelope,
  textsDigest,
  type PricedOffer,
  type Quote,
  type Terms,
} from '@coinslot/protocol';
import type { OfferEntry, OffersFile } from '../offers/read.ts';
import type { Fault } from '../text/faults.ts';
import { readOrFault, sealOffer, type ContentSources, type ReadContent, type SealedOffer } from './sealed.ts';
import type { Window } from './window.ts';

/** What is sold, before salt and revision. */
export interface DescribedOffer {
  readonly texts: PricedOffer['texts'];
  readonly terms: Omit<Terms, 'salt' | 'revision'>;
  /** What it seals, encrypted. */
  readonly sealed: SealedOffer | undefined;
}

/** Texts by locale and the terms that name their digests. A content file that cannot be read is a fault at its line. */
export function describeOffer(
  file: OffersFile,
  offer: OfferEntry,
  sources: ContentSources,
  faults: Fault[],
): DescribedOffer {
  const sealed = sealOffer(file, offer, sources, faults);
  const texts = offer.texts.map(({ locale, title, description }) => {
    const gameName = file.gameNames.get(locale) ?? '';
    return { locale, texts: encodeTexts({ locale, gameName, title, description }) };
  });
  return {
    texts,
    terms: {
      gameId: file.gameId,
      offerId: offer.id,
      grant: offer.grant,
      texts: texts.map((one) => ({ locale: one.locale, digest: textsDigest(one.texts) })),
      refund: offer.refund,
      contentDigest: sealed?.contentDigest ?? digestOfContent(file, offer, sources.readContent, faults),
    },
    sealed,
  };
}

/** True when nothing that is sold, nor its price, differs from what was signed: the same bytes under the same salt and revision. */
export function isSameOffer(offer: OfferEntry, described: DescribedOffer, signed: PricedOffer): boolean {
  const { salt, revision } = decodeTerms(signed.terms);
  const { amountMinor, currency, contentKeyId } = decodeQuote(readEnvelope(signed.quote).body);
  const keyId = described.sealed?.contentKeyId;
  return (
    (keyId === undefined ? contentKeyId === undefined : equalBytes(keyId, contentKeyId ?? new Uint8Array())) &&
    offer.price.amountMinor === amountMinor &&
    offer.price.currency === currency &&
    equalBytes(encodeTerms({ ...described.terms, salt, revision }), signed.terms)
  );
}

/** The quote over terms that hash to `offerHash`. */
export function quoteOf(
  file: OffersFile,
  offer: OfferEntry,
  offerHash: Uint8Array,
  window: Window,
  sealed: SealedOffer | undefined,
): Quote {
  return {
    publisherId: file.publisherId,
    gameId: file.gameId,
    offerHash,
    amountMinor: offer.price.amountMinor,
    currency: offer.price.currency,
    ...window,
    ageRating: offer.ageRating,
    territories: offer.territories,
    free: offer.free,
    contentKeyId: sealed?.contentKeyId,
    cards: offer.cards,
  };
}

function digestOfContent(
  file: OffersFile,
  offer: OfferEntry,
  readContent: ReadContent,
  faults: Fault[],
): Uint8Array | undefined {
  if (offer.content === undefined) return undefined;
  const content = readOrFault(file, [...offer.path, 'content'], offer.content, readContent, faults);
  return content && Uint8Array.from(createHash('sha256').update(content).digest());
}
