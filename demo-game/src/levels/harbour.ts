import type { Random } from '../random.ts';
import type { LevelPlan } from '../sim/types.ts';
import { emberTrails, lantern, moth, solid } from './layout.ts';

/** Level 1, the old harbour: room to learn steering, water to fear, and a few moths to burn through. */
export function harbour(rng: Random): LevelPlan {
  const solids = [
    solid(0, 470, 620, 90),
    solid(420, 402, 90, 68),
    solid(760, 350, 44, 210),
    solid(930, 470, 600, 90),
    solid(1090, 290, 150, 180),
    solid(1640, 430, 190, 130),
    solid(1960, 470, 760, 90),
    solid(2150, 0, 60, 230),
    solid(2150, 350, 60, 120),
    solid(2440, 390, 130, 80),
    solid(2900, 300, 240, 36),
    solid(3000, 336, 40, 224),
    solid(3330, 440, 170, 120),
    solid(3640, 470, 700, 90),
    solid(3720, 200, 110, 270),
    solid(3960, 0, 60, 290),
    solid(4160, 330, 110, 140),
    solid(4520, 380, 44, 180),
    solid(4720, 320, 44, 240),
    solid(4900, 470, 560, 90),
  ];
  const lanterns = [
    lantern(330, 330),
    lantern(620, 190),
    lantern(782, 300),
    lantern(1010, 400),
    lantern(1165, 170),
    lantern(1400, 360),
    lantern(1735, 330),
    lantern(2050, 140),
    lantern(2340, 300),
    lantern(2505, 190),
    lantern(2790, 400),
    lantern(3020, 210),
    lantern(3090, 420),
    lantern(3415, 330),
    lantern(3560, 170),
    lantern(3775, 110),
    lantern(3990, 380),
    lantern(4215, 230),
    lantern(4440, 410),
    lantern(4640, 230),
    lantern(4830, 360),
    lantern(5040, 230),
  ];
  const start = { x: 130, y: 330 };
  const beacon = { x: 5300, y: 400 };
  return {
    key: 'Level1',
    biome: 'harbour',
    width: 5460,
    height: 540,
    start,
    beacon,
    solids,
    lanterns,
    embers: emberTrails([start, ...lanterns, beacon], solids, rng),
    winds: [],
    hazards: [
      moth(900, 250, 60, rng),
      moth(1560, 240, 70, rng),
      moth(1900, 330, 60, rng),
      moth(2640, 300, 60, rng),
      moth(3230, 280, 80, rng),
      moth(3890, 380, 50, rng),
      moth(4340, 260, 70, rng),
      moth(4640, 360, 50, rng),
      moth(5000, 330, 60, rng),
    ],
    waterY: 505,
    tide: null,
    scrollSpeed: 0,
    fuelS: 16,
    parS: 42,
  };
}
