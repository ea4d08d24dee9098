/** `coinslot placements compile`. */
import type { Command } from 'commander';
import { readOffers } from '../offers/read.ts';
import { compilePlacements, formatPlacements } from '../placements/compile.ts';
import { readText, replaceFile } from '../studio/files.ts';
import { filesOf, say, withSources, type FileOptions } from './terminal.ts';

/** Adds the command to its group. */
export function registerCompile(placements: Command): void {
  withSources(placements.command('compile'))
    .description('compile placements.yaml to the placements.json that the game reads')
    .option('--compiled-placements <file>', 'default: placements.json')
    .action(compile);
}

function compile(folder: string, options: FileOptions): void {
  const files = filesOf(folder, options);
  const offers = readOffers(files.offers, readText(files.offers));
  const compiled = compilePlacements(files.placements, readText(files.placements), offers);
  replaceFile(files.compiledPlacements, formatPlacements(compiled));
  const { placements, campaigns } = compiled;
  say(`compiled ${files.compiledPlacements}: ${placements.length} placements, ${campaigns.length} campaigns`);
}
