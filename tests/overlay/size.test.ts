import { gzipSync } from 'node:zlib';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { describe, expect, it } from 'vitest';

const ENTRY = fileURLToPath(new URL('../../overlay/src/index.ts', import.meta.url));

describe('size', () => {
  it('is at most 25 kB gzip without peers and font', async () => {
    const built = await build({
      entryPoints: [ENTRY],
      bundle: true,
      splitting: true,
      minify: true,
      format: 'esm',
      target: 'es2022',
      conditions: ['coinslot-source'],
      external: ['pixi.js', 'pixi.js/*', 'howler'],
      outdir: '/',
      write: false,
      logLevel: 'silent',
    });
    const sizeOf = (isFont: boolean): number =>
      built.outputFiles
        .filter(({ path }) => path.includes('inter-latin') === isFont)
        .reduce((sum, { contents }) => sum + gzipSync(contents, { level: 9 }).length, 0);
    const code = sizeOf(false);
    const font = sizeOf(true);
    process.stdout.write(`overlay: ${code} B of code, ${font} B of font, gzip\n`);
    expect(code).toBeLessThanOrEqual(25_000);
    expect(font).toBeLessThanOrEqual(52_000);
  });
});
