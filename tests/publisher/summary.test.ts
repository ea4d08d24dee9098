/** The summary: every field of the file in words, and words that say what the engine does. */
import { applyPatch, compileDesign, readOffers, summarize } from '@coinslot/publisher';
import { describe, expect, test } from 'vitest';
import { demoFile } from './lib/studio.ts';

const OFFERS = readOffers('offers.yaml', demoFile('offers.yaml'));

function summaryOf(text: string): readonly string[] {
  const { placements, expectations } = compileDesign('placements.yaml', text, OFFERS);
  return summarize(placements, expectations);
}

const PLACES = `
  boss-door: { on: breakpoint, duringPlay: true }
  level-3: { on: { level: end, number: 3 } }
  any-level: { on: { level: start } }
  menu: { on: { scene: Menu } }
  credits: { on: { scene: Credits, event: wake } }
  ten: { on: { every: 10m } }
  over: { on: { grantEnded: play } }`;

const PLAIN = `game: demo-game
facts: { level: number, lives: number, boss: text, hard: boolean }
placements:${PLACES}
campaigns:
  - id: one
    placements: [level-3]
    offer: bonus
    firstOfferAfter: 0s
    cooldown: 0s
    quietAfterDecline: 0s
    caps: { session: none, day: none, lifetime: none }
`;

/** What is said of a campaign that waits for nothing, with these fields changed; without its name. */
function said(fields: string): string {
  const patch = `campaigns:\n  - id: one\n    ${fields.replaceAll('\n', '\n    ')}\n`;
  return summaryOf(applyPatch('placements.yaml', PLAIN, patch))[1]!.replace(/^one: /, '');
}

const FREE = 'as often as the caps over all campaigns allow';

test('the sentence of the design page', () => {
  const words = said('caps: { session: 2, day: none, lifetime: none }\nquietAfterDecline: 4m');
  expect(words).toBe('After level 3, at most twice a session, never within 4 minutes of a decline. It offers bonus.');
});

describe('fields', () => {
  test.each([
    ['caps: { session: 1 }', 'After level 3, at most once a session. It offers bonus.'],
    ['firstOfferAfter: 90s', `After level 3, ${FREE}, never in a player's first 90 seconds of play. It offers bonus.`],
    ['cooldown: 1h30m', `After level 3, ${FREE}, never within 90 minutes of another offer. It offers bonus.`],
    ['quietAfterDecline: 2d', `After level 3, ${FREE}, never within 2 days of a decline. It offers bonus.`],
    ['cooldown: 1d2h', `After level 3, ${FREE}, never within 26 hours of another offer. It offers bonus.`],
    ['cooldown: 150s', `After level 3, ${FREE}, never within 2 minutes 30 seconds of another offer. It offers bonus.`],
    ['delay: 800ms', `After level 3, ${FREE}. It offers bonus after a wait of 0.8 seconds.`],
    ['delay: 1s', `After level 3, ${FREE}. It offers bonus after a wait of 1 second.`],
    [
      'offer: bonus\nholdout: 12.5%',
      `After level 3, ${FREE}. It offers bonus. 12.5 % of players are never asked by it, to compare.`,
    ],
    ['afterDecline: menu', `After level 3, ${FREE}. It offers bonus. After a decline the game goes to its menu.`],
    [
      'afterDecline: retry-point',
      `After level 3, ${FREE}. It offers bonus. After a decline the game goes back to its retry point.`,
    ],
    [
      'afterDecline: demo',
      `After level 3, ${FREE}. It offers bonus. After a decline the game goes on with a shortened demo.`,
    ],
    [
      'start: 2026-12-01\nend: 2026-12-31',
      `After level 3, ${FREE}. It offers bonus. It runs from 1 December 2026 to the end of 31 December 2026 (UTC).`,
    ],
    [
      "end: '2026-12-31T18:00:00Z'",
      `After level 3, ${FREE}. It offers bonus. It runs until 31 December 2026 18:00 (UTC).`,
    ],
    [
      'variants: [{ offer: bonus }, { id: cheap, offer: level-3, weight: 2 }]',
      `After level 3, ${FREE}. It offers bonus (33.3 % of players) or level-3 (66.7 % of players, variant cheap), always the same to the same player.`,
    ],
  ])('%s', (fields, words) => {
    expect(said(fields)).toBe(words);
  });

  test.each([
    ['boss-door', 'At the breakpoint boss-door'],
    ['any-level', 'Before every level'],
    ['menu', 'When the scene Menu is about to start'],
    ['credits', 'When the scene Credits wakes up'],
    ['ten', 'After every 10 minutes of play'],
    ['over', 'When play has run out'],
    ['over, ten', 'When play has run out or after every 10 minutes of play'],
  ])('at %s', (placement, words) => {
    expect(said(`placements: [${placement}]`)).toBe(`${words}, ${FREE}. It offers bonus.`);
  });

  test.each([
    ['false', 'never'],
    ['level >= 3 and session.offers < 2', 'level is at least 3 and there have been fewer than 2 offers this session'],
    ['3 <= level', 'level is at least 3'],
    ['3 <= level <= 5', 'level is from 3 to 5'],
    ['3 < level < 5', 'level is above 3 and below 5'],
    ['1 <= day.offers <= 2', 'there have been 1 to 2 offers today'],
    ['level in [1, 3, 5]', 'level is 1, 3 or 5'],
    ["boss not in ['moth', 'frog']", 'boss is neither moth nor frog'],
    ['player.sessions in [2, 3]', 'the number of sessions so far is 2 or 3'],
    ['hard or level == 2', 'either hard is true or level is 2'],
    ['not hard', 'hard is not true'],
    ['not (hard and level > lives)', 'not (hard is true and level is above lives)'],
    ['hard and (level == 1 or level == 2)', 'hard is true and (either level is 1 or level is 2)'],
    ['player.days >= 2', 'there have been at least 2 days since the first session'],
    ['level != player.sessions', 'level is not the number of sessions so far'],
    ['level % 2 == 0', '"level % 2 == 0"'],
  ])('if %s', (when, words) => {
    const fields = `when: "${when}"`.replace('"false"', 'false');
    expect(said(fields)).toBe(`After level 3, if ${words}; ${FREE}. It offers bonus.`);
  });
});

describe('the whole file', () => {
  const withCampaigns = (campaigns: string, more = ''): string =>
    `game: demo-game\n${more}placements:${PLACES}\ncampaigns: ${campaigns}\n`;

  test('no campaign, no caps', () => {
    const more = 'overall: { caps: { session: none, day: none, lifetime: none } }\n';
    expect(summaryOf(withCampaigns('[]', more))).toEqual([
      'The game demo-game has no campaign. Offers never appear during play, except at boss-door, and nobody is offered what they own. There is no cap over all campaigns.',
    ]);
  });

  test('who goes first', () => {
    const campaigns = `
  - { id: one, placements: [menu], offer: bonus }
  - { id: two, placements: [menu, ten], offer: bonus, priority: 1 }
  - { id: three, placements: [menu], offer: bonus }
  - { id: four, placements: [over], offer: bonus }`;
    const first = summaryOf(withCampaigns(campaigns))
      .slice(1)
      .map((one) => /(Where .*?)\.$/.exec(one)?.[1]);
    expect(first).toEqual([
      'Where more than one could ask, two goes first',
      undefined,
      'Where more than one could ask, two and one go first',
      undefined,
    ]);
  });

  test('guard-rails', () => {
    const rails = `expect:
  offersPerHour: { p50: { max: 2 }, p95: { min: 1, max: 4 } }
  offersPerSession: { p99: { max: 3 } }
  firstOfferAfterMinutes: { min: 5 }
  spendPerDay: { p90: { max: 1.50 EUR } }
  shareNeverAsked: { min: 5%, max: 40% }
`;
    expect(summaryOf(withCampaigns('[]', rails)).at(-1)).toBe(
      'Guard-rails: half of the players see at most 2 offers an hour of play; 5 % of the players see at least 1 offer an hour of play; ' +
        '95 % of the players see at most 4 offers an hour of play; 99 % of the sessions bring at most 3 offers; ' +
        'no player is asked in the first 5 minutes of play; on 90 % of the days of play a player spends at most EUR\u00a01.50; ' +
        'at least 5 % of players are never asked; at most 40 % of players are never asked.',
    );
  });

  test('the demo game', () => {
    expect(summaryOf(demoFile('placements.yaml')).slice(0, 3)).toEqual([
      'The game demo-game has 3 campaigns. Offers never appear during play, and nobody is offered what they own. Over all campaigns together at most 3 offers a session, 5 a day and 120 ever.',
      'more-minutes: When play has run out, at most twice a session, 3 times a day and 40 times ever, never within 2 minutes of another offer or within 10 minutes of a decline. It offers thirty-minutes after a wait of 1 second. After a decline the game goes to its menu.',
      "the-night-goes-on: At the breakpoint level-end, if level is from 3 to 5 and there have been fewer than 2 offers this session; at most once a session, twice a day and 40 times ever, never in a player's first 3 minutes of play, within 4 minutes of another offer or within 15 minutes of a decline. It offers thirty-minutes after a wait of 0.8 seconds.",
    ]);
  });
});
