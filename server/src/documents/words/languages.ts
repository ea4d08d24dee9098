import { EN } from './en.ts';
import { FR } from './fr.ts';
import type { DocumentWords } from './words.ts';

/** One line for each language. */
const LANGUAGES: ReadonlyMap<string, DocumentWords> = new Map([
  ['en', EN],
  ['fr', FR],
]);

/** The words for a locale, and the locale that figures go by: the one asked for if its language is there, otherwise English. */
export function wordsOf(locale: string): { readonly locale: string; readonly words: DocumentWords } {
  const language = locale.split('-', 1)[0]?.toLowerCase() ?? '';
  const words = LANGUAGES.get(language);
  return words !== undefined && isTag(locale) ? { locale, words } : { locale: 'en', words: EN };
}

function isTag(locale: string): boolean {
  try {
    return Intl.getCanonicalLocales(locale).length === 1;
  } catch {
    return false;
  }
}
