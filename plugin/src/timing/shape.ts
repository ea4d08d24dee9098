/**
 * A compiled placements file from outside, field by field: a release, or what a lab sends while somebody plays. Neither may break a
 * boundary later. The game's own file was compiled beside it and is not looked at like this.
 * Not in `index.ts`: by way of that, bundlers would put it into every game's entry.
 */
import type { PlacementsFile } from './types.ts';

type Test = (value: unknown, at: string) => void;

function refuse(at: string, expected: string): never {
  throw new RangeError(`${at}: expected ${expected}`);
}

const is =
  (holds: (value: unknown) => boolean, expected: string): Test =>
  (value, at) =>
    void (holds(value) || refuse(at, expected));

const text = is((value) => typeof value === 'string', 'text');
const flag = is((value) => typeof value === 'boolean', 'true or false');
const ms = is((value) => Number.isSafeInteger(value) && (value as number) >= 0, 'whole milliseconds');
const number = is((value) => Number.isFinite(value), 'a number');
const cap = is((value) => value === null || (Number.isSafeInteger(value) && (value as number) >= 0), 'a count or null');
const share = is((value) => typeof value === 'number' && value >= 0 && value <= 1, 'a share from 0 to 1');
const moment = is((value) => value === null || Number.isSafeInteger(value), 'a time or null');
const weight = is((value) => Number.isSafeInteger(value) && (value as number) >= 1, 'a whole number from 1');
const oneOf = (...names: string[]): Test => is((value) => names.includes(value as string), names.join(' or '));
// What a condition is made of is the engine's to check, when it is compiled.
const rule: Test = () => undefined;

const fields =
  (tests: Readonly<Record<string, Test>>): Test =>
  (value, at) => {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) refuse(at, 'fields');
    for (const [name, test] of Object.entries(tests)) test((value as Record<string, unknown>)[name], `${at}.${name}`);
  };

const list =
  (test: Test): Test =>
  (value, at) => {
    if (!Array.isArray(value)) refuse(at, 'a list');
    value.forEach((one, i) => test(one, `${at}[${i}]`));
  };

const byName =
  (test: Test): Test =>
  (value, at) => {
    fields({})(value, at);
    for (const [name, one] of Object.entries(value as object)) test(one, `${at}.${name}`);
  };

const caps = fields({ session: cap, day: cap, lifetime: cap });

const SELECTORS: Readonly<Record<string, Readonly<Record<string, Test>>>> = {
  breakpoint: {},
  scene: { event: oneOf('start', 'created', 'end', 'sleep', 'wake', 'transition'), scene: text },
  level: {
    event: oneOf('start', 'end'),
    level: is((value) => value === undefined || Number.isFinite(value), 'a number or nothing'),
  },
  'play-time': { everyMs: weight },
  'grant-ended': { target: text },
};

const selector: Test = (value, at) => {
  fields({ kind: oneOf(...Object.keys(SELECTORS)) })(value, at);
  fields(SELECTORS[(value as { kind: string }).kind]!)(value, at);
};

const campaign = fields({
  ...{ id: text, placements: list(text), when: rule, caps, priority: number, holdout: share },
  variants: list(fields({ id: text, offer: text, weight })),
  ...{ delayMs: ms, firstOfferAfterPlayMs: ms, cooldownMs: ms, quietAfterDeclineMs: ms },
  afterDecline: oneOf('continue', 'retry-point', 'menu', 'demo'),
  ...{ startMs: moment, endMs: moment },
});

const placements = fields({
  ...{ version: number, game: text, offers: byName(fields({ target: text })), covers: byName(list(text)) },
  placements: list(fields({ name: text, on: selector, duringPlay: flag })),
  campaigns: list(campaign),
  overall: fields({ caps }),
});

/** Throws RangeError with the path of what is not as a compiled file has it; whether it can be run says `compileTiming`. */
export function shapedPlacements(value: unknown): PlacementsFile {
  placements(value, 'placements');
  return value as PlacementsFile;
}
