/**
 * Files that ship with a game: the signed price list, the pinned roots and the revocation lists. No file is itself signed:
 * every quote, the pairing header and each list are, and the roots are pinned by being there.
 */
import { LIMITS } from './limits.ts';
import { bytes, decodeAs, encodeAs, flag, identifier, list, localeTag, record, type ValueOf } from './shape.ts';

const FILE_BYTES_MAX = 4 * 1024 * 1024;
const OFFERS_MAX = 512;

const certificate = bytes(1, LIMITS.certificateBytesMax);
const localisedTexts = record('LocalisedTexts', { locale: localeTag, texts: bytes(1, LIMITS.termsBytesMax) });

const pricedOffer = record('PricedOffer', {
  offerId: identifier,
  /** Retired offers stay, so that what was bought by them can be restored; they are never shown again. */
  retired: flag,
  /** Envelope `quote`, its chain by hash. */
  quote: bytes(1, LIMITS.messageBytesMax),
  /** Encoded Terms. */
  terms: bytes(1, LIMITS.termsBytesMax),
  texts: list(localisedTexts, 1, LIMITS.localesMax, ({ locale }) => locale),
});

const priceListShape = record('PriceList', {
  publisherId: identifier,
  gameId: identifier,
  defaultLocale: localeTag,
  /** The publisher's chain, DER, leaf first, without root. */
  chain: list(certificate, 1, LIMITS.chainCertificatesMax),
  /** Envelope `pairing-header`, with the chain. */
  pairingHeader: bytes(1, LIMITS.messageBytesMax),
  offers: list(pricedOffer, 0, OFFERS_MAX, ({ offerId }) => offerId),
});

const crlsShape = record('RevocationLists', { crls: list(bytes(1, LIMITS.crlBytesMax), 0, LIMITS.crlsMax) });
const rootsShape = record('Roots', { roots: list(certificate, 1, 16) });

export type PricedOffer = ValueOf<typeof pricedOffer>;
export type PriceList = ValueOf<typeof priceListShape>;

export const encodePriceList = (value: PriceList): Uint8Array =>
  encodeAs(priceListShape, 'PriceList', value, FILE_BYTES_MAX);
/** Throws BAD_ENCODING or TOO_LARGE (above 4 MiB). */
export const decodePriceList = (input: Uint8Array): PriceList =>
  decodeAs(priceListShape, 'PriceList', input, FILE_BYTES_MAX);
export const encodeRoots = (roots: readonly Uint8Array[]): Uint8Array => encodeAs(rootsShape, 'Roots', { roots });
export const decodeRoots = (input: Uint8Array): readonly Uint8Array[] => decodeAs(rootsShape, 'Roots', input).roots;
/** The file `crls.coinslot`, and the answer of the door `/v1/crls`: DER revocation lists. Throws as `encodeRoots` does. */
export const encodeCrls = (crls: readonly Uint8Array[]): Uint8Array =>
  encodeAs(crlsShape, 'RevocationLists', { crls }, FILE_BYTES_MAX);
/** Throws BAD_ENCODING or TOO_LARGE (above 4 MiB). The lists in it are neither read nor verified here. */
export const decodeCrls = (input: Uint8Array): readonly Uint8Array[] =>
  decodeAs(crlsShape, 'RevocationLists', input, FILE_BYTES_MAX).crls;
