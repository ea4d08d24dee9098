/** Bundles the page, serves it with the game's files, and opens it in Chromium with WebGL in software. */
import { readFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { build } from 'esbuild';
import { chromium, type Browser, type Page } from 'playwright-core';
import { BROWSER_FLAGS, requireBrowser } from '../../scripts/machine.mjs';
import { ROOT } from '../grounds.ts';

const FILES = ['price-list.coinslot', 'placements.json', 'roots.coinslot'];
const PAGE = `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Idle</title></head>
<body><script type="module" src="/page.js"></script></body></html>`;

export interface PageHost {
  readonly port: number;
  /** What the page fetches below `/coinslot/`. */
  gameFolder: string;
  close(): Promise<void>;
}

/** Listens first: what the publisher signs names the port. */
export async function hostPage(room: 'idle' | 'frames'): Promise<PageHost> {
  const scripts = await bundlePage(room);
  const server = createServer((request, response) => {
    const { pathname } = new URL(request.url ?? '/', 'http://localhost');
    const name = pathname.replace(/^\/coinslot\//, '');
    const script = scripts.get(pathname);
    // Isolated from other origins, a page has a clock of 5 µs instead of 100.
    response.setHeader('cross-origin-opener-policy', 'same-origin');
    response.setHeader('cross-origin-embedder-policy', 'require-corp');
    if (pathname === '/') response.setHeader('content-type', 'text/html; charset=utf-8').end(PAGE);
    else if (script) response.setHeader('content-type', 'text/javascript; charset=utf-8').end(script);
    else if (FILES.includes(name)) response.end(readFileSync(join(host.gameFolder, name)));
    else response.writeHead(404).end();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const host: PageHost = { port, gameFolder: '', close: () => closeServer(server) };
  return host;
}

async function bundlePage(room: string): Promise<ReadonlyMap<string, Uint8Array>> {
  const { outputFiles } = await build({
    entryPoints: { page: join(ROOT, 'bench', room, 'page.ts') },
    bundle: true,
    splitting: true,
    minify: true,
    format: 'esm',
    target: 'es2022',
    conditions: ['coinslot-source', 'browser'],
    legalComments: 'none',
    write: false,
    outdir: '/',
  });
  return new Map(outputFiles.map(({ path, contents }) => [path, contents]));
}

function closeServer(server: Server): Promise<void> {
  server.closeAllConnections();
  return new Promise((resolve) => server.close(() => resolve()));
}

/** Opens the page and gives it to `use` once its global `ready` is there. Throws what the page throws. */
export async function inBrowser<T>(
  url: string,
  use: (page: Page, browser: Browser) => Promise<T>,
  ready = 'bench',
): Promise<T> {
  const browser = await chromium.launch({
    executablePath: requireBrowser(),
    args: [...BROWSER_FLAGS, '--use-angle=swiftshader', '--enable-unsafe-swiftshader'],
  });
  try {
    const page = await browser.newPage();
    const broken = new Promise<never>((_, reject) => page.on('pageerror', reject));
    await page.goto(url);
    await Promise.race([page.waitForFunction((name) => name in window, ready), broken]);
    return await Promise.race([use(page, browser), broken]);
  } finally {
    await browser.close();
  }
}
