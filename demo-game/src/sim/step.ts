/**
 * One fixed step of a level: steer, move, collide, gather, hurt, finish, in that order. No clock and no chance in here:
 * the same plan and the same controls give the same run, which is what the tests and the autopilot rely on.
 */
import { advanceHazard, cycle, touches } from './hazards.ts';
import { LIVES } from './world.ts';
import type { Controls, GameEvent, HurtCause, Rect, World } from './types.ts';

/** Length of a step, seconds. */
export const STEP_S = 1 / 120;
/** Radius of the flame, pixels. */
export const SPARK_R = 11;

/** Pixels a second that the flame flies at most, without a dash. */
export const TOP_SPEED = 240;
const GRIP = 9;
const DASH_SPEED = 720;
const DASH_S = 0.17;
const DASH_REST_S = 0.5;
const SAFE_S = 1.6;
const LANTERN_R = 30;
const EMBER_R = 26;
const BEACON_R = 44;
const CHAIN_S = 4.5;
const STREAK_S = 1.2;
const CHAIN_MAX = 8;
const LANTERN_FUEL = 0.38;
const EMBER_FUEL = 0.025;
/** Every so many lanterns give a lost life back. */
const LANTERNS_PER_LIFE = 8;
const LOW_FUEL = 0.25;
const VIEW_W = 960;

/** Advances the world by STEP_S and returns what happened, oldest first. A finished or lost world no longer changes. */
export function step(world: World, controls: Controls): GameEvent[] {
  if (world.outcome !== 'playing') return [];
  const events: GameEvent[] = [];
  world.timeS += STEP_S;
  steer(world, controls, events);
  move(world);
  for (const lantern of world.plan.lanterns) {
    if (!lantern.drift) continue;
    const swing = Math.sin(Math.PI * 2 * cycle(world.timeS, lantern.drift.periodS, lantern.drift.phase));
    lantern.x = lantern.home.x + swing * lantern.drift.reach;
  }
  for (const hazard of world.plan.hazards) {
    const before = hazard.kind === 'bolt' ? hazard.stage : null;
    advanceHazard(hazard, world, STEP_S);
    if (hazard.kind === 'bolt' && hazard.stage === 'strike' && before !== 'strike') {
      events.push({ type: 'strike', at: { x: hazard.x, y: hazard.bottom } });
    }
  }
  gather(world, events);
  if (world.outcome === 'playing') burn(world, events);
  if (world.outcome === 'playing') meetHazards(world, events);
  if (world.outcome === 'playing') arrive(world, events);
  return events;
}

function steer(world: World, controls: Controls, events: GameEvent[]): void {
  const { spark, plan } = world;
  const size = Math.hypot(controls.x, controls.y);
  const x = size > 1 ? controls.x / size : controls.x;
  const y = size > 1 ? controls.y / size : controls.y;
  if (size > 0.2) {
    spark.faceX = controls.x / size;
    spark.faceY = controls.y / size;
  }
  spark.dashS = Math.max(0, spark.dashS - STEP_S);
  spark.dashRestS = Math.max(0, spark.dashRestS - STEP_S);
  spark.safeS = Math.max(0, spark.safeS - STEP_S);
  if (controls.dash && !spark.dashHeld && spark.dashRestS === 0) {
    spark.dashS = DASH_S;
    spark.dashRestS = DASH_REST_S;
    events.push({ type: 'dash', at: { x: spark.x, y: spark.y } });
  }
  spark.dashHeld = controls.dash;
  if (spark.dashS > 0) {
    spark.vx = spark.faceX * DASH_SPEED + plan.scrollSpeed;
    spark.vy = spark.faceY * DASH_SPEED;
    return;
  }
  let goalX = x * TOP_SPEED + plan.scrollSpeed;
  let goalY = y * TOP_SPEED;
  for (const wind of plan.winds) {
    if (!inside(wind, spark.x, spark.y) || !blows(wind, world.timeS)) continue;
    goalX += wind.pushX;
    goalY += wind.pushY;
  }
  const grip = 1 - Math.exp(-GRIP * STEP_S);
  spark.vx += (goalX - spark.vx) * grip;
  spark.vy += (goalY - spark.vy) * grip;
}

/** Whether a wind is blowing: always, or for the first 60 % of its period. */
export function blows(wind: { periodS: number; phase: number }, timeS: number): boolean {
  return wind.periodS === 0 || cycle(timeS, wind.periodS, wind.phase) < 0.6;
}

function inside(r: Rect, x: number, y: number): boolean {
  return x >= r.x && x <= r.x + r.w && y >= r.y && y <= r.y + r.h;
}

function move(world: World): void {
  const { spark, plan } = world;
  spark.x += spark.vx * STEP_S;
  for (const solid of plan.solids) {
    if (!overlaps(solid, spark.x, spark.y)) continue;
    spark.x = spark.x < solid.x + solid.w / 2 ? solid.x - SPARK_R : solid.x + solid.w + SPARK_R;
    spark.vx = 0;
  }
  spark.y += spark.vy * STEP_S;
  for (const solid of plan.solids) {
    if (!overlaps(solid, spark.x, spark.y)) continue;
    spark.y = spark.y < solid.y + solid.h / 2 ? solid.y - SPARK_R : solid.y + solid.h + SPARK_R;
    spark.vy = 0;
  }
  if (plan.scrollSpeed > 0) world.scrollX = Math.min(world.scrollX + plan.scrollSpeed * STEP_S, plan.width - VIEW_W);
  const left = plan.scrollSpeed > 0 ? world.scrollX : 0;
  // On the moving road the flame stays where it can still see what comes.
  const right = plan.scrollSpeed > 0 ? world.scrollX + VIEW_W - 120 : plan.width;
  spark.x = Math.max(left + SPARK_R, Math.min(right - SPARK_R, spark.x));
  spark.y = Math.max(SPARK_R + 34, Math.min(plan.height - SPARK_R, spark.y));
  if (plan.tide && world.timeS > plan.tide.delayS) {
    world.tideY = plan.tide.fromY - (world.timeS - plan.tide.delayS) * plan.tide.speed;
  }
}

function overlaps(r: Rect, x: number, y: number): boolean {
  return x > r.x - SPARK_R && x < r.x + r.w + SPARK_R && y > r.y - SPARK_R && y < r.y + r.h + SPARK_R;
}

function gather(world: World, events: GameEvent[]): void {
  const { plan } = world;
  world.chainS = Math.max(0, world.chainS - STEP_S);
  world.streakS = Math.max(0, world.streakS - STEP_S);
  for (const ember of plan.embers) {
    if (ember.taken || !reaches(world, ember.x, ember.y, EMBER_R)) continue;
    ember.taken = true;
    world.embersTaken += 1;
    world.streak = world.streakS > 0 ? world.streak + 1 : 1;
    world.streakS = STREAK_S;
    const points = 10 * Math.min(5, 1 + Math.floor(world.streak / 5));
    world.score += points;
    world.fuel = Math.min(1, world.fuel + EMBER_FUEL);
    events.push({ type: 'ember', at: { x: ember.x, y: ember.y }, points, streak: world.streak });
  }
  for (const lantern of plan.lanterns) {
    if (lantern.lit || !reaches(world, lantern.x, lantern.y, LANTERN_R)) continue;
    lantern.lit = true;
    world.lit += 1;
    world.chain = world.chainS > 0 ? Math.min(CHAIN_MAX, world.chain + 1) : 1;
    world.chainS = CHAIN_S;
    const points = 100 * world.chain;
    world.score += points;
    world.fuel = Math.min(1, world.fuel + LANTERN_FUEL);
    events.push({ type: 'lantern', at: { x: lantern.x, y: lantern.y }, points, chain: world.chain });
    if (world.lit % LANTERNS_PER_LIFE === 0 && world.lives < LIVES) {
      world.lives += 1;
      events.push({ type: 'life', at: { x: lantern.x, y: lantern.y } });
    }
    if (world.lit === world.needed && plan.scrollSpeed === 0) openBeacon(world, events);
    else if (world.lit === world.needed && world.needed < plan.lanterns.length) finish(world, events);
  }
}

function openBeacon(world: World, events: GameEvent[]): void {
  // A shortened run (fewer lanterns than the level has) ends with its last lantern; a full one ends at the beacon.
  if (world.needed < world.plan.lanterns.length || !world.plan.beacon) return finish(world, events);
  world.beaconOpen = true;
  events.push({ type: 'beacon-open', at: world.plan.beacon });
}

function reaches(world: World, x: number, y: number, distance: number): boolean {
  return (world.spark.x - x) ** 2 + (world.spark.y - y) ** 2 < distance * distance;
}

function burn(world: World, events: GameEvent[]): void {
  if (world.plan.scrollSpeed > 0) return;
  const before = world.fuel;
  world.fuel -= STEP_S / world.plan.fuelS;
  if (before >= LOW_FUEL && world.fuel < LOW_FUEL) events.push({ type: 'low-fuel', at: at(world) });
  if (world.fuel > 0) return;
  hurt(world, 'cold', events);
  world.fuel = 0.6;
}

function meetHazards(world: World, events: GameEvent[]): void {
  const { spark, plan } = world;
  for (const hazard of plan.hazards) {
    if (!touches(hazard, spark, SPARK_R - 2)) continue;
    if (hazard.kind === 'moth' && spark.dashS > 0) {
      hazard.burnt = true;
      world.score += 50;
      events.push({ type: 'burn', at: { x: hazard.x, y: hazard.y }, points: 50 });
    } else if (hazard.kind === 'cloud') {
      if (world.chain > 0 && spark.safeS <= 0) {
        world.chain = 0;
        world.chainS = 0;
        spark.safeS = 0.8;
        events.push({ type: 'chill', at: at(world) });
      }
    } else if (spark.safeS <= 0 && spark.dashS <= 0) {
      knockBack(world, hazard.x, hazard.y);
      hurt(world, hazard.kind, events);
      return;
    }
  }
  const water = Math.min(plan.waterY ?? Infinity, world.tideY ?? Infinity);
  if (spark.y < water - 4) return;
  events.push({ type: 'splash', at: { x: spark.x, y: water } });
  spark.vy = -520;
  spark.y = Math.min(spark.y, water - 5);
  if (spark.safeS <= 0) hurt(world, 'water', events);
}

function knockBack(world: World, fromX: number, fromY: number): void {
  const { spark } = world;
  const dx = spark.x - fromX;
  const dy = spark.y - fromY;
  const away = Math.hypot(dx, dy) || 1;
  spark.vx = (dx / away) * 420;
  spark.vy = (dy / away) * 420;
}

function hurt(world: World, cause: HurtCause, events: GameEvent[]): void {
  world.lives -= 1;
  world.hits += 1;
  world.chain = 0;
  world.chainS = 0;
  world.spark.safeS = SAFE_S;
  events.push({ type: 'hurt', at: at(world), cause });
  if (world.lives > 0) return;
  world.outcome = 'lost';
  events.push({ type: 'lost', at: at(world) });
}

function arrive(world: World, events: GameEvent[]): void {
  const { plan } = world;
  if (plan.scrollSpeed > 0) {
    if (world.scrollX >= plan.width - VIEW_W) finish(world, events);
  } else if (world.beaconOpen && plan.beacon && reaches(world, plan.beacon.x, plan.beacon.y, BEACON_R)) {
    finish(world, events);
  }
}

function finish(world: World, events: GameEvent[]): void {
  if (world.outcome !== 'playing') return;
  world.outcome = 'finished';
  world.score += Math.round(world.fuel * 200) + world.lives * 150;
  events.push({ type: 'finished', at: at(world) });
}

function at(world: World): { x: number; y: number } {
  return { x: world.spark.x, y: world.spark.y };
}
