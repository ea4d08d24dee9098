/** A recorded session under other rules: what moves, what follows of it, and that the same rules change nothing. */
import {
  fileHash,
  newTimingState,
  replay,
  startSession,
  type PlacementsFile,
  type RecordedEvent,
  type Recording,
  type ReplayOptions,
  type SkipReason,
  type TimingState,
} from '@coinslot/plugin/timing';
import { describe, expect, it } from 'vitest';
import { NOON_MS } from '../lib/parties.ts';
import { CAMPAIGN, PLACEMENTS, placementsWith } from './lib/content.ts';

const MINUTE_MS = 60_000;
const SHOW = { campaign: 'after-level', offer: 'level-3', variant: 'only' } as const;

type Timed = readonly [minute: number, event: RecordedEvent];

const recordingOf = (
  file: PlacementsFile,
  events: readonly Timed[],
  state: TimingState = startSession(newTimingState('someone', 0, NOON_MS)),
): Recording => ({
  header: { v: 1, kind: 'session', game: file.game, startMs: NOON_MS, file: fileHash(file), state },
  lines: events.map(([minute, event]) => ({ t: Math.round(minute * MINUTE_MS), ...event })),
  isCut: false,
});

const play = (on: boolean): RecordedEvent => ({ kind: 'play', on });
const at = { kind: 'boundary', placement: 'level-end', facts: {}, playing: false } as const;
const shows: RecordedEvent = { ...at, show: SHOW };
const skips = (skip: SkipReason): RecordedEvent => ({ ...at, skip });
const shown: RecordedEvent = { kind: 'shown', offer: 'level-3', campaign: 'after-level' };
const answered = (outcome: 'accepted' | 'declined' | 'left' | 'failed' | 'held-back'): RecordedEvent => ({
  ...{ kind: 'answered', offer: 'level-3', campaign: 'after-level', outcome },
  afterMs: outcome === 'held-back' ? null : 6_000,
});

/** An offer that is declined at minute 3, one that is held off by the cooldown, one that is taken at minute 12. */
const COOLING = placementsWith({ cooldownMs: 5 * MINUTE_MS });
const SESSION: readonly Timed[] = [
  [0, play(true)],
  [3, play(false)],
  [3, shows],
  [3, shown],
  [3.1, answered('declined')],
  [3.2, play(true)],
  [6, play(false)],
  [6, skips('cooldown')],
  [6.2, play(true)],
  [12, play(false)],
  [12, shows],
  [12, shown],
  [12.1, answered('accepted')],
  [12.1, { kind: 'owned', targets: ['level-3'] }],
  [14, skips('already-entitled')],
  [15, { kind: 'end' }],
];

const outcomes = (recording: Recording, file: PlacementsFile, options?: ReplayOptions): readonly (string | null)[] =>
  replay(recording, file, options).boundaries.map(({ replayed }) =>
    replayed === null ? null : (replayed.skip ?? replayed.show.offer),
  );

describe('with the file it was recorded with', () => {
  it('gives the recorded outcomes, offers and times', () => {
    const { boundaries, offers, isSame, unknown, playedMs, endMs } = replay(recordingOf(COOLING, SESSION), COOLING);
    expect(boundaries.map(({ replayed }) => replayed)).toEqual(boundaries.map(({ recorded }) => recorded));
    expect(offers.map(({ shownT, answeredT, outcome, from }) => [shownT, answeredT, outcome, from])).toEqual([
      [3 * MINUTE_MS, 3.1 * MINUTE_MS, 'declined', 'recorded'],
      [12 * MINUTE_MS, 12.1 * MINUTE_MS, 'accepted', 'recorded'],
    ]);
    expect({ isSame, unknown, playedMs, endMs }).toEqual({
      ...{ isSame: true, unknown: [] },
      ...{ playedMs: 11.6 * MINUTE_MS, endMs: 15 * MINUTE_MS },
    });
  });

  it('takes the mark of a dialog that no line tells of', () => {
    const busy = recordingOf(PLACEMENTS, [[1, { ...at, busy: true, skip: 'overlay-busy' }]]);
    expect(outcomes(busy, PLACEMENTS)).toEqual(['overlay-busy']);
  });

  it.each(['declined', 'left'] as const)('%s counts as a decline, as in the game', (outcome) => {
    const quiet = placementsWith({ quietAfterDeclineMs: 10 * MINUTE_MS });
    const recording = recordingOf(quiet, [
      ...([
        [3, shows],
        [3, shown],
        [3.1, answered(outcome)],
        [6, skips('recently-declined')],
      ] as const),
    ]);
    expect(outcomes(recording, quiet)).toEqual(['level-3', 'recently-declined']);
  });

  it('an offer that was held back was not shown', () => {
    const recording = recordingOf(COOLING, [
      ...([
        [3, shows],
        [3.1, answered('held-back')],
        [4, shows],
        [4, shown],
        [4.1, answered('declined')],
      ] as const),
    ]);
    const { offers } = replay(recording, COOLING);
    expect(offers.map(({ shownT, outcome }) => [shownT, outcome])).toEqual([
      [null, 'held-back'],
      [4 * MINUTE_MS, 'declined'],
    ]);
  });
});

describe('with an edited file', () => {
  const recording = recordingOf(COOLING, SESSION);
  const edited = (campaign: Partial<typeof CAMPAIGN>): PlacementsFile =>
    placementsWith({ cooldownMs: 5 * MINUTE_MS, ...campaign });

  it('a shorter cooldown shows one more, which has the answer of the one like it', () => {
    const file = edited({ cooldownMs: 2 * MINUTE_MS });
    expect(outcomes(recording, file)).toEqual(['level-3', 'level-3', 'already-entitled', 'already-entitled']);
    expect(replay(recording, file).offers.map(({ outcome, from }) => [outcome, from])).toEqual([
      ['declined', 'recorded'],
      ['accepted', 'moved'],
    ]);
  });

  it('a longer cooldown shows fewer, and what would have been bought is not owned', () => {
    const file = edited({ cooldownMs: 10 * MINUTE_MS });
    expect(outcomes(recording, file)).toEqual(['level-3', 'cooldown', 'cooldown', 'level-3']);
    // The last boundary asks after all, and there the player's recorded yes moves to.
    expect(replay(recording, file).offers.at(-1)).toMatchObject({
      outcome: 'accepted',
      from: 'moved',
      t: 14 * MINUTE_MS,
    });
  });

  it('an offer that the recording has nothing like gets the assumed answer', () => {
    const file = edited({ variants: [{ id: 'other', offer: 'bonus', weight: 1 }], cooldownMs: 0 });
    expect(outcomes(recording, file)).toEqual(['bonus', 'bonus', 'bonus', 'bonus']);
    expect(outcomes(recording, file, { assume: 'accepted' })).toEqual([
      ...['bonus', 'already-entitled', 'already-entitled', 'already-entitled'],
    ]);
    expect(new Set(replay(recording, file).offers.map((one) => one.from))).toEqual(new Set(['assumed']));
  });

  it('a longer delay moves the dialog, and is busy meanwhile', () => {
    const file = edited({ delayMs: 4 * MINUTE_MS });
    expect(outcomes(recording, file)).toEqual(['level-3', 'overlay-busy', 'level-3', 'overlay-busy']);
    expect(replay(recording, file).offers[0]).toMatchObject({
      ...{ t: 3 * MINUTE_MS, shownT: 7 * MINUTE_MS, answeredT: 7.1 * MINUTE_MS, from: 'recorded' },
    });
  });

  it('what the player asked for stays, and starts the cooldown', () => {
    const asked: RecordedEvent = { kind: 'shown', offer: 'bonus', campaign: null };
    const no: RecordedEvent = { kind: 'answered', offer: 'bonus', campaign: null, outcome: 'declined', afterMs: 6_000 };
    const wished = recordingOf(PLACEMENTS, [
      ...([
        [1, asked],
        [1.1, no],
        [2, shows],
        [2, shown],
        [2.1, answered('declined')],
      ] as const),
    ]);
    expect(outcomes(wished, COOLING)).toEqual(['cooldown']);
    expect(replay(wished, COOLING).offers).toMatchObject([{ campaign: null, outcome: 'declined', from: 'recorded' }]);
  });

  it('caps count what these rules show, not what the recording did', () => {
    expect(outcomes(recording, edited({ cooldownMs: 0, caps: { session: 1, day: null, lifetime: null } }))).toEqual([
      ...['level-3', 'session-cap', 'session-cap', 'session-cap'],
    ]);
  });
});

describe('boundaries that only the edited file has', () => {
  const everies = (everyMs: number, duringPlay: boolean): PlacementsFile => ({
    ...PLACEMENTS,
    placements: [{ name: 'now-and-then', on: { kind: 'play-time', everyMs }, duringPlay }],
    campaigns: [{ ...CAMPAIGN, placements: ['now-and-then'], cooldownMs: MINUTE_MS }],
  });
  const played: readonly Timed[] = [
    [0, play(true)],
    [7, play(false)],
    [8, play(true)],
    [12, play(false)],
    [13, { kind: 'end' }],
  ];
  const timesOf = (file: PlacementsFile, events = played, recordedWith = PLACEMENTS): readonly unknown[] =>
    replay(recordingOf(recordedWith, events), file).boundaries.map(({ t, playing, recorded, replayed }) => [
      ...[t / MINUTE_MS, playing, recorded?.skip ?? recorded?.show.offer ?? null],
      replayed?.skip ?? replayed?.show.offer ?? null,
    ]);

  it('every five minutes of play wait for its end', () => {
    expect(timesOf(everies(5 * MINUTE_MS, false))).toEqual([
      [7, false, null, 'level-3'],
      [12, false, null, 'level-3'],
    ]);
  });

  it('or interrupt it to the minute', () => {
    expect(timesOf(everies(5 * MINUTE_MS, true))).toEqual([
      [5, true, null, 'level-3'],
      [11, true, null, 'level-3'],
    ]);
  });

  it('another span: those at the same moment are the same, the others come and go', () => {
    const line = (show: boolean): RecordedEvent => ({
      ...{ kind: 'boundary', placement: 'now-and-then', facts: {}, playing: true },
      ...(show ? { show: SHOW } : { skip: 'cooldown' as const }),
    });
    const before = everies(3 * MINUTE_MS, true);
    const events: readonly Timed[] = [
      [0, play(true)],
      [3, line(true)],
      [3, shown],
      [3, answered('declined')],
      ...([
        [6, line(true)],
        [6, shown],
        [6, answered('declined')],
        [9, play(false)],
      ] as const),
    ];
    expect(timesOf(everies(6 * MINUTE_MS, true), events, before)).toEqual([
      [3, true, 'level-3', null],
      [6, true, 'level-3', 'level-3'],
    ]);
  });

  it('another level, of those that passed; and a happening ends with the first placement that shows', () => {
    const passed = (level: number): RecordedEvent => ({
      ...{ kind: 'passed', on: { kind: 'level', event: 'end', level }, facts: { level }, playing: false },
    });
    const file: PlacementsFile = {
      ...PLACEMENTS,
      placements: [
        { name: 'second', on: { kind: 'level', event: 'end', level: 2 }, duringPlay: false },
        { name: 'any', on: { kind: 'level', event: 'end' }, duringPlay: false },
      ],
      campaigns: [
        { ...CAMPAIGN, placements: ['second'] },
        { ...CAMPAIGN, id: 'other', placements: ['any'], when: { '==': [{ var: 'level' }, 1] } },
      ],
    };
    const events: readonly Timed[] = [
      [1, passed(1)],
      [2, passed(2)],
      [3, passed(3)],
    ];
    const { boundaries, unknown } = replay(recordingOf(PLACEMENTS, events), file);
    expect(
      boundaries.map(({ t, placement, replayed }) => [t / MINUTE_MS, placement, replayed?.skip ?? 'shows']),
    ).toEqual([
      [1, 'any', 'shows'],
      [2, 'second', 'shows'],
      [3, 'any', 'no-rule-match'],
    ]);
    expect(unknown).toEqual([]);
  });

  it('says of which placements the recording tells nothing', () => {
    const placements = [
      ...PLACEMENTS.placements,
      { name: 'boss-door', on: { kind: 'breakpoint' }, duringPlay: false } as const,
    ];
    expect(replay(recordingOf(PLACEMENTS, SESSION), { ...PLACEMENTS, placements }).unknown).toEqual(['boss-door']);
  });
});
