/**
 * Canonical MessagePack: one encoding per value.
 *
 * msgpackr alone is not canonical (it keeps the last of two equal keys, takes NaN, non-minimal integers and the reserved
 * byte c1, and builds Error, RegExp and Set whatever the options). So bytes pass three gates: a scan that admits only the
 * types the protocol uses and bounds size, depth and counts before anything is built; a decode against a declared shape;
 * and a re-encoding that must equal the input to the byte. Everything else is BAD_ENCODING.
 *
 * The no-eval build of msgpackr runs everywhere, so that browser (CSP), wallet and server read with the same code.
 */
import { Packr, Unpackr } from 'msgpackr/index-no-eval';
import { ProtocolError } from './errors.ts';
import { LIMITS } from './limits.ts';

/** What may stand on the wire: text, byte strings, small counts (number), 64-bit integers (bigint) and arrays. */
export type Wire = number | bigint | string | Uint8Array | readonly Wire[];

const packr = new Packr({ useRecords: false, moreTypes: false });
const unpackr = new Unpackr({ useRecords: false, mapsAsObjects: false, int64AsType: 'bigint' });

/** Encodes a wire value. Counts take the shortest form, `bigint` always the 9-byte int64. */
export function packWire(value: Wire): Uint8Array {
  // A copy in a plain Uint8Array: msgpackr hands out a window of its own buffer, which it will write to again.
  return new Uint8Array(packr.pack(value));
}

/**
 * Decodes canonical bytes into wire values. Throws TOO_LARGE above `bytesMax`, BAD_ENCODING for anything that is not the
 * one encoding of one value.
 */
export function unpackWire(bytes: Uint8Array, bytesMax: number = LIMITS.messageBytesMax): Wire {
  if (!(bytes instanceof Uint8Array)) throw new TypeError('bytes: expected a Uint8Array');
  if (bytes.length > bytesMax)
    throw new ProtocolError('TOO_LARGE', `message: ${bytes.length} bytes, at most ${bytesMax}`);
  scan(bytes);
  const value = unpackr.unpack(bytes) as Wire;
  // Catches what the scan lets pass: text that is not UTF-8 comes back as U+FFFD and re-encodes to other bytes.
  if (!equalBytes(packr.pack(value), bytes))
    throw new ProtocolError('BAD_ENCODING', 'message: not the canonical encoding');
  return value;
}

/** Byte-by-byte equality; not constant time, so never for secrets. */
export function equalBytes(a: Uint8Array, b: Uint8Array): boolean {
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false;
  return true;
}

/**
 * One pass over the bytes, no allocation beyond a fixed stack. Admits positive fixint, uint8/16/32, non-negative int64,
 * fixstr/str, bin and arrays. Refuses maps, floats, nil, booleans, extensions, negative numbers and c1; array counts are
 * held against the bytes that are left, so a declared length of 2^32-1 costs nothing.
 */
function scan(bytes: Uint8Array): void {
  const remaining: number[] = [1];
  let at = 0;
  let values = 0;
  const take = (length: number): number => {
    const start = at;
    if (length > bytes.length - at) throw new ProtocolError('BAD_ENCODING', `message: cut off at byte ${bytes.length}`);
    at += length;
    return start;
  };
  const uint = (length: number): number => {
    const start = take(length);
    let value = 0;
    for (let i = start; i < start + length; i++) value = value * 256 + (bytes[i] as number);
    return value;
  };
  const open = (count: number): void => {
    if (remaining.length > LIMITS.depthMax)
      throw new ProtocolError('BAD_ENCODING', `message: nested deeper than ${LIMITS.depthMax}`);
    if (count > bytes.length - at)
      throw new ProtocolError('BAD_ENCODING', 'message: array longer than the bytes that are left');
    remaining.push(count);
  };
  while (remaining.length > 0) {
    const top = remaining.length - 1;
    if (remaining[top] === 0) {
      remaining.pop();
      continue;
    }
    remaining[top] = (remaining[top] as number) - 1;
    if (++values > LIMITS.valuesMax)
      throw new ProtocolError('BAD_ENCODING', `message: more than ${LIMITS.valuesMax} values`);
    const byte = uint(1);
    if (byte <= 0x7f) continue;
    else if (byte >= 0x90 && byte <= 0x9f) open(byte & 0x0f);
    else if (byte >= 0xa0 && byte <= 0xbf) take(byte & 0x1f);
    else if (byte === 0xcc) take(1);
    else if (byte === 0xcd) take(2);
    else if (byte === 0xce) take(4);
    else if (byte === 0xd3) {
      const start = take(8);
      if ((bytes[start] as number) & 0x80) throw new ProtocolError('BAD_ENCODING', 'message: negative integer');
    } else if (byte === 0xc4 || byte === 0xd9) take(uint(1));
    else if (byte === 0xc5 || byte === 0xda) take(uint(2));
    else if (byte === 0xdc) open(uint(2));
    // str32, bin32 and array32 cannot be minimal below 64 KiB; everything else is not of this protocol.
    else throw new ProtocolError('BAD_ENCODING', `message: type byte 0x${byte.toString(16)} is not of this protocol`);
  }
  if (at !== bytes.length)
    throw new ProtocolError('BAD_ENCODING', `message: ${bytes.length - at} bytes after the value`);
}
