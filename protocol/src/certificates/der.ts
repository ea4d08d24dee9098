/**
 * A strict reader for the DER (X.690) that our certificate profile uses, and nothing more: one-byte tags, minimal
 * definite lengths up to 64 KiB, no trailing bytes. It never recurses; whoever reads a structure opens its parts one
 * by one, so depth and work are bounded by the caller's code. Everything unexpected is `BAD_ENCODING`.
 */
import { ProtocolError } from '../errors.ts';

/** A place in a byte string; `open` advances it. `part` names what is being read, for messages. */
export interface Cursor {
  readonly bytes: Uint8Array;
  at: number;
  readonly end: number;
  readonly part: string;
}

/** Tags of the profile: universal class, primitive or constructed (X.690 section 8.1.2). */
export const TAG = {
  boolean: 0x01,
  integer: 0x02,
  bitString: 0x03,
  octetString: 0x04,
  oid: 0x06,
  utf8String: 0x0c,
  printableString: 0x13,
  utcTime: 0x17,
  generalizedTime: 0x18,
  sequence: 0x30,
  set: 0x31,
} as const;

/** The refusal of malformed DER. */
export function badDer(part: string, what: string, cause?: unknown): ProtocolError {
  return new ProtocolError('BAD_ENCODING', `${part}: ${what}`, { cause });
}

/** A cursor over all of `bytes`. */
export function cursorOver(bytes: Uint8Array, part: string): Cursor {
  return { bytes, at: 0, end: bytes.length, part };
}

/** True while something is left. */
export function hasMore(cursor: Cursor): boolean {
  return cursor.at < cursor.end;
}

/** True when the next element has this tag. */
export function isNext(cursor: Cursor, tag: number): boolean {
  return hasMore(cursor) && cursor.bytes[cursor.at] === tag;
}

/** Steps into the next element, which must have this tag, and moves `cursor` past it. */
export function open(cursor: Cursor, tag: number, part: string): Cursor {
  if (!isNext(cursor, tag)) throw badDer(part, `expected tag ${tag}`);
  const { contentAt, contentEnd } = readLength(cursor, part);
  cursor.at = contentEnd;
  return { bytes: cursor.bytes, at: contentAt, end: contentEnd, part };
}

/** The content bytes of the next element, which must have this tag; a view into the certificate. */
export function readContent(cursor: Cursor, tag: number, part: string): Uint8Array {
  const { bytes, at, end } = open(cursor, tag, part);
  return bytes.subarray(at, end);
}

/** The next element's bytes, tag and length included, without stepping into it. */
export function readWhole(cursor: Cursor, tag: number, part: string): Uint8Array {
  const start = cursor.at;
  open(cursor, tag, part);
  return cursor.bytes.subarray(start, cursor.at);
}

/** Refuses bytes left over at the end of a structure. */
export function close(cursor: Cursor): void {
  if (hasMore(cursor)) throw badDer(cursor.part, 'unexpected bytes at the end');
}

/** A non-negative INTEGER of at most `bytesMax` content bytes, in its only minimal form (X.690 section 8.3.2). */
export function readInteger(cursor: Cursor, bytesMax: number, part: string): Uint8Array {
  const content = readContent(cursor, TAG.integer, part);
  const [first, second] = content;
  if (first === undefined || content.length > bytesMax) throw badDer(part, `expected 1 to ${bytesMax} bytes`);
  if (first >= 0x80) throw badDer(part, 'negative');
  if (first === 0 && second !== undefined && second < 0x80) throw badDer(part, 'not minimal');
  return content;
}

/** A small non-negative INTEGER. */
export function readSmallInteger(cursor: Cursor, max: number, part: string): number {
  const value = Number(bigEndian(readInteger(cursor, 4, part)));
  if (value > max) throw badDer(part, `above ${max}`);
  return value;
}

/** A BOOLEAN DEFAULT FALSE: absent means false, and DER forbids to write the default (X.690 sections 11.1 and 11.5). */
export function readDefaultFalse(cursor: Cursor, part: string): boolean {
  if (!isNext(cursor, TAG.boolean)) return false;
  const content = readContent(cursor, TAG.boolean, part);
  if (content.length !== 1 || content[0] !== 0xff) throw badDer(part, 'only TRUE may be written');
  return true;
}

/** An OBJECT IDENTIFIER as the hex of its content bytes; compared, never interpreted. */
export function readOid(cursor: Cursor, part: string): string {
  const content = readContent(cursor, TAG.oid, part);
  const last = content[content.length - 1];
  if (last === undefined || last >= 0x80) throw badDer(part, 'cut object identifier');
  const isMinimal = content.every((byte, i) => byte !== 0x80 || (i > 0 && (content[i - 1] ?? 0) >= 0x80));
  if (!isMinimal) throw badDer(part, 'object identifier is not minimal');
  return hex(content);
}

/** Bytes of a BIT STRING that ends on a whole byte. */
export function readWholeBitString(cursor: Cursor, part: string): Uint8Array {
  const content = readContent(cursor, TAG.bitString, part);
  if (content[0] !== 0) throw badDer(part, 'expected a bit string of whole bytes');
  return content.subarray(1);
}

/** A PrintableString that matches `pattern`. */
export function readPrintable(cursor: Cursor, pattern: RegExp, part: string): string {
  const text = String.fromCharCode(...readContent(cursor, TAG.printableString, part));
  if (!pattern.test(text)) throw badDer(part, 'unexpected characters or length');
  return text;
}

/** Unsigned big-endian value. */
export function bigEndian(bytes: Uint8Array): bigint {
  return bytes.reduce((value, byte) => (value << 8n) | BigInt(byte), 0n);
}

/** Lower-case hex. */
export function hex(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
}

/** X.690 sections 8.1.3 and 10.1: definite, minimal, and inside what encloses it. */
function readLength(cursor: Cursor, part: string): { contentAt: number; contentEnd: number } {
  const { bytes, at, end } = cursor;
  const first = (at + 1 < end ? bytes[at + 1] : undefined) ?? 0x80;
  const lengthBytes = first < 0x80 ? 0 : first - 0x80;
  const contentAt = at + 2 + lengthBytes;
  if (first === 0x80 || lengthBytes > 2 || contentAt > end) throw badDer(part, 'bad length');
  const length = lengthBytes === 0 ? first : Number(bigEndian(bytes.subarray(at + 2, contentAt)));
  const isMinimal = lengthBytes === 0 || length >= (lengthBytes === 1 ? 0x80 : 0x100);
  if (!isMinimal) throw badDer(part, 'length is not minimal');
  if (length > end - contentAt) throw badDer(part, 'runs past its end');
  return { contentAt, contentEnd: contentAt + length };
}
