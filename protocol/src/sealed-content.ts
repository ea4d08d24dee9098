/**
 * Sealed content: a file of a game, encrypted under the content key of the offer that opens it. `docs/spec/sealing.md`.
 *
 * A file is the length of its header (4 bytes, big-endian), the header, then chunks of AES-256-GCM, each of 64 KiB of content
 * but the last, under a key of the file's own. The nonce counts chunks and marks the last (the STREAM construction), so that
 * none can be left out, swapped or cut off. The header names the digests of all files of the offer, and the terms that were
 * signed name the digest of that list: no file is swapped after signing, and each can be opened by itself.
 *
 * Encrypting is synchronous, for the publisher's command; opening goes through WebCrypto, which every browser has in a secure
 * context, at many times the speed.
 */
import { gcm } from '@noble/ciphers/aes.js';
import { hkdf } from '@noble/hashes/hkdf.js';
import { sha256 } from '@noble/hashes/sha2.js';
import { context, contextHash } from './contexts.ts';
import { equalBytes } from './encoding.ts';
import { ProtocolError } from './errors.ts';
import { LIMITS } from './limits.ts';
import { requireBytesOf } from './public-key.ts';
import { contentKeyIdOf, SEALING_KEY_BYTES } from './sealing.ts';
import { bytes16, bytes32, count, decodeAs, encodeAs, list, protocolVersion, record, type ValueOf } from './shape.ts';

const TAG_BYTES = 16;
const SALT_BYTES = 16;
const LENGTH_BYTES = 4;
const HEADER_BYTES_MAX = 4_096;
const CHUNKS_BYTES_MAX =
  LIMITS.sealedFileBytesMax + TAG_BYTES * Math.ceil(LIMITS.sealedFileBytesMax / LIMITS.sealedChunkBytes);

const headerShape = record('SealedHeader', {
  version: protocolVersion,
  contentKeyId: bytes16,
  /** `fileDigest` of every file that the offer seals, in its order. */
  files: list(bytes32, 1, LIMITS.sealedFilesMax),
  /** Which of them this is. */
  index: count(LIMITS.sealedFilesMax - 1),
  salt: bytes16,
});

export type SealedHeader = ValueOf<typeof headerShape>;

export interface SealedFiles {
  /** In the order given, each whole: header and chunks. */
  readonly files: readonly Uint8Array[];
  /** What the terms name. */
  readonly contentDigest: Uint8Array;
}

/**
 * Encrypts the files of one offer under its content key (32 bytes). The same files under the same key are the same bytes: the
 * salt that each file's own key is made with is a keyed hash of what is in it.
 */
export function sealContent(contentKey: Uint8Array, contents: readonly Uint8Array[]): SealedFiles {
  const contentKeyId = contentKeyIdOf(contentKey);
  const bodies = contents.map((content) => {
    if (content.length > LIMITS.sealedFileBytesMax)
      throw new ProtocolError('TOO_LARGE', `content: ${content.length} bytes, at most ${LIMITS.sealedFileBytesMax}`);
    const salt = contextHash('content-salt', contentKey, content).slice(0, SALT_BYTES);
    return { salt, chunks: encrypt(fileKeyOf(contentKey, salt), content) };
  });
  const digests = bodies.map(({ salt, chunks }) => fileDigest(salt, chunks));
  const files = bodies.map(({ salt, chunks }, index) => {
    const header = encodeAs(headerShape, 'SealedHeader', { version: 1, contentKeyId, files: digests, index, salt });
    const file = new Uint8Array(LENGTH_BYTES + header.length + chunks.length);
    new DataView(file.buffer).setUint32(0, header.length);
    file.set(header, LENGTH_BYTES);
    file.set(chunks, LENGTH_BYTES + header.length);
    return file;
  });
  return { files, contentDigest: contentDigestOf(digests) };
}

/** Header and chunks of a sealed file. Throws BAD_ENCODING or TOO_LARGE; nothing is verified yet. */
export function readSealedFile(file: Uint8Array): { readonly header: SealedHeader; readonly chunks: Uint8Array } {
  if (file.length < LENGTH_BYTES) throw cut();
  const headerBytes = new DataView(file.buffer, file.byteOffset).getUint32(0);
  if (headerBytes > HEADER_BYTES_MAX) throw new ProtocolError('BAD_ENCODING', 'sealed file: this is none');
  const end = LENGTH_BYTES + headerBytes;
  if (file.length < end + TAG_BYTES) throw cut();
  if (file.length - end > CHUNKS_BYTES_MAX)
    throw new ProtocolError('TOO_LARGE', `sealed file: above ${LIMITS.sealedFileBytesMax} bytes of content`);
  const header = decodeAs(headerShape, 'SealedHeader', file.subarray(LENGTH_BYTES, end), HEADER_BYTES_MAX);
  if (header.index >= header.files.length) throw new ProtocolError('BAD_ENCODING', 'SealedHeader.index: no such file');
  return { header, chunks: file.subarray(end) };
}

/** What the terms name: the digest of the list of the files' digests. */
export const contentDigestOf = (digests: readonly Uint8Array[]): Uint8Array =>
  contextHash('sealed-content', ...digests);

/** The digest of one file: over its salt and its chunks as encrypted, so that it is checked without the key. */
export const fileDigest = (salt: Uint8Array, chunks: Uint8Array): Uint8Array =>
  contextHash('sealed-file', salt, chunks);

/**
 * Holds a sealed file against the key id and the digests that the publisher has signed. Throws BAD_KEY when it is under another
 * key, OFFER_HASH when it is none of the content that was signed.
 */
export function requireSignedContent(
  file: Uint8Array,
  signed: { readonly contentKeyId: Uint8Array; readonly contentDigests: readonly Uint8Array[] },
): { readonly header: SealedHeader; readonly chunks: Uint8Array } {
  const { header, chunks } = readSealedFile(file);
  if (!equalBytes(header.contentKeyId, signed.contentKeyId))
    throw new ProtocolError('BAD_KEY', 'SealedHeader.contentKeyId: the content of another offer');
  const listed = contentDigestOf(header.files);
  const isSigned = signed.contentDigests.some((digest) => equalBytes(digest, listed));
  if (!isSigned || !equalBytes(fileDigest(header.salt, chunks), header.files[header.index] as Uint8Array))
    throw new ProtocolError('OFFER_HASH', 'sealed file: not the content that was signed');
  return { header, chunks };
}

/**
 * Decrypts a sealed file that was held against what is signed. Throws BAD_KEY when the key is another one, or the chunks are
 * not what was encrypted.
 * @param subtle `crypto.subtle`: there in Node, and in browsers on pages from https or the loopback interface.
 */
export async function openContent(
  contentKey: Uint8Array,
  { header, chunks }: { readonly header: SealedHeader; readonly chunks: Uint8Array },
  subtle: Pick<SubtleCrypto, 'importKey' | 'decrypt'>,
): Promise<Uint8Array> {
  const rawKey = fileKeyOf(contentKey, header.salt);
  const key = await subtle.importKey('raw', rawKey as BufferSource, 'AES-GCM', false, ['decrypt']);
  const step = LIMITS.sealedChunkBytes + TAG_BYTES;
  const total = Math.max(1, Math.ceil(chunks.length / step));
  const content = new Uint8Array(chunks.length - total * TAG_BYTES);
  for (let i = 0; i < total; i++) {
    const chunk = chunks.subarray(i * step, (i + 1) * step);
    const iv = nonceOf(i, i === total - 1);
    try {
      const plain = await subtle.decrypt({ name: 'AES-GCM', iv: iv as BufferSource }, key, chunk as BufferSource);
      content.set(new Uint8Array(plain), i * LIMITS.sealedChunkBytes);
    } catch {
      throw new ProtocolError('BAD_KEY', `sealed file: chunk ${i} does not open with this key`);
    }
  }
  return content;
}

function encrypt(fileKey: Uint8Array, content: Uint8Array): Uint8Array {
  const total = Math.max(1, Math.ceil(content.length / LIMITS.sealedChunkBytes));
  const chunks = new Uint8Array(content.length + total * TAG_BYTES);
  for (let i = 0; i < total; i++) {
    const plain = content.subarray(i * LIMITS.sealedChunkBytes, (i + 1) * LIMITS.sealedChunkBytes);
    const sealed = gcm(fileKey, nonceOf(i, i === total - 1)).encrypt(plain);
    chunks.set(sealed, i * (LIMITS.sealedChunkBytes + TAG_BYTES));
  }
  return chunks;
}

/** A key for one file: two files under one content key never share a nonce. */
const fileKeyOf = (contentKey: Uint8Array, salt: Uint8Array): Uint8Array =>
  hkdf(sha256, requireBytesOf(contentKey, SEALING_KEY_BYTES, 'contentKey'), salt, context('content-file'), 32);

/** Seven zero bytes, the number of the chunk, and 1 in the last byte for the last chunk. */
function nonceOf(chunk: number, isLast: boolean): Uint8Array {
  const nonce = new Uint8Array(12);
  const view = new DataView(nonce.buffer);
  view.setUint32(7, chunk);
  view.setUint8(11, isLast ? 1 : 0);
  return nonce;
}

const cut = (): ProtocolError => new ProtocolError('BAD_ENCODING', 'sealed file: cut short');
