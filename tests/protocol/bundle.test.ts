/** What a game's bundle pays for the protocol: only what it imports, and no verifier before a boundary nears. */
import { gzipSync } from 'node:zlib';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { describe, expect, it } from 'vitest';

async function bundle(source: string): Promise<{ gzipBytes: number; inputs: readonly string[] }> {
  const { outputFiles, metafile } = await build({
    stdin: { contents: source, resolveDir: fileURLToPath(new URL('../../protocol', import.meta.url)), loader: 'ts' },
    bundle: true,
    minify: true,
    format: 'esm',
    target: 'es2022',
    conditions: ['coinslot-source', 'browser'],
    write: false,
    metafile: true,
    outdir: 'out',
  });
  const inputs = Object.values(metafile.outputs).flatMap((output) =>
    Object.entries(output.inputs).flatMap(([path, { bytesInOutput }]) => (bytesInOutput > 0 ? [path] : [])),
  );
  return { gzipBytes: gzipSync(outputFiles[0]!.contents, { level: 9 }).length, inputs };
}

describe('a bundle', () => {
  it('of price list, offer, decision, codes and link frames is below 15.1 kB, without curves, certificates or currencies', async () => {
    const { gzipBytes, inputs } = await bundle(`
      export { decodePriceList, encodeOffer, decodePaymentDecision, CODES, ProtocolError } from '@coinslot/protocol';
      export * from '@coinslot/protocol/link';
    `);
    expect(gzipBytes).toBeLessThanOrEqual(15_100);
    expect(
      inputs.filter((path) => /curves|certificates|dinero|messages\/(account|rate|refund|pairing)/.test(path)),
    ).toEqual([]);
  });

  it('of the verifier is below 34 kB, and needs nothing of Node', async () => {
    const { gzipBytes } = await bundle(`export { checkDecision, checkRestored } from '@coinslot/protocol';`);
    expect(gzipBytes).toBeLessThanOrEqual(34_000);
  });
});
