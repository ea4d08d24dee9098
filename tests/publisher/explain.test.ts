/** `coinslot placements explain`: the answer of the engine for a state that somebody asks about; and its neighbours as commands. */
import {
  compilePlacements,
  explainPlacement,
  explanationLines,
  readOffers,
  stateOf,
  type AskedState,
} from '@coinslot/publisher';
import { SKIP_REASONS } from '@coinslot/plugin/timing';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { demoFile, Studio } from './lib/studio.ts';

const OFFERS = readOffers('offers.yaml', demoFile('offers.yaml'));
const FILE = compilePlacements('placements.yaml', demoFile('placements.yaml'), OFFERS);
const MINUTE_MS = 60_000;
const NOW_MS = Date.UTC(2026, 5, 1, 12);

const explained = (asked: AskedState, facts = { level: 3 }) =>
  explainPlacement(FILE, 'level-end', facts, stateOf(asked, NOW_MS), NOW_MS);

/** Everything that a person can say of a player decides something. */
test.each([
  ['a new player', {}, 'first-session-grace'],
  ['after play', { playedMs: 12 * MINUTE_MS }, 'the-night-goes-on'],
  ['during play', { playedMs: 12 * MINUTE_MS, playing: true }, 'not-at-boundary'],
  ['a dialog', { playedMs: 12 * MINUTE_MS, dialogOpen: true }, 'overlay-busy'],
  ['owned', { playedMs: 12 * MINUTE_MS, owned: ['play', 'bonus'] }, 'already-entitled'],
  ['play of older sessions', { playedMs: 12 * MINUTE_MS, sessionPlayedMs: 0 }, 'no-rule-match', 2],
  ['an offer a while ago', { playedMs: 12 * MINUTE_MS, shownAgoMs: 5 * MINUTE_MS }, 'the-night-goes-on'],
  ['an offer just now', { playedMs: 12 * MINUTE_MS, shownAgoMs: 3 * MINUTE_MS }, 'cooldown'],
  ['one decline, long ago', { playedMs: 12 * MINUTE_MS, declines: 1 }, 'comet', 2],
  ['two declines, long ago', { playedMs: 12 * MINUTE_MS, declines: 2 }, 'no-rule-match', 2],
  ['a decline just now', { playedMs: 12 * MINUTE_MS, declinedAgoMs: MINUTE_MS }, 'recently-declined'],
  ['shown by the campaign', { playedMs: 12 * MINUTE_MS, shownOf: { 'the-night-goes-on': 1, comet: 1 } }, 'session-cap'],
  ['three shown', { playedMs: 12 * MINUTE_MS, shown: 3 }, 'session-cap'],
  ['no card, no wallet', { playedMs: 12 * MINUTE_MS, wallet: 'absent' }, 'wallet-absent'],
] as [string, AskedState, string, number?][])('%s: %s', (_, asked, expected, level = 3) => {
  const { outcome } = explained(asked, { level });
  expect(outcome.show ? outcome.campaign : outcome.reason).toBe(expected);
});

test('the player’s day counts whole days, and purchases and sessions count', () => {
  const state = stateOf({ day: 3, sessions: 5, purchases: 2, seed: 'x' }, NOW_MS);
  expect(state).toMatchObject({ firstSessionAtMs: NOW_MS - 2 * 86_400_000, sessions: 5, accepted: 2, seed: 'x' });
});

test('every check of every campaign, with the values met', () => {
  const { campaigns } = explained({ playedMs: 12 * MINUTE_MS, declines: 2, shownAgoMs: 3 * MINUTE_MS });
  expect(campaigns.map(({ campaign }) => campaign)).toEqual(['the-night-goes-on', 'comet']);
  for (const { checks } of campaigns)
    expect(checks.map(({ reason }) => reason).sort()).toEqual(
      SKIP_REASONS.filter((one) => one !== 'no-placement').sort(),
    );
});

test('as a table', () => {
  const lines = explanationLines(explained({ playedMs: 12 * MINUTE_MS, shownAgoMs: 3 * MINUTE_MS, wallet: 'absent' }));
  expect(lines.slice(0, 18).join('\n')).toMatchInlineSnapshot(`
    "level-end, level 3: no offer (cooldown)

    the-night-goes-on does not ask: cooldown, wallet-absent
      when 3 <= level <= 5 and session.offers < 2
      ✓ not-at-boundary      playing: no, during play allowed: no
      ✓ overlay-busy         dialog open: no
      ✓ no-rule-match        level: 3, session.offers: 1, running: yes
      ✓ already-entitled     target: play
      ✓ holdout              share: 0
      ✓ first-session-grace  minutes played: 12, at least: 3
      ✓ recently-declined    minutes since: never, at least: 15
      ✗ cooldown             minutes since: 3, at least: 4
      ✓ session-cap          of this campaign: 0, its cap: 1, over all: 1, overall cap: 3
      ✓ day-cap              of this campaign: 0, its cap: 2, over all: 1, overall cap: 5
      ✓ lifetime-cap         of this campaign: 0, its cap: 40, over all: 1, overall cap: 120
      ✓ payments-off         wallet: absent
      ✓ wallet-permission    wallet: absent
      ✗ wallet-absent        wallet: absent"
  `);
});

test('as a table, where an offer appears and another campaign goes first', () => {
  const lines = explanationLines(explained({ playedMs: 12 * MINUTE_MS }));
  expect(lines.filter((line) => /^\S/.test(line))).toEqual([
    'level-end, level 3: thirty-minutes is offered by the-night-goes-on after 0.8 seconds',
    'the-night-goes-on asks',
    'comet could ask, but another goes first',
  ]);
});

test('a fact that was not given is said', () => {
  const { missing, outcome } = explainPlacement(
    FILE,
    'level-end',
    {},
    stateOf({ playedMs: 12 * MINUTE_MS }, NOW_MS),
    NOW_MS,
  );
  expect({ missing, outcome }).toEqual({ missing: ['level'], outcome: { show: false, reason: 'no-rule-match' } });
});

describe('as commands', () => {
  const studio = new Studio();
  beforeAll(() => studio.takeDemoFiles());
  afterAll(() => studio.remove());

  test('check wants the compiled file fresh; compile makes it so', () => {
    expect(studio.run('placements', 'check').stderr).toBe(
      'placements.json:1:1: error: there is no such file\n  hint: compile it: coinslot placements compile\n',
    );
    studio.run('placements', 'compile');
    expect(studio.run('placements', 'check')).toEqual({
      status: 0,
      stdout: 'ok: 2 placements, 3 campaigns, no guard-rails\n',
      stderr: '',
    });
  });

  test('a patch is put in, comments stay, and check wants to be compiled again', () => {
    studio.write(
      'tweak.yaml',
      'campaigns:\n  - id: comet\n    cooldown: 4m\nexpect:\n  firstOfferAfterMinutes: { min: 3 }\n',
    );
    expect(studio.run('placements', 'patch', 'tweak.yaml')).toMatchObject({ status: 0, stderr: '' });
    expect(studio.read('placements.yaml').toString()).toContain('# The bonus night, for players');
    const { status, stderr } = studio.run('placements', 'check');
    expect({ status, stderr }).toEqual({
      status: 1,
      stderr:
        'placements.json:1:1: error: is not what placements.yaml says\n  hint: compile it: coinslot placements compile\n',
    });
  });

  test('a patch that makes faults is not put in', () => {
    const before = studio.read('placements.yaml');
    studio.write(
      'wrong.yaml',
      'campaigns:\n  - { id: comet, offer: bonnus }\nexpect: { ofersPerHour: { p95: { max: 4 } } }\n',
    );
    const { status, stderr } = studio.run('placements', 'patch', 'wrong.yaml');
    expect({ status, stderr }).toEqual({
      status: 1,
      stderr:
        'placements.yaml:57:47: error: expect.ofersPerHour: unknown word\n  hint: did you mean "offersPerHour"?\n',
    });
    expect(studio.read('placements.yaml').equals(before)).toBe(true);
  });

  test('explain takes the state as options', () => {
    const asked = ['--played', '12m', '--declines', '2', '--shown-ago', '3m', '--wallet', 'absent', '--day', '3'];
    const { status, stdout } = studio.run(
      'placements',
      'explain',
      'level-end',
      '--fact',
      'level=3',
      '--json',
      ...asked,
    );
    expect(status).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({
      placement: 'level-end',
      facts: { level: 3 },
      outcome: { show: false, reason: 'cooldown' },
      missing: [],
    });
  });

  test.each([
    [['level-ends'], 'error: no placement "level-ends"\nhint: did you mean "level-end"?\n'],
    [['level-end', '--fact', 'level=three'], 'error: --fact level=three: level is a number\n'],
  ])('explain %j', (args, stderr) => {
    expect(studio.run('placements', 'explain', ...args)).toEqual({ status: 1, stdout: '', stderr });
  });

  test('summary', () => {
    const { status, stdout } = studio.run('placements', 'summary');
    expect(status).toBe(0);
    expect(stdout).toContain('\n\ncomet: At the breakpoint level-end, if level is at least 2,');
    expect(stdout).toContain('Guard-rails: no player is asked in the first 3 minutes of play.\n');
  });
});
