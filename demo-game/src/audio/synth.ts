/** A handful of voices that add themselves into a buffer of samples. Mono, SAMPLE_RATE; levels in [-1, 1]. */
import type { Random } from '../random.ts';

/** Samples a second. Enough for the game's rounded sounds at half the bytes of a CD. */
export const SAMPLE_RATE = 22050;

const TAU = Math.PI * 2;

/** Frequency of a MIDI note, Hz. */
export const pitch = (midi: number): number => 440 * 2 ** ((midi - 69) / 12);

/** A silent buffer. */
export const silence = (seconds: number): Float32Array => new Float32Array(Math.ceil(seconds * SAMPLE_RATE));

/** One note for a voice. With `wrap` what rings past the end of the buffer comes in again at its start, for loops. */
export interface Note {
  atS: number;
  lengthS: number;
  hz: number;
  level: number;
  wrap?: boolean;
}

function lay(into: Float32Array, note: Note, tailS: number, sample: (t: number) => number): void {
  const from = Math.floor(note.atS * SAMPLE_RATE);
  const count = Math.floor((note.lengthS + tailS) * SAMPLE_RATE);
  for (let i = 0; i < count; i += 1) {
    let at = from + i;
    if (at >= into.length) {
      if (!note.wrap) return;
      at %= into.length;
    }
    into[at] = into[at]! + sample(i / SAMPLE_RATE) * note.level;
  }
}

/** A struck bell or kalimba: two-operator FM whose brightness dies before its tone. */
export function bell(into: Float32Array, note: Note, ratio = 3.01, bright = 2.2): void {
  const w = TAU * note.hz;
  lay(into, note, note.lengthS * 1.2, (t) => {
    const index = bright * Math.exp(-t * 9);
    return (
      Math.sin(w * t + index * Math.sin(w * ratio * t)) * Math.exp((-t * 3.2) / note.lengthS) * Math.min(1, t * 400)
    );
  });
}

/** A soft pad: three detuned triangles that swell and fade. */
export function pad(into: Float32Array, note: Note): void {
  const attack = Math.min(0.7, note.lengthS * 0.4);
  const release = 0.9;
  lay(into, note, release, (t) => {
    const swell = Math.min(1, t / attack) * Math.min(1, Math.max(0, (note.lengthS + release - t) / release));
    let sum = 0;
    for (const detune of [0.996, 1, 1.0045]) sum += triangle(note.hz * detune * t);
    return (sum / 3) * swell * swell * (1 + 0.08 * Math.sin(TAU * 4.6 * t));
  });
}

/** A round bass: a sine with a little of its octave. */
export function bass(into: Float32Array, note: Note): void {
  const w = TAU * note.hz;
  lay(into, note, 0.08, (t) => {
    const gate = Math.min(1, t * 90) * Math.min(1, Math.max(0, (note.lengthS + 0.08 - t) * 14));
    return (Math.sin(w * t) + 0.28 * Math.sin(2 * w * t) + 0.1 * Math.sin(3 * w * t)) * gate * Math.exp(-t * 1.4);
  });
}

/** A short reed, for melodies that should sing: a filtered pulse with late vibrato. */
export function reed(into: Float32Array, note: Note): void {
  let low = 0;
  lay(into, note, 0.15, (t) => {
    const vibrato = 1 + 0.004 * Math.sin(TAU * 5.4 * t) * Math.min(1, t * 2);
    const wave = (note.hz * vibrato * t) % 1 < 0.38 ? 0.8 : -0.5;
    low += (wave - low) * 0.16;
    return (
      low *
      Math.min(1, t * 40) *
      Math.min(1, Math.max(0, (note.lengthS + 0.15 - t) * 7)) *
      (0.6 + 0.4 * Math.exp(-t * 3))
    );
  });
}

/** A soft drum: a sine that falls from `hz` to a third of it. */
export function drum(into: Float32Array, note: Note): void {
  let phase = 0;
  lay(into, note, 0, (t) => {
    phase += (note.hz * (0.33 + 0.67 * Math.exp(-t * 30))) / SAMPLE_RATE;
    return Math.sin(TAU * phase) * Math.exp((-t * 4.5) / note.lengthS) * Math.min(1, t * 500);
  });
}

/** Filtered noise that sweeps from `hz` to `toHz`; `tight` in (0, 1) narrows the band. */
export function hiss(into: Float32Array, note: Note, toHz: number, tight: number, rng: Random): void {
  // A Chamberlin filter: stable while f² + 2·f·damping < 4, so with damping up to 1.4 no higher than a sixth of the rate.
  let low = 0;
  let band = 0;
  lay(into, note, 0, (t) => {
    const share = t / note.lengthS;
    const hz = note.hz * (toHz / note.hz) ** share;
    const f = 2 * Math.sin((Math.PI * Math.min(hz, SAMPLE_RATE / 6)) / SAMPLE_RATE);
    const high = rng.between(-1, 1) - low - band * (1.4 - tight);
    band += f * high;
    low += f * band;
    return band * Math.sin(Math.PI * Math.min(1, share * 1.02)) ** 0.7;
  });
}

/** A tone that glides from `hz` to `toHz`. */
export function glide(into: Float32Array, note: Note, toHz: number): void {
  let phase = 0;
  lay(into, note, 0, (t) => {
    const share = t / note.lengthS;
    phase += (note.hz * (toHz / note.hz) ** share) / SAMPLE_RATE;
    return (0.7 * triangle(phase) + 0.3 * Math.sin(TAU * phase)) * (1 - share) * Math.min(1, t * 200);
  });
}

/** Adds quieter copies, so that a dry sound stands in a place. Wraps round, which a loop needs and a one-shot doesn't notice. */
export function echo(into: Float32Array, delayS: number, feedback: number, mixLevel: number): void {
  const delay = Math.floor(delayS * SAMPLE_RATE);
  const dry = into.slice();
  let gain = mixLevel;
  for (let turn = 1; gain > 0.02 && turn < 8; turn += 1) {
    const shift = delay * turn;
    for (let i = 0; i < into.length; i += 1)
      into[(i + shift) % into.length] = into[(i + shift) % into.length]! + dry[i]! * gain;
    gain *= feedback;
  }
}

/** Brings the loudest sample to `peak`, rounding off what would clip on the way. */
export function level(samples: Float32Array, peak: number): Float32Array {
  let loudest = 1e-6;
  for (const sample of samples) loudest = Math.max(loudest, Math.abs(sample));
  for (let i = 0; i < samples.length; i += 1)
    samples[i] = Math.tanh((samples[i]! / loudest) * 1.25) * (peak / Math.tanh(1.25));
  return samples;
}

function triangle(turns: number): number {
  const share = turns - Math.floor(turns);
  return 1 - 4 * Math.abs(share - 0.5);
}
