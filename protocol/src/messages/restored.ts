/** Restored, wallet to game: an entitlement again, for a new session, proven by the player key. Works offline. */
import {
  amount,
  bytes,
  bytes16,
  bytes32,
  decodeAs,
  encodeAs,
  envelopeBytes,
  maybe,
  record,
  type ValueOf,
} from '../shape.ts';

const restoredShape = record('Restored', {
  challenge: bytes32,
  decisionId: bytes16,
  /** The session key of the plugin that asks now. */
  sessionKey: bytes32,
  /** Message 1 and message 3 as they were. */
  offer: envelopeBytes,
  decision: envelopeBytes,
  /** Milliseconds of play, or uses, already consumed; never refilled. */
  consumed: amount,
  sealedKey: maybe(bytes(1, 256)),
});

export type Restored = ValueOf<typeof restoredShape>;
export const encodeRestored = (value: Restored): Uint8Array => encodeAs(restoredShape, 'Restored', value);
export const decodeRestored = (input: Uint8Array): Restored => decodeAs(restoredShape, 'Restored', input);
