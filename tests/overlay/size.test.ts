import { gzipSync } from 'node:zlib';
import { fileURLToPath } from 'node:url';
import { build, type Metafile, type OutputFile } from 'esbuild';
import { beforeAll, describe, expect, it } from 'vitest';

const ENTRY = fileURLToPath(new URL('../../overlay/src/index.ts', import.meta.url));

let outputs: OutputFile[] = [];
let meta: Metafile['outputs'] = {};

beforeAll(async () => {
  const built = await build({
    entryPoints: [ENTRY],
    bundle: true,
    splitting: true,
    minify: true,
    metafile: true,
    format: 'esm',
    target: 'es2022',
    conditions: ['coinslot-source'],
    external: ['pixi.js', 'pixi.js/*', 'howler'],
    outdir: '/',
    write: false,
    logLevel: 'silent',
  });
  outputs = built.outputFiles;
  meta = built.metafile.outputs;
});

const FONTS = ['inter-latin', 'arabic', 'japanese'];
const sizeOf = (wanted: (path: string) => boolean): number =>
  outputs
    .filter(({ path }) => wanted(path))
    .reduce((sum, { contents }) => sum + gzipSync(contents, { level: 9 }).length, 0);
const isFont = (path: string): boolean => FONTS.some((name) => path.includes(name));

describe('what is loaded at the first offer, gzip, without peers', () => {
  // Six languages are some 20 kB of words; what draws, moves and sounds is the rest.
  it.each([
    ['code and words', 46_000, (path: string) => !isFont(path)],
    ['Latin font, every language', 52_000, (path: string) => path.includes('inter-latin')],
    ['Arabic font, for Arabic only', 24_000, (path: string) => path.includes('arabic')],
    ['Japanese font, for Japanese only', 170_000, (path: string) => path.includes('japanese')],
  ])('%s: at most %i B', (what, most, wanted) => {
    const size = sizeOf(wanted);
    process.stdout.write(`overlay: ${size} B of ${what}\n`);
    expect(size).toBeGreaterThan(0);
    expect(size).toBeLessThanOrEqual(most);
  });

  it('fonts are chunks of their own, imported on demand', () => {
    const entry = Object.entries(meta).find(([, { entryPoint }]) => entryPoint?.endsWith('src/index.ts') === true);
    const statically = (entry?.[1].imports ?? []).filter(({ kind }) => kind === 'import-statement');
    expect(statically.filter(({ path }) => isFont(path))).toEqual([]);
  });
});
