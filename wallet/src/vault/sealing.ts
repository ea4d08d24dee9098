/**
 * Sealing under a PIN: scrypt (RFC 7914) makes a PIN dear to try, the machine's secret makes the vault file alone useless,
 * AES-256-GCM seals. The three are joined by HKDF (RFC 5869), one key per compartment.
 *
 * What it does not do: whoever takes the whole profile and the machine's secret can try PINs offline at the price of one
 * scrypt each; four digits then fall within the hour. The page says so, and a passphrase is taken as gladly as a PIN.
 */
import { createCipheriv, createDecipheriv, hkdfSync, scrypt } from 'node:crypto';

export interface ScryptCost {
  /** CPU and memory cost, a power of two. */
  N: number;
  r: number;
  p: number;
}

/** Never cheaper than this: 32 MiB and about a tenth of a second. */
export const COST_FLOOR: ScryptCost = Object.freeze({ N: 1 << 15, r: 8, p: 1 });
/** Never dearer: 256 MiB. A profile made on a fast machine must open on a slow one. */
const N_MAX = 1 << 18;
const KEY_BYTES = 32;
const NONCE_BYTES = 12;
const TAG_BYTES = 16;

/** Doubles the cost until one derivation takes `targetMs` on this machine, between the floor and 256 MiB. */
export async function measureCost(targetMs: number, nowMs: () => number): Promise<ScryptCost> {
  for (let N = COST_FLOOR.N; ; N *= 2) {
    const cost = { ...COST_FLOOR, N };
    const startedMs = nowMs();
    await stretch('measuring', new Uint8Array(16), cost);
    if (N >= N_MAX || (nowMs() - startedMs) * 2 > targetMs) return cost;
  }
}

/** True for a cost that this wallet would have written: a cheaper one in the file is a forgery, a dearer one a trap. */
export function isAcceptableCost({ N, r, p }: ScryptCost): boolean {
  return Number.isInteger(Math.log2(N)) && N >= COST_FLOOR.N && N <= N_MAX && r === COST_FLOOR.r && p === COST_FLOOR.p;
}

/** The PIN's key before the machine's secret is mixed in: 32 bytes. Unicode is brought to one form first. */
export function stretch(pin: string, salt: Uint8Array, cost: ScryptCost): Promise<Uint8Array> {
  const maxmem = 256 * cost.N * cost.r;
  return new Promise((resolve, reject) => {
    scrypt(pin.normalize('NFKC'), salt, KEY_BYTES, { ...cost, maxmem }, (fault, key) => {
      if (fault) reject(fault);
      else resolve(new Uint8Array(key));
    });
  });
}

/** The key of one compartment, 32 bytes. */
export function compartmentKey(stretched: Uint8Array, machineSecret: Uint8Array, name: string): Uint8Array {
  return new Uint8Array(hkdfSync('sha256', stretched, machineSecret, `coinslot/1 vault ${name}`, KEY_BYTES));
}

/** A key from the machine's secret alone, 32 bytes. */
export function machineKey(machineSecret: Uint8Array, name: string): Uint8Array {
  const none = new Uint8Array();
  return new Uint8Array(hkdfSync('sha256', machineSecret, none, `coinslot/1 machine ${name}`, KEY_BYTES));
}

/** nonce ‖ ciphertext ‖ tag. `bound` is authenticated with it and not kept in it. */
export function seal(key: Uint8Array, plain: Uint8Array, bound: Uint8Array, nonce: Uint8Array): Uint8Array {
  const cipher = createCipheriv('aes-256-gcm', key, nonce);
  cipher.setAAD(bound);
  return new Uint8Array(Buffer.concat([nonce, cipher.update(plain), cipher.final(), cipher.getAuthTag()]));
}

/** What was sealed, or `undefined` under another key or after any change. */
export function unseal(key: Uint8Array, sealed: Uint8Array, bound: Uint8Array): Uint8Array | undefined {
  if (sealed.length < NONCE_BYTES + TAG_BYTES) return undefined;
  const decipher = createDecipheriv('aes-256-gcm', key, sealed.subarray(0, NONCE_BYTES));
  decipher.setAAD(bound);
  decipher.setAuthTag(sealed.subarray(-TAG_BYTES));
  try {
    const opened = decipher.update(sealed.subarray(NONCE_BYTES, -TAG_BYTES));
    decipher.final();
    return new Uint8Array(opened);
  } catch {
    return undefined;
  }
}

export const SEAL_NONCE_BYTES = NONCE_BYTES;
