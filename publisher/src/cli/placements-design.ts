/** `coinslot placements check`, `summary` and `patch`: on the designer's file alone, without the price list and its key. */
import { readFileSync } from 'node:fs';
import type { Command } from 'commander';
import { readOffers } from '../offers/read.ts';
import { compileDesign, type CompiledDesign } from '../placements/compile.ts';
import { applyPatch } from '../placements/patch.ts';
import { summarize } from '../placements/summary.ts';
import { checkPlacements } from '../studio/check.ts';
import { readText, replaceFile } from '../studio/files.ts';
import type { StudioFiles } from '../studio/layout.ts';
import { filesOf, reportFaults, say, withSources, type FileOptions } from './terminal.ts';

/** Adds the three commands to their group. */
export function registerDesign(placements: Command): void {
  withSources(placements.command('check'))
    .description('check placements.yaml with its guard-rails, and that placements.json is what it says')
    .option('--sources', 'without placements.json')
    .option('--compiled-placements <file>', 'default: placements.json')
    .action(check);
  withSources(placements.command('summary'))
    .description('say in plain words what placements.yaml does')
    .action(summary);
  withSources(
    placements.command('patch').argument('<patch>', 'file with the patch; - reads it from the standard input'),
  )
    .description('put a YAML patch into placements.yaml; comments and order stay')
    .action(patch);
}

function check(folder: string, { sources, ...named }: FileOptions & { sources?: boolean }): void {
  const files = filesOf(folder, named);
  const { faults, design } = checkPlacements(files, sources === true);
  if (faults.length > 0 || design === undefined) return reportFaults(faults);
  const { placements, expectations } = design;
  const rails = expectations.length === 0 ? 'no guard-rails' : `${expectations.length} guard-rails`;
  say(`ok: ${placements.placements.length} placements, ${placements.campaigns.length} campaigns, ${rails}`);
}

function summary(folder: string, options: FileOptions): void {
  const { placements, expectations } = designOf(filesOf(folder, options));
  say(
    summarize(placements, expectations)
      .map((paragraph) => wrapped(paragraph, 100))
      .join('\n\n'),
  );
}

function patch(patchFile: string, folder: string, options: FileOptions): void {
  const files = filesOf(folder, options);
  const before = readText(files.placements);
  const written = patchFile === '-' ? readFileSync(0, 'utf8') : readText(patchFile);
  const after = applyPatch(files.placements, before, written, patchFile);
  // Nothing is written that check would refuse: faults are told at their places in the file as it would be.
  compileDesign(files.placements, after, readOffers(files.offers, readText(files.offers)));
  if (after === before) return say(`${files.placements} says so already`);
  replaceFile(files.placements, after);
  say(`patched ${files.placements}; compile it: coinslot placements compile`);
}

const designOf = (files: StudioFiles): CompiledDesign =>
  compileDesign(files.placements, readText(files.placements), readOffers(files.offers, readText(files.offers)));

/** Lines of at most so many characters, broken between words. */
function wrapped(text: string, width: number): string {
  const lines: string[] = [];
  for (const word of text.split(' ')) {
    const last = lines.at(-1);
    if (last !== undefined && last.length + 1 + word.length <= width) lines[lines.length - 1] = `${last} ${word}`;
    else lines.push(word);
  }
  return lines.join('\n');
}
