/**
 * Byte layouts of the socket between a PC/SC client and pcscd, versions 4:4 and 4:5 (pcsc-lite 1.8.24 to 2.4; `winscard_msg.h`
 * and `eventhandler.h` there). A command is a header { body's length, command }, both uint32, and a structure of fixed
 * length; the answer is the same structure filled in, without a header. All numbers in the machine's own byte order.
 */
import { endianness } from 'node:os';
import type { ReaderState } from '../../ports.ts';

export const COMMAND = {
  establishContext: 0x01,
  releaseContext: 0x02,
  connect: 0x04,
  disconnect: 0x06,
  beginTransaction: 0x07,
  endTransaction: 0x08,
  transmit: 0x09,
  version: 0x11,
  readerStates: 0x12,
  waitReaderStateChange: 0x13,
} as const;
export type Command = (typeof COMMAND)[keyof typeof COMMAND];

export const VERSION_MAJOR = 4;
/** Newer daemons (4:6) take both of these; older ones only their own. */
export const VERSION_MINORS: readonly number[] = [4, 5];

export const SCOPE_SYSTEM = 2;
export const SHARE_SHARED = 2;
/** T=0 or T=1, as the card likes. */
export const PROTOCOL_ANY = 3;
export const DISPOSITION = { leave: 0, reset: 1 } as const;

const READER_NAME_BYTES = 128;
const ATR_BYTES_MAX = 33;
const READERS_MAX = 16;
const STATE_CARD_PRESENT = 0x04;
/** name, event counter, state, sharing, ATR filled up to a multiple of four, its length, protocol. */
const READER_STATE_BYTES = READER_NAME_BYTES + 3 * 4 + 36 + 2 * 4;
export const READER_STATES_BYTES = READERS_MAX * READER_STATE_BYTES;
/** What ends a wait: time-out (not used) and return value. */
export const WAIT_SIGNAL_BYTES = 8;
/** Longest answer of a card that the daemon passes on: 64 KiB and the bytes of an extended APDU around it. */
export const ANSWER_BYTES_MAX = 4 + 3 + 65536 + 3 + 2;

const isLittleEndian = endianness() === 'LE';

/** uint32 numbers one after the other; negative ones as their two's complement. */
export function words(...values: readonly number[]): Buffer {
  const bytes = Buffer.alloc(values.length * 4);
  values.forEach((value, at) =>
    isLittleEndian ? bytes.writeUInt32LE(value >>> 0, at * 4) : bytes.writeUInt32BE(value >>> 0, at * 4),
  );
  return bytes;
}

/** The uint32 at a byte offset. */
export function wordAt(bytes: Buffer, offset: number): number {
  return isLittleEndian ? bytes.readUInt32LE(offset) : bytes.readUInt32BE(offset);
}

/** A reader's name in its field; `undefined` when it cannot be one. */
export function readerNameField(name: string): Buffer | undefined {
  const text = Buffer.from(name, 'utf8');
  if (text.length === 0 || text.length >= READER_NAME_BYTES || text.includes(0)) return undefined;
  return Buffer.concat([text, Buffer.alloc(READER_NAME_BYTES - text.length)]);
}

export interface DaemonReaderState extends ReaderState {
  /** Connections open to it: -1 exclusive, 0 none. */
  readonly sharing: number;
}

/** The table of readers; slots without a name are empty ones. */
export function readReaderStates(bytes: Buffer): DaemonReaderState[] {
  const found: DaemonReaderState[] = [];
  for (let start = 0; start + READER_STATE_BYTES <= bytes.length; start += READER_STATE_BYTES) {
    const name = textAt(bytes, start);
    if (name === '') continue;
    const at = start + READER_NAME_BYTES;
    const present = (wordAt(bytes, at + 4) & STATE_CARD_PRESENT) !== 0;
    const sharing = wordAt(bytes, at + 8) | 0;
    // A length above the field says that the reader is still being looked at.
    const atrLength = wordAt(bytes, at + 48);
    const hasAtr = present && atrLength > 0 && atrLength <= ATR_BYTES_MAX;
    const atr = hasAtr ? { atr: Uint8Array.from(bytes.subarray(at + 12, at + 12 + atrLength)) } : {};
    found.push({ name, present, sharing, ...atr });
  }
  return found;
}

/** The same without what only the daemon's clients care for. */
export function readersOf(states: readonly DaemonReaderState[]): ReaderState[] {
  return states.map(({ name, present, atr }) => ({ name, present, ...(atr && { atr }) }));
}

function textAt(bytes: Buffer, start: number): string {
  const field = bytes.subarray(start, start + READER_NAME_BYTES);
  const end = field.indexOf(0);
  return field.subarray(0, end < 0 ? field.length : end).toString('utf8');
}
