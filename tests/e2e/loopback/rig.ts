/**
 * A real browser with pages on every side of its line between public and loopback: `*.test` over https and one over plain http
 * are public to it, one is of this machine, one is a file. And a real wallet for each test.
 */
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { createServer as createPlain, type RequestListener, type Server } from 'node:http';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { chromium, type Browser, type BrowserContext, type Frame, type Page } from 'playwright-core';
import { NATIVE_ORIGIN } from '@coinslot/protocol/link';
import type { UnreachableReason } from '@coinslot/overlay';
import { BROWSER_FLAGS, requireBrowser } from '../../../scripts/machine.mjs';
import { launchBrowser } from '../../lib/browser.ts';
import { makeContent, PLACEMENTS } from '../../plugin/lib/content.ts';
import { PageClient } from '../../wallet/page-client.ts';
import { silent, startWorld, type World } from '../../wallet/world.ts';
import type { RoomContent } from './page.ts';

export interface Rig {
  readonly browser: Browser;
  readonly origins: Readonly<Record<'game' | 'portal' | 'evil' | 'plain' | 'local', string>>;
  /** Address of the game as a file. */
  readonly file: string;
  close(): Promise<void>;
}

const GAME = '<!doctype html><meta charset="utf-8"><title>room</title><h1>A game</h1><script src="room.js"></script>';

/** `/game`; `/portal?allow=&sandbox=&src=` frames something; `/away?to=` redirects; anything else is an empty page. */
const serve =
  (script: string): RequestListener =>
  (request, response) => {
    const { pathname, searchParams } = new URL(request.url ?? '/', 'http://x');
    const asked = (name: string): string => searchParams.get(name) ?? '';
    response.setHeader('content-type', pathname === '/room.js' ? 'text/javascript' : 'text/html');
    if (pathname === '/room.js') return void response.end(script);
    if (pathname === '/game') return void response.end(GAME);
    if (pathname === '/away') return void response.writeHead(307, { location: asked('to') }).end();
    const sandbox = searchParams.has('sandbox') ? `sandbox="${asked('sandbox')}"` : '';
    const frame = `<iframe name="frame" ${sandbox} allow="${asked('allow')}" src="${asked('src')}"></iframe>`;
    response.end(`<!doctype html><title>page</title>${pathname === '/portal' ? frame : '<h1>A page</h1>'}`);
  };

async function listen(server: Server): Promise<number> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return (server.address() as AddressInfo).port;
}

export async function openRig(): Promise<Rig> {
  const folder = mkdtempSync(join(tmpdir(), 'coinslot-loopback-'));
  const at = (name: string): string => join(folder, name);
  const kind = ['-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-days', '3'];
  const names = ['-subj', '/CN=game.test', '-addext', 'subjectAltName=DNS:*.test'];
  execFileSync('openssl', ['req', ...kind, '-keyout', at('key'), '-out', at('cert'), ...names], { stdio: 'ignore' });
  const { outputFiles } = await build({
    entryPoints: [fileURLToPath(new URL('page.ts', import.meta.url))],
    bundle: true,
    write: false,
    format: 'iife',
    target: 'es2022',
    conditions: ['coinslot-source'],
  });
  const script = outputFiles[0]!.text;
  writeFileSync(at('room.js'), script);
  writeFileSync(at('game.html'), GAME);
  const tls = createServer({ key: readFileSync(at('key')), cert: readFileSync(at('cert')) }, serve(script));
  const plain = createPlain(serve(script));
  const local = createPlain(serve(script));
  const [tlsPort, plainPort, localPort] = [await listen(tls), await listen(plain), await listen(local)];
  const browser = await launchBrowser(
    `--ip-address-space-overrides=127.0.0.1:${tlsPort}=public,127.0.0.1:${plainPort}=public`,
    '--host-resolver-rules=MAP *.test 127.0.0.1',
  );
  const publicAt = (name: string): string => `https://${name}.test:${tlsPort}`;
  return {
    browser,
    origins: {
      game: publicAt('game'),
      portal: publicAt('portal'),
      evil: publicAt('evil'),
      plain: `http://game.test:${plainPort}`,
      local: `http://localhost:${localPort}`,
    },
    file: `file://${at('game.html')}`,
    async close() {
      await browser.close();
      for (const server of [tls, plain, local]) server.closeAllConnections();
      for (const server of [tls, plain, local]) await new Promise((resolve) => server.close(resolve));
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** A wallet, what its door has refused, a browser profile, and the files of the game. */
export class Visit {
  readonly rig: Rig;
  readonly world: World;
  readonly context: BrowserContext;
  readonly content: RoomContent;
  /** Codes with which the link's door refused, oldest first. */
  readonly refused: string[];
  readonly #wallet: PageClient;

  private constructor(fields: Pick<Visit, 'rig' | 'world' | 'context' | 'content' | 'refused'>, wallet: PageClient) {
    ({ rig: this.rig, world: this.world, context: this.context } = fields);
    ({ content: this.content, refused: this.refused } = fields);
    this.#wallet = wallet;
  }

  /** The game is accepted at first contact at its https and http addresses; an installed one never is. */
  static async begin(rig: Rig): Promise<Visit> {
    const refused: string[] = [];
    const { game, plain, local } = rig.origins;
    const note = (fields: object, what: string): void => {
      if (what === 'link: refused' && 'code' in fields) refused.push(String(fields.code));
    };
    const world = await startWorld({
      wallet: {
        log: { ...silent, info: note },
        autoPair: [{ gameId: 'demo-game', publisherId: 'lumen-works', origins: [game, plain, local] }],
      },
    });
    const origins = [game, plain, local, NATIVE_ORIGIN];
    const files = makeContent({ of: world, origins });
    const base64 = (bytes: Uint8Array): string => Buffer.from(bytes).toString('base64');
    const content: RoomContent = {
      priceList: base64(files.priceList),
      roots: base64(files.roots),
      placements: PLACEMENTS,
      walletPort: world.wallet.port,
      nowMs: world.time.nowMs,
    };
    const context = await rig.browser.newContext({ ignoreHTTPSErrors: true });
    await context.addInitScript(`window.roomContent = ${JSON.stringify(content)}`);
    const wallet = await PageClient.open(world.wallet.pageUrl());
    return new Visit({ rig, world, context, content, refused }, wallet);
  }

  async page(url: string): Promise<Page> {
    const page = await this.context.newPage();
    await page.goto(url);
    return page;
  }

  /** A frame in a page. */
  async framed(url: string): Promise<Frame> {
    const page = await this.page(url);
    const frame = page.frame({ name: 'frame' });
    if (frame === null) throw new Error('no frame');
    await frame.waitForLoadState();
    return frame;
  }

  /** The player's word on reaching this machine, as the browser's settings give it. */
  async permit(
    page: Page,
    setting: 'granted' | 'denied' | 'prompt',
    origin: string,
    embeddedOrigin?: string,
  ): Promise<void> {
    const target = await this.context.newCDPSession(page);
    const { targetInfo } = await target.send('Target.getTargetInfo');
    const browser = await this.rig.browser.newBrowserCDPSession();
    await browser.send('Browser.setPermission', {
      permission: { name: 'loopback-network' },
      setting,
      origin,
      ...(embeddedOrigin !== undefined && { embeddedOrigin }),
      browserContextId: targetInfo.browserContextId!,
    });
  }

  /** A code, read off the wallet's page. */
  async showCode(): Promise<string> {
    await this.#wallet.act('open-code');
    return (await this.#wallet.view()).linkCode?.code ?? '';
  }

  /** The player's yes to the one game that asks; what the page said about it. */
  async acceptPairing(): Promise<{ isNative: boolean; origin: string }> {
    const [request] = (await this.#wallet.view()).pairings;
    if (request === undefined) throw new Error('no game asks');
    await this.#wallet.act('pair', { id: request.id, ...request.limits });
    return request;
  }

  end(): Promise<void> {
    return this.context.close();
  }
}

/** A page of an extension, in a browser of its own that has it installed. */
export async function openExtension(): Promise<{ page: Page; close(): Promise<void> }> {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'coinslot-extension-')));
  const extension = join(folder, 'extension');
  mkdirSync(extension);
  writeFileSync(join(extension, 'manifest.json'), '{"manifest_version":3,"name":"extension","version":"1"}');
  writeFileSync(join(extension, 'page.html'), '<h1>A page of an extension</h1>');
  const context = await chromium.launchPersistentContext(join(folder, 'profile'), {
    executablePath: requireBrowser(),
    ignoreDefaultArgs: ['--disable-extensions'],
    args: [
      ...BROWSER_FLAGS,
      '--disable-gpu',
      `--load-extension=${extension}`,
      '--disable-features=DisableLoadExtensionCommandLineSwitch',
    ],
  });
  // An unpacked extension is named after its folder: SHA-256 of the path, half of it, in the letters a to p.
  const digest = createHash('sha256').update(extension).digest('hex').slice(0, 32);
  const id = [...digest].map((digit) => 'abcdefghijklmnop'[parseInt(digit, 16)]).join('');
  const page = await context.newPage();
  await page.goto(`chrome-extension://${id}/page.html`);
  return {
    page,
    async close() {
      await context.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** Waits until the game's dialog says that the wallet is not reached, for this reason. */
export async function unreachable(room: Page | Frame, reason: UnreachableReason): Promise<void> {
  await room.waitForFunction((wanted) => {
    const last = window.room.states.at(-1);
    return last?.kind === 'unreachable' && last.reason === wanted;
  }, reason);
}

/** Waits for a state of the dialog. */
export async function shows(room: Page | Frame, kind: string): Promise<void> {
  await room.waitForFunction((wanted) => window.room.states.at(-1)?.kind === wanted, kind);
}

/** Accepts the review, and waits for the outcome. */
export async function pay(room: Page | Frame): Promise<unknown> {
  await shows(room, 'review');
  await room.evaluate(() => window.room.intend('accept'));
  await shows(room, 'granted');
  await room.evaluate(() => window.room.intend('close'));
  return outcome(room);
}

export async function outcome(room: Page | Frame): Promise<unknown> {
  await room.waitForFunction(() => window.room.result !== undefined);
  return room.evaluate(() => {
    const { status, reason, charged, detail } = window.room.result ?? {};
    return { status, reason, charged, detail };
  });
}
