/** Other rules in a running game: at once, nothing lost, and nothing changed by a file that is no good. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { followLab, type LabNews, type LabStream } from '@coinslot/plugin/designer';
import type { TimingEvent } from '@coinslot/plugin';
import type { PlacementsFile } from '@coinslot/plugin/timing';
import { CAMPAIGN, PLACEMENTS, placementsWith } from './lib/content.ts';
import { World, type Seat } from './lib/seat.ts';

const MINUTE_MS = 60_000;
let world: World;
let seat: Seat;
beforeEach(async () => {
  world = await World.open();
  seat = world.sit({ placements: placementsWith({ cooldownMs: 60 * MINUTE_MS }), habits: { review: 'decline' } });
  await seat.coinslot.ready;
});
afterEach(() => world.close());

const reasonAt = async (name: string): Promise<string> => {
  const decision = await seat.coinslot.preview(name);
  return decision.show ? 'shows' : decision.reason;
};

describe('other rules', () => {
  it('are in force at the next boundary, with the counts of the player as they were', async () => {
    await seat.coinslot.breakpoint('level-end');
    const before = seat.coinslot.timingState();
    expect(await reasonAt('level-end')).toBe('cooldown');
    seat.coinslot.usePlacements(placementsWith({ cooldownMs: 0 }));
    expect(await reasonAt('level-end')).toBe('shows');
    expect(seat.coinslot.timingState()).toEqual(before);
    seat.coinslot.usePlacements(placementsWith({ caps: { session: 1, day: null, lifetime: null } }));
    expect(await reasonAt('level-end')).toBe('session-cap');
  });

  it('leave play and what was bought as they are', async () => {
    seat.stage.habits = { review: 'accept', granted: 'close' };
    await seat.coinslot.require('level-4');
    seat.coinslot.gameplayStart('level-4');
    world.clock.advance(5 * MINUTE_MS);
    seat.coinslot.usePlacements(placementsWith({ cooldownMs: 0 }));
    expect(seat.coinslot.timingState().playing).toBe(true);
    world.clock.advance(5 * MINUTE_MS);
    expect(seat.coinslot.remainingMs('level-4')).toBe(20 * MINUTE_MS);
    seat.coinslot.usePlacements({ ...PLACEMENTS, covers: {} });
    expect([seat.coinslot.can('play'), seat.coinslot.can('level-4')]).toEqual([true, false]);
  });

  it('may interrupt play sooner than those before', () => {
    const every = (minutes: number): PlacementsFile => ({
      ...PLACEMENTS,
      placements: [{ name: 'here', on: { kind: 'play-time', everyMs: minutes * MINUTE_MS }, duringPlay: true }],
      campaigns: [{ ...CAMPAIGN, placements: ['here'] }],
    });
    const reached: string[] = [];
    seat.coinslot.events.on('boundary', ({ placement }) => reached.push(placement));
    seat.coinslot.usePlacements(every(60));
    seat.coinslot.gameplayStart();
    world.clock.advance(MINUTE_MS);
    seat.coinslot.usePlacements(every(2));
    world.clock.advance(MINUTE_MS - 1);
    expect(reached).toEqual([]);
    world.clock.advance(1);
    expect(reached).toEqual(['here']);
  });

  it('do not touch an offer that waits out its delay', async () => {
    seat.coinslot.usePlacements(placementsWith({ delayMs: 1_000, afterDecline: 'menu' }));
    const result = seat.coinslot.breakpoint('level-end');
    await new Promise((resolve) => setImmediate(resolve));
    seat.coinslot.usePlacements({ ...PLACEMENTS, offers: {}, campaigns: [] });
    world.clock.advance(1_000);
    expect(await result).toMatchObject({ status: 'declined', afterDecline: 'menu' });
  });

  it.each<[string, PlacementsFile]>([
    ['of a version that is not known', { ...PLACEMENTS, version: 2 as never }],
    ['of another game', { ...PLACEMENTS, game: 'another' }],
    ['with an offer that is not there', placementsWith({ variants: [{ id: 'a', offer: 'gone', weight: 1 }] })],
    ['with a condition that is none', placementsWith({ when: { eval: ['1'] } })],
  ])('%s are refused, and change nothing', async (_, file) => {
    await seat.coinslot.breakpoint('level-end');
    expect(() => seat.coinslot.usePlacements(file)).toThrow(RangeError);
    expect(await reasonAt('level-end')).toBe('cooldown');
  });
});

describe('timing events', () => {
  it('tell of play, offers, losses and other rules in their order', async () => {
    const told: TimingEvent[] = [];
    seat.coinslot.events.on('timing', (event) => told.push(event));
    seat.coinslot.gameplayStart();
    world.clock.advance(MINUTE_MS);
    seat.coinslot.lost();
    seat.coinslot.gameplayStop();
    await seat.coinslot.breakpoint('level-end');
    seat.coinslot.usePlacements(PLACEMENTS);
    const kinds = told.map((event) => (event.kind === 'play' ? `play ${event.on}` : event.kind));
    expect(kinds).toEqual(['play true', 'lost', 'play false', 'shown', 'answered', 'placements']);
    expect(told[4]).toMatchObject({ campaign: 'after-level', offer: 'level-3', outcome: 'declined' });
    expect(told.every(({ atMs }) => atMs > 0)).toBe(true);
  });

  it('tell of an offer that the player asked for without a campaign', async () => {
    const told: TimingEvent[] = [];
    seat.coinslot.events.on('timing', (event) => told.push(event));
    seat.stage.habits = { review: 'accept', granted: 'close' };
    await seat.coinslot.require('level-3');
    expect(told).toMatchObject([
      { kind: 'shown', campaign: null },
      { kind: 'answered', campaign: null, outcome: 'accepted' },
    ]);
  });
});

/** A lab's stream that does what it is told. */
class ScriptedStream implements LabStream {
  readyState = 1;
  isClosed = false;
  readonly #listeners = new Map<string, (event: { readonly data?: unknown }) => void>();

  addEventListener(name: string, listener: (event: { readonly data?: unknown }) => void): void {
    this.#listeners.set(name, listener);
  }

  tell(name: string, value?: unknown): void {
    this.#listeners.get(name)?.({ data: typeof value === 'string' ? value : JSON.stringify(value) });
  }

  close(): void {
    this.isClosed = true;
  }
}

describe('a game that follows a lab', () => {
  const settle = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
  let streams: ScriptedStream[];
  let news: LabNews[];
  const follow = () => {
    [streams, news] = [[], []];
    return followLab(seat.coinslot, 'http://127.0.0.1:8376/lab', {
      onNews: (one) => news.push(one),
      open: (url) => {
        expect(url).toBe('http://127.0.0.1:8376/live');
        const stream = new ScriptedStream();
        streams.push(stream);
        return stream;
      },
      after: (delayMs, run) => world.clock.after(delayMs, run),
    });
  };

  it('takes its file at once', async () => {
    follow();
    await seat.coinslot.breakpoint('level-end');
    streams[0]!.tell('placements', placementsWith({ cooldownMs: 0 }));
    await settle();
    expect(news.map(({ kind }) => kind)).toEqual(['taken']);
    expect(await reasonAt('level-end')).toBe('shows');
  });

  it.each<[string, unknown, RegExp]>([
    ['that is not JSON', '{', /JSON/],
    ['without its parts', {}, /placements\.version: expected a number/],
    [
      'with a campaign cut short',
      { ...PLACEMENTS, campaigns: [{ id: 'a' }] },
      /campaigns\[0\]\.placements: expected a list/,
    ],
    ['with a cap of text', placementsWith({ caps: { session: 'x' as never, day: 1, lifetime: 1 } }), /caps\.session/],
    [
      'with a selector that is none',
      { ...PLACEMENTS, placements: [{ name: 'a', on: { kind: 'moon' }, duringPlay: false }] },
      /on\.kind: expected breakpoint or/,
    ],
    ['of another game', { ...PLACEMENTS, game: 'another' }, /another/],
  ])('keeps the last good one when a file comes %s', async (_, bad, why) => {
    follow();
    streams[0]!.tell('placements', placementsWith({ cooldownMs: 0 }));
    streams[0]!.tell('placements', bad);
    await settle();
    expect(news[1]).toMatchObject({ kind: 'refused', why: expect.stringMatching(why) as string });
    expect(await reasonAt('level-end')).toBe('shows');
  });

  it('comes back by itself, also when the browser has given up, until it is stopped', () => {
    const following = follow();
    streams[0]!.tell('error');
    expect([streams.length, news.at(-1)]).toEqual([1, { kind: 'lost' }]);
    streams[0]!.readyState = 2;
    streams[0]!.tell('error');
    world.clock.advance(1_000);
    expect(streams).toHaveLength(2);
    streams[1]!.tell('open');
    expect(following.last).toEqual({ kind: 'connected' });
    following.stop();
    expect(streams[1]!.isClosed).toBe(true);
    streams[1]!.readyState = 2;
    streams[1]!.tell('error');
    world.clock.advance(5_000);
    expect(streams).toHaveLength(2);
  });
});
