import type { Hazard, Moth, Point, World } from './types.ts';

const TAU = Math.PI * 2;

/** How far through its period something is, in [0, 1). */
export function cycle(timeS: number, periodS: number, phase: number): number {
  const turns = timeS / periodS + phase;
  return turns - Math.floor(turns);
}

/** Drop: waits swelling for this share of its period, then falls. */
export const DRIP_SWELL = 0.45;
/** Lightning: share of the period at which the warning starts, and at which it strikes. */
export const BOLT_WARN = 0.55;
export const BOLT_STRIKE = 0.86;

/** Moves one hazard to where it is at the world's time; only moths remember where they were. */
export function advanceHazard(hazard: Hazard, world: World, dtS: number): void {
  const t = world.timeS;
  switch (hazard.kind) {
    case 'moth':
      return flyMoth(hazard, world, dtS);
    case 'kite': {
      hazard.angle = hazard.swing * Math.sin(TAU * cycle(t, hazard.periodS, hazard.phase));
      hazard.x = hazard.anchor.x + Math.sin(hazard.angle) * hazard.length;
      hazard.y = hazard.anchor.y + Math.cos(hazard.angle) * hazard.length;
      return;
    }
    case 'drip': {
      const share = cycle(t, hazard.periodS, hazard.phase);
      hazard.falling = share > DRIP_SWELL;
      const fall = hazard.falling ? (share - DRIP_SWELL) / (1 - DRIP_SWELL) : 0;
      hazard.y = hazard.top + (hazard.bottom - hazard.top) * fall * fall;
      return;
    }
    case 'frog': {
      // The first half of the period is the leap, a parabola; the second half is spent under water.
      const share = cycle(t, hazard.periodS, hazard.phase) * 2;
      hazard.y = share < 1 ? hazard.base.y - hazard.leap * 4 * share * (1 - share) : hazard.base.y + 30;
      return;
    }
    case 'arm':
      hazard.angle = TAU * (t / hazard.turnS + hazard.phase);
      return;
    case 'piston': {
      const share = cycle(t, hazard.periodS, hazard.phase);
      const down = share < 0.5 ? 0 : share < 0.6 ? (share - 0.5) / 0.1 : share < 0.7 ? 1 : 1 - (share - 0.7) / 0.3;
      hazard.y = hazard.top + (hazard.bottom - hazard.top) * down * down;
      return;
    }
    case 'bolt': {
      const share = cycle(t, hazard.periodS, hazard.phase);
      hazard.stage = share < BOLT_WARN ? 'idle' : share < BOLT_STRIKE ? 'warn' : 'strike';
      return;
    }
    case 'cloud':
      hazard.y = hazard.home.y + Math.sin(t * 0.8 + hazard.phase * TAU) * 18;
  }
}

function flyMoth(moth: Moth, world: World, dtS: number): void {
  if (moth.burnt) return;
  const { spark } = world;
  const hunting = Math.hypot(spark.x - moth.x, spark.y - moth.y) < moth.sight && spark.safeS <= 0;
  const round = world.timeS * 1.1 + moth.phase * TAU;
  const goal: Point = hunting
    ? spark
    : { x: moth.home.x + Math.cos(round) * moth.reach, y: moth.home.y + Math.sin(round * 2) * moth.reach * 0.45 };
  const dx = goal.x - moth.x;
  const dy = goal.y - moth.y;
  const away = Math.hypot(dx, dy);
  const stride = Math.min(away, moth.speed * dtS);
  if (away > 0.001) {
    moth.x += (dx / away) * stride;
    moth.y += (dy / away) * stride;
  }
}

/** Whether a circle touches the hurting part of a hazard. */
export function touches(hazard: Hazard, at: Point, radius: number): boolean {
  switch (hazard.kind) {
    case 'moth':
      return !hazard.burnt && near(hazard, at, radius + 11);
    case 'kite':
      return near(hazard, at, radius + 15);
    case 'drip':
      return near(hazard, at, radius + (hazard.falling ? 8 : 4));
    case 'frog':
      return hazard.y < hazard.base.y && near(hazard, at, radius + 14);
    case 'arm':
      return segmentDistance(at, armTip(hazard, 1), armTip(hazard, -1)) < radius + 7;
    case 'piston':
      return rectDistance(at, { x: hazard.x, y: hazard.y, w: hazard.w, h: hazard.h }) < radius;
    case 'bolt':
      return (
        hazard.stage === 'strike' &&
        Math.abs(at.x - hazard.x) < hazard.w / 2 + radius &&
        at.y < hazard.bottom &&
        at.y > hazard.y
      );
    case 'cloud':
      return near(hazard, at, radius + hazard.r * 0.72);
  }
}

/** One end of a turning arm; `side` 1 or -1. */
export function armTip(arm: { x: number; y: number; angle: number; length: number }, side: 1 | -1): Point {
  return { x: arm.x + Math.cos(arm.angle) * arm.length * side, y: arm.y + Math.sin(arm.angle) * arm.length * side };
}

function near(a: Point, b: Point, distance: number): boolean {
  return (a.x - b.x) ** 2 + (a.y - b.y) ** 2 < distance * distance;
}

function segmentDistance(p: Point, a: Point, b: Point): number {
  const abx = b.x - a.x;
  const aby = b.y - a.y;
  const along = Math.max(0, Math.min(1, ((p.x - a.x) * abx + (p.y - a.y) * aby) / (abx * abx + aby * aby)));
  return Math.hypot(p.x - a.x - abx * along, p.y - a.y - aby * along);
}

/** Distance from a point to a rectangle, 0 inside. */
export function rectDistance(p: Point, r: { x: number; y: number; w: number; h: number }): number {
  const dx = Math.max(r.x - p.x, 0, p.x - (r.x + r.w));
  const dy = Math.max(r.y - p.y, 0, p.y - (r.y + r.h));
  return Math.hypot(dx, dy);
}
