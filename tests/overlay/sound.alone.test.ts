import { beforeEach, describe, expect, it, vi } from 'vitest';
import type { Moment } from '../../overlay/src/dialog/dialog.ts';
import { COIN_TOUCHES_MS } from '../../overlay/src/draw/art.ts';
import { createHowlerSound } from '../../overlay/src/sound/sound.ts';
import { toneWav } from '../../overlay/src/sound/tones.ts';

/** What howler was asked to play; it has no sound in Node. */
const played = vi.hoisted(() => [] as number[]);
vi.mock('howler', () => ({
  Howler: { autoSuspend: true },
  Howl: class {
    readonly #src: string;
    constructor({ src: [src = ''] }: { src: string[] }) {
      this.#src = src;
    }
    play(): void {
      played.push(this.#src.length);
    }
    stop(): void {}
    unload(): void {}
  },
}));

const MOMENTS: Moment[] = ['open', 'move', 'press', 'coin', 'refuse'];
const RATE = 22_050;

function samplesOf(bytes: Uint8Array): number[] {
  const view = new DataView(bytes.buffer);
  return Array.from({ length: (bytes.length - 44) / 2 }, (_, at) => view.getInt16(44 + at * 2, true) / 32_767);
}

/** The loudest 50 ms, dB below full scale. */
function loudness(samples: readonly number[]): number {
  const width = Math.min(samples.length, Math.round(RATE * 0.05));
  let most = 0;
  for (let at = 0; at + width <= samples.length; at += 64) {
    const sum = samples.slice(at, at + width).reduce((all, sample) => all + sample ** 2, 0);
    most = Math.max(most, sum / width);
  }
  return 10 * Math.log10(most);
}

describe('tones', () => {
  it.each(MOMENTS)('%s is a mono 16-bit WAV that is heard, never clips, and ends in silence', (moment) => {
    const bytes = toneWav(moment);
    const view = new DataView(bytes.buffer);
    expect(new TextDecoder().decode(bytes.subarray(0, 4))).toBe('RIFF');
    expect(new TextDecoder().decode(bytes.subarray(8, 16))).toBe('WAVEfmt ');
    expect(view.getUint32(4, true)).toBe(bytes.length - 8);
    expect(view.getUint32(40, true)).toBe(bytes.length - 44);
    const samples = samplesOf(bytes);
    const peak = Math.max(...samples.map(Math.abs));
    expect(peak).toBeGreaterThan(0.02);
    expect(peak).toBeLessThan(0.5);
    expect(Math.abs(samples.at(-1) ?? 1)).toBeLessThan(0.000_4);
    expect(bytes.length).toBeLessThan(80_000);
  });

  it('are balanced: all within 13 dB, the coin loudest, moving about softest, and no louder than -21 dB', () => {
    const levels = Object.fromEntries(MOMENTS.map((moment) => [moment, loudness(samplesOf(toneWav(moment)))]));
    const sorted = [...MOMENTS].sort((one, other) => levels[other]! - levels[one]!);
    expect(sorted).toEqual(['coin', 'open', 'refuse', 'press', 'move']);
    expect(levels['coin']).toBeLessThan(-21);
    expect(levels['coin']! - levels['move']!).toBeLessThan(13);
  });

  it('the coin rings when it touches the slot, and at once where nothing moves', () => {
    const first = (still: boolean): number =>
      samplesOf(toneWav('coin', still)).findIndex((one) => Math.abs(one) > 0.001);
    expect((first(false) / RATE) * 1_000).toBeGreaterThan(COIN_TOUCHES_MS - 2);
    expect((first(false) / RATE) * 1_000).toBeLessThan(COIN_TOUCHES_MS + 20);
    expect((first(true) / RATE) * 1_000).toBeLessThan(20);
  });
});

describe('playing', () => {
  beforeEach(() => void (played.length = 0));
  let isMuted = false;
  const soundsOf = async (still: boolean): Promise<number[]> => {
    const sound = createHowlerSound({ muted: () => isMuted, still });
    await sound.load();
    return MOMENTS.map((moment) => {
      const before = played.length;
      sound.play(moment);
      return played.length - before;
    });
  };

  it('plays each moment once', async () => {
    isMuted = false;
    expect(await soundsOf(false)).toEqual([1, 1, 1, 1, 1]);
  });

  it('is silent while the player has silenced the game, and asks anew each time', async () => {
    isMuted = true;
    expect(await soundsOf(false)).toEqual([0, 0, 0, 0, 0]);
    const sound = createHowlerSound({ muted: () => isMuted, still: false });
    await sound.load();
    isMuted = false;
    sound.play('coin');
    expect(played).toHaveLength(1);
  });

  it('with reduced motion, is silent where it would only go with a movement; answers and outcomes are heard', async () => {
    isMuted = false;
    expect(await soundsOf(true)).toEqual([0, 0, 1, 1, 1]);
  });
});
