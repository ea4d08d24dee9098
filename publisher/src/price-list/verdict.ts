/** What a wallet and a server will say of a signed price, said here first and at the line of the field it concerns. */
import { checkQuote, formatMoney, ProtocolError, type VerifiedLeaf } from '@coinslot/protocol';
import type { OfferEntry, OffersFile } from '../offers/read.ts';
import type { Fault } from '../text/faults.ts';
import type { Path } from '../text/yaml-source.ts';

export interface Trust {
  /** DER, leaf first, without root. */
  readonly chain: readonly Uint8Array[];
  /** Pinned roots, DER. */
  readonly roots: readonly Uint8Array[];
}

/** The fault of a quote as of a moment, or undefined when every party will take it. */
export function verdictOnQuote(
  quoteEnvelope: Uint8Array,
  file: OffersFile,
  offer: OfferEntry,
  publisher: VerifiedLeaf,
  trust: Trust,
  atMs: number,
): Fault | undefined {
  try {
    checkQuote(quoteEnvelope, { roots: trust.roots, atMs, chainByHash: () => trust.chain });
    return undefined;
  } catch (error) {
    if (!(error instanceof ProtocolError)) throw error;
    const field = /^Quote\.(\w+)/.exec(error.message)?.[1] ?? '';
    const path = FIELD_PATHS[field]?.(offer) ?? offer.path;
    const hint = hintFor(field, offer, publisher);
    return file.source.fault(path, error.message.replace(/^[\w.]+: /, ''), { code: error.code, hint });
  }
}

/** Which line of the file a field of the quote comes from. */
const FIELD_PATHS: Readonly<Record<string, (offer: OfferEntry) => Path>> = {
  publisherId: () => ['publisher'],
  amountMinor: (offer) => [...offer.path, 'price'],
  currency: (offer) => [...offer.path, 'price'],
  free: (offer) => [...offer.path, 'price'],
  ageRating: (offer) => [...offer.path, 'ageRating'],
  territories: (offer) => [...offer.path, 'territories'],
  notBeforeMs: () => ['validity'],
  notAfterMs: () => ['validity'],
};

function hintFor(field: string, offer: OfferEntry, publisher: VerifiedLeaf): string | undefined {
  const { limits } = publisher;
  if (limits === undefined) return undefined;
  const top = limits.topPrices.find(({ currency }) => currency === offer.price.currency);
  if (field === 'amountMinor' && top !== undefined)
    return `the certificate allows at most ${formatMoney(top, 'en')}; a higher limit takes a new certificate`;
  if (field === 'currency')
    return `the certificate allows ${limits.topPrices.map(({ currency }) => currency).join(', ') || 'no currency'}`;
  if (field === 'territories') return `the certificate allows ${limits.territories.join(', ')}`;
  if (field === 'publisherId') return `the certificate is of "${publisher.subject.id}"`;
  return undefined;
}
