/** The simulator's answer in the plain figures that the page shows. */
import { availableParallelism } from 'node:os';
import type { PlacementsFile } from '@coinslot/plugin/timing';
import { formatMoney } from '@coinslot/protocol';
import type { OffersFile } from '../offers/read.ts';
import type { Expectation, Expectations } from '../placements/expect.ts';
import type { Distribution } from '../simulate/figures.ts';
import type { BrokenExpectation } from '../simulate/guard-rails.ts';
import type { PersonasFile } from '../simulate/personas-file.ts';
import { simulate, type SimulationResult } from '../simulate/simulate.ts';
import { LAB_LIMITS } from './limits.ts';
import type { SimulatedFigure, SimulationView } from './view.ts';

export interface LabSimulation {
  readonly file: PlacementsFile;
  readonly expectations: Expectations;
  readonly offers: OffersFile;
  /** What `personas.yaml` says; `undefined`: the presets. */
  readonly who: PersonasFile | undefined;
  /** From the page; anything else than a whole number up to the limit counts as the usual number. */
  readonly players: unknown;
  readonly nowMs: number;
}

/** Threads that are worth starting for so many players; the rest of the machine is for the game. */
const THREADS_MAX = 2;
const DAY_MS = 86_400_000;

/** Runs in threads of its own, so that the page and following games are answered meanwhile. */
export async function runSimulation(asked: LabSimulation): Promise<SimulationView> {
  const { file, expectations, offers, who, nowMs } = asked;
  const result = await simulate({
    file,
    expectations,
    offers: offers.offers,
    ...who,
    // As the command does: whoever runs both on one day gets the same figures.
    fromMs: Math.floor(nowMs / DAY_MS) * DAY_MS,
    players: playersOf(asked.players),
    // More than one always: what runs in this thread would keep everybody waiting.
    workers: Math.max(2, Math.min(THREADS_MAX, availableParallelism())),
  });
  return simulationView(result, expectations);
}

function playersOf(asked: unknown): number {
  const isGood = typeof asked === 'number' && Number.isSafeInteger(asked) && asked >= 1;
  return isGood ? Math.min(asked, LAB_LIMITS.playersMax) : LAB_LIMITS.playersUsual;
}

function simulationView(result: SimulationResult, expectations: Expectations): SimulationView {
  const { figures, personas, players, days, seed, broken } = result;
  const bins = 12;
  return {
    ...{ players, days, seed },
    shareNeverAsked: figures.shareNeverAsked,
    figures: [
      figure('Offers an hour of play', figures.offersPerHour, plain),
      figure('Offers in a session', figures.offersPerSession, plain),
      figure('Minutes of play before the first offer', figures.firstOfferAfterMinutes, plain),
      ...[...figures.spendPerDay].map(([currency, spent]) =>
        figure(`Spent on a day of play, ${currency}`, spent, (minor) => moneyText(minor, currency)),
      ),
    ],
    perHour: {
      labels: Array.from({ length: bins }, (_, i) => binLabel(i, bins)),
      counts: figures.offersPerHour.histogram(0.5, bins),
    },
    personas: personas.map((one) => ({
      name: one.name,
      players: one.players,
      offersPerHour: plain(one.offersPerHour.at(50)?.value ?? 0),
      firstOffer:
        one.firstOfferAfterMinutes.count === 0
          ? 'never'
          : `${plain(one.firstOfferAfterMinutes.at(50)?.value ?? 0)} min`,
      shareNeverAsked: one.shareNeverAsked,
      spend: [...one.spend].map(([currency, minor]) => moneyText(minor, currency)).join(', '),
    })),
    guardRails: expectations.map((one) =>
      guardRail(
        one,
        broken.find(({ expectation }) => expectation === one),
      ),
    ),
  };
}

function figure(name: string, distribution: Distribution, text: (value: number) => string): SimulatedFigure {
  const at = (percentile: number): string => {
    const found = distribution.at(percentile);
    return found === null ? 'none' : text(found.value);
  };
  return { name, p10: at(10), p50: at(50), p90: at(90), most: at(100) };
}

function guardRail(
  expectation: Expectation,
  broken: BrokenExpectation | undefined,
): SimulationView['guardRails'][number] {
  const { metric, percentile, bound, value, at } = expectation;
  const name = `${metric}${percentile === null ? '' : `.p${percentile}`}`;
  const allowed = `${bound === 'max' ? 'at most' : 'at least'} ${valueText(expectation, value)}`;
  if (broken === undefined) return { line: at.line, holds: true, text: `${name}: ${allowed}` };
  const { found, player, persona, minute } = broken;
  const who = player === null ? '' : `; player ${player} (${persona}), minute ${minute} of play`;
  return { line: at.line, holds: false, text: `${name}: ${allowed}, found ${valueText(expectation, found)}${who}` };
}

function valueText({ metric, currency }: Expectation, value: number): string {
  if (metric === 'shareNeverAsked') return `${plain(value * 100)} %`;
  return currency === undefined ? plain(value) : moneyText(value, currency);
}

const plain = (value: number): string => String(Math.round(value * 100) / 100);

const moneyText = (minor: number, currency: string): string =>
  formatMoney({ amountMinor: BigInt(minor), currency }, 'en');

const binLabel = (i: number, bins: number): string => (i === bins - 1 ? `${i / 2}+` : String(i / 2));
