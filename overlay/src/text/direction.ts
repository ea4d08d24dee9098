/** Which way a text reads, by its first letter (Unicode Standard Annex 9, rules P2 and P3). */
export type Direction = 'ltr' | 'rtl';

const ISOLATED = /[\u2066-\u2068][^\u2066-\u2069]*\u2069?/gu;
/** The blocks of right-to-left letters. */
const RIGHT_TO_LEFT = /[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc\u{10800}-\u{10fff}\u{1e800}-\u{1efff}]/u;

/** Of the text itself; `otherwise` for one without letters, as an amount is. What stands in an isolate does not count. */
export function directionOf(text: string, otherwise: Direction): Direction {
  const letter = /\p{L}/u.exec(text.replaceAll(ISOLATED, ''))?.[0];
  if (letter === undefined) return otherwise;
  return RIGHT_TO_LEFT.test(letter) ? 'rtl' : 'ltr';
}
