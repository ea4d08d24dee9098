/**
 * ECDSA P-256 with SHA-256 (FIPS 186-5 section 6.4.2) for browser and wallet: the group law is @noble/curves, the equation
 * stands here. Noble's own `p256` brings DER, signing and HMAC along, another 4 kB gzip.
 *
 * Its own entry (`@coinslot/protocol/p256`): a game that takes no cards never loads it. `@coinslot/protocol/node` enables it
 * by being there.
 */
import { weierstrass } from '@noble/curves/abstract/weierstrass.js';
import { sha256 } from '@noble/hashes/sha2.js';
import { bigEndianOf, halvesOf, P256_FIELD, P256_ORDER } from './p256-profile.ts';
import { provideP256 } from './p256-slot.ts';

/** secp256r1, SEC 2 section 2.4.2. */
const Point = /* @__PURE__ */ weierstrass({
  p: P256_FIELD,
  n: P256_ORDER,
  h: 1n,
  a: P256_FIELD - 3n,
  b: 0x5ac635d8aa3a93e7b3ebbd55769886bc651d06b0cc53b0f63bce3c3e27d2604bn,
  Gx: 0x6b17d1f2e12c4247f8bce6e563a440f277037d812deb33a0f4a13945d898c296n,
  Gy: 0x4fe342e2fe1a7f9b8ee7eb4a7c0f9e162bce33576b315ececbb6406837bf51f5n,
});

type P256Point = InstanceType<typeof Point>;

/** From now on `verifySignature`, and whatever verifies with it, takes P-256 keys. Calling it again changes nothing. */
export function enableP256(): void {
  provideP256({ isPoint: (raw) => pointOf(raw) !== undefined, isSigned });
}

function pointOf(raw: Uint8Array): P256Point | undefined {
  const [x, y] = halvesOf(raw);
  try {
    const point = Point.fromAffine({ x, y });
    point.assertValidity(); // the cofactor is 1: every point of the curve but infinity has the full order
    return point;
  } catch {
    return undefined; // noble throws for what is no point, which for a verifier is an answer, not a failure
  }
}

/** Section 6.4.2, steps 3 to 8: x of [e/s]G + [r/s]Q, modulo n, is r. The strict form must have been checked. */
function isSigned(rawKey: Uint8Array, message: Uint8Array, signature: Uint8Array): boolean {
  const key = pointOf(rawKey);
  if (!key) return false;
  const [r, s] = halvesOf(signature);
  const { Fn } = Point;
  const inverse = Fn.inv(s);
  const e = Fn.create(bigEndianOf(sha256(message)));
  // Variable-time: every input of a verification is public.
  const point = Point.BASE.multiplyUnsafe(Fn.mul(e, inverse)).add(key.multiplyUnsafe(Fn.mul(r, inverse)));
  return !point.is0() && Fn.create(point.toAffine().x) === r;
}
