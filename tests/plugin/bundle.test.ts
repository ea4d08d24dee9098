/** What a game loads at its start, and what only when a boundary nears. */
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { build, type Metafile } from 'esbuild';
import { beforeAll, describe, expect, it } from 'vitest';

const ENTRY_BYTES_MAX = 15 * 1024;
/** 42 kB were meant; signed noes, installed games and what comes back without message 1 take the rest. */
const LATE_BYTES_MAX = 44_000;

interface Bundle {
  readonly inputs: readonly string[];
  readonly gzipBytes: number;
}

let entry: Bundle;
let late: Bundle;
/** Of everything that a game may ever load. */
let inputs: readonly string[];

beforeAll(async () => {
  const { metafile, outputFiles } = await build({
    entryPoints: [fileURLToPath(import.meta.resolve('@coinslot/plugin'))],
    outdir: '/',
    bundle: true,
    minify: true,
    splitting: true,
    write: false,
    metafile: true,
    format: 'esm',
    target: 'es2022',
    legalComments: 'none',
    conditions: ['coinslot-source'],
    external: ['phaser', '@coinslot/overlay'],
  });
  // An input of which nothing is left is none.
  inputs = Object.values(metafile.outputs).flatMap((output) =>
    Object.entries(output.inputs).flatMap(([input, { bytesInOutput }]) => (bytesInOutput > 0 ? [input] : [])),
  );
  const gzipBytes = new Map(outputFiles.map((file) => [file.path, gzipSync(file.contents, { level: 9 }).length]));
  const bundle = (output: string, without: ReadonlySet<string> = new Set()): Bundle => {
    const files = [...closure(metafile, output)].filter((file) => !without.has(file));
    const inputs = files.flatMap((file) => Object.keys(metafile.outputs[file]!.inputs));
    return { inputs, gzipBytes: files.reduce((sum, file) => sum + pick(gzipBytes, file), 0) };
  };
  const named = (name: RegExp): string => Object.keys(metafile.outputs).find((output) => name.test(output))!;
  entry = bundle(named(/index\.js$/));
  late = bundle(named(/late-\w+\.js$/), closure(metafile, named(/index\.js$/)));
});

describe('the entry', () => {
  it('has gate, timing and link, and nothing that reads or verifies protocol bytes', () => {
    expect(entry.inputs.some((input) => input.endsWith('phaser/gate.ts'))).toBe(true);
    expect(entry.inputs.some((input) => input.endsWith('core/link.ts'))).toBe(true);
    expect(entry.inputs.some((input) => input.endsWith('timing/decide.ts'))).toBe(true);
    expect(entry.inputs.filter((input) => /protocol\/|@noble|msgpackr|pixi|howler/.test(input))).toEqual([]);
  });

  it('has no byte of the designer’s tools, nor has anything that it loads', () => {
    expect(
      inputs.filter((input) => /tweakpane|\/designer\/|timing\/(recording|replay|patch|stand-in)/.test(input)),
    ).toEqual([]);
  });

  it('is small', () => {
    expect(entry.gzipBytes).toBeLessThanOrEqual(ENTRY_BYTES_MAX);
  });
});

describe('the late chunk', () => {
  it('has the verifier and the flows, once', () => {
    expect(late.inputs.some((input) => input.endsWith('src/verifier.ts'))).toBe(true);
    expect(late.inputs.some((input) => input.includes('@noble/curves'))).toBe(true);
    expect(late.inputs.filter((input) => entry.inputs.includes(input))).toEqual([]);
  });

  it('is small', () => {
    expect(late.gzipBytes).toBeLessThanOrEqual(LATE_BYTES_MAX);
  });
});

/** An output and what it imports statically. */
function closure({ outputs }: Metafile, output: string, found = new Set<string>()): Set<string> {
  if (outputs[output] === undefined || found.has(output)) return found;
  found.add(output);
  for (const { path, kind } of outputs[output].imports)
    if (kind === 'import-statement') closure({ outputs, inputs: {} }, path, found);
  return found;
}

/** Output paths are relative to the working folder in the metafile, and absolute among the files. */
function pick(sizes: ReadonlyMap<string, number>, output: string): number {
  const name = output.split('/').at(-1)!;
  return [...sizes].find(([path]) => path.endsWith(`/${name}`))![1];
}
