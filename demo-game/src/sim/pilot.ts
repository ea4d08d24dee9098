/**
 * A pilot that plays a level by its controls alone: shortest way round the terrain to the next lantern, a step aside from
 * what hurts, a dash through moths. It proves that every level can be finished, and plays when nobody does (`?auto=1`).
 */
import { advanceHazard, rectDistance, touches } from './hazards.ts';
import { SPARK_R, TOP_SPEED, blows } from './step.ts';
import type { Controls, Hazard, Point, World } from './types.ts';

const CELL = 24;
const CLEARANCE = SPARK_R + 6;
/** How far ahead a direction is tried out: so many steps of so many seconds. */
const LOOK_STEPS = 12;
const LOOK_STEP_S = 0.06;

/** Decides the controls for the world as it is; call it every few steps. */
export interface Pilot {
  decide(world: World): Controls;
}

/** Takes the seat; keeps nothing between calls but the distances to its present goal. */
export function createPilot(): Pilot {
  let goalKey = '';
  let field: DistanceField | null = null;
  return {
    decide(world) {
      const goal = nextGoal(world);
      const key = `${Math.round(goal.x / CELL)}:${Math.round(goal.y / CELL)}`;
      if (!field || key !== goalKey) {
        field = distancesTo(world, goal);
        goalKey = key;
      }
      return choose(world, goal, field);
    },
  };
}

function nextGoal(world: World): Point {
  const { plan, spark } = world;
  const ahead = plan.lanterns.filter((lantern) => !lantern.lit && (plan.scrollSpeed === 0 || lantern.x > spark.x - 40));
  if (ahead.length === 0) return plan.beacon ?? { x: spark.x + 200, y: plan.height / 2 };
  // Levels are laid out in the order of play, so the first unlit lantern is the one to go for.
  return plan.tide || plan.scrollSpeed > 0 ? ahead[0]! : nearest(ahead, spark);
}

function nearest<T extends Point>(points: readonly T[], from: Point): T {
  let best = points[0]!;
  for (const point of points) {
    if (distance(point, from) < distance(best, from)) best = point;
  }
  return best;
}

const distance = (a: Point, b: Point): number => Math.hypot(a.x - b.x, a.y - b.y);

interface DistanceField {
  columns: number;
  rows: number;
  steps: Int32Array;
}

function distancesTo(world: World, goal: Point): DistanceField {
  const { plan } = world;
  const columns = Math.ceil(plan.width / CELL);
  const rows = Math.ceil(plan.height / CELL);
  const steps = new Int32Array(columns * rows).fill(-1);
  const blocked = (column: number, row: number): boolean => {
    const centre = { x: (column + 0.5) * CELL, y: (row + 0.5) * CELL };
    if (plan.waterY !== null && centre.y > plan.waterY - 14) return true;
    return plan.solids.some((solid) => rectDistance(centre, solid) < CLEARANCE);
  };
  const first = cellOf(goal, columns, rows);
  const queue = [first];
  steps[first] = 0;
  for (let head = 0; head < queue.length; head += 1) {
    const cell = queue[head]!;
    const column = cell % columns;
    const row = (cell - column) / columns;
    for (const [dx, dy] of [
      [1, 0],
      [-1, 0],
      [0, 1],
      [0, -1],
    ] as const) {
      const c = column + dx;
      const r = row + dy;
      if (c < 0 || r < 0 || c >= columns || r >= rows) continue;
      const next = r * columns + c;
      if (steps[next] !== -1 || blocked(c, r)) continue;
      steps[next] = steps[cell]! + 1;
      queue.push(next);
    }
  }
  return { columns, rows, steps };
}

function cellOf(at: Point, columns: number, rows: number): number {
  const column = Math.max(0, Math.min(columns - 1, Math.floor(at.x / CELL)));
  const row = Math.max(0, Math.min(rows - 1, Math.floor(at.y / CELL)));
  return row * columns + column;
}

function choose(world: World, goal: Point, field: DistanceField): Controls {
  const { spark } = world;
  const foreseen = foresee(world);
  let best = { score: Infinity, x: 0, y: 0, risk: 0 };
  for (let turn = -1; turn < 16; turn += 1) {
    const x = turn < 0 ? 0 : Math.cos((turn / 16) * Math.PI * 2);
    const y = turn < 0 ? 0 : Math.sin((turn / 16) * Math.PI * 2);
    const risk = riskOf(world, x, y, Math.max(24, distance(spark, goal)), foreseen);
    const score = wayLeft(world, field, goal, spark.x + x * 60, spark.y + y * 60) + risk * 500 + (turn < 0 ? 20 : 0);
    if (score < best.score) best = { score, x, y, risk };
  }
  const moth = world.plan.hazards.some(
    (hazard) => hazard.kind === 'moth' && !hazard.burnt && distance(hazard, spark) < 90,
  );
  const dash = (moth || best.risk > 0.5) && spark.dashRestS === 0 && spark.safeS === 0 && !spark.dashHeld;
  return { x: best.x, y: best.y, dash };
}

function wayLeft(world: World, field: DistanceField, goal: Point, x: number, y: number): number {
  if (world.plan.solids.some((solid) => rectDistance({ x, y }, solid) < SPARK_R)) return 1e6;
  if (distance(world.spark, goal) < 70) return Math.hypot(goal.x - x, goal.y - y);
  const steps = field.steps[cellOf({ x, y }, field.columns, field.rows)]!;
  return steps < 0 ? 1e5 : steps * CELL + Math.hypot(goal.x - x, goal.y - y) * 0.1;
}

/** 0 for clear air, up to 1 for a hit at once, when steering this way for the look-ahead. */
function riskOf(world: World, x: number, y: number, reach: number, foreseen: readonly Hazard[][]): number {
  const { spark, plan } = world;
  let vx = x * TOP_SPEED + plan.scrollSpeed;
  let vy = y * TOP_SPEED;
  for (const wind of plan.winds) {
    const inWind = spark.x > wind.x && spark.x < wind.x + wind.w && spark.y > wind.y && spark.y < wind.y + wind.h;
    if (inWind && blows(wind, world.timeS)) {
      vx += wind.pushX;
      vy += wind.pushY;
    }
  }
  const water = Math.min(plan.waterY ?? Infinity, world.tideY ?? Infinity);
  for (let k = 0; k < foreseen.length; k += 1) {
    const t = (k + 1) * LOOK_STEP_S;
    const grip = Math.min(1, t * 5);
    const dx = (spark.vx * (1 - grip) + vx * grip) * t;
    const dy = (spark.vy * (1 - grip) + vy * grip) * t;
    // The pilot turns again at its goal, so what lies further on is no risk of this direction.
    const share = Math.min(1, reach / (Math.hypot(dx, dy) || 1));
    const at = { x: spark.x + dx * share, y: spark.y + dy * share };
    const soon = 1 - k / (foreseen.length * 1.3);
    if (at.y > water - 14) return soon;
    if (foreseen[k]!.some((hazard) => touches(hazard, at, SPARK_R + 9))) return soon;
  }
  return 0;
}

/** The nearby hazards as they will be, one list per look-ahead step; all of them but moths are functions of time. */
function foresee(world: World): Hazard[][] {
  const close = world.plan.hazards.filter((hazard) => Math.abs(hazard.x - world.spark.x) < 320);
  return Array.from({ length: LOOK_STEPS }, (_, k) => {
    const aheadS = (k + 1) * LOOK_STEP_S;
    const then = { ...world, timeS: world.timeS + aheadS };
    return close.map((hazard) => {
      const copy = { ...hazard };
      advanceHazard(copy, then, aheadS);
      return copy;
    });
  });
}
