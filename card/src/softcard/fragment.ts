/**
 * One fragment of a card's state. Layout, numbers big-endian:
 *
 *     magic(8) ‖ card(16) ‖ epoch(8) ‖ isWritten(1) ‖ places(1) ‖ quorum(1) ‖ previous(32) ‖ sealedHash(32)   the same in all
 *     index(1) ‖ nonce(12) ‖ share(33) ‖ tag(16)                                                             its own
 *     sealed state(...)                                                                                      the same in all
 *
 * Every epoch has a fresh 32-byte key, cut by Shamir's scheme (shamir-secret-sharing) so that `quorum` shares give it back
 * and fewer tell nothing. The state is sealed once under it and lies whole in every fragment. Cutting the state itself took
 * 115 ms for 40 KiB, cutting a key 0.1 ms; the price is n times the length, 120 KiB where a photograph has more.
 *
 * The share is sealed under the store's own key with everything before it as associated bytes, and the hash of the sealed
 * state is among them: a fragment is authentic as a whole or not at all, each by itself.
 */
import { createCipheriv, createDecipheriv, createHash, hkdfSync } from 'node:crypto';

/** What all fragments of one epoch agree on. */
export interface Epoch {
  /** 16 random bytes, drawn when the card was made. */
  readonly card: Uint8Array;
  readonly epoch: number;
  /** False for the card as it was made: a place in which nothing was ever committed. */
  readonly isWritten: boolean;
  readonly places: number;
  readonly quorum: number;
  /** Digest of the epoch before; zeros in the first. */
  readonly previous: Uint8Array;
  readonly sealedHash: Uint8Array;
}

export interface Fragment extends Epoch {
  /** Names this epoch and, by `previous`, all before it. 32 bytes. */
  readonly digest: Uint8Array;
  /** The place it was written for, from 0. */
  readonly index: number;
  readonly share: Uint8Array;
  readonly sealed: Uint8Array;
  /** All of it, as it lay on the disk. */
  readonly bytes: Uint8Array;
}

const MAGIC = new TextEncoder().encode('CSFRAG1\n');
const HEAD_BYTES = 8 + 16 + 8 + 3 + 32 + 32;
const NONCE_BYTES = 12;
const TAG_BYTES = 16;
const SHARE_BYTES = 33;
const FIXED_BYTES = HEAD_BYTES + 1 + NONCE_BYTES + SHARE_BYTES + TAG_BYTES;
/** Larger states are refused; a full record file of the applet is far below. */
export const STATE_BYTES_MAX = 1 << 20;
export const FRAGMENT_BYTES_MAX = FIXED_BYTES + STATE_BYTES_MAX + TAG_BYTES;
export const DIGEST_BYTES = 32;

/** The store's key: HKDF-SHA-256 (RFC 5869) over both secrets, each with its length, so that no two pairs give one input. */
export function mixKey(pinSecret: Uint8Array, machineSecret: Uint8Array): Uint8Array {
  const input = Buffer.concat([withLength(pinSecret), withLength(machineSecret)]);
  return new Uint8Array(hkdfSync('sha256', input, 'coinslot softcard 1', 'fragment', 32));
}

function withLength(secret: Uint8Array): Uint8Array {
  if (secret.length < 16) throw new RangeError('secret: at least 16 bytes');
  const length = Buffer.alloc(4);
  length.writeUInt32BE(secret.length);
  return Buffer.concat([length, secret]);
}

/** Encrypts a state under the epoch's own key, bound to the card and the epoch. */
export function sealState(key: Uint8Array, epochKey: Uint8Array, of: Omit<Epoch, 'sealedHash'>, state: Uint8Array) {
  const { stateKey, nonce } = stateKeys(key, epochKey, of);
  const cipher = createCipheriv('aes-256-gcm', stateKey, nonce);
  const sealed = Buffer.concat([cipher.update(state), cipher.final(), cipher.getAuthTag()]);
  const epoch: Epoch = { ...of, sealedHash: sha256(sealed) };
  return { epoch, sealed: new Uint8Array(sealed), digest: digestOf(epoch) };
}

/** The state of a fragment whose epoch key has been put together; throws when the key is not the one it was sealed under. */
export function openState(key: Uint8Array, epochKey: Uint8Array, fragment: Fragment): Uint8Array {
  const { stateKey, nonce } = stateKeys(key, epochKey, fragment);
  const end = fragment.sealed.length - TAG_BYTES;
  const decipher = createDecipheriv('aes-256-gcm', stateKey, nonce);
  decipher.setAuthTag(fragment.sealed.subarray(end));
  return new Uint8Array(Buffer.concat([decipher.update(fragment.sealed.subarray(0, end)), decipher.final()]));
}

/** A key and nonce that are used for one message only: the epoch's key is fresh, and the epoch is part of the input. */
function stateKeys(key: Uint8Array, epochKey: Uint8Array, of: Omit<Epoch, 'sealedHash'>) {
  const bound = headOf({ ...of, sealedHash: new Uint8Array(32) });
  const bytes = Buffer.from(hkdfSync('sha256', Buffer.concat([key, epochKey]), 'coinslot softcard 1', bound, 44));
  return { stateKey: bytes.subarray(0, 32), nonce: bytes.subarray(32) };
}

/** The bytes of one fragment. `nonce`: 12 fresh random bytes. */
export function encodeFragment(
  key: Uint8Array,
  nonce: Uint8Array,
  epoch: Epoch,
  own: { index: number; share: Uint8Array; sealed: Uint8Array },
): Uint8Array {
  const bound = Buffer.concat([headOf(epoch), Uint8Array.of(own.index), nonce]);
  const cipher = createCipheriv('aes-256-gcm', key, nonce);
  cipher.setAAD(bound);
  const share = Buffer.concat([cipher.update(own.share), cipher.final(), cipher.getAuthTag()]);
  return new Uint8Array(Buffer.concat([bound, share, own.sealed]));
}

/** The fragment in these bytes, or `undefined` when they are not an authentic one under this key. */
export function decodeFragment(key: Uint8Array, bytes: Uint8Array): Fragment | undefined {
  if (bytes.length < FIXED_BYTES + TAG_BYTES || MAGIC.some((byte, i) => bytes[i] !== byte)) return undefined;
  const bound = bytes.subarray(0, HEAD_BYTES + 1 + NONCE_BYTES);
  const share = openShare(key, bound, bytes.subarray(bound.length, FIXED_BYTES));
  if (share === undefined) return undefined;
  const sealed = bytes.slice(FIXED_BYTES);
  const view = new DataView(bytes.buffer, bytes.byteOffset);
  const epoch: Epoch = {
    card: bytes.slice(8, 24),
    epoch: Number(view.getBigUint64(24)),
    isWritten: bytes[32] === 1,
    places: view.getUint8(33),
    quorum: view.getUint8(34),
    previous: bytes.slice(35, 67),
    sealedHash: bytes.slice(67, 99),
  };
  if (!Buffer.from(sha256(sealed)).equals(epoch.sealedHash)) return undefined;
  return { ...epoch, digest: digestOf(epoch), index: view.getUint8(HEAD_BYTES), share, sealed, bytes };
}

function openShare(key: Uint8Array, bound: Uint8Array, sealed: Uint8Array): Uint8Array | undefined {
  const decipher = createDecipheriv('aes-256-gcm', key, bound.subarray(HEAD_BYTES + 1));
  decipher.setAAD(bound);
  decipher.setAuthTag(sealed.subarray(SHARE_BYTES));
  const share = decipher.update(sealed.subarray(0, SHARE_BYTES));
  try {
    decipher.final();
  } catch {
    return undefined;
  }
  return new Uint8Array(share);
}

function headOf(epoch: Epoch): Uint8Array {
  const head = new Uint8Array(HEAD_BYTES);
  const view = new DataView(head.buffer);
  head.set(MAGIC, 0);
  head.set(epoch.card, 8);
  view.setBigUint64(24, BigInt(epoch.epoch));
  head[32] = epoch.isWritten ? 1 : 0;
  head[33] = epoch.places;
  head[34] = epoch.quorum;
  head.set(epoch.previous, 35);
  head.set(epoch.sealedHash, 67);
  return head;
}

function digestOf(epoch: Epoch): Uint8Array {
  return sha256(headOf(epoch));
}

function sha256(bytes: Uint8Array): Uint8Array {
  return new Uint8Array(createHash('sha256').update(bytes).digest());
}
