/**
 * One slot of a card file: magic (8), epoch (8), length (4), SHA-256 over epoch, length and state (32), then the state.
 * All numbers big-endian. The checksum tells a torn or damaged slot from a whole one; it is no protection against who may
 * write the file.
 */
import { createHash } from 'node:crypto';

/** Bytes of one slot in the file; a multiple of every sector size, so that writing one slot never touches the other. */
export const SLOT_BYTES = 65_536;
/** Bytes of a slot before its state. */
export const HEADER_BYTES = 52;
/** The largest state that a slot holds. */
export const STATE_BYTES_MAX = SLOT_BYTES - HEADER_BYTES;
const MAGIC = Buffer.from('CSCARD1\0', 'latin1');

/** A whole slot. */
export interface Slot {
  /** Rises by one with each commit. */
  readonly epoch: bigint;
  readonly state: Uint8Array;
}

/** The bytes to write at the start of a slot; what lies behind them is left over from before and never read. */
export function encodeSlot({ epoch, state }: Slot): Uint8Array {
  const bytes = Buffer.alloc(HEADER_BYTES + state.length);
  MAGIC.copy(bytes);
  bytes.writeBigUInt64BE(epoch, 8);
  bytes.writeUInt32BE(state.length, 16);
  bytes.set(state, HEADER_BYTES);
  checksum(bytes).copy(bytes, 20);
  return bytes;
}

/** The slot that these bytes begin with, or `undefined` when it is torn, damaged or was never written. */
export function decodeSlot(bytes: Buffer): Slot | undefined {
  if (bytes.length < HEADER_BYTES || !bytes.subarray(0, 8).equals(MAGIC)) return undefined;
  const end = HEADER_BYTES + bytes.readUInt32BE(16);
  if (end > bytes.length) return undefined;
  const whole = bytes.subarray(0, end);
  if (!checksum(whole).equals(whole.subarray(20, HEADER_BYTES))) return undefined;
  return { epoch: bytes.readBigUInt64BE(8), state: Uint8Array.from(whole.subarray(HEADER_BYTES)) };
}

/** The epoch that a header claims; whether the slot is whole is `decodeSlot`'s to say. */
export const epochOf = (header: Buffer): bigint => header.readBigUInt64BE(8);

const checksum = (slot: Buffer): Buffer =>
  createHash('sha256').update(slot.subarray(8, 20)).update(slot.subarray(HEADER_BYTES)).digest();
