/**
 * One loop per place. A tune is a chord progression, a scale and a seed; the melody walks the scale near the chord tones and
 * says its first phrase again (A A' B A), which is what makes eight generated bars sound meant.
 */
import { createRandom } from '../random.ts';
import type { Random } from '../random.ts';
import type { Biome } from '../sim/types.ts';
import { bass, bell, drum, echo, hiss, level, pad, pitch, reed, silence } from './synth.ts';

/** Where a loop is played. */
export type TuneName = Biome | 'menu';

interface Tune {
  bpm: number;
  /** One chord a bar, as semitones above `root`; eight bars. */
  chords: readonly (readonly number[])[];
  root: number;
  scale: readonly number[];
  lead: 'bell' | 'reed';
  drive: 0 | 1 | 2 | 3;
  seed: number;
}

const MINOR = [0, 2, 3, 5, 7, 8, 10];
const MAJOR = [0, 2, 4, 5, 7, 9, 11];
const DORIAN = [0, 2, 3, 5, 7, 9, 10];
const PENTATONIC = [0, 2, 4, 7, 9];

const i = [0, 3, 7];
const bVI = [-4, 0, 3];
const bVII = [-2, 2, 5];
const bIII = [3, 7, 10];
const iv = [5, 8, 12];
const I = [0, 4, 7];
const IV = [5, 9, 12];
const V = [7, 11, 14];
const vi = [-3, 0, 4];

const TUNES: Readonly<Record<TuneName, Tune>> = {
  menu: {
    bpm: 76,
    root: 57,
    scale: MINOR,
    lead: 'bell',
    drive: 0,
    seed: 11,
    chords: [i, bVI, bIII, bVII, i, bVI, iv, bVII],
  },
  harbour: {
    bpm: 96,
    root: 57,
    scale: MINOR,
    lead: 'bell',
    drive: 1,
    seed: 4,
    chords: [i, bVII, bVI, bVII, i, bIII, bVI, bVII],
  },
  rooftops: {
    bpm: 112,
    root: 62,
    scale: DORIAN,
    lead: 'reed',
    drive: 2,
    seed: 21,
    chords: [i, i, bIII, bVII, i, i, bVII, bVII],
  },
  garden: {
    bpm: 88,
    root: 60,
    scale: PENTATONIC,
    lead: 'bell',
    drive: 1,
    seed: 8,
    chords: [I, vi, IV, V, I, vi, IV, IV],
  },
  foundry: {
    bpm: 124,
    root: 52,
    scale: MINOR,
    lead: 'reed',
    drive: 3,
    seed: 31,
    chords: [i, i, bVI, bVII, i, i, iv, bVII],
  },
  storm: {
    bpm: 132,
    root: 50,
    scale: MINOR,
    lead: 'bell',
    drive: 3,
    seed: 17,
    chords: [i, bVI, i, bVII, i, bVI, iv, bVII],
  },
  comet: { bpm: 120, root: 60, scale: MAJOR, lead: 'bell', drive: 2, seed: 5, chords: [I, V, vi, IV, I, V, IV, IV] },
};

/** All loops. */
export const TUNE_NAMES = Object.keys(TUNES) as readonly TuneName[];

/** Renders a loop of eight bars that joins up with itself. */
export function renderTune(name: TuneName): Float32Array {
  const tune = TUNES[name];
  const rng = createRandom(tune.seed);
  const beatS = 60 / tune.bpm;
  const into = silence(beatS * 4 * tune.chords.length);
  accompany(into, tune, beatS);
  sing(into, tune, beatS, rng);
  echo(into, beatS * 0.75, 0.42, 0.22);
  if (tune.drive > 0) keepTime(into, tune, beatS, rng);
  return level(into, 0.5);
}

function accompany(into: Float32Array, tune: Tune, beatS: number): void {
  tune.chords.forEach((chord, bar) => {
    const at = bar * 4 * beatS;
    for (const tone of chord) {
      pad(into, { atS: at, lengthS: 4 * beatS, hz: pitch(tune.root + tone), level: 0.13, wrap: true });
    }
    const low = tune.root + chord[0]! - 24 + (tune.root + chord[0]! < 54 ? 12 : 0);
    const steps = tune.drive >= 2 ? [0, 1.5, 2, 3, 3.5] : tune.drive === 1 ? [0, 2, 3.5] : [0];
    steps.forEach((beat, k) => {
      const lengthS = tune.drive === 0 ? 3.4 * beatS : 0.5 * beatS;
      bass(into, { atS: at + beat * beatS, lengthS, hz: pitch(low + (k === 3 ? 12 : 0)), level: 0.34, wrap: true });
    });
    // A broken chord, one octave up, under the melody.
    const pattern = [0, 1, 2, 1, 0, 2, 1, 2];
    const every = tune.drive === 0 ? 1 : 0.5;
    for (let beat = 0, k = 0; beat < 4; beat += every, k += 1) {
      const tone = chord[pattern[k % 8]!]!;
      bell(
        into,
        { atS: at + beat * beatS, lengthS: 0.35, hz: pitch(tune.root + 12 + tone), level: 0.075, wrap: true },
        2.01,
        0.8,
      );
    }
  });
}

interface Step {
  beat: number;
  beats: number;
  degree: number;
}

function phrase(rng: Random, start: number): Step[] {
  const steps: Step[] = [];
  let degree = start;
  for (let beat = 0; beat < 8;) {
    const beats = rng.pick([0.5, 0.5, 1, 1, 1.5, 2]);
    if (rng.next() > 0.18) steps.push({ beat, beats: Math.min(beats, 8 - beat), degree });
    degree = Math.max(-2, Math.min(8, degree + rng.pick([-2, -1, -1, 1, 1, 2, 3, -3])));
    beat += beats;
  }
  return steps;
}

function sing(into: Float32Array, tune: Tune, beatS: number, rng: Random): void {
  const a = phrase(rng, 4);
  const b = phrase(rng, 6);
  const answer = a.map((step, k) => (k === a.length - 1 ? { ...step, degree: step.degree > 3 ? 4 : 0 } : step));
  [a, answer, b, answer].forEach((steps, part) => {
    for (const step of steps) {
      const bar = part * 2 + Math.floor(step.beat / 4);
      const midi = settle(tune, step.degree, step.beats >= 1 ? tune.chords[bar]! : null);
      const note = {
        atS: (part * 8 + step.beat) * beatS,
        lengthS: step.beats * beatS * 0.9,
        hz: pitch(midi + 12),
        level: 0.2,
        wrap: true,
      };
      if (tune.lead === 'bell') bell(into, { ...note, lengthS: Math.max(0.4, note.lengthS) }, 3.01, 1.3);
      else reed(into, { ...note, level: 0.16 });
    }
  });
}

/** A scale degree as a MIDI note; long notes lean to the nearest tone of their chord. */
function settle(tune: Tune, degree: number, chord: readonly number[] | null): number {
  const n = tune.scale.length;
  const octave = Math.floor(degree / n);
  const note = tune.root + tune.scale[((degree % n) + n) % n]! + 12 * octave;
  if (!chord) return note;
  let best = note;
  let gap = 3;
  for (const tone of chord) {
    for (const shift of [-12, 0, 12, 24]) {
      const candidate = tune.root + tone + shift;
      if (Math.abs(candidate - note) < gap) {
        best = candidate;
        gap = Math.abs(candidate - note);
      }
    }
  }
  return best;
}

function keepTime(into: Float32Array, tune: Tune, beatS: number, rng: Random): void {
  const beats = tune.chords.length * 4;
  for (let beat = 0; beat < beats; beat += 0.5) {
    const atS = beat * beatS;
    const inBar = beat % 4;
    if (inBar === 0 || (tune.drive >= 2 && inBar === 2) || (tune.drive === 3 && inBar === 3.5)) {
      drum(into, { atS, lengthS: 0.22, hz: 120, level: 0.42, wrap: true });
    }
    if (tune.drive >= 2 && (inBar === 1 || inBar === 3))
      hiss(into, { atS, lengthS: 0.11, hz: 2400, level: 0.24, wrap: true }, 1200, 0.3, rng);
    const accent = beat % 1 === 0.5 ? 0.1 : 0.05;
    hiss(into, { atS, lengthS: 0.045, hz: 5200, level: accent, wrap: true }, 4200, 0.2, rng);
    if (tune.drive === 3 && beat % 2 === 1.5)
      bell(into, { atS, lengthS: 0.14, hz: 1480, level: 0.05, wrap: true }, 1.41, 3);
  }
}
