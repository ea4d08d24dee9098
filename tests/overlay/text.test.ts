import { CURRENCIES, formatMoney, LIMITS } from '@coinslot/protocol';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { graphemes, harmless } from '../../overlay/src/text/harmless.ts';
import { fitOneLine, wrap } from '../../overlay/src/text/wrap.ts';

const perCharacter = (text: string): number => graphemes(text).length;

describe('harmless', () => {
  it.each([
    ['bidi override', 'a\u202eb', 'a‹202E›b'],
    ['bidi isolate', '\u2066x\u2069', '‹2066›x‹2069›'],
    ['zero-width space', 'a\u200bb', 'a‹200B›b'],
    ['byte-order mark', '\ufeffa', '‹FEFF›a'],
    ['NUL', 'a\u0000b', 'a‹0000›b'],
    ['escape', '\u001b[2J', '‹001B›[2J'],
    ['lone surrogate', 'a\ud800b', 'a‹D800›b'],
    ['private use', '\ue000', '‹E000›'],
    ['invisible letter', 'a\u3164b', 'a‹3164›b'],
    ['tag character', '\u{e0041}', '‹E0041›'],
    ['line ends', 'a\r\n\n\tb\u2028c', 'a b c'],
    ['HTML stays text', '<b>x</b>&amp;', '<b>x</b>&amp;'],
    ['a joiner a language needs', 'می\u200cخواهم', 'می\u200cخواهم'],
    ['a joined emoji', '👩\u200d🚀', '👩\u200d🚀'],
    ['accents', 'Été à Nice', 'Été à Nice'],
    ['piled marks', `e${'\u0301'.repeat(50)}`, `é${'\u0301'.repeat(2)}`],
    ['no-break spaces of an amount', '1\u202f234,50\u00a0EUR', '1\u202f234,50\u00a0EUR'],
  ])('%s', (_name, given, expected) => {
    expect(harmless(given, 200)).toBe(expected);
  });

  it('bounds what is drawn, whatever comes in', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 3_000 }), fc.integer({ min: 1, max: 300 }), (text, most) => {
        expect(graphemes(harmless(text, most)).length).toBeLessThanOrEqual(most);
      }),
    );
    expect(harmless('x'.repeat(10_000_000), 10)).toBe('xxxxxxxxx…');
  });

  it('leaves nothing that turns the reading direction or cannot be seen', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 500 }), (text) => {
        expect(harmless(text, 2_000)).not.toMatch(/[\u202a-\u202e\u2066-\u2069\u200b\u200e\u200f\u061c\p{Cc}]/u);
      }),
    );
  });

  it('changes no amount of any currency in any shipped language', () => {
    for (const locale of ['en', 'fr', 'de', 'ja', 'ar'])
      for (const currency of CURRENCIES)
        for (const amountMinor of [0n, 1n, 99n, 100n, 1_234_567n, LIMITS.amountMinorMax]) {
          const text = formatMoney({ amountMinor, currency }, locale);
          // Arabic marks its amounts with a direction mark of its own; here it becomes visible, and the digits stay.
          const digits = text.replaceAll(/[\u200e\u200f\u061c]/g, '');
          expect(harmless(text, 200).replaceAll(/‹200[EF]›|‹061C›/g, '')).toBe(digits.normalize('NFC').trim());
        }
  });
});

describe('wrap', () => {
  it('fills lines and loses nothing', () => {
    fc.assert(
      fc.property(
        fc.array(fc.string({ maxLength: 14 }), { maxLength: 30 }),
        fc.integer({ min: 1, max: 30 }),
        (words, most) => {
          const text = harmless(words.join(' '), 2_000);
          const lines = wrap(text, most, perCharacter, 'en');
          for (const line of lines) expect(perCharacter(line)).toBeLessThanOrEqual(most);
          expect(lines.join('').replaceAll(' ', '')).toBe(text.replaceAll(' ', ''));
        },
      ),
    );
  });

  it.each([
    ['between words', 'one two three', 7, ['one two', 'three']],
    ['inside of a word too long', 'abcdefgh ij', 3, ['abc', 'def', 'gh', 'ij']],
    ['never at a no-break space', 'ab 12\u00a0EUR', 7, ['ab', '12\u00a0EUR']],
    ['nothing', '', 10, []],
  ])('%s', (_name, text, most, expected) => {
    expect(wrap(text, most, perCharacter, 'en')).toEqual(expected);
  });

  it('breaks Japanese between words and keeps its stops with them', () => {
    const lines = wrap('このゲームのレベル３を遊べます。返金できます。', 8, perCharacter, 'ja');
    expect(lines.join('')).toBe('このゲームのレベル３を遊べます。返金できます。');
    for (const line of lines) expect(line).not.toMatch(/^[。、ー]/);
  });
});

describe('fitOneLine', () => {
  it('keeps what fits, else the longest beginning with an ellipsis', () => {
    expect(fitOneLine('abcdef', 6, perCharacter)).toBe('abcdef');
    expect(fitOneLine('abcdefg', 6, perCharacter)).toBe('abcde…');
    expect(fitOneLine('ab cdef', 4, perCharacter)).toBe('ab…');
  });
});
