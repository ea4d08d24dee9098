/**
 * Canonical MessagePack: one encoding per value.
 *
 * msgpackr reads it, but is no gate by itself: it keeps the last of two equal keys, takes NaN, non-minimal integers and the
 * reserved byte c1, builds Error, RegExp and Set from extensions, and turns bad UTF-8 into U+FFFD in silence. So bytes pass a
 * scan first (`wire-scan.ts`), which admits only the protocol's types and bounds everything before anything is built; and what
 * was read is written again and must equal the input to the byte. Everything else is BAD_ENCODING.
 *
 * The writer is ours (`wire-writer.ts`): msgpackr's packs nearly everything, in more than one form, and its two halves
 * together take 13 kB gzip of the 42 that a game's verifier may weigh. Reader and writer thus know nothing of one another, so
 * that the re-encoding would catch a fault in either; a test asks msgpackr's own writer for the same bytes.
 *
 * The build without eval runs everywhere: browsers with a CSP, wallet and server read with the same code.
 */
import { Unpackr } from 'msgpackr/unpack-no-eval';
import { ProtocolError } from './errors.ts';
import { LIMITS } from './limits.ts';
import { scanWire } from './wire-scan.ts';
import { writeWire } from './wire-writer.ts';

/** What may stand on the wire: text, byte strings, small counts (number), 64-bit integers (bigint) and arrays. */
export type Wire = number | bigint | string | Uint8Array | readonly Wire[];

const unpackr = /* @__PURE__ */ new Unpackr({ useRecords: false, mapsAsObjects: false, int64AsType: 'bigint' });

/**
 * Encodes a wire value. Counts (0 ... 2^32-1) take the shortest form, `bigint` (0 ... 2^63-1) always the 9-byte int64.
 * Throws BAD_ENCODING for what has no form: negative, fractional or larger numbers, text with a lone surrogate, and
 * anything that is not a Wire; TOO_LARGE for text, byte strings or arrays above 65,535.
 */
export function packWire(value: Wire): Uint8Array {
  return writeWire(value);
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
  const value = withOwnBytes(unpackr.unpack(new Uint8Array(bytes)) as Wire);
  if (!equalBytes(writeWire(value), bytes))
    throw new ProtocolError('BAD_ENCODING', 'message: not the canonical encoding');
  return value;
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
