/**
 * What the simulator takes a game to be: levels in order, some of them locked, and moments at which the placements of the file
 * come. What the files do not say is guessed by name, and told, so that a studio can say it in `personas.yaml`.
 */
import { ENGINE_FACT_NAMES, factsOf, type Placement, type PlacementsFile } from '@coinslot/plugin/timing';
import type { Persona } from './persona.ts';

/** When a placement comes that the model cannot place by what it stands for (breakpoints, scenes). */
export const MOMENTS = ['session-start', 'level-start', 'level-end', 'failure', 'never'] as const;
export type Moment = (typeof MOMENTS)[number];

/** What a studio says of its game; all of it may be left out. */
export interface GameWords {
  readonly levels?: number;
  /** Target that opens a level, by its number. */
  readonly locked?: Readonly<Record<string, string>>;
  /** By placement. */
  readonly moments?: Readonly<Record<string, Moment>>;
}

export interface GameModel {
  /** Levels 1 ... `levels`, played in order; after the last, any that is open. */
  readonly levels: number;
  readonly locked: Readonly<Record<string, string>>;
  readonly moments: Readonly<Record<string, Moment>>;
  /** In words: what was guessed, and which placements and facts the model never gives. */
  readonly told: readonly string[];
  readonly unreached: readonly string[];
}

const LEVELS_MIN = 5;
const LEVELS_MAX = 1_000;

/** Works the model out, and says what it had to guess. */
export function gameModel(file: PlacementsFile, personas: readonly Persona[], words: GameWords = {}): GameModel {
  const targets = [
    ...new Set([...Object.values(file.offers).map((one) => one.target), ...Object.values(file.covers).flat()]),
  ];
  const numbered = targets.flatMap((target) => {
    const number = /^level-(\d+)$/.exec(target)?.[1];
    return number === undefined ? [] : [[number, target] as const];
  });
  const locked = words.locked ?? Object.fromEntries(numbered);
  const named = file.placements.flatMap(({ on }) => (on.kind === 'level' && on.level !== undefined ? [on.level] : []));
  const most = Math.max(LEVELS_MIN, ...named, ...Object.keys(locked).map(Number));
  const levels = words.levels ?? Math.min(LEVELS_MAX, most);
  const moments: Record<string, Moment> = {};
  const told: string[] = [];
  if (words.levels === undefined) told.push(`the game has ${levels} levels, played in order`);
  if (words.locked === undefined && numbered.length > 0)
    told.push(`locked: ${numbered.map(([number, target]) => `level ${number} (${target})`).join(', ')}`);
  for (const placement of file.placements) {
    const said = words.moments?.[placement.name];
    const moment = said ?? guessedMoment(placement);
    if (moment === undefined) continue;
    moments[placement.name] = moment;
    if (said === undefined) told.push(`${placement.name} ${IN_WORDS[moment]}`);
  }
  const unreached = file.placements.filter((one) => !isReached(one, moments, levels, targets)).map((one) => one.name);
  return { levels, locked, moments, told: [...told, ...factsTold(file, personas)], unreached };
}

const IN_WORDS: Readonly<Record<Moment, string>> = {
  'session-start': 'comes when a session begins',
  'level-start': 'comes before every level',
  'level-end': 'comes after every finished level',
  failure: 'comes after every failed attempt',
  never: 'is a scene, and no scene is known here: it never comes',
};

/** By its name; `undefined` for what the model places by itself. */
function guessedMoment({ name, on }: Placement): Moment | undefined {
  if (on.kind === 'scene') return 'never';
  if (on.kind !== 'breakpoint') return undefined;
  if (/fail|lost|death|dead|retry|game-?over/i.test(name)) return 'failure';
  if (/menu|home|title|welcome|session/i.test(name)) return 'session-start';
  return /start|begin|before|enter/i.test(name) ? 'level-start' : 'level-end';
}

function isReached(
  { name, on }: Placement,
  moments: Readonly<Record<string, Moment>>,
  levels: number,
  targets: readonly string[],
): boolean {
  if (moments[name] !== undefined) return moments[name] !== 'never';
  if (on.kind === 'level') return on.level === undefined || (on.level >= 1 && on.level <= levels);
  return on.kind === 'grant-ended' ? targets.includes(on.target) : true;
}

/** Facts that conditions read and nobody here passes. */
function factsTold(file: PlacementsFile, personas: readonly Persona[]): string[] {
  const read = new Set(file.campaigns.flatMap((campaign) => factsOf(campaign.when)));
  return [...read]
    .filter((name) => !ENGINE_FACT_NAMES.includes(name) && name !== 'level')
    .flatMap((name) => {
      const without = personas.filter((one) => !Object.hasOwn(one.facts, name)).map((one) => one.name);
      if (without.length === 0) return [];
      const who = without.length === personas.length ? 'nobody passes' : `${without.join(', ')} do not pass`;
      return [`${who} the fact "${name}": conditions on it see nothing`];
    });
}
