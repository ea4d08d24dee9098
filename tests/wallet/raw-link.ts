/** A game's link without a WebSocket class between: heads and frames as bytes, wrong ones too. */
import { connect, type Socket } from 'node:net';
import { LINK_PATH, LINK_SUBPROTOCOL } from '@coinslot/protocol/link';
import { headerSubprotocol, ORIGIN } from './game-client.ts';

export const BARE = 'HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\nConnection: close\r\n\r\n';

/** Lines of an upgrade that is let in. */
export const upgradeHead = (port: number, header: Uint8Array): string =>
  [
    `GET ${LINK_PATH} HTTP/1.1`,
    `Host: 127.0.0.1:${port}`,
    `Origin: ${ORIGIN}`,
    'Connection: Upgrade',
    'Upgrade: websocket',
    'Sec-WebSocket-Version: 13',
    'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==',
    'Sec-WebSocket-Extensions: permessage-deflate; client_max_window_bits',
    `Sec-WebSocket-Protocol: ${LINK_SUBPROTOCOL}, ${headerSubprotocol(header)}`,
    '',
    '',
  ].join('\r\n');

export interface FrameBits {
  /** FIN, RSV1-3 and the opcode (RFC 6455 section 5.2). */
  first: number;
  payload?: Uint8Array;
  /** In place of the payload's own. */
  declaredLength?: bigint;
  /** Default true, as a client must. */
  masked?: boolean;
}

/** A frame's bytes; the mask is zero, so that the payload stays readable. */
export function frameBytes({ first, payload = new Uint8Array(), declaredLength, masked = true }: FrameBits): Buffer {
  const length = declaredLength ?? BigInt(payload.length);
  const mark = masked ? 0x80 : 0;
  const head = length < 126n ? [first, mark | Number(length)] : [first, mark | (length < 65_536n ? 126 : 127)];
  const size = Buffer.alloc(length < 126n ? 0 : length < 65_536n ? 2 : 8);
  if (size.length === 2) size.writeUInt16BE(Number(length));
  if (size.length === 8) size.writeBigUInt64BE(length);
  return Buffer.concat([Buffer.from(head), size, Buffer.alloc(masked ? 4 : 0), payload]);
}

/** Code of the close frame among what the wallet has sent; `undefined` when it sent none. */
function closeCodeOf(heard: Buffer): number | undefined {
  for (let at = 0; at + 2 <= heard.length;) {
    const short = heard[at + 1]! & 0x7f;
    const [start, length] = short === 126 ? [at + 4, heard.readUInt16BE(at + 2)] : [at + 2, short];
    if ((heard[at]! & 0x0f) === 8) return heard.readUInt16BE(start);
    at = start + length;
  }
  return undefined;
}

/** Knocks as a game, sends the bytes once inside, and resolves with the close code when the wallet has let go. */
export function sendInside(
  port: number,
  header: Uint8Array,
  bytes: readonly Uint8Array[],
): Promise<number | undefined> {
  return new Promise((resolve, reject) => {
    let heard = Buffer.alloc(0);
    let isInside = false;
    const socket: Socket = connect(port, '127.0.0.1', () => socket.write(upgradeHead(port, header)));
    socket.on('data', (part: Buffer) => {
      heard = Buffer.concat([heard, part]);
      const end = heard.indexOf('\r\n\r\n');
      if (isInside || end < 0) return;
      if (!heard.toString('latin1').startsWith('HTTP/1.1 101')) return reject(new Error(heard.toString('latin1')));
      isInside = true;
      heard = heard.subarray(end + 4);
      for (const one of bytes) socket.write(one);
    });
    socket.on('error', () => undefined);
    socket.on('end', () => socket.destroy());
    socket.on('close', () => resolve(closeCodeOf(heard)));
  });
}
