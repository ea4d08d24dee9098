/**
 * Sealing: hybrid public key encryption in base mode (RFC 9180: DHKEM(X25519, HKDF-SHA256), HKDF-SHA256, ChaCha20-Poly1305),
 * one message for one recipient, and the three places in which a content key travels by it. `docs/spec/sealing.md`.
 *
 * Base mode proves nothing of the sender. Nothing rests on it: a content key is what its id says, and the id is in the
 * publisher's signed quote.
 *
 * Its own entry (`@coinslot/protocol/sealing`): a game pays for it only when it opens something sealed.
 */
import { chacha20poly1305 } from '@noble/ciphers/chacha.js';
import { ed25519, x25519 } from '@noble/curves/ed25519.js';
import { expand, extract } from '@noble/hashes/hkdf.js';
import { sha256 } from '@noble/hashes/sha2.js';
import { context, contextHash } from './contexts.ts';
import { equalBytes } from './encoding.ts';
import { ProtocolError } from './errors.ts';
import { requireBytes, requireBytesOf } from './public-key.ts';
import { requireAdmissibleKey } from './signatures.ts';

/** Length of an X25519 key, secret or public, of a content key and of the bytes that a sealing is made from. */
export const SEALING_KEY_BYTES = 32;
/** Length of the name of a content key. */
export const CONTENT_KEY_ID_BYTES = 16;
/** Length of a sealed content key: the sender's public key, the ciphertext, its tag. */
export const SEALED_KEY_BYTES = 32 + SEALING_KEY_BYTES + 16;

const TAG_BYTES = 16;
const utf8 = new TextEncoder();
const NOTHING = new Uint8Array();
/** "KEM" and the KEM's number (RFC 9180 section 4.1, table 2). */
const KEM_SUITE = joined(utf8.encode('KEM'), Uint8Array.of(0x00, 0x20));
/** "HPKE" and the numbers of KEM, KDF and AEAD (section 5.1, tables 2, 3 and 5). */
const HPKE_SUITE = joined(utf8.encode('HPKE'), Uint8Array.of(0x00, 0x20, 0x00, 0x01, 0x00, 0x03));

export interface SealingPair {
  /** X25519, 32 bytes. */
  readonly secretKey: Uint8Array;
  /** X25519, 32 bytes. */
  readonly publicKey: Uint8Array;
}

/** DeriveKeyPair of RFC 9180 section 7.1.3 for X25519: the same pair from the same bytes, at least 32 and unpredictable. */
export function deriveSealingPair(keyingMaterial: Uint8Array): SealingPair {
  if (requireBytes(keyingMaterial, 'keyingMaterial').length < SEALING_KEY_BYTES)
    throw new TypeError('keyingMaterial: expected at least 32 bytes');
  const prk = labeledExtract(KEM_SUITE, NOTHING, 'dkp_prk', keyingMaterial);
  const secretKey = labeledExpand(KEM_SUITE, prk, 'sk', NOTHING, SEALING_KEY_BYTES);
  return { secretKey, publicKey: x25519.getPublicKey(secretKey) };
}

/** What binds a sealing to its use: both sides must name the same. */
export interface SealingUse {
  readonly info: Uint8Array;
  readonly aad: Uint8Array;
}

/**
 * Seals bytes to an X25519 key (SealBase, section 6.1): the sender's public key, then ciphertext and tag.
 * @param keyingMaterial 32 or more bytes for the sender's one-time pair; never used for two different plaintexts.
 * @throws ProtocolError BAD_KEY when the recipient's key is of small order: the secret would be everybody's.
 */
export function sealTo(
  recipientKey: Uint8Array,
  { info, aad }: SealingUse,
  plaintext: Uint8Array,
  keyingMaterial: Uint8Array,
): Uint8Array {
  const { secretKey, publicKey } = deriveSealingPair(keyingMaterial);
  const recipient = requireBytesOf(recipientKey, SEALING_KEY_BYTES, 'recipientKey');
  const shared = sharedSecret(secretKey, recipient, publicKey, recipient);
  const { key, nonce } = keySchedule(shared, info);
  return joined(publicKey, chacha20poly1305(key, nonce, aad).encrypt(plaintext));
}

/**
 * Opens what was sealed to the key of this secret (OpenBase, section 6.1).
 * @throws ProtocolError BAD_KEY when it is not sealed to this key, for this use, or was changed on the way.
 */
export function openSealed(secretKey: Uint8Array, { info, aad }: SealingUse, sealed: Uint8Array): Uint8Array {
  requireBytesOf(secretKey, SEALING_KEY_BYTES, 'secretKey');
  if (requireBytes(sealed, 'sealed').length < SEALING_KEY_BYTES + TAG_BYTES) throw notOurs('cut short');
  const sender = sealed.subarray(0, SEALING_KEY_BYTES);
  const shared = sharedSecret(secretKey, sender, sender, x25519.getPublicKey(secretKey));
  const { key, nonce } = keySchedule(shared, info);
  try {
    return chacha20poly1305(key, nonce, aad).decrypt(sealed.subarray(SEALING_KEY_BYTES));
  } catch {
    throw notOurs('not sealed to this key for this use, or changed');
  }
}

const notOurs = (why: string): ProtocolError => new ProtocolError('BAD_KEY', `sealed: ${why}`);

// ---------------------------------------------------------------- RFC 9180

/** Encap and Decap (section 4.1): the Diffie-Hellman result, bound to the sender's and the recipient's public keys. */
function sharedSecret(own: Uint8Array, peer: Uint8Array, sender: Uint8Array, recipient: Uint8Array): Uint8Array {
  let agreed: Uint8Array;
  try {
    agreed = x25519.getSharedSecret(own, peer); // refuses a result of zeros (section 7.1.4): the peer's key of small order
  } catch {
    throw new ProtocolError('BAD_KEY', 'X25519 key: of small order');
  }
  const prk = labeledExtract(KEM_SUITE, NOTHING, 'eae_prk', agreed);
  return labeledExpand(KEM_SUITE, prk, 'shared_secret', joined(sender, recipient), 32);
}

/** KeySchedule of base mode (section 5.1): key and nonce of the one message. */
function keySchedule(shared: Uint8Array, info: Uint8Array): { key: Uint8Array; nonce: Uint8Array } {
  const ids = [
    labeledExtract(HPKE_SUITE, NOTHING, 'psk_id_hash', NOTHING),
    labeledExtract(HPKE_SUITE, NOTHING, 'info_hash', info),
  ];
  const schedule = joined(Uint8Array.of(0x00), ...ids); // mode_base
  const secret = labeledExtract(HPKE_SUITE, shared, 'secret', NOTHING);
  return {
    key: labeledExpand(HPKE_SUITE, secret, 'key', schedule, 32),
    nonce: labeledExpand(HPKE_SUITE, secret, 'base_nonce', schedule, 12),
  };
}

/** LabeledExtract (section 4). */
function labeledExtract(suite: Uint8Array, salt: Uint8Array, label: string, material: Uint8Array): Uint8Array {
  return extract(sha256, joined(utf8.encode('HPKE-v1'), suite, utf8.encode(label), material), salt);
}

/** LabeledExpand (section 4). */
function labeledExpand(
  suite: Uint8Array,
  prk: Uint8Array,
  label: string,
  info: Uint8Array,
  length: number,
): Uint8Array {
  const lengthBytes = Uint8Array.of(length >> 8, length & 0xff);
  return expand(sha256, prk, joined(lengthBytes, utf8.encode('HPKE-v1'), suite, utf8.encode(label), info), length);
}

// ---------------------------------------------------------------- keys of players

/**
 * The X25519 key (32 bytes) of an Ed25519 public key (RFC 7748 section 4.1): u = (1 + y) / (1 - y). The key is admitted first,
 * so that none of small order or with a torsion part comes out.
 * @throws ProtocolError BAD_KEY, TypeError when it is not 32 bytes.
 */
export function sealingKeyOfSigner(signerKey: Uint8Array): Uint8Array {
  requireAdmissibleKey(requireBytesOf(signerKey, SEALING_KEY_BYTES, 'signerKey'));
  return ed25519.utils.toMontgomery(signerKey);
}

/** The X25519 secret that belongs to it, from the Ed25519 seed (32 bytes; RFC 8032 section 5.1.5). */
export function sealingSecretOfSeed(seed: Uint8Array): Uint8Array {
  return ed25519.utils.toMontgomerySecret(requireBytesOf(seed, SEALING_KEY_BYTES, 'seed'));
}

// ---------------------------------------------------------------- content keys

/** The name of a content key (16 bytes), in the quote and in the header of what it opens. Says nothing of the key. */
export const contentKeyIdOf = (contentKey: Uint8Array): Uint8Array =>
  contextHash('content-key', requireBytesOf(contentKey, SEALING_KEY_BYTES, 'contentKey')).slice(
    0,
    CONTENT_KEY_ID_BYTES,
  );

/**
 * For whom a content key is sealed, and what the sealing holds good for:
 * `decider`: a payment server or card issuer, for the quotes of one publisher. Without the publisher's name in it, another
 * publisher could hand a copy in as its own, and sell the key for a cent;
 * `player`: who paid, in one decision, named by its request's hash;
 * `session`: a game that runs now, for one decision.
 */
export type KeyHolder =
  | { readonly holder: 'decider'; readonly publisherId: string }
  | { readonly holder: 'player'; readonly requestHash: Uint8Array }
  | { readonly holder: 'session'; readonly decisionId: Uint8Array };

/** Seals a content key (32 bytes); 80 bytes come back. Throws as `sealTo` does. */
export function sealContentKey(
  contentKey: Uint8Array,
  holder: KeyHolder,
  recipientKey: Uint8Array,
  keyingMaterial: Uint8Array,
): Uint8Array {
  return sealTo(recipientKey, useOf(contentKeyIdOf(contentKey), holder), contentKey, keyingMaterial);
}

/**
 * Opens a sealed content key and holds it against the id that the publisher signed. Throws BAD_KEY when it is sealed to
 * somebody else or for something else, or is another key than the quote names.
 */
export function openContentKey(
  sealed: Uint8Array,
  holder: KeyHolder,
  secretKey: Uint8Array,
  contentKeyId: Uint8Array,
): Uint8Array {
  const contentKey = openSealed(secretKey, useOf(contentKeyId, holder), sealed);
  if (contentKey.length === SEALING_KEY_BYTES && equalBytes(contentKeyIdOf(contentKey), contentKeyId))
    return contentKey;
  throw new ProtocolError('BAD_KEY', 'content key: not the one that the quote names');
}

/** All content keys of a card at once, on their way to it. The card's id is bound in: another card does not take them. */
const forCard = (cardId: Uint8Array): SealingUse => ({
  info: context('content-keys card'),
  aad: requireBytesOf(cardId, 16, 'cardId'),
});

/** Seals encoded ContentKeys to a card's sealing key. Throws as `sealTo` does. */
export const sealContentKeys = (
  contentKeys: Uint8Array,
  cardId: Uint8Array,
  sealingKey: Uint8Array,
  keyingMaterial: Uint8Array,
): Uint8Array => sealTo(sealingKey, forCard(cardId), contentKeys, keyingMaterial);

/** Opens them in the card. Throws BAD_KEY when they are sealed to another card, or were changed. */
export const openContentKeys = (sealed: Uint8Array, cardId: Uint8Array, secretKey: Uint8Array): Uint8Array =>
  openSealed(secretKey, forCard(cardId), sealed);

function useOf(contentKeyId: Uint8Array, holder: KeyHolder): SealingUse {
  requireBytesOf(contentKeyId, CONTENT_KEY_ID_BYTES, 'contentKeyId');
  return { info: context(`content-key ${holder.holder}`), aad: joined(contentKeyId, bindingOf(holder)) };
}

function bindingOf(holder: KeyHolder): Uint8Array {
  if (holder.holder === 'decider') return utf8.encode(holder.publisherId);
  if (holder.holder === 'player') return requireBytesOf(holder.requestHash, 32, 'requestHash');
  return requireBytesOf(holder.decisionId, 16, 'decisionId');
}

function joined(...parts: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}
