/** Bundles the lab's page from its sources: for the build, and for a lab that runs from the sources. */
import { basename } from 'node:path';
import { build } from 'esbuild';

/**
 * ES modules by file name, `page.js` first: split at every `import()`, so that the overlay is loaded when offers are looked at.
 * esbuild is a development dependency: a built package carries the result instead.
 */
export async function bundlePage(entry: string): Promise<ReadonlyMap<string, Uint8Array>> {
  const { outputFiles } = await build({
    entryPoints: { page: entry },
    bundle: true,
    splitting: true,
    write: false,
    outdir: '/',
    chunkNames: 'part-[hash]',
    format: 'esm',
    target: 'es2022',
    conditions: ['coinslot-source', 'browser'],
    minify: true,
    legalComments: 'none',
    logLevel: 'silent',
  });
  return new Map(outputFiles.map((one) => [basename(one.path), one.contents]));
}
