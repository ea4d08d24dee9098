/** What both reports say: figures as people read them, in English. */
import { formatMoney } from '@coinslot/protocol';
import type { Expectation } from '../placements/expect.ts';
import type { Fault } from '../text/faults.ts';
import type { Distribution } from './figures.ts';
import type { BrokenExpectation } from './guard-rails.ts';
import type { SimulationResult } from './simulate.ts';

/** Said before any figure. */
export const GUESSED =
  'These players do not exist: how they play and what they buy is guessed. Good for comparing files; no forecast.';

export const PERCENTILES = [10, 50, 90, 95, 99] as const;

export const wholeNumber = (value: number): string => value.toLocaleString('en');
export const percent = (share: number): string =>
  share > 0 && share < 0.0005 ? '<0.1 %' : `${(100 * share).toFixed(1)} %`;
export const oneDigit = (value: number): string => value.toFixed(1);
export const moneyText = (minor: number, currency: string): string =>
  formatMoney({ amountMinor: BigInt(Math.round(minor)), currency }, 'en');
/** `-` where nothing was counted. */
export const ratio = (part: number, whole: number): string => (whole === 0 ? '-' : percent(part / whole));

/** A row of the main table: what, of what, and its percentiles as text. */
export interface FigureRow {
  readonly name: string;
  readonly over: string;
  readonly distribution: Distribution;
  readonly text: (value: number) => string;
}

export function figureRows({ figures }: SimulationResult): readonly FigureRow[] {
  const { offersPerHour, offersPerSession, firstOfferAfterMinutes, spendPerDay } = figures;
  return [
    { name: 'offers an hour of play', over: 'players', distribution: offersPerHour, text: oneDigit },
    { name: 'offers a session', over: 'sessions', distribution: offersPerSession, text: wholeNumber },
    {
      ...{ name: 'minutes of play to the first offer', over: 'players asked' },
      ...{ distribution: firstOfferAfterMinutes, text: oneDigit },
    },
    ...[...spendPerDay].map(([currency, distribution]) => ({
      ...{ name: `spent a day, ${currency}`, over: 'days played', distribution },
      text: (minor: number) => moneyText(minor, currency),
    })),
  ];
}

const UNITS: Readonly<Record<Expectation['metric'], string>> = {
  offersPerHour: ' offers an hour',
  offersPerSession: ' offers',
  firstOfferAfterMinutes: ' minutes',
  spendPerDay: '',
  shareNeverAsked: '',
};

function valueText({ metric, currency }: Expectation, value: number): string {
  if (metric === 'shareNeverAsked') return percent(value);
  if (currency !== undefined) return moneyText(value, currency);
  return `${Number.isInteger(value) ? value : value.toFixed(2)}${UNITS[metric]}`;
}

export const expectationName = ({ metric, percentile, bound }: Expectation): string =>
  ['expect', metric, ...(percentile === null ? [] : [`p${percentile}`]), bound].join('.');

export function brokenText({ expectation, found, player, persona, minute }: BrokenExpectation): string {
  const least = expectation.bound === 'max' ? 'at most' : 'at least';
  const who = player === null ? '' : `: player ${player} (${persona}), minute ${minute} of play`;
  return `found ${valueText(expectation, found)}, ${least} ${valueText(expectation, expectation.value)} allowed${who}`;
}

/** As the command tells it: at the place of the guard-rail. `again`: the command line that shows the player. */
export function brokenFault(file: string, broken: BrokenExpectation, again: string): Fault {
  const hint = broken.player === null ? undefined : `${again} --player ${broken.player}`;
  return {
    file,
    ...broken.expectation.at,
    message: `${expectationName(broken.expectation)}: ${brokenText(broken)}`,
    hint,
  };
}

/** The payer's rules, in words. */
export function guardText({ guard }: SimulationResult): string {
  const seconds = (ms: number): string => `${ms / 1000} s`;
  const { minBetweenOffersMs, quietAfterDeclineMs, quietAfterLossMs } = guard;
  const rules = [
    ...(minBetweenOffersMs > 0 ? [`${seconds(minBetweenOffersMs)} between offers`] : []),
    ...(quietAfterDeclineMs > 0 ? [`${seconds(quietAfterDeclineMs)} after a no`] : []),
    ...(quietAfterLossMs > 0 ? [`${seconds(quietAfterLossMs)} after a loss`] : []),
  ];
  return rules.length === 0 ? 'none' : rules.join(', ');
}

export const SKIP_WORDS: Readonly<Record<string, string>> = { 'another-first': 'another campaign came first' };

/** Columns by their widest cell: words to the left, from `numbersFrom` to before `wordsFrom` to the right. */
export function tableText(
  head: readonly string[],
  rows: readonly (readonly string[])[],
  numbersFrom: number,
  wordsFrom = Infinity,
): readonly string[] {
  const widths = head.map((word, i) => Math.max(word.length, ...rows.map((row) => row[i]!.length)));
  return [head, ...rows].map((row) =>
    row
      .map((cell, i) => (i < numbersFrom || i >= wordsFrom ? cell.padEnd(widths[i]!) : cell.padStart(widths[i]!)))
      .join('  ')
      .trimEnd(),
  );
}
