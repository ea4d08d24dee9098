import { createRandom } from '../random.ts';
import { bell, bass, drum, echo, glide, hiss, level, pitch, reed, silence } from './synth.ts';

/** Names of the short sounds. */
export const EFFECTS = [
  'lantern',
  'ember',
  'dash',
  'burn',
  'hurt',
  'life',
  'chill',
  'beacon',
  'strike',
  'splash',
  'low',
  'finish',
  'lost',
  'move',
  'press',
  'locked',
] as const;

/** One of them. */
export type EffectName = (typeof EFFECTS)[number];

/** Renders a short sound, the same samples every time. */
export function renderEffect(name: EffectName): Float32Array {
  const rng = createRandom(name.length * 97 + name.charCodeAt(0));
  const make = RECIPES[name];
  const samples = silence(make.seconds);
  make.fill(samples, rng);
  return level(samples, make.peak);
}

interface Recipe {
  seconds: number;
  peak: number;
  fill: (into: Float32Array, rng: ReturnType<typeof createRandom>) => void;
}

const chime = (into: Float32Array, notes: readonly number[], gapS: number, lengthS: number): void =>
  notes.forEach((note, i) => bell(into, { atS: i * gapS, lengthS, hz: pitch(note), level: 0.6 }));

const RECIPES: Readonly<Record<EffectName, Recipe>> = {
  lantern: {
    seconds: 1.1,
    peak: 0.62,
    fill: (into, rng) => {
      hiss(into, { atS: 0, lengthS: 0.22, hz: 500, level: 0.25 }, 3200, 0.5, rng);
      bell(into, { atS: 0.02, lengthS: 0.5, hz: pitch(72), level: 0.7 }, 2.01, 1.4);
      bell(into, { atS: 0.08, lengthS: 0.6, hz: pitch(79), level: 0.5 }, 3.01, 1.2);
      echo(into, 0.17, 0.45, 0.25);
    },
  },
  ember: {
    seconds: 0.26,
    peak: 0.3,
    fill: (into) => bell(into, { atS: 0, lengthS: 0.12, hz: pitch(84), level: 0.6 }, 4.02, 1),
  },
  dash: {
    seconds: 0.34,
    peak: 0.42,
    fill: (into, rng) => {
      hiss(into, { atS: 0, lengthS: 0.3, hz: 700, level: 0.9 }, 4200, 0.6, rng);
      glide(into, { atS: 0, lengthS: 0.16, hz: 240, level: 0.3 }, 620);
    },
  },
  burn: {
    seconds: 0.5,
    peak: 0.5,
    fill: (into, rng) => {
      hiss(into, { atS: 0, lengthS: 0.42, hz: 3800, level: 0.8 }, 900, 0.2, rng);
      glide(into, { atS: 0, lengthS: 0.2, hz: 660, level: 0.4 }, 1320);
    },
  },
  hurt: {
    seconds: 0.6,
    peak: 0.7,
    fill: (into, rng) => {
      drum(into, { atS: 0, lengthS: 0.45, hz: 190, level: 1 });
      hiss(into, { atS: 0, lengthS: 0.3, hz: 1800, level: 0.5 }, 240, 0.3, rng);
      glide(into, { atS: 0.02, lengthS: 0.35, hz: 420, level: 0.3 }, 110);
    },
  },
  life: { seconds: 1, peak: 0.5, fill: (into) => chime(into, [72, 76, 79, 84], 0.07, 0.4) },
  chill: {
    seconds: 0.7,
    peak: 0.4,
    fill: (into, rng) => {
      glide(into, { atS: 0, lengthS: 0.5, hz: 720, level: 0.4 }, 300);
      hiss(into, { atS: 0, lengthS: 0.6, hz: 2600, level: 0.4 }, 700, 0.85, rng);
    },
  },
  beacon: {
    seconds: 1.8,
    peak: 0.6,
    fill: (into) => {
      chime(into, [60, 67, 72, 76, 79, 84], 0.09, 0.7);
      bass(into, { atS: 0, lengthS: 1, hz: pitch(36), level: 0.5 });
      echo(into, 0.21, 0.5, 0.3);
    },
  },
  strike: {
    seconds: 1.3,
    peak: 0.6,
    fill: (into, rng) => {
      hiss(into, { atS: 0, lengthS: 0.16, hz: 4200, level: 1.3 }, 1600, 0.1, rng);
      hiss(into, { atS: 0.05, lengthS: 1.2, hz: 420, level: 1.1 }, 60, 0.3, rng);
      drum(into, { atS: 0.03, lengthS: 0.9, hz: 110, level: 0.8 });
    },
  },
  splash: {
    seconds: 0.6,
    peak: 0.5,
    fill: (into, rng) => {
      hiss(into, { atS: 0, lengthS: 0.5, hz: 900, level: 1 }, 3000, 0.5, rng);
      glide(into, { atS: 0, lengthS: 0.14, hz: 520, level: 0.4 }, 180);
    },
  },
  low: {
    seconds: 0.5,
    peak: 0.34,
    fill: (into) => {
      bell(into, { atS: 0, lengthS: 0.16, hz: pitch(64), level: 0.6 }, 1.5, 0.8);
      bell(into, { atS: 0.18, lengthS: 0.16, hz: pitch(63), level: 0.6 }, 1.5, 0.8);
    },
  },
  finish: {
    seconds: 2.6,
    peak: 0.62,
    fill: (into) => {
      chime(into, [67, 72, 76, 79], 0.12, 0.5);
      for (const note of [72, 76, 79, 84])
        bell(into, { atS: 0.52, lengthS: 1.4, hz: pitch(note), level: 0.45 }, 2.01, 1);
      reed(into, { atS: 0.52, lengthS: 1.1, hz: pitch(60), level: 0.3 });
      bass(into, { atS: 0.52, lengthS: 1.2, hz: pitch(36), level: 0.7 });
      echo(into, 0.23, 0.45, 0.3);
    },
  },
  lost: {
    seconds: 2,
    peak: 0.55,
    fill: (into, rng) => {
      [67, 63, 60, 55].forEach((note, i) =>
        bell(into, { atS: i * 0.19, lengthS: 0.7, hz: pitch(note), level: 0.6 }, 1.5, 1),
      );
      hiss(into, { atS: 0.75, lengthS: 1.1, hz: 1800, level: 0.35 }, 240, 0.4, rng);
      bass(into, { atS: 0.57, lengthS: 1.1, hz: pitch(36), level: 0.6 });
    },
  },
  move: {
    seconds: 0.12,
    peak: 0.2,
    fill: (into) => bell(into, { atS: 0, lengthS: 0.06, hz: pitch(76), level: 0.6 }, 2, 0.5),
  },
  press: { seconds: 0.4, peak: 0.34, fill: (into) => chime(into, [72, 79], 0.06, 0.18) },
  locked: {
    seconds: 0.3,
    peak: 0.34,
    fill: (into) => {
      drum(into, { atS: 0, lengthS: 0.12, hz: 260, level: 0.8 });
      drum(into, { atS: 0.1, lengthS: 0.14, hz: 200, level: 0.8 });
    },
  },
};
