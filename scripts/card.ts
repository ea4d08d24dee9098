/**
 * `npm run card`: a card on this machine without buying one.
 *
 *   npm run card                      which readers and cards this machine has
 *   npm run card -- --vpcd            the whole chain shown on a pcscd of its own: seen, made, charged, paid with, measured
 *   npm run card -- --plug [HOST:PORT]  a card in the virtual reader of this machine's pcscd, until Ctrl-C
 *   --file PATH                       that card's memory; made new when it is not there (default .coinslot/card.bin)
 *
 * The card is the whole applet over a file: what it holds lasts, what it can do a card of plastic can do too. Its key lies in
 * that file, so it is worth as much as the file is well kept: for development, tests and shows.
 */
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { describeReaders, pcscReaders, runCardProgram } from '@coinslot/card';

try {
  await main();
} catch (error) {
  console.error(error instanceof Error ? error.message : String(error));
  process.exitCode = 1;
}

async function main(): Promise<void> {
  const options = { vpcd: { type: 'boolean' }, plug: { type: 'boolean' }, file: { type: 'string' } } as const;
  const { values, positionals } = parseArgs({ options, allowPositionals: true });
  if (values.vpcd) {
    const { showCard } = await import('./card/show.ts');
    process.exitCode = (await showCard()) === 0 ? 0 : 1;
  } else if (values.plug) {
    await plug(values.file, positionals[0]);
  } else console.log(await describeReaders(pcscReaders()));
}

async function plug(file: string | undefined, address: string | undefined): Promise<void> {
  const root = dirname(dirname(fileURLToPath(import.meta.url)));
  await runCardProgram({
    file: file ?? join(process.env['COINSLOT_HOME'] ?? join(root, '.coinslot'), 'card.bin'),
    ...(address !== undefined && { address }),
    say: (line) => console.log(line),
    until: new Promise<void>((resolve) => {
      for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => resolve());
    }),
  });
}
