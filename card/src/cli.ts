#!/usr/bin/env node
/** `coinslot-card`: which readers and cards a machine has, and a virtual card for it. Errors go to standard error. */
import { Command } from 'commander';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { pcscReaders } from './reader/pcsc/driver.ts';
import { describeReaders, runCardProgram } from './vpcd/card-program.ts';

const file = join(homedir(), '.coinslot', 'card', 'card.bin');
const program = new Command('coinslot-card').description('Cards and card readers of Coinslot.');
program
  .command('readers')
  .description('list readers and cards by pcscd')
  .action(async () => console.log(await describeReaders(pcscReaders())));
program
  .command('vpcd')
  .description('be a card in the virtual reader of vsmartcard, until SIGINT or SIGTERM')
  .argument('[address]', 'HOST:PORT of the reader')
  .option('--file <file>', "the card's memory, with its key in the clear; made new when it is not there", file)
  .action((address: string | undefined, options: { file: string }) => {
    const until = new Promise<void>((resolve) => {
      for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => resolve());
    });
    const say = (line: string): void => console.log(line);
    return runCardProgram({ ...options, ...(address !== undefined && { address }), say, until });
  });

try {
  await program.parseAsync();
} catch (error) {
  console.error(error instanceof Error ? error.message : String(error));
  process.exitCode = 1;
}
