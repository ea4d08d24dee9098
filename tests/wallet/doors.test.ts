import { connect } from 'node:net';
import { LINK_PATH, LINK_SUBPROTOCOL } from '@coinslot/protocol/link';
import { describe, expect, it } from 'vitest';
import { DAY_MS, makePublisher, makeServerHolder, makeTree, NOON_MS } from '../lib/parties.ts';
import { headerSubprotocol, makePairingHeader, ORIGIN } from './game-client.ts';
import { startWorld, type World } from './world.ts';

const BARE = 'HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\nConnection: close\r\n\r\n';

/** Sends a head as it is, and gives back everything that comes until the wallet closes, or its first line of a welcome. */
function knock(port: number, lines: readonly string[], body = ''): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1', () => socket.write(`${lines.join('\r\n')}\r\n\r\n${body}`));
    let heard = '';
    socket.on('data', (part: Buffer) => {
      heard += part.toString('latin1');
      if (heard.startsWith('HTTP/1.1 101')) socket.destroy();
    });
    socket.on('close', () => resolve(heard));
    socket.on('error', reject);
  });
}

interface Head {
  host?: string | string[];
  origin?: string | string[];
  protocol?: string;
  path?: string;
  method?: string;
}

describe('the doors', () => {
  let world: World;
  let header: Uint8Array;

  function upgrade({ host, origin, protocol, path = LINK_PATH, method = 'GET' }: Head = {}): Promise<string> {
    const { port } = world.wallet;
    const all = (name: string, value: string | string[] | undefined, otherwise: string): string[] =>
      [value ?? otherwise].flat().map((one) => `${name}: ${one}`);
    return knock(port, [
      `${method} ${path} HTTP/1.1`,
      ...all('Host', host, `127.0.0.1:${port}`),
      ...all('Origin', origin, ORIGIN),
      'Connection: Upgrade',
      'Upgrade: websocket',
      'Sec-WebSocket-Version: 13',
      'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==',
      `Sec-WebSocket-Protocol: ${protocol ?? `${LINK_SUBPROTOCOL}, ${headerSubprotocol(header)}`}`,
    ]);
  }

  it('lets a game in, and everybody else hears the same 403', async () => {
    world = await startWorld({ account: false });
    header = makePairingHeader(world.publisher);
    const { port } = world.wallet;
    expect(await upgrade()).toMatch(/^HTTP\/1\.1 101 /);
    expect(await upgrade({ host: `localhost:${port}` })).toMatch(/^HTTP\/1\.1 101 /);

    const hosts = [
      `localhost.evil.test:${port}`,
      `127.0.0.1.evil.test:${port}`,
      `0.0.0.0:${port}`,
      `[::1]:${port}`,
      `[::ffff:7f00:1]:${port}`,
      `127.0.0.1.:${port}`,
      `localhost.:${port}`,
      `LOCALHOST:${port}`,
      `127.1:${port}`,
      `2130706433:${port}`,
      '127.0.0.1',
      `127.0.0.1:${port + 1}`,
      `127.0.0.1:0${port}`,
      `user@127.0.0.1:${port}`,
    ];
    for (const host of hosts) expect(await upgrade({ host }), host).toBe(BARE);
    // Two Hosts, and none: refused by Node's parser or by ours, never let in.
    const good = `127.0.0.1:${port}`;
    expect(await upgrade({ host: [good, good] })).not.toMatch(/ 101 /);
    expect(await upgrade({ host: [] })).not.toMatch(/ 101 /);

    const origins = [
      'null',
      'http://127.0.0.1:8375.evil.test',
      'http://evil.test/http://127.0.0.1:8375',
      'http://127.0.0.1:8376',
      'http://127.0.0.1',
      'https://127.0.0.1:8375',
      'http://127.0.0.1:8375/',
      'HTTP://127.0.0.1:8375',
      'http://user@127.0.0.1:8375',
      'http://LOCALHOST:8375',
      'http://xn--127-0-0-1.test:8375',
      'chrome-extension://abcdefghijklmnop',
      'file://',
    ];
    for (const origin of origins) expect(await upgrade({ origin }), origin).toBe(BARE);
    expect(await upgrade({ origin: [] })).toBe(BARE);
    expect(await upgrade({ origin: [ORIGIN, ORIGIN] })).toBe(BARE);

    expect(await upgrade({ path: '/v1/other' })).toBe(BARE);
    expect(await upgrade({ path: `${LINK_PATH}?x=1` })).toBe(BARE);
    expect(await upgrade({ method: 'POST' })).toBe(BARE);
  });

  it('wants a pairing header in force, signed by a trusted publisher of this environment, that lists the origin', async () => {
    world = await startWorld({ account: false });
    const { tree, publisher, time } = world;
    const flipped = Uint8Array.from(makePairingHeader(publisher));
    flipped[40] = (flipped[40] ?? 0) ^ 1;
    const stranger = makeTree({ name: 'stranger' });
    const live = makeTree({ name: 'live', sandbox: false });
    const bad: [string, Uint8Array][] = [
      ['flipped bit', flipped],
      ['another authority', makePairingHeader(makePublisher(stranger))],
      ['another environment', makePairingHeader(makePublisher(live))],
      ['not a publisher', makePairingHeader(makeServerHolder(tree))],
      ['another publisher’s id', makePairingHeader(publisher, { publisherId: 'someone-else' })],
      ['expired', makePairingHeader(publisher, { notAfterMs: NOON_MS - 1 })],
      ['not yet in force', makePairingHeader(publisher, { notBeforeMs: NOON_MS + DAY_MS })],
      ['other origins', makePairingHeader(publisher, { origins: ['https://games.example'] })],
      ['misleading name', makePairingHeader(publisher, { gameName: 'Demo \u202eemaG' })],
    ];
    for (const [name, one] of bad) {
      header = one;
      expect(await upgrade(), name).toBe(BARE);
    }
    header = makePairingHeader(publisher);
    const good = headerSubprotocol(header);
    for (const protocol of [
      '',
      LINK_SUBPROTOCOL,
      good,
      `${good}, other`,
      `${LINK_SUBPROTOCOL}, header.***`,
      `${LINK_SUBPROTOCOL}, ${good}, x`,
    ]) {
      expect(await upgrade({ protocol }), protocol.slice(0, 30)).toBe(BARE);
    }
    time.nowMs += 40 * DAY_MS;
    expect(await upgrade(), 'expired meanwhile').toBe(BARE);
  });

  it('tells strangers nothing over HTTP either', async () => {
    world = await startWorld({ account: false });
    const { port } = world.wallet;
    const head = (method: string, path: string, ...more: string[]): string[] => [
      `${method} ${path} HTTP/1.1`,
      `Host: 127.0.0.1:${port}`,
      ...more,
    ];
    const form = ['Content-Type: application/x-www-form-urlencoded', 'Content-Length: 5', `Origin: ${ORIGIN}`];
    const json = ['Content-Type: application/json', 'Content-Length: 2', `Origin: http://127.0.0.1:${port}`];
    const knocks: [string[], string?][] = [
      [head('GET', '/')],
      [head('GET', '/?open=guess')],
      [head('GET', '/page.js')],
      [head('GET', '/icon.svg')],
      [head('GET', '/api/view')],
      [head('GET', '/api/stream')],
      [head('GET', '/does/not/exist')],
      [head('HEAD', '/')],
      [head('OPTIONS', '/api/unlock', 'Access-Control-Request-Method: POST', `Origin: ${ORIGIN}`)],
      [head('POST', '/', ...form), 'a=b&c'],
      [head('POST', '/api/unlock', ...form), 'a=b&c'],
      [head('POST', '/api/unlock', ...json), '{}'],
      [head('GET', '/', `Cookie: coinslot-wallet-${port}=guess`)],
      [head('GET', LINK_PATH)],
      [['GET / HTTP/1.1', 'Host: evil.test']],
    ];
    for (const [lines, body] of knocks) expect(await knock(port, lines, body), lines[0]).toBe(BARE);
  });
});
