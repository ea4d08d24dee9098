/** PairingHeader, signed by the publisher: the game and the web origins it is served from. */
import { LIMITS } from '../limits.ts';
import { decodeAs, encodeAs, identifier, list, record, text, timeMs, webOrigin, type ValueOf } from '../shape.ts';

const pairingHeaderShape = record('PairingHeader', {
  publisherId: identifier,
  gameId: identifier,
  gameName: text(LIMITS.titleBytesMax),
  /** Web origins the game is served from, exactly as browsers send them. */
  origins: list(webOrigin, 1, LIMITS.originsMax, (origin) => origin),
  notBeforeMs: timeMs,
  notAfterMs: timeMs,
});

export type PairingHeader = ValueOf<typeof pairingHeaderShape>;
export const encodePairingHeader = (value: PairingHeader): Uint8Array =>
  encodeAs(pairingHeaderShape, 'PairingHeader', value);
export const decodePairingHeader = (input: Uint8Array): PairingHeader =>
  decodeAs(pairingHeaderShape, 'PairingHeader', input);
