/**
 * `npm run card`: a card on this machine without buying one.
 *
 *   npm run card                      which readers and cards this machine has
 *   npm run card -- --vpcd            a card in the virtual reader of vsmartcard, until Ctrl-C
 *   npm run card -- --vpcd HOST:PORT  ... in that reader
 *   --file PATH                       the card's memory; made new when it is not there (default .coinslot/card/card.bin)
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
  const options = { vpcd: { type: 'boolean' }, file: { type: 'string' } } as const;
  const { values, positionals } = parseArgs({ options, allowPositionals: true });
  if (!values.vpcd) {
    console.log(await describeReaders(pcscReaders()));
    return;
  }
  const root = dirname(dirname(fileURLToPath(import.meta.url)));
  const home = process.env['COINSLOT_HOME'] ?? join(root, '.coinslot');
  const [address] = positionals;
  await runCardProgram({
    file: values.file ?? join(home, 'card', 'card.bin'),
    ...(address !== undefined && { address }),
    say: (line) => console.log(line),
    until: new Promise<void>((resolve) => {
      for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => resolve());
    }),
  });
}
