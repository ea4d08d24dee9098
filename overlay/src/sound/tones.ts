/** The sounds of the dialog, made here: a few decaying sine partials each, as WAV bytes, each as loud as its moment is worth. */
import type { Moment } from '../dialog/dialog.ts';
import { COIN_TOUCHES_MS } from '../draw/art.ts';

/** Samples per second: enough for partials below 8 kHz. */
const RATE = 22_050;

interface Partial {
  /** Hertz. */
  readonly pitch: number;
  /** Against the other partials of the sound. */
  readonly share: number;
  /** Seconds until it starts, and until it has fallen to a third. */
  readonly startS: number;
  readonly decayS: number;
}

interface Tone {
  readonly seconds: number;
  /** Loudness of its loudest 50 ms, dB below full scale. */
  readonly level: number;
  readonly partials: readonly Partial[];
}

const struck = (pitch: number, share: number, startS: number, decayS: number): Partial => ({
  pitch,
  share,
  startS,
  decayS,
});

/** Partials of a small struck bar; the second gives it wood, the third its edge. */
const bar = (pitch: number, share: number, startS: number, decayS: number): Partial[] => [
  struck(pitch, share, startS, decayS),
  struck(pitch * 2.76, share * 0.28, startS, decayS * 0.4),
  struck(pitch * 5.4, share * 0.08, startS, decayS * 0.16),
];

/** Partials of a small struck coin lie far from a harmonic row; its ring ends on the block, with a low knock and two notes. */
const coin = (atS: number): Partial[] => [
  struck(2_793, 0.2, atS, 0.2),
  struck(4_186, 0.13, atS, 0.15),
  struck(5_920, 0.07, atS, 0.09),
  struck(160, 0.4, atS + 0.09, 0.05),
  ...bar(659.3, 0.2, atS + 0.2, 0.2),
  ...bar(987.8, 0.2, atS + 0.32, 0.3),
];

/** No sound scolds: "no" and "not paid" are lower and softer than the rest, never harsh. */
const tones = (coinTouchesS: number): Readonly<Record<Moment, Tone>> => ({
  open: { seconds: 0.5, level: -26, partials: [...bar(392, 0.22, 0, 0.1), ...bar(587.3, 0.2, 0.09, 0.14)] },
  move: { seconds: 0.07, level: -34, partials: [struck(1_320, 1, 0, 0.014)] },
  press: { seconds: 0.14, level: -29, partials: bar(330, 0.3, 0, 0.035) },
  coin: { seconds: coinTouchesS + 1.15, level: -22, partials: coin(coinTouchesS) },
  refuse: { seconds: 0.55, level: -27, partials: [...bar(294, 0.22, 0, 0.1), ...bar(246.9, 0.22, 0.13, 0.15)] },
});

/** Attack, seconds: short enough to sound struck, long enough not to click. */
const ATTACK_S = 0.004;
const LOUDEST_S = 0.05;

/** One sound as 16-bit mono WAV. `still`: nothing moves that the coin would have to wait for. */
export function toneWav(moment: Moment, still = false): Uint8Array {
  const { seconds, level, partials } = tones(still ? 0 : COIN_TOUCHES_MS / 1_000)[moment];
  const samples = new Float64Array(Math.round(seconds * RATE));
  for (const { pitch, share, startS, decayS } of partials) {
    for (let at = Math.round(startS * RATE); at < samples.length; at += 1) {
      const t = at / RATE - startS;
      const swell = Math.min(1, t / ATTACK_S) * Math.exp(-t / decayS);
      samples[at] = (samples[at] ?? 0) + Math.sin(2 * Math.PI * pitch * t) * share * swell;
    }
  }
  const gain = 10 ** (level / 20) / loudestOf(samples);
  return wavOf(samples.map((sample) => sample * gain));
}

/** Root mean square of the loudest stretch. */
function loudestOf(samples: Float64Array): number {
  const width = Math.min(samples.length, Math.round(LOUDEST_S * RATE));
  let sum = 0;
  let most = 0;
  samples.forEach((sample, at) => {
    const left = samples[at - width] ?? 0;
    sum += sample ** 2 - left ** 2;
    most = Math.max(most, sum);
  });
  return Math.sqrt(most / width);
}
/** RIFF header and PCM samples (Multimedia Programming Interface and Data Specifications 1.0, 1991). */
function wavOf(samples: Float64Array): Uint8Array {
  const bytes = new Uint8Array(44 + samples.length * 2);
  const view = new DataView(bytes.buffer);
  const letters = (at: number, text: string): void =>
    [...text].forEach((letter, index) => view.setUint8(at + index, letter.charCodeAt(0)));
  letters(0, 'RIFF');
  view.setUint32(4, bytes.length - 8, true);
  letters(8, 'WAVEfmt ');
  view.setUint32(16, 16, true);
  view.setUint16(20, 1, true);
  view.setUint16(22, 1, true);
  view.setUint32(24, RATE, true);
  view.setUint32(28, RATE * 2, true);
  view.setUint16(32, 2, true);
  view.setUint16(34, 16, true);
  letters(36, 'data');
  view.setUint32(40, samples.length * 2, true);
  const fadeFrom = samples.length - RATE * 0.01;
  samples.forEach((sample, at) => {
    // The last hundredth of a second goes to silence, whatever still rings.
    const fade = at < fadeFrom ? 1 : (samples.length - at) / (RATE * 0.01);
    view.setInt16(44 + at * 2, Math.round(Math.max(-1, Math.min(1, sample * fade)) * 32_767), true);
  });
  return bytes;
}
