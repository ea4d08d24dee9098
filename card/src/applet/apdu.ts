/** Command and response APDUs, short and extended (ISO 7816-4 section 5.1). */
import { Refused, SW } from './status-words.ts';

export interface Command {
  readonly cla: number;
  readonly ins: number;
  readonly p1: number;
  readonly p2: number;
  readonly data: Uint8Array;
  /** The most bytes of answer that are wanted; 0 when none is expected. 256 and 65,536 where the command says "all". */
  readonly le: number;
}

export interface Response {
  readonly data: Uint8Array;
  readonly statusWord: number;
}

export const SHORT_DATA_BYTES_MAX = 255;
export const SHORT_ANSWER_BYTES_MAX = 256;
const EXTENDED_ANSWER_BYTES_MAX = 65_536;
const HEADER_BYTES = 4;

/** Reads a command, all seven cases of its body. Throws Refused 6700 where the lengths do not fit the bytes. */
export function decodeCommand(bytes: Uint8Array): Command {
  const [cla, ins, p1, p2] = bytes;
  if (cla === undefined || ins === undefined || p1 === undefined || p2 === undefined)
    throw new Refused(SW.WRONG_LENGTH, 'a header has four bytes');
  const body = bytes.subarray(HEADER_BYTES);
  return { cla, ins, p1, p2, ...(body[0] === 0 && body.length > 1 ? extendedBody(body) : shortBody(body)) };
}

function shortBody(body: Uint8Array): Pick<Command, 'data' | 'le'> {
  const [first = 0] = body;
  if (body.length === 0) return { data: new Uint8Array(), le: 0 };
  if (body.length === 1) return { data: new Uint8Array(), le: first || SHORT_ANSWER_BYTES_MAX };
  const rest = body.length - 1 - first;
  if (rest !== 0 && rest !== 1) throw new Refused(SW.WRONG_LENGTH, 'Lc does not fit');
  const le = rest === 0 ? 0 : (body[body.length - 1] ?? 0) || SHORT_ANSWER_BYTES_MAX;
  return { data: body.slice(1, 1 + first), le };
}

function extendedBody(body: Uint8Array): Pick<Command, 'data' | 'le'> {
  const twoAt = (at: number): number => ((body[at] ?? 0) << 8) | (body[at + 1] ?? 0);
  if (body.length === 3) return { data: new Uint8Array(), le: twoAt(1) || EXTENDED_ANSWER_BYTES_MAX };
  const length = body.length < 3 ? 0 : twoAt(1);
  const rest = body.length - 3 - length;
  if (length === 0 || (rest !== 0 && rest !== 2)) throw new Refused(SW.WRONG_LENGTH, 'extended Lc does not fit');
  const le = rest === 0 ? 0 : twoAt(body.length - 2) || EXTENDED_ANSWER_BYTES_MAX;
  return { data: body.slice(3, 3 + length), le };
}

/** A short command. `data` at most 255 bytes; `le` 1 ... 256, or 0 when no answer is expected. */
export function encodeCommand({ cla, ins, p1, p2, data, le }: Command): Uint8Array {
  if (data.length > SHORT_DATA_BYTES_MAX || le > SHORT_ANSWER_BYTES_MAX)
    throw new RangeError('command: longer than a short APDU');
  const lengths = data.length === 0 ? [] : [data.length, ...data];
  return Uint8Array.of(cla, ins, p1, p2, ...lengths, ...(le === 0 ? [] : [le & 0xff]));
}

export function encodeResponse({ data, statusWord }: Response): Uint8Array {
  const bytes = new Uint8Array(data.length + 2);
  bytes.set(data);
  bytes.set([statusWord >> 8, statusWord & 0xff], data.length);
  return bytes;
}

/** An answer's data and status word; the answer has two bytes at least, which the reader has seen to. */
export function decodeResponse(bytes: Uint8Array): Response {
  const at = bytes.length - 2;
  return { data: bytes.slice(0, at), statusWord: ((bytes[at] ?? 0) << 8) | (bytes[at + 1] ?? 0) };
}
