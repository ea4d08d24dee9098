/**
 * Context strings. Every hash and every signature of the protocol starts with one, so that bytes made for one purpose are
 * never valid for another. A context ends with a zero byte and no context is the beginning of another.
 */
import { sha256 } from '@noble/hashes/sha2.js';

/** Version of the wire format. Another version is refused, never guessed at. */
export const PROTOCOL_VERSION = 1;

/** What is signed, by the number that stands in the envelope. The numbers are part of the wire format. */
export const MESSAGE_TYPES = Object.freeze({
  quote: 1,
  'payment-request': 2,
  'payment-decision': 3,
  restored: 4,
  'refund-notice': 5,
  'pairing-header': 6,
  'rate-table': 7,
  'card-parameters': 8,
  'upload-acknowledgement': 9,
  // 10 stays free: revocation lists are X.509 CRLs, not envelopes.
  enrolment: 11,
  'account-request': 12,
  'account-statement': 13,
  'card-application': 14,
  'card-issue': 15,
  'card-upload': 16,
  'card-request': 17,
  'refund-order': 18,
  'bank-details': 19,
  'payment-mandate': 20,
  'sign-in': 21,
  'period-seal': 22,
  declined: 23,
  'encryption-key': 24,
  'content-escrow': 25,
  countersignature: 26,
  placements: 27,
  'card-keys-request': 28,
  'card-keys': 29,
});

export type MessageType = keyof typeof MESSAGE_TYPES;

export function messageTypeOf(number: number): MessageType | undefined {
  return (Object.keys(MESSAGE_TYPES) as MessageType[]).find((type) => MESSAGE_TYPES[type] === number);
}

const utf8 = new TextEncoder();

/** `coinslot/1 <purpose>` and a zero byte. */
export function context(purpose: string): Uint8Array {
  return utf8.encode(`coinslot/${PROTOCOL_VERSION} ${purpose}\0`);
}

/** SHA-256 over a context and then each part in turn; parts must be of fixed length or the last one. */
export function contextHash(purpose: string, ...parts: readonly Uint8Array[]): Uint8Array {
  const hash = sha256.create().update(context(purpose));
  for (const part of parts) hash.update(part);
  return hash.digest();
}
