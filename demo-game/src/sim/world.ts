import type { LevelPlan, World } from './types.ts';

/** Lives at the start of a level. */
export const LIVES = 3;

/** Choices of one run of a level. */
export interface RunOptions {
  /** Lanterns that finish the level at once, without the beacon; left out, all of them and then the beacon. */
  goal?: number;
}

/** Lights the flame: a world at time 0 of the plan. The plan belongs to the world from here on and is changed by it. */
export function createWorld(plan: LevelPlan, options: RunOptions = {}): World {
  return {
    plan,
    spark: {
      x: plan.start.x,
      y: plan.start.y,
      vx: 0,
      vy: 0,
      faceX: 1,
      faceY: 0,
      dashS: 0,
      dashRestS: 0,
      safeS: 1,
      dashHeld: false,
    },
    timeS: 0,
    fuel: 1,
    lives: LIVES,
    score: 0,
    lit: 0,
    needed: Math.min(options.goal ?? plan.lanterns.length, plan.lanterns.length),
    embersTaken: 0,
    hits: 0,
    chain: 0,
    chainS: 0,
    streak: 0,
    streakS: 0,
    scrollX: 0,
    tideY: plan.tide?.fromY ?? null,
    beaconOpen: false,
    outcome: 'playing',
  };
}

/** The three stars of a finished run: for arriving, for seven embers in ten, and for staying unhurt or beating the par time. */
export type Stars = readonly [arrived: boolean, gathered: boolean, swift: boolean];

/** Which stars a finished run has earned. */
export function starsOf(world: World): Stars {
  const gathered = world.embersTaken >= Math.ceil(world.plan.embers.length * 0.7);
  const swift = world.hits === 0 || world.timeS <= world.plan.parS;
  return [world.outcome === 'finished', gathered, swift];
}
