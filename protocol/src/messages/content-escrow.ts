/** ContentEscrow, publisher to payment server or card issuer: a content key, sealed to who decides about its offers. */
import { bytes, bytes16, bytes32, decodeAs, encodeAs, identifier, record, type ValueOf } from '../shape.ts';

/** Encapsulated key, content key and tag: 32 + 32 + 16. */
const sealedContentKey = bytes(80, 80);

const contentEscrowShape = record('ContentEscrow', {
  publisherId: identifier,
  gameId: identifier,
  /** As in the quotes that need it. */
  contentKeyId: bytes16,
  /** `keyHash` of who may open it. */
  decider: bytes32,
  /** The X25519 key that it is sealed to. */
  recipient: bytes32,
  sealedKey: sealedContentKey,
});

export type ContentEscrow = ValueOf<typeof contentEscrowShape>;
export const encodeContentEscrow = (value: ContentEscrow): Uint8Array =>
  encodeAs(contentEscrowShape, 'ContentEscrow', value);
export const decodeContentEscrow = (input: Uint8Array): ContentEscrow =>
  decodeAs(contentEscrowShape, 'ContentEscrow', input);
