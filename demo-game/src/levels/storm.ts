import type { Random } from '../random.ts';
import type { LevelPlan } from '../sim/types.ts';
import { bolt, emberTrails, lantern, moth, solid, wind } from './layout.ts';

/** Level 5, the lighthouse in the storm: the only climb, with the sea rising below, gusts across and lightning above. */
export function storm(rng: Random): LevelPlan {
  const solids = [
    solid(0, 2260, 960, 140),
    solid(0, 2060, 300, 40),
    solid(560, 1960, 400, 40),
    solid(240, 1800, 420, 40),
    solid(0, 1620, 200, 40),
    solid(700, 1620, 260, 40),
    solid(360, 1480, 240, 50),
    solid(0, 1290, 360, 40),
    solid(620, 1190, 340, 40),
    solid(200, 1030, 260, 40),
    solid(700, 900, 60, 170),
    solid(0, 850, 260, 40),
    solid(420, 730, 300, 40),
    solid(0, 580, 240, 40),
    solid(720, 560, 240, 40),
    solid(330, 430, 300, 40),
  ];
  const lanterns = [
    lantern(720, 2140),
    lantern(150, 1970),
    lantern(440, 1900),
    lantern(800, 1860),
    lantern(120, 1720),
    lantern(820, 1540),
    lantern(480, 1400),
    lantern(120, 1400),
    lantern(180, 1200),
    lantern(780, 1100),
    lantern(330, 950),
    lantern(850, 800),
    lantern(120, 760),
    lantern(570, 650),
    lantern(120, 480),
    lantern(840, 440),
  ];
  const start = { x: 200, y: 2140 };
  const beacon = { x: 480, y: 250 };
  return {
    key: 'Level5',
    biome: 'storm',
    width: 960,
    height: 2400,
    start,
    beacon,
    solids,
    lanterns,
    embers: emberTrails([start, ...lanterns, beacon], solids, rng, 4),
    winds: [
      wind(solid(0, 1660, 960, 130), 150, 0, 3.4, rng.next()),
      wind(solid(0, 1340, 960, 130), -160, 0, 3.2, rng.next()),
      wind(solid(0, 890, 680, 130), 165, 0, 3, rng.next()),
      wind(solid(0, 470, 960, 100), -170, 0, 2.8, rng.next()),
    ],
    hazards: [
      bolt(480, 1850, 2260, 3.2, rng.next()),
      bolt(700, 1560, 1960, 3, rng.next()),
      bolt(270, 1340, 1800, 3, rng.next()),
      bolt(500, 1080, 1480, 2.8, rng.next()),
      bolt(860, 800, 1190, 2.8, rng.next()),
      bolt(330, 480, 850, 2.6, rng.next()),
      bolt(660, 250, 730, 2.6, rng.next()),
      bolt(280, 80, 430, 2.4, rng.next()),
      moth(600, 2040, 60, rng),
      moth(480, 1620, 80, rng, 1.1),
      moth(500, 1250, 70, rng, 1.1),
      moth(560, 860, 70, rng, 1.2),
      moth(480, 540, 80, rng, 1.2),
      moth(480, 330, 80, rng, 1.25),
    ],
    waterY: null,
    tide: { fromY: 2420, speed: 30, delayS: 6 },
    scrollSpeed: 0,
    fuelS: 14,
    parS: 58,
  };
}
