/** EncryptionKey, signed by a payment server or a card issuer: the key to which publishers seal content keys for it. */
import { bytes32, decodeAs, encodeAs, record, timeMs, type ValueOf } from '../shape.ts';

const encryptionKeyShape = record('EncryptionKey', {
  /** `keyHash` of who signs: whose key it is. */
  decider: bytes32,
  /** X25519. */
  publicKey: bytes32,
  timeMs,
});

export type EncryptionKey = ValueOf<typeof encryptionKeyShape>;
export const encodeEncryptionKey = (value: EncryptionKey): Uint8Array =>
  encodeAs(encryptionKeyShape, 'EncryptionKey', value);
export const decodeEncryptionKey = (input: Uint8Array): EncryptionKey =>
  decodeAs(encryptionKeyShape, 'EncryptionKey', input);
