/** CardRequest, player to payment server: the newest parameters of a card, or that the card is lost. */
import { bytes16, bytes32, decodeAs, encodeAs, oneOf, record, timeMs, type ValueOf } from '../shape.ts';

const cardRequestShape = record('CardRequest', {
  userId: bytes16,
  cardId: bytes16,
  /** `lost` puts the card on the blocked list; it is never taken back. */
  ask: oneOf('parameters', 'lost'),
  timeMs,
  nonce: bytes16,
  audience: bytes32,
});

export type CardRequest = ValueOf<typeof cardRequestShape>;
export const encodeCardRequest = (value: CardRequest): Uint8Array => encodeAs(cardRequestShape, 'CardRequest', value);
export const decodeCardRequest = (input: Uint8Array): CardRequest => decodeAs(cardRequestShape, 'CardRequest', input);
