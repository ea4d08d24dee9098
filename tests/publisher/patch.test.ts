/** Patches: what differs between two files in the file's own words, and put into a file without touching anything else. */
import { compileRule, patchText, ruleText, type PlacementsFile, type Rule } from '@coinslot/plugin/timing';
import { applyPatch, compilePlacements, FaultsError, readOffers } from '@coinslot/publisher';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { demoFile } from './lib/studio.ts';

const OFFERS = readOffers('offers.yaml', demoFile('offers.yaml'));
const DEMO = demoFile('placements.yaml');
const compiled = (text: string): PlacementsFile => compilePlacements('placements.yaml', text, OFFERS);
const patched = (patch: string, text = DEMO): string => applyPatch('placements.yaml', text, patch);

/** The lines that are other, as `-old` and `+new`. */
function difference(before: string, after: string): string[] {
  const [old, now] = [before.split('\n'), after.split('\n')];
  let from = 0;
  while (old[from] === now[from] && from < old.length) from++;
  let back = 0;
  while (back < Math.min(old.length, now.length) - from && old.at(-1 - back) === now.at(-1 - back)) back++;
  return [
    ...old.slice(from, old.length - back).map((line) => `-${line}`),
    ...now.slice(from, now.length - back).map((line) => `+${line}`),
  ];
}

const COMET = DEMO.slice(DEMO.indexOf('    when: level >= 2')).trimEnd().split('\n');

describe('a patch in the text', () => {
  test.each([
    ['a value', 'campaigns: [{ id: comet, cooldown: 4m }]', ['-    cooldown: 8m', '+    cooldown: 4m']],
    [
      'one cap of several',
      'campaigns: [{ id: comet, caps: { day: 3 } }]',
      ['-    caps: { session: 1, day: 1, lifetime: 8 }', '+    caps: { session: 1, day: 3, lifetime: 8 }'],
    ],
    [
      'a cap that was not there',
      'campaigns: [{ id: more-minutes, caps: { lifetime: none } }]',
      ['-    caps: { session: 2, day: 3 }', '+    caps: { session: 2, day: 3, lifetime: none }'],
    ],
    ['a field that was not there', 'campaigns: [{ id: comet, holdout: 10% }]', ['+    holdout: 10%']],
    ['a field between campaigns', 'campaigns: [{ id: the-night-goes-on, cooldown: 90s }]', ['+    cooldown: 90s']],
    [
      'a condition',
      'campaigns: [{ id: the-night-goes-on, when: "level == 3 or level == 5" }]',
      ['-    when: 3 <= level <= 5 and session.offers < 2', '+    when: level == 3 or level == 5'],
    ],
    ['a field taken away', 'campaigns: [{ id: comet, cooldown: null }]', ['-    cooldown: 8m']],
    ['one that was not there taken away', 'campaigns: [{ id: comet, holdout: null }]', []],
    ['the same again', 'campaigns: [{ id: comet, cooldown: 8m, caps: { session: 1 } }]', []],
    [
      'variants in place of an offer',
      'campaigns: [{ id: comet, variants: [{ offer: bonus }, { offer: thirty-minutes }] }]',
      [
        ...['-    offer: bonus', ...COMET.map((line) => `-${line}`)],
        ...COMET.map((line) => `+${line}`),
        '+    variants: [{ offer: bonus }, { offer: thirty-minutes }]',
      ],
    ],
    [
      'caps over all',
      'overall: { caps: { session: none } }',
      ['-  caps: { session: 3, day: 5 }', '+  caps: { session: none, day: 5 }'],
    ],
    [
      'a value with a comment behind it',
      'facts: { level: text }',
      [
        '-  level: number # the level that has just ended; the bonus night is 6',
        '+  level: text # the level that has just ended; the bonus night is 6',
      ],
    ],
    ['a placement', 'placements: { level-end: { duringPlay: true } }', ['+    duringPlay: true']],
    ['a new placement', 'placements: { boss-door: { on: breakpoint } }', ['+  boss-door: { on: breakpoint }']],
    [
      'another boundary',
      'placements: { minutes-over: { on: { level: end, number: 2 } } }',
      ['-    on: { grantEnded: play }', '+    on: { level: end, number: 2 }'],
    ],
    [
      'a new section',
      'expect: { firstOfferAfterMinutes: { min: 3 } }',
      ['+expect: { firstOfferAfterMinutes: { min: 3 } }'],
    ],
    [
      'a new campaign',
      'campaigns: [{ id: encore, placements: [level-end], offer: bonus, cooldown: 1h }]',
      ['+  - id: encore', '+    placements: [level-end]', '+    offer: bonus', '+    cooldown: 1h'],
    ],
  ] as [string, string, string[]][])('%s', (_, patch, lines) => {
    const after = patched(patch);
    expect(difference(DEMO, after)).toEqual(lines);
    if (!patch.includes('facts')) expect(() => compiled(after)).not.toThrow();
    expect(patched(patch, after), 'twice is once').toBe(after);
  });

  test('a campaign is taken out with its comment, and one blank line', () => {
    const after = patched('campaigns: [{ id: the-night-goes-on, remove: true }]');
    const from = DEMO.indexOf('  # After the rain garden');
    expect(after).toBe(DEMO.slice(0, from) + DEMO.slice(DEMO.indexOf('  # The bonus night')));
  });

  test('several at once, whatever moves', () => {
    const after = compiled(
      patched(`
campaigns:
  - { id: the-night-goes-on, remove: true }
  - { id: comet, cooldown: 1m }
  - { id: encore, placements: [level-end], offer: bonus }
  - { id: more-minutes, remove: true }
`),
    );
    expect(after.campaigns.map(({ id, cooldownMs }) => [id, cooldownMs])).toEqual([
      ['comet', 60_000],
      ['encore', 240_000],
    ]);
  });

  test.each([
    ['lines in place of a flow', 'campaigns:\n  - id: a\n    caps:\n      day: 1 # one\n', 'day: 2 # one'],
    [
      'a list in lines',
      'campaigns:\n- id: a # first\n  placements:\n  - x\n  - y\n  caps: {day: 1}\n',
      'placements: [z]\n  caps: {day: 2}',
    ],
    ['no line break at the end', 'campaigns:\n  - id: a\n    caps: { day: 1 }', 'caps: { day: 2 }'],
    ['nothing behind the name', 'campaigns:\n  - id: a\n    caps: # soon\n', 'caps: { day: 2 } # soon'],
    [
      'folded lines',
      'campaigns:\n  - id: a\n    placements: >-\n      x\n      y\n    caps: {}\n',
      'placements: [z]\n    caps: { day: 2 }',
    ],
  ])('%s', (_, text, expected) => {
    expect(patched('campaigns: [{ id: a, caps: { day: 2 }, placements: [z] }]', text)).toContain(expected);
  });

  test('a first campaign', () => {
    const after = patched(
      'campaigns: [{ id: a, placements: [level-end], offer: bonus }]',
      'campaigns: [] # none yet\n',
    );
    expect(after).toBe('campaigns:\n  - id: a\n    placements: [level-end]\n    offer: bonus # none yet\n');
  });

  test.each([
    [
      'campaigns: [{ id: commet, cooldown: 4m }]',
      '1:19: error: campaigns[0].id: no campaign "commet"\n  hint: did you mean "comet"?',
    ],
    [
      'campaigns: [{ id: comet, coldown: 4m }]',
      '1:26: error: campaigns[0].coldown: unknown word\n  hint: did you mean "cooldown"?',
    ],
    ['campaign: [{ id: comet }]', '1:1: error: campaign: unknown word\n  hint: did you mean "campaigns"?'],
    ['campaigns: { comet: { cooldown: 4m } }', '1:12: error: campaigns: expected a list'],
    ['campaigns: [comet]', '1:13: error: campaigns[0]: expected a campaign with its id'],
    ['comet', '1:1: error: expected a mapping such as: campaigns: [...]'],
    ['campaigns: [{ id: comet, cooldown: 4m', /not readable as YAML/],
  ] as [string, string | RegExp][])('refused: %s', (patch, message) => {
    const told = (): string => {
      try {
        return patched(patch);
      } catch (error) {
        if (!(error instanceof FaultsError)) throw error;
        return error.message.replace(/^the patch:/, '');
      }
    };
    if (typeof message === 'string') expect(told()).toBe(message);
    else expect(told()).toMatch(message);
  });

  test('a value behind an alias is left to its author', () => {
    const text = 'campaigns:\n  - &one { id: a, cooldown: 4m }\n  - { id: b, caps: *one }\n';
    expect(() => patched('campaigns: [{ id: b, caps: { day: 2 } }]', text)).toThrow(/behind what is no mapping/);
  });

  test.each([
    ['a value', '{ id: a, cooldown: 8m }'],
    ['a value within', '{ id: a, caps: { session: 5 } }'],
    ['a value taken away', '{ id: a, cooldown: null }'],
    ['a campaign taken out', '{ id: a, remove: true }'],
  ])('%s that others share by an alias is left to its author: it would change for them too', (_, campaign) => {
    const text = `campaigns:
  - id: a
    cooldown: &pause 4m
    caps: &caps { session: 2 }
  - id: b
    cooldown: *pause
    caps: *caps
`;
    expect(() => patched(`campaigns: [${campaign}]`, text)).toThrow(/has to be edited by hand/);
  });
});

describe('what differs, in the file’s words', () => {
  test('only what changed', () => {
    const before = compiled(DEMO);
    const campaigns = before.campaigns.map((one) =>
      one.id === 'comet' ? { ...one, cooldownMs: 240_000, delayMs: 90_000, caps: { ...one.caps, session: 2 } } : one,
    );
    expect(patchText(before, { ...before, campaigns })).toBe(`campaigns:
  - id: comet
    delay: 90s
    cooldown: 4m
    caps: { session: 2 }
`);
    expect(patchText(before, before)).toBe('');
  });

  test('there and back: the patch of two files makes one of the other', () => {
    const duration = fc.constantFrom('0s', '90s', '4m', '1h30m', '2d', '250ms', '1d2h3m4s5ms', '130s');
    const cap = fc.constantFrom(1, 3, 'none');
    const campaign = fc.record(
      {
        placements: fc.constantFrom(['level-end'], ['level-end', 'minutes-over']),
        offer: fc.constantFrom('bonus', 'level-3'),
        variants: fc.constantFrom(
          [{ offer: 'bonus' }, { id: 'b', offer: 'level-3', weight: 3 }],
          [{ id: 'true', offer: 'bonus' }],
        ),
        when: fc.constantFrom(true, 'level == 3', 'level in [1, -2.5] or not (level > 3 and session.offers < 2)', {
          '>=': [{ var: 'level' }, null],
        }),
        delay: duration,
        firstOfferAfter: duration,
        cooldown: duration,
        quietAfterDecline: duration,
        caps: fc.record({ session: cap, day: cap, lifetime: cap }, { requiredKeys: [] }),
        afterDecline: fc.constantFrom('menu', 'retry-point'),
        priority: fc.integer({ min: -5, max: 5 }),
        holdout: fc.constantFrom('10%', '12.3456%', '0.07%'),
        start: fc.constantFrom('2026-12-01', '2026-12-01T18:00:00Z'),
        end: fc.constantFrom('2026-12-31', '2027-01-31T18:00:00Z'),
      },
      { requiredKeys: [] },
    );
    const selectors = fc.constantFrom(
      ...['breakpoint', { scene: "L'Étage", event: 'wake' }, { scene: 'off' }, { level: 'end', number: 3 }],
      ...[{ level: 'start' }, { every: '90s' }, { grantEnded: 'play' }],
    );
    const patches = fc.record({
      comet: campaign,
      more: campaign,
      gone: fc.boolean(),
      added: fc.option(selectors),
      covers: fc.constantFrom(null, { play: ['level-4'], bonus: ['x', 'y'] }),
      overall: fc.constantFrom({ caps: { session: 'none' } }, {}),
    });
    const written = patches.map(({ comet, more, gone, added, ...rest }) => ({
      ...rest,
      placements: added === null ? {} : { 'added.one': { on: added, duringPlay: true } },
      campaigns: [
        { id: 'comet', ...oneForm(comet) },
        { id: 'more-minutes', ...oneForm(more) },
        ...(gone ? [{ id: 'the-night-goes-on', remove: true }] : []),
        { id: 'encore', ...oneForm({ offer: 'bonus', placements: ['level-end'], ...more }) },
      ],
    }));
    fc.assert(
      fc.property(written, (one) => {
        const after = patched(JSON.stringify(one));
        const [a, b] = [compiled(DEMO), compiled(after)];
        expect(compiled(patched(patchText(a, b)))).toEqual(b);
        // Campaigns that come back stand at the end.
        const back = compiled(patched(patchText(b, a), after));
        const byId = (file: PlacementsFile) => [...file.campaigns].sort((x, y) => x.id.localeCompare(y.id));
        expect({ ...back, campaigns: byId(back) }).toEqual({ ...a, campaigns: byId(a) });
      }),
      { numRuns: 12 },
    );
  });
});

/** A campaign has an offer or variants. */
const oneForm = (campaign: object): object =>
  'variants' in campaign && 'offer' in campaign
    ? Object.fromEntries(Object.entries(campaign).filter(([name]) => name !== 'variants'))
    : campaign;

describe('conditions as text', () => {
  const withCondition = (when: string): string =>
    `game: demo-game
facts: { level: number, lives: number, boss: text, hard: boolean }
placements: { a: { on: breakpoint } }
campaigns:
  - { id: one, placements: [a], offer: bonus, when: ${JSON.stringify(when)} }`;
  const read = (when: string): Rule => compiled(withCondition(when)).campaigns[0]!.when;

  test.each([
    [{ '!': { var: 'hard' } }, 'not hard'],
    [{ and: [{ var: 'hard' }] }, 'hard'],
    [{ '>': [{ '+': [1, { var: 'level' }, 2] }, 3] }, '1 + level + 2 > 3'],
    [{ '==': [{ var: 'boss' }, "the moth's"] }, 'boss == "the moth\'s"'],
    [{ '==': [{ var: 'boss' }, `both ' and "`] }, `{"==":[{"var":"boss"},"both ' and \\""]}`],
    [{ '==': [{ var: 'boss' }, null] }, '{"==":[{"var":"boss"},null]}'],
    [{ '<': [1e21, { var: 'level' }] }, '{"<":[1e+21,{"var":"level"}]}'],
    [{ '+': [{ var: 'level' }] }, '{"+":[{"var":"level"}]}'],
  ] as [Rule, string][])('%j', (rule, text) => {
    expect(ruleText(rule)).toBe(text);
  });

  test('what is written is read back as the same condition', () => {
    const number = fc.oneof(fc.integer({ min: -9, max: 99 }), fc.constantFrom(0.5, { var: 'level' }, { var: 'lives' }));
    const { truth } = fc.letrec((tie) => {
      const sum = tie('sum') as fc.Arbitrary<Rule>;
      const any = tie('truth') as fc.Arbitrary<Rule>;
      const pair = (operators: readonly string[], operand: fc.Arbitrary<Rule>) =>
        fc
          .tuple(fc.constantFrom(...operators), operand, operand)
          .map(([operator, a, b]): Rule => ({ [operator]: [a, b] }));
      const several = fc.array(any, { minLength: 2, maxLength: 3 });
      return {
        sum: fc.oneof(
          { maxDepth: 2 },
          number as fc.Arbitrary<Rule>,
          pair(['+', '-', '*', '/', '%'], sum),
          fc.tuple(sum, sum).map(([a, b]): Rule => ({ max: [a, b] })),
        ),
        truth: fc.oneof(
          { maxDepth: 3 },
          fc.constant<Rule>({ var: 'hard' }),
          pair(['==', '!=', '<', '<=', '>', '>='], sum),
          fc.tuple(sum, sum, sum).map(([a, b, c]): Rule => ({ '<=': [a, b, c] })),
          fc.constant<Rule>({ in: [{ var: 'boss' }, ['moth', "the frog's"]] }),
          any.map((one): Rule => ({ '!': [one] })),
          several.map((all): Rule => ({ and: all })),
          several.map((all): Rule => ({ or: all })),
        ),
      };
    });
    fc.assert(
      fc.property(truth, (rule) => {
        const text = ruleText(rule);
        if (text.length <= 1000 && isWithinBounds(rule)) expect(read(text)).toEqual(rule);
      }),
      { numRuns: 120 },
    );
  });
});

function isWithinBounds(rule: Rule): boolean {
  try {
    compileRule(rule);
    return true;
  } catch {
    return false;
  }
}
