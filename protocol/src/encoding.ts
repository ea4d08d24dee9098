/**
 * Canonical MessagePack: one encoding per value, of the few forms the protocol needs.
 *
 * The field's libraries are no use as a gate: they keep the last of two equal keys, take NaN, non-minimal integers and the
 * reserved byte c1, build Error, RegExp and Set from extensions, and turn bad UTF-8 into U+FFFD in silence; the one tried
 * first also cost 13 kB of a game's 15. So the reader (`wire-reader.ts`) admits only what the writer (`wire-writer.ts`)
 * makes, bounded before anything is built, and what was read is written again and must equal the input to the byte: two
 * statements of one format, each of which would catch a fault in the other. That it is MessagePack, a test asks msgpackr.
 */
import { ProtocolError } from './errors.ts';
import { LIMITS } from './limits.ts';
import { readWire } from './wire-reader.ts';
import { writeWire } from './wire-writer.ts';

/** What may stand on the wire: text, byte strings, small counts (number), 64-bit integers (bigint) and arrays. */
export type Wire = number | bigint | string | Uint8Array | readonly Wire[];

/**
 * Encodes a wire value. Counts (0 ... 2^32-1) take the shortest form, `bigint` (0 ... 2^63-1) always the 9-byte int64.
 * Throws BAD_ENCODING for what has no form: negative, fractional or larger numbers, text with a lone surrogate, and
 * anything that is not a Wire; TOO_LARGE for text, byte strings or arrays above 65,535.
 */
export function packWire(value: Wire): Uint8Array {
  return writeWire(value);
}

/**
 * Decodes canonical bytes into wire values that share no memory with the input. Throws TOO_LARGE above `bytesMax`,
 * BAD_ENCODING for anything that is not the one encoding of one value.
 */
export function unpackWire(bytes: Uint8Array, bytesMax: number = LIMITS.messageBytesMax): Wire {
  if (!(bytes instanceof Uint8Array)) throw new TypeError('bytes: expected a Uint8Array');
  if (bytes.length > bytesMax)
    throw new ProtocolError('TOO_LARGE', `message: ${bytes.length} bytes, at most ${bytesMax}`);
  const value = readWire(bytes);
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
