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
import type { Window } from './window.ts';

/** Reads a file named in `offers.yaml`; throws what the file system throws. */
export type ReadContent = (path: string) => Uint8Array;

/** What is sold, before salt and revision. */
export interface DescribedOffer {
  readonly texts: PricedOffer['texts'];
  readonly terms: Omit<Terms, 'salt' | 'revision'>;
}

/** Texts by locale and the terms that name their digests. A content file that cannot be read is a fault at its line. */
export function describeOffer(
  file: OffersFile,
  offer: OfferEntry,
  readContent: ReadContent,
  faults: Fault[],
): DescribedOffer {
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
      contentDigest: digestOfContent(file, offer, readContent, faults),
    },
  };
}

/** True when nothing that is sold, nor its price, differs from what was signed: the same bytes under the same salt and revision. */
export function isSameOffer(offer: OfferEntry, described: DescribedOffer, signed: PricedOffer): boolean {
  const { salt, revision } = decodeTerms(signed.terms);
  const { amountMinor, currency } = decodeQuote(readEnvelope(signed.quote).body);
  return (
    offer.price.amountMinor === amountMinor &&
    offer.price.currency === currency &&
    equalBytes(encodeTerms({ ...described.terms, salt, revision }), signed.terms)
  );
}

/** The quote over terms that hash to `offerHash`. */
export function quoteOf(file: OffersFile, offer: OfferEntry, offerHash: Uint8Array, window: Window): Quote {
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
    contentKeyId: undefined,
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
  try {
    return Uint8Array.from(createHash('sha256').update(readContent(offer.content)).digest());
  } catch (cause) {
    const why = cause instanceof Error && 'code' in cause ? String(cause.code) : 'unreadable';
    faults.push(
      file.source.fault([...offer.path, 'content'], `cannot be read (${why})`, { hint: 'paths start at offers.yaml' }),
    );
    return undefined;
  }
}
