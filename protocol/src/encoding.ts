/**
 * Canonical MessagePack: one encoding per value.
 *
 * msgpackr reads and writes it, but is no gate by itself: it keeps the last of two equal keys, takes NaN, non-minimal integers
 * and the reserved byte c1, builds Error, RegExp and Set from extensions, and turns bad UTF-8 into U+FFFD in silence. So bytes
 * pass a scan first (`wire-scan.ts`), which admits only the protocol's types and bounds everything before anything is built;
 * and what was read is written again and must equal the input to the byte. Everything else is BAD_ENCODING.
 *
 * The build without eval runs everywhere: browsers with a CSP, wallet and server read with the same code.
 */
import { Packr, Unpackr } from 'msgpackr/index-no-eval';
import { ProtocolError } from './errors.ts';
import { LIMITS } from './limits.ts';
import { scanWire } from './wire-scan.ts';

/** What may stand on the wire: text, byte strings, small counts (number), 64-bit integers (bigint) and arrays. */
export type Wire = number | bigint | string | Uint8Array | readonly Wire[];

const packr = /* @__PURE__ */ new Packr({ useRecords: false, moreTypes: false });
const unpackr = /* @__PURE__ */ new Unpackr({ useRecords: false, mapsAsObjects: false, int64AsType: 'bigint' });

/**
 * Encodes a wire value. Counts (0 ... 2^32-1) take the shortest form, `bigint` (0 ... 2^63-1) always the 9-byte int64.
 * Throws BAD_ENCODING for what has no form: negative, fractional or larger numbers, text with a lone surrogate, and
 * anything that is not a Wire; TOO_LARGE for text, byte strings or arrays above 65,535.
 */
export function packWire(value: Wire): Uint8Array {
  requireForm(value);
  // A copy: msgpackr hands out a window of its own buffer, which it will write to again.
  return new Uint8Array(packr.pack(value));
}

/**
 * Decodes canonical bytes into wire values. Throws TOO_LARGE above `bytesMax`, BAD_ENCODING for anything that is not the one
 * encoding of one value. What comes back shares no memory with the input.
 */
export function unpackWire(bytes: Uint8Array, bytesMax: number = LIMITS.messageBytesMax): Wire {
  if (!(bytes instanceof Uint8Array)) throw new TypeError('bytes: expected a Uint8Array');
  if (bytes.length > bytesMax)
    throw new ProtocolError('TOO_LARGE', `message: ${bytes.length} bytes, at most ${bytesMax}`);
  scanWire(bytes);
  // A copy: msgpackr hangs a DataView on what it is given, and its byte strings are windows of it.
  const value = unpackr.unpack(new Uint8Array(bytes)) as Wire;
  if (!equalBytes(packr.pack(value), bytes))
    throw new ProtocolError('BAD_ENCODING', 'message: not the canonical encoding');
  return withOwnBytes(value);
}

/** Byte-by-byte equality; not constant time, so never for secrets. */
export function equalBytes(a: Uint8Array, b: Uint8Array): boolean {
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false;
  return true;
}

/** Byte strings as plain Uint8Arrays of their own; in Node msgpackr gives Buffers, whose `slice` is a window again. */
function withOwnBytes(value: Wire): Wire {
  if (value instanceof Uint8Array) return new Uint8Array(value);
  return Array.isArray(value) ? (value as readonly Wire[]).map(withOwnBytes) : value;
}

const LENGTH_MAX = 0xffff;
const utf8 = /* @__PURE__ */ new TextEncoder();
const bad = (why: string): ProtocolError => new ProtocolError('BAD_ENCODING', `message: ${why}`);

/** msgpackr finds a form for nearly everything; here only what the scan admits has one. */
function requireForm(value: Wire): void {
  if (typeof value === 'number') {
    if (!Number.isInteger(value) || Object.is(value, -0) || value < 0 || value > 0xffff_ffff)
      throw bad('a number is not a count of 0 ... 2^32-1');
  } else if (typeof value === 'bigint') {
    if (value < 0n || value >= 1n << 63n) throw bad('an integer is not in 0 ... 2^63-1');
  } else if (typeof value === 'string') {
    // It would be written as U+FFFD: other text than was given.
    if (!value.isWellFormed()) throw bad('text with a lone surrogate');
    requireLength(3 * value.length <= LENGTH_MAX ? value.length : utf8.encode(value).length);
  } else if (value instanceof Uint8Array) {
    requireLength(value.length);
  } else if (Array.isArray(value)) {
    requireLength(value.length);
    // Not forEach: it would step over holes.
    for (const item of value as readonly Wire[]) requireForm(item);
  } else throw bad('a value that has no form on the wire');
}

/** From 64 KiB on lengths take 32 bits, which are not of this protocol. */
function requireLength(length: number): void {
  if (length > LENGTH_MAX)
    throw new ProtocolError('TOO_LARGE', `message: a length of ${length}, at most ${LENGTH_MAX}`);
}
