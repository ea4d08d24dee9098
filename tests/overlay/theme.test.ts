import { describe, expect, it } from 'vitest';
import {
  contrastProblems,
  contrastRatio,
  DEFAULT_THEME,
  HIGH_CONTRAST_THEME,
  themeOf,
} from '../../overlay/src/theme.ts';

describe('theme', () => {
  it('measures contrast as WCAG does', () => {
    expect(contrastRatio('#000000', '#ffffff')).toBeCloseTo(21);
    expect(contrastRatio('#777777', '#ffffff')).toBeCloseTo(4.48, 2);
    expect(contrastRatio('#123456', '#123456')).toBe(1);
  });

  it('rule 14: text reads at 4.5:1, in the high-contrast theme at 7:1', () => {
    expect(contrastProblems(DEFAULT_THEME)).toEqual([]);
    expect(contrastProblems(HIGH_CONTRAST_THEME, 7)).toEqual([]);
  });

  it('names what cannot be read', () => {
    expect(contrastProblems({ ...DEFAULT_THEME, buttonInk: DEFAULT_THEME.button })).toEqual([
      'buttonInk on button: 1.0',
    ]);
  });

  it('keeps a readable theme, and gives up the colours of one that hides a choice or the price', () => {
    expect(themeOf({ accent: '#ffffff', radius: 4 })).toMatchObject({ accent: '#ffffff', radius: 4 });
    expect(themeOf({ ink: '#0d1322', radius: 4 })).toEqual({ ...DEFAULT_THEME, radius: 4 });
  });

  it('refuses a colour that is none', () => {
    expect(() => themeOf({ ink: 'white' })).toThrow(/#rrggbb/);
  });
});
