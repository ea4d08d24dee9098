/** What differs between two compiled files, in words: a line for each thing that changed, as designers call it. */
import {
  capText,
  durationText,
  ruleText,
  selectorText,
  shareText,
  type Campaign,
  type Caps,
  type PlacementsFile,
  type Variant,
} from '@coinslot/plugin/timing';
import { dayOf } from '../offers/dates.ts';

const date = (atMs: number | null): string => (atMs === null ? 'none' : dayOf(atMs));
const variants = (all: readonly Variant[]): string =>
  all.map(({ id, offer, weight }) => (all.length === 1 ? offer : `${id} (${offer}, ${weight})`)).join(', ');

/** Name and value of everything that a campaign says, in the order of the file. */
const words = (one: Campaign): readonly (readonly [string, string])[] => [
  ['placements', one.placements.join(', ')],
  ['offer', variants(one.variants)],
  ['when', ruleText(one.when)],
  ['delay', durationText(one.delayMs)],
  ['first offer after', durationText(one.firstOfferAfterPlayMs)],
  ['cooldown', durationText(one.cooldownMs)],
  ['quiet after a decline', durationText(one.quietAfterDeclineMs)],
  ...capWords(one.caps),
  ['after a decline', one.afterDecline],
  ['priority', String(one.priority)],
  ['holdout', shareText(one.holdout)],
  ['start', date(one.startMs)],
  ['end', date(one.endMs === null ? null : one.endMs - 1)],
];

const capWords = (caps: Caps): readonly (readonly [string, string])[] => [
  ['cap of a session', capText(caps.session)],
  ['cap of a day', capText(caps.day)],
  ['cap of a lifetime', capText(caps.lifetime)],
];

/** One thing that changed, with the place in `placements.yaml` that says it. */
export interface Change {
  /** A placement by its name, a campaign by its id; `campaigns` is their order. */
  readonly of: 'placement' | 'campaign' | 'overall' | 'campaigns';
  readonly name: string;
  /** A line such as `campaign comet: cooldown 4m, was 8m`. */
  readonly text: string;
}

/** What the second file says otherwise; empty for files that say the same. */
export function changesBetween(before: PlacementsFile, after: PlacementsFile): readonly Change[] {
  return [
    ...changedIn('placement', named(before.placements), named(after.placements), ({ on, duringPlay }) => [
      ['stands for', selectorText(on)],
      ['during play', duringPlay ? 'yes' : 'no'],
    ]),
    ...changedIn('campaign', byId(before.campaigns), byId(after.campaigns), words),
    ...changedWords('overall', '', capWords(before.overall.caps), capWords(after.overall.caps)),
    ...order(before.campaigns, after.campaigns),
  ];
}

const named = <T extends { readonly name: string }>(all: readonly T[]) => new Map(all.map((one) => [one.name, one]));
const byId = (all: readonly Campaign[]) => new Map(all.map((one) => [one.id, one]));

type Words<T> = (one: T) => readonly (readonly [string, string])[];

function changedIn<T>(
  of: 'placement' | 'campaign',
  before: ReadonlyMap<string, T>,
  after: ReadonlyMap<string, T>,
  wordsOf: Words<T>,
): Change[] {
  const gone = [...before.keys()].filter((name) => !after.has(name));
  const there = [...after].flatMap(([name, one]) => {
    const old = before.get(name);
    if (old === undefined) return [{ of, name, text: `${of} ${name}: new` }];
    return changedWords(of, name, wordsOf(old), wordsOf(one));
  });
  return [...gone.map((name) => ({ of, name, text: `${of} ${name}: gone` })), ...there];
}

function changedWords(
  of: Change['of'],
  name: string,
  before: readonly (readonly [string, string])[],
  after: readonly (readonly [string, string])[],
): Change[] {
  const changed = after.flatMap(([label, value], i) => {
    const old = before[i]?.[1];
    return old === value ? [] : [`${label} ${value}, was ${old}`];
  });
  const what = name === '' ? of : `${of} ${name}`;
  return changed.length === 0 ? [] : [{ of, name, text: `${what}: ${changed.join('; ')}` }];
}

/** Among equal priorities the first in the file is asked first. */
function order(before: readonly Campaign[], after: readonly Campaign[]): Change[] {
  const shared = (one: readonly Campaign[], other: readonly Campaign[]): string =>
    one
      .filter(({ id }) => other.some((known) => known.id === id))
      .map(({ id }) => id)
      .join(', ');
  const now = shared(after, before);
  if (now === shared(before, after)) return [];
  return [{ of: 'campaigns', name: '', text: `order of campaigns: ${now}` }];
}
