/** A recorded session: what is written can be read, replays to the same outcomes, and says nothing of who played. */
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { startRecording, type Recorder } from '@coinslot/plugin/designer';
import {
  newTimingState,
  readRecording,
  RecordingError,
  replay,
  startSession,
  type Campaign,
  type PlacementsFile,
  type RecordedLine,
} from '@coinslot/plugin/timing';
import { isHeldOut, variantFor } from '../../plugin/src/timing/assignment.ts';
import { recordableState, standIn } from '../../plugin/src/timing/stand-in.ts';
import { CAMPAIGN, PLACEMENTS, placementsWith } from './lib/content.ts';
import { World, type Seat } from './lib/seat.ts';

const MINUTE_MS = 60_000;
let world: World;
beforeEach(async () => {
  world = await World.open();
});
afterEach(() => world.close());

const record = (seat: Seat, file: PlacementsFile, onLine?: (line: string) => void): Promise<Recorder> =>
  startRecording(seat.coinslot, { file, nowMs: () => world.clock.nowMs(), ...(onLine && { onLine }) });

/** Two sittings of a level with a loss, an offer that is declined, a boundary too soon after it, and minutes of play. */
async function playSession(seat: Seat): Promise<void> {
  const { coinslot } = seat;
  world.clock.advance(12_345);
  coinslot.gameplayStart();
  world.clock.advance(4 * MINUTE_MS + 17);
  coinslot.lost();
  coinslot.gameplayStop();
  await coinslot.breakpoint('level-end', { level: 2, name: 'Ada', hard: true });
  world.clock.advance(30_000);
  await coinslot.breakpoint('level-end', { level: 3 });
  await coinslot.level('start', 4);
  world.clock.advance(7 * MINUTE_MS);
  await coinslot.level('end', 4);
  await coinslot.breakpoint('level-end', { level: 4 });
}

const RULES = placementsWith({
  when: { '>=': [{ var: 'level' }, 2] },
  cooldownMs: 5 * MINUTE_MS,
  quietAfterDeclineMs: MINUTE_MS,
  firstOfferAfterPlayMs: 4 * MINUTE_MS,
});

const kindsOf = (lines: readonly RecordedLine[]): string[] => lines.map(({ kind }) => kind);

describe('a recorded session', () => {
  it('is read back as it was written, line by line as it was handed out', async () => {
    const seat = world.sit({ placements: RULES, habits: { review: 'decline' } });
    const lines: string[] = [];
    const recorder = await record(seat, RULES, (line) => lines.push(line));
    await playSession(seat);
    recorder.stop();
    expect(lines.join('')).toBe(recorder.text());
    const { header, lines: read, isCut } = readRecording(recorder.text());
    expect(isCut).toBe(false);
    expect(header).toMatchObject({ v: 1, kind: 'session', game: 'demo-game' });
    expect(header.startMs % MINUTE_MS).toBe(0);
    const expected = ['play', 'lost', 'play', 'boundary', 'shown', 'answered', 'boundary', 'passed', 'play'];
    expect(kindsOf(read.filter(({ kind }) => kind !== 'wallet'))).toEqual([
      ...expected,
      ...['passed', 'boundary', 'shown', 'answered', 'end'].toSpliced(0, 0, 'play'),
    ]);
    const answered = read.find((line) => line.kind === 'answered');
    expect(answered).toMatchObject({ offer: 'level-3', campaign: 'after-level', outcome: 'declined' });
    expect(read.filter((line) => line.kind === 'boundary').map((line) => line.skip ?? 'shows')).toEqual([
      ...['shows', 'recently-declined', 'shows'],
    ]);
  });

  it('gives exactly the recorded outcomes when it is replayed under its own rules', async () => {
    const seat = world.sit({ placements: RULES, habits: { review: 'decline' } });
    world.clock.advance(41_000);
    const recorder = await record(seat, RULES);
    await playSession(seat);
    recorder.stop();
    const recording = readRecording(recorder.text());
    const played = recording.lines.filter((line) => line.kind === 'boundary');
    const again = replay(recording, RULES);
    const outcomes = again.boundaries.map(({ replayed }) => replayed?.skip ?? (replayed ? 'shows' : 'none'));
    expect(outcomes).toEqual(played.map((line) => line.skip ?? 'shows'));
  });

  it('keeps no text that no condition reads', async () => {
    const seat = world.sit({ placements: RULES, habits: { review: 'decline' } });
    const recorder = await record(seat, RULES);
    await playSession(seat);
    expect(recorder.text()).not.toContain('Ada');
    const read = placementsWith({ when: { '==': [{ var: 'name' }, 'Ada'] } });
    seat.coinslot.usePlacements(read);
    await seat.coinslot.breakpoint('level-end', { name: 'Ada' });
    expect(recorder.text()).toContain('"name":"Ada"');
  });

  it('tells a machine that slept from play', async () => {
    const seat = world.sit({ placements: RULES, habits: { review: 'decline' } });
    const recorder = await record(seat, RULES);
    seat.coinslot.gameplayStart();
    world.clock.advance(10_000);
    world.clock.sleep(60 * MINUTE_MS);
    seat.coinslot.gameplayStop();
    await seat.coinslot.breakpoint('level-end', { level: 2 });
    const played = playedMs(readRecording(recorder.text()).lines);
    expect(played).toBe(seat.coinslot.timingState().sessionPlayedMs);
    expect(played).toBeLessThan(MINUTE_MS);
  });

  it('tells of other rules, and ends once', async () => {
    const seat = world.sit({ placements: RULES });
    const recorder = await record(seat, RULES);
    seat.coinslot.usePlacements({ ...RULES, campaigns: [] });
    recorder.stop();
    recorder.stop();
    const kinds = kindsOf(readRecording(recorder.text()).lines);
    expect(kinds.filter((kind) => kind === 'reload' || kind === 'end')).toEqual(['reload', 'end']);
  });
});

describe('two recordings of one player', () => {
  const campaigns: Campaign[] = [0, 1, 2].map((i) => ({
    ...CAMPAIGN,
    id: `campaign-${i}`,
    holdout: 0.2,
    variants: ['a', 'b'].map((id) => ({ id, offer: 'level-3', weight: 1 })),
  }));
  const file: PlacementsFile = { ...PLACEMENTS, campaigns };

  it('share nothing of the seed, and both are assigned as the player is', () => {
    fc.assert(
      fc.property(fc.string({ minLength: 1, maxLength: 20 }), (seed) => {
        const drawn = [1, 2].map(() => standIn(seed, file, (length) => crypto.getRandomValues(new Uint8Array(length))));
        expect(new Set([seed, ...drawn.map((one) => one.seed)]).size).toBe(3);
        for (const one of drawn) {
          expect(one.otherwise).toEqual([]);
          for (const { id, holdout, variants } of campaigns) {
            expect(isHeldOut(one.seed, id, holdout)).toBe(isHeldOut(seed, id, holdout));
            expect(variantFor(one.seed, id, variants)).toBe(variantFor(seed, id, variants));
          }
        }
      }),
      { numRuns: 100 },
    );
  });

  it('have the seed itself nowhere', async () => {
    const seat = world.sit({ placements: file });
    const [first, second] = [await record(seat, file), await record(seat, file)];
    const { seed } = seat.coinslot.timingState();
    const seeds = [first, second].map((one) => readRecording(one.text()).header.state.seed);
    expect(new Set([...seeds, seed]).size).toBe(3);
    expect(first.text() + second.text()).not.toContain(seed);
  });

  it('have old times to the minute only, and the first session to the day', () => {
    const atMs = Date.UTC(2026, 10, 23, 12, 34, 56, 789);
    const state = {
      ...startSession(newTimingState('00ff', 0, atMs - 3 * 86_400_000 - 4_567)),
      lastShownAtMs: atMs - 60 * MINUTE_MS - 1_234,
      lastDeclinedAtMs: atMs - 1_234,
    };
    const kept = recordableState(state, 'ffff', RULES, atMs);
    const startMs = Date.UTC(2026, 10, 23, 12, 34);
    expect(kept.firstSessionAtMs).toBe(startMs - 3 * 86_400_000);
    expect(kept.lastShownAtMs! % MINUTE_MS).toBe(0);
    // The rules still tell this one: it is as long ago as it was.
    expect(startMs - kept.lastDeclinedAtMs!).toBe(1_234);
  });

  it('names the campaigns for which no stand-in is found', () => {
    const many = Array.from({ length: 64 }, (_, i): Campaign => ({ ...campaigns[0]!, id: `c${i}` }));
    let drawn = 0;
    const random = (length: number): Uint8Array => new Uint8Array(length).fill(++drawn % 7);
    const found = standIn('player', { ...file, campaigns: many }, random);
    expect(found.otherwise.length).toBeGreaterThan(0);
  });
});

describe('reading', () => {
  const header = JSON.stringify({
    ...{ v: 1, kind: 'session', game: 'demo-game', startMs: 0, file: '0000abcd' },
    state: newTimingState('00', 0, 0),
  });
  const text = (...lines: string[]): string => [header, ...lines, ''].join('\n');

  it('leaves out a last line that was cut off, and says so', () => {
    const whole = text('{"t":5,"kind":"lost"}', '{"t":9,"kind":"end"}');
    const cut = readRecording(whole.slice(0, -6));
    expect(cut).toMatchObject({ isCut: true, lines: [{ t: 5, kind: 'lost' }] });
    expect(readRecording(whole.slice(0, -1))).toMatchObject({ isCut: false, lines: [{ t: 5 }, { t: 9 }] });
  });

  it.each([
    ['not JSON in the middle', text('{"t":1,', '{"t":2,"kind":"end"}'), 2],
    ['no header', '{"t":1,"kind":"lost"}\n', 1],
    ['another version', text().replace('"v":1', '"v":2'), 1],
    ['nothing', '', 1],
    ['time that falls', text('{"t":5,"kind":"lost"}', '{"t":4,"kind":"lost"}'), 3],
    ['time in fractions', text('{"t":0.5,"kind":"lost"}'), 2],
    ['a kind that is not known', text('{"t":1,"kind":"found"}'), 2],
    ['a kind of the prototype', text('{"t":1,"kind":"toString"}'), 2],
    ['a boundary without outcome', text('{"t":1,"kind":"boundary","placement":"a","facts":{},"playing":false}'), 2],
    ['a standing that is not known', text('{"t":1,"kind":"wallet","standing":"lost"}'), 2],
    ['facts that are no plain values', text('{"t":1,"kind":"passed","on":{},"facts":{"a":[]},"playing":true}'), 2],
  ])('refuses %s by its line', (_, given, line) => {
    expect(() => readRecording(given)).toThrow(RecordingError);
    expect(() => readRecording(given)).toThrow(new RegExp(`^line ${line}:`));
  });
});

/** What the play lines add up to. */
function playedMs(lines: readonly RecordedLine[]): number {
  let [sum, sinceMs] = [0, undefined as number | undefined];
  for (const line of lines) {
    if (line.kind !== 'play') continue;
    if (sinceMs !== undefined) sum += line.t - sinceMs;
    sinceMs = line.on ? line.t : undefined;
  }
  return sum;
}
