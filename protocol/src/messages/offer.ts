/** Message 1, game to wallet: the quote and what it prices, of one moment, boundary and session. */
import { LIMITS } from '../limits.ts';
import {
  bytes,
  bytes16,
  bytes32,
  decodeAs,
  encodeAs,
  envelopeBytes,
  identifier,
  protocolVersion,
  record,
  timeMs,
  type ValueOf,
} from '../shape.ts';

const offerShape = record('Offer', {
  version: protocolVersion,
  /** Envelope `quote`, signed by the publisher offline. */
  quote: envelopeBytes,
  /** Encoded Terms. */
  terms: bytes(1, LIMITS.termsBytesMax),
  /** Encoded Texts of one locale; its digest is in the terms. */
  texts: bytes(1, LIMITS.termsBytesMax),
  offerTimeMs: timeMs,
  nonce: bytes16,
  boundary: identifier,
  /** The plugin's X25519 key of this session, to which content keys are sealed. */
  sessionKey: bytes32,
});

export type Offer = ValueOf<typeof offerShape>;
export const encodeOffer = (value: Offer): Uint8Array => encodeAs(offerShape, 'Offer', value);
export const decodeOffer = (input: Uint8Array): Offer => decodeAs(offerShape, 'Offer', input);
