/** An experiment's results for people, and as CSV (RFC 4180) for their spreadsheets. */
import { formatMoney, plainAmount } from '@coinslot/protocol';
import { numberWords, percent } from './estimate.ts';
import { GROUP_LEAST, type Comparison, type ExperimentResults, type GroupResult, type Spend } from './results.ts';
import { shareOf, type Interval } from './statistics.ts';
import type { Tally, UnitKind } from './tally.ts';

/** The table of every campaign, what it says, and what is behind it. */
export function resultLines(results: ExperimentResults, tallied: Tally): readonly string[] {
  const campaigns = [...new Set(results.groups.map(({ campaign }) => campaign))];
  return [
    sourceWords(tallied),
    ...campaigns.flatMap((id) => {
      const groups = results.groups.filter((one) => one.campaign === id);
      const comparisons = results.comparisons.filter((one) => one.campaign === id);
      return ['', id, ...table(groups), ...comparisons.map((one) => `  ${comparisonWords(one, tallied.unit)}`)];
    }),
    '',
    ...notes(results, tallied),
  ];
}

function sourceWords({ unit, units, recordings }: Tally): string {
  const sessions = `${numberWords(recordings)} recorded ${recordings === 1 ? 'session' : 'sessions'}`;
  return unit === 'player' ? `${numberWords(units)} players, ${sessions}` : sessions;
}

const COLUMNS = [
  '',
  'reached',
  'eligible',
  'shown',
  'accepted',
  'of those eligible',
  'bought anything',
  'spent',
] as const;

function table(groups: readonly GroupResult[]): readonly string[] {
  const rows = groups.map((one) => [
    nameOf(one.variant),
    ...[one.reached, one.eligible, one.shown, one.accepted].map(numberWords),
    shareWords(one.accepted, one.eligible, one.acceptedShare),
    shareWords(one.bought, one.eligible, one.boughtShare),
    spendWords(one.spend),
  ]);
  const widths = COLUMNS.map((head, i) => Math.max(head.length, ...rows.map((row) => row[i]!.length)));
  const line = (cells: readonly string[]): string =>
    `  ${cells.map((cell, i) => (i === 0 ? cell.padEnd(widths[i]!) : cell.padStart(widths[i]!))).join('  ')}`.trimEnd();
  return [line(COLUMNS), ...rows.map(line)];
}

const nameOf = (variant: string | null): string => variant ?? 'held out';

const shareWords = (hits: number, of: number, { low, high }: Interval): string =>
  of === 0 ? '-' : `${percent(hits / of)} (${percent(low)} to ${percent(high)})`;

const spendWords = (spend: Spend): string =>
  Object.entries(spend)
    .map(([currency, amountMinor]) => formatMoney({ amountMinor, currency }, 'en'))
    .join(' + ') || '-';

/** What a comparison says, and what it does not. */
export function comparisonWords(comparison: Comparison, unit: UnitKind): string {
  const { variant, against, measure, difference, interval, verdict, needed } = comparison;
  const who = unit === 'player' ? 'players' : 'sessions';
  const pair = `${variant} against ${nameOf(against)}`;
  if (verdict === 'too-few')
    return `${pair}: too few to say anything, fewer than ${GROUP_LEAST} eligible ${who} in a group.`;
  if (verdict !== 'open') {
    const [least, most] = [Math.abs(interval.low), Math.abs(interval.high)].sort((a, b) => a - b) as [number, number];
    const by = `by ${points(least)} to ${points(most)} points`;
    if (measure === 'accepted') return `${variant} is accepted ${verdict} often than ${nameOf(against)}: ${by}.`;
    return `Something is bought ${verdict} often by those who may be asked with ${variant} than by those held out: ${by}.`;
  }
  const more =
    needed === undefined
      ? ''
      : ` To tell a difference of ${signed(difference)} points takes about ${numberWords(needed)} eligible ${who} in each group.`;
  return `${pair}: nothing is shown yet, the difference lies anywhere from ${signed(interval.low)} to ${signed(interval.high)} points.${more}`;
}

const points = (difference: number): string => String(Number((difference * 100).toFixed(1)));

const signed = (difference: number): string => `${difference > 0 ? '+' : ''}${points(difference)}`;

function notes({ confidence, comparisons }: ExperimentResults, tallied: Tally): readonly string[] {
  const { unit, otherRules, unnamed, unassigned } = tallied;
  const several = comparisons.length > 1 ? ', shared among the comparisons of a campaign (Bonferroni)' : '';
  return [
    `Intervals at ${percent(confidence)}: Wilson (1927) for shares, Newcombe (1998, method 10) for differences${several}. They say how far chance may reach, not that players, days or recordings were fairly chosen.`,
    'They hold for one look, at a number of players that was settled before (coinslot placements estimate): who looks again and again and stops when something shows, finds a difference far more often where there is none.',
    'Eligible: at some boundary everything held but the holdout. Bought and spent count everything, asked for by the player or not; spent has no interval, as a few players make most of it.',
    unit === 'player'
      ? 'The unit is the player, as the recordings name them.'
      : 'The unit is the session, as not every recording names its player: sessions of one player are alike, so that intervals are narrower than they should be, and what came of one session changes who is eligible in the next.',
    ...(otherRules.length === 0
      ? []
      : [
          `Left out, recorded with other rules: ${otherRules.length} (${otherRules.slice(0, 3).join(', ')}${otherRules.length > 3 ? ', ...' : ''}).`,
        ]),
    ...(unnamed === 0 ? [] : [`Left out, name no player: ${unnamed}.`]),
    ...(unassigned === 0 ? [] : [`Left out, assignment not known or not the same in all sessions: ${unassigned}.`]),
  ];
}

const CSV_COLUMNS = ['campaign', 'group', 'unit', 'reached', 'eligible', 'shown', 'accepted', 'bought'] as const;
const CSV_SHARES = ['share', 'low', 'high'] as const;

/** One row per group; shares 0 ... 1 of those eligible, money in major units, a column per currency. */
export function resultsCsv({ groups }: ExperimentResults, { unit }: Tally): string {
  const currencies = [...new Set(groups.flatMap(({ spend }) => Object.keys(spend)))].sort();
  const head = [
    ...CSV_COLUMNS,
    ...['accepted', 'bought'].flatMap((measure) => CSV_SHARES.map((part) => `${measure}_${part}`)),
    ...currencies.map((currency) => `spend_${currency}`),
  ];
  const rows = groups.map((one) => [
    ...[one.campaign, one.variant ?? 'held out', unit],
    ...[one.reached, one.eligible, one.shown, one.accepted, one.bought].map(String),
    ...shareCells(one.accepted, one.eligible, one.acceptedShare),
    ...shareCells(one.bought, one.eligible, one.boughtShare),
    ...currencies.map((currency) => plainAmount({ amountMinor: one.spend[currency] ?? 0n, currency })),
  ]);
  return [head, ...rows].map((cells) => `${cells.map(csvCell).join(',')}\r\n`).join('');
}

/** Nothing is said of a group without anybody in it. */
const shareCells = (hits: number, of: number, { low, high }: Interval): readonly string[] =>
  of === 0 ? ['', '', ''] : [shareOf({ hits, of }), low, high].map((one) => one.toFixed(6));

/** Names are identifiers; quoted all the same should they ever not be. */
const csvCell = (text: string): string => (/[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);
