/** `coinslot placements summary`: what a file says, in plain English, a paragraph for each campaign. */
import { formatMoney } from '@coinslot/protocol';
import {
  shareText,
  type BoundarySelector,
  type Campaign,
  type Caps,
  type PlacementsFile,
} from '@coinslot/plugin/timing';
import { conditionWords, joined } from './condition-words.ts';
import type { Expectation, Expectations } from './expect.ts';

/** A paragraph on the file, one per campaign in file order, and one on the guard-rails where there are any. */
export function summarize(file: PlacementsFile, expectations: Expectations = []): readonly string[] {
  const rails = expectations.map(railWords);
  return [
    wholeFile(file),
    ...file.campaigns.map((campaign) => campaignWords(file, campaign)),
    ...(rails.length === 0 ? [] : [`Guard-rails: ${rails.join('; ')}.`]),
  ];
}

function wholeFile({ game, campaigns, placements, overall }: PlacementsFile): string {
  const during = placements.filter(({ duringPlay }) => duringPlay).map(({ name }) => name);
  const exception = during.length === 0 ? '' : `, except at ${joined(during, 'and')}`;
  const count = campaigns.length === 0 ? 'no campaign' : counted(campaigns.length, 'campaign');
  const caps = capWords(overall.caps, 'offer');
  return sentences(
    `the game ${game} has ${count}`,
    `offers never appear during play${exception}, and nobody is offered what they own`,
    caps === undefined ? 'there is no cap over all campaigns' : `over all campaigns together ${caps}`,
  );
}

function campaignWords(file: PlacementsFile, campaign: Campaign): string {
  const where = campaign.placements.map((name) => {
    const found = file.placements.find((one) => one.name === name);
    return found === undefined ? `at ${name}` : placeWords(name, found.on);
  });
  const caps = capWords(campaign.caps, undefined) ?? 'as often as the caps over all campaigns allow';
  const condition = campaign.when === true ? ', ' : `, if ${conditionWords(campaign.when)}; `;
  const text = sentences(
    `${joined(where, 'or')}${condition}${[caps, ...waits(campaign)].join(', ')}`,
    offerWords(campaign),
    ...extras(file, campaign),
  );
  return `${campaign.id}: ${text}`;
}

function placeWords(name: string, on: BoundarySelector): string {
  if (on.kind === 'breakpoint') return `at the breakpoint ${name}`;
  if (on.kind === 'level') {
    const word = on.event === 'end' ? 'after' : 'before';
    return on.level === undefined ? `${word} every level` : `${word} level ${on.level}`;
  }
  if (on.kind === 'play-time') return `after every ${durationWords(on.everyMs)} of play`;
  if (on.kind === 'grant-ended') return `when ${on.target} has run out`;
  return `when the scene ${on.scene} ${SCENE_WORDS[on.event]}`;
}

const SCENE_WORDS: Readonly<Record<Extract<BoundarySelector, { kind: 'scene' }>['event'], string>> = {
  start: 'is about to start',
  created: 'has been created',
  end: 'has ended',
  sleep: 'goes to sleep',
  wake: 'wakes up',
  transition: 'is in transition',
};

/** `at most twice a session, once a day and 8 times ever`; undefined where there is no cap at all. */
function capWords({ session, day, lifetime }: Caps, unit: 'offer' | undefined): string | undefined {
  const spans: readonly (readonly [number | null, string])[] = [
    [session, 'a session'],
    [day, 'a day'],
    [lifetime, 'ever'],
  ];
  const set = spans.filter(([cap]) => cap !== null) as readonly (readonly [number, string])[];
  if (set.length === 0) return undefined;
  const words = set.map(([cap, span], i) => {
    const count = unit === undefined ? times(cap) : i === 0 ? counted(cap, unit) : String(cap);
    return `${count} ${span}`;
  });
  return `at most ${joined(words, 'and')}`;
}

function waits({ firstOfferAfterPlayMs, cooldownMs, quietAfterDeclineMs }: Campaign): readonly string[] {
  const told = [
    ...(firstOfferAfterPlayMs > 0 ? [`in a player's first ${durationWords(firstOfferAfterPlayMs)} of play`] : []),
    ...(cooldownMs > 0 ? [`within ${durationWords(cooldownMs)} of another offer`] : []),
    ...(quietAfterDeclineMs > 0 ? [`within ${durationWords(quietAfterDeclineMs)} of a decline`] : []),
  ];
  return told.length === 0 ? [] : [`never ${joined(told, 'or')}`];
}

function offerWords({ variants, delayMs }: Campaign): string {
  const delay = delayMs === 0 ? '' : ` after a wait of ${durationWords(delayMs)}`;
  if (variants.length === 1) return `it offers ${variants[0]!.offer}${delay}`;
  const whole = variants.reduce((sum, { weight }) => sum + weight, 0);
  const words = variants.map(({ id, offer, weight }) => {
    const name = id === offer ? '' : `, variant ${id}`;
    return `${offer} (${Math.round((1000 * weight) / whole) / 10} % of players${name})`;
  });
  return `it offers ${joined(words, 'or')}${delay}, always the same to the same player`;
}

function extras(file: PlacementsFile, campaign: Campaign): readonly string[] {
  const { holdout, afterDecline, startMs, endMs } = campaign;
  const before = earlier(file, campaign);
  return [
    ...(holdout === 0 ? [] : [`${shareText(holdout).replace('%', ' %')} of players are never asked by it, to compare`]),
    ...(DECLINE_WORDS[afterDecline] === undefined ? [] : [`after a decline ${DECLINE_WORDS[afterDecline]}`]),
    ...(before.length === 0
      ? []
      : [`where more than one could ask, ${joined(before, 'and')} ${before.length > 1 ? 'go' : 'goes'} first`]),
    ...(startMs === null && endMs === null ? [] : [`it runs ${spanWords(startMs, endMs)}`]),
  ];
}

const DECLINE_WORDS: Readonly<Record<Campaign['afterDecline'], string | undefined>> = {
  continue: undefined,
  'retry-point': 'the game goes back to its retry point',
  menu: 'the game goes to its menu',
  demo: 'the game goes on with a shortened demo',
};

/** Campaigns that the engine tries first at a placement of this one. */
function earlier(file: PlacementsFile, campaign: Campaign): readonly string[] {
  const ordered = [...file.campaigns].sort((a, b) => b.priority - a.priority);
  return ordered
    .slice(0, ordered.indexOf(campaign))
    .filter(({ placements }) => placements.some((name) => campaign.placements.includes(name)))
    .map(({ id }) => id);
}

/** The compiled end is the first instant that is not in it. */
function spanWords(startMs: number | null, endMs: number | null): string {
  const from = startMs === null ? '' : `from ${momentWords(startMs)}`;
  const until =
    endMs === null
      ? ''
      : endMs % DAY_MS === 0
        ? `to the end of ${momentWords(endMs - DAY_MS)}`
        : `until ${momentWords(endMs - 1)}`;
  return `${[from, until].filter((one) => one !== '').join(' ')} (UTC)`;
}

const DAY_MS = 86_400_000;

function momentWords(ms: number): string {
  const day = new Intl.DateTimeFormat('en-GB', { dateStyle: 'long', timeZone: 'UTC' }).format(ms);
  return ms % DAY_MS === 0 ? day : `${day} ${new Date(ms).toISOString().slice(11, 16)}`;
}

// ---------------------------------------------------------------- guard-rails

/** One guard-rail as a clause; the simulator names a broken one with it. */
export function railWords({ metric, percentile, bound, value, currency }: Expectation): string {
  if (metric === 'firstOfferAfterMinutes') return `no player is asked in the first ${counted(value, 'minute')} of play`;
  const most = bound === 'max' ? 'at most' : 'at least';
  if (metric === 'shareNeverAsked') return `${most} ${shareText(value).replace('%', ' %')} of players are never asked`;
  const one = shareWords(percentile!, bound);
  if (metric === 'offersPerSession') return `${one} sessions bring ${most} ${counted(value, 'offer')}`;
  if (metric === 'offersPerHour') return `${one} players see ${most} ${counted(value, 'offer')} an hour of play`;
  return `on ${one} days of play a player spends ${most} ${formatMoney({ amountMinor: BigInt(value), currency: currency! }, 'en')}`;
}

/** At p95 a most holds for 95 %, a least for the 5 % above. */
function shareWords(percentile: number, bound: 'min' | 'max'): string {
  return percentile === 50 ? 'half of the' : `${bound === 'max' ? percentile : 100 - percentile} % of the`;
}

// ---------------------------------------------------------------- words

/** `4 minutes`, `90 seconds`, `1 hour 30 minutes`; below a second as a decimal. */
export function durationWords(ms: number): string {
  if (ms < 1_000) return counted(ms / 1_000, 'second');
  const units = [
    ['day', DAY_MS],
    ['hour', 3_600_000],
    ['minute', 60_000],
    ['second', 1_000],
  ] as const;
  const single = units.find(([, unitMs]) => ms % unitMs === 0 && ms / unitMs < 100);
  if (single !== undefined) return counted(ms / single[1], single[0]);
  let rest = ms;
  const parts = units.flatMap(([name, unitMs]) => {
    const count = name === 'second' ? rest / unitMs : Math.floor(rest / unitMs);
    rest -= count * unitMs;
    return count === 0 ? [] : [counted(count, name)];
  });
  return parts.join(' ');
}

const counted = (count: number, noun: string): string => `${count} ${noun}${count === 1 ? '' : 's'}`;

const times = (count: number): string => (count === 1 ? 'once' : count === 2 ? 'twice' : `${count} times`);

const sentences = (...clauses: readonly string[]): string =>
  clauses.map((clause) => `${clause.charAt(0).toUpperCase()}${clause.slice(1)}.`).join(' ');
