import { describe, expect, it } from 'vitest';
import { EFFECTS, renderEffect } from '../../demo-game/src/audio/effects.ts';
import { TUNE_NAMES, renderTune } from '../../demo-game/src/audio/music.ts';
import { wavUri } from '../../demo-game/src/audio/wav.ts';
import { readParams } from '../../demo-game/src/params.ts';
import { openProgress } from '../../demo-game/src/progress.ts';
import { chooseStrings, type Strings } from '../../demo-game/src/strings.ts';

describe('the address', () => {
  it.each([
    ['?level=3', 'Level3'],
    ['?level=bonus', 'Bonus'],
    ['?level=6', 'Bonus'],
    ['?level=7', null],
    ['', null],
  ])('%s', (search, level) => {
    expect(readParams(search).level).toBe(level);
  });

  it('takes malformed numbers as not given', () => {
    expect(readParams('?seed=-1&goal=x')).toMatchObject({ seed: 1, goal: null });
    expect(readParams('?seed=12&goal=2')).toMatchObject({ seed: 12, goal: 2 });
  });
});

describe('languages', () => {
  it('takes the one asked for, else the browser’s first, else English', () => {
    expect(chooseStrings('fr', ['en']).lang).toBe('fr');
    expect(chooseStrings(null, ['de', 'fr-CA', 'en']).lang).toBe('fr');
    expect(chooseStrings(null, ['ja']).lang).toBe('en');
  });

  it('has every sentence in both', () => {
    const shapeOf = (value: unknown): unknown =>
      typeof value === 'object' && value !== null
        ? Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, shapeOf(inner)]))
        : typeof value;
    const [en, fr]: [Strings, Strings] = [chooseStrings('en', []), chooseStrings('fr', [])];
    expect(shapeOf(fr)).toEqual(shapeOf(en));
    expect(fr.declined).not.toBe(en.declined);
  });
});

describe('results', () => {
  const storage = (): Pick<Storage, 'getItem' | 'setItem'> => {
    const kept = new Map<string, string>();
    return { getItem: (key) => kept.get(key) ?? null, setItem: (key, value) => void kept.set(key, value) };
  };

  it('keep the best stars and the best score, each by itself', () => {
    const drawer = storage();
    const progress = openProgress(drawer);
    expect(progress.record('Level1', 1, 900)).toBe(true);
    expect(progress.record('Level1', 3, 500)).toBe(false);
    const again = openProgress(drawer);
    expect([again.stars('Level1'), again.best('Level1')]).toEqual([3, 900]);
  });

  it.each(['{', 'null', '[]', '{"results":{"Level1":{"stars":"3"}},"muted":1}'])('start afresh from %s', (found) => {
    const progress = openProgress({ getItem: () => found, setItem: () => undefined });
    expect([progress.stars('Level1'), progress.muted()]).toEqual([0, false]);
  });

  it('are simply not kept where storage refuses', () => {
    const refuse = (): never => {
      throw new DOMException('denied');
    };
    const progress = openProgress({ getItem: refuse, setItem: refuse });
    progress.record('Level2', 2, 10);
    expect(progress.stars('Level2')).toBe(2);
  });
});

describe('sound', () => {
  it.each(EFFECTS)('%s is heard and does not clip', (name) => {
    const samples = renderEffect(name);
    const peak = samples.reduce((most, sample) => Math.max(most, Math.abs(sample)), 0);
    expect(peak).toBeGreaterThan(0.1);
    expect(peak).toBeLessThanOrEqual(0.71);
    expect(samples.every(Number.isFinite)).toBe(true);
  });

  it.each(TUNE_NAMES)('the tune %s is heard, and joins up with itself', (name) => {
    const samples = renderTune(name);
    let [peak, steepest] = [0, 0];
    for (let i = 1; i < samples.length; i += 1) {
      peak = Math.max(peak, Math.abs(samples[i]!));
      steepest = Math.max(steepest, Math.abs(samples[i]! - samples[i - 1]!));
    }
    expect(peak).toBeGreaterThan(0.4);
    expect(peak).toBeLessThan(0.51);
    // The step from the last sample to the first is none that the tune doesn't have inside.
    expect(Math.abs(samples[0]! - samples.at(-1)!)).toBeLessThanOrEqual(steepest);
  });

  it('is written as a WAV file of the right length', () => {
    const bytes = Buffer.from(wavUri(new Float32Array([0, 1, -1])).split(',')[1]!, 'base64');
    expect(bytes.subarray(0, 4).toString()).toBe('RIFF');
    expect(bytes.readUInt32LE(40)).toBe(6);
    expect([bytes.readInt16LE(44), bytes.readInt16LE(46), bytes.readInt16LE(48)]).toEqual([0, 32767, -32767]);
  });
});
