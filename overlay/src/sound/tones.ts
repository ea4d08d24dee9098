/** The sounds of the dialog, made here: a few decaying sine partials each, as WAV bytes. */
import type { Moment } from '../dialog/dialog.ts';
import { COIN_TOUCHES_MS } from '../draw/art.ts';

/** Samples per second: enough for partials below 8 kHz. */
const RATE = 22_050;

interface Partial {
  /** Hertz. */
  readonly pitch: number;
  readonly loudness: number;
  /** Seconds until it starts, and until it has fallen to a third. */
  readonly startS: number;
  readonly decayS: number;
}

const struck = (pitch: number, loudness: number, startS: number, decayS: number): Partial => ({
  pitch,
  loudness,
  startS,
  decayS,
});

/** Partials of a small struck coin lie far from a harmonic row; its ring ends on the block, with a low knock. */
const COIN_TOUCHES_S = COIN_TOUCHES_MS / 1_000;

const TONES: Readonly<Record<Moment, { readonly seconds: number; readonly partials: readonly Partial[] }>> = {
  open: { seconds: 0.42, partials: [struck(392, 0.22, 0, 0.09), struck(587.3, 0.2, 0.09, 0.12)] },
  move: { seconds: 0.06, partials: [struck(1_320, 0.14, 0, 0.012)] },
  press: { seconds: 0.12, partials: [struck(330, 0.3, 0, 0.03), struck(880, 0.1, 0, 0.015)] },
  coin: {
    seconds: 1.5,
    partials: [
      struck(2_793, 0.16, COIN_TOUCHES_S, 0.22),
      struck(4_186, 0.11, COIN_TOUCHES_S, 0.17),
      struck(5_920, 0.06, COIN_TOUCHES_S, 0.1),
      struck(160, 0.34, COIN_TOUCHES_S + 0.07, 0.05),
      struck(523.3, 0.16, COIN_TOUCHES_S + 0.2, 0.16),
      struck(784, 0.15, COIN_TOUCHES_S + 0.31, 0.24),
    ],
  },
  refuse: { seconds: 0.5, partials: [struck(294, 0.22, 0, 0.1), struck(220, 0.22, 0.13, 0.14)] },
};

/** Attack, seconds: short enough to sound struck, long enough not to click. */
const ATTACK_S = 0.004;

/** One sound as 16-bit mono WAV. */
export function toneWav(moment: Moment): Uint8Array {
  const { seconds, partials } = TONES[moment];
  const samples = new Float64Array(Math.round(seconds * RATE));
  for (const { pitch, loudness, startS, decayS } of partials) {
    for (let at = Math.round(startS * RATE); at < samples.length; at += 1) {
      const t = at / RATE - startS;
      const swell = Math.min(1, t / ATTACK_S) * Math.exp(-t / decayS);
      samples[at] = (samples[at] ?? 0) + Math.sin(2 * Math.PI * pitch * t) * loudness * swell;
    }
  }
  return wavOf(samples);
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
