/** Guards for what operators send in JSON: each returns its value or throws BAD_ENCODING naming the field. */
import { ProtocolError } from '@coinslot/protocol';

export type Fields = Readonly<Record<string, unknown>>;

const bad = (field: string, expected: string): ProtocolError =>
  new ProtocolError('BAD_ENCODING', `${field}: expected ${expected}`);

/** The object in the body, with none but the known fields. */
export function requireFields(body: Uint8Array, known: readonly string[]): Fields {
  let value: unknown;
  try {
    value = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(body));
  } catch {
    throw bad('body', 'JSON in UTF-8');
  }
  return requireRecord(value, 'body', known);
}

export function requireRecord(value: unknown, field: string, known: readonly string[]): Fields {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw bad(field, 'an object');
  const odd = Object.keys(value).find((key) => !known.includes(key));
  if (odd !== undefined) throw bad(field, `none but ${known.join(', ')}`);
  return value as Fields;
}

export function requireText(fields: Fields, field: string): string {
  const value = fields[field];
  if (typeof value !== 'string') throw bad(field, 'text');
  return value;
}

export function requireOneOf<Word extends string>(fields: Fields, field: string, words: readonly Word[]): Word {
  const word = words.find((one) => one === fields[field]);
  if (word === undefined) throw bad(field, `one of ${words.join(', ')}`);
  return word;
}

export function requireList(fields: Fields, field: string, max: number): readonly unknown[] {
  const value = fields[field];
  if (!Array.isArray(value) || value.length > max) throw bad(field, `a list of at most ${max}`);
  return value;
}

/** Minor units in decimal digits, as text: JSON numbers are floats. */
export function requireAmount(fields: Fields, field: string): bigint {
  const text = requireText(fields, field);
  if (!/^(0|[1-9]\d{0,15})$/.test(text)) throw bad(field, 'minor units in decimal digits, as text');
  return BigInt(text);
}

export function requireCount(fields: Fields, field: string, max: number): number {
  const value = fields[field];
  if (typeof value !== 'number' || !Number.isInteger(value) || value < 0 || value > max)
    throw bad(field, `0 ... ${max}`);
  return value;
}

export function requireHex(fields: Fields, field: string, byteCount: number): Uint8Array {
  const text = requireText(fields, field);
  if (text.length !== byteCount * 2 || !/^[0-9a-f]*$/.test(text)) throw bad(field, `${byteCount} bytes in hex`);
  return Uint8Array.from(Buffer.from(text, 'hex'));
}

export function requireBase64(value: unknown, field: string, bytesMax: number): Uint8Array {
  if (typeof value !== 'string' || value.length > bytesMax * 2) throw bad(field, 'base64');
  const bytes = Buffer.from(value, 'base64');
  if (bytes.length === 0 || bytes.length > bytesMax || bytes.toString('base64') !== value) throw bad(field, 'base64');
  return Uint8Array.from(bytes);
}

/** A position or page size out of a query string. */
export function queryCount(query: URLSearchParams, field: string, fallback: bigint, max: bigint): bigint {
  const text = query.get(field);
  if (text === null) return fallback;
  if (!/^\d{1,18}$/.test(text) || BigInt(text) > max) throw bad(field, `0 ... ${max}`);
  return BigInt(text);
}

/** Bytes in hex out of a query string; zeros when they are left out. */
export function queryHex(query: URLSearchParams, field: string, byteCount: number): Uint8Array {
  const text = query.get(field);
  return text === null ? new Uint8Array(byteCount) : requireHex({ [field]: text }, field, byteCount);
}
