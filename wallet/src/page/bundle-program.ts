/** Bundles the page's program from its sources: for the build, and for wallets that run from the sources. */
import { build } from 'esbuild';

/** One ES module, as bytes. esbuild is a development dependency: a built package carries the result instead. */
export async function bundleProgram(entry: string): Promise<Uint8Array> {
  const { outputFiles } = await build({
    entryPoints: [entry],
    bundle: true,
    write: false,
    format: 'esm',
    target: 'es2022',
    minify: true,
    legalComments: 'none',
  });
  const [output] = outputFiles;
  if (output === undefined) throw new Error('esbuild: no output');
  return output.contents;
}
