/** The little of BER-TLV that SELECT's answer needs (ISO 7816-4 section 5.2.2). */
import { ProtocolError } from '@coinslot/protocol';

export interface Tlv {
  /** One or two bytes. */
  readonly tag: number;
  readonly value: Uint8Array;
}

/** Tag, length in its shortest form, value; at most 65,535 bytes of value. */
export function encodeTlv(tag: number, value: Uint8Array): Uint8Array {
  const { length } = value;
  const lengthBytes = length < 0x80 ? [length] : length < 0x100 ? [0x81, length] : [0x82, length >> 8, length & 0xff];
  return Uint8Array.from([...(tag > 0xff ? [tag >> 8, tag & 0xff] : [tag]), ...lengthBytes, ...value]);
}

/** The objects that stand one behind the other. Throws BAD_ENCODING where a length does not fit. */
export function decodeTlvs(bytes: Uint8Array): readonly Tlv[] {
  const found: Tlv[] = [];
  let at = 0;
  const next = (): number => {
    const byte = bytes[at++];
    if (byte === undefined) throw new ProtocolError('BAD_ENCODING', 'TLV: cut off');
    return byte;
  };
  while (at < bytes.length) {
    const first = next();
    const tag = (first & 0x1f) === 0x1f ? (first << 8) | next() : first;
    const short = next();
    if (short > 0x82 || short === 0x80) throw new ProtocolError('BAD_ENCODING', 'TLV: length');
    const length = short === 0x82 ? (next() << 8) | next() : short === 0x81 ? next() : short;
    if (at + length > bytes.length) throw new ProtocolError('BAD_ENCODING', 'TLV: longer than what holds it');
    found.push({ tag, value: bytes.slice(at, at + length) });
    at += length;
  }
  return found;
}
