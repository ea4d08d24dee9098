/**
 * The shapes of a running level. Units: world pixels (960 x 540 is one screen), seconds, pixels a second, radians.
 * Everything here is plain state: the simulation changes it, the view only reads it.
 */

/** A point of the world, y downwards. */
export interface Point {
  x: number;
  y: number;
}

/** An axis-aligned rectangle by its top left corner. */
export interface Rect extends Point {
  w: number;
  h: number;
}

/** What the player holds down during one step; x and y in [-1, 1], `dash` true while the button is down. */
export interface Controls extends Point {
  dash: boolean;
}

/** A lantern to light; `drift` makes it float to and fro sideways. */
export interface Lantern extends Point {
  home: Point;
  drift: { reach: number; periodS: number; phase: number } | null;
  lit: boolean;
}

/** A small ember lying in the air: score and a little fuel. */
export interface Ember extends Point {
  taken: boolean;
}

/** Moving air: pushes whatever is inside by (pushX, pushY), on for the first part of each period (always if 0). */
export interface Wind extends Rect {
  pushX: number;
  pushY: number;
  periodS: number;
  phase: number;
}

/** A moth circles its perch, and hunts the flame when it comes close; a dash burns it. */
export interface Moth extends Point {
  kind: 'moth';
  home: Point;
  reach: number;
  phase: number;
  speed: number;
  sight: number;
  burnt: boolean;
}

/** A kite on a string, swinging below its anchor. */
export interface Kite extends Point {
  kind: 'kite';
  anchor: Point;
  length: number;
  swing: number;
  periodS: number;
  phase: number;
  angle: number;
}

/** A leak that lets a heavy drop fall every period. */
export interface Drip extends Point {
  kind: 'drip';
  top: number;
  bottom: number;
  periodS: number;
  phase: number;
  falling: boolean;
}

/** A frog that leaps straight up out of the water. */
export interface Frog extends Point {
  kind: 'frog';
  base: Point;
  leap: number;
  periodS: number;
  phase: number;
}

/** A bar turning round a hub; both of its ends are hot. */
export interface Arm extends Point {
  kind: 'arm';
  length: number;
  turnS: number;
  phase: number;
  angle: number;
}

/** A hammer that falls fast and rises slowly between `top` and `bottom`. */
export interface Piston extends Point {
  kind: 'piston';
  w: number;
  h: number;
  top: number;
  bottom: number;
  periodS: number;
  phase: number;
}

/** Lightning: a column that first shimmers as a warning, then strikes. */
export interface Bolt extends Point {
  kind: 'bolt';
  w: number;
  bottom: number;
  periodS: number;
  phase: number;
  stage: 'idle' | 'warn' | 'strike';
}

/** A cold cloud of the bonus night: no harm, but it cools the chain. */
export interface Cloud extends Point {
  kind: 'cloud';
  r: number;
  phase: number;
  home: Point;
}

/** Everything that can hurt (or, for a cloud, cost the chain). */
export type Hazard = Moth | Kite | Drip | Frog | Arm | Piston | Bolt | Cloud;

/** How a level looks and sounds. */
export type Biome = 'harbour' | 'rooftops' | 'garden' | 'foundry' | 'storm' | 'comet';

/** Scene keys, one per level: gates are configured by scene key. */
export type LevelKey = 'Level1' | 'Level2' | 'Level3' | 'Level4' | 'Level5' | 'Bonus';

/** A level as it is laid out before the first step. */
export interface LevelPlan {
  key: LevelKey;
  biome: Biome;
  width: number;
  height: number;
  start: Point;
  beacon: Point | null;
  solids: Rect[];
  lanterns: Lantern[];
  embers: Ember[];
  winds: Wind[];
  hazards: Hazard[];
  /** Water surface of the still water, or null. */
  waterY: number | null;
  /** Rising water: from where, how fast (pixels a second), after how long. */
  tide: { fromY: number; speed: number; delayS: number } | null;
  /** Pixels a second at which the screen moves on by itself, 0 when the camera follows the flame. */
  scrollSpeed: number;
  /** Seconds a full flame burns. */
  fuelS: number;
  /** Finishing within this many seconds earns the third star. */
  parS: number;
}

/** What happened during a step; the view turns these into light, sound and numbers. */
export type GameEvent =
  | { type: 'lantern'; at: Point; points: number; chain: number }
  | { type: 'ember'; at: Point; points: number; streak: number }
  | { type: 'dash'; at: Point }
  | { type: 'burn'; at: Point; points: number }
  | { type: 'hurt'; at: Point; cause: HurtCause }
  | { type: 'chill'; at: Point }
  | { type: 'life'; at: Point }
  | { type: 'beacon-open'; at: Point }
  | { type: 'strike'; at: Point }
  | { type: 'splash'; at: Point }
  | { type: 'low-fuel'; at: Point }
  | { type: 'finished'; at: Point }
  | { type: 'lost'; at: Point };

/** Why a life was lost. */
export type HurtCause = Hazard['kind'] | 'water' | 'cold';

/** The flame the player steers. */
export interface Spark extends Point {
  vx: number;
  vy: number;
  /** Last direction steered, unit length: where a dash without a direction goes. */
  faceX: number;
  faceY: number;
  dashS: number;
  dashRestS: number;
  safeS: number;
  dashHeld: boolean;
}

/** A level in play. */
export interface World {
  plan: LevelPlan;
  spark: Spark;
  timeS: number;
  fuel: number;
  lives: number;
  score: number;
  lit: number;
  needed: number;
  embersTaken: number;
  hits: number;
  chain: number;
  chainS: number;
  streak: number;
  streakS: number;
  scrollX: number;
  tideY: number | null;
  beaconOpen: boolean;
  outcome: 'playing' | 'finished' | 'lost';
}
