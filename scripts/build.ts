/**
 * `npm run build [room ...]`: the packages as they are published, into each room's `dist/`: JavaScript by esbuild, split at
 * every `import()`, and types by tsc. What is built follows each package.json: one entry per `exports` and `bin`.
 */
import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  copyFileSync,
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build, type Plugin } from 'esbuild';
import { readPlotStyle } from '../publisher/src/lab/assets.ts';
import { bundlePage } from '../publisher/src/lab/bundle-page.ts';
import { bundleProgram } from '../wallet/src/page/bundle-program.ts';

const ROOT = dirname(dirname(fileURLToPath(import.meta.url)));
const ROOMS = ['protocol', 'overlay', 'plugin', 'authority', 'publisher', 'card', 'server', 'wallet'];
const IN_BROWSERS = ['protocol', 'overlay', 'plugin'];
const TARGET = 'es2022';

interface Manifest {
  readonly exports: Readonly<Record<string, { readonly default: string }>>;
  readonly bin?: Readonly<Record<string, string>>;
}

const pathOf = (room: string, ...names: string[]): string => join(ROOT, room, ...names);

function programsOf(room: string): { readonly bins: readonly string[]; readonly all: readonly string[] } {
  const manifest = JSON.parse(readFileSync(pathOf(room, 'package.json'), 'utf8')) as Manifest;
  const bins = Object.values(manifest.bin ?? {});
  return { bins, all: [...Object.values(manifest.exports).map((entry) => entry.default), ...bins] };
}

/** `./dist/core/index.js` is built from `src/core/index.ts`. */
const sourceOf = (program: string): string => program.replace('./dist/', 'src/').replace(/\.js$/, '.ts');

/** Programs that a room starts as processes or threads of its own: they stand beside the chunks of whoever starts them. */
const CHILDREN: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  server: { 'journal-child': 'src/operation/journal-child.ts', 'sums-child': 'src/operation/sums-child.ts' },
  publisher: { 'simulate-thread': 'src/simulate/simulate-thread.ts' },
};

async function buildPrograms(room: string): Promise<void> {
  const { bins, all } = programsOf(room);
  const nameOf = (program: string): string => program.replace('./dist/', '').replace(/\.js$/, '');
  await build({
    entryPoints: [
      ...all.map((program) => ({ in: pathOf(room, sourceOf(program)), out: nameOf(program) })),
      ...Object.entries(CHILDREN[room] ?? {}).map(([out, source]) => ({ in: pathOf(room, source), out })),
    ],
    outdir: pathOf(room, 'dist'),
    bundle: true,
    splitting: true,
    packages: 'external',
    format: 'esm',
    platform: IN_BROWSERS.includes(room) ? 'browser' : 'node',
    target: TARGET,
    logLevel: 'warning',
  });
  for (const bin of bins) chmodSync(pathOf(room, bin), 0o755);
}

/** The wallet's page, beside the program that serves it. */
async function buildWalletPage(): Promise<void> {
  const from = pathOf('wallet', 'src', 'page', 'client');
  const to = pathOf('wallet', 'dist', 'client');
  mkdirSync(to, { recursive: true });
  cpSync(join(from, 'style'), join(to, 'style'), { recursive: true });
  for (const name of ['index.html', 'icon.svg']) copyFileSync(join(from, name), join(to, name));
  writeFileSync(join(to, 'page.js'), await bundleProgram(join(from, 'main.ts')));
}

/** The timing lab's page, beside the program that serves it. */
async function buildLabPage(): Promise<void> {
  const from = pathOf('publisher', 'src', 'lab', 'page');
  const to = pathOf('publisher', 'dist', 'page');
  mkdirSync(to, { recursive: true });
  cpSync(join(from, 'style'), join(to, 'style'), { recursive: true });
  for (const name of ['index.html', 'icon.svg']) copyFileSync(join(from, name), join(to, name));
  writeFileSync(join(to, 'uplot.css'), readPlotStyle());
  for (const [name, program] of await bundlePage(join(from, 'main.ts'))) writeFileSync(join(to, name), program);
}

/** The look of the server's pages, beside the program that serves them. */
function copyServerLook(): void {
  cpSync(pathOf('server', 'src', 'pages', 'look'), pathOf('server', 'dist', 'look'), { recursive: true });
}

/**
 * What takes the place of a peer that the page has loaded by a script of its own. All but Phaser are looked for when the
 * first offer comes. Howler may be missing; pixi's remedy for pages without `eval` is a script of pixi's as well.
 */
const GLOBALS: Readonly<Record<string, string>> = {
  phaser: 'module.exports = globalThis.Phaser;',
  'pixi.js': 'module.exports = globalThis.PIXI;',
  'pixi.js/unsafe-eval': '',
  howler: `const { Howl, Howler } = globalThis;
    if (Howl === undefined) throw new Error('there is no howler on this page');
    module.exports = { Howl, Howler };`,
};

const globals: Plugin = {
  name: 'globals',
  setup(bundler) {
    bundler.onResolve({ filter: /^(phaser|howler|pixi\.js)/ }, ({ path }) => ({ path, namespace: 'global' }));
    bundler.onLoad({ filter: /.*/, namespace: 'global' }, ({ path }) => {
      const contents = GLOBALS[path];
      return contents === undefined ? { errors: [{ text: `${path}: no global stands for it` }] } : { contents };
    });
  },
};

/** Everything in one file for pages with script tags; `Coinslot.CoinslotPlugin`. */
async function buildGlobal(): Promise<void> {
  await build({
    entryPoints: [pathOf('plugin', 'src', 'index.ts')],
    outfile: pathOf('plugin', 'dist', 'coinslot.global.js'),
    bundle: true,
    minify: true,
    format: 'iife',
    globalName: 'Coinslot',
    target: TARGET,
    conditions: ['coinslot-source', 'browser'],
    plugins: [globals],
    logLevel: 'warning',
  });
}

/** Declarations of all rooms from one run of the compiler. */
function buildTypes(rooms: readonly string[]): void {
  const folder = mkdtempSync(join(tmpdir(), 'coinslot-types-'));
  try {
    const ambient = ROOMS.flatMap((room) => filesIn(pathOf(room, 'src')).filter((path) => path.endsWith('.d.ts')));
    const entries = rooms.flatMap((room) => programsOf(room).all.map((program) => pathOf(room, sourceOf(program))));
    const configPath = join(folder, 'tsconfig.json');
    const compilerOptions = {
      ...{ noEmit: false, declaration: true, emitDeclarationOnly: true },
      ...{ rootDir: ROOT, outDir: folder, typeRoots: [join(ROOT, 'node_modules', '@types')] },
    };
    const config = {
      extends: join(ROOT, 'tsconfig.json'),
      compilerOptions,
      include: [],
      files: [...entries, ...ambient],
    };
    writeFileSync(configPath, JSON.stringify(config));
    const tsc = join(ROOT, 'node_modules', 'typescript', 'bin', 'tsc');
    const { status } = spawnSync(process.execPath, [tsc, '-p', configPath], { cwd: ROOT, stdio: 'inherit' });
    if (status !== 0) throw new Error('the types do not hold');
    // They name each other as their sources did, with .ts: TypeScript 5 finds the declarations all the same.
    for (const room of rooms) cpSync(join(folder, room, 'src'), pathOf(room, 'dist'), { recursive: true });
  } finally {
    rmSync(folder, { recursive: true });
  }
}

const filesIn = (folder: string): string[] =>
  readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((one) => one.isFile())
    .map((one) => join(one.parentPath, one.name));

const asked = process.argv.slice(2);
const stranger = asked.find((room) => !ROOMS.includes(room));
if (stranger !== undefined) throw new Error(`${stranger}: not published; there are ${ROOMS.join(', ')}`);
const rooms = asked.length === 0 ? ROOMS : asked;
for (const room of rooms) {
  rmSync(pathOf(room, 'dist'), { recursive: true, force: true });
  await buildPrograms(room);
  if (room === 'wallet') await buildWalletPage();
  if (room === 'publisher') await buildLabPage();
  if (room === 'server') copyServerLook();
  if (room === 'plugin') await buildGlobal();
  copyFileSync(join(ROOT, 'LICENSE'), pathOf(room, 'dist', 'LICENSE'));
}
buildTypes(rooms);
for (const room of rooms) console.log(`built ${room}: ${programsOf(room).all.join(', ')}`);
