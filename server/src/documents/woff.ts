/** Unpacks WOFF 1.0 (W3C Recommendation, 2012) once, with zlib: the PDF's library would do it for each document again, in script. */
import { inflateSync } from 'node:zlib';

const WOFF_HEADER_BYTES = 44;
const WOFF_ENTRY_BYTES = 20;
const SFNT_HEADER_BYTES = 12;
const SFNT_ENTRY_BYTES = 16;
const SIGNATURE = 'wOFF';

/** The font as TrueType or OpenType. Throws RangeError for bytes that are no WOFF 1.0. */
export function unpackWoff(woff: Buffer): Buffer {
  if (woff.toString('latin1', 0, 4) !== SIGNATURE) throw new RangeError('font: not WOFF 1.0');
  const count = woff.readUInt16BE(12);
  const tables = Array.from({ length: count }, (_, i) => tableOf(woff, WOFF_HEADER_BYTES + i * WOFF_ENTRY_BYTES));
  const head = Buffer.alloc(SFNT_HEADER_BYTES + count * SFNT_ENTRY_BYTES);
  const selector = Math.floor(Math.log2(count));
  woff.copy(head, 0, 4, 8);
  head.writeUInt16BE(count, 4);
  head.writeUInt16BE(2 ** selector * SFNT_ENTRY_BYTES, 6);
  head.writeUInt16BE(selector, 8);
  head.writeUInt16BE((count - 2 ** selector) * SFNT_ENTRY_BYTES, 10);
  let offset = head.length;
  const bodies = tables.map(({ tag, checksum, bytes }, i) => {
    const at = SFNT_HEADER_BYTES + i * SFNT_ENTRY_BYTES;
    head.writeUInt32BE(tag, at);
    head.writeUInt32BE(checksum, at + 4);
    head.writeUInt32BE(offset, at + 8);
    head.writeUInt32BE(bytes.length, at + 12);
    const padded = Buffer.alloc(Math.ceil(bytes.length / 4) * 4);
    bytes.copy(padded);
    offset += padded.length;
    return padded;
  });
  return Buffer.concat([head, ...bodies]);
}

function tableOf(woff: Buffer, at: number) {
  const [tag, offset, packed, length, checksum] = [0, 4, 8, 12, 16].map((field) => woff.readUInt32BE(at + field)) as [
    number,
    number,
    number,
    number,
    number,
  ];
  const body = woff.subarray(offset, offset + packed);
  const bytes = packed < length ? inflateSync(body, { maxOutputLength: length }) : body;
  if (bytes.length !== length) throw new RangeError('font: a table of another length than stated');
  return { tag, checksum, bytes };
}
