/** What differs between two compiled files, in words: a line for each thing that changed, as designers call it. */
import type { BoundarySelector, Campaign, Caps, PlacementsFile, Variant } from '@coinslot/plugin/timing';
import { dayOf } from '../offers/dates.ts';

const UNITS = [
  ['d', 86_400_000],
  ['h', 3_600_000],
  ['m', 60_000],
  ['s', 1_000],
  ['ms', 1],
] as const;

/** `1h30m`, as it would be written in the file. */
function duration(ms: number): string {
  let rest = ms;
  const parts = UNITS.flatMap(([unit, unitMs]) => {
    const count = Math.floor(rest / unitMs);
    rest -= count * unitMs;
    return count === 0 ? [] : [`${count}${unit}`];
  });
  return parts.join('') || '0s';
}

const cap = (count: number | null): string => (count === null ? 'no cap' : String(count));
const date = (atMs: number | null): string => (atMs === null ? 'none' : dayOf(atMs));
const variants = (all: readonly Variant[]): string =>
  all.map(({ id, offer, weight }) => (all.length === 1 ? offer : `${id} (${offer}, ${weight})`)).join(', ');

function moment(on: BoundarySelector): string {
  if (on.kind === 'scene') return `scene ${on.scene} ${on.event}`;
  if (on.kind === 'level') return `${on.level === undefined ? 'any level' : `level ${on.level}`} ${on.event}`;
  if (on.kind === 'play-time') return `every ${duration(on.everyMs)}`;
  return on.kind === 'grant-ended' ? `the end of ${on.target}` : on.kind;
}

/** Name and value of everything that a campaign says, in the order of the file. */
const words = (one: Campaign): readonly (readonly [string, string])[] => [
  ['placements', one.placements.join(', ')],
  ['offer', variants(one.variants)],
  ['when', JSON.stringify(one.when)],
  ['delay', duration(one.delayMs)],
  ['first offer after', duration(one.firstOfferAfterPlayMs)],
  ['cooldown', duration(one.cooldownMs)],
  ['quiet after a decline', duration(one.quietAfterDeclineMs)],
  ...capWords(one.caps),
  ['after a decline', one.afterDecline],
  ['priority', String(one.priority)],
  ['holdout', `${Math.round(one.holdout * 1_000_000) / 10_000}%`],
  ['start', date(one.startMs)],
  ['end', date(one.endMs === null ? null : one.endMs - 1)],
];

const capWords = (caps: Caps): readonly (readonly [string, string])[] => [
  ['cap of a session', cap(caps.session)],
  ['cap of a day', cap(caps.day)],
  ['cap of a lifetime', cap(caps.lifetime)],
];

/** Lines such as `campaign comet: cooldown 4m, was 8m`; empty for files that say the same. */
export function changesBetween(before: PlacementsFile, after: PlacementsFile): readonly string[] {
  return [
    ...changedIn('placement', named(before.placements), named(after.placements), ({ on, duringPlay }) => [
      ['stands for', moment(on)],
      ['during play', duringPlay ? 'yes' : 'no'],
    ]),
    ...changedIn('campaign', byId(before.campaigns), byId(after.campaigns), words),
    ...changedWords('overall', capWords(before.overall.caps), capWords(after.overall.caps)),
    ...order(before.campaigns, after.campaigns),
  ];
}

const named = <T extends { readonly name: string }>(all: readonly T[]) => new Map(all.map((one) => [one.name, one]));
const byId = (all: readonly Campaign[]) => new Map(all.map((one) => [one.id, one]));

type Words<T> = (one: T) => readonly (readonly [string, string])[];

function changedIn<T>(
  kind: string,
  before: ReadonlyMap<string, T>,
  after: ReadonlyMap<string, T>,
  wordsOf: Words<T>,
): string[] {
  const gone = [...before.keys()].filter((name) => !after.has(name)).map((name) => `${kind} ${name}: gone`);
  const there = [...after].flatMap(([name, one]) => {
    const old = before.get(name);
    return old === undefined ? [`${kind} ${name}: new`] : changedWords(`${kind} ${name}`, wordsOf(old), wordsOf(one));
  });
  return [...gone, ...there];
}

function changedWords(
  what: string,
  before: readonly (readonly [string, string])[],
  after: readonly (readonly [string, string])[],
): string[] {
  const changed = after.flatMap(([label, value], i) => {
    const old = before[i]?.[1];
    return old === value ? [] : [`${label} ${value}, was ${old}`];
  });
  return changed.length === 0 ? [] : [`${what}: ${changed.join('; ')}`];
}

/** Among equal priorities the first in the file is asked first. */
function order(before: readonly Campaign[], after: readonly Campaign[]): string[] {
  const shared = (one: readonly Campaign[], other: readonly Campaign[]): string =>
    one
      .filter(({ id }) => other.some((known) => known.id === id))
      .map(({ id }) => id)
      .join(', ');
  const now = shared(after, before);
  return now === shared(before, after) ? [] : [`order of campaigns: ${now}`];
}
