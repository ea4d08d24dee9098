/**
 * What a card signs and hashes outside envelopes. Each has a context of its own, so that an answer to a challenge never is a
 * decision, and the other way round.
 */
import { sha256 } from '@noble/hashes/sha2.js';
import { context, contextHash } from './contexts.ts';

const ID_BYTES = 16;
const HEAD_BYTES = 32;
const KEY_BYTES = 32;
const SIGNATURE_BYTES = 64;
const IDENTIFIER_BYTES = 64;

const utf8 = new TextEncoder();

/** The head of a card without records, and `previous` of its first: 32 zero bytes. A copy each time. */
export const cardChainStart = (): Uint8Array => new Uint8Array(HEAD_BYTES);

/** What a card says about itself when it is challenged. */
export interface CardStanding {
  /** 16 bytes. */
  readonly cardId: Uint8Array;
  /** The counter of its last record, 0 ... 2^32-1. */
  readonly counter: number;
  /** 32 bytes: the hash of its last record. */
  readonly head: Uint8Array;
}

/** What INTERNAL AUTHENTICATE signs: context `card-authenticate`, challenge (16), card id (16), counter (4, big-endian), head (32). */
export function cardAuthenticateInput(challenge: Uint8Array, { cardId, counter, head }: CardStanding): Uint8Array {
  if (!Number.isInteger(counter) || counter < 0 || counter > 0xffff_ffff)
    throw new TypeError('counter: expected 0 ... 2^32-1');
  const counterBytes = new Uint8Array(4);
  new DataView(counterBytes.buffer).setUint32(0, counter);
  return joined(
    context('card-authenticate'),
    requireLength(challenge, ID_BYTES, 'challenge'),
    requireLength(cardId, ID_BYTES, 'cardId'),
    counterBytes,
    requireLength(head, HEAD_BYTES, 'head'),
  );
}

/** What a card not yet issued signs to prove its key: context `card-possession`, challenge (16), SHA-256 of its SPKI (32). */
export function cardPossessionInput(challenge: Uint8Array, spki: Uint8Array): Uint8Array {
  return joined(context('card-possession'), requireLength(challenge, ID_BYTES, 'challenge'), sha256(spki));
}

/** Hash of an encoded CardRecord: the head of the chain once it is the last. */
export const cardRecordHash = (record: Uint8Array): Uint8Array => contextHash('card-record', record);

/** The id of the one decision that a card makes for a nonce: 16 bytes, so that asking again cannot make a second. */
export const cardDecisionId = (cardId: Uint8Array, nonce: Uint8Array): Uint8Array =>
  contextHash(
    'card-decision',
    requireLength(cardId, ID_BYTES, 'cardId'),
    requireLength(nonce, ID_BYTES, 'nonce'),
  ).slice(0, ID_BYTES);

/** What a card signs so that others may seal to it: context `card-sealing-key`, card id (16), X25519 key (32). */
export function cardSealingKeyInput(cardId: Uint8Array, sealingKey: Uint8Array): Uint8Array {
  return joined(
    context('card-sealing-key'),
    requireLength(cardId, ID_BYTES, 'cardId'),
    requireLength(sealingKey, KEY_BYTES, 'sealingKey'),
  );
}

/** What is sold: a quote, down to its signature, so that no other price, publisher or offer has the same hash. */
export interface CardSale {
  /** 64 bytes. */
  readonly quoteSignature: Uint8Array;
  readonly publisherId: string;
  readonly gameId: string;
  /** 32 bytes. */
  readonly offerHash: Uint8Array;
  readonly amountMinor: bigint;
  readonly currency: string;
}

/**
 * The name of a sale for cards, which hold content keys by it: context `card-sale`, then the fields as they stand in a
 * payment's commands: quote signature (64), offer hash (32), amount (8, big-endian), currency (3), publisher and game (65
 * each: length, characters, zeros).
 */
export function cardSaleHash(sale: CardSale): Uint8Array {
  const amount = new Uint8Array(8);
  new DataView(amount.buffer).setBigUint64(0, sale.amountMinor);
  return contextHash(
    'card-sale',
    requireLength(sale.quoteSignature, SIGNATURE_BYTES, 'quoteSignature'),
    requireLength(sale.offerHash, HEAD_BYTES, 'offerHash'),
    amount,
    requireLength(utf8.encode(sale.currency), 3, 'currency'),
    filledIdentifier(sale.publisherId),
    filledIdentifier(sale.gameId),
  );
}

function filledIdentifier(identifier: string): Uint8Array {
  const filled = new Uint8Array(1 + IDENTIFIER_BYTES);
  const text = utf8.encode(identifier);
  if (text.length > IDENTIFIER_BYTES) throw new TypeError(`identifier: at most ${IDENTIFIER_BYTES} bytes`);
  filled[0] = text.length;
  filled.set(text, 1);
  return filled;
}

/** Hash of encoded ContentKeys. It tells nothing of them: each holds a key of 32 random bytes. */
export const contentKeysDigest = (contentKeys: Uint8Array): Uint8Array => contextHash('content-keys', contentKeys);

function requireLength(value: Uint8Array, length: number, name: string): Uint8Array {
  if (value.length !== length) throw new TypeError(`${name}: expected ${length} bytes`);
  return value;
}

function joined(...parts: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}
