/** `coinslot placements estimate` and `results`: how many players an experiment takes, and what came of it. */
import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { InvalidArgumentError, Option, type Command } from 'commander';
import { estimateLines } from '../experiments/estimate.ts';
import { resultLines, resultsCsv } from '../experiments/report.ts';
import { experimentResults } from '../experiments/results.ts';
import { tally, type NamedRecording, type UnitKind } from '../experiments/tally.ts';
import { readSessions } from '../lab/page/sessions.ts';
import { readOffers } from '../offers/read.ts';
import { compilePlacements } from '../placements/compile.ts';
import { readText } from '../studio/files.ts';
import { FaultsError } from '../text/faults.ts';
import { filesOf, say, warn, type FileOptions } from './terminal.ts';

interface EstimateOptions {
  readonly baseline: number;
  readonly difference: number;
  readonly power: number;
  readonly significance: number;
  readonly groups: number;
  readonly share?: number;
  readonly playersADay?: number;
}

interface ResultsOptions extends FileOptions {
  readonly folder: string;
  readonly unit?: UnitKind;
  readonly confidence: number;
  readonly csv?: true;
}

/** Adds both commands to their group. */
export function registerExperiments(placements: Command): void {
  placements
    .command('estimate')
    .description('how many players an experiment takes before it can tell a difference')
    .requiredOption('--baseline <share>', 'share that accepts now, such as 4%', share)
    .requiredOption('--difference <points>', 'least change that matters, in points of that share, such as 1%', share)
    .option('--power <share>', 'how often it is to be seen when it is there', share, 0.8)
    .option('--significance <share>', 'how often one may be seen when there is none', share, 0.05)
    .option('--groups <n>', 'variants, and those held out', whole, 2)
    .option('--share <share>', 'of all players in the first group, such as a holdout of 10%; default: all alike', share)
    .option('--players-a-day <n>', 'of whom the conditions of the campaign hold', whole)
    .action(printEstimate);
  placements
    .command('results')
    .description('what came of each campaign: variants, held out beside, and how sure that is')
    .argument('<recordings...>', 'recorded sessions, or folders of them (*.jsonl)')
    .option('--folder <folder>', 'folder of the studio', '.')
    .option('--offers <file>', 'default: offers.yaml')
    .option('--placements <file>', 'the rules that were recorded; default: placements.yaml')
    .addOption(
      new Option('--unit <unit>', 'default: player where every recording names one').choices(['player', 'session']),
    )
    .option('--confidence <share>', 'of the intervals', share, 0.95)
    .option('--csv', 'as CSV')
    .action(printResults);
}

function printEstimate(options: EstimateOptions, command: Command): void {
  const { share: firstShare, playersADay, ...rest } = options;
  try {
    say(...estimateLines({ ...rest, firstShare, playersADay }));
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    command.error(`error: ${error.message}`);
  }
}

function printResults(paths: readonly string[], options: ResultsOptions): void {
  const { folder, unit, confidence, csv, ...named } = options;
  const files = filesOf(folder, named);
  const offers = readOffers(files.offers, readText(files.offers));
  const file = compilePlacements(files.placements, readText(files.placements), offers);
  const tallied = tally(file, paths.flatMap(recordingsAt), unit);
  const priceOf = (id: string) => offers.offers.find((one) => one.id === id)?.price;
  const results = experimentResults(file, tallied, priceOf, confidence);
  if (csv === true) process.stdout.write(resultsCsv(results, tallied));
  else say(...resultLines(results, tallied));
}

/**
 * The sessions of a file, or of every recording in a folder, by name. What cannot be read is told and costs that session only; a file
 * without any that can is a fault.
 */
function recordingsAt(path: string): readonly NamedRecording[] {
  if (statSync(path, { throwIfNoEntry: false })?.isDirectory() === true) {
    const names = readdirSync(path).filter((name) => name.endsWith('.jsonl'));
    return names.sort().flatMap((name) => recordingsAt(join(path, name)));
  }
  const { sessions, flaws } = readSessions(path, readText(path), undefined);
  const faults = flaws.map(({ source, ...flaw }) => ({ file: source, column: 1, ...flaw }));
  if (sessions.length === 0) throw new FaultsError(faults);
  warn(...faults.map(({ file, line, message }) => `warning: ${file}:${line}: ${message}`));
  return sessions;
}

function share(text: string): number {
  const value = /^(\d{1,3}(?:\.\d{1,4})?)%$/.exec(text)?.[1];
  if (value === undefined || !(Number(value) > 0 && Number(value) < 100))
    throw new InvalidArgumentError('expected a share such as 5%');
  return Number(value) / 100;
}

function whole(text: string): number {
  if (!/^[1-9]\d{0,8}$/.test(text)) throw new InvalidArgumentError('expected a whole number above 0');
  return Number(text);
}
