/** Play and its boundaries: what waits for the end of play, what may interrupt, and what previewing leaves alone. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Placement, PlacementsFile } from '@coinslot/plugin/timing';
import type { ReachedBoundary } from '@coinslot/plugin';
import { CAMPAIGN, PLACEMENTS, placementsWith } from './lib/content.ts';
import { PAYS, World, type Seat } from './lib/seat.ts';
import { DAY_MS } from '../lib/parties.ts';

const MINUTE_MS = 60_000;
let world: World;
beforeEach(async () => {
  world = await World.open();
});
afterEach(() => world.close());

const placed = (on: Placement['on'], duringPlay = false): PlacementsFile => ({
  ...PLACEMENTS,
  placements: [{ name: 'here', on, duringPlay }],
  campaigns: [{ ...CAMPAIGN, placements: ['here'] }],
});

/** Boundaries as they were put to the rules. */
function watch(seat: Seat): ReachedBoundary[] {
  const reached: ReachedBoundary[] = [];
  seat.coinslot.events.on('boundary', (boundary) => reached.push(boundary));
  return reached;
}

describe('every ten minutes of play', () => {
  const everyTen = { kind: 'play-time', everyMs: 10 * MINUTE_MS } as const;

  it('waits for the end of play', async () => {
    const seat = world.sit({ placements: placed(everyTen) });
    await seat.coinslot.ready;
    const reached = watch(seat);
    seat.coinslot.gameplayStart();
    world.clock.advance(25 * MINUTE_MS);
    expect(reached).toEqual([]);
    seat.coinslot.gameplayStop();
    expect(reached.map(({ placement, decision }) => [placement, decision.show])[0]).toEqual(['here', true]);
    await seat.stage.shows('granted');
  });

  it('interrupts to the minute when the file says so in so many words', async () => {
    const seat = world.sit({ placements: placed(everyTen, true) });
    await seat.coinslot.ready;
    const reached = watch(seat);
    seat.coinslot.gameplayStart();
    world.clock.advance(10 * MINUTE_MS - 1);
    expect(reached).toEqual([]);
    world.clock.advance(1);
    expect(reached.map(({ decision }) => decision.show)).toEqual([true]);
    await seat.stage.shows('granted');
  });

  it('counts play alone, and none while an offer is open', async () => {
    const seat = world.sit({ placements: placed(everyTen, true), habits: { review: 'wait', granted: 'close' } });
    await seat.coinslot.ready;
    const reached = watch(seat);
    world.clock.advance(60 * MINUTE_MS);
    seat.coinslot.gameplayStart();
    world.clock.advance(5 * MINUTE_MS);
    const asked = seat.coinslot.require('bonus');
    await seat.stage.shows('review');
    world.clock.advance(MINUTE_MS / 2);
    seat.stage.intend('accept');
    await asked;
    world.clock.advance(5 * MINUTE_MS - 1);
    expect(reached).toEqual([]);
    world.clock.advance(1);
    expect(reached).toHaveLength(1);
  });
});

describe('minutes that run out', () => {
  it('are a boundary at the end of play', async () => {
    const placements = placed({ kind: 'grant-ended', target: 'play' });
    const seat = world.sit({ placements });
    await seat.coinslot.require('level-4');
    const reached = watch(seat);
    seat.coinslot.gameplayStart('level-4');
    world.clock.advance(31 * MINUTE_MS);
    expect(reached).toEqual([]);
    seat.coinslot.gameplayStop();
    expect(reached.map((one) => one.placement)).toEqual(['here']);
  });
});

describe('a level', () => {
  it('brackets play and is a boundary with its number as a fact', async () => {
    const placements = placed({ kind: 'level', event: 'end', level: 2 });
    const seat = world.sit({ placements });
    const reached = watch(seat);
    expect(await seat.coinslot.level('start', 2)).toMatchObject({ status: 'skipped', reason: 'no-placement' });
    expect(await seat.coinslot.breakpoint('here')).toMatchObject({ reason: 'not-at-boundary' });
    expect(await seat.coinslot.level('end', 2, { stars: 3 })).toMatchObject({ status: 'granted' });
    expect(reached.at(-1)).toMatchObject({ placement: 'here', facts: { level: 2, stars: 3 } });
  });
});

describe('a breakpoint', () => {
  it('that is skipped says why, campaign by campaign', async () => {
    const seat = world.sit({ placements: placementsWith({ when: { '>=': [{ var: 'level' }, 3] } }) });
    const result = await seat.coinslot.breakpoint('level-end', { level: 2 });
    expect(result).toMatchObject({ status: 'skipped', reason: 'no-rule-match', charged: 'no' });
    const check = result.explain![0]!.checks.find((one) => !one.passed);
    expect(check).toMatchObject({ reason: 'no-rule-match', met: { level: 2 } });
  });

  it('counts what it showed, over sessions', async () => {
    const placements = placementsWith({ caps: { session: 1, day: null, lifetime: 2 } });
    const habits = { review: 'decline' } as const;
    const first = world.sit({ placements, habits });
    expect(await first.coinslot.breakpoint('level-end')).toMatchObject({ status: 'declined' });
    expect(await first.coinslot.breakpoint('level-end')).toMatchObject({ reason: 'session-cap' });
    first.coinslot.close();
    const second = world.sit({ placements, habits, store: first.store });
    expect(await second.coinslot.breakpoint('level-end')).toMatchObject({ status: 'declined' });
    second.coinslot.close();
    const third = world.sit({ placements, habits, store: first.store });
    expect(await third.coinslot.breakpoint('level-end')).toMatchObject({ reason: 'lifetime-cap' });
  });

  it('leaves a declining player alone for a while, but never one who asks', async () => {
    const placements = placementsWith({ quietAfterDeclineMs: 5 * MINUTE_MS });
    const seat = world.sit({ placements, habits: { review: 'decline' } });
    await seat.coinslot.breakpoint('level-end');
    expect(await seat.coinslot.breakpoint('level-end')).toMatchObject({ reason: 'recently-declined' });
    expect(await seat.coinslot.require('level-3')).toMatchObject({ status: 'declined' });
    world.clock.advance(5 * MINUTE_MS);
    expect(await seat.coinslot.breakpoint('level-end')).toMatchObject({ status: 'declined' });
  });

  it('waits the campaign’s delay', async () => {
    const seat = world.sit({ placements: placementsWith({ delayMs: 1_500 }) });
    await seat.coinslot.ready;
    const result = seat.coinslot.breakpoint('level-end');
    await new Promise((resolve) => setImmediate(resolve));
    expect(world.wallet.standings).toEqual([]);
    world.clock.advance(1_500);
    expect(await result).toMatchObject({ status: 'granted' });
  });

  it('is not made over play that has begun again before there was anything to show, and counts as none', async () => {
    const seat = world.sit({ placements: placementsWith({ delayMs: 1_500 }) });
    await seat.coinslot.ready;
    const late = seat.coinslot.breakpoint('level-end');
    await new Promise((resolve) => setImmediate(resolve));
    seat.coinslot.gameplayStart();
    world.clock.advance(1_500);
    expect(await late).toMatchObject({ status: 'skipped', reason: 'not-at-boundary', charged: 'no' });
    expect(seat.stage.opened).toBe(0);
    seat.coinslot.gameplayStop();
    const next = seat.coinslot.breakpoint('level-end');
    await new Promise((resolve) => setImmediate(resolve));
    world.clock.advance(1_500);
    expect(await next).toMatchObject({ status: 'granted' });
  });
});

describe('a preview', () => {
  it('tells what would happen, and shows, sends and counts nothing', async () => {
    const seat = world.sit({
      paired: false,
      placements: placementsWith({ caps: { session: 1, day: null, lifetime: null } }),
    });
    const reached = watch(seat);
    for (let i = 0; i < 3; i++) {
      expect(await seat.coinslot.preview('level-end')).toMatchObject({ show: true, offer: 'level-3' });
    }
    expect([reached.length, seat.stage.opened, world.wallet.heard.length]).toEqual([0, 0, 0]);
  });
});

describe('uses', () => {
  it('are taken one by one, kept before the answer, told to the wallet, and end at a boundary', async () => {
    const seat = world.sit({ placements: placed({ kind: 'grant-ended', target: 'lamp' }), habits: PAYS });
    const { coinslot } = seat;
    expect(await coinslot.use('lamp')).toBe(false);
    await coinslot.require('lamp');
    const reached = watch(seat);
    expect(await coinslot.use('lamp')).toBe(true);
    expect(coinslot.owned().map(({ remainingUses }) => remainingUses)).toEqual([1]);
    const second = world.sit({ placements: PLACEMENTS, store: seat.store });
    await second.coinslot.ready;
    expect(second.coinslot.owned().map(({ remainingUses }) => remainingUses)).toEqual([1]);
    expect([reached.length, await coinslot.use('lamp')]).toEqual([0, true]);
    expect(seat.changes.at(-1)).toMatchObject({ kind: 'ended', entitlement: { target: 'lamp', open: false } });
    expect(reached.map(({ placement }) => placement)).toEqual(['here']);
    expect([coinslot.can('lamp'), await coinslot.use('lamp')]).toEqual([false, false]);
  });

  it('are not taken of what is open without', async () => {
    const seat = world.sit();
    await seat.coinslot.require('bonus');
    expect(await seat.coinslot.use('bonus')).toBe(true);
    expect(seat.coinslot.can('bonus')).toBe(true);
  });
});

describe.each([
  ['a period', 'season', 7],
  ['a date', 'winter', 20],
])('what was bought until %s', (_, target, days) => {
  it('ends at it, during play only at the end of play', async () => {
    const seat = world.sit({ placements: placed({ kind: 'grant-ended', target }), habits: PAYS });
    await seat.coinslot.require(target);
    const reached = watch(seat);
    world.clock.advance(days * DAY_MS - MINUTE_MS);
    await loaded();
    seat.coinslot.gameplayStart();
    expect([seat.coinslot.can(target), seat.changes.at(-1)?.kind]).toEqual([true, 'granted']);
    world.clock.advance(2 * MINUTE_MS);
    expect([seat.coinslot.can(target), seat.changes.at(-1)?.kind]).toEqual([false, 'ended']);
    expect(reached).toEqual([]);
    seat.coinslot.gameplayStop();
    expect(reached.map(({ placement }) => placement)).toEqual(['here']);
  });

  it('is waited for again after a restart', async () => {
    const first = world.sit();
    await first.coinslot.require(target);
    first.coinslot.close();
    const second = world.sit({ store: first.store });
    await second.coinslot.ready;
    await loaded();
    world.clock.advance(days * DAY_MS);
    expect(second.changes.at(-1)).toMatchObject({ kind: 'ended', entitlement: { target } });
  });
});

describe('a preview of another player', () => {
  it('answers under what is assumed, and leaves the player as they are', async () => {
    const seat = world.sit({ placements: placementsWith({ when: { '>=': [{ var: 'session.declines' }, 2] } }) });
    const before = seat.coinslot.timingState();
    expect(await seat.coinslot.preview('level-end')).toMatchObject({ reason: 'no-rule-match' });
    expect(await seat.coinslot.preview('level-end', {}, { sessionDeclined: 2 })).toMatchObject({ show: true });
    const away = { sessionDeclined: 2, wallet: 'absent' } as const;
    expect(await seat.coinslot.preview('level-end', {}, away)).toMatchObject({ reason: 'wallet-absent' });
    expect(seat.coinslot.timingState()).toEqual(before);
  });

  it('sees play to the millisecond', async () => {
    const seat = world.sit();
    await seat.coinslot.ready;
    seat.coinslot.gameplayStart();
    world.clock.advance(12_345);
    expect(seat.coinslot.timingState().sessionPlayedMs).toBe(12_345);
  });
});

/** The chunk that waits for dates has been loaded. */
async function loaded(): Promise<void> {
  await import('../../plugin/src/aftercare.ts');
  await new Promise((resolve) => setImmediate(resolve));
}
