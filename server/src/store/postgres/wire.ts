/** How values travel: integers as bigint, sets of values as binary arrays, which neither side has to write or parse as text. */
import pg from 'pg';

/** Type numbers of pg_type, which are the same in every PostgreSQL. */
const OID = { bytea: 17, int8: 20, int2: 21, int4: 23, text: 25 } as const;
const INTEGERS: readonly number[] = [OID.int8, OID.int4, OID.int2];

/** Rows look as those of SQLite with safe integers: every integer a bigint, every byte string a Buffer. */
export const TYPES: pg.CustomTypesConfig = {
  getTypeParser: ((oid: number, format: 'text' | 'binary' = 'text') =>
    INTEGERS.includes(oid) && format === 'text'
      ? BigInt
      : pg.types.getTypeParser(oid, format)) as pg.CustomTypesConfig['getTypeParser'],
};

const encoder = new TextEncoder();

export const byteas = (values: readonly (Uint8Array | null)[]): Buffer => array(OID.bytea, values);
export const texts = (values: readonly (string | null)[]): Buffer =>
  array(
    OID.text,
    values.map((value) => (value === null ? null : encoder.encode(value))),
  );

export function int8s(values: readonly (bigint | number | null)[]): Buffer {
  return array(
    OID.int8,
    values.map((value) => {
      if (value === null) return null;
      const bytes = new Uint8Array(8);
      new DataView(bytes.buffer).setBigInt64(0, BigInt(value));
      return bytes;
    }),
  );
}

/** The binary form of a one-dimensional array: dimensions, flags, element type, length, lower bound, then each element. */
function array(oid: number, elements: readonly (Uint8Array | null)[]): Buffer {
  const bytes = Buffer.allocUnsafe(
    elements.reduce((sum, element) => sum + 4 + (element?.length ?? 0), elements.length === 0 ? 12 : 20),
  );
  bytes.writeInt32BE(elements.length === 0 ? 0 : 1, 0);
  bytes.writeInt32BE(1, 4); // there may be nulls
  bytes.writeInt32BE(oid, 8);
  if (elements.length === 0) return bytes;
  bytes.writeInt32BE(elements.length, 12);
  bytes.writeInt32BE(1, 16);
  let at = 20;
  for (const element of elements) {
    at = bytes.writeInt32BE(element?.length ?? -1, at);
    if (element === null) continue;
    bytes.set(element, at);
    at += element.length;
  }
  return bytes;
}
