import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { levelOf, LEVELS, planLevel as layOut } from '../../demo-game/src/levels/index.ts';
import { rectDistance } from '../../demo-game/src/sim/hazards.ts';
import { createPilot } from '../../demo-game/src/sim/pilot.ts';
import { SPARK_R, STEP_S, step } from '../../demo-game/src/sim/step.ts';
import type { LevelKey, LevelPlan, World } from '../../demo-game/src/sim/types.ts';
import { createWorld } from '../../demo-game/src/sim/world.ts';

/** What the bonus night is sealed from. */
const ROAD = Uint8Array.from(readFileSync(new URL('../../demo-game/coinslot/comets-road.json', import.meta.url)));
const planLevel = (key: LevelKey, seed: number): LevelPlan =>
  layOut(key, seed, levelOf(key).sealed === undefined ? undefined : ROAD);

function play(key: LevelKey, seed: number, limitS = 120): World {
  const world = createWorld(planLevel(key, seed));
  const pilot = createPilot();
  let controls = { x: 0, y: 0, dash: false };
  for (let i = 0; i < limitS / STEP_S && world.outcome === 'playing'; i += 1) {
    if (i % 6 === 0) controls = pilot.decide(world);
    step(world, controls);
  }
  return world;
}

describe.each(LEVELS.map((level) => level.key))('%s', (key) => {
  it.each([1, 2, 3])('is finished by a pilot using the controls alone, seed %i', (seed) => {
    const world = play(key, seed);
    expect(world.outcome).toBe('finished');
    expect(world.timeS).toBeGreaterThan(15);
    expect(world.timeS).toBeLessThan(70);
  });

  it('keeps start, lanterns and beacon out of the terrain and above still water', () => {
    const { plan } = createWorld(planLevel(key, 1));
    const spots = [plan.start, ...plan.lanterns, ...(plan.beacon ? [plan.beacon] : [])];
    for (const spot of spots) {
      for (const solid of plan.solids)
        expect(rectDistance(spot, solid), JSON.stringify({ spot, solid })).toBeGreaterThan(SPARK_R);
      if (plan.waterY !== null) expect(spot.y).toBeLessThan(plan.waterY - 20);
    }
  });
});

describe('a shortened run (goal 1)', () => {
  it.each(LEVELS.map((level) => level.key))('of %s ends by holding one key', (key) => {
    const world = createWorld(planLevel(key, 1), { goal: 1 });
    for (let i = 0; i < 5 / STEP_S && world.outcome === 'playing'; i += 1) step(world, { x: 1, y: 0, dash: false });
    expect(world.outcome).toBe('finished');
    expect(world.lit).toBe(1);
  });
});

it('is the same run again for the same seed, and another for another', () => {
  expect(play('Level2', 5).score).toBe(play('Level2', 5).score);
  expect(play('Level2', 5).score).not.toBe(play('Level2', 6).score);
});

it.each([
  ['nothing', ''],
  ['something else', '{}'],
  ['rows of other lengths', '{"lanterns":[[1,2,3]],"dust":[],"clouds":[]}'],
  ['rows of words', '{"lanterns":[["1","2"]],"dust":[],"clouds":[]}'],
])('the bonus night cannot be laid out from %s', (_, text) => {
  expect(() => layOut('Bonus', 1, new TextEncoder().encode(text))).toThrow();
});
