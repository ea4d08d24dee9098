/**
 * The byte-level half of the strict Ed25519 profile, shared by the portable verifier (`ed25519.ts`) and the native
 * one (`node.ts`), so that both give one verdict. Everything here is decided without curve arithmetic:
 *
 * - S < L (RFC 8032 section 5.1.7, step 1): otherwise anyone can turn one valid signature into a second;
 * - A and R canonical: the encoded y is below p = 2^255 - 19 (section 5.1.3, step 1);
 * - neither A nor R of small order: with such an A one signature verifies for many messages.
 *
 * What it does not prove: that A or R are points of the curve, nor that the equation holds.
 */
/** True when the encoded point (32 bytes) is canonical and not one of the eight points of small order. */
export function isStrictPoint(encoded: Uint8Array): boolean {
  const y = Uint8Array.from(encoded);
  y[31] = (y[31] ?? 0) & 0x7f; // bit 255 is the sign of x
  return isBelow(y, FIELD_PRIME) && !SMALL_ORDER_Y.some((small) => isSame(y, small));
}

/** True when A, R and S have the strict form. Lengths must have been checked. */
export function hasStrictForm(rawKey: Uint8Array, signature: Uint8Array): boolean {
  return (
    isBelow(signature.subarray(32), GROUP_ORDER) && isStrictPoint(signature.subarray(0, 32)) && isStrictPoint(rawKey)
  );
}

/** p = 2^255 - 19, little-endian. */
const FIELD_PRIME = hexBytes('edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f');
/** L = 2^252 + 27742317777372353535851937790883648493, little-endian: the order of the base point. */
const GROUP_ORDER = hexBytes('edd3f55c1a631258d69cf7a2def9de1400000000000000000000000000000010');
/**
 * The y of every point whose order divides 8. Two points share a y but differ in the sign of x, which is masked before
 * comparing: that also catches the encodings of x = 0 with the sign set, which RFC 8032 refuses to decode.
 */
const SMALL_ORDER_Y: readonly Uint8Array[] = [
  '0100000000000000000000000000000000000000000000000000000000000000', // y = 1: the neutral element
  'ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f', // y = -1: order 2
  '0000000000000000000000000000000000000000000000000000000000000000', // y = 0: order 4
  '26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05', // order 8
  'c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a', // order 8
].map(hexBytes);

function hexBytes(hex: string): Uint8Array {
  return Uint8Array.from({ length: hex.length / 2 }, (_, i) => Number.parseInt(hex.slice(2 * i, 2 * i + 2), 16));
}

/** Little-endian a < b, equal lengths. Not constant time: everything verified here is public. */
function isBelow(a: Uint8Array, b: Uint8Array): boolean {
  for (let i = a.length - 1; i >= 0; i--) {
    const difference = (a[i] ?? 0) - (b[i] ?? 0);
    if (difference !== 0) return difference < 0;
  }
  return false;
}

function isSame(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, i) => byte === b[i]);
}
