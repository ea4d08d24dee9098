/**
 * Fixed layouts: every field of a card's command or answer stands at an offset that never changes, so that a card without
 * a parser can read it. Numbers are big-endian. `docs/spec/card.md` lists the offsets; a test compares it with these.
 */
import { ProtocolError } from '@coinslot/protocol';

/** One field: its length, and both directions. */
export interface Field<T> {
  readonly length: number;
  /** What it holds, for the page that lists it. */
  readonly holds: string;
  write(value: T, target: Buffer): void;
  read(source: Buffer): T;
}

type Fields = Readonly<Record<string, Field<unknown>>>;
type ValueOf<F> = F extends Field<infer T> ? T : never;
export type LayoutValue<L> = L extends Layout<infer F> ? { readonly [K in keyof F]: ValueOf<F[K]> } : never;

/** Where one field stands. */
export interface Placed {
  readonly name: string;
  readonly offset: number;
  readonly length: number;
  readonly holds: string;
}

export interface Layout<F> {
  readonly length: number;
  readonly fields: readonly Placed[];
  encode(value: { readonly [K in keyof F]: ValueOf<F[K]> }): Uint8Array;
  /** Throws BAD_ENCODING for bytes of another length or a field that is not well-formed. */
  decode(bytes: Uint8Array): { readonly [K in keyof F]: ValueOf<F[K]> };
}

/** The layout of these fields, one behind the other. */
export function layout<F extends Fields>(name: string, fields: F): Layout<F> {
  let length = 0;
  const placed = Object.entries(fields).map(([field, { length: size, holds }]) => {
    const offset = length;
    length += size;
    return { name: field, offset, length: size, holds };
  });
  const codecOf = (field: Placed): Field<unknown> => fields[field.name] as Field<unknown>;
  return {
    length,
    fields: placed,
    encode(value) {
      const bytes = Buffer.alloc(length);
      for (const field of placed)
        codecOf(field).write(
          (value as Record<string, unknown>)[field.name],
          bytes.subarray(field.offset, field.offset + field.length),
        );
      return Uint8Array.from(bytes);
    },
    decode(input) {
      if (input.length !== length) throw bad(name, `expected ${length} bytes, got ${input.length}`);
      const bytes = Buffer.from(input); // a copy: what is read shares no memory with the command
      const value = placed.map((field) => [
        field.name,
        codecOf(field).read(bytes.subarray(field.offset, field.offset + field.length)),
      ]);
      return Object.freeze(Object.fromEntries(value)) as ReturnType<Layout<F>['decode']>;
    },
  };
}

const bad = (part: string, why: string): ProtocolError => new ProtocolError('BAD_ENCODING', `${part}: ${why}`);

/** Bytes of a fixed length. */
export const raw = (length: number): Field<Uint8Array> => ({
  length,
  holds: 'bytes',
  write(value, target) {
    if (value.length !== length) throw bad('bytes', `expected ${length}, got ${value.length}`);
    target.set(value);
  },
  read: (source) => Uint8Array.from(source),
});

/** Bytes of a fixed length, or none: 1 and the bytes, or zeros. */
export const maybeRaw = (length: number): Field<Uint8Array | undefined> => ({
  length: 1 + length,
  holds: '1 and bytes, or zeros',
  write(value, target) {
    if (value === undefined) return;
    target.writeUInt8(1);
    raw(length).write(value, target.subarray(1));
  },
  read(source) {
    const isThere = yesNo.read(source.subarray(0, 1));
    if (isThere) return raw(length).read(source.subarray(1));
    if (source.some((byte) => byte !== 0)) throw bad('bytes', 'some where there are none');
    return undefined;
  },
});

/** A number of 1, 2 or 4 bytes. */
export const unsigned = (length: 1 | 2 | 4): Field<number> => ({
  length,
  holds: 'number',
  write: (value, target) => void target.writeUIntBE(value, 0, length),
  read: (source) => source.readUIntBE(0, length),
});

/** 0 or 1. */
export const yesNo: Field<boolean> = {
  length: 1,
  holds: '0 or 1',
  write: (value, target) => void target.writeUInt8(value ? 1 : 0),
  read(source) {
    const value = source.readUInt8();
    if (value > 1) throw bad('flag', 'expected 0 or 1');
    return value === 1;
  },
};

/** An amount of minor units in 8 bytes; its range is the protocol's to check. */
export const amount64: Field<bigint> = {
  length: 8,
  holds: 'amount',
  write: (value, target) => void target.writeBigUInt64BE(value),
  read: (source) => source.readBigUInt64BE(),
};

/** A time in ms in 8 bytes. */
export const time64: Field<number> = {
  length: 8,
  holds: 'time in ms',
  write: (value, target) => void target.writeBigUInt64BE(BigInt(value)),
  read(source) {
    const value = source.readBigUInt64BE();
    if (value > BigInt(Number.MAX_SAFE_INTEGER)) throw bad('time', 'out of range');
    return Number(value);
  },
};

/** Three capital letters. */
export const currency3: Field<string> = {
  length: 3,
  holds: 'ISO 4217 code',
  write: (value, target) => void target.write(value, 'latin1'),
  read(source) {
    const code = source.toString('latin1');
    if (!/^[A-Z]{3}$/.test(code)) throw bad('currency', 'expected three capital letters');
    return code;
  },
};

const IDENTIFIER = /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/;
const IDENTIFIER_BYTES_MAX = 64;

/** An identifier: its length in one byte, then 64 bytes of which the rest is zero. */
export const identifier64: Field<string> = {
  length: 1 + IDENTIFIER_BYTES_MAX,
  holds: 'length, then an identifier and zeros',
  write(value, target) {
    if (!IDENTIFIER.test(value)) throw bad('identifier', 'not an identifier');
    target.writeUInt8(value.length);
    target.write(value, 1, 'latin1');
  },
  read(source) {
    const length = source.readUInt8();
    if (length > IDENTIFIER_BYTES_MAX) throw bad('identifier', 'too long');
    const value = source.subarray(1, 1 + length).toString('latin1');
    if (!IDENTIFIER.test(value)) throw bad('identifier', 'not an identifier');
    if (source.subarray(1 + length).some((byte) => byte !== 0)) throw bad('identifier', 'not filled up with zeros');
    return value;
  },
};
