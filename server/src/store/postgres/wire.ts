/** How values travel: integers as bigint, sets of values as binary arrays, which neither side has to write or parse as text. */
import pg from 'pg';

/** Type numbers of pg_type, which are the same in every PostgreSQL. */
const OID = { bytea: 17, int8: 20, int2: 21, int4: 23, text: 25 } as const;
const INTEGERS: readonly number[] = [OID.int8, OID.int4, OID.int2];

/** Rows look as those of SQLite with safe integers: every integer a bigint, every byte string a Buffer. */
export const TYPES: pg.CustomTypesConfig = {
  getTypeParser(oid: number, format: 'text' | 'binary' = 'text'): (value: string) => unknown {
    return INTEGERS.includes(oid) && format === 'text'
      ? BigInt
      : (pg.types.getTypeParser(oid, format) as (value: string) => unknown);
  },
};

const encoder = new TextEncoder();

export const byteas = (values: readonly (Uint8Array | null)[]): Buffer => array(OID.bytea, values);
export const texts = (values: readonly (string | null)[]): Buffer =>
  array(
    OID.text,
    values.map((value) => (value === null ? null : encoder.encode(value))),
  );

/** Written in place: most columns of a batch are integers. */
export function int8s(values: readonly (bigint | number | null)[]): Buffer {
  const nulls = values.reduce<number>((sum, value) => sum + (value === null ? 1 : 0), 0);
  const bytes = head(OID.int8, values.length, values.length * 12 - nulls * 8);
  let at = HEAD_BYTES;
  for (const value of values) {
    at = bytes.writeInt32BE(value === null ? -1 : 8, at);
    if (value !== null) at = bytes.writeBigInt64BE(BigInt(value), at);
  }
  return bytes;
}

function array(oid: number, elements: readonly (Uint8Array | null)[]): Buffer {
  const bytes = head(
    oid,
    elements.length,
    elements.reduce((sum, element) => sum + 4 + (element?.length ?? 0), 0),
  );
  let at = HEAD_BYTES;
  for (const element of elements) {
    at = bytes.writeInt32BE(element?.length ?? -1, at);
    if (element === null) continue;
    bytes.set(element, at);
    at += element.length;
  }
  return bytes;
}

const HEAD_BYTES = 20;

/**
 * The binary form of an array of one dimension: dimensions, whether there may be nulls, element type, length, lower bound; then
 * each element behind its length. An empty one has no dimensions.
 */
function head(oid: number, count: number, elementBytes: number): Buffer {
  const bytes = Buffer.allocUnsafe(count === 0 ? 12 : HEAD_BYTES + elementBytes);
  bytes.writeInt32BE(count === 0 ? 0 : 1, 0);
  bytes.writeInt32BE(1, 4);
  bytes.writeInt32BE(oid, 8);
  if (count === 0) return bytes;
  bytes.writeInt32BE(count, 12);
  bytes.writeInt32BE(1, 16);
  return bytes;
}
