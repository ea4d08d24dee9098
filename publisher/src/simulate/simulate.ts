/**
 * Thousands of seeded players through the engine and the file of a game. What comes out follows from the setup alone: players
 * are counted in fixed portions and added up in their order, so the number of threads changes nothing but the time it takes.
 */
import { fileHash, type FairnessRules, type PlacementsFile } from '@coinslot/plugin/timing';
import type { OfferEntry } from '../offers/read.ts';
import type { Expectations } from '../placements/expect.ts';
import { figuresOf, personaFigures, type Figures, type PersonaFigures } from './figures.ts';
import { gameModel, type GameModel, type GameWords } from './game-model.ts';
import { brokenExpectations, type BrokenExpectation } from './guard-rails.ts';
import { groundOf } from './life.ts';
import { PRESET_PERSONAS, type Persona } from './persona.ts';
import { PRESET_GUARD, simulatedOffers, type Setup } from './setup.ts';
import { addTally, emptyTally, tallyPlayers, type Tally } from './tally.ts';
import { startThreads } from './threads.ts';
import { traceLife, type TracedPlayer } from './trace.ts';

export interface SimulationInput {
  readonly file: PlacementsFile;
  readonly offers: readonly OfferEntry[];
  /** First day, ms since 1970; taken as a whole minute. */
  readonly fromMs: number;
  /** Default: the five presets. */
  readonly personas?: readonly Persona[];
  /** What the studio says of its game; default: guessed, see `GameModel.told`. */
  readonly game?: GameWords;
  /** Default 10,000. */
  readonly players?: number;
  /** Default `coinslot`. */
  readonly seed?: string;
  /** Default 30. */
  readonly days?: number;
  /** Threads; default 1: all in this one. */
  readonly workers?: number;
  /** The payer's own rules; default `PRESET_GUARD`. */
  readonly guard?: FairnessRules;
  /** Guard-rails; default none. */
  readonly expectations?: Expectations;
}

export interface SimulationResult {
  readonly players: number;
  readonly seed: string;
  readonly days: number;
  readonly fromMs: number;
  /** `fileHash` of the file. */
  readonly file: string;
  readonly game: GameModel;
  readonly guard: FairnessRules;
  readonly figures: Figures;
  readonly personas: readonly PersonaFigures[];
  readonly tally: Tally;
  readonly broken: readonly BrokenExpectation[];
}

export const PLAYERS_MAX = 1_000_000;
export const DAYS_MAX = 366;
export const WORKERS_MAX = 64;
export const DEFAULTS = { players: 10_000, seed: 'coinslot', days: 30 } as const;

/** Players that are counted at a time. Fixed: sums must not depend on who does the work. */
const PORTION = 250;

/** The setup that a simulation runs on. Throws RangeError for figures out of bounds. */
export function setupOf(input: SimulationInput): Setup {
  const { file, offers, personas = PRESET_PERSONAS, seed = DEFAULTS.seed, days = DEFAULTS.days } = input;
  requireWhole('days', days, DAYS_MAX);
  requireWhole('players', input.players ?? DEFAULTS.players, PLAYERS_MAX);
  requireWhole('workers', input.workers ?? 1, WORKERS_MAX);
  if (!Number.isSafeInteger(input.fromMs)) throw new RangeError('fromMs: not whole ms');
  return {
    ...{ file, personas, seed, days, guard: input.guard ?? PRESET_GUARD },
    offers: simulatedOffers(offers),
    game: gameModel(file, personas, input.game),
    fromMs: Math.floor(input.fromMs / 60_000) * 60_000,
  };
}

/** Runs a simulation. Rejects with RangeError for a file that `check` would refuse, or figures out of bounds. */
export async function simulate(input: SimulationInput): Promise<SimulationResult> {
  const setup = setupOf(input);
  const ground = groundOf(setup);
  const { players = DEFAULTS.players, workers = 1, expectations = [] } = input;
  const portions = Array.from({ length: Math.ceil(players / PORTION) }, (_, i) => ({
    from: i * PORTION,
    count: Math.min(PORTION, players - i * PORTION),
  }));
  const tallies =
    workers === 1
      ? portions.map(({ from, count }) => tallyPlayers(ground, from, count))
      : await startThreads(setup, portions, Math.min(workers, portions.length));
  const tally = emptyTally(setup.days);
  for (const one of tallies) addTally(tally, one);
  const figures = figuresOf(tally);
  const names = setup.personas.map((one) => one.name);
  return {
    ...{ players, seed: setup.seed, days: setup.days, fromMs: setup.fromMs },
    ...{ file: fileHash(setup.file), game: setup.game, guard: setup.guard, figures, tally },
    personas: personaFigures(names, tally),
    broken: brokenExpectations(expectations, figures, tally, ground),
  };
}

/** One player of a simulation, lived through again: events, and sessions as recordings. Throws as `simulate` rejects. */
export const tracePlayer = (input: SimulationInput, index: number): TracedPlayer =>
  traceLife(groundOf(setupOf(input)), index);

function requireWhole(name: string, value: number, most: number): void {
  if (!Number.isSafeInteger(value) || value < 1 || value > most)
    throw new RangeError(`${name}: expected a whole number from 1 to ${most}`);
}
