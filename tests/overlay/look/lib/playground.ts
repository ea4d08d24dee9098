/** Real Chromium with real Phaser games of both majors, the real overlay over them, and a wallet's role behind. */
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { launchBrowser } from '../../../lib/browser.ts';
import { makeContent, PLACEMENTS, type Content } from '../../../plugin/lib/content.ts';
import { WalletParty } from '../../../plugin/lib/wallet-party.ts';
import type { PlayContent } from '../page/play.ts';

export type PhaserMajor = 3 | 4;

/** The game fills its parent under RESIZE and FIT, and the parent the window. */
const pageOf = (
  phaser: PhaserMajor,
): string => `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Play</title>
<style>html,body,#game{margin:0;width:100%;height:100%;overflow:hidden;background:#000}canvas{display:block}</style></head>
<body><div id="game"></div><script type="module" src="/${phaser}/play.js"></script></body></html>`;

async function bundle(phaser: PhaserMajor): Promise<readonly (readonly [string, Uint8Array])[]> {
  const { outputFiles } = await build({
    entryPoints: [fileURLToPath(new URL('../page/play.ts', import.meta.url))],
    outdir: `/${phaser}`,
    bundle: true,
    splitting: true,
    write: false,
    format: 'esm',
    target: 'es2022',
    // A third of the time in which each of many pages is up.
    minify: true,
    legalComments: 'none',
    conditions: ['coinslot-source'],
    logLevel: 'silent',
    ...(phaser === 3 && { alias: { phaser: 'phaser3' } }),
  });
  return outputFiles.map((file) => [file.path, file.contents]);
}

export interface Opening {
  readonly phaser?: PhaserMajor;
  readonly content?: Partial<PlayContent>;
  readonly browser?: BrowserContextOptions;
}

export class Playground {
  readonly wallet: WalletParty;
  /** Errors of the pages, which no test expects. */
  readonly complaints: string[] = [];
  readonly #browser: Browser;
  readonly #server: Server;
  readonly #content: Content;
  readonly #origin: string;
  readonly #pages: Page[] = [];

  private constructor(browser: Browser, server: Server, content: Content, wallet: WalletParty, origin: string) {
    this.#browser = browser;
    this.#server = server;
    this.#content = content;
    this.wallet = wallet;
    this.#origin = origin;
  }

  static async open(majors: readonly PhaserMajor[] = [4]): Promise<Playground> {
    const files = new Map((await Promise.all(majors.map(bundle))).flat());
    const server = createServer((request, response) => {
      const path = new URL(request.url ?? '/', 'http://localhost').pathname;
      const file = files.get(path);
      response.setHeader('content-type', file === undefined ? 'text/html' : 'text/javascript');
      response.end(file ?? pageOf(path.startsWith('/3') ? 3 : 4));
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const content = makeContent({ atMs: Date.now(), origin });
    const wallet = new WalletParty(content, () => Date.now(), origin);
    await wallet.start();
    const browser = await launchBrowser('--force-color-profile=srgb');
    return new Playground(browser, server, content, wallet, origin);
  }

  /** A game in a browser profile of its own, stepping. Nothing moves in the overlay unless the test says otherwise. */
  async play({ phaser = 4, content, browser }: Opening = {}): Promise<Page> {
    const context = await this.#browser.newContext({
      viewport: { width: 800, height: 450 },
      reducedMotion: 'reduce',
      ...browser,
    });
    const page = await context.newPage();
    this.#pages.push(page);
    page.on('pageerror', (error) => this.complaints.push(String(error)));
    const base64 = (bytes: Uint8Array): string => Buffer.from(bytes).toString('base64');
    const whole: PlayContent = {
      priceList: base64(this.#content.priceList),
      roots: base64(this.#content.roots),
      placements: PLACEMENTS,
      walletPort: this.wallet.port,
      renderer: 'canvas',
      width: 800,
      height: 450,
      scale: 'none',
      zoom: 1,
      pixelArt: false,
      camera: 'plain',
      gamepad: true,
      ...content,
    };
    await page.addInitScript(`window.playContent = ${JSON.stringify(whole)}`);
    await page.goto(`${this.#origin}/${phaser}/`);
    await page.waitForFunction(() => (window.play?.updates['Level1'] ?? 0) > 1);
    return page;
  }

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

// ---------------------------------------------------------------- what tests do again and again

export const lastState = (page: Page): Promise<string | undefined> => page.evaluate(() => window.play.states.at(-1));

export const waitState = (page: Page, kind: string): Promise<unknown> =>
  page.waitForFunction((wanted) => window.play.states.at(-1) === wanted, kind);

/** The time in which nothing counts passes. */
export const passGuard = (page: Page): Promise<void> => page.evaluate(() => window.play.passMs(501));

/** Asks for the level and waits until an answer counts. */
export async function openReview(page: Page): Promise<void> {
  await page.evaluate(() => window.play.ask());
  await waitState(page, 'review');
  await passGuard(page);
}

/** What the dialog says it is. */
export const heading = (page: Page): Promise<string | null> => page.locator('[role=dialog] h2').textContent();

/** Two whole frames of the game have passed. */
export const frames = (page: Page): Promise<unknown> =>
  page.evaluate(
    () =>
      new Promise<void>((resolve) =>
        window.play.game.events.once('postrender', () => window.play.game.events.once('postrender', () => resolve())),
      ),
  );

export const result = (page: Page): Promise<string> =>
  page
    .waitForFunction(() => window.play.result)
    .then((handle) => handle.jsonValue())
    .then((one) => `${one?.status} ${one?.reason}`);
