/** Mutants of whole HTTP requests, on sockets of their own: the request line, the headers and the upgrade. */
import { connect } from 'node:net';
import { LINK_HEADER_PREFIX, LINK_PATH, LINK_SUBPROTOCOL } from '@coinslot/protocol/link';
import type { Parties } from '../town.ts';
import { mutate, pick, type Draw } from './mutate.ts';
import type { Tally } from './tally.ts';

const SOCKET_MS = 30_000;

export interface Heads {
  /** One request at one of the two ports, answered or cut off. */
  knock(): Promise<void>;
}

export function openHeads(
  { wallet, sandbox }: Parties,
  origin: string,
  pairingHeader: Uint8Array,
  draw: Draw,
  tally: Tally,
): Heads {
  const host = (port: number): string => `Host: 127.0.0.1:${port}`;
  const header = LINK_HEADER_PREFIX + Buffer.from(pairingHeader).toString('base64url');
  const upgrade = [
    `GET ${LINK_PATH} HTTP/1.1`,
    ...[host(wallet.port), `Origin: ${origin}`, 'Connection: Upgrade', 'Upgrade: websocket'],
    ...['Sec-WebSocket-Version: 13', 'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ=='],
    `Sec-WebSocket-Protocol: ${LINK_SUBPROTOCOL}, ${header}`,
  ];
  const json = ['Content-Type: application/json', 'Content-Length: 11'];
  const own = (port: number): string => `Origin: http://127.0.0.1:${port}`;
  const requests: readonly (readonly [string, number, readonly string[]])[] = [
    ['wallet, upgrade', wallet.port, upgrade],
    ['wallet, page', wallet.port, ['GET /?open=guess HTTP/1.1', host(wallet.port), 'Cookie: coinslot-wallet=guess']],
    [
      'wallet, page',
      wallet.port,
      ['POST /api/pause HTTP/1.1', host(wallet.port), own(wallet.port), ...json, '', '{"on":true}'],
    ],
    ['server', sandbox.port, ['GET /v1/rates HTTP/1.1', host(sandbox.port)]],
    [
      'server',
      sandbox.port,
      ['POST /v1/operator/rates HTTP/1.1', host(sandbox.port), 'Authorization: Bearer x', ...json, '', '{"base":"x"}'],
    ],
    [
      'sandbox, console',
      sandbox.port,
      ['POST /console/faults HTTP/1.1', host(sandbox.port), own(sandbox.port), ...json, '', '{"fault":""}'],
    ],
    ['sandbox, bank', sandbox.port, ['GET /bank?user=00 HTTP/1.1', host(sandbox.port)]],
  ];
  return {
    async knock() {
      const [door, port, lines] = pick(draw, requests);
      const bytes = mutate(Buffer.from(`${lines.join('\r\n')}${lines.includes('') ? '' : '\r\n\r\n'}`), draw);
      const answer = await answerTo(port, bytes);
      const status = /^HTTP\/1\.1 (\d{3})/.exec(answer)?.[1] ?? 'closed';
      if (answer === 'silence' || status.startsWith('5')) tally.fault(`${door}: ${answer.slice(0, 80)}`);
      tally.count(`${door}, heads`, status);
    },
  };
}

/** What comes until the other side closes. Our own side is closed at once, so that nobody waits for the rest of a body. */
function answerTo(port: number, bytes: Uint8Array): Promise<string> {
  return new Promise((resolve) => {
    let heard = '';
    const socket = connect(port, '127.0.0.1', () => socket.end(bytes));
    socket.setTimeout(SOCKET_MS, () => {
      heard ||= 'silence';
      socket.destroy();
    });
    socket.on('data', (part: Buffer) => {
      heard += part.toString('latin1');
      // An upgraded connection stays open: it was let in, and leaves.
      if (heard.startsWith('HTTP/1.1 101')) socket.destroy();
    });
    socket.on('error', () => undefined);
    socket.on('close', () => resolve(heard));
  });
}
