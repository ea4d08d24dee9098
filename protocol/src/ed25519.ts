/**
 * Ed25519 under one strict, cofactorless profile (RFC 8032 section 5.1.7), for browser and wallet.
 *
 * The group law is @noble/curves; the equation is ours, because noble multiplies it by the cofactor whatever its options:
 * a signature whose R carries a torsion part passes there and fails in node:crypto, and a decision that opens the level
 * in the browser must not be void at the server. Here, as in the reference implementation, R' = [S]B - [k]A is encoded
 * and compared with the bytes of R, which also makes R canonical and a point of the curve.
 *
 * The curve is made from its constants, since noble's ready-made `ed25519` brings signing along, 1.1 kB gzip that a game's
 * verifier has no use for.
 */
import { edwards } from '@noble/curves/abstract/edwards.js';
import { sha512 } from '@noble/hashes/sha2.js';

/** edwards25519, RFC 8032 section 5.1. */
const Point = /* @__PURE__ */ edwards({
  p: 0x7fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffedn,
  n: 0x1000000000000000000000000000000014def9dea2f79cd65812631a5cf5d3edn,
  h: 8n,
  a: 0x7fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffecn,
  d: 0x52036cee2b6ffe738cc740797779e89800700a4d4141d8ab75eb4dca135978a3n,
  Gx: 0x216936d3cd6e53fec0a4e231fdd6dc5c692cc7609525a7b2c9562d608f25d51an,
  Gy: 0x6666666666666666666666666666666666666666666666666666666666666658n,
});

type Ed25519Point = InstanceType<typeof Point>;

/** RFC 8032 section 5.1.7 without the cofactor: encode([S]B - [k]A) = R. The strict form must have been checked. */
export function satisfiesEd25519(rawKey: Uint8Array, message: Uint8Array, signature: Uint8Array): boolean {
  const key = ed25519PointOf(rawKey);
  if (!key) return false;
  const encodedR = signature.subarray(0, 32);
  const challenge = sha512.create().update(encodedR).update(rawKey).update(message).digest();
  const k = littleEndianOf(challenge) % Point.Fn.ORDER;
  const s = littleEndianOf(signature.subarray(32));
  // multiplyUnsafe is variable-time: every input of a verification is public.
  const expectedR = Point.BASE.multiplyUnsafe(s).subtract(key.multiplyUnsafe(k)).toBytes();
  return expectedR.every((byte, i) => byte === encodedR[i]);
}

/** The point that 32 bytes encode, or `undefined`. It may have a torsion part. */
export function ed25519PointOf(raw: Uint8Array): Ed25519Point | undefined {
  try {
    return Point.fromBytes(raw, false); // false: RFC 8032 decoding, not the looser one of ZIP 215
  } catch {
    return undefined; // noble throws for bytes that are no point, which for a verifier is an answer, not a failure
  }
}

function littleEndianOf(bytes: Uint8Array): bigint {
  return bytes.reduceRight((value, byte) => (value << 8n) | BigInt(byte), 0n);
}
