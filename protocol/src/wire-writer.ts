/** Writes canonical MessagePack: the one form of each value, of the types that `wire-scan.ts` lists. */
import type { Wire } from './encoding.ts';
import { ProtocolError } from './errors.ts';

interface Output {
  bytes: Uint8Array;
  at: number;
}

const FIRST_BYTES = 1_024;
const utf8 = new TextEncoder();

const bad = (why: string): ProtocolError => new ProtocolError('BAD_ENCODING', `message: ${why}`);

/** Bytes of a wire value, in memory of their own. Throws BAD_ENCODING or TOO_LARGE for a value that has no form. */
export function writeWire(value: Wire): Uint8Array {
  const out = { bytes: new Uint8Array(FIRST_BYTES), at: 0 };
  writeValue(out, value);
  return out.bytes.slice(0, out.at);
}

function writeValue(out: Output, value: Wire): void {
  if (typeof value === 'number') writeCount(out, value);
  else if (typeof value === 'bigint') writeInt64(out, value);
  else if (typeof value === 'string') writeText(out, value);
  else if (value instanceof Uint8Array) writeByteString(out, value);
  else if (Array.isArray(value)) writeArray(out, value);
  else throw bad('a value that has no form on the wire');
}

function writeCount(out: Output, value: number): void {
  if (!Number.isInteger(value) || Object.is(value, -0) || value < 0 || value > 0xffff_ffff)
    throw bad('a number is not a count of 0 ... 2^32-1');
  if (value < 0x80) writeUint(out, value, 1);
  else if (value < 0x100) writeTyped(out, 0xcc, value, 1);
  else if (value < 0x1_0000) writeTyped(out, 0xcd, value, 2);
  else writeTyped(out, 0xce, value, 4);
}

function writeInt64(out: Output, value: bigint): void {
  if (value < 0n || value >= 1n << 63n) throw bad('an integer is not in 0 ... 2^63-1');
  writeTyped(out, 0xd3, Number(value >> 32n), 4);
  writeUint(out, Number(value & 0xffff_ffffn), 4);
}

function writeText(out: Output, value: string): void {
  // TextEncoder would write U+FFFD in the place of a lone surrogate: other text than was given.
  if (!value.isWellFormed()) throw bad('text with a lone surrogate');
  const encoded = utf8.encode(value);
  if (encoded.length < 32) writeUint(out, 0xa0 | encoded.length, 1);
  else if (encoded.length < 0x100) writeTyped(out, 0xd9, encoded.length, 1);
  else writeTyped(out, 0xda, requireLength(encoded.length), 2);
  writeBytes(out, encoded);
}

function writeByteString(out: Output, value: Uint8Array): void {
  if (value.length < 0x100) writeTyped(out, 0xc4, value.length, 1);
  else writeTyped(out, 0xc5, requireLength(value.length), 2);
  writeBytes(out, value);
}

function writeArray(out: Output, items: readonly Wire[]): void {
  if (items.length < 16) writeUint(out, 0x90 | items.length, 1);
  else writeTyped(out, 0xdc, requireLength(items.length), 2);
  for (const item of items) writeValue(out, item);
}

function requireLength(length: number): number {
  if (length > 0xffff) throw new ProtocolError('TOO_LARGE', `message: a length of ${length}, at most 65535`);
  return length;
}

function writeTyped(out: Output, type: number, value: number, length: number): void {
  writeUint(out, type, 1);
  writeUint(out, value, length);
}

function writeUint(out: Output, value: number, length: number): void {
  const start = reserve(out, length);
  for (let i = start + length - 1; i >= start; i--) {
    out.bytes[i] = value % 256;
    value = Math.floor(value / 256);
  }
}

function writeBytes(out: Output, value: Uint8Array): void {
  const start = reserve(out, value.length); // first: it may replace `out.bytes`
  out.bytes.set(value, start);
}

/** Makes room, and returns where it starts. */
function reserve(out: Output, length: number): number {
  const start = out.at;
  out.at += length;
  if (out.at > out.bytes.length) {
    const larger = new Uint8Array(Math.max(out.at, 2 * out.bytes.length));
    larger.set(out.bytes);
    out.bytes = larger;
  }
  return start;
}
