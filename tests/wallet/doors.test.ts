import { connect } from 'node:net';
import type { PairingHeader } from '@coinslot/protocol';
import { LINK_PATH, LINK_SUBPROTOCOL, NATIVE_ORIGIN } from '@coinslot/protocol/link';
import { describe, expect, it } from 'vitest';
import { DAY_MS, makePublisher, makeServerHolder, makeTree, NOON_MS } from '../lib/parties.ts';
import { headerSubprotocol, makePairingHeader, ORIGIN } from './game-client.ts';
import { PageClient } from './page-client.ts';
import { PIN, startWorld, type World } from './world.ts';

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
  let page: PageClient;

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

  /** A code as the wallet's page shows it. */
  async function showCode(): Promise<string> {
    page = await PageClient.open(world.wallet.pageUrl());
    expect(await page.act('open-code')).toEqual({ done: true });
    return (await page.view()).linkCode?.code ?? '';
  }

  async function open(options: Partial<PairingHeader> = {}): Promise<number> {
    world = await startWorld({ account: false });
    header = makePairingHeader(world.publisher, options);
    return world.wallet.port;
  }

  it('lets a game in by the names of this machine, and by no other way to the link', async () => {
    const port = await open();
    expect(await upgrade()).toMatch(/^HTTP\/1\.1 101 /);
    expect(await upgrade({ host: `localhost:${port}` })).toMatch(/^HTTP\/1\.1 101 /);
    expect(await upgrade({ path: '/v1/other' })).toBe(BARE);
    expect(await upgrade({ path: `${LINK_PATH}?x=1` })).toBe(BARE);
    expect(await upgrade({ method: 'POST' })).toBe(BARE);
  });

  it('O1: sandboxed frame, data:, file: and extension are refused before the upgrade, whatever the header lists', async () => {
    await open({ origins: [ORIGIN, NATIVE_ORIGIN] });
    const origins = [
      'null',
      'file://',
      'data:',
      'blob:null',
      'about:blank',
      'chrome-extension://abcdefghijklmnopabcdefghijklmnop',
      'moz-extension://5f2a3f64-9a4c-4c1e-8b4b-0d5e7c0f2a11',
      'safari-web-extension://5F2A3F64',
      NATIVE_ORIGIN,
    ];
    for (const origin of origins) expect(await upgrade({ origin }), origin).toBe(BARE);
    expect(world.wallet.profile.state.pairings).toEqual([]);
  });

  it('O2: without an Origin, and without a pass, nobody comes in', async () => {
    await open({ origins: [ORIGIN, NATIVE_ORIGIN] });
    expect(await upgrade({ origin: [] })).toBe(BARE);
    const good = headerSubprotocol(header);
    const passes = ['', 'ABCD-EFGH', 'ABCDEFGH', 'A'.repeat(43), 'A'.repeat(200)];
    for (const pass of passes)
      expect(await upgrade({ origin: [], protocol: `${LINK_SUBPROTOCOL}, ${good}, pass.${pass}` }), pass).toBe(BARE);
    // A page of the web cannot come by a pass: its origin has to be listed.
    const code = await showCode();
    for (const origin of [ORIGIN, 'https://evil.test', NATIVE_ORIGIN])
      expect(await upgrade({ origin, protocol: `${LINK_SUBPROTOCOL}, ${good}, pass.${code}` }), origin).toBe(BARE);
    // None of these was a try.
    expect(await upgrade({ origin: [], protocol: `${LINK_SUBPROTOCOL}, ${good}, pass.${code}` })).toMatch(/ 101 /);
  });

  it('O2: a code admits only a game whose publisher has listed installed games', async () => {
    await open({ origins: [ORIGIN] });
    const code = await showCode();
    const protocol = `${LINK_SUBPROTOCOL}, ${headerSubprotocol(header)}, pass.${code}`;
    expect(await upgrade({ origin: [], protocol })).toBe(BARE);
    expect((await page.view()).linkCode?.code).toBe(code);
  });

  it('O3, O4: only two Hosts are answered, to the letter', async () => {
    const port = await open();
    const hosts = [
      `attacker.test:${port}`,
      `localhost.evil.test:${port}`,
      `127.0.0.1.evil.test:${port}`,
      `0.0.0.0:${port}`,
      `[::1]:${port}`,
      `[::ffff:7f00:1]:${port}`,
      `[::ffff:127.0.0.1]:${port}`,
      `127.0.0.1.:${port}`,
      `localhost.:${port}`,
      `LOCALHOST:${port}`,
      `127.1:${port}`,
      `127.0.0.2:${port}`,
      `127.0.0.1%00:${port}`,
      `2130706433:${port}`,
      `0x7f.1:${port}`,
      `017700000001:${port}`,
      `localhost:${port}, 127.0.0.1:${port}`,
      `127.0.0.1:${port}@evil.test`,
      '127.0.0.1',
      'localhost',
      ':',
      `127.0.0.1:${port + 1}`,
      `127.0.0.1:0${port}`,
      `user@127.0.0.1:${port}`,
      `127.0.0.1 :${port}`,
    ];
    for (const host of hosts) expect(await upgrade({ host }), host).toBe(BARE);
    // Two Hosts, and none: refused by Node's parser or by ours, never let in.
    const good = `127.0.0.1:${port}`;
    for (const host of [[good, good], [good, 'evil.test'], []])
      expect(await upgrade({ host }), String(host)).toMatch(/^HTTP\/1\.1 40[03] [^]*\r\n\r\n$/);
    // A request line with an authority of its own does not change who is asked.
    expect(await upgrade({ path: `http://${good}${LINK_PATH}` })).toBe(BARE);
    expect(await upgrade({ path: `http://evil.test${LINK_PATH}` })).toBe(BARE);
  });

  it('O5: an Origin that only looks like the game’s is refused', async () => {
    await open({ origins: [ORIGIN, 'https://games.example'] });
    expect(await upgrade({ origin: 'https://games.example' })).toMatch(/ 101 /);
    const origins = [
      'http://127.0.0.1:8375.evil.test',
      'http://evil.test/http://127.0.0.1:8375',
      'http://evil.test#http://127.0.0.1:8375',
      'http://127.0.0.1:8376',
      'http://127.0.0.1:83750',
      'http://127.0.0.1',
      'https://127.0.0.1:8375',
      'ws://127.0.0.1:8375',
      'http://127.0.0.1:8375/',
      'HTTP://127.0.0.1:8375',
      'http://user@127.0.0.1:8375',
      'http://127.0.0.1:8375@evil.test',
      'http://LOCALHOST:8375',
      'https://games.example:443',
      'https://games.example.',
      'https://games.example.evil.test',
      'https://evil-games.example',
      'https://www.games.example',
      'https://Games.example',
      'https://g\u0430mes.example',
      'https://xn--gmes-8cd.example',
      'https://games.example, https://evil.test',
      'https://evil.test https://games.example',
      '*',
    ];
    for (const origin of origins) expect(await upgrade({ origin }), origin).toBe(BARE);
    expect(await upgrade({ origin: [ORIGIN, ORIGIN] })).toBe(BARE);
    expect(await upgrade({ origin: [ORIGIN, 'https://evil.test'] })).toBe(BARE);
  });

  it('O9: a page that the browser lets through, and no publisher lists, is refused all the same', async () => {
    await open();
    expect(await upgrade({ origin: 'https://evil.test' })).toBe(BARE);
    // Under the game's own header, which anybody can read off its price list, and under a header of its own making.
    header = makePairingHeader(makePublisher(makeTree({ name: 'stranger' })), { origins: ['https://evil.test'] });
    expect(await upgrade({ origin: 'https://evil.test' })).toBe(BARE);
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

  it('O6, O10: strangers hear the same 403 over HTTP, whatever they ask and however it stands with the wallet', async () => {
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
    const [stranger] = knocks;
    const askEach = async (): Promise<string[]> => [await knock(port, stranger![0]), await upgrade({ origin: 'null' })];
    // Locked or open, paused or not, with a code on the page, a game connected, a request waiting: the bytes are these.
    header = makePairingHeader(world.publisher);
    const { profile } = world.wallet;
    const states: (() => unknown)[] = [
      () => world.wallet.lock(),
      () => world.wallet.unlock(PIN),
      () => profile.record({ kind: 'paused', atMs: profile.clock(), on: true }),
      async () => void (await showCode()),
      () => world.game(),
      () => world.connect({ origin: 'http://localhost:8375' }),
    ];
    for (const become of states) {
      await become();
      expect(await askEach(), String(become)).toEqual([BARE, BARE]);
    }
  });

  it('O10: from a port that holds a wallet nothing comes before a request, and nothing of Node’s with a refusal', async () => {
    const port = await open();
    const quiet = connect(port, '127.0.0.1');
    let heard = '';
    quiet.on('data', (part: Buffer) => (heard += part.toString()));
    await knock(port, ['GET / HTTP/1.1', `Host: 127.0.0.1:${port}`]);
    expect(heard).toBe('');
    quiet.destroy();
    const odd = [['\u0016\u0003\u0001'], ['PRI * HTTP/2.0', '', 'SM'], ['GET / HTTP/9.9', 'Host: x'], ['HELP']];
    for (const lines of odd) {
      const answer = await knock(port, lines);
      expect(answer, lines[0]).toMatch(/^(HTTP\/1\.1 4\d\d [A-Za-z ]+\r\nConnection: close\r\n\r\n|)$/);
      expect(answer).not.toMatch(/node|coinslot|wallet|\d\.\d\.\d/i);
    }
  });
});
