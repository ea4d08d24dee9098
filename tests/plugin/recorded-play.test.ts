/** Sessions played at random through the real core and recorded: a replay under the same rules gives exactly what happened. */
import { startRecording } from '@coinslot/plugin/designer';
import { memoryStore } from '@coinslot/plugin/core';
import { readRecording, replay, type PlacementsFile } from '@coinslot/plugin/timing';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { CAMPAIGN, PLACEMENTS } from './lib/content.ts';
import { PAYS, World, type Seat } from './lib/seat.ts';

const MINUTE_MS = 60_000;
const SESSIONS = 8;
const STEPS = 40;

/** Boundaries of every kind, so that they meet, wait for one another and get in each other's way. */
const FILE: PlacementsFile = {
  ...PLACEMENTS,
  placements: [
    ...PLACEMENTS.placements,
    { name: 'often', on: { kind: 'play-time', everyMs: 3 * MINUTE_MS }, duringPlay: true },
    { name: 'seldom', on: { kind: 'play-time', everyMs: 7 * MINUTE_MS }, duringPlay: false },
    { name: 'third', on: { kind: 'level', event: 'end', level: 3 }, duringPlay: false },
    { name: 'any', on: { kind: 'level', event: 'end' }, duringPlay: false },
    { name: 'begun', on: { kind: 'level', event: 'start' }, duringPlay: false },
    { name: 'over', on: { kind: 'grant-ended', target: 'play' }, duringPlay: false },
    { name: 'menu', on: { kind: 'scene', event: 'start', scene: 'Menu' }, duringPlay: false },
  ],
  campaigns: [
    {
      ...{ ...CAMPAIGN, id: 'time', placements: ['often', 'seldom', 'over', 'any'] },
      ...{ variants: [{ id: 'only', offer: 'thirty-minutes', weight: 1 }], cooldownMs: 2 * MINUTE_MS },
    },
    {
      ...{ ...CAMPAIGN, placements: ['level-end', 'third', 'begun', 'menu'], quietAfterDeclineMs: 5 * MINUTE_MS },
      ...{ when: { '>': [{ var: 'session.minutes' }, 4] }, priority: 1, caps: { session: 3, day: 5, lifetime: null } },
    },
    {
      ...CAMPAIGN,
      id: 'rest',
      placements: ['level-end', 'any'],
      variants: [{ id: 'only', offer: 'bonus', weight: 1 }],
    },
  ],
};

let world: World;
beforeEach(async () => {
  world = await World.open();
});
afterEach(() => world.close());

/** mulberry32 by Tommy Ettinger, public domain. */
function diceOf(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 0x1_0000_0000;
  };
}

/** Until no dialog is under way. */
async function settle(seat: Seat): Promise<void> {
  do await new Promise((resolve) => setImmediate(resolve));
  while (seat.coinslot.timingState().overlayOpen);
}

async function playAtRandom(seat: Seat, dice: () => number): Promise<void> {
  const { coinslot } = seat;
  const level = (): number => 1 + Math.floor(dice() * 4);
  const acts: readonly (() => unknown)[] = [
    () => world.clock.advance(Math.floor(dice() * 2 * MINUTE_MS)),
    () => world.clock.advance(Math.floor(dice() * 5 * MINUTE_MS)),
    () => coinslot.gameplayStart(),
    () => coinslot.gameplayStop(),
    () => coinslot.level('start', level()),
    () => coinslot.level('end', level()),
    () => coinslot.breakpoint('level-end', { level: level() }),
    () => coinslot.happened({ kind: 'scene', event: 'start', scene: 'Menu' }, {}, true)?.(),
    () => coinslot.lost(),
    () => coinslot.require(dice() < 0.5 ? 'bonus' : 'play'),
  ];
  for (let step = 0; step < STEPS; step++) {
    await acts[Math.floor(dice() * acts.length)]!();
    await settle(seat);
  }
}

it.each(Array.from({ length: SESSIONS }, (_, i) => i))('player %d, twice at the game', async (player) => {
  const dice = diceOf(player);
  const store = memoryStore();
  const habits = { ...PAYS, review: () => (dice() < 0.25 ? ('accept' as const) : ('decline' as const)) };
  for (let session = 0; session < 2; session++) {
    const seat = world.sit({ placements: FILE, store, habits });
    await seat.coinslot.ready;
    // Some recordings begin in the middle of play.
    if (player % 3 === 2) seat.coinslot.gameplayStart();
    world.clock.advance(12_345);
    const before = seat.coinslot.timingState();
    const recorder = await startRecording(seat.coinslot, { file: FILE, nowMs: () => world.clock.nowMs() });
    await playAtRandom(seat, dice);
    const after = seat.coinslot.timingState();
    recorder.stop();
    seat.coinslot.close();
    expect(seat.problems).toEqual([]);

    const recording = readRecording(recorder.text());
    const { boundaries, offers, isSame, playedMs } = replay(recording, FILE);
    expect(isSame).toBe(true);
    expect(boundaries.map(({ replayed }) => replayed)).toEqual(boundaries.map(({ recorded }) => recorded));
    // Taken for other rules, the same ones make the same of what passed and of the play.
    const unnamed = replay({ ...recording, header: { ...recording.header, file: '00000000' } }, FILE);
    expect(unnamed.boundaries.map(({ replayed }) => replayed)).toEqual(
      unnamed.boundaries.map(({ recorded }) => recorded),
    );
    expect(playedMs).toBe(after.playedMs - before.playedMs);
    const count = (outcome: string): number => offers.filter((one) => one.outcome === outcome).length;
    expect(count('accepted')).toBe(after.accepted - before.accepted);
    expect(count('declined') + count('left')).toBe(after.declined - before.declined);
  }
});
