/** What the pages say, by language. Each language has all of it: a gap does not compile. */
import { enWords } from './en.ts';
import { frWords } from './fr.ts';
import type { Language } from './languages.ts';

/** English has the shape; the others are held against it. */
export type SiteWords = typeof enWords;

const WORDS: Readonly<Record<Language, SiteWords>> = { en: enWords, fr: frWords };

export const siteWords = (language: Language): SiteWords => WORDS[language];
