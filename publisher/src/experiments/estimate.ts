/** `coinslot placements estimate`: how many players an experiment takes before it can say anything. */
import { sampleSize } from './statistics.ts';

export interface EstimateInput {
  /** Shares, 0 ... 1. */
  readonly baseline: number;
  /** The least change that matters, upwards. */
  readonly difference: number;
  readonly power: number;
  readonly significance: number;
  /** Groups, the first included with which each other one is compared. */
  readonly groups: number;
  /** Share of all players in the first group, such as a holdout's; undefined: all alike. */
  readonly firstShare: number | undefined;
  /** Players a day of whom the campaign's conditions hold. */
  readonly playersADay: number | undefined;
}

export interface Estimate {
  readonly first: number;
  readonly eachOther: number;
  readonly total: number;
  readonly days: number | undefined;
}

/** Throws RangeError for shares and sizes that cannot be. */
export function estimate(input: EstimateInput): Estimate {
  const { baseline, difference, groups, firstShare, playersADay, power, significance } = input;
  const other = baseline + difference;
  if (!(baseline > 0) || !(difference > 0) || other >= 1)
    throw new RangeError('baseline and baseline + difference have to lie between 0 % and 100 %');
  if (groups < 2) throw new RangeError('a comparison takes two groups');
  if (firstShare !== undefined && !(firstShare > 0 && firstShare < 1))
    throw new RangeError('the share of the first group has to lie between 0 % and 100 %');
  const ratio = firstShare === undefined ? 1 : (1 - firstShare) / firstShare / (groups - 1);
  // Bonferroni: every comparison may be wrong, so each gets its part of what all may be wrong by.
  const first = sampleSize({ baseline, other, power, significance: significance / (groups - 1), ratio });
  const sizes = { first: Math.ceil(first), eachOther: Math.ceil(first * ratio) };
  const total = sizes.first + (groups - 1) * sizes.eachOther;
  return { ...sizes, total, days: playersADay === undefined ? undefined : Math.ceil(total / playersADay) };
}

/** The estimate in words. */
export function estimateLines(input: EstimateInput): readonly string[] {
  const { baseline, difference, power, significance, groups, firstShare } = input;
  const { first, eachOther, total, days } = estimate(input);
  const sizes =
    firstShare === undefined
      ? `${numberWords(first)} players in each of ${groups} groups, ${numberWords(total)} in all`
      : `${numberWords(first)} players in the first group and ${numberWords(eachOther)} in ${groups === 2 ? 'the other' : 'each other'}, ${numberWords(total)} in all`;
  return [
    `To tell ${percent(baseline + difference)} from ${percent(baseline)}: ${sizes}.`,
    ...(days === undefined ? [] : [`That takes ${numberWords(days)} ${days === 1 ? 'day' : 'days'}.`]),
    `If the difference is there, it is seen in ${percent(power)} of such experiments; if there is none, one is seen in ${percent(significance)}.`,
    'That holds for one look at the results, when so many are in: who stops at the first difference that shows, sees one far more often where there is none.',
    'Count the players of whom the conditions of the campaign hold at least once, held out or not: nobody else can answer.',
    `Method: two independent shares, two-sided, without continuity correction (Fleiss, Levin, Paik 2003, eq. 4.14 and 4.19)${groups > 2 ? `; ${groups - 1} comparisons with the first group, each at ${percent(significance / (groups - 1))} (Bonferroni)` : ''}.`,
  ];
}

/** `12.5 %`, with a decimal where it matters. */
export function percent(share: number): string {
  const value = share * 100;
  const decimals = Math.abs(value) < 1 ? 2 : 1;
  return `${Number(value.toFixed(decimals))} %`;
}

export const numberWords = (value: number): string => value.toLocaleString('en');
