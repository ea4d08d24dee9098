/** Declined, wallet to game: this offer was answered with no. Signed by the player key; whose no it was is nobody's business. */
import { bytes16, bytes32, decodeAs, encodeAs, identifier, record, timeMs, type ValueOf } from '../shape.ts';

const declinedShape = record('Declined', {
  publisherId: identifier,
  gameId: identifier,
  offerHash: bytes32,
  /** Of the message 1 that it answers. */
  nonce: bytes16,
  /** The player's Ed25519 pseudonym at this publisher, which signs it. */
  playerKey: bytes32,
  timeMs,
});

export type Declined = ValueOf<typeof declinedShape>;
export const encodeDeclined = (value: Declined): Uint8Array => encodeAs(declinedShape, 'Declined', value);
export const decodeDeclined = (input: Uint8Array): Declined => decodeAs(declinedShape, 'Declined', input);
