/**
 * The wire between a virtual reader (vpcd of vsmartcard) and a virtual card: a length of two bytes, big-endian, and as many
 * bytes. From the reader one byte is a control, anything longer a command APDU; only the request for the ATR and commands are
 * answered (vsmartcard, `virtualsmartcard/doc`, "vpcd protocol").
 */

export const CONTROL = { off: 0, on: 1, reset: 2, atr: 4 } as const;

const FRAME_BYTES_MAX = 0xffff;

/** One frame, in one piece: vpcd counts a second write as a second packet. Throws for no bytes, which vpcd does not survive, and for too many. */
export function encodeFrame(payload: Uint8Array): Buffer {
  if (payload.length === 0 || payload.length > FRAME_BYTES_MAX)
    throw new RangeError(`a frame of ${payload.length} bytes; 1 to ${FRAME_BYTES_MAX} can be sent`);
  const frame = Buffer.alloc(2 + payload.length);
  frame.writeUInt16BE(payload.length);
  frame.set(payload, 2);
  return frame;
}

/** Cuts a stream into frames; holds at most one unfinished frame. */
export class FrameCutter {
  #rest: Buffer = Buffer.alloc(0);

  /** The payloads that are complete with this chunk. */
  push(chunk: Uint8Array): Buffer[] {
    let rest = Buffer.concat([this.#rest, chunk]);
    const payloads: Buffer[] = [];
    while (rest.length >= 2 && rest.length >= 2 + rest.readUInt16BE()) {
      const end = 2 + rest.readUInt16BE();
      payloads.push(rest.subarray(2, end));
      rest = rest.subarray(end);
    }
    this.#rest = rest;
    return payloads;
  }
}
