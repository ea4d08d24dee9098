/** Builds the demo game when its sources are newer than the last build, and serves it as any static host would. */
import { createReadStream, existsSync, mkdirSync, readdirSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { build, preview, type Plugin } from 'vite';

/** The price list, placements, roots and settings are fetched from here. */
const FILES_PATH = '/coinslot/';
const FILES = [
  'price-list.coinslot',
  'placements.json',
  'roots.coinslot',
  'crls.coinslot',
  'settings.json',
  'comets-road.sealed',
];
/** The release of placements: from the studio's own folder, so that what it publishes reaches the game at its next start. */
const RELEASE = 'placements.coinslot';

/**
 * No script, style or connection from elsewhere; the wallet on loopback is the only other place the page may reach, and a timing
 * lab while one is open.
 */
function contentPolicy(walletPort: number, labPort: number | undefined): string {
  const lab = labPort === undefined ? '' : ` http://127.0.0.1:${labPort}`;
  return [
    "default-src 'self'",
    "script-src 'self'",
    "style-src 'self' 'unsafe-inline'",
    "img-src 'self' data: blob:",
    "media-src 'self' data: blob:",
    "font-src 'self' data:",
    `connect-src 'self' data: blob: ws://127.0.0.1:${walletPort}${lab}`,
    "object-src 'none'",
    "base-uri 'none'",
    "frame-ancestors 'none'",
  ].join('; ');
}

/** Builds into `demo-game/dist`, one process at a time. Resolves with the folder; says nothing when it is fresh. */
export async function buildGame(root: string, onBuild: () => void): Promise<string> {
  const folder = join(root, 'demo-game', 'dist');
  const page = join(folder, 'index.html');
  const sources = ['demo-game', 'plugin', 'overlay', 'protocol'].map((room) => join(root, room));
  // Tests start several games at once: one that is being built is not served half.
  const turn = await takeTurn(join(root, 'node_modules', '.coinslot-game-build'));
  try {
    const newest = Math.max(...sources.map(newestMs));
    if (existsSync(page) && statSync(page).mtimeMs > newest) return folder;
    onBuild();
    await build({ root: join(root, 'demo-game'), logLevel: 'warn', build: { emptyOutDir: true } });
    return folder;
  } finally {
    turn.end();
  }
}

const BUILD_MS_MAX = 120_000;

/** A folder is made by one process only; one left by a process that died is taken over. */
async function takeTurn(lock: string): Promise<{ end(): void }> {
  for (;;) {
    try {
      mkdirSync(lock);
      return { end: () => rmSync(lock, { recursive: true, force: true }) };
    } catch (fault) {
      if ((fault as NodeJS.ErrnoException).code !== 'EEXIST') throw fault;
      const since = statSync(lock, { throwIfNoEntry: false })?.mtimeMs ?? Date.now();
      if (Date.now() - since > BUILD_MS_MAX) rmSync(lock, { recursive: true, force: true });
      else await setTimeout(100);
    }
  }
}

function newestMs(folder: string): number {
  let newest = 0;
  for (const one of readdirSync(folder, { withFileTypes: true })) {
    if (one.name === 'dist' || one.name === 'node_modules') continue;
    const path = join(folder, one.name);
    newest = Math.max(newest, one.isDirectory() ? newestMs(path) : statSync(path).mtimeMs);
  }
  return newest;
}

export interface GameHost {
  readonly url: string;
  close(): Promise<void>;
}

/** Serves the built game on 127.0.0.1, with the files of `gameFolder` below `/coinslot/`. Throws when the port is taken. */
export async function hostGame(options: {
  root: string;
  /** The built game. */
  site: string;
  gameFolder: string;
  studioFolder: string;
  port: number;
  walletPort: number;
  /** Of a timing lab that the game may follow. */
  labPort?: number | undefined;
}): Promise<GameHost> {
  const { root, site, gameFolder, studioFolder, port, walletPort, labPort } = options;
  const files: Plugin = {
    name: 'coinslot-files',
    configurePreviewServer(server) {
      server.middlewares.use(FILES_PATH, (request, response) => {
        const name = (request.url ?? '').replace(/^\//, '').replace(/\?.*$/, '');
        const path = join(name === RELEASE ? studioFolder : gameFolder, name);
        if (name === RELEASE && !existsSync(path)) {
          // Nothing was released yet, which is no fault that a browser should write down.
          response.writeHead(204).end();
          return;
        }
        if (![...FILES, RELEASE].includes(name) || !existsSync(path)) {
          response.writeHead(404).end();
          return;
        }
        const type = name.endsWith('.json') ? 'application/json' : 'application/octet-stream';
        response.writeHead(200, { 'content-type': type, 'cache-control': 'no-cache' });
        createReadStream(path).pipe(response);
      });
    },
  };
  const before = process.stdin.listeners('end');
  const server = await preview({
    root: join(root, 'demo-game'),
    logLevel: 'error',
    plugins: [files],
    build: { outDir: site },
    preview: {
      port,
      strictPort: true,
      host: '127.0.0.1',
      headers: { 'content-security-policy': contentPolicy(walletPort, labPort), 'x-content-type-options': 'nosniff' },
    },
  });
  // Vite ends the whole process when standard input ends, which it does at once where there is no terminal.
  for (const listener of process.stdin.listeners('end'))
    if (!before.includes(listener)) process.stdin.off('end', listener as () => void);
  return { url: `http://127.0.0.1:${port}/`, close: () => server.close() };
}
