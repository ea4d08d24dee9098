/** Restored, wallet to game: an entitlement again, for a new session, proven by the player key. Works offline. */
import { LIMITS } from '../limits.ts';
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
  /** Message 1 and message 3 as they were. Message 1 is empty where it was lost with another machine. */
  offer: bytes(0, LIMITS.messageBytesMax),
  decision: envelopeBytes,
  /** Milliseconds of play, or uses, already consumed; never refilled. */
  consumed: amount,
  sealedKey: maybe(bytes(1, 256)),
  /** Envelope `countersignature`: for a decision whose signer was revoked since, or whose message 1 was lost. */
  countersigned: maybe(envelopeBytes),
});

export type Restored = ValueOf<typeof restoredShape>;
export const encodeRestored = (value: Restored): Uint8Array => encodeAs(restoredShape, 'Restored', value);
export const decodeRestored = (input: Uint8Array): Restored => decodeAs(restoredShape, 'Restored', input);
