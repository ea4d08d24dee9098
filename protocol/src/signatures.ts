/**
 * Signatures: one `verifySignature` for Ed25519 and ECDSA P-256, with one verdict everywhere, and the signers of seeds held in
 * memory. The public key settles the algorithm. `node.ts` has the native verifier with the same verdict.
 */
import { ed25519 } from '@noble/curves/ed25519.js';
import { BoundedCache } from './bounded-cache.ts';
import { hasStrictForm, isStrictPoint } from './ed25519-profile.ts';
import { ed25519PointOf, satisfiesEd25519 } from './ed25519.ts';
import { ProtocolError } from './errors.ts';
import { hasStrictP256Form } from './p256-profile.ts';
import { p256Curve } from './p256-slot.ts';
import {
  ALG,
  readPublicKey,
  requireBytes,
  requireBytesOf,
  requireSignature,
  type ReadPublicKey,
} from './public-key.ts';

export { withLowS } from './p256-profile.ts';
export { ALG, readPublicKey, spkiFromRawKey, spkiOf, type Alg, type ReadPublicKey } from './public-key.ts';

/** Length of an Ed25519 private seed in bytes (RFC 8032 section 5.1.5). */
export const ED25519_SEED_BYTES = 32;

const ADMITTED_KEYS_MAX = 256;
const admittedKeys = new BoundedCache<true>(ADMITTED_KEYS_MAX);

/** Whatever can sign: a seed in memory, a native key, a card. */
export interface Signer {
  /** The signer's public key as `verifySignature` takes it: 32 raw bytes of Ed25519, or SPKI DER of P-256. */
  readonly publicKey: Uint8Array;
  /** Signs exactly these bytes; 64 bytes come back. */
  sign(bytes: Uint8Array): Uint8Array;
}

/**
 * Verifies a signature over exactly `message`, under the algorithm of the key: Ed25519, strict and cofactorless, or ECDSA
 * P-256 with SHA-256 and low s. P-256 keys are BAD_KEY until `enableP256` of `@coinslot/protocol/p256`; in Node, importing
 * `@coinslot/protocol/node` has done that.
 *
 * A key with a torsion part is not refused here but where it is admitted, once, by `requireAdmissibleKey`.
 * @param publicKey SPKI DER (44 bytes Ed25519, 91 bytes P-256), or 32 raw bytes, which are Ed25519.
 * @param signature 64 bytes.
 * @returns false for every well-formed forgery, and under a key that is no point of its curve.
 * @throws TypeError or ProtocolError `BAD_KEY` / `BAD_SIGNATURE` naming the malformed argument.
 */
export function verifySignature(publicKey: Uint8Array, message: Uint8Array, signature: Uint8Array): boolean {
  const { alg, raw } = readPublicKey(publicKey);
  requireBytes(message, 'message');
  requireSignature(signature);
  return alg === ALG.ed25519
    ? hasStrictForm(raw, signature) && satisfiesEd25519(raw, message, signature)
    : hasStrictP256Form(raw, signature) && p256Curve().isSigned(raw, message, signature);
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

/**
 * Admits a public key when it is first seen, and returns it. Ed25519: canonical, on the curve, torsion-free and not of small
 * order. P-256: on the curve, with coordinates below p.
 *
 * node:crypto and browsers accept Ed25519 keys of small order, with which anyone could sign, so every key that comes from
 * outside passes here. Verdicts on good keys are cached, bounded.
 * @param publicKey SPKI DER, or 32 raw bytes of Ed25519.
 * @throws TypeError when it is not bytes, ProtocolError `BAD_KEY` when it must not be used.
 */
export function requireAdmissibleKey(publicKey: Uint8Array): Uint8Array {
  const key = readPublicKey(publicKey);
  const name = String.fromCharCode(...key.raw); // 32 or 64 of them, so the two algorithms share no name
  if (admittedKeys.get(name)) return publicKey;
  const why = key.alg === ALG.ed25519 ? whyNotEd25519(key) : whyNotP256(key);
  if (why !== undefined) throw new ProtocolError('BAD_KEY', `public key ${why}`);
  admittedKeys.set(name, true);
  return publicKey;
}

function whyNotEd25519({ raw }: ReadPublicKey): string | undefined {
  if (!isStrictPoint(raw)) return 'is not canonical or of small order';
  const point = ed25519PointOf(raw);
  if (!point) return 'is not a point of the curve';
  return point.isTorsionFree() ? undefined : 'has a torsion part';
}

function whyNotP256({ raw }: ReadPublicKey): string | undefined {
  return p256Curve().isPoint(raw) ? undefined : 'is not a point of the curve';
}
