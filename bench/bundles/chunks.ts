/** A bundle as a game's own bundler would make it: minified, split at every `import()`; and what of it is loaded together. */
import { join, relative } from 'node:path';
import { gzipSync } from 'node:zlib';
import { build, type Metafile } from 'esbuild';
import { ROOT } from '../grounds.ts';

export interface Bundle {
  /** Chunks of the entry and everything it imports at once. */
  readonly entry: ReadonlySet<string>;
  /** Chunks of the module (path from the repository's root) that is loaded by `import()`, with what it imports at once. */
  late(module: string): ReadonlySet<string>;
  /** Gzip bytes, chunk by chunk as a server sends them, but for those in `without`. */
  gzipBytes(chunks: ReadonlySet<string>, ...without: readonly ReadonlySet<string>[]): number;
}

export async function bundle(source: string, external: readonly string[]): Promise<Bundle> {
  const { outputFiles, metafile } = await build({
    stdin: { contents: source, resolveDir: join(ROOT, 'demo-game'), loader: 'ts' },
    absWorkingDir: ROOT,
    bundle: true,
    splitting: true,
    minify: true,
    format: 'esm',
    target: 'es2022',
    conditions: ['coinslot-source', 'browser'],
    external: [...external],
    legalComments: 'none',
    metafile: true,
    write: false,
    outdir: 'out',
  });
  const bytes = new Map(
    outputFiles.map(({ path, contents }) => [relative(ROOT, path), gzipSync(contents, { level: 9 }).length]),
  );
  const chunkOf = (entryPoint: string): string => {
    const found = Object.entries(metafile.outputs).find(([, output]) => output.entryPoint === entryPoint);
    if (found === undefined) throw new Error(`${entryPoint}: no chunk of the bundle begins with it`);
    return found[0];
  };
  return {
    entry: together(metafile, chunkOf('<stdin>')),
    late: (module) => together(metafile, chunkOf(module)),
    gzipBytes(chunks, ...without) {
      const counted = [...chunks].filter((chunk) => !without.some((one) => one.has(chunk)));
      return counted.reduce((sum, chunk) => sum + bytes.get(chunk)!, 0);
    },
  };
}

function together({ outputs }: Metafile, first: string): ReadonlySet<string> {
  const found = new Set([first]);
  for (const chunk of found)
    for (const { path, kind, external } of outputs[chunk]!.imports)
      if (kind === 'import-statement' && external !== true) found.add(path);
  return found;
}

export const union = (...sets: readonly ReadonlySet<string>[]): ReadonlySet<string> =>
  new Set(sets.flatMap((set) => [...set]));
