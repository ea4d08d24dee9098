/** `coinslot placements simulate`. */
import { mkdirSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { InvalidArgumentError, type Command } from 'commander';
import { dayOf } from '../offers/dates.ts';
import { readOffers } from '../offers/read.ts';
import { compileDesign } from '../placements/compile.ts';
import { readPersonas } from '../simulate/personas-file.ts';
import { reportHtml } from '../simulate/report-html.ts';
import { reportText } from '../simulate/report-text.ts';
import { brokenFault } from '../simulate/report-words.ts';
import {
  DAYS_MAX,
  DEFAULTS,
  PLAYERS_MAX,
  simulate,
  tracePlayer,
  WORKERS_MAX,
  type SimulationInput,
} from '../simulate/simulate.ts';
import { readBytesIfThere, readText, replaceFile } from '../studio/files.ts';
import { filesOf, moment, reportFaults, say, warn, withSources, type FileOptions } from './terminal.ts';

interface Options extends FileOptions {
  readonly players: number;
  readonly days: number;
  readonly seed: string;
  readonly from?: number;
  readonly workers?: number;
  readonly player?: number;
  readonly out?: string;
  readonly html?: string;
}

const DAY_MS = 86_400_000;

/** Adds the command to its group. */
export function registerSimulate(placements: Command): void {
  withSources(placements.command('simulate'))
    .description('thousands of players by personas, through the same engine; exit code 1 when a guard-rail is broken')
    .option('--personas <file>', 'who plays; default: personas.yaml where there is one, else five presets')
    .option('--players <count>', 'how many', wholeUpTo(PLAYERS_MAX), DEFAULTS.players)
    .option('--days <count>', 'how long', wholeUpTo(DAYS_MAX), DEFAULTS.days)
    .option('--seed <text>', 'the same seed gives the same players', DEFAULTS.seed)
    .option('--from <date>', 'first day; default: today', moment)
    .option('--workers <count>', 'threads; they change nothing but the time it takes', wholeUpTo(WORKERS_MAX))
    .option('--html <file>', 'also write the report as a page, in one file')
    .option('--player <index>', 'only this player: recordings of all sessions, for the lab', wholeFrom0)
    .option('--out <folder>', 'for the recordings of --player; default: recordings')
    .action(run);
}

async function run(folder: string, options: Options): Promise<void> {
  const { players, days, seed, player, html } = options;
  const files = filesOf(folder, options);
  const offers = readOffers(files.offers, readText(files.offers));
  const { placements, expectations } = compileDesign(files.placements, readText(files.placements), offers);
  const isGiven = options.personas !== undefined || readBytesIfThere(files.personas) !== undefined;
  const who = isGiven ? readPersonas(files.personas, readText(files.personas), placements) : undefined;
  const fromMs = Math.floor((options.from ?? Date.now()) / DAY_MS) * DAY_MS;
  const workers = options.workers ?? Math.min(WORKERS_MAX, availableParallelism());
  const input: SimulationInput = {
    ...{ file: placements, offers: offers.offers, expectations, players, days, seed, fromMs, workers },
    ...who,
  };
  if (player !== undefined) return writePlayer(input, player, options.out ?? join(folder, 'recordings'));

  const result = await simulate(input);
  const again = commandLine(folder, options, fromMs);
  say(...reportText(result), '', `again: ${again}`);
  if (html !== undefined) {
    replaceFile(html, reportHtml(result, expectations, again));
    say(`wrote ${html}`);
  }
  if (result.broken.length > 0) reportFaults(result.broken.map((one) => brokenFault(files.placements, one, again)));
  else if (expectations.length > 0) say(`all ${expectations.length} guard-rails hold`);
  else warn('warning: no guard-rails: expect: in placements.yaml says what must hold');
}

function writePlayer(input: SimulationInput, player: number, folder: string): void {
  const { persona, recordings } = tracePlayer(input, player);
  mkdirSync(folder, { recursive: true });
  recordings.forEach((text, i) => {
    const file = join(folder, `player-${player}-session-${i + 1}.jsonl`);
    replaceFile(file, text);
    say(`wrote ${file}`);
  });
  say(`player ${player} is a ${persona}: ${recordings.length} ${recordings.length === 1 ? 'session' : 'sessions'}`);
}

/** What repeats it, on any machine. */
function commandLine(folder: string, options: Options, fromMs: number): string {
  const word = (text: string): string => (/^[\w./:@%+=,-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`);
  const named = (['offers', 'placements', 'personas'] as const).flatMap((name) => {
    const file = options[name];
    return file === undefined ? [] : [`--${name}`, word(file)];
  });
  const { players, days, seed } = options;
  const figures = ['--players', players, '--days', days, '--seed', word(seed), '--from', dayOf(fromMs)];
  return ['coinslot placements simulate', ...(folder === '.' ? [] : [word(folder)]), ...named, ...figures].join(' ');
}

const wholeUpTo =
  (most: number) =>
  (text: string): number => {
    const value = Number(text);
    if (!/^[1-9]\d*$/.test(text) || value > most) throw new InvalidArgumentError(`expected 1 to ${most}`);
    return value;
  };

function wholeFrom0(text: string): number {
  if (!/^\d{1,9}$/.test(text)) throw new InvalidArgumentError('expected the index of a player, from 0');
  return Number(text);
}
