import type { Random } from '../random.ts';
import type { Ember, LevelPlan, Lantern } from '../sim/types.ts';
import { cloud, lantern } from './layout.ts';

const SPEED = 250;
const WIDTH = SPEED * 42 + 960;

/** The bonus night, the comet's road: the sky moves by itself, nothing hurts, sky lanterns and star dust make long chains. */
export function comet(rng: Random): LevelPlan {
  const lanterns: Lantern[] = [];
  const embers: Ember[] = [];
  const hazards = [];
  let y = 270;
  for (let x = 620; x < WIDTH - 700; x += 330) {
    const next = Math.max(110, Math.min(450, y + rng.between(-190, 190)));
    lanterns.push(lantern(x, y));
    const wave = rng.between(-60, 60);
    for (let k = 1; k <= 6; k += 1) {
      const share = k / 7;
      const dustY = y + (next - y) * share + Math.sin(Math.PI * share) * wave;
      embers.push({ x: x + 330 * share, y: Math.max(80, Math.min(480, dustY)), taken: false });
    }
    if (x > 1500 && rng.next() < 0.55) {
      hazards.push(
        cloud(
          x + rng.between(100, 230),
          next > 270 ? rng.between(80, 170) : rng.between(370, 460),
          rng.between(42, 62),
          rng,
        ),
      );
    }
    y = next;
  }
  return {
    key: 'Bonus',
    biome: 'comet',
    width: WIDTH,
    height: 540,
    start: { x: 220, y: 270 },
    beacon: null,
    solids: [],
    lanterns,
    embers,
    winds: [],
    hazards,
    waterY: null,
    tide: null,
    scrollSpeed: SPEED,
    fuelS: 60,
    parS: 60,
  };
}
