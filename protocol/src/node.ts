/**
 * Native signatures for Node, with the same verdict as `verifySignature`: the byte-level half of each strict profile runs
 * first and is shared, then node:crypto (OpenSSL). Its Ed25519 equation is cofactorless and compares the encoded R too; its
 * ECDSA takes any s, which the profile has narrowed before.
 *
 * Its own entry (`@coinslot/protocol/node`): a browser bundle never sees node:crypto. Importing it enables P-256 in
 * `verifySignature` too.
 */
import { createPrivateKey, createPublicKey, sign, verify, type KeyObject } from 'node:crypto';
import { BoundedCache } from './bounded-cache.ts';
import { hasStrictForm } from './ed25519-profile.ts';
import { hasStrictP256Form, withLowS } from './p256-profile.ts';
import { enableP256 } from './p256.ts';
import { ALG, readPublicKey, requireBytes, requireBytesOf, requireSignature, spkiOf } from './public-key.ts';
import { ED25519_SEED_BYTES, type Signer } from './signatures.ts';

enableP256(); // whoever runs in Node takes cards: `verifySignature` then has the same verdict there

/** PKCS#8 of Ed25519 before its 32 seed bytes (RFC 8410 section 7). */
const PKCS8_PREFIX = [0x30, 0x2e, 0x02, 0x01, 0x00, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x04, 0x22, 0x04, 0x20];
/** Raw r, s instead of OpenSSL's DER. */
const RAW_ECDSA = 'ieee-p1363';
/**
 * Public keys only; 1.1 kB each, nearly all of it OpenSSL's, so 18 MB when it is full. More than the players that one server has at the
 * same time: a key that is forgotten before its next use has lived just long enough to be promoted, and is then freed by a finalizer
 * inside a full collection, while everybody waits.
 */
const KEY_OBJECTS_MAX = 16_384;
const keyObjects = new BoundedCache<KeyObject>(KEY_OBJECTS_MAX);

/** `verifySignature` by node:crypto: same arguments, same verdict, same errors, for the server's hot path. */
export function nativeVerifySignature(publicKey: Uint8Array, message: Uint8Array, signature: Uint8Array): boolean {
  const { alg, raw } = readPublicKey(publicKey);
  requireBytes(message, 'message');
  requireSignature(signature);
  if (alg === ALG.ed25519) {
    const key = hasStrictForm(raw, signature) ? ed25519KeyOf(raw) : undefined;
    return key !== undefined && verify(null, message, key, signature);
  }
  const key = hasStrictP256Form(raw, signature) ? p256KeyOf(publicKey) : undefined;
  return key !== undefined && verify('sha256', message, { key, dsaEncoding: RAW_ECDSA }, signature);
}

/**
 * A signer over a native private key of Ed25519 or P-256, or over an Ed25519 seed (32 bytes). P-256 signatures have low s
 * and differ at each call: OpenSSL draws their nonce.
 * @throws TypeError when the key is no private key of these.
 */
export function nativeSigner(privateKey: KeyObject | Uint8Array): Signer {
  const key = privateKey instanceof Uint8Array ? privateKeyFromSeed(privateKey) : privateKey;
  const isP256 = key.asymmetricKeyType === 'ec' && key.asymmetricKeyDetails?.namedCurve === 'prime256v1';
  if (key.type !== 'private' || (key.asymmetricKeyType !== 'ed25519' && !isP256)) {
    throw new TypeError('privateKey: expected an Ed25519 or P-256 private key');
  }
  const spki = Uint8Array.from(createPublicKey(key).export({ format: 'der', type: 'spki' }));
  if (!isP256)
    return {
      publicKey: Uint8Array.from(readPublicKey(spki).raw),
      sign: (bytes) => Uint8Array.from(sign(null, requireBytes(bytes, 'bytes'), key)),
    };
  return {
    publicKey: spki,
    sign: (bytes) =>
      withLowS(Uint8Array.from(sign('sha256', requireBytes(bytes, 'bytes'), { key, dsaEncoding: RAW_ECDSA }))),
  };
}

/** The native private key of an Ed25519 seed (32 bytes). */
export function privateKeyFromSeed(seed: Uint8Array): KeyObject {
  requireBytesOf(seed, ED25519_SEED_BYTES, 'seed');
  return createPrivateKey({ key: Buffer.from([...PKCS8_PREFIX, ...seed]), format: 'der', type: 'pkcs8' });
}

/** As a JWK, which OpenSSL 3 takes in 9 us where reading the same key's DER takes it 80, nearly as long as a verification. */
function ed25519KeyOf(raw: Uint8Array): KeyObject {
  const name = Buffer.from(raw.buffer, raw.byteOffset, raw.length).toString('base64url');
  const known = keyObjects.get(name);
  if (known) return known;
  const key = createPublicKey({ key: { kty: 'OKP', crv: 'Ed25519', x: name }, format: 'jwk' });
  keyObjects.set(name, key);
  return key;
}

/** `undefined` for a P-256 key that is no point of the curve, which OpenSSL refuses to read. */
function p256KeyOf(publicKey: Uint8Array): KeyObject | undefined {
  const spki = spkiOf(publicKey);
  const name = Buffer.from(spki.buffer, spki.byteOffset, spki.length).toString('base64url');
  const known = keyObjects.get(name);
  if (known) return known;
  try {
    const key = createPublicKey({ key: Buffer.from(spki), format: 'der', type: 'spki' });
    keyObjects.set(name, key);
    return key;
  } catch {
    return undefined;
  }
}
