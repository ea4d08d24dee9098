/**
 * What a card signs and hashes outside envelopes. Each has a context of its own, so that an answer to a challenge never is a
 * decision, and the other way round.
 */
import { sha256 } from '@noble/hashes/sha2.js';
import { context, contextHash } from './contexts.ts';

const ID_BYTES = 16;
const HEAD_BYTES = 32;

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
