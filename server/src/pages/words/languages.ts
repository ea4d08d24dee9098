/** The languages of the pages. */
export const LANGUAGES = ['en', 'fr'] as const;
export type Language = (typeof LANGUAGES)[number];

export const isLanguage = (text: string | undefined): text is Language =>
  (LANGUAGES as readonly (string | undefined)[]).includes(text);

/** The first of a browser's languages that there are words in; English otherwise (RFC 9110, section 12.5.4, without weights: browsers send them in order). */
export function languageOf(acceptLanguage: string): Language {
  const wanted = acceptLanguage.split(',').map((one) => one.trim().slice(0, 2).toLowerCase());
  return wanted.find(isLanguage) ?? 'en';
}
