/** CardKeys, signed by the card issuer: all content keys that a card may release until its next contact, sealed to the card. */
import { bytes, bytes16, bytes32, decodeAs, encodeAs, list, record, timeMs, type ValueOf } from '../shape.ts';

/** Content keys of one card. */
export const CARD_KEYS_MAX = 64;

/** One entry and its framing, bytes: two hashes and a time. */
const ENTRY_BYTES_MAX = 80;
/** Encapsulated key, framing of the list, tag. */
const SEALED_BYTES_MAX = 32 + 8 + CARD_KEYS_MAX * ENTRY_BYTES_MAX + 16;

const cardKeysShape = record('CardKeys', {
  cardId: bytes16,
  /** Hash of what is sealed (`contentKeysDigest`), so that a card is not written to for what it has. */
  digest: bytes32,
  /** The encoded ContentKeys, sealed to the card's sealing key. */
  sealed: bytes(48, SEALED_BYTES_MAX),
  /** A card refuses what is from before the keys that it has. */
  timeMs,
});

export type CardKeys = ValueOf<typeof cardKeysShape>;
export const encodeCardKeys = (value: CardKeys): Uint8Array => encodeAs(cardKeysShape, 'CardKeys', value);
export const decodeCardKeys = (input: Uint8Array): CardKeys => decodeAs(cardKeysShape, 'CardKeys', input);

const contentKeyOfSale = record('ContentKey', {
  /** `cardSaleHash`: the one quote that this key goes with, price included. A card cannot verify a publisher's signature. */
  sale: bytes32,
  contentKey: bytes32,
  /** As in the quote: no release for an offer after this time. */
  notAfterMs: timeMs,
});

const nameOf = ({ sale }: { readonly sale: Uint8Array }): string =>
  sale.reduce((text, byte) => text + byte.toString(16).padStart(2, '0'), '');

const contentKeysShape = record('ContentKeys', { keys: list(contentKeyOfSale, 0, CARD_KEYS_MAX, nameOf) });

/** What is sealed in CardKeys, in the order of the sales' hashes. */
export type ContentKeys = ValueOf<typeof contentKeysShape>;
export type ContentKeyOfSale = ContentKeys['keys'][number];
export const encodeContentKeys = (value: ContentKeys): Uint8Array => encodeAs(contentKeysShape, 'ContentKeys', value);
export const decodeContentKeys = (input: Uint8Array): ContentKeys => decodeAs(contentKeysShape, 'ContentKeys', input);
