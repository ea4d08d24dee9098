/** Real Chromium with a real Phaser: bundles the page, serves it, and opens games. */
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import type { Browser, Page } from 'playwright-core';
import { launchBrowser } from '../../lib/browser.ts';
import type { LabContent } from '../page/game.ts';
import { makeContent, PLACEMENTS, type Content } from './content.ts';
import { WalletParty } from './wallet-party.ts';

export type PhaserMajor = 3 | 4;

const PAGE =
  '<!doctype html><meta charset="utf-8"><body style="margin:0"><div id="game"></div><script type="module" src="game.js"></script>';

/** Files of the bundled page, by path. */
async function bundle(phaser: PhaserMajor): Promise<ReadonlyMap<string, Uint8Array>> {
  const { outputFiles } = await build({
    entryPoints: [fileURLToPath(new URL('../page/game.ts', import.meta.url))],
    outdir: '/',
    bundle: true,
    splitting: true,
    write: false,
    format: 'esm',
    target: 'es2022',
    conditions: ['coinslot-source'],
    // The default overlay is never loaded here; its peers stay out of the bundle.
    external: ['@coinslot/overlay'],
    ...(phaser === 3 && { alias: { phaser: 'phaser3' } }),
  });
  return new Map(outputFiles.map((file) => [file.path, file.contents]));
}

export class Lab {
  readonly wallet: WalletParty;
  readonly #browser: Browser;
  readonly #server: Server;
  readonly #content: Content;
  readonly #pages: Page[] = [];
  readonly origin: string;

  private constructor(browser: Browser, server: Server, content: Content, wallet: WalletParty, origin: string) {
    this.#browser = browser;
    this.#server = server;
    this.#content = content;
    this.wallet = wallet;
    this.origin = origin;
  }

  static async open(phaser: PhaserMajor): Promise<Lab> {
    const files = await bundle(phaser);
    const server = createServer((request, response) => {
      const file = files.get(request.url ?? '');
      response.setHeader('content-type', file === undefined ? 'text/html' : 'text/javascript');
      response.end(file ?? PAGE);
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const content = makeContent({ atMs: Date.now(), origin });
    const wallet = new WalletParty(content, () => Date.now(), origin);
    await wallet.start();
    const browser = await launchBrowser('--autoplay-policy=no-user-gesture-required');
    return new Lab(browser, server, content, wallet, origin);
  }

  /** A game in a profile of its own, running its first scene. */
  async game(options: Partial<LabContent> = {}, onPage?: Page): Promise<Page> {
    const page = onPage ?? (await (await this.#browser.newContext()).newPage());
    if (onPage === undefined) this.#pages.push(page);
    const base64 = (bytes: Uint8Array): string => Buffer.from(bytes).toString('base64');
    const content: LabContent = {
      priceList: base64(this.#content.priceList),
      roots: base64(this.#content.roots),
      placements: PLACEMENTS,
      walletPort: this.wallet.port,
      // WebGL in software is slow; tests that turn on it ask for it.
      renderer: 'canvas',
      ...options,
    };
    await page.addInitScript(`window.labContent = ${JSON.stringify(content)}`);
    await page.goto(this.origin);
    await page.waitForFunction(() => (window.lab?.updates.Level1 ?? 0) > 1);
    return page;
  }

  /** Forgets every game and everything the wallet was told. */
  async reset(): Promise<void> {
    for (const page of this.#pages.splice(0)) await page.context().close();
    this.wallet.script = {};
    this.wallet.isPaired = false;
    this.wallet.heard.length = this.wallet.standings.length = 0;
    this.wallet.consumed.clear();
  }

  async close(): Promise<void> {
    await this.reset();
    await this.#browser.close();
    await this.wallet.stop();
    await new Promise<void>((resolve) => this.#server.close(() => resolve()));
  }
}
