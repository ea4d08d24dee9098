/**
 * Native Ed25519 for Node, with the same verdict as `verifySignature`: the byte-level half of the strict profile runs
 * first and is shared, then node:crypto (OpenSSL), whose equation is cofactorless and compares the encoded R too.
 *
 * Its own entry (`@coinslot/protocol/node`): a browser bundle never sees node:crypto.
 */
import { createPrivateKey, createPublicKey, sign, verify, type KeyObject } from 'node:crypto';
import { BoundedCache } from './bounded-cache.ts';
import { hasStrictForm, readPublicKey, requireBytes, requireBytesOf, requireSignature } from './ed25519-profile.ts';
import { ED25519_SEED_BYTES, spkiFromRawKey, type Signer } from './signatures.ts';

/** PKCS#8 of Ed25519 before its 32 seed bytes (RFC 8410 section 7). */
const PKCS8_PREFIX = [0x30, 0x2e, 0x02, 0x01, 0x00, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x04, 0x22, 0x04, 0x20];
const RAW_KEY_OFFSET = 12;
const KEY_OBJECTS_MAX = 1024;
const keyObjects = new BoundedCache<KeyObject>(KEY_OBJECTS_MAX);

/** `verifySignature` by node:crypto: same arguments, same verdict, same errors, for the server's hot path. */
export function nativeVerifySignature(publicKey: Uint8Array, message: Uint8Array, signature: Uint8Array): boolean {
  const { raw } = readPublicKey(publicKey);
  requireBytes(message, 'message');
  requireSignature(signature);
  return hasStrictForm(raw, signature) && verify(null, message, keyObjectOf(raw), signature);
}

/**
 * A signer over a native private key, or over a private seed (32 bytes).
 * @throws TypeError when the key is not an Ed25519 private key.
 */
export function nativeSigner(privateKey: KeyObject | Uint8Array): Signer {
  const key = privateKey instanceof Uint8Array ? privateKeyFromSeed(privateKey) : privateKey;
  if (key.type !== 'private' || key.asymmetricKeyType !== 'ed25519') {
    throw new TypeError('privateKey: expected an Ed25519 private key');
  }
  const spki = createPublicKey(key).export({ format: 'der', type: 'spki' });
  return {
    publicKey: Uint8Array.from(spki.subarray(RAW_KEY_OFFSET)),
    sign: (bytes) => Uint8Array.from(sign(null, requireBytes(bytes, 'bytes'), key)),
  };
}

/** The native private key of a seed (32 bytes). */
export function privateKeyFromSeed(seed: Uint8Array): KeyObject {
  requireBytesOf(seed, ED25519_SEED_BYTES, 'seed');
  return createPrivateKey({ key: Buffer.from([...PKCS8_PREFIX, ...seed]), format: 'der', type: 'pkcs8' });
}

/** Parsing a key costs about as much as a quarter of a verification, and a server sees the same wallets again. */
function keyObjectOf(raw: Uint8Array): KeyObject {
  const name = String.fromCharCode(...raw);
  const known = keyObjects.get(name);
  if (known) return known;
  const key = createPublicKey({ key: Buffer.from(spkiFromRawKey(raw)), format: 'der', type: 'spki' });
  keyObjects.set(name, key);
  return key;
}
