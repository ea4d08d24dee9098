/** PIN and unblock code as they travel: ASCII digits, filled up to eight bytes with FF. */
import { SECRET_BYTES } from '../applet/secrets.ts';

const FILL = 0xff;

/** @param pin 4 to 8 digits. */
export function pinBlock(pin: string): Uint8Array {
  if (!/^[0-9]{4,8}$/.test(pin)) throw new TypeError('pin: expected 4 to 8 digits');
  return filled(pin);
}

/** @param code 8 digits. */
export function unblockBlock(code: string): Uint8Array {
  if (!/^[0-9]{8}$/.test(code)) throw new TypeError('unblockCode: expected 8 digits');
  return filled(code);
}

function filled(digits: string): Uint8Array {
  const block = new Uint8Array(SECRET_BYTES).fill(FILL);
  block.set(new TextEncoder().encode(digits));
  return block;
}
