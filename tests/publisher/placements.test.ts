/** `placements.yaml`: conditions, presets, faults with their place; and the engine takes what comes out. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  addPlay,
  compileTiming,
  ENGINE_FACT_NAMES,
  newTimingState,
  recordDeclined,
  recordShown,
  RULE_OPERATORS,
  SKIP_REASONS,
  startSession,
  type Caps,
  type Rule,
  type TimingState,
} from '@coinslot/plugin/timing';
import {
  applyPatch,
  compileDesign,
  compilePlacements,
  FaultsError,
  formatSchemas,
  PACING,
  PRESETS,
  readOffers,
} from '@coinslot/publisher';
import { describe, expect, test } from 'vitest';
import { demoFile, REPOSITORY } from './lib/studio.ts';

const OFFERS = readOffers('offers.yaml', demoFile('offers.yaml'));
const DEMO = demoFile('placements.yaml');
const MINUTE_MS = 60_000;
const NOW_MS = Date.UTC(2026, 5, 1, 12);

const compiled = (text: string) => compilePlacements('placements.yaml', text, OFFERS);

function faultsOf(text: string): string[] {
  try {
    compiled(text);
    return [];
  } catch (error) {
    if (!(error instanceof FaultsError)) throw error;
    return error.faults.map(({ line, column, message, hint }) =>
      [`${line}:${column}`, message, hint].filter((part) => part !== undefined).join(' | '),
    );
  }
}

/** A file with one campaign, whose condition is on line 8 from column 11 on. */
const withCondition = (when: string): string =>
  [
    'game: demo-game',
    'facts: { level: number, boss: text, hard: boolean }',
    'placements: { level-end: { on: breakpoint } }',
    'campaigns:',
    '  - id: one',
    '    placements: [level-end]',
    '    offer: bonus',
    `    when: ${when}`,
  ].join('\n');

const ruleOf = (when: string): Rule => compiled(withCondition(when)).campaigns[0]!.when;

describe('conditions', () => {
  const level = { var: 'level' };
  test.each([
    ['level >= 3 and session.offers < 2', { and: [{ '>=': [level, 3] }, { '<': [{ var: 'session.offers' }, 2] }] }],
    ['level == 1 or level == 2 or hard', { or: [{ '==': [level, 1] }, { '==': [level, 2] }, { var: 'hard' }] }],
    ['hard or hard and not hard', { or: [{ var: 'hard' }, { and: [{ var: 'hard' }, { '!': [{ var: 'hard' }] }] }] }],
    ['(hard or hard) and true', { and: [{ or: [{ var: 'hard' }, { var: 'hard' }] }, true] }],
    ['2 <= level <= 5', { '<=': [2, level, 5] }],
    ['level in [1, -2, 3.5]', { in: [level, [1, -2, 3.5]] }],
    ["boss not in ['moth', 'frog']", { '!': [{ in: [{ var: 'boss' }, ['moth', 'frog']] }] }],
    ['level + 2 * level - 1 > 0', { '>': [{ '-': [{ '+': [level, { '*': [2, level] }] }, 1] }, 0] }],
    ['level % 2 == 0', { '==': [{ '%': [level, 2] }, 0] }],
    ['max(level, 3, player.days) < 10', { '<': [{ max: [level, 3, { var: 'player.days' }] }, 10] }],
    ['{ ">=": [{ var: level }, 3] }', { '>=': [level, 3] }],
    ['{ "!": { var: hard } }', { '!': [{ var: 'hard' }] }],
    ['true', true],
  ] as [string, Rule][])('%s', (when, rule) => {
    expect(ruleOf(when)).toEqual(rule);
  });

  test.each([
    ['levl >= 3', '8:11 | campaigns[0].when: unknown fact "levl" | did you mean "level"?'],
    [
      'level >= 3 and sesion.offers < 2',
      '8:26 | campaigns[0].when: unknown fact "sesion.offers" | did you mean "session.offers"?',
    ],
    [
      'level >= 3 and xyzzy > 1',
      '8:26 | campaigns[0].when: unknown fact "xyzzy" | declare what the game passes, at the top: facts: { xyzzy: number }',
    ],
    ['level = 3', '8:17 | campaigns[0].when: unexpected "=" | write "=="'],
    ['hard && hard', '8:16 | campaigns[0].when: unexpected "&" | write "and"'],
    [
      'hard hard',
      '8:16 | campaigns[0].when: unexpected "hard" | join conditions with "and" or "or"; put texts in quotes',
    ],
    ['level >', '8:18 | campaigns[0].when: ends where a value was expected'],
    ['(level > 3', '8:21 | campaigns[0].when: expected ")", found "the end"'],
    ['1 < level <= 3', '8:21 | campaigns[0].when: only a < b < c or a <= b <= c can be chained | join with "and"'],
    ['level in []', '8:21 | campaigns[0].when: expected a number, a text in quotes, true or false, found "]"'],
    ["level >= 'three'", '8:20 | campaigns[0].when: >= takes numbers, found a text'],
    ["level == '3'", '8:17 | campaigns[0].when: a number never equals a text'],
    ['boss in [1]', '8:19 | campaigns[0].when: a text never equals a number'],
    ["boss == 'moth", '8:19 | campaigns[0].when: a text without its closing quote'],
    ['"hard and levl > 1"', '8:21 | campaigns[0].when: unknown fact "levl" | did you mean "level"?'],
    [
      'level == 1 or 2',
      '8:25 | campaigns[0].when: a number is no condition | compare it: level >= 3; one of several: level in [1, 2]',
    ],
    ['hard and level', /^8:20 \| campaigns\[0\]\.when: a number is no condition/],
    ['not boss', /^8:15 \| campaigns\[0\]\.when: a text is no condition/],
    ['2026-01-01', /^8:18 \| campaigns\[0\]\.when: a number is no condition/],
    ['level', /^8:11 \| campaigns\[0\]\.when: a number is no condition/],
    ['{ or: [{ var: hard }, 2] }', /^8:33 \| campaigns\[0\]\.when\.or\[1\]: a number is no condition/],
    ['{ ">=": [{ var: levl }, 3] }', '8:27 | campaigns[0].when.>=[0].var: unknown fact "levl" | did you mean "level"?'],
    ['{ adn: [{ var: hard }, true] }', '8:13 | campaigns[0].when.adn: unknown operator | did you mean "and"?'],
    ['{ map: [{ var: hard }, true] }', /unknown operator \| did you mean "max"\?$/],
    ['{ ">=": [{ var: level }] }', /takes 2 to 2 operands, got 1$/],
    ['{ and: [true], or: [true] }', '8:11 | campaigns[0].when: expected one operator'],
    ['3', '8:11 | campaigns[0].when: expected a condition such as: level >= 3'],
    [`${'not '.repeat(9)}hard`, /deeper than 8/],
    [`${'('.repeat(400)}hard${')'.repeat(400)}`, /too many parentheses/],
    [`${'hard or '.repeat(110)}hard`, /takes 1 to 100 operands, got 111/],
    [`hard ${' '.repeat(1000)}or hard`, /longer than 1000 characters/],
  ] as [string, string | RegExp][])('refused: %s', (when, expected) => {
    const faults = faultsOf(withCondition(when));
    expect(faults).toHaveLength(1);
    if (typeof expected === 'string') expect(faults[0]).toBe(expected);
    else expect(faults[0]).toMatch(expected);
  });

  test('a condition over several lines is found at its beginning', () => {
    expect(faultsOf(withCondition('>-\n      level >= 3\n      and levl < 5'))[0]).toMatch(/^8:11 \| .*"levl"/);
  });
});

describe('faults', () => {
  const edited = (from: string, to: string): string => {
    expect(DEMO.split(from), from).toHaveLength(2);
    return DEMO.replace(from, () => to);
  };
  test.each([
    [
      'unknown word',
      edited('    priority: 10', '    priorty: 10'),
      '35:5 | campaigns[0].priorty: unknown word | did you mean "priority"?',
    ],
    [
      'unknown preset',
      edited('balanced', 'balancd'),
      '5:9 | pacing: expected one of gentle, balanced, sparse | did you mean "balanced"?',
    ],
    [
      'unknown offer',
      edited('offer: bonus', 'offer: bonnus'),
      '49:12 | campaigns[2].offer: no offer "bonnus" | did you mean "bonus"?',
    ],
    [
      'unknown placement',
      edited('[minutes-over]', '[minuts-over]'),
      '27:18 | campaigns[0].placements[0]: no placement "minuts-over" | did you mean "minutes-over"?',
    ],
    [
      'unknown target',
      edited('  play: [', '  pley: ['),
      '11:3 | covers.pley: no offer opens this | did you mean "play"?',
    ],
    ['another game', edited('game: demo-game', 'game: demo'), '4:7 | game: offers.yaml is of "demo-game"'],
    [
      'duration without unit',
      edited('cooldown: 8m', 'cooldown: 8'),
      '53:15 | campaigns[2].cooldown: expected a duration such as 4m or 90s',
    ],
    [
      'duration in words',
      edited('cooldown: 8m', 'cooldown: 8 minutes'),
      '53:15 | campaigns[2].cooldown: expected a duration such as 4m or 90s',
    ],
    ['cap in words', edited('day: 5 }', 'day: many }'), '14:28 | overall.caps.day: expected a number from 1, or none'],
    [
      'campaign twice',
      edited('- id: comet', '- id: more-minutes'),
      '47:9 | campaigns[2].id: "more-minutes" stands twice',
    ],
    [
      'a name that every table of the engine would know',
      edited('- id: comet', '- id: constructor'),
      '47:9 | campaigns[2].id: is a word of the language; take another name',
    ],
    ['no offer at all', edited('    offer: bonus\n', ''), '47:5 | campaigns[2]: give either offer or variants'],
    [
      'share above all',
      edited('    priority: -1', '    holdout: 101%'),
      '56:14 | campaigns[2].holdout: expected a share such as 10%',
    ],
    [
      'end before beginning',
      edited('    priority: -1', '    start: 2027-01-02\n    end: 2027-01-01'),
      '57:10 | campaigns[2].end: ends before it begins',
    ],
    [
      'no such event',
      edited('{ grantEnded: play }', '{ scene: Menu, event: strat }'),
      '21:31 | placements.minutes-over.on.event: expected one of start, created, end, sleep, wake, transition | did you mean "start"?',
    ],
    [
      'misspelt boundary',
      edited('on: breakpoint', 'on: breakpiont'),
      '18:9 | placements.level-end.on: expected one of breakpoint | did you mean "breakpoint"?',
    ],
  ] as [string, string, string][])('%s', (_, text, expected) => {
    expect(faultsOf(text)).toEqual([expected]);
  });
});

describe('guard-rails', () => {
  const withExpect = (expect: string): string => `game: demo-game
placements: {}
campaigns: []
expect:
${expect}
`;
  const railsOf = (expect: string) => compileDesign('placements.yaml', withExpect(expect), OFFERS).expectations;

  test('each is compiled with its place; money is in minor units', () => {
    const rails = railsOf(`  offersPerHour: { p50: { max: 2 }, p95: { min: 0.5, max: 4 } }
  offersPerSession: { p99: { max: 3 } }
  firstOfferAfterMinutes: { min: 5 }
  spendPerDay: { p90: { max: 1.50 EUR } }
  shareNeverAsked: { min: 5%, max: 40% }`);
    const at = (line: number, column: number) => ({ at: { line, column } });
    expect(rails).toEqual([
      { metric: 'offersPerHour', percentile: 50, bound: 'max', value: 2, ...at(5, 32) },
      { metric: 'offersPerHour', percentile: 95, bound: 'min', value: 0.5, ...at(5, 49) },
      { metric: 'offersPerHour', percentile: 95, bound: 'max', value: 4, ...at(5, 59) },
      { metric: 'offersPerSession', percentile: 99, bound: 'max', value: 3, ...at(6, 35) },
      { metric: 'firstOfferAfterMinutes', percentile: null, bound: 'min', value: 5, ...at(7, 34) },
      { metric: 'spendPerDay', percentile: 90, bound: 'max', value: 150, currency: 'EUR', ...at(8, 30) },
      { metric: 'shareNeverAsked', percentile: null, bound: 'min', value: 0.05, ...at(9, 27) },
      { metric: 'shareNeverAsked', percentile: null, bound: 'max', value: 0.4, ...at(9, 36) },
    ]);
  });

  test('none are needed, and the game does not get them', () => {
    const design = compileDesign('placements.yaml', withExpect('  shareNeverAsked: { min: 5% }'), OFFERS);
    expect(Object.keys(design.placements)).not.toContain('expect');
    expect(compileDesign('placements.yaml', withCondition('true'), OFFERS).expectations).toEqual([]);
  });

  test.each([
    [
      '  offersPerHuor: { p95: { max: 4 } }',
      '5:3 | expect.offersPerHuor: unknown word | did you mean "offersPerHour"?',
    ],
    ['  offersPerHour: { p93: { max: 4 } }', '5:20 | expect.offersPerHour.p93: unknown word | did you mean "p90"?'],
    ['  offersPerHour: { p95: { mx: 4 } }', '5:27 | expect.offersPerHour.p95.mx: unknown word | did you mean "max"?'],
    ['  offersPerHour: { max: 4 }', '5:20 | expect.offersPerHour.max: unknown word | known words: p50, p90, p95, p99'],
    ['  offersPerHour: { p95: { max: -1 } }', '5:32 | expect.offersPerHour.p95.max: expected at least 0'],
    ['  offersPerHour: { p95: { max: few } }', '5:32 | expect.offersPerHour.p95.max: expected a number such as 4'],
    ['  offersPerHour: {}', '5:18 | expect.offersPerHour: says nothing | such as: p95: { max: 4 }'],
    ['  offersPerHour: { p95: {} }', '5:25 | expect.offersPerHour.p95: give min, max or both'],
    [
      '  offersPerHour: { p50: { min: 3 }, p95: { max: 2 } }',
      '5:32 | expect.offersPerHour: can never hold: the least is above the most',
    ],
    ['  shareNeverAsked: { min: 5 }', '5:27 | expect.shareNeverAsked.min: expected a share such as 10%'],
    [
      '  shareNeverAsked: { min: 50%, max: 40% }',
      '5:27 | expect.shareNeverAsked: can never hold: the least is above the most',
    ],
    [
      '  spendPerDay: { p90: { max: 2 } }',
      "5:30 | expect.spendPerDay.p90.max: expected an amount and its currency, such as '1.50 EUR'",
    ],
    [
      '  spendPerDay: { p90: { max: 2 EUT } }',
      '5:30 | expect.spendPerDay.p90.max: "EUT" is not a circulating ISO 4217 currency | did you mean "EUR"?',
    ],
    [
      '  spendPerDay: { p90: { max: 2 CHF } }',
      '5:30 | expect.spendPerDay.p90.max: nothing is sold in CHF | offers are in EUR, USD',
    ],
    ['  firstOfferAfterMinutes: { max: 5 }', /min: is missing/],
  ] as [string, string | RegExp][])('refused: %s', (written, expected) => {
    const faults = faultsOf(withExpect(written));
    if (typeof expected === 'string') expect(faults).toEqual([expected]);
    else expect(faults[0]).toMatch(expected);
  });
});

test.each(PRESETS)('the preset %s has every cap', (preset) => {
  const { campaigns, overall } = compiled(withCondition('true').replace('game:', `pacing: ${preset}\ngame:`));
  for (const caps of [campaigns[0]!.caps, overall.caps]) {
    for (const cap of Object.values(caps)) expect(cap).toBeGreaterThan(0);
  }
});

test('no cap is only for who asks for it, and what is written wins over the preset', () => {
  const text = `${withCondition('true')}\n    caps: { day: none, session: 7 }\n    cooldown: 1h30m\n    delay: 500ms\n    holdout: 12.5%\n    end: 2027-01-31`;
  expect(compiled(text).campaigns[0]).toMatchObject({
    caps: { session: 7, day: null, lifetime: 40 },
    cooldownMs: 90 * MINUTE_MS,
    delayMs: 500,
    holdout: 0.125,
    endMs: Date.UTC(2027, 1, 1),
  });
});

test('every kind of boundary', () => {
  const text = `game: demo-game
placements:
  a: { on: breakpoint, duringPlay: true }
  b: { on: { scene: Menu } }
  c: { on: { level: end, number: 3 } }
  d: { on: { level: start } }
  e: { on: { every: 10m } }
  f: { on: { grantEnded: play } }
campaigns: []
`;
  expect(compiled(text).placements).toEqual([
    { name: 'a', on: { kind: 'breakpoint' }, duringPlay: true },
    { name: 'b', on: { kind: 'scene', event: 'start', scene: 'Menu' }, duringPlay: false },
    { name: 'c', on: { kind: 'level', event: 'end', level: 3 }, duringPlay: false },
    { name: 'd', on: { kind: 'level', event: 'start' }, duringPlay: false },
    { name: 'e', on: { kind: 'play-time', everyMs: 600_000 }, duringPlay: false },
    { name: 'f', on: { kind: 'grant-ended', target: 'play' }, duringPlay: false },
  ]);
});

describe('the demo game, decided by the engine', () => {
  const decide = compileTiming(compiled(DEMO));
  const player = (minutes: number): TimingState =>
    addPlay(startSession(newTimingState('a seed', 0, NOW_MS)), minutes * MINUTE_MS);
  const atEndOf = (state: TimingState, level: number, nowMs = NOW_MS) => {
    const decision = decide(state, { placement: 'level-end', facts: { level } }, nowMs);
    return decision.show ? decision.offer : decision.reason;
  };

  test.each([
    ['nothing in the first minutes', player(2), 3, 'first-session-grace'],
    ['nothing after level 1', player(30), 1, 'no-rule-match'],
    ['the bonus night after level 2', player(30), 2, 'bonus'],
    ['thirty minutes after level 3', player(4), 3, 'thirty-minutes'],
    ['nothing during play', { ...player(30), playing: true }, 3, 'not-at-boundary'],
    ['the bonus where minutes are owned', { ...player(30), owned: ['play'] }, 3, 'bonus'],
    ['nothing to who owns all', { ...player(30), owned: ['play', 'bonus'] }, 3, 'already-entitled'],
    ['nothing soon after an offer', recordShown(player(30), 'comet', NOW_MS - MINUTE_MS), 3, 'cooldown'],
    ['nothing soon after a decline', recordDeclined(player(30), NOW_MS - MINUTE_MS), 3, 'recently-declined'],
  ] as [string, TimingState, number, string][])('%s', (_, state, level, expected) => {
    expect(atEndOf(state, level)).toBe(expected);
  });

  test('a session of two hours, a level every three minutes: each campaign asks once', () => {
    let state = player(0);
    let shown = 0;
    for (let minute = 3; minute <= 120; minute += 3) {
      state = addPlay(state, 3 * MINUTE_MS);
      const nowMs = NOW_MS + minute * MINUTE_MS;
      const decision = decide(state, { placement: 'level-end', facts: { level: 3 } }, nowMs);
      if (!decision.show) continue;
      shown += 1;
      state = recordShown(state, decision.campaign, nowMs);
    }
    expect(shown).toBe(2);
  });
});

describe('docs/reference/placements.md', () => {
  const text = readFileSync(join(REPOSITORY, 'docs', 'reference', 'placements.md'), 'utf8');
  const schema = JSON.parse(formatSchemas().get('placements.schema.json') ?? '') as Field;

  test.each([
    ['field', wordsOf(schema)],
    ['fact of the engine', ENGINE_FACT_NAMES],
    ['operator', RULE_OPERATORS],
    ['reason', SKIP_REASONS],
    ['preset', PRESETS],
  ] as [string, readonly string[]][])('has every %s', (_, words) => {
    expect(words.length).toBeGreaterThan(2);
    expect(words.filter((word) => !text.includes(`\`${word}\``) && !text.includes(`{ ${word}`))).toEqual([]);
  });

  test('has the presets as they are', () => {
    for (const preset of PRESETS) {
      const { firstOfferAfter, cooldown, quietAfterDecline, caps, overall } = PACING[preset];
      const row = [`\`${preset}\``, firstOfferAfter, cooldown, quietAfterDecline, capsIn(caps), capsIn(overall)];
      expect(text).toContain(`| ${row.join(' | ')} |`);
    }
  });

  test('its examples are right', () => {
    const [file, patch] = [...text.matchAll(/```yaml\n([^]*?)```/g)].map(([, yaml]) => yaml!);
    expect(faultsOf(file!)).toEqual([]);
    expect(faultsOf(applyPatch('placements.yaml', file!, patch!))).toEqual([]);
  });
});

interface Field {
  readonly properties?: Readonly<Record<string, Field>>;
  readonly additionalProperties?: Field | boolean;
  readonly items?: Field;
  readonly anyOf?: readonly Field[];
}

/** Every word that a schema knows, all the way down. */
function wordsOf(field: Field): string[] {
  const below = [field.items, field.additionalProperties, ...(field.anyOf ?? [])].filter(
    (one) => typeof one === 'object',
  );
  const own = Object.entries(field.properties ?? {}).flatMap(([word, one]) => [word, ...wordsOf(one)]);
  return [...new Set([...own, ...below.flatMap(wordsOf)])];
}

const capsIn = ({ session, day, lifetime }: Caps): string => [session, day, lifetime].join(', ');
