import { connect } from 'node:net';
import { LINK_PATH } from '@coinslot/protocol/link';
import { describe, expect, it } from 'vitest';
import { WALLET_LIMITS } from '../../wallet/src/limits.ts';
import { PageClient } from './page-client.ts';
import { silent, startWorld, type World } from './world.ts';

const BARE = 'HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\nConnection: close\r\n\r\n';

/** A peer that sends bytes and never closes its own side; what it hears until the wallet lets go of the socket. */
function cling(port: number, text: string): Promise<{ heard: string; heldMs: number }> {
  return new Promise((resolve) => {
    const startedAt = performance.now();
    let heard = '';
    const socket = connect({ port, host: '127.0.0.1', allowHalfOpen: true }, () => socket.write(text));
    socket.on('data', (part: Buffer) => (heard += part.toString('latin1')));
    socket.on('error', () => undefined);
    // A byte to a socket that the other side has dropped comes back as an error, and closes this one.
    const touch = setInterval(() => socket.write('x'), 100);
    socket.on('close', () => {
      clearInterval(touch);
      resolve({ heard, heldMs: performance.now() - startedAt });
    });
  });
}

const head = ({ wallet }: World, line: string, ...headers: string[]): string =>
  [line, `Host: 127.0.0.1:${wallet.port}`, ...headers, '', ''].join('\r\n');

describe('a socket', () => {
  it('that was refused is dropped, though its peer holds on', async () => {
    const world = await startWorld({ account: false });
    const upgrade = ['Connection: Upgrade', 'Upgrade: websocket', 'Sec-WebSocket-Version: 13'];
    const knocks = [
      head(world, 'GET / HTTP/1.1'),
      head(world, `GET ${LINK_PATH} HTTP/1.1`, ...upgrade, 'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ=='),
    ];
    for (const knock of knocks) {
      const { heard, heldMs } = await cling(world.wallet.port, knock);
      expect(heard).toBe(BARE);
      expect(heldMs).toBeLessThan(WALLET_LIMITS.headersMs);
    }
  });

  it('whose head does not come to an end is cut', async () => {
    const world = await startWorld({ account: false });
    const { heldMs, heard } = await cling(
      world.wallet.port,
      `GET / HTTP/1.1\r\nHost: 127.0.0.1:${world.wallet.port}\r\nA: `,
    );
    expect(heard).toMatch(/^HTTP\/1\.1 408 /);
    expect(heldMs).toBeLessThan(2 * WALLET_LIMITS.headersMs);
  });

  it('that was refused serves no second request, and a path that is none is no error of ours', async () => {
    const errors: object[] = [];
    const log = { ...silent, error: (fields: object) => void errors.push(fields) };
    const world = await startWorld({ wallet: { log } });
    const page = await PageClient.open(world.wallet.pageUrl());
    const { cookie, 'x-coinslot-page': key } = page.headers();
    const good = head(world, 'GET /api/view HTTP/1.1', `Cookie: ${cookie}`, `x-coinslot-page: ${key}`);
    const { heard } = await cling(world.wallet.port, head(world, 'GET /does-not-exist HTTP/1.1') + good);
    expect(heard).toBe(BARE);
    for (const path of ['//', '/\\', '///?open=x', 'http://', 'http://evil.test/api/view', '*'])
      expect((await cling(world.wallet.port, head(world, `GET ${path} HTTP/1.1`))).heard, path).toMatch(
        /^HTTP\/1\.1 40[03] /,
      );
    expect(errors).toEqual([]);
  });
});

describe('the page’s bodies and names', () => {
  it('too large, cut off, and under another name: refused, and nothing changed', async () => {
    const world = await startWorld();
    const page = await PageClient.open(world.wallet.pageUrl());
    const { cookie, origin, 'x-coinslot-page': key } = page.headers();
    const port = world.wallet.port;
    const post = (host: string, from: string | undefined, body: string, length = body.length): string =>
      [
        'POST /api/pause HTTP/1.1',
        `Host: ${host}`,
        `Origin: ${from}`,
        `Cookie: ${cookie}`,
        `x-coinslot-page: ${key}`,
        'Content-Type: application/json',
        `Content-Length: ${length}`,
        '',
        body,
      ].join('\r\n');
    const large = JSON.stringify({ on: true, more: 'x'.repeat(WALLET_LIMITS.pageBodyBytesMax) });
    const on = '{"on":true}';
    // DNS rebinding: the attacker's page has its own name in Host and Origin, and would even have the cookie.
    expect((await cling(port, post(`evil.test:${port}`, `http://evil.test:${port}`, on))).heard).toBe(BARE);
    expect((await cling(port, post(`127.0.0.1:${port}`, `http://evil.test:${port}`, on))).heard).toBe(BARE);
    expect((await cling(port, post(`127.0.0.1:${port}`, origin, large))).heard).toBe(BARE);
    // A tab that is closed while it sends must not take the wallet with it.
    const cut = connect(port, '127.0.0.1', () => cut.write(post(`127.0.0.1:${port}`, origin, on, 5_000)));
    cut.setTimeout(200, () => cut.destroy());
    await new Promise((resolve) => cut.once('close', resolve));
    const half = connect(port, '127.0.0.1', () => half.end(post(`127.0.0.1:${port}`, origin, on, 5_000)));
    half.resume();
    await new Promise((resolve) => half.once('close', resolve));
    expect(world.wallet.profile.state.isPaused).toBe(false);
    expect(await page.act('pause', { on: true })).toEqual({ done: true });
  });
});
