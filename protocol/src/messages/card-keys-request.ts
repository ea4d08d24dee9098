/** CardKeysRequest, player to payment server: the content keys that a card may hold until its next contact. */
import { bytes16, bytes32, bytes64, count, decodeAs, encodeAs, record, timeMs, type ValueOf } from '../shape.ts';
import { CARD_KEYS_MAX } from './card-keys.ts';

const cardKeysRequestShape = record('CardKeysRequest', {
  userId: bytes16,
  cardId: bytes16,
  /** X25519: what the card opens content keys with. */
  sealingKey: bytes32,
  /** The card's signature over it, `cardSealingKeyInput`: nobody has keys sealed to himself in a card's name. */
  proof: bytes64,
  /** How many keys the card has room for. */
  room: count(CARD_KEYS_MAX),
  timeMs,
  nonce: bytes16,
  audience: bytes32,
});

export type CardKeysRequest = ValueOf<typeof cardKeysRequestShape>;
export const encodeCardKeysRequest = (value: CardKeysRequest): Uint8Array =>
  encodeAs(cardKeysRequestShape, 'CardKeysRequest', value);
export const decodeCardKeysRequest = (input: Uint8Array): CardKeysRequest =>
  decodeAs(cardKeysRequestShape, 'CardKeysRequest', input);
