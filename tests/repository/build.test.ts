/** What `npm run build` makes is what a stranger gets: packed, installed elsewhere, without the sources. */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import type * as CoinslotNames from '@coinslot/plugin';
import type * as PhaserNames from 'phaser';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { launchBrowser } from '../lib/browser.ts';
import { makeContent, PLACEMENTS } from '../plugin/lib/content.ts';

const ROOT = resolve(import.meta.dirname, '../..');
const ROOMS = ['protocol', 'overlay', 'plugin', 'authority', 'publisher', 'card', 'server', 'wallet'] as const;
const elsewhere = mkdtempSync(join(tmpdir(), 'coinslot-build-'));

interface Manifest {
  exports: Record<string, { types: string; default: string }>;
  bin?: Record<string, string>;
}

const run = (command: string, args: readonly string[], cwd: string): { status: number | null; output: string } => {
  const { status, stdout, stderr } = spawnSync(command, args, { cwd, encoding: 'utf8' });
  return { status, output: stdout + stderr };
};

beforeAll(() => {
  const { status, output } = run(process.execPath, ['scripts/run.mjs', 'scripts/build.ts'], ROOT);
  expect(status, output).toBe(0);
});
afterAll(() => rmSync(elsewhere, { recursive: true }));

describe('every package', () => {
  it.each(ROOMS)('%s has the files that its package.json names', (room) => {
    const manifest = JSON.parse(readFileSync(join(ROOT, room, 'package.json'), 'utf8')) as Manifest;
    const named = [
      ...Object.values(manifest.exports).flatMap((entry) => [entry.types, entry.default]),
      ...Object.values(manifest.bin ?? {}),
    ];
    expect(named.filter((path) => !existsSync(join(ROOT, room, path)))).toEqual([]);
  });

  it.each([
    ['wallet', 'coinslot-wallet'],
    ['publisher', 'coinslot'],
    ['authority', 'coinslot-authority'],
    ['server', 'coinslot-server'],
  ])('%s has a program that explains itself', (room, name) => {
    const { status, output } = run(join(ROOT, room, 'dist', 'cli.js'), ['--help'], elsewhere);
    expect(output).toContain(`Usage: ${name} `);
    expect(status).toBe(0);
  });

  it('wallet carries the program of its page', () => {
    expect(readFileSync(join(ROOT, 'wallet', 'dist', 'client', 'page.js')).length).toBeGreaterThan(10_000);
  });
});

describe('the packed protocol, installed elsewhere', () => {
  beforeAll(() => {
    const packed = run('npm', ['pack', '--silent', '--pack-destination', elsewhere], join(ROOT, 'protocol'));
    expect(packed.status, packed.output).toBe(0);
    const modules = join(elsewhere, 'node_modules');
    mkdirSync(join(modules, '@coinslot', 'protocol'), { recursive: true });
    const unpack = [
      '-xzf',
      'coinslot-protocol-0.1.0.tgz',
      '--strip-components=1',
      '-C',
      'node_modules/@coinslot/protocol',
    ];
    expect(run('tar', unpack, elsewhere)).toEqual({ status: 0, output: '' });
    for (const name of ['@noble', '@types', 'dinero.js', 'msgpackr', 'undici-types'])
      symlinkSync(join(ROOT, 'node_modules', name), join(modules, name));
    writeFileSync(join(elsewhere, 'package.json'), JSON.stringify({ type: 'module' }));
  });

  it('holds no sources', () => {
    expect(existsSync(join(elsewhere, 'node_modules/@coinslot/protocol/src'))).toBe(false);
  });

  it('is imported by plain Node', () => {
    const program = `
      import { formatMoney, parseMoney, verifySignature } from '@coinslot/protocol';
      import { encodeFrame, decodeFrame } from '@coinslot/protocol/link';
      import { nativeSigner } from '@coinslot/protocol/node';
      const signer = nativeSigner(new Uint8Array(32).fill(7));
      const message = Uint8Array.of(1, 2, 3);
      const frame = decodeFrame(encodeFrame('payments', { state: 'off' }));
      const holds = verifySignature(signer.publicKey, message, signer.sign(message));
      console.log(formatMoney(parseMoney('0.20', 'EUR'), 'en'), frame.kind, holds);`;
    writeFileSync(join(elsewhere, 'uses.js'), program);
    expect(run(process.execPath, ['uses.js'], elsewhere)).toEqual({
      status: 0,
      output: 'EUR\u00a00.20 payments true\n',
    });
  });

  it('has types that hold by themselves, and that catch a mistake', () => {
    const program = `
      import { parseMoney, type Money } from '@coinslot/protocol';
      import { nativeSigner } from '@coinslot/protocol/node';
      export const money: Money = parseMoney('0.20', 'EUR');
      export const key: Uint8Array = nativeSigner(new Uint8Array(32)).publicKey;
      // @ts-expect-error: minor units are a bigint
      export const wrong: number = money.amountMinor;`;
    writeFileSync(join(elsewhere, 'uses.ts'), program);
    const options = [
      '--noEmit',
      '--strict',
      '--module',
      'nodenext',
      '--target',
      'es2022',
      '--types',
      'node',
      'uses.ts',
    ];
    const tsc = join(ROOT, 'node_modules', 'typescript', 'bin', 'tsc');
    expect(run(process.execPath, [tsc, ...options], elsewhere)).toEqual({ status: 0, output: '' });
  });
});

describe('the plugin as one script', () => {
  const SCRIPTS: Readonly<Record<string, string>> = {
    '/phaser.js': 'node_modules/phaser/dist/phaser.min.js',
    '/pixi.js': 'node_modules/pixi.js/dist/pixi.min.js',
    '/howler.js': 'node_modules/howler/dist/howler.min.js',
    '/coinslot.js': 'plugin/dist/coinslot.global.js',
  };
  const tags = Object.keys(SCRIPTS).map((path) => `<script src="${path}"></script>`);
  const page = `<!doctype html><meta charset="utf-8"><body>${tags.join('')}</body>`;
  let server: Server;
  let origin: string;

  beforeAll(async () => {
    server = createServer((request, response) => {
      const file = SCRIPTS[request.url ?? ''];
      response.setHeader('content-type', file === undefined ? 'text/html' : 'text/javascript');
      response.end(file === undefined ? page : readFileSync(join(ROOT, file)));
    });
    await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
    origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  afterAll(() => new Promise((done) => server.close(done)));

  it('shows its overlay on a page of script tags', async () => {
    const { priceList, roots } = makeContent({ atMs: Date.now(), origin });
    // As text: playwright's types follow a placements file's conditions down without end.
    const files = { priceList: [...priceList], roots: [...roots], placements: JSON.stringify(PLACEMENTS) };
    const browser = await launchBrowser();
    try {
      const opened = await browser.newPage();
      await opened.goto(origin);
      await opened.evaluate((given) => {
        // What the script tags have put on the page.
        const { Phaser, Coinslot } = window as unknown as {
          Phaser: typeof PhaserNames;
          Coinslot: typeof CoinslotNames;
        };
        const data = {
          ...given,
          priceList: Uint8Array.from(given.priceList),
          roots: Uint8Array.from(given.roots),
          placements: JSON.parse(given.placements) as CoinslotNames.PlacementsFile,
          sandbox: true,
          // Nothing listens there: the overlay says that no wallet is found.
          wallet: { port: 9 },
        };
        class Start extends Phaser.Scene {
          create(): void {
            void (this.plugins.get('Coinslot') as CoinslotNames.CoinslotPlugin).require('level-3');
          }
        }
        new Phaser.Game({
          type: Phaser.CANVAS,
          scene: [Start],
          plugins: { global: [{ key: 'Coinslot', plugin: Coinslot.CoinslotPlugin, start: true, data }] },
        });
      }, files);
      const dialog = opened.getByRole('dialog');
      await dialog.getByRole('button').first().waitFor({ state: 'attached' });
      expect(await dialog.textContent()).toMatch(/wallet/i);
    } finally {
      await browser.close();
    }
  });
});
