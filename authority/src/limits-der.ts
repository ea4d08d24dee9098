/**
 * Writes the DER of our two critical extensions, as `sales-limits.ts` and `card-assurance.ts` of `protocol/src/certificates`
 * define and read them.
 */
import { ASSURANCES, type CardAssurance, type SalesLimits } from '@coinslot/protocol';

const INTEGER = 0x02;
const PRINTABLE_STRING = 0x13;
const SEQUENCE = 0x30;

/** The extension's value; top prices and territories are put in order, each currency and territory must be there once. */
export function encodeSalesLimits({ topPrices, territories, minimumAge }: SalesLimits): Uint8Array {
  const prices = [...topPrices].sort((a, b) => (a.currency < b.currency ? -1 : 1));
  return element(SEQUENCE, [
    element(
      SEQUENCE,
      prices.map(({ amountMinor, currency }) => element(SEQUENCE, [integer(amountMinor), printable(currency)])),
    ),
    element(SEQUENCE, [...territories].sort().map(printable)),
    integer(BigInt(minimumAge)),
  ]);
}

/** The assurance extension's value; ceilings are put in order, each currency must be there once. */
export function encodeCardAssurance({ assurance, ceilings }: CardAssurance): Uint8Array {
  const ordered = [...ceilings].sort((a, b) => (a.currency < b.currency ? -1 : 1));
  return element(SEQUENCE, [
    integer(BigInt(ASSURANCES.indexOf(assurance) + 1)),
    element(
      SEQUENCE,
      ordered.map(({ amountMinor, currency }) => element(SEQUENCE, [printable(currency), integer(amountMinor)])),
    ),
  ]);
}

function printable(text: string): Uint8Array {
  return element(PRINTABLE_STRING, [new TextEncoder().encode(text)]);
}

function integer(value: bigint): Uint8Array {
  if (value < 0n) throw new RangeError('limits: a number below 0');
  const digits = value.toString(16);
  const bytes = Buffer.from(digits.length % 2 === 0 ? digits : `0${digits}`, 'hex');
  return element(INTEGER, bytes.readUInt8(0) >= 0x80 ? [Uint8Array.of(0), bytes] : [bytes]); // a set top bit would read as negative
}

function element(tag: number, parts: readonly Uint8Array[]): Uint8Array {
  const content = Buffer.concat(parts);
  const length = content.length;
  const header =
    length < 0x80 ? [tag, length] : length < 0x100 ? [tag, 0x81, length] : [tag, 0x82, length >> 8, length & 0xff];
  return Uint8Array.from([...header, ...content]);
}
