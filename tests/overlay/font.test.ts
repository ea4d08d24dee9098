import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { describe, expect, it } from 'vitest';
import { ARABIC } from '../../overlay/src/font/arabic.ts';
import { everyString } from '../../overlay/src/font/characters.ts';
import { arabicParts, japaneseParts, within } from '../../overlay/src/font/embed-font.ts';
import { INTER_LATIN } from '../../overlay/src/font/inter-latin.ts';
import { JAPANESE } from '../../overlay/src/font/japanese.ts';
import type { FontPart } from '../../overlay/src/font/load.ts';
import { LANGUAGES } from '../../overlay/src/words/index.ts';
import { paymentWords } from '../../wallet/src/words/payment-words.ts';

const require = createRequire(import.meta.url);

/** What @fontsource declares of Inter's latin subset. */
const latinRange = (): string =>
  (JSON.parse(readFileSync(require.resolve('@fontsource/inter/unicode.json'), 'utf8')) as Record<string, string>)[
    'latin'
  ] ?? '';

describe('bundled fonts', () => {
  it.each([400, 600] as const)('the embedded Inter of weight %i is the one of @fontsource/inter', (weight) => {
    const file = require.resolve(`@fontsource/inter/files/inter-latin-${weight}-normal.woff2`);
    expect(INTER_LATIN[weight]).toBe(readFileSync(file).toString('base64'));
  });

  it.each([
    ['Arabic', ARABIC, arabicParts],
    ['Japanese', JAPANESE, japaneseParts],
  ] as const)('the %s chunk is what embed-font.ts makes now', async (_name, embedded, made) => {
    expect(embedded.map(({ range }) => range)).toEqual((await made()).map(({ range }) => range));
  });

  it('every character that the overlay says is in a font that its language loads', () => {
    const parts: Readonly<Record<string, readonly FontPart[]>> = { ar: ARABIC, ja: JAPANESE };
    for (const [language, words] of Object.entries(LANGUAGES)) {
      const ranges = [latinRange(), ...(parts[language] ?? []).map(({ range }) => range)].map(within);
      for (const [path, text] of everyString(words))
        for (const character of text.replaceAll(/[\u2066-\u2069]/g, ''))
          expect(
            ranges.some((has) => has(character)),
            `${language}${path}: ${character}`,
          ).toBe(true);
    }
  });

  it.each(['ar', 'ja'] as const)(
    'so is every character of the wallet’s sentences when nothing is paid, in %s',
    (language) => {
      const { refusal, cardRefusal, charged } = paymentWords(language);
      const ranges = [latinRange(), ...(language === 'ar' ? ARABIC : JAPANESE).map(({ range }) => range)].map(within);
      const said = [refusal, cardRefusal, charged].flatMap((words) => Object.values(words)).join('');
      const strange = [...said].filter((character) => !ranges.some((has) => has(character)));
      expect([...new Set(strange)].join('')).toBe('');
    },
  );
});
