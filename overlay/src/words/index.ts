import { en } from './en.ts';
import { fr } from './fr.ts';
import type { Words } from './words.ts';

export type { TitledText, Words } from './words.ts';

/** Shipped languages, by primary subtag. */
export const LANGUAGES: Readonly<Record<string, Words>> = Object.freeze({ en, fr });

/** The words of the closest shipped language; English when there is none. */
export function wordsFor(locale: string): Words {
  const language = locale.toLowerCase().split('-')[0] ?? '';
  return (Object.hasOwn(LANGUAGES, language) ? LANGUAGES[language] : undefined) ?? en;
}
