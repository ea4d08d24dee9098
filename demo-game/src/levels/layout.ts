/** Small words to lay a level out with; see `sim/types.ts` for what they make. */
import type { Random } from '../random.ts';
import { rectDistance } from '../sim/hazards.ts';
import type {
  Arm,
  Bolt,
  Cloud,
  Drip,
  Ember,
  Frog,
  Kite,
  Lantern,
  Moth,
  Piston,
  Point,
  Rect,
  Wind,
} from '../sim/types.ts';

/** A block of terrain by its top left corner. */
export const solid = (x: number, y: number, w: number, h: number): Rect => ({ x, y, w, h });

/** A lantern hanging still. */
export const lantern = (x: number, y: number): Lantern => ({ x, y, home: { x, y }, drift: null, lit: false });

/** A lantern floating to and fro over `reach` pixels either side. */
export const driftingLantern = (x: number, y: number, reach: number, periodS: number, phase: number): Lantern => ({
  x,
  y,
  home: { x, y },
  drift: { reach, periodS, phase },
  lit: false,
});

/** A moth about its perch. */
export const moth = (x: number, y: number, reach: number, rng: Random, keen = 1): Moth => ({
  kind: 'moth',
  x,
  y,
  home: { x, y },
  reach,
  phase: rng.next(),
  speed: 105 * keen,
  sight: 130 * keen,
  burnt: false,
});

/** A kite on a string of `length` pixels. */
export const kite = (x: number, y: number, length: number, rng: Random, periodS = 3.4): Kite => ({
  kind: 'kite',
  x,
  y: y + length,
  anchor: { x, y },
  length,
  swing: 0.95,
  periodS,
  phase: rng.next(),
  angle: 0,
});

/** A leak at (x, top) above `bottom`. */
export const drip = (x: number, top: number, bottom: number, periodS: number, phase: number): Drip => ({
  kind: 'drip',
  x,
  y: top,
  top,
  bottom,
  periodS,
  phase,
  falling: false,
});

/** A frog under the water at (x, y). */
export const frog = (x: number, y: number, leap: number, periodS: number, rng: Random): Frog => ({
  kind: 'frog',
  x,
  y,
  base: { x, y },
  leap,
  periodS,
  phase: rng.next(),
});

/** A turning bar; a negative `turnS` turns it the other way. */
export const arm = (x: number, y: number, length: number, turnS: number, rng: Random): Arm => ({
  kind: 'arm',
  x,
  y,
  length,
  turnS,
  phase: rng.next(),
  angle: 0,
});

/** A hammer of w x h falling from `top` to `bottom` (both of its upper edge). */
export const piston = (
  x: number,
  w: number,
  h: number,
  top: number,
  bottom: number,
  periodS: number,
  phase: number,
): Piston => ({
  kind: 'piston',
  x,
  y: top,
  w,
  h,
  top,
  bottom,
  periodS,
  phase,
});

/** A lightning column from `y` down to `bottom`. */
export const bolt = (x: number, y: number, bottom: number, periodS: number, phase: number): Bolt => ({
  kind: 'bolt',
  x,
  y,
  w: 46,
  bottom,
  periodS,
  phase,
  stage: 'idle',
});

/** A cold cloud. */
export const cloud = (x: number, y: number, r: number, rng: Random): Cloud => ({
  kind: 'cloud',
  x,
  y,
  r,
  phase: rng.next(),
  home: { x, y },
});

/** Moving air; `periodS` 0 never rests. */
export const wind = (r: Rect, pushX: number, pushY: number, periodS = 0, phase = 0): Wind => ({
  ...r,
  pushX,
  pushY,
  periodS,
  phase,
});

/** Trails of embers that lead from lantern to lantern in seeded curves, never inside terrain. */
export function emberTrails(stops: readonly Point[], solids: readonly Rect[], rng: Random, perTrail = 5): Ember[] {
  const embers: Ember[] = [];
  for (let i = 0; i + 1 < stops.length; i += 1) {
    const from = stops[i]!;
    const to = stops[i + 1]!;
    const bow = rng.between(-70, 70);
    for (let k = 1; k <= perTrail; k += 1) {
      const share = k / (perTrail + 1);
      const away = Math.hypot(to.x - from.x, to.y - from.y) || 1;
      const lift = bow * Math.sin(Math.PI * share);
      const spot = {
        x: from.x + (to.x - from.x) * share - ((to.y - from.y) / away) * lift,
        y: from.y + (to.y - from.y) * share + ((to.x - from.x) / away) * lift,
      };
      if (solids.every((block) => rectDistance(spot, block) > 20)) embers.push({ ...spot, taken: false });
    }
  }
  return embers;
}
