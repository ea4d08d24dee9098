/** A long play comes to the lab whole: in parts that a page may hand over while it goes away. */
import { setTimeout } from 'node:timers/promises';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { readRecording, type PlacementsFile } from '@coinslot/plugin/timing';
import { recordParts } from '../../demo-game/src/pay/lab-parts.ts';
import { placementsWith } from '../plugin/lib/content.ts';
import { World, type Seat } from '../plugin/lib/seat.ts';

/** What browsers let a page that goes away say. */
const KEEPALIVE_BYTES_MAX = 65_536;
const RULES = placementsWith({});

let world: World;
let seat: Seat;
let handed: { text: string; isLast: boolean }[];
beforeEach(async () => {
  world = await World.open();
  seat = world.sit({ placements: RULES, habits: { review: 'decline' } });
  handed = [];
});
afterEach(() => world.close());

const record = (file: PlacementsFile) =>
  recordParts(seat.coinslot, {
    file,
    worthMs: 60_000,
    nowMs: () => world.clock.nowMs(),
    handOver: (text, isLast) => handed.push({ text, isLast }),
  });

it('in parts that fit, with every boundary in one of them, none ended in the midst of play or of an offer', async () => {
  const parts = await record(RULES);
  const BOUNDARIES = 900;
  for (let i = 0; i < BOUNDARIES; i++) {
    seat.coinslot.gameplayStart();
    world.clock.advance(20_000);
    seat.coinslot.gameplayStop();
    await seat.coinslot.breakpoint('level-end', { level: i });
    await setTimeout(1);
  }
  world.clock.advance(60_000);
  parts.end();
  expect(handed.map(({ isLast }) => isLast)).toEqual([...Array<boolean>(handed.length - 1).fill(false), true]);
  expect(handed.length).toBeGreaterThan(2);
  const levels: unknown[] = [];
  for (const { text } of handed) {
    expect(Buffer.byteLength(text)).toBeLessThan(KEEPALIVE_BYTES_MAX);
    const { header, lines } = readRecording(text);
    expect([header.state.playing, header.state.overlayOpen]).toEqual([false, false]);
    for (const line of lines) if (line.kind === 'boundary') levels.push(line.facts['level']);
  }
  expect(levels).toEqual(Array.from({ length: BOUNDARIES }, (_, i) => i));
});

it('a part that is too short to say anything is not handed over, and none twice', async () => {
  const parts = await record(RULES);
  world.clock.advance(59_999);
  parts.end();
  expect(handed).toEqual([]);
});

it('each part begins with the rules of its time', async () => {
  const parts = await record(RULES);
  const other = placementsWith({ cooldownMs: 600_000 });
  seat.coinslot.usePlacements(other);
  parts.follow(other);
  for (let i = 0; i < 500; i++) {
    world.clock.advance(20_000);
    await seat.coinslot.breakpoint('level-end', { level: i });
    await setTimeout(1);
  }
  parts.end();
  const files = handed.map(({ text }) => readRecording(text).header.file);
  expect(new Set(files.slice(1)).size).toBe(1);
  expect(files[1]).not.toBe(files[0]);
});
