/**
 * Public keys and the form of what is handed to a verifier, shared by the portable verifiers and the native ones, so that
 * all give one verdict. A key names its algorithm, a message never does: 32 raw bytes are Ed25519 (RFC 8410), a
 * SubjectPublicKeyInfo says which. P-256 (RFC 5480) is for cards and their issuers, because the cards on sale know nothing else.
 */
import { ProtocolError } from './errors.ts';

/** The algorithms by number, as cards and doors name them: Ed25519, and ECDSA P-256 with SHA-256. */
export const ALG = Object.freeze({ ed25519: 1, p256: 2 } as const);
export type Alg = (typeof ALG)[keyof typeof ALG];

/** Length of a raw Ed25519 public key in bytes (RFC 8032 section 5.1.5). */
export const ED25519_KEY_BYTES = 32;
/** Length of a signature of either algorithm: R then S (RFC 8032), or r then s, each 32 bytes big-endian (IEEE P1363). */
export const SIGNATURE_BYTES = 64;

/** SubjectPublicKeyInfo of Ed25519 before its 32 key bytes: SEQUENCE { SEQUENCE { 1.3.101.112 }, BIT STRING } (RFC 8410 section 4). */
const ED25519_SPKI_PREFIX: readonly number[] = [0x30, 0x2a, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x03, 0x21, 0x00];
/**
 * SubjectPublicKeyInfo of P-256 before x and y: id-ecPublicKey, secp256r1 by name, and an uncompressed point (RFC 5480
 * section 2). Compressed points and explicit parameters are refused: a key has one encoding.
 */
const P256_SPKI_PREFIX: readonly number[] = [
  0x30, 0x59, 0x30, 0x13, 0x06, 0x07, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02, 0x01, 0x06, 0x08, 0x2a, 0x86, 0x48, 0xce,
  0x3d, 0x03, 0x01, 0x07, 0x03, 0x42, 0x00, 0x04,
];
const P256_POINT_BYTES = 64;

/** A public key whose algorithm is settled; nothing says yet that it is a point of its curve. */
export interface ReadPublicKey {
  readonly alg: Alg;
  /** Ed25519: 32 bytes, RFC 8032 encoding. P-256: x and y, 32 bytes each, big-endian. */
  readonly raw: Uint8Array;
}

/** Returns `value`, or throws a TypeError that names the argument. */
export function requireBytes(value: unknown, name: string): Uint8Array {
  if (!(value instanceof Uint8Array)) throw new TypeError(`${name}: expected a Uint8Array`);
  return value;
}

/** Returns `value` when it is bytes of exactly `length`, or throws a TypeError that names the argument. */
export function requireBytesOf(value: unknown, length: number, name: string): Uint8Array {
  const bytes = requireBytes(value, name);
  if (bytes.length !== length) throw new TypeError(`${name}: expected ${length} bytes, got ${bytes.length}`);
  return bytes;
}

/**
 * Reads a public key given as SPKI DER (44 bytes Ed25519, 91 bytes P-256) or as 32 raw bytes, which mean Ed25519.
 * @throws TypeError when it is not bytes, ProtocolError `BAD_KEY` when it is none of these forms; both name `publicKey`.
 */
export function readPublicKey(publicKey: Uint8Array): ReadPublicKey {
  requireBytes(publicKey, 'publicKey');
  if (publicKey.length === ED25519_KEY_BYTES) return { alg: ALG.ed25519, raw: publicKey };
  const ed25519 = afterPrefix(publicKey, ED25519_SPKI_PREFIX, ED25519_KEY_BYTES);
  if (ed25519) return { alg: ALG.ed25519, raw: ed25519 };
  const p256 = afterPrefix(publicKey, P256_SPKI_PREFIX, P256_POINT_BYTES);
  if (p256) return { alg: ALG.p256, raw: p256 };
  throw new ProtocolError(
    'BAD_KEY',
    'publicKey: neither 32 raw bytes nor a SubjectPublicKeyInfo of Ed25519 or P-256 (uncompressed)',
  );
}

/** SubjectPublicKeyInfo DER (44 bytes) of a raw Ed25519 key (32 bytes), RFC 8410 section 4. */
export function spkiFromRawKey(raw: Uint8Array): Uint8Array {
  return Uint8Array.from([...ED25519_SPKI_PREFIX, ...requireBytesOf(raw, ED25519_KEY_BYTES, 'raw')]);
}

/** SubjectPublicKeyInfo DER of a key in any form that `readPublicKey` takes. Throws as that does. */
export function spkiOf(publicKey: Uint8Array): Uint8Array {
  const { raw } = readPublicKey(publicKey);
  return raw === publicKey ? spkiFromRawKey(raw) : Uint8Array.from(publicKey);
}

/**
 * Returns `signature` when it has the length of one.
 * @throws TypeError when it is not bytes, ProtocolError `BAD_SIGNATURE` when it is truncated, extended or empty.
 */
export function requireSignature(signature: Uint8Array): Uint8Array {
  requireBytes(signature, 'signature');
  if (signature.length === SIGNATURE_BYTES) return signature;
  throw new ProtocolError('BAD_SIGNATURE', `signature: expected ${SIGNATURE_BYTES} bytes, got ${signature.length}`);
}

function afterPrefix(whole: Uint8Array, prefix: readonly number[], bytes: number): Uint8Array | undefined {
  const fits = whole.length === prefix.length + bytes && prefix.every((byte, i) => whole[i] === byte);
  return fits ? whole.subarray(prefix.length) : undefined;
}
