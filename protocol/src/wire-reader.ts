/**
 * Reads canonical MessagePack. Admitted: positive fixint, uint 8/16/32, int64 that is not negative, fixstr, str 8/16, bin 8/16,
 * fixarray and array 16, each in its shortest form only. Refused with BAD_ENCODING: maps, floats, nil, booleans, extensions,
 * negative integers, uint64, c1, bad UTF-8, a second value. (MessagePack specification, "Formats".)
 *
 * Depth is bounded before stepping in, and every declared length is held against the bytes that are left before anything
 * is built, so a declared 2^32-1 costs nothing and what is allocated is bounded by what was sent.
 */
import type { Wire } from './encoding.ts';
import { ProtocolError } from './errors.ts';
import { LIMITS } from './limits.ts';

interface Cursor {
  readonly bytes: Uint8Array;
  at: number;
  values: number;
}

// fatal: bad UTF-8 throws instead of becoming U+FFFD; ignoreBOM: a leading U+FEFF stays in the text.
const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

const bad = (why: string): ProtocolError => new ProtocolError('BAD_ENCODING', `message: ${why}`);

/** The one value that the bytes hold; byte strings are copies. Throws BAD_ENCODING. */
export function readWire(bytes: Uint8Array): Wire {
  const cursor = { bytes, at: 0, values: 0 };
  const value = readValue(cursor, 0);
  if (cursor.at !== bytes.length) throw bad(`${bytes.length - cursor.at} bytes after the value`);
  return value;
}

function readValue(cursor: Cursor, depth: number): Wire {
  if (++cursor.values > LIMITS.valuesMax) throw bad(`more than ${LIMITS.valuesMax} values`);
  const type = readUint(cursor, 1);
  if (type <= 0x7f) return type;
  if (type >= 0x90 && type <= 0x9f) return readArray(cursor, type & 0x0f, depth);
  if (type >= 0xa0 && type <= 0xbf) return readText(cursor, type & 0x1f);
  switch (type) {
    case 0xcc:
      return readMinimal(cursor, 1, 0x80);
    case 0xcd:
      return readMinimal(cursor, 2, 0x100);
    case 0xce:
      return readMinimal(cursor, 4, 0x1_0000);
    case 0xd3:
      return readInt64(cursor);
    case 0xd9:
      return readText(cursor, readMinimal(cursor, 1, 32));
    case 0xda:
      return readText(cursor, readMinimal(cursor, 2, 0x100));
    case 0xc4:
      return readByteString(cursor, readUint(cursor, 1));
    case 0xc5:
      return readByteString(cursor, readMinimal(cursor, 2, 0x100));
    case 0xdc:
      return readArray(cursor, readMinimal(cursor, 2, 16), depth);
    default:
      throw bad(`type byte 0x${type.toString(16)} is not of this protocol`);
  }
}

function readArray(cursor: Cursor, count: number, depth: number): readonly Wire[] {
  if (depth >= LIMITS.depthMax) throw bad(`nested deeper than ${LIMITS.depthMax}`);
  // Every value takes a byte at least.
  if (count > cursor.bytes.length - cursor.at) throw bad('array longer than the bytes that are left');
  const items: Wire[] = [];
  for (let i = 0; i < count; i++) items.push(readValue(cursor, depth + 1));
  return items;
}

function readText(cursor: Cursor, length: number): string {
  const start = take(cursor, length);
  try {
    return utf8.decode(cursor.bytes.subarray(start, cursor.at));
  } catch (cause) {
    throw new ProtocolError('BAD_ENCODING', 'message: text is not UTF-8', { cause });
  }
}

function readByteString(cursor: Cursor, length: number): Uint8Array {
  const start = take(cursor, length);
  // Not slice(): a Buffer's slice would still be a window of the input.
  return new Uint8Array(cursor.bytes.subarray(start, cursor.at));
}

/** A length or count that would not have fitted into the next shorter form. */
function readMinimal(cursor: Cursor, length: number, min: number): number {
  const value = readUint(cursor, length);
  if (value < min) throw bad('a number or length is not in its shortest form');
  return value;
}

function readInt64(cursor: Cursor): bigint {
  const high = readUint(cursor, 4);
  if (high >= 0x8000_0000) throw bad('negative integer');
  return (BigInt(high) << 32n) | BigInt(readUint(cursor, 4));
}

function readUint(cursor: Cursor, length: number): number {
  let value = 0;
  for (let i = take(cursor, length); i < cursor.at; i++) value = value * 256 + (cursor.bytes[i] as number);
  return value;
}

/** Moves past the next bytes and returns where they start. */
function take(cursor: Cursor, length: number): number {
  const start = cursor.at;
  if (length > cursor.bytes.length - start) throw bad(`cut off at byte ${cursor.bytes.length}`);
  cursor.at += length;
  return start;
}
