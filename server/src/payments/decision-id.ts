/**
 * Names of decisions: 48 bits of milliseconds, then 80 bits at random, as in RFC 9562's version 7 without its version marks. What
 * is decided together then stands together in the store's index of them; names drawn wholly at random cost a page of it, read and
 * written, for each decision.
 */
import type { Random } from '../log.ts';

const TIME_BYTES = 6;
const RANDOM_BYTES = 10;

/** 16 bytes. */
export function newDecisionId(nowMs: number, random: Random): Uint8Array {
  const id = Buffer.alloc(TIME_BYTES + RANDOM_BYTES);
  id.writeUIntBE(nowMs, 0, TIME_BYTES);
  id.set(random(RANDOM_BYTES), TIME_BYTES);
  return Uint8Array.from(id);
}
