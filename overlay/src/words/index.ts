import { ar } from './ar.ts';
import { de } from './de.ts';
import { en } from './en.ts';
import { es } from './es.ts';
import { fr } from './fr.ts';
import { ja } from './ja.ts';
import type { Words } from './words.ts';

export type { TitledText, Words } from './words.ts';

/** Shipped languages, by primary subtag. */
const SHIPPED = { en, fr, de, es, ja, ar };
export type Language = keyof typeof SHIPPED;
export const LANGUAGES: Readonly<Record<Language, Words>> = Object.freeze(SHIPPED);

const isLanguage = (tag: string): tag is Language => Object.hasOwn(LANGUAGES, tag);

/** The shipped language closest to a BCP 47 tag; English when there is none. */
export function languageOf(locale: string): Language {
  const language = locale.toLowerCase().split('-')[0] ?? '';
  return isLanguage(language) ? language : 'en';
}

/** The words of the closest shipped language. */
export const wordsFor = (locale: string): Words => LANGUAGES[languageOf(locale)];
