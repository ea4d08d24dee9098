/** What every command shares: where words go, how faults are told, and the options that name files. */
import type { Command } from 'commander';
import { InvalidArgumentError } from 'commander';
import { beginningOf } from '../offers/dates.ts';
import { studioFiles, type StudioFiles } from '../studio/layout.ts';
import { formatFault, type Fault } from '../text/faults.ts';

/** Results: to stdout, a line each. */
export const say = (...lines: readonly string[]): void =>
  void process.stdout.write(lines.map((line) => `${line}\n`).join(''));

/** Faults, warnings and whatever is not the result: to stderr, a line each. */
export const warn = (...lines: readonly string[]): void =>
  void process.stderr.write(lines.map((line) => `${line}\n`).join(''));

/** Tells the faults and makes the command end with 1. */
export function reportFaults(faults: readonly Fault[]): void {
  warn(...faults.map((fault) => formatFault(fault)));
  process.exitCode = 1;
}

/** The options that name files; each has its usual name in the folder. */
export type FileOptions = { readonly [Name in keyof StudioFiles]?: string | undefined };

/** The files of a folder, those named by options in place of the usual ones. */
export const filesOf = (folder: string, options: FileOptions): StudioFiles => ({
  ...studioFiles(folder),
  ...(Object.fromEntries(Object.entries(options).filter(([, file]) => file !== undefined)) as Partial<StudioFiles>),
});

/** Adds the folder and the options of both YAML files, which every command on placements takes. */
export const withSources = (command: Command): Command =>
  command
    .argument('[folder]', 'folder of the studio', '.')
    .option('--offers <file>', 'default: offers.yaml')
    .option('--placements <file>', 'default: placements.yaml');

/** A day (UTC) as ms since 1970. */
export function moment(text: string): number {
  const atMs = beginningOf(text);
  if (atMs === undefined) throw new InvalidArgumentError('expected a date such as 2027-01-31');
  return atMs;
}
