/** What the lab's page works out by itself: sessions read from text, bands and figures of a replay, the words of a preview. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { encodeShown } from '@coinslot/protocol';
import {
  compileTiming,
  newTimingState,
  replay,
  writeLine,
  type Recording,
  type RecordedLine,
} from '@coinslot/plugin/timing';
import { describe, expect, it } from 'vitest';
import { compilePlacements, readOffers } from '@coinslot/publisher';
import { answerTimes, funnelOf, hourlyOffers } from '../../publisher/src/lab/page/figures-model.ts';
import {
  bandsOf,
  momentOfPlay,
  playedAt,
  playStretches,
  withPacing,
  type Band,
} from '../../publisher/src/lab/page/model.ts';
import { grantText, PREVIEW_LANGUAGES, previewLanguage, refundText } from '../../publisher/src/lab/page/offer-words.ts';
import { previewShown } from '../../publisher/src/lab/page/preview-shown.ts';
import { readSessions } from '../../publisher/src/lab/page/sessions.ts';
import { clock, snap, stepFor } from '../../publisher/src/lab/page/times.ts';
import { unreachedText } from '../../publisher/src/text/unreached.ts';
import { figuresOf } from '../../publisher/src/simulate/figures.ts';
import { emptyTally } from '../../publisher/src/simulate/tally.ts';
import { offersView } from '../../publisher/src/lab/offers-view.ts';
import { paymentWords } from '../../wallet/src/words/payment-words.ts';

const DEMO = join(import.meta.dirname, '../../demo-game/coinslot');
const START_MS = Date.UTC(2026, 10, 23, 3);
const MINUTE = 60_000;

const offers = readOffers('offers.yaml', readFileSync(join(DEMO, 'offers.yaml'), 'utf8'));
const file = compilePlacements(
  'placements.yaml',
  `game: demo-game
facts: { level: number }
placements: { level-end: { on: breakpoint } }
campaigns:
  - { id: night, placements: [level-end], offer: thirty-minutes, firstOfferAfter: 2m, cooldown: 3m, quietAfterDecline: 4m, caps: { session: 2 } }
  - { id: comet, placements: [level-end], offer: bonus, when: level >= 3, firstOfferAfter: 6m, priority: -1 }
`,
  offers,
);

/** Two minutes of play, a minute of rest, over and over; a level ends with each. */
function recordingOf(rounds: number, extra: readonly RecordedLine[] = []): Recording {
  const lines = Array.from({ length: rounds }, (_, i): RecordedLine[] => {
    const t = i * 3 * MINUTE;
    const facts = { level: i + 1 };
    const boundary = { kind: 'boundary', placement: 'level-end', facts, playing: false, skip: 'holdout' } as const;
    return [
      { t, kind: 'play', on: true },
      { t: t + 2 * MINUTE, kind: 'play', on: false },
      { t: t + 2 * MINUTE, ...boundary },
    ];
  });
  const state = { ...newTimingState('s', 0, START_MS), sessions: 1 };
  return {
    header: { v: 1, kind: 'session', game: 'demo-game', startMs: START_MS, file: '00000000', state },
    lines: [...lines.flat(), ...extra, { t: rounds * 3 * MINUTE, kind: 'end' }],
    isCut: false,
  };
}

const textOf = ({ header, lines }: Recording): string => [header, ...lines].map(writeLine).join('');
const only = (bands: readonly Band[], kind: Band['kind']): Band[] => bands.filter((one) => one.kind === kind);

describe('sessions from text', () => {
  const one = textOf(recordingOf(2));

  it('one file holds one session, or many', () => {
    expect(readSessions('a.jsonl', one, 'demo-game')).toMatchObject({ sessions: [{ name: 'a.jsonl' }], flaws: [] });
    const many = readSessions('all.jsonl', one.repeat(3), 'demo-game');
    expect(many.sessions.map(({ name }) => name)).toEqual(['1', '2', '3'].map((n) => `all.jsonl, session ${n}`));
    expect(many.flaws).toEqual([]);
  });

  it('a session that a crash cut off is used up to there, at the end of a file and in its middle', () => {
    const rows = one.trimEnd().split('\n');
    const cut = `${rows.slice(0, -1).join('\n')}\n{"t":36`;
    expect(readSessions('a', cut, 'demo-game')).toMatchObject({
      sessions: [{ recording: { isCut: true } }],
      flaws: [{ source: 'a', line: rows.length, message: 'was cut off here; all before it is used' }],
    });
    const middle = readSessions('a', `${cut}\n${one}`, 'demo-game');
    expect(middle.sessions).toHaveLength(2);
    expect(middle.flaws).toEqual([expect.objectContaining({ line: rows.length })]);
  });

  it('a line that is wrong is told with its number in the file, and costs its session only', () => {
    const rows = one.trimEnd().split('\n').length;
    const wrong = one.replace('"kind":"end"', '"kind":"fin"');
    const { sessions, flaws } = readSessions('a', one + wrong + one, 'demo-game');
    expect(sessions).toHaveLength(2);
    expect(flaws).toEqual([{ source: 'a', line: 2 * rows, message: 'kind: "fin" is not known' }]);
  });

  it('sessions of another game, and text that is none, are told', () => {
    expect(readSessions('a', one, 'other')).toMatchObject({
      sessions: [],
      flaws: [{ line: 1, message: 'is of the game demo-game' }],
    });
    expect(readSessions('a', 'hello\n', 'demo-game')).toMatchObject({ sessions: [], flaws: [{ line: 1 }] });
    expect(readSessions('a', '', 'demo-game')).toMatchObject({ sessions: [], flaws: [{ line: 1 }] });
  });
});

describe('bands', () => {
  const recording = recordingOf(6);
  const [night, comet] = file.campaigns;

  it('play and moments are each other’s inverse', () => {
    const stretches = playStretches(recording, 18 * MINUTE);
    const { state } = recording.header;
    for (const [played, t] of [
      [0, 0],
      [1, 1],
      [2, 2],
      [3, 4],
      [12, 17],
      [13, 19],
    ] as const) {
      expect(momentOfPlay(state, stretches, 18 * MINUTE, played * MINUTE)).toBe(t * MINUTE);
      expect(playedAt(state, stretches, 18 * MINUTE, t * MINUTE)).toBe(played * MINUTE);
    }
  });

  it('hold exactly as long as the engine does: nothing is shown inside, the next boundary after it asks', () => {
    const replayed = replay(recording, file);
    const shown = replayed.offers.map((one) => one.shownT! / MINUTE);
    expect(shown).toEqual([2, 8]);
    const bands = bandsOf(recording, replayed, file, night!);
    expect(only(bands, 'first-offer')).toMatchObject([{ fromMs: 0, toMs: 2 * MINUTE }]);
    expect(only(bands, 'cooldown').map((one) => [one.fromMs / MINUTE, one.toMs / MINUTE])).toEqual([
      [2, 5],
      [8, 11],
    ]);
    expect(only(bands, 'quiet').map((one) => [one.fromMs / MINUTE, one.toMs / MINUTE])).toEqual([
      [2, 6],
      [8, 12],
    ]);
    expect(only(bands, 'cap')).toMatchObject([
      { fromMs: 8 * MINUTE, toMs: 18 * MINUTE, label: 'session cap 2', edge: null },
    ]);
  });

  it('an edge moved to a moment makes the rules end there', () => {
    const replayed = replay(recording, file);
    const edge = only(bandsOf(recording, replayed, file, night!), 'quiet')[0]!.edge!;
    expect(edge.valueAt(5 * MINUTE)).toBe(3 * MINUTE);
    const tried = withPacing(file, 'night', edge.field, edge.valueAt(5 * MINUTE));
    expect(replay(recording, tried).offers.map((one) => one.shownT! / MINUTE)).toEqual([2, 5]);
    expect(() => compileTiming(tried)).not.toThrow();
    const first = only(bandsOf(recording, replayed, file, night!), 'first-offer')[0]!.edge!;
    // At minute 4, three have been played.
    expect(first.valueAt(4 * MINUTE)).toBe(3 * MINUTE);
  });

  it('the grace of a campaign ends with the first offer of any, and then its edge sets nothing', () => {
    const bands = bandsOf(recording, replay(recording, file), file, comet!);
    expect(only(bands, 'first-offer')).toMatchObject([{ toMs: 2 * MINUTE, edge: null }]);
  });

  it('what happened before the session began still holds at its beginning', () => {
    const earlier = {
      ...recording.header.state,
      lastShownAtMs: START_MS - MINUTE,
      shown: { session: 0, day: 0, lifetime: 1 },
    };
    const later = { ...recording, header: { ...recording.header, state: earlier } };
    const bands = bandsOf(later, replay(later, file), file, night!);
    expect(only(bands, 'first-offer')).toEqual([]);
    expect(only(bands, 'cooldown')[0]).toMatchObject({ fromMs: 0, toMs: 2 * MINUTE });
  });

  it('an offer by a clock that was set back since holds for its time and the cooldown, as in the engine; no cooldown holds nothing', () => {
    const shown = { session: 0, day: 0, lifetime: 1 };
    const earlier = { ...recording.header.state, lastShownAtMs: START_MS + 10 * MINUTE, shown };
    const later = { ...recording, header: { ...recording.header, state: earlier } };
    const under = (rules: typeof file): [number[], unknown[]] => {
      const replayed = replay(later, rules);
      const bands = only(bandsOf(later, replayed, rules, rules.campaigns[0]!), 'cooldown');
      return [
        replayed.offers.map((one) => one.shownT! / MINUTE),
        bands.map((one) => [one.fromMs, one.toMs].map((ms) => ms / MINUTE)),
      ];
    };
    expect(under(file)).toEqual([
      [14],
      [
        [0, 13],
        [14, 17],
      ],
    ]);
    const [shownAt, bands] = under(withPacing(file, 'night', 'cooldownMs', 0));
    expect([shownAt[0], bands]).toEqual([2, []]);
  });
});

describe('figures', () => {
  it('the funnel counts boundaries, those that are for the player, dialogs and purchases', () => {
    const replays = [replay(recordingOf(6), file), replay(recordingOf(1), file, { assume: 'accepted' })];
    expect(funnelOf(file, replays)).toEqual([
      { campaign: 'night', reached: 7, eligible: 7, shown: 3, accepted: 1 },
      { campaign: 'comet', reached: 7, eligible: 4, shown: 0, accepted: 0 },
    ]);
  });

  it('offers an hour are what the simulator counts: one offer in four minutes is one an hour', () => {
    const sessions = [1, 2, 6, 60].map((rounds) => replay(recordingOf(rounds), file));
    const players = sessions.map(({ playedMs, offers }) => {
      const shown = offers.filter((one) => one.campaign !== null && one.shownT !== null);
      return { persona: 0, sessions: 1, days: 1, playedMs, offers: shown.length, firstOfferMs: 2 * MINUTE };
    });
    expect(players.map((one) => one.offers)).toEqual([1, 1, 2, 3]);
    const { offersPerHour } = figuresOf({ ...emptyTally(1), players });
    expect([25, 50, 75, 100].map((one) => offersPerHour.at(one)?.value)).toEqual([1, 1, 1.5, 2]);
    const { labels, counts } = hourlyOffers(sessions);
    expect(labels.flatMap((label, i) => Array.from({ length: counts[i]! }, () => label))).toEqual([
      '1–2',
      '1–2',
      '1–2',
      '2–3',
    ]);
  });

  it('only recorded answers have a time', () => {
    expect(answerTimes([replay(recordingOf(6), file)]).counts.every((one) => one === 0)).toBe(true);
    const asked: RecordedLine[] = [
      { t: 17 * MINUTE, kind: 'shown', offer: 'bonus', campaign: null },
      { t: 17 * MINUTE + 7_000, kind: 'answered', offer: 'bonus', campaign: null, outcome: 'declined', afterMs: 7_000 },
    ];
    const { labels, counts } = answerTimes([replay(recordingOf(6, asked), file)]);
    expect(labels[counts.indexOf(1)]).toBe('6–8');
  });
});

it('what a session never came to is told as a designer would say it', () => {
  expect(unreachedText(['boss-door'])).toBe(
    'the player never came to boss-door, so this session says nothing about it',
  );
  expect(unreachedText(['menu', 'shop', 'boss-door'])).toBe(
    'the player never came to menu, shop or boss-door, so this session says nothing about them',
  );
});

describe('times', () => {
  it('are set by hand in steps, never below nothing', () => {
    expect(snap(-5)).toBe(0);
    expect(snap(7 * MINUTE + 8_000)).toBe(7 * MINUTE + 15_000);
    expect(stepFor(30 * MINUTE)).toBe(MINUTE);
    expect([0, 61_000, 3_661_000].map(clock)).toEqual(['0:00', '1:01', '1:01:01']);
  });
});

describe('a preview', () => {
  it.each(PREVIEW_LANGUAGES)('says grants and refunds in the wallet’s own words: %s', (language) => {
    const words = paymentWords(language);
    const date = (): string => 'DATE';
    for (const kind of ['level', 'scene', 'forever'] as const)
      expect(grantText(language, { kind }, date)).toBe(words.grant[kind]);
    for (const quantity of [1, 2, 3, 5, 11, 30, 100]) {
      for (const kind of ['minutes', 'uses', 'period'] as const)
        expect(grantText(language, { kind, quantity }, date)).toBe(words.grant[kind](quantity));
      expect(refundText(language, quantity, 'a $& b')).toBe(words.refund(quantity, 'a $& b'));
    }
    expect(grantText(language, { kind: 'until', untilMs: 1 }, date)).toBe(words.grant.until('DATE'));
    expect(refundText(language, 0, 'x')).toBe(words.refund(0, 'x'));
  });

  it('is what the protocol takes for shown, in every language of the file', () => {
    for (const offer of offersView(offers))
      for (const { locale, title } of offer.texts) {
        const shown = previewShown(offer, locale, 'lumen-works', START_MS);
        expect(shown.title).toBe(title);
        expect(encodeShown(shown).length).toBeGreaterThan(100);
      }
    expect(previewLanguage('fr-CA')).toBe('fr');
    expect(previewLanguage('pt')).toBe('en');
  });
});
