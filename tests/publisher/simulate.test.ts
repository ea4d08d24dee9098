/** The simulator: the same players everywhere, the game's own engine, the payer's guard, and guard-rails that break the build. */
import { readFileSync } from 'node:fs';
import { fileHash, readRecording, replay, type PlacementsFile } from '@coinslot/plugin/timing';
import {
  compileDesign,
  PRESET_GUARD,
  PRESET_PERSONAS,
  readOffers,
  readPersonas,
  reportHtml,
  simulate,
  tracePlayer,
  type Persona,
  type SimulationInput,
  type SimulationResult,
} from '@coinslot/publisher';
import { NO_FAIRNESS, PRESET_FAIRNESS } from '@coinslot/wallet';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { demoFile, Studio } from './lib/studio.ts';

const FROM_MS = Date.UTC(2027, 0, 4);
const offers = readOffers('offers.yaml', demoFile('offers.yaml'));
const demo = compileDesign('placements.yaml', demoFile('placements.yaml'), offers);

const input = (more: Partial<SimulationInput> = {}): SimulationInput => ({
  ...{ file: demo.placements, offers: offers.offers, fromMs: FROM_MS, players: 150, days: 14 },
  ...more,
});

/** The placements file from other text. */
const design = (change: (text: string) => string) =>
  compileDesign('placements.yaml', change(demoFile('placements.yaml')), offers);

/** Everything that was found, without what cannot be compared. */
const plain = ({ tally, figures, personas, broken }: SimulationResult): unknown => ({
  ...{ tally, broken, never: figures.shareNeverAsked },
  hours: [10, 50, 90, 99].map((one) => figures.offersPerHour.at(one)),
  personas: personas.map((one) => [one.name, one.players, one.sessions, one.playedHours]),
});

describe('the same players everywhere', () => {
  test('whatever the number of threads', async () => {
    const alone = await simulate(input({ players: 510, days: 5, workers: 1 }));
    const together = await simulate(input({ players: 510, days: 5, workers: 3 }));
    expect(plain(together)).toEqual(plain(alone));
  });

  test('pinned: the same on every machine, to the last bit', async () => {
    const { tally, figures } = await simulate(input({ players: 200, seed: 'pinned' }));
    const playedMs = tally.players.reduce((sum, one) => sum + one.playedMs, 0);
    expect([tally.decisions, playedMs, tally.accepted, figures.offersPerHour.at(50)]).toMatchInlineSnapshot(`
      [
        20229,
        4662602089,
        78,
        {
          "player": 171,
          "value": 1.5595632287221641,
        },
      ]
    `);
  });

  test('another seed, other players; a player does not depend on how many there are', async () => {
    const few = await simulate(input({ players: 50 }));
    const many = await simulate(input({ players: 100 }));
    const other = await simulate(input({ players: 50, seed: 'other' }));
    expect(many.tally.players.slice(0, 50)).toEqual(few.tally.players);
    expect(other.tally.players).not.toEqual(few.tally.players);
  });
});

describe('who plays', () => {
  const one = (more: Partial<Persona>): readonly Persona[] => [{ ...PRESET_PERSONAS[1]!, ...more }];

  test('more willing players buy more, and who has no wallet is never asked', async () => {
    const shy = await simulate(input({ personas: one({ buys: 0.02 }) }));
    const eager = await simulate(input({ personas: one({ buys: 0.5 }) }));
    expect(eager.tally.accepted).toBeGreaterThan(3 * shy.tally.accepted);
    const without = await simulate(input({ personas: one({ walletReady: 0, paymentsOff: 0 }) }));
    expect(without.figures.shareNeverAsked).toBe(1);
    const reasons = without.tally.skips.get('level-end comet')!;
    expect(reasons.get('wallet-absent')).toBeGreaterThan(0);
  });

  test('shares, spread and days are as the persona says', async () => {
    const personas = one({ sessionMinutes: { median: 20, spread: 1 }, daysUntilLeaving: 5, sessionsPerDay: 1 });
    const { tally } = await simulate(input({ personas, days: 60, players: 500 }));
    const days = tally.players.reduce((sum, player) => sum + player.days, 0) / 500;
    // Of five days on average, the first is always played on and one in e of the others is not.
    expect(days).toBeGreaterThan(1 + 4 * (1 - Math.exp(-1)) - 0.5);
    expect(days).toBeLessThan(1 + 4 * (1 - Math.exp(-1)) + 0.5);
    const { personas: five } = await simulate(input({ players: 500 }));
    const shares = five.map((persona) => persona.players / 500);
    PRESET_PERSONAS.forEach((persona, i) => expect(Math.abs(shares[i]! - persona.share / 100)).toBeLessThan(0.06));
  });

  test('a no makes the next yes less likely', async () => {
    const patient = await simulate(input({ personas: one({ buys: 0.3, secondAsk: 1 }) }));
    const sour = await simulate(input({ personas: one({ buys: 0.3, secondAsk: 0.1 }) }));
    const rate = ({ tally }: SimulationResult): number => tally.accepted / (tally.accepted + tally.declined);
    expect(rate(patient)).toBeGreaterThan(0.25);
    expect(rate(sour)).toBeLessThan(rate(patient) / 1.5);
  });

  test('personas.yaml changes presets, makes others, and says what the game is', () => {
    const file = readPersonas(
      'personas.yaml',
      'game: { levels: 9, moments: { level-end: failure } }\npersonas:\n  rusher: { share: 40, buys: 8% }\n  collector: { like: explorer, sessionMinutes: { median: 60 } }\n',
      demo.placements,
    );
    expect(file.game).toEqual({ levels: 9, moments: { 'level-end': 'failure' } });
    expect(file.personas).toEqual([
      { ...PRESET_PERSONAS[0], share: 40, buys: 0.08 },
      { ...PRESET_PERSONAS[1], name: 'collector', sessionMinutes: { median: 60, spread: 1.7 } },
    ]);
  });

  test.each([
    [
      'personas: { rushr: {} }',
      'personas.yaml:1:20: error: personas.rushr: no preset "rushr"\n  hint: did you mean "rusher"?',
    ],
    [
      'personas: { rusher: { buys: 8 } }',
      'personas.yaml:1:29: error: personas.rusher.buys: expected text, found a number',
    ],
    [
      'personas: { rusher: { bys: 8% } }',
      'personas.yaml:1:23: error: personas.rusher.bys: unknown word\n  hint: did you mean "buys"?',
    ],
    [
      'game: { moments: { levl-end: never } }',
      'personas.yaml:1:20: error: game.moments.levl-end: no such placement\n  hint: did you mean "level-end"?',
    ],
    [
      'personas: { rusher: { walletReady: 90%, paymentsOff: 20% } }',
      'personas.yaml:1:21: error: personas.rusher: walletReady and paymentsOff are more than 100% together',
    ],
    ['personas: {}', 'personas.yaml:1:11: error: personas: nobody plays'],
  ])('%s', (text, fault) => {
    expect(() => readPersonas('personas.yaml', text, demo.placements)).toThrow(fault);
  });
});

describe('the engine is the game’s', () => {
  test('every session of a traced player replays exactly, under all kinds of rules', () => {
    for (const file of [demo.placements, everything()]) {
      for (let index = 0; index < 40; index++) {
        const { recordings } = tracePlayer(input({ file, days: 10 }), index);
        for (const text of recordings) {
          const recording = readRecording(text);
          expect(recording.header.file).toBe(fileHash(file));
          const { boundaries, isSame } = replay(recording, file);
          expect(isSame).toBe(true);
          expect(boundaries.map((one) => one.replayed)).toEqual(boundaries.map((one) => one.recorded));
        }
      }
    }
  });

  test('without the shortcut of the same file too: what these rules make of the recording is what they did', () => {
    const file = everything();
    let boundariesSeen = 0;
    for (let index = 0; index < 40; index++) {
      for (const text of tracePlayer(input({ file, days: 10 }), index).recordings) {
        const recording = readRecording(text);
        const unnamed = { ...recording, header: { ...recording.header, file: '00000000' } };
        const { boundaries, isSame } = replay(unnamed, file);
        expect(isSame).toBe(false);
        expect(boundaries.map((one) => one.replayed)).toEqual(boundaries.map((one) => one.recorded));
        boundariesSeen += boundaries.length;
      }
    }
    expect(boundariesSeen).toBeGreaterThan(1_000);
  });

  /** Every kind of boundary, variants, holdouts, and minutes that run out. */
  function everything(): PlacementsFile {
    const { placements } = design((text) =>
      text
        .replace(
          'placements:\n',
          'placements:\n  often: { on: { every: 4m }, duringPlay: true }\n  seldom: { on: { every: 15m } }\n  begun: { on: { level: start } }\n  third: { on: { level: end, number: 3 } }\n  last-look: { on: breakpoint }\n',
        )
        .replace(
          'campaigns:\n',
          'campaigns:\n  - { id: a, placements: [often, begun], holdout: 30%, variants: [{ offer: bonus }, { offer: thirty-minutes, weight: 3 }], cooldown: 3m, delay: 2s, quietAfterDecline: 5m, firstOfferAfter: 1m }\n  - { id: b, placements: [seldom, third, last-look, level-end], offer: thirty-minutes, priority: 3, cooldown: 6m, quietAfterDecline: 2m }\n',
        ),
    );
    return placements;
  }
});

describe('the payer’s guard', () => {
  test('starts with the wallet’s presets', () => {
    expect(PRESET_GUARD).toEqual(PRESET_FAIRNESS);
  });

  test('holds back what the file would ask, and what it held back was not shown', async () => {
    const { placements: file } = design((text) =>
      text.replaceAll(/cooldown: \w+/g, 'cooldown: 0s').replaceAll(/quietAfterDecline: \w+/g, 'quietAfterDecline: 0s'),
    );
    const guard = { minBetweenOffersMs: 1_800_000, quietAfterDeclineMs: 3_600_000, quietAfterLossMs: 60_000 };
    const free = await simulate(input({ file, guard: NO_FAIRNESS }));
    const guarded = await simulate(input({ file, guard }));
    expect(free.tally.held.size).toBe(0);
    expect([...guarded.tally.held.keys()].sort()).toEqual(
      ['after-loss', 'quiet-after-decline', 'too-soon'].filter((one) => guarded.tally.held.has(one as never)),
    );
    expect(guarded.tally.held.get('quiet-after-decline')).toBeGreaterThan(0);
    const shown = ({ tally }: SimulationResult): number =>
      [...tally.funnel.values()].reduce((sum, one) => sum + one.shown, 0);
    expect(shown(guarded)).toBeLessThan(shown(free));
    for (const step of guarded.tally.funnel.values()) expect(step.due).toBe(step.shown + step.heldBack);
  });
});

describe('what is counted', () => {
  test('adds up', async () => {
    const { tally, figures, personas } = await simulate(input());
    const steps = [...tally.funnel.values()];
    const shown = steps.reduce((sum, one) => sum + one.shown, 0);
    expect(shown).toBe(tally.accepted + tally.declined);
    expect(tally.players.reduce((sum, one) => sum + one.offers, 0)).toBe(shown);
    expect(tally.days.reduce((sum, day) => sum + day.offers, 0)).toBe(shown);
    expect([...tally.perSession].reduce((sum, [value, { times }]) => sum + value * times, 0)).toBe(shown);
    for (const [currency, counted] of tally.perDay) {
      const byDay = [...counted].reduce((sum, [minor, { times }]) => sum + minor * times, 0);
      expect(byDay).toBe(tally.spend.get(currency)!.reduce((sum, minor) => sum + minor, 0));
    }
    expect(personas.reduce((sum, one) => sum + one.players, 0)).toBe(150);
    expect(figures.offersPerHour.count).toBe(150);
    expect([...tally.boundaries.values()].reduce((sum, one) => sum + one, 0)).toBe(tally.decisions);
  });

  test('percentiles are by nearest rank: values that somebody had', async () => {
    const { figures, tally } = await simulate(input({ players: 100 }));
    const sorted = tally.players.map((one) => one.offers / Math.max(1, one.playedMs / 3_600_000)).sort((a, b) => a - b);
    for (const percentile of [1, 10, 50, 90, 99, 100])
      expect(figures.offersPerHour.at(percentile)?.value).toBe(sorted[percentile - 1]);
  });

  test('what the model never reaches, and facts that nobody passes, are told', async () => {
    const { placements: file } = design((text) =>
      text
        .replace('placements:\n', 'placements:\n  shop: { on: { scene: Shop } }\n')
        .replace('level: number', 'level: number\n  stars: number')
        .replace('when: 3 <= level', 'when: stars > 1 and 3 <= level'),
    );
    const { game } = await simulate(input({ file, players: 10 }));
    expect(game.unreached).toEqual(['shop']);
    expect(game.told).toContain('nobody passes the fact "stars": conditions on it see nothing');
  });

  test.each([
    ['players', 0],
    ['days', 1_000],
    ['workers', 1.5],
  ])('%s %d is refused', async (name, value) => {
    await expect(simulate(input({ [name]: value }))).rejects.toThrow(`${name}: expected a whole number`);
  });
});

describe('guard-rails', () => {
  const withExpect = (expectations: string) => design((text) => `${text}\nexpect:\n${expectations}`);

  test('every kind that is broken is told in the order of the file, with a player who does it again', async () => {
    const { placements: file, expectations } =
      withExpect(`  offersPerHour: { p50: { max: 0.1, min: 0 }, p90: { min: 100 } }
  offersPerSession: { p99: { max: 0 } }
  firstOfferAfterMinutes: { min: 30 }
  spendPerDay: { p99: { max: 0.10 EUR } }
  shareNeverAsked: { min: 99% }
`);
    const { broken } = await simulate(input({ file, expectations }));
    expect(broken.map((one) => one.expectation)).toEqual(
      expectations.filter((one) => one.value !== 0 || one.bound === 'max'),
    );
    for (const { expectation, player, persona, minute, found } of broken) {
      const traced = tracePlayer(input({ file }), player!);
      expect(traced.persona).toBe(persona);
      expect(minute).toBeLessThanOrEqual(traced.moments.at(-1)!.playedMs / 60_000);
      if (expectation.metric !== 'firstOfferAfterMinutes') continue;
      const first = traced.moments.find(({ event }) => event.kind === 'shown' && event.campaign !== null)!;
      expect(found).toBe(first.playedMs / 60_000);
      expect(minute).toBe(Math.floor(found));
    }
  });

  test('a share is of the first player on the wrong side', async () => {
    const { placements: file, expectations } = withExpect('  shareNeverAsked: { max: 1% }\n');
    const { broken, tally } = await simulate(input({ file, expectations }));
    expect(tally.players[broken[0]!.player!]!.firstOfferMs).toBeNull();
  });

  test('that hold are not told', async () => {
    const { placements: file, expectations } = withExpect(
      '  offersPerHour: { p95: { max: 20 } }\n  firstOfferAfterMinutes: { min: 1 }\n  spendPerDay: { p90: { max: 30.00 EUR } }\n',
    );
    expect((await simulate(input({ file, expectations }))).broken).toEqual([]);
  });
});

describe('the report', () => {
  test('is one page that loads nothing, and names what repeats it', async () => {
    const { placements: file, expectations } = design(
      (text) => `${text}\nexpect:\n  offersPerHour: { p50: { max: 0.1 } }\n`,
    );
    const result = await simulate(input({ file, expectations, seed: '<b>&' }));
    const html = reportHtml(result, expectations, 'coinslot placements simulate --seed <b>');
    expect(html).not.toMatch(/<script|https?:\/\/|<b>&|seed <b>/);
    expect(html).toContain(result.file);
    expect(html).toContain('<li class="broken"><b>expect.offersPerHour.p50.max</b>: found ');
    expect(html.match(/<svg /g)!.length).toBeGreaterThan(8);
    expect(html).not.toMatch(/NaN|Infinity|undefined/);
  });

  test('of nobody who was asked has no holes', async () => {
    const personas = [{ ...PRESET_PERSONAS[0]!, walletReady: 0, paymentsOff: 0 }];
    const result = await simulate(input({ personas, players: 5 }));
    expect(reportHtml(result, [], 'again')).not.toMatch(/NaN|Infinity|undefined/);
  });
});

describe('coinslot placements simulate', () => {
  const studio = new Studio();
  const few = ['--players', '60', '--days', '7', '--from', '2027-01-04', '--workers', '1'];
  beforeAll(() => studio.takeDemoFiles());
  afterAll(() => studio.remove());

  test('prints figures, writes the page, and exits with 0 when the guard-rails hold', () => {
    studio.write('placements.yaml', `${demoFile('placements.yaml')}\nexpect:\n  offersPerHour: { p95: { max: 20 } }\n`);
    const { status, stdout, stderr } = studio.run('placements', 'simulate', ...few, '--html', 'report.html');
    expect(stderr).toBe('');
    expect(status).toBe(0);
    expect(stdout).toMatch(/^offers an hour of play +60 players( +\d+\.\d){6}$/m);
    expect(stdout).toContain(
      'again: coinslot placements simulate --players 60 --days 7 --seed coinslot --from 2027-01-04\n',
    );
    expect(stdout).toContain('all 1 guard-rails hold');
    expect(readFileSync(studio.path('report.html'), 'utf8')).toMatch(/^<!doctype html>/);
  });

  test('a broken guard-rail exits with 1 and names place, rule, player and minute; the player can be had as recordings', () => {
    studio.write(
      'placements.yaml',
      `${demoFile('placements.yaml')}\nexpect:\n  offersPerHour: { p90: { max: 0.5 } }\n`,
    );
    const { status, stderr } = studio.run('placements', 'simulate', ...few);
    expect(status).toBe(1);
    expect(stderr).toMatch(
      /^placements\.yaml:\d+:32: error: expect\.offersPerHour\.p90\.max: found \d+\.\d\d offers an hour, at most 0\.50 offers an hour allowed: player \d+ \(\w+\), minute \d+ of play\n {2}hint: coinslot placements simulate .* --player \d+\n$/,
    );
    const player = /player (\d+)/.exec(stderr)![1]!;
    const traced = studio.run('placements', 'simulate', ...few, '--player', player);
    expect(traced.stdout).toMatch(new RegExp(`^player ${player} is a \\w+: \\d+ sessions?$`, 'm'));
    const first = studio.path(`recordings/player-${player}-session-1.jsonl`);
    expect(readRecording(readFileSync(first, 'utf8')).header.game).toBe('demo-game');

    const same = studio.run('placements', 'replay', first, '--expect-same');
    expect([same.status, same.stderr]).toEqual([0, '']);
    expect(same.stdout).toContain('nothing differs under placements.yaml');
    studio.write('none.yaml', demoFile('placements.yaml').replaceAll(/when: .*/g, 'when: false'));
    const other = studio.run('placements', 'replay', first, '--against', 'none.yaml', '--expect-same');
    expect(other.status).toBe(1);
    expect(other.stdout).toMatch(/^\* +\d+:\d\d +level-end +level \d +shows .* +no-rule-match$/m);

    // As a studio collects them from its players: many sessions in a file, of which one is broken.
    const one = readFileSync(first, 'utf8');
    studio.write('many.jsonl', `${one}{"kind":"session"}\n${one}`);
    const results = studio.run('placements', 'results', 'many.jsonl');
    expect([results.status, results.stderr]).toEqual([
      0,
      `warning: many.jsonl:${one.split('\n').length}: not the first line of a recording of version 1\n`,
    ]);
    expect(results.stdout).toMatch(/^2 recorded sessions$/m);
  });

  test('what is no recording is a fault at its line', () => {
    studio.write('broken.jsonl', '{"v":1}\n');
    const { status, stderr } = studio.run('placements', 'replay', 'broken.jsonl');
    expect([status, stderr]).toEqual([
      1,
      'broken.jsonl:1:1: error: not a recording: not the first line of a recording of version 1\n',
    ]);
  });
});
