/** `coinslot placements explain`: a placement, facts and a player's state given as options; the answer as a table or JSON. */
import {
  ENGINE_FACT_NAMES,
  WALLET_STANDINGS,
  type Facts,
  type Scalar,
  type WalletStanding,
} from '@coinslot/plugin/timing';
import { InvalidArgumentError, Option, type Command } from 'commander';
import { readOffers } from '../offers/read.ts';
import { compilePlacements, readPlacements } from '../placements/compile.ts';
import { DURATION, durationMs } from '../placements/duration.ts';
import { explainPlacement, explanationLines, stateOf, type AskedState } from '../placements/explain.ts';
import type { PlacementsYaml } from '../placements/schema.ts';
import { readText } from '../studio/files.ts';
import { didYouMean } from '../text/near-name.ts';
import { filesOf, moment, say, withSources, type FileOptions } from './terminal.ts';

interface ExplainOptions extends FileOptions {
  readonly fact: readonly string[];
  readonly played?: number;
  readonly sessionPlayed?: number;
  readonly day?: number;
  readonly sessions?: number;
  readonly shown?: number;
  readonly shownOf: readonly string[];
  readonly shownAgo?: number;
  readonly declines?: number;
  readonly declinedAgo?: number;
  readonly purchases?: number;
  readonly owned: readonly string[];
  readonly wallet?: WalletStanding;
  readonly playing?: true;
  readonly dialogOpen?: true;
  readonly seed?: string;
  readonly at?: number;
  readonly json?: true;
}

const collect = (value: string, before: readonly string[]): readonly string[] => [...before, value];

/** Adds the command to its group. */
export function registerExplain(placements: Command): void {
  const command = placements
    .command('explain')
    .description('why an offer appears at a placement, or not: every check of every campaign, with the values met')
    .argument('<placement>', 'name of the placement');
  withSources(command)
    .option(
      '--fact <name=value>',
      'what the game passes with the boundary, such as level=3; again for more',
      collect,
      [],
    )
    .option('--played <duration>', 'play so far, such as 12m', duration)
    .option('--session-played <duration>', 'play in this session; default: as much', duration)
    .option('--day <n>', "the player's how-manyth day; default: 1", count)
    .option('--sessions <n>', 'sessions begun, this one included; default: 1', count)
    .option('--shown <n>', 'offers shown in this session and today', count)
    .option('--shown-of <campaign=n>', 'of one campaign; again for more', collect, [])
    .option('--shown-ago <duration>', 'since an offer was shown', duration)
    .option('--declines <n>', 'offers declined in this session', count)
    .option('--declined-ago <duration>', 'since an offer was declined; default: long ago', duration)
    .option('--purchases <n>', 'offers accepted', count)
    .option('--owned <target>', 'what is open already; again for more', collect, [])
    .addOption(new Option('--wallet <standing>', 'what is known of the wallet').choices(WALLET_STANDINGS))
    .option('--playing', 'during active play')
    .option('--dialog-open', 'while a dialog is open')
    .option('--seed <text>', 'another player: holdouts and variants are drawn by it')
    .option('--at <date>', 'on this day rather than now', moment)
    .option('--json', 'as JSON')
    .action(explain);
}

function explain(placement: string, folder: string, options: ExplainOptions, command: Command): void {
  const files = filesOf(folder, { offers: options.offers, placements: options.placements });
  const text = readText(files.placements);
  const { written } = readPlacements(files.placements, text);
  const file = compilePlacements(files.placements, text, readOffers(files.offers, readText(files.offers)));
  const fail = (message: string, hint: string | undefined): never =>
    command.error(`error: ${message}${hint === undefined ? '' : `\nhint: ${hint}`}`);
  const names = file.placements.map(({ name }) => name);
  if (!names.includes(placement))
    fail(`no placement "${placement}"`, didYouMean(placement, names) ?? `there are ${names.join(', ')}`);
  const facts = factsFrom(options.fact, written.facts, fail);
  const ids = file.campaigns.map(({ id }) => id);
  const shownOf = Object.fromEntries(options.shownOf.map((one) => shownCount(one, ids, fail)));
  const nowMs = options.at ?? Date.now();
  const explanation = explainPlacement(file, placement, facts, stateOf(askedFrom(options, shownOf), nowMs), nowMs);
  if (options.json === true) say(JSON.stringify(explanation, null, 2));
  else say(...explanationLines(explanation));
}

const askedFrom = (options: ExplainOptions, shownOf: Readonly<Record<string, number>>): AskedState => ({
  day: options.day,
  sessions: options.sessions,
  playedMs: options.played,
  sessionPlayedMs: options.sessionPlayed,
  shown: options.shown,
  shownOf,
  shownAgoMs: options.shownAgo,
  declines: options.declines,
  declinedAgoMs: options.declinedAgo,
  purchases: options.purchases,
  owned: options.owned,
  wallet: options.wallet,
  playing: options.playing,
  dialogOpen: options.dialogOpen,
  seed: options.seed,
});

type Fail = (message: string, hint: string | undefined) => never;

/** Facts as the file declares them: nothing is converted in the engine, so a number has to be one here. */
function factsFrom(given: readonly string[], declared: PlacementsYaml['facts'], fail: Fail): Facts {
  return Object.fromEntries(
    given.map((one): [string, Scalar] => {
      const [name, value] = halves(one) ?? fail(`--fact ${one}: expected name=value`, 'such as --fact level=3');
      const kind = declared[name];
      if (ENGINE_FACT_NAMES.includes(name))
        fail(`--fact ${name}: the engine counts it`, 'give the state: --played, --declines, --shown ...');
      if (kind === undefined) return fail(`unknown fact "${name}"`, didYouMean(name, Object.keys(declared)));
      if (kind === 'text') return [name, value];
      if (kind === 'number' && value !== '' && Number.isFinite(Number(value))) return [name, Number(value)];
      if (kind === 'boolean' && ['true', 'false'].includes(value)) return [name, value === 'true'];
      return fail(`--fact ${one}: ${name} is a ${kind}`, undefined);
    }),
  );
}

function shownCount(one: string, ids: readonly string[], fail: Fail): [string, number] {
  const [id, value] = halves(one) ?? fail(`--shown-of ${one}: expected campaign=number`, undefined);
  if (!ids.includes(id)) fail(`no campaign "${id}"`, didYouMean(id, ids));
  return [id, count(value)];
}

function halves(text: string): readonly [string, string] | undefined {
  const at = text.indexOf('=');
  return at < 1 ? undefined : [text.slice(0, at), text.slice(at + 1)];
}

function duration(text: string): number {
  if (!DURATION.test(text)) throw new InvalidArgumentError('expected a duration such as 4m or 90s');
  return durationMs(text);
}

function count(text: string): number {
  if (!/^\d{1,6}$/.test(text)) throw new InvalidArgumentError('expected a whole number');
  return Number(text);
}
