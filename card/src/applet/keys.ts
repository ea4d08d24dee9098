/**
 * A card's own key, alg 1 Ed25519 or 2 ECDSA P-256 / SHA-256. It is made on the card from the card's randomness, and only
 * the four places of the applet that parse what they sign ever sign with it.
 */
import { createECDH, createPrivateKey, sign, type KeyObject } from 'node:crypto';
import { publicKeyFromSeed, spkiFromRawKey, type ALG } from '@coinslot/protocol';
import { privateKeyFromSeed } from '@coinslot/protocol/node';

const PRIVATE_KEY_BYTES = 32;
const CURVE = 'prime256v1';
/** SubjectPublicKeyInfo of P-256 before its uncompressed point (RFC 5480 section 2). */
const P256_SPKI_PREFIX = Buffer.from('3059301306072a8648ce3d020106082a8648ce3d030107034200', 'hex');
const COORDINATE_BYTES = 32;

export type CardAlgorithm = keyof typeof ALG;

/** So many random bytes. */
export type Random = (length: number) => Uint8Array;

/** The private part as it is kept, and the public one as certificates have it. */
export interface CardKey {
  readonly algorithm: CardAlgorithm;
  /** Ed25519 seed or P-256 scalar, 32 bytes. */
  readonly privateKey: Uint8Array;
  /** SubjectPublicKeyInfo, DER. */
  readonly spki: Uint8Array;
}

export function generateKey(algorithm: CardAlgorithm, random: Random): CardKey {
  if (algorithm === 'ed25519') {
    const privateKey = random(PRIVATE_KEY_BYTES);
    return { algorithm, privateKey, spki: spkiFromRawKey(publicKeyFromSeed(privateKey)) };
  }
  const privateKey = randomScalar(random);
  return { algorithm, privateKey, spki: Uint8Array.from([...P256_SPKI_PREFIX, ...pointOf(privateKey)]) };
}

/** 32 random bytes that are a scalar of the curve; all but one in 2^32 are (FIPS 186-5 appendix A.2.2). */
function randomScalar(random: Random): Uint8Array {
  for (;;) {
    const candidate = random(PRIVATE_KEY_BYTES);
    if (isScalar(candidate)) return candidate;
  }
}

const P256_ORDER = 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n;

function isScalar(candidate: Uint8Array): boolean {
  const value = BigInt(`0x${Buffer.from(candidate).toString('hex')}`);
  return value > 0n && value < P256_ORDER;
}

function pointOf(privateKey: Uint8Array): Uint8Array {
  const pair = createECDH(CURVE);
  pair.setPrivateKey(privateKey);
  return pair.getPublicKey();
}

/** Signs with a card's key: 64 bytes. A P-256 signature comes as the card's processor makes it, `s` high or low. */
export type SignWithCard = (message: Uint8Array) => Uint8Array;

export function cardSigner(key: CardKey): SignWithCard {
  if (key.algorithm === 'ed25519') {
    const native = privateKeyFromSeed(key.privateKey);
    return (message) => Uint8Array.from(sign(null, message, native));
  }
  const native = p256PrivateKey(key);
  return (message) => Uint8Array.from(sign('sha256', message, { key: native, dsaEncoding: 'ieee-p1363' }));
}

function p256PrivateKey({ privateKey, spki }: CardKey): KeyObject {
  const point = Buffer.from(spki).subarray(P256_SPKI_PREFIX.length + 1);
  const text = (bytes: Uint8Array): string => Buffer.from(bytes).toString('base64url');
  const x = text(point.subarray(0, COORDINATE_BYTES));
  const y = text(point.subarray(COORDINATE_BYTES));
  return createPrivateKey({ key: { kty: 'EC', crv: 'P-256', d: text(privateKey), x, y }, format: 'jwk' });
}
