/**
 * Shapes: what a field may hold, in both directions. A shape refuses on encoding what it would refuse on decoding, so that
 * no party can make a message that another cannot read. Records are positional arrays: field names never travel.
 */
import { codeName, CODES, type CodeName } from './codes.ts';
import { PROTOCOL_VERSION } from './contexts.ts';
import { packWire, unpackWire, type Wire } from './encoding.ts';
import { ProtocolError } from './errors.ts';
import { LIMITS } from './limits.ts';

export interface Shape<T> {
  /** Value to wire; `at` names the field in the error. */
  toWire(value: T, at: string): Wire;
  /** Wire to a frozen value; throws BAD_ENCODING naming the field. */
  fromWire(wire: Wire, at: string): T;
}

export type ValueOf<S> = S extends Shape<infer T> ? T : never;

const bad = (at: string, why: string): ProtocolError => new ProtocolError('BAD_ENCODING', `${at}: ${why}`);

/** The same check in both directions, for values whose wire form is themselves. */
function same<T extends Wire>(check: (value: Wire, at: string) => T): Shape<T> {
  return { toWire: check, fromWire: check };
}

/** A small count, 0 ... max <= 2^32-1, in the shortest form. */
export function count(max: number): Shape<number> {
  return same((value, at) => {
    if (typeof value !== 'number' || !Number.isInteger(value) || Object.is(value, -0))
      throw bad(at, 'expected a whole number');
    if (value < 0 || value > max) throw bad(at, `expected 0 ... ${max}`);
    return value;
  });
}

/** Any count that has a form on the wire. */
export const uint32 = count(0xffff_ffff);

/** The one version this code speaks: another is refused, never guessed at. */
export const protocolVersion: Shape<number> = same((value, at) => {
  if (value !== PROTOCOL_VERSION) throw bad(at, `expected version ${PROTOCOL_VERSION}`);
  return value;
});

/** An amount in minor units, 0 ... 2^53-1, as int64. */
export const amount: Shape<bigint> = same((value, at) => {
  if (typeof value !== 'bigint') throw bad(at, 'expected a 64-bit integer');
  if (value < 0n || value > LIMITS.amountMinorMax) throw bad(at, 'expected 0 ... 2^53-1');
  return value;
});

/** A time in ms since 1970 (UTC, no leap seconds), as int64 on the wire and a number in hand. */
export const timeMs: Shape<number> = {
  toWire(value, at) {
    if (!Number.isInteger(value) || value < 0 || value > LIMITS.timeMsMax) throw bad(at, 'expected a time in ms');
    return BigInt(value);
  },
  fromWire(wire, at) {
    if (typeof wire !== 'bigint' || wire < 0n || wire > BigInt(LIMITS.timeMsMax))
      throw bad(at, 'expected a time in ms');
    return Number(wire);
  },
};

/** A byte string of min ... max bytes. */
export function bytes(min: number, max: number): Shape<Uint8Array> {
  return same((value, at) => {
    if (!(value instanceof Uint8Array)) throw bad(at, 'expected a byte string');
    if (value.length < min || value.length > max) {
      throw bad(at, min === max ? `expected ${min} bytes` : `expected ${min} ... ${max} bytes`);
    }
    return value;
  });
}

export const bytes16 = bytes(16, 16);
export const bytes32 = bytes(32, 32);
/** A signature: Ed25519, or raw r, s of ECDSA P-256. */
export const bytes64 = bytes(64, 64);
/** A public key as SubjectPublicKeyInfo DER, Ed25519 (44 bytes) or P-256 (91); its form is checked where it is used. */
export const spkiBytes = bytes(44, 91);
/** A whole envelope inside another message. */
export const envelopeBytes = bytes(1, LIMITS.messageBytesMax);

const utf8 = new TextEncoder();

/**
 * NFC text of 0 ... max UTF-8 bytes, without NUL, which cuts text short in too many places. Other control characters are the
 * publisher's own and travel; whoever shows text makes them visible.
 */
export function text(bytesMax: number): Shape<string> {
  return same((value, at) => {
    if (typeof value !== 'string') throw bad(at, 'expected text');
    if (value.length > bytesMax || utf8.encode(value).length > bytesMax)
      throw bad(at, `expected at most ${bytesMax} bytes of text`);
    if (!value.isWellFormed()) throw bad(at, 'expected well-formed Unicode');
    if (value.includes('\0')) throw bad(at, 'expected text without NUL');
    if (value.normalize('NFC') !== value) throw bad(at, 'expected NFC text');
    return value;
  });
}

/** An identifier: 1 ... 64 of a-z A-Z 0-9 . _ - so that it can stand in logs, URLs and file names as it is. */
export const identifier: Shape<string> = same((value, at) => {
  if (typeof value !== 'string' || !/^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/.test(value))
    throw bad(at, 'expected an identifier');
  return value;
});

/**
 * An ISO 4217 code by form; whether it circulates is asked where money is made (`exponentOf`). Text of another form, such as
 * `usd` or a Cyrillic look-alike, is OFFER_CURRENCY here as it is there.
 */
export const currencyCode: Shape<string> = same((value, at) => {
  if (typeof value !== 'string') throw bad(at, 'expected an ISO 4217 code');
  if (!/^[A-Z]{3}$/.test(value)) throw new ProtocolError('OFFER_CURRENCY', `${at}: expected an ISO 4217 code`);
  return value;
});

/** An ISO 3166-1 alpha-2 code by form. */
export const territoryCode: Shape<string> = same((value, at) => {
  if (typeof value !== 'string' || !/^[A-Z]{2}$/.test(value)) throw bad(at, 'expected an ISO 3166 code');
  return value;
});

/** A web origin as browsers send it: scheme, host, perhaps a port; lower case, no path, no user (RFC 6454 section 6.2). */
export const webOrigin: Shape<string> = same((value, at) => {
  const form = /^[a-z][a-z0-9+.-]{0,31}:\/\/([a-z0-9_-]+(\.[a-z0-9_-]+)*|\[[0-9a-f:.]+\])(:[1-9][0-9]{0,4})?$/;
  if (typeof value !== 'string' || value.length > LIMITS.titleBytesMax || !form.test(value))
    throw bad(at, 'expected a web origin');
  return value;
});

/** A code, on the wire its number. */
export const code: Shape<CodeName> = {
  toWire(value, at) {
    if (!Object.hasOwn(CODES, value)) throw bad(at, 'unknown code');
    return CODES[value].number;
  },
  fromWire(wire, at) {
    const name = typeof wire === 'number' ? codeName(wire) : undefined;
    if (name === undefined) throw bad(at, 'unknown code');
    return name;
  },
};

/** A BCP 47 tag of the plain kind: `en`, `pt-BR`, `zh-Hans-CN`. */
export const localeTag: Shape<string> = same((value, at) => {
  if (typeof value !== 'string' || !/^[a-z]{2,3}(-[A-Za-z0-9]{2,8}){0,3}$/.test(value))
    throw bad(at, 'expected a locale');
  return value;
});

/** One of a closed list of words, on the wire as its position + 1 (0 stays free for "absent" in no shape at all). */
export function oneOf<const W extends string>(...words: readonly W[]): Shape<W> {
  return {
    toWire(value, at) {
      const index = words.indexOf(value);
      if (index < 0) throw bad(at, `expected one of ${words.join(', ')}`);
      return index + 1;
    },
    fromWire(wire, at) {
      const word = typeof wire === 'number' ? words[wire - 1] : undefined;
      if (word === undefined) throw bad(at, `expected one of ${words.join(', ')}`);
      return word;
    },
  };
}

/** yes = 1, no = 0. */
export const flag: Shape<boolean> = {
  toWire(value, at) {
    if (typeof value !== 'boolean') throw bad(at, 'expected yes or no');
    return value ? 1 : 0;
  },
  fromWire(wire, at) {
    if (wire !== 0 && wire !== 1) throw bad(at, 'expected 0 or 1');
    return wire === 1;
  },
};

/** min ... max items of one shape; where `keyOf` is given, no two with one key. */
export function list<T>(item: Shape<T>, min: number, max: number, keyOf?: (value: T) => string): Shape<readonly T[]> {
  const inRange = (length: number, at: string): void => {
    if (length < min || length > max) throw bad(at, `expected ${min} ... ${max} items`);
  };
  const distinct = (values: readonly T[], at: string): readonly T[] => {
    if (keyOf !== undefined && new Set(values.map(keyOf)).size !== values.length) throw bad(at, 'one item twice');
    return values;
  };
  return {
    toWire(value, at) {
      if (!Array.isArray(value)) throw bad(at, 'expected a list');
      inRange(value.length, at);
      return distinct(value, at).map((one: T, i) => item.toWire(one, `${at}[${i}]`));
    },
    fromWire(wire, at) {
      if (!Array.isArray(wire)) throw bad(at, 'expected a list');
      inRange(wire.length, at);
      const values = wire.map((one: Wire, i) => item.fromWire(one, `${at}[${i}]`));
      return Object.freeze(distinct(values, at));
    },
  };
}

/** A value that may be absent: a list of none or one, because nil is never on the wire. */
export function maybe<T>(item: Shape<T>): Shape<T | undefined> {
  return {
    toWire: (value, at) => (value === undefined ? [] : [item.toWire(value, at)]),
    fromWire(wire, at) {
      if (!Array.isArray(wire) || wire.length > 1) throw bad(at, 'expected none or one');
      return wire.length === 0 ? undefined : item.fromWire(wire[0] as Wire, at);
    },
  };
}

/** A shape whose fields must also agree with each other; `why` names what does not, or is undefined. */
export function agreeing<T>(shape: Shape<T>, why: (value: T) => string | undefined): Shape<T> {
  const agreed = (value: T, at: string): T => {
    const reason = why(value);
    if (reason !== undefined) throw bad(at, reason);
    return value;
  };
  return {
    toWire(value, at) {
      const wire = shape.toWire(value, at);
      agreed(value, at);
      return wire;
    },
    fromWire: (wire, at) => agreed(shape.fromWire(wire, at), at),
  };
}

/** A positional record: the fields in the order given here are the order on the wire. Missing and extra fields are refused. */
export function record<F extends Record<string, Shape<unknown>>>(
  name: string,
  fields: F,
): Shape<{ readonly [K in keyof F]: ValueOf<F[K]> }> {
  type Value = { readonly [K in keyof F]: ValueOf<F[K]> };
  const names = Object.keys(fields) as (keyof F & string)[];
  const shapes = names.map((field) => fields[field] as Shape<unknown>);
  return {
    toWire(value, at) {
      if (typeof value !== 'object' || value === null) throw bad(at, `expected ${name}`);
      const source = value as Record<string, unknown>;
      return shapes.map((shape, i) => shape.toWire(source[names[i] as string], `${at}.${names[i]}`));
    },
    fromWire(wire, at) {
      if (!Array.isArray(wire)) throw bad(at, `expected ${name}`);
      if (wire.length !== names.length)
        throw bad(at, `expected the ${names.length} fields of ${name}, got ${wire.length}`);
      const value: Record<string, unknown> = {};
      shapes.forEach((shape, i) => (value[names[i] as string] = shape.fromWire(wire[i] as Wire, `${at}.${names[i]}`)));
      return Object.freeze(value) as Value;
    },
  };
}

/**
 * A record that has grown a last field. Where that is absent the bytes are those of before, so that what was signed and kept
 * without it still reads, and each value has one encoding.
 */
export function grownRecord<F extends Record<string, Shape<unknown>>, G extends Record<string, Shape<unknown>>>(
  name: string,
  fields: F,
  last: G,
): Shape<{ readonly [K in keyof F]: ValueOf<F[K]> } & { readonly [K in keyof G]?: ValueOf<G[K]> | undefined }> {
  type Before = { readonly [K in keyof F]: ValueOf<F[K]> };
  type Value = Before & { readonly [K in keyof G]?: ValueOf<G[K]> | undefined };
  const [before, after] = [record(name, fields), record(name, { ...fields, ...last })];
  const names = Object.keys(fields).length;
  const [lastName] = Object.keys(last) as [keyof G];
  return {
    toWire: (value, at) =>
      typeof value === 'object' && value !== null && value[lastName] !== undefined
        ? after.toWire(value as never, at)
        : before.toWire(value, at),
    fromWire: (wire, at) =>
      (Array.isArray(wire) && wire.length === names + 1 ? after : before).fromWire(wire, at) as Value,
  };
}

/** Bytes of a value under a shape. Throws BAD_ENCODING, TOO_LARGE or OFFER_CURRENCY for what it would not accept back. */
export function encodeAs<T>(
  shape: Shape<T>,
  name: string,
  value: T,
  bytesMax: number = LIMITS.messageBytesMax,
): Uint8Array {
  const packed = packWire(shape.toWire(value, name));
  if (packed.length > bytesMax)
    throw new ProtocolError('TOO_LARGE', `${name}: ${packed.length} bytes, at most ${bytesMax}`);
  return packed;
}

/** The frozen value that canonical bytes hold under a shape. Throws TOO_LARGE, BAD_ENCODING or OFFER_CURRENCY. */
export function decodeAs<T>(
  shape: Shape<T>,
  name: string,
  input: Uint8Array,
  bytesMax: number = LIMITS.messageBytesMax,
): T {
  return shape.fromWire(unpackWire(input, bytesMax), name);
}
