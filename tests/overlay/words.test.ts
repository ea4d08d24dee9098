import { CODES, type CodeName } from '@coinslot/protocol';
import { describe, expect, it } from 'vitest';
import { viewOf, announcementOf } from '../../overlay/src/dialog/view.ts';
import { LANGUAGES, wordsFor, type Words } from '../../overlay/src/words/index.ts';
import { shownIn, statesIn } from './lib/samples.ts';

/** Every string of a language, by its path; functions called with sample values. */
function everyString(words: Words): Map<string, string> {
  const found = new Map<string, string>();
  const walk = (value: unknown, path: string): void => {
    if (typeof value === 'string') found.set(path, value);
    else if (typeof value === 'function') found.set(path, String((value as (...of: unknown[]) => string)(1, 2)));
    else for (const [key, inner] of Object.entries(value as object)) walk(inner, `${path}.${key}`);
  };
  walk(words, '');
  return found;
}

/** Words that press, hurry, shame or flatter. */
const LINT = [
  /\b(hurry|last chance|only today|don.t miss|miss out|limited|act now|unlock now|best|deal|sale|free|bonus|special)\b/i,
  /\b(lose|loser|coward|are you sure|really|regret|sad|sorry|please|just)\b/i,
  /\b(dépêchez|dernière chance|ne manquez|offre limitée|gratuit|meilleur|promo|dommage|vraiment|regret|désolé|sûr)\b/i,
  /!/,
];

describe('words', () => {
  it('are complete and non-empty in every language', () => {
    const paths = [...everyString(LANGUAGES['en'] as Words).keys()].sort();
    for (const [language, words] of Object.entries(LANGUAGES)) {
      const strings = everyString(words);
      expect([...strings.keys()].sort(), language).toEqual(paths);
      for (const [path, text] of strings) expect(text.trim(), `${language}${path}`).not.toBe('');
    }
  });

  it('differ between languages, so that nothing was left untranslated', () => {
    const fr = everyString(LANGUAGES['fr'] as Words);
    const same = [...everyString(LANGUAGES['en'] as Words)].filter(([path, text]) => fr.get(path) === text);
    expect(same.map(([path]) => path).sort()).toEqual(['.code', '.stepShort', '.test', '.total']);
  });

  it('say something of its own for every code', () => {
    for (const words of Object.values(LANGUAGES)) {
      const texts = (Object.keys(CODES) as CodeName[]).map((code) => words.codes[code]);
      expect(new Set(texts).size).toBe(texts.length);
    }
  });

  it('rule 4: no shaming, pressing or hurrying words', () => {
    for (const [language, words] of Object.entries(LANGUAGES))
      for (const [path, text] of everyString(words))
        for (const pattern of LINT) expect(text, `${language}${path}`).not.toMatch(pattern);
  });

  it('rule 17: are plural-safe where they count', () => {
    expect(wordsFor('en').closesSoon(1)).toContain('1 second,');
    expect(wordsFor('en').closesSoon(20)).toContain('20 seconds,');
    expect(wordsFor('fr').closesSoon(0)).toContain('0 seconde,');
    expect(wordsFor('fr').closesSoon(2)).toContain('2 secondes,');
  });

  it('follow the space rules of French', () => {
    for (const [path, text] of everyString(LANGUAGES['fr'] as Words)) {
      expect(text, path).not.toMatch(/ [?!;:»]|« |[a-zé][?!;]/);
      expect(text, path).not.toContain("'");
    }
  });

  it('are found for a region, and in English where a language is not shipped', () => {
    expect(wordsFor('fr-CA').locale).toBe('fr');
    expect(wordsFor('FR').locale).toBe('fr');
    expect(wordsFor('eo').locale).toBe('en');
    expect(wordsFor('__proto__').locale).toBe('en');
    expect(wordsFor('constructor').locale).toBe('en');
  });
});

describe('what is announced', () => {
  it('names place and amount in every state', () => {
    for (const language of ['en', 'fr'] as const)
      for (const state of Object.values(statesIn(language))) {
        const view = viewOf(state, { locale: language, walletOpens: false, step: 'review', closesInSeconds: null });
        expect(announcementOf(view)).toContain(view.title);
        if (view.amount !== null) expect(announcementOf(view)).toContain(view.amount.text);
      }
  });

  it('is spoken in the language of the offer, not of the page', () => {
    const view = viewOf(
      { kind: 'granted', shown: shownIn('fr') },
      { locale: 'en', walletOpens: false, step: 'review', closesInSeconds: null },
    );
    expect(view.words.locale).toBe('fr');
  });
});
