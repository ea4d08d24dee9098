/**
 * Ed25519 under one strict, cofactorless profile (RFC 8032 section 5.1.7), for browser and wallet.
 *
 * The curve is @noble/curves; the equation is ours, because noble multiplies it by the cofactor whatever its options:
 * a signature whose R carries a torsion part passes there and fails in node:crypto, and a decision that opens the level
 * in the browser must not be void at the server. Here, as in the reference implementation, R' = [S]B - [k]A is encoded
 * and compared with the bytes of R, which also makes R canonical and a point of the curve.
 *
 * `node.ts` has the native verifier with the same verdict.
 */
import { ed25519 } from '@noble/curves/ed25519.js';
import { sha512 } from '@noble/hashes/sha2.js';
import { BoundedCache } from './bounded-cache.ts';
import {
  ED25519_KEY_BYTES,
  ED25519_SPKI_PREFIX,
  hasStrictForm,
  isStrictPoint,
  readPublicKey,
  requireBytes,
  requireBytesOf,
  requireSignature,
} from './ed25519-profile.ts';
import { ProtocolError } from './errors.ts';

export { readPublicKey, type ReadPublicKey } from './ed25519-profile.ts';

/** Length of an Ed25519 private seed in bytes (RFC 8032 section 5.1.5). */
export const ED25519_SEED_BYTES = 32;

const ADMITTED_KEYS_MAX = 256;
const admittedKeys = new BoundedCache<true>(ADMITTED_KEYS_MAX);

/** Whatever can sign: a seed in memory, a native key, a card. */
export interface Signer {
  /** The signer's public key, 32 raw bytes. */
  readonly publicKey: Uint8Array;
  /** Signs exactly these bytes; 64 bytes come back. */
  sign(bytes: Uint8Array): Uint8Array;
}

/**
 * Verifies an Ed25519 signature over exactly `message`.
 *
 * A key with a torsion part is not refused here but where it is admitted, once, by `requireAdmissibleKey`.
 * @param publicKey SPKI DER (44 bytes) or 32 raw bytes.
 * @param signature 64 bytes.
 * @returns false for every well-formed forgery.
 * @throws TypeError or ProtocolError `BAD_KEY` / `BAD_SIGNATURE` naming the malformed argument.
 */
export function verifySignature(publicKey: Uint8Array, message: Uint8Array, signature: Uint8Array): boolean {
  const { raw } = readPublicKey(publicKey);
  requireBytes(message, 'message');
  requireSignature(signature);
  return hasStrictForm(raw, signature) && satisfiesEquation(raw, message, signature);
}

/** The public key (32 raw bytes) of a private seed (32 bytes). */
export function publicKeyFromSeed(seed: Uint8Array): Uint8Array {
  return ed25519.getPublicKey(requireBytesOf(seed, ED25519_SEED_BYTES, 'seed'));
}

/** Signs `message` with a private seed (32 bytes); deterministic, 64 bytes (RFC 8032 section 5.1.6). */
export function sign(seed: Uint8Array, message: Uint8Array): Uint8Array {
  requireBytesOf(seed, ED25519_SEED_BYTES, 'seed');
  return ed25519.sign(requireBytes(message, 'message'), seed);
}

/** A signer over a private seed (32 bytes), of which it keeps its own copy. */
export function ed25519Signer(seed: Uint8Array): Signer {
  const ownSeed = Uint8Array.from(requireBytesOf(seed, ED25519_SEED_BYTES, 'seed'));
  return { publicKey: publicKeyFromSeed(ownSeed), sign: (bytes) => sign(ownSeed, bytes) };
}

/** SubjectPublicKeyInfo DER (44 bytes) of a raw Ed25519 key (32 bytes), RFC 8410 section 4. */
export function spkiFromRawKey(raw: Uint8Array): Uint8Array {
  return Uint8Array.from([...ED25519_SPKI_PREFIX, ...requireBytesOf(raw, ED25519_KEY_BYTES, 'raw')]);
}

/**
 * Admits a public key when it is first seen: canonical, on the curve, torsion-free and not of small order. Returns it.
 *
 * node:crypto and browsers accept keys of small order, with which anyone could sign, so every key that comes from
 * outside passes here. Verdicts on good keys are cached, bounded.
 * @param raw 32 bytes.
 * @throws TypeError when it is not 32 bytes, ProtocolError `BAD_KEY` when it must not be used.
 */
export function requireAdmissibleKey(raw: Uint8Array): Uint8Array {
  requireBytesOf(raw, ED25519_KEY_BYTES, 'raw');
  const name = String.fromCharCode(...raw);
  if (admittedKeys.get(name)) return raw;
  if (!isStrictPoint(raw)) throw new ProtocolError('BAD_KEY', 'public key is not canonical or of small order');
  const point = decodePoint(raw);
  if (!point) throw new ProtocolError('BAD_KEY', 'public key is not a point of the curve');
  if (!point.isTorsionFree()) throw new ProtocolError('BAD_KEY', 'public key has a torsion part');
  admittedKeys.set(name, true);
  return raw;
}

/** RFC 8032 section 5.1.7 without the cofactor: encode([S]B - [k]A) = R. The strict form must have been checked. */
function satisfiesEquation(rawKey: Uint8Array, message: Uint8Array, signature: Uint8Array): boolean {
  const keyPoint = decodePoint(rawKey);
  if (!keyPoint) return false;
  const encodedR = signature.subarray(0, 32);
  const challenge = sha512.create().update(encodedR).update(rawKey).update(message).digest();
  const k = littleEndian(challenge) % ed25519.Point.Fn.ORDER;
  const s = littleEndian(signature.subarray(32));
  // multiplyUnsafe is variable-time: every input of a verification is public.
  const expectedR = ed25519.Point.BASE.multiplyUnsafe(s).subtract(keyPoint.multiplyUnsafe(k)).toBytes();
  return expectedR.every((byte, i) => byte === encodedR[i]);
}

function decodePoint(raw: Uint8Array): InstanceType<typeof ed25519.Point> | undefined {
  try {
    return ed25519.Point.fromBytes(raw, false); // false: RFC 8032 decoding, not the looser one of ZIP 215
  } catch {
    return undefined; // noble throws for bytes that are no point, which for a verifier is an answer, not a failure
  }
}

function littleEndian(bytes: Uint8Array): bigint {
  return bytes.reduceRight((value, byte) => (value << 8n) | BigInt(byte), 0n);
}
