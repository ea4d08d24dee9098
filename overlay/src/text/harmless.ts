/**
 * Makes words of others harmless before they are drawn: nothing invisible, nothing that turns the reading direction of
 * what follows, no piles of marks, bounded length. The wallet has done the same; pixels that ask for money do it again.
 */

/** Format, control, private, unassigned and lone-surrogate characters, and letters and a mark that draw nothing. */
const HIDDEN = /[\p{Cc}\p{Cf}\p{Co}\p{Cn}\p{Cs}\u115f\u1160\u3164\uffa0\u2800]|\u034f/u;
/** Joiners are needed to write several languages, and cannot reorder anything. */
const JOINERS = new Set(['\u200c', '\u200d']);
/** Breaking white space, line ends included; the no-break spaces of amounts stay. */
const BREAKING_SPACE = /[\t-\r \u0085\u1680\u2000-\u2006\u2008-\u200a\u2028\u2029\u205f\u3000]+/gu;
const MARK = /\p{M}/u;
/** Written languages stack up to two marks on a letter beside its own; more is a way to paint over neighbouring lines. */
const MARKS_MAX = 2;

/**
 * The text on one line, every hidden character shown as `‹202E›`, at most `charactersMax` user-perceived characters
 * (an ellipsis included). Never throws.
 */
export function harmless(text: string, charactersMax: number): string {
  // Cut first: work stays bounded whatever comes in. A visible form is at most eight times as long.
  const spaced = text
    .slice(0, charactersMax * 8)
    .normalize('NFC')
    .replace(BREAKING_SPACE, ' ');
  let marks = 0;
  let safe = '';
  for (const character of spaced) {
    marks = MARK.test(character) ? marks + 1 : 0;
    if (marks > MARKS_MAX) continue;
    safe += HIDDEN.test(character) && !JOINERS.has(character) ? visible(character) : character;
  }
  return cut(safe.trim(), charactersMax);
}

/** Marks and isolates with which a wallet may keep an amount's or a date's direction. They turn nothing that stands alone. */
const DIRECTION_MARKS = /[\u200e\u200f\u061c\u2066-\u2069]/g;

/** As `harmless`, for words that the wallet itself made: its direction marks go, as the overlay sets the direction itself. */
export const harmlessOfWallet = (text: string, charactersMax: number): string =>
  harmless(text.slice(0, charactersMax * 8).replaceAll(DIRECTION_MARKS, ''), charactersMax);

const visible = (character: string): string =>
  `‹${(character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}›`;

/** At most `charactersMax` user-perceived characters, the last one an ellipsis when something was cut. */
export function cut(text: string, charactersMax: number): string {
  if (text.length <= charactersMax) return text;
  const parts = graphemes(text, charactersMax + 1);
  if (parts.length <= charactersMax) return text;
  return `${parts
    .slice(0, charactersMax - 1)
    .join('')
    .trimEnd()}…`;
}

const segmenter = new Intl.Segmenter(undefined, { granularity: 'grapheme' });

/** No emoji is longer, in UTF-16 units; a chain of joined ones without end must not count as one character. */
const CHARACTER_UNITS_MAX = 32;

/** User-perceived characters, in order; at least the first `most`, as far as there are so many. */
export function graphemes(text: string, most = Number.POSITIVE_INFINITY): string[] {
  const found: string[] = [];
  for (const { segment } of segmenter.segment(text)) {
    if (found.length >= most) break;
    if (segment.length > CHARACTER_UNITS_MAX) found.push(...segment);
    else found.push(segment);
  }
  return found;
}
