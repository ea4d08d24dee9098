/**
 * The gate before msgpackr: one pass over the bytes that builds nothing. Admitted: positive fixint, uint 8/16/32, int64 that
 * is not negative, fixstr, str 8/16, bin 8/16, fixarray and array 16. Refused with BAD_ENCODING: maps, floats, nil, booleans,
 * extensions, negative integers, uint64, c1, a second value (MessagePack specification, "Formats").
 *
 * Depth is bounded by a fixed stack, and array counts are held against the bytes that are left, so a declared 2^32-1 costs
 * nothing. What it lets pass - a length that is not minimal, text that is not UTF-8 - does not survive the re-encoding.
 */
import { ProtocolError } from './errors.ts';
import { LIMITS } from './limits.ts';

interface Cursor {
  readonly bytes: Uint8Array;
  at: number;
  /** Values still to come in each open array; the first entry is the message itself. */
  readonly remaining: number[];
}

const bad = (why: string): ProtocolError => new ProtocolError('BAD_ENCODING', `message: ${why}`);

/** Throws BAD_ENCODING unless the bytes are one value of the admitted types, within depth and count. */
export function scanWire(bytes: Uint8Array): void {
  const cursor: Cursor = { bytes, at: 0, remaining: [1] };
  let values = 0;
  for (;;) {
    const top = cursor.remaining.length - 1;
    if (top < 0) break;
    if (cursor.remaining[top] === 0) cursor.remaining.pop();
    else {
      cursor.remaining[top]! -= 1;
      if (++values > LIMITS.valuesMax) throw bad(`more than ${LIMITS.valuesMax} values`);
      scanValue(cursor);
    }
  }
  if (cursor.at !== bytes.length) throw bad(`${bytes.length - cursor.at} bytes after the value`);
}

function scanValue(cursor: Cursor): void {
  const type = readUint(cursor, 1);
  if (type <= 0x7f) return;
  if (type >= 0x90 && type <= 0x9f) return openArray(cursor, type & 0x0f);
  if (type >= 0xa0 && type <= 0xbf) return take(cursor, type & 0x1f);
  switch (type) {
    case 0xcc:
      return take(cursor, 1);
    case 0xcd:
      return take(cursor, 2);
    case 0xce:
      return take(cursor, 4);
    case 0xd3:
      if (readUint(cursor, 4) >= 0x8000_0000) throw bad('negative integer');
      return take(cursor, 4);
    case 0xc4:
    case 0xd9:
      return take(cursor, readUint(cursor, 1));
    case 0xc5:
    case 0xda:
      return take(cursor, readUint(cursor, 2));
    case 0xdc:
      return openArray(cursor, readUint(cursor, 2));
    default:
      // The 32-bit lengths are among these: below 64 KiB they cannot be minimal.
      throw bad(`type byte 0x${type.toString(16)} is not of this protocol`);
  }
}

function openArray({ bytes, at, remaining }: Cursor, count: number): void {
  if (remaining.length > LIMITS.depthMax) throw bad(`nested deeper than ${LIMITS.depthMax}`);
  // Every value takes a byte at least.
  if (count > bytes.length - at) throw bad('array longer than the bytes that are left');
  remaining.push(count);
}

function readUint(cursor: Cursor, length: number): number {
  const start = cursor.at;
  take(cursor, length);
  let value = 0;
  for (let i = start; i < cursor.at; i++) value = value * 256 + cursor.bytes[i]!;
  return value;
}

function take(cursor: Cursor, length: number): void {
  if (length > cursor.bytes.length - cursor.at) throw bad(`cut off at byte ${cursor.bytes.length}`);
  cursor.at += length;
}
