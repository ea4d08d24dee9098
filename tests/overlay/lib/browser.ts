/** Bundles the stage page, serves it on a free port and opens it in Chromium. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import type { Page } from 'playwright-core';
import { launchBrowser } from '../../lib/browser.ts';
import type { Stage } from '../page/stage.ts';

declare global {
  interface Window {
    stage: Stage;
  }
}

export interface OpenedStage {
  readonly page: Page;
  /** Errors and warnings of the page's console, and uncaught errors. */
  readonly complaints: string[];
  close: () => Promise<void>;
}

export interface StageServing {
  /** Content-Security-Policy of the page. */
  policy?: string;
}

export async function openStage(serving: StageServing = {}): Promise<OpenedStage> {
  const files = await bundleStage();
  const server = createServer((request, response) => {
    const path = new URL(request.url ?? '/', 'http://localhost').pathname;
    const script = files.get(path);
    if (serving.policy !== undefined) response.setHeader('content-security-policy', serving.policy);
    if (path === '/') {
      response.setHeader('content-type', 'text/html; charset=utf-8');
      response.end(PAGE);
    } else if (script !== undefined) {
      response.setHeader('content-type', 'text/javascript; charset=utf-8');
      response.end(script);
    } else {
      response.statusCode = path === '/favicon.ico' ? 204 : 404;
      response.end();
    }
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const browser = await launchBrowser('--force-color-profile=srgb');
  const page = await browser.newPage({ viewport: { width: 1280, height: 800 } });
  const complaints: string[] = [];
  page.on('console', (message) => {
    if (message.type() === 'error' || message.type() === 'warning') complaints.push(message.text());
  });
  page.on('pageerror', (error) => complaints.push(String(error)));
  await page.goto(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`);
  await page.waitForFunction(() => 'stage' in window);
  return {
    page,
    complaints,
    async close() {
      await browser.close();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

const PAGE = `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Stage</title></head>
<body><main><h1>Stage</h1><canvas tabindex="0" aria-label="Game"></canvas></main><script type="module" src="/stage.js"></script></body></html>`;

async function bundleStage(): Promise<Map<string, Uint8Array>> {
  const built = await build({
    entryPoints: { stage: fileURLToPath(new URL('../page/stage.ts', import.meta.url)) },
    bundle: true,
    splitting: true,
    format: 'esm',
    target: 'es2022',
    conditions: ['coinslot-source'],
    outdir: '/',
    write: false,
    logLevel: 'silent',
  });
  return new Map(built.outputFiles.map((file) => [file.path, file.contents]));
}
