import { connect } from 'node:net';
import { LINK_PATH } from '@coinslot/protocol/link';
import { describe, expect, it } from 'vitest';
import { WALLET_LIMITS } from '../../wallet/src/limits.ts';
import { makePairingHeader } from './game-client.ts';
import { PageClient } from './page-client.ts';
import { BARE, frameBytes, sendInside, upgradeHead } from './raw-link.ts';
import { silent, startWorld, type World } from './world.ts';

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
  it('T3: that was refused is dropped, though its peer holds on', async () => {
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

describe('many sockets', () => {
  it('T3: 500 of a byte at a time and as many idle ones are capped and cut; a game that is there goes on, and the door opens again', async () => {
    const world = await startWorld();
    const { port } = world.wallet;
    const game = await world.game();
    const begun = `GET / HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\nX-Slow: `;
    const cutAfterMs: number[] = [];
    const heard = new Set<string>();
    const startedAt = performance.now();
    const sockets = Array.from({ length: 1_000 }, (_, i) => {
      const socket = connect(port, '127.0.0.1', () => void (i % 2 === 0 && socket.write(begun)));
      socket.on('error', () => undefined);
      socket.on('data', (part: Buffer) => void heard.add(part.toString('latin1').slice(0, 12)));
      return socket;
    });
    const gone = sockets.map(
      (socket) =>
        new Promise<void>((resolve) =>
          socket.once('close', () => {
            cutAfterMs.push(performance.now() - startedAt);
            resolve();
          }),
        ),
    );
    const drip = setInterval(
      () => sockets.forEach((socket, i) => i % 2 === 0 && !socket.destroyed && socket.write('x')),
      1_000,
    );
    // The game's own answers meanwhile.
    const waits: number[] = [];
    for (let i = 0; i < 40; i++) {
      const askedAt = performance.now();
      await game.refused(Uint8Array.of(0x90));
      waits.push(performance.now() - askedAt);
      world.time.nowMs += WALLET_LIMITS.offerEveryMs;
    }
    await Promise.all(gone);
    clearInterval(drip);
    waits.sort((a, b) => a - b);
    console.info(`T3: a game's answers p50 ${waits[20]!.toFixed(1)} ms, worst ${waits.at(-1)!.toFixed(1)} ms`);
    // The cap holds at once; those within it go when their head was due, with one look a second.
    expect(cutAfterMs.filter((ms) => ms < WALLET_LIMITS.headersMs).length).toBeGreaterThanOrEqual(
      1_000 - WALLET_LIMITS.socketsMax,
    );
    expect([...heard]).toEqual(['HTTP/1.1 408']);
    await expect(world.connect()).resolves.toBeDefined();
  });

  it('T3: a game that is let in and then says nothing is cut when its proof was due', async () => {
    const due: (() => void)[] = [];
    const timers = {
      after(delayMs: number, run: () => void) {
        if (delayMs === WALLET_LIMITS.handshakeMs) due.push(run);
        return () => undefined;
      },
    };
    const world = await startWorld({ wallet: { timers } });
    const game = await world.connect();
    await game.next('hello');
    for (const run of due.splice(0)) run();
    expect(await game.closed()).toBe(4408);
  });
});

describe('bytes that are no frames of ours', () => {
  const TEXT = 0x81;
  const BINARY = 0x82;
  const RSV1 = 0x40;
  const PING = 0x89;
  const MORE = 0x00;

  const bad: [name: string, bytes: Uint8Array[], code: number | undefined][] = [
    ['T4: a frame that declares 100 MiB', [frameBytes({ first: BINARY, declaredLength: 100n * 1024n * 1024n })], 1009],
    ['T4: a frame that declares 2^63 - 1 bytes', [frameBytes({ first: BINARY, declaredLength: 2n ** 63n - 1n })], 1009],
    [
      'T4: a deflated frame, which was never agreed on',
      [frameBytes({ first: BINARY | RSV1, payload: Buffer.alloc(64) })],
      1002,
    ],
    [
      'T5: fragments without an end, above 64 KiB together',
      [
        frameBytes({ first: BINARY & 0x7f, payload: Buffer.alloc(30_000) }),
        ...Array.from({ length: 3 }, () => frameBytes({ first: MORE, payload: Buffer.alloc(30_000) })),
      ],
      1009,
    ],
    ['T5: a fragment of no message', [frameBytes({ first: 0x80, payload: Buffer.alloc(4) })], 1002],
    [
      'T5: a flood of pings',
      Array.from({ length: WALLET_LIMITS.framesBurst + 5 }, () => frameBytes({ first: PING })),
      4429,
    ],
    ['T5: a frame without a mask', [frameBytes({ first: BINARY, payload: Buffer.alloc(4), masked: false })], 1002],
    ['T5: reserved bits', [frameBytes({ first: BINARY | 0x30, payload: Buffer.alloc(4) })], 1002],
    ['T5: an unknown opcode', [frameBytes({ first: 0x83, payload: Buffer.alloc(4) })], 1002],
    ['T5: a ping above 125 bytes', [frameBytes({ first: PING, payload: Buffer.alloc(126) })], 1002],
    ['T5: text that is no UTF-8', [frameBytes({ first: TEXT, payload: Uint8Array.of(0xff, 0xfe) })], 1007],
    ['T5: text', [frameBytes({ first: TEXT, payload: Buffer.from('hello') })], 4400],
  ];

  // One wallet for each group: it has to live through all of them anyway.
  it.each(['T4', 'T5'])('%s: each has its close code, at once, and the door stays open', async (group) => {
    const world = await startWorld({ account: false });
    const header = makePairingHeader(world.publisher);
    for (const [name, bytes, code] of bad.filter(([one]) => one.startsWith(group)))
      expect(await sendInside(world.wallet.port, header, bytes), name).toBe(code);
    await expect(world.connect()).resolves.toBeDefined();
  });

  it('T4: 100 MiB that keep coming, inside a frame and in a body, are cut at once', async () => {
    const world = await startWorld({ account: false });
    const { port } = world.wallet;
    const page = await PageClient.open(world.wallet.pageUrl());
    const { cookie, origin, 'x-coinslot-page': key } = page.headers();
    const body = [
      'POST /api/pause HTTP/1.1',
      `Host: 127.0.0.1:${port}`,
      `Origin: ${origin}`,
      `Cookie: ${cookie}`,
      `x-coinslot-page: ${key}`,
      'Content-Type: application/json',
    ];
    const beginnings = [
      upgradeHead(port, makePairingHeader(world.publisher)),
      [...body, `Content-Length: ${100 * 1024 * 1024}`, '', ''].join('\r\n'),
      [...body, 'Transfer-Encoding: chunked', '', '6400000', ''].join('\r\n'),
    ];
    for (const beginning of beginnings) expect(await pour(port, beginning), beginning).toBeLessThan(8 * 1024 * 1024);
    expect(world.wallet.profile.state.isPaused).toBe(false);
  });

  const get = 'GET / HTTP/1.1';
  const heads: [name: string, text: (host: string) => string, status: number][] = [
    ['2,001 headers', (host) => [get, host, ...Array.from({ length: 2_001 }, (_, i) => `a${i}: b`)].join('\r\n'), 403],
    ['a header of 17 KB', (host) => [get, host, `a: ${'x'.repeat(17_000)}`].join('\r\n'), 431],
    [
      'a length and chunks',
      (host) => ['POST / HTTP/1.1', host, 'Content-Length: 3', 'Transfer-Encoding: chunked'].join('\r\n'),
      400,
    ],
    ['two lengths', (host) => ['POST / HTTP/1.1', host, 'Content-Length: 3', 'Content-Length: 4'].join('\r\n'), 400],
    ['a folded header', (host) => [get, host, 'a: b', ' c'].join('\r\n'), 400],
    ['a space before the colon', (host) => [get, host, 'a : b'].join('\r\n'), 400],
    ['a bare line feed in a header', (host) => [get, host, 'a: b\nc: d'].join('\r\n'), 400],
    ['a zero byte in a header', (host) => [get, host, 'a: b\0c'].join('\r\n'), 400],
  ];
  it('T6: a head that two readers could read in two ways ends the connection', async () => {
    const world = await startWorld({ account: false });
    for (const [name, text, status] of heads) {
      const { heard } = await cling(world.wallet.port, `${text(`Host: 127.0.0.1:${world.wallet.port}`)}\r\n\r\n`);
      expect([name, Number(heard.split(' ')[1])]).toEqual([name, status]);
      expect(heard.match(/HTTP\/1\.1/g), name).toHaveLength(1);
    }
  });
});

/** Bytes that the wallet took of 100 MiB after this beginning, before it let go. */
function pour(port: number, beginning: string): Promise<number> {
  return new Promise((resolve) => {
    const chunk = Buffer.alloc(64 * 1024);
    const socket = connect(port, '127.0.0.1', () => {
      socket.write(beginning);
      if (beginning.startsWith('GET')) socket.write(frameBytes({ first: 0x82, declaredLength: 100n * 1024n * 1024n }));
      more();
    });
    const more = (): void => {
      while (!socket.destroyed && socket.bytesWritten < 100 * 1024 * 1024) {
        if (!socket.write(chunk)) return void socket.once('drain', more);
      }
    };
    socket.on('error', () => undefined).resume();
    socket.on('end', () => socket.destroy());
    socket.on('close', () => resolve(socket.bytesWritten));
  });
}
