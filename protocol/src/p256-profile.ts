/**
 * The byte-level half of the strict P-256 profile (FIPS 186-5 section 6.4.2), shared by the portable verifier (`p256.ts`) and
 * the native one (`node.ts`):
 *
 * - r and s are in 1 ... n-1;
 * - s is at most n/2: of (r, s) and (r, n-s), which verify alike, only one counts, or anyone could turn one decision into
 *   a second with other bytes. Cards sign with either; whoever reads a card calls `withLowS` once;
 * - x and y of a key are below p.
 *
 * What it does not prove: that a key is a point of the curve, nor that the equation holds.
 */
import { SIGNATURE_BYTES, requireBytesOf } from './public-key.ts';

/** p = 2^256 - 2^224 + 2^192 + 2^96 - 1, the field (SEC 2 section 2.4.2). */
export const P256_FIELD = 0xffffffff00000001000000000000000000000000ffffffffffffffffffffffffn;
/** n, the order of the base point. */
export const P256_ORDER = 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n;

/** Big-endian value of bytes. */
export function bigEndianOf(bytes: Uint8Array): bigint {
  return bytes.reduce((value, byte) => (value << 8n) | BigInt(byte), 0n);
}

/** The two halves of 64 bytes as numbers: r and s, or x and y. */
export function halvesOf(bytes: Uint8Array): readonly [bigint, bigint] {
  return [bigEndianOf(bytes.subarray(0, 32)), bigEndianOf(bytes.subarray(32))];
}

/** True when r and s are in range, s low, and x and y below p. Lengths must have been checked. */
export function hasStrictP256Form(rawKey: Uint8Array, signature: Uint8Array): boolean {
  const [r, s] = halvesOf(signature);
  return (
    r > 0n && r < P256_ORDER && s > 0n && s <= P256_ORDER / 2n && halvesOf(rawKey).every((one) => one < P256_FIELD)
  );
}

/** The one form of a P-256 signature (64 bytes) that is accepted: s above n/2 becomes n - s. Others come back as they are. */
export function withLowS(signature: Uint8Array): Uint8Array {
  const [, s] = halvesOf(requireBytesOf(signature, SIGNATURE_BYTES, 'signature'));
  const normal = Uint8Array.from(signature);
  if (s <= P256_ORDER / 2n || s >= P256_ORDER) return normal;
  let low = P256_ORDER - s;
  for (let i = SIGNATURE_BYTES - 1; i >= 32; i--, low >>= 8n) normal[i] = Number(low & 0xffn);
  return normal;
}
