import { describe, expect, it } from 'vitest';
import { planLevel } from '../../demo-game/src/levels/index.ts';
import { STEP_S, step } from '../../demo-game/src/sim/step.ts';
import type { Controls, GameEvent, World } from '../../demo-game/src/sim/types.ts';
import { LIVES, createWorld, starsOf } from '../../demo-game/src/sim/world.ts';

const STILL: Controls = { x: 0, y: 0, dash: false };

function run(world: World, seconds: number, controls: Controls): GameEvent[] {
  const events: GameEvent[] = [];
  for (let i = 0; i < seconds / STEP_S; i += 1) events.push(...step(world, controls));
  return events;
}

/** The first level without its hazards, so that a rule is seen by itself. */
function quiet(): World {
  const plan = planLevel('Level1', 1);
  return createWorld({ ...plan, hazards: [], winds: [] });
}

describe('the flame', () => {
  it('burns down and costs a life when the wick has run out', () => {
    const world = quiet();
    const events = run(world, world.plan.fuelS + 0.1, STILL);
    expect(events.find((event) => event.type === 'low-fuel')).toBeDefined();
    expect(events.find((event) => event.type === 'hurt')).toMatchObject({ cause: 'cold' });
    expect(world.lives).toBe(LIVES - 1);
  });

  it('is lost with its last life, and then nothing moves any more', () => {
    const world = quiet();
    run(world, 60, STILL);
    expect(world.outcome).toBe('lost');
    const { timeS } = world;
    run(world, 1, { x: 1, y: 0, dash: true });
    expect(world.timeS).toBe(timeS);
  });

  it('dashes once per press and only after a rest', () => {
    const world = quiet();
    const held = run(world, 2, { x: 1, y: 0, dash: true }).filter((event) => event.type === 'dash');
    expect(held).toHaveLength(1);
  });

  it('is stopped by terrain', () => {
    const world = quiet();
    run(world, 3, { x: 0, y: 1, dash: false });
    expect(world.spark.y).toBeLessThan(470);
  });
});

describe('hazards', () => {
  const withMoth = (): World => {
    const world = quiet();
    const { x, y } = world.spark;
    world.spark.safeS = 0;
    world.plan.hazards = [
      { kind: 'moth', x: x + 70, y, home: { x: x + 70, y }, reach: 0, phase: 0, speed: 0, sight: 0, burnt: false },
    ];
    return world;
  };

  it('a moth hurts, and leaves the flame safe for a moment', () => {
    const world = withMoth();
    const hurt = run(world, 1, { x: 1, y: 0, dash: false }).filter((event) => event.type === 'hurt');
    expect(hurt).toHaveLength(1);
    expect(world.lives).toBe(LIVES - 1);
  });

  it('a dash burns the moth instead', () => {
    const world = withMoth();
    const events = run(world, 0.4, { x: 1, y: 0, dash: true });
    expect(events.map((event) => event.type)).toContain('burn');
    expect(world.lives).toBe(LIVES);
  });

  it('water throws the flame up and hurts it', () => {
    const world = quiet();
    Object.assign(world.spark, { x: 700, y: 480, safeS: 0 });
    const events = run(world, 0.4, { x: 0, y: 1, dash: false });
    expect(events.map((event) => event.type)).toEqual(expect.arrayContaining(['splash', 'hurt']));
  });
});

describe('what is gathered', () => {
  it('lanterns in quick succession make a chain, worth more each', () => {
    const world = quiet();
    world.plan.lanterns = [0, 1, 2].map((i) => {
      const at = { x: 250 + i * 80, y: world.spark.y };
      return { ...at, home: at, drift: null, lit: false };
    });
    world.needed = 3;
    const lit = run(world, 3, { x: 1, y: 0, dash: false }).filter((event) => event.type === 'lantern');
    expect(lit.map((event) => event.points)).toEqual([100, 200, 300]);
    expect(world.beaconOpen).toBe(true);
  });

  it('stars are earned one by one', () => {
    const world = quiet();
    expect(starsOf(world)).toEqual([false, false, true]);
    Object.assign(world, {
      outcome: 'finished',
      hits: 1,
      timeS: world.plan.parS + 1,
      embersTaken: world.plan.embers.length,
    });
    expect(starsOf(world)).toEqual([true, true, false]);
  });
});
