/** `coinslot placements results`: what came of each campaign, variant by variant and held out beside, with how sure that is. */
import type { PlacementsFile } from '@coinslot/plugin/timing';
import { newcombeInterval, sampleSize, shareOf, wilsonInterval, type Counted, type Interval } from './statistics.ts';
import type { Tally, UnitOutcome } from './tally.ts';

/** Minor units by currency. */
export type Spend = Readonly<Record<string, bigint>>;
/** Price of an offer by its id; undefined for one that is sold no longer. */
export type PriceOf = (offer: string) => { readonly amountMinor: bigint; readonly currency: string } | undefined;

/** One variant of a campaign, or those held out of it. */
export interface GroupResult {
  readonly campaign: string;
  /** `null`: held out. */
  readonly variant: string | null;
  readonly reached: number;
  readonly eligible: number;
  readonly shown: number;
  readonly accepted: number;
  /** Units that bought anything, by whatever way. */
  readonly bought: number;
  readonly spend: Spend;
  /** Of those eligible, at `confidence`. */
  readonly acceptedShare: Interval;
  readonly boughtShare: Interval;
}

/** A group against the first variant, or against those held out. */
export interface Comparison {
  readonly campaign: string;
  readonly variant: string;
  readonly against: string | null;
  /** Variants are compared by what they were accepted, a holdout by whether anything was bought. */
  readonly measure: 'accepted' | 'bought';
  readonly difference: number;
  readonly interval: Interval;
  readonly verdict: 'more' | 'less' | 'open' | 'too-few';
  /** Units needed in each group to tell a difference of this size; undefined where there is none. */
  readonly needed: number | undefined;
}

export interface ExperimentResults {
  readonly confidence: number;
  readonly groups: readonly GroupResult[];
  readonly comparisons: readonly Comparison[];
}

/** Below this many in a group no interval is worth reading. */
export const GROUP_LEAST = 10;
const POWER = 0.8;

/** The results of a tally. `confidence` such as 0.95; a campaign's comparisons share what they may be wrong by (Bonferroni). */
export function experimentResults(
  file: PlacementsFile,
  { outcomes }: Tally,
  priceOf: PriceOf,
  confidence = 0.95,
): ExperimentResults {
  const groups = file.campaigns.flatMap(({ id, variants, holdout }) => {
    const names = [...variants.map((one) => one.id), ...(holdout > 0 ? [null] : [])];
    return names.map((variant) => {
      const own = outcomes.filter((one) => one.campaign === id && one.variant === variant);
      return groupOf(id, variant, own, priceOf, confidence);
    });
  });
  const comparisons = file.campaigns.flatMap(({ id }) =>
    comparisonsOf(
      groups.filter((one) => one.campaign === id),
      confidence,
    ),
  );
  return { confidence, groups, comparisons };
}

function groupOf(
  campaign: string,
  variant: string | null,
  outcomes: readonly UnitOutcome[],
  priceOf: PriceOf,
  confidence: number,
): GroupResult {
  // Who was never eligible was never asked for this campaign's sake: they only blur what is compared.
  const eligible = outcomes.filter((one) => one.eligible);
  const count = (holds: (one: UnitOutcome) => boolean): number => eligible.filter(holds).length;
  const accepted = count((one) => one.accepted);
  const bought = count((one) => one.bought.length > 0);
  const spend: Record<string, bigint> = {};
  for (const offer of eligible.flatMap((one) => one.bought)) {
    const price = priceOf(offer);
    if (price !== undefined) spend[price.currency] = (spend[price.currency] ?? 0n) + price.amountMinor;
  }
  return {
    ...{ campaign, variant, accepted, bought, spend },
    reached: outcomes.filter((one) => one.reached).length,
    eligible: eligible.length,
    shown: count((one) => one.shown),
    acceptedShare: wilsonInterval({ hits: accepted, of: eligible.length }, confidence),
    boughtShare: wilsonInterval({ hits: bought, of: eligible.length }, confidence),
  };
}

function comparisonsOf(groups: readonly GroupResult[], confidence: number): readonly Comparison[] {
  const heldOut = groups.find((one) => one.variant === null);
  const variants = groups.filter((one) => one.variant !== null);
  const [first, ...others] = variants;
  const pairs = [
    ...others.map((one) => [one, first!, 'accepted'] as const),
    ...(heldOut === undefined ? [] : variants.map((one) => [one, heldOut, 'bought'] as const)),
  ];
  const each = 1 - (1 - confidence) / Math.max(1, pairs.length);
  return pairs.map(([one, against, measure]) => compare(one, against, measure, each));
}

function compare(
  one: GroupResult,
  against: GroupResult,
  measure: Comparison['measure'],
  confidence: number,
): Comparison {
  const counted = (group: GroupResult): Counted => ({ hits: group[measure], of: group.eligible });
  const [a, b] = [counted(one), counted(against)];
  const interval = newcombeInterval(a, b, confidence);
  const isTooFew = Math.min(a.of, b.of) < GROUP_LEAST;
  const verdict = isTooFew ? 'too-few' : interval.low > 0 ? 'more' : interval.high < 0 ? 'less' : 'open';
  return {
    campaign: one.campaign,
    variant: one.variant!,
    against: against.variant,
    measure,
    difference: shareOf(a) - shareOf(b),
    interval,
    verdict,
    needed: neededFor(shareOf(b), shareOf(a), 1 - confidence),
  };
}

function neededFor(baseline: number, other: number, significance: number): number | undefined {
  if (baseline === other) return undefined;
  return Math.ceil(sampleSize({ baseline, other, power: POWER, significance, ratio: 1 }));
}
