/**
 * Framing of the journal's file. After a first line, each record is
 *
 *     length (4 bytes, big-endian) ‖ length xor MARK (4) ‖ checksum (8) ‖ payload
 *
 * where the checksum begins SHA-256 over the checksum before it and the payload: records cannot be reordered, dropped from
 * the middle or joined from two files without it showing. The second word tells a damaged length from a torn end.
 */
import { createHash } from 'node:crypto';
import { WalletError } from '../errors.ts';
import { WALLET_LIMITS } from '../limits.ts';

export const FIRST_LINE = new TextEncoder().encode('coinslot journal 1\n');
const MARK = 0x636f_696e;
const HEADER_BYTES = 16;
const CHECKSUM_BYTES = 8;
export const FIRST_CHECKSUM = new Uint8Array(CHECKSUM_BYTES);

function checksum(previous: Uint8Array, payload: Uint8Array): Uint8Array {
  return new Uint8Array(createHash('sha256').update(previous).update(payload).digest().subarray(0, CHECKSUM_BYTES));
}

/** One record's bytes and the checksum that the next one starts from. */
export function frameRecord(previous: Uint8Array, payload: Uint8Array): { bytes: Uint8Array; checksum: Uint8Array } {
  if (payload.length > WALLET_LIMITS.recordBytesMax) throw new RangeError('payload: larger than a record may be');
  const own = checksum(previous, payload);
  const bytes = new Uint8Array(HEADER_BYTES + payload.length);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, payload.length);
  view.setUint32(4, (payload.length ^ MARK) >>> 0);
  bytes.set(own, 8);
  bytes.set(payload, HEADER_BYTES);
  return { bytes, checksum: own };
}

export interface Scan {
  readonly payloads: readonly Uint8Array[];
  /** Bytes of the file that hold whole records; what follows is a torn end. */
  readonly wholeBytes: number;
  /** Of the last whole record. */
  readonly checksum: Uint8Array;
}

/**
 * Reads a journal's bytes. What a crash can leave (an end cut anywhere, an end of zeros, a last record whose payload did not
 * all arrive) counts as torn; anything else that does not fit is damage: PROFILE_DAMAGED, since cutting there would forget
 * payments.
 */
export function scanJournal(file: Uint8Array, path: string): Scan {
  if (file.length < FIRST_LINE.length || isZero(file)) return scanBeginning(file, path);
  if (FIRST_LINE.some((byte, i) => file[i] !== byte)) throw damaged(path, 0, 'not a journal');
  const payloads: Uint8Array[] = [];
  let last: Uint8Array = FIRST_CHECKSUM;
  let at = FIRST_LINE.length;
  while (file.length - at >= HEADER_BYTES) {
    const rest = file.subarray(at);
    const view = new DataView(rest.buffer, rest.byteOffset, rest.byteLength);
    const length = view.getUint32(0);
    if (view.getUint32(4) !== (length ^ MARK) >>> 0 || length > WALLET_LIMITS.recordBytesMax) {
      if (isZero(rest)) break;
      throw damaged(path, at, 'the length of a record does not fit');
    }
    const payload = rest.subarray(HEADER_BYTES, HEADER_BYTES + length);
    if (payload.length < length) break;
    const own = checksum(last, payload);
    if (own.some((byte, i) => rest[8 + i] !== byte)) {
      if (rest.length === HEADER_BYTES + length) break;
      throw damaged(path, at, 'a record does not fit its checksum');
    }
    payloads.push(payload.slice());
    last = own;
    at += HEADER_BYTES + length;
  }
  return { payloads, wholeBytes: at, checksum: last };
}

/** A file whose first line never fully arrived holds nothing. */
function scanBeginning(file: Uint8Array, path: string): Scan {
  const isTorn = isZero(file) || file.every((byte, i) => byte === FIRST_LINE[i]);
  if (!isTorn) throw damaged(path, 0, 'not a journal');
  return { payloads: [], wholeBytes: 0, checksum: FIRST_CHECKSUM };
}

function isZero(bytes: Uint8Array): boolean {
  return bytes.every((byte) => byte === 0);
}

function damaged(path: string, at: number, why: string): WalletError {
  return new WalletError('PROFILE_DAMAGED', `${path}: at byte ${at}, ${why}`, {
    hint: 'Nothing was changed. Restore the profile from a copy, or start a new one and ask games to restore.',
  });
}
