import { describe, expect, it } from 'vitest';
import {
  contrastProblems,
  contrastRatio,
  themeOf,
  themes,
  type ThemeName,
  type ThemeTokens,
} from '../../overlay/src/theme.ts';

const NAMES = Object.keys(themes) as ThemeName[];
const wrong = (tokens: Record<string, unknown>): Partial<ThemeTokens> => tokens;

describe('theme', () => {
  it('measures contrast as WCAG does', () => {
    expect(contrastRatio('#000000', '#ffffff')).toBeCloseTo(21);
    expect(contrastRatio('#777777', '#ffffff')).toBeCloseTo(4.48, 2);
    expect(contrastRatio('#123456', '#123456')).toBe(1);
  });

  it.each(NAMES)('rule 14: every text of %s reads at 4.5:1, every shape stands out at 3:1', (name) => {
    expect(contrastProblems(themes[name])).toEqual([]);
    expect(themeOf(name)).toEqual(themes[name]);
  });

  it('rule 14: every text of high-contrast reads at 7:1', () => {
    expect(contrastProblems(themes['high-contrast'], 7)).toEqual([]);
  });

  it('names what cannot be read', () => {
    const { lantern } = themes;
    expect(contrastProblems({ ...lantern, buttonInk: lantern.button })).toEqual(['buttonInk on button: 1.0']);
    expect(contrastProblems({ ...lantern, ink: 'white' })).toEqual(['ink: no #rrggbb']);
  });

  it('keeps a readable theme, over lantern or the one it names', () => {
    expect(themeOf({ accent: '#ffffff', radius: 4 })).toEqual({ ...themes.lantern, accent: '#ffffff', radius: 4 });
    expect(themeOf({ base: 'paper', depth: 'flat' })).toEqual({ ...themes.paper, depth: 'flat' });
  });

  const unreadable: readonly (readonly [string, Partial<ThemeTokens>])[] = [
    ['an ink that cannot be told from the inset', { ink: '#0d1322' }],
    ['buttons that hide their words', { buttonInk: '#34426a' }],
    ['buttons without an edge', { buttonLine: '#151b30' }],
    ['a focus ring that cannot be seen', { focus: '#2a3354' }],
    ['a colour by its name', { ink: 'white' }],
    ['a colour that is no text', wrong({ ink: 7 })],
    ['a colour with opacity', { ink: '#ffffff00' }],
  ];
  it.each(unreadable)('gives up the colours of %s, and keeps the rest', (_, tokens) => {
    expect(themeOf({ ...tokens, accent: '#ffffff', radius: 4, fontFamily: 'Tiny' })).toEqual({
      ...themes.lantern,
      radius: 4,
      fontFamily: 'Tiny',
    });
  });

  it('brings numbers into their range, and takes what is no number, depth or theme as not said', () => {
    expect(themeOf({ radius: 900, scrimAlpha: 0 })).toMatchObject({ radius: 32, scrimAlpha: 0.4 });
    expect(themeOf({ radius: NaN, scrimAlpha: Infinity })).toEqual(themes.lantern);
    expect(themeOf(wrong({ depth: 'deep', base: 'tin' }))).toEqual(themes.lantern);
  });

  it('the player’s wish for more contrast wins over every colour of a studio’s, and leaves its logo, font and radius', () => {
    const tokens = themeOf({ base: 'arcade', accent: '#ffffff', radius: 4, fontFamily: 'Own', depth: 'soft' }, true);
    expect(tokens).toEqual({ ...themes['high-contrast'], radius: 4, fontFamily: 'Own' });
  });
});
