import { describe, expect, it } from 'vitest';
import type { Moment } from '../../overlay/src/dialog/dialog.ts';
import { toneWav } from '../../overlay/src/sound/tones.ts';

const MOMENTS: Moment[] = ['open', 'move', 'press', 'coin', 'refuse'];

describe('tones', () => {
  it.each(MOMENTS)('%s is a mono 16-bit WAV that is heard, never clips, and ends in silence', (moment) => {
    const bytes = toneWav(moment);
    const view = new DataView(bytes.buffer);
    expect(new TextDecoder().decode(bytes.subarray(0, 4))).toBe('RIFF');
    expect(new TextDecoder().decode(bytes.subarray(8, 16))).toBe('WAVEfmt ');
    expect(view.getUint32(4, true)).toBe(bytes.length - 8);
    expect(view.getUint32(40, true)).toBe(bytes.length - 44);
    const samples = Array.from({ length: (bytes.length - 44) / 2 }, (_, at) => view.getInt16(44 + at * 2, true));
    const peak = samples.reduce((most, sample) => Math.max(most, Math.abs(sample)), 0);
    expect(peak).toBeGreaterThan(2_000);
    expect(peak).toBeLessThan(32_767);
    expect(Math.abs(samples.at(-1) ?? 1)).toBeLessThan(10);
    expect(bytes.length).toBeLessThan(80_000);
  });
});
