/**
 * Breaks text into lines that fit a width. Ours rather than pixi's, so that the layout is a pure function that tests can
 * run anywhere, and so that Japanese breaks between words.
 */
import { graphemes } from './harmless.ts';

/** Width of a piece of text in the font at hand. */
export type WidthOf = (text: string) => number;

const UNSPACED = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}\p{Script=Lao}\p{Script=Khmer}]/u;
/** Never first on a line, and never last. */
const CLINGS = /^[\p{Pe}\p{Pf}\p{Po}ー々ぁぃぅぇぉっゃゅょァィゥェォッャュョ]/u;
const OPENS = /[\p{Ps}\p{Pi}]$/u;

/** Lets an amount break between its code and groups, for where it does not fit on one line. */
export const breakable = (text: string): string => text.replaceAll(/[\u00a0\u202f]/g, ' ');

/** Lines no wider than `widthMax`, save for a single character that alone is wider. No text gives no line. */
export function wrap(text: string, widthMax: number, widthOf: WidthOf, locale: string): string[] {
  const lines: string[] = [];
  let line = '';
  const put = (piece: string, gap: string): void => {
    const joined = line === '' ? piece : line + gap + piece;
    if (widthOf(joined) <= widthMax) {
      line = joined;
      return;
    }
    if (line !== '') lines.push(line);
    const chunks = widthOf(piece) <= widthMax ? [piece] : chop(piece, widthMax, widthOf);
    lines.push(...chunks.slice(0, -1));
    line = chunks.at(-1) ?? '';
  };
  for (const word of text.split(' ')) {
    if (word === '') continue;
    let gap = ' ';
    for (const phrase of phrases(word, locale))
      for (const piece of widthOf(phrase) <= widthMax ? [phrase] : clauses(phrase, locale)) {
        put(piece, gap);
        gap = '';
      }
  }
  return line === '' ? lines : [...lines, line];
}

/** What `wrap` keeps on one line as long as it fits there. */
export const unbroken = (text: string, locale: string): string[] =>
  text.split(' ').flatMap((word) => (word === '' ? [] : phrases(word, locale)));

/** A spaced word whole; unspaced script in the words of its language, punctuation kept with what it follows or opens. */
function clauses(word: string, locale: string): string[] {
  if (!UNSPACED.test(word)) return [word];
  const found: string[] = [];
  for (const { segment } of new Intl.Segmenter(locale, { granularity: 'word' }).segment(word)) {
    const last = found.at(-1);
    const stays = last !== undefined && (CLINGS.test(segment) || OPENS.test(last) || isOneName(last, segment));
    if (stays) found[found.length - 1] += segment;
    else found.push(segment);
  }
  return found;
}

/** An address or a number among Japanese. */
const isOneName = (before: string, after: string): boolean => /[!-~]$/.test(before) && /^[!-~]/.test(after);

/** Endings and particles: what is written in hiragana belongs to the word before it, unless it begins something itself. */
const ENDING = /^[ぁ-ん]+[\p{Pe}\p{Po}]*$/u;
const BEGINNINGS = /^(この|その|もう|まだ|また|すぐ|なく|ください|ありません|あなた)/u;
const PHRASE_MAX = 12;

/** Japanese breaks best between phrases, a word with all that is said of it. */
function phrases(word: string, locale: string): string[] {
  const found: string[] = [];
  for (const clause of clauses(word, locale)) {
    const last = found.at(-1) ?? '';
    const belongs = ENDING.test(clause) && !BEGINNINGS.test(clause) && last !== '' && !/[\p{P}]$/u.test(last);
    if (belongs && last.length + clause.length <= PHRASE_MAX) found[found.length - 1] = last + clause;
    else found.push(clause);
  }
  return found;
}

/** Cuts one overlong word between characters. */
function chop(word: string, widthMax: number, widthOf: WidthOf): string[] {
  const chunks: string[] = [];
  let chunk = '';
  for (const character of graphemes(word)) {
    if (chunk !== '' && widthOf(chunk + character) > widthMax) {
      chunks.push(chunk);
      chunk = '';
    }
    chunk += character;
  }
  return [...chunks, chunk];
}

/** The longest beginning that fits with an ellipsis, or the whole text. */
export function fitOneLine(text: string, widthMax: number, widthOf: WidthOf): string {
  if (widthOf(text) <= widthMax) return text;
  const parts = graphemes(text);
  let low = 0;
  let high = parts.length;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if (widthOf(`${parts.slice(0, middle).join('').trimEnd()}…`) <= widthMax) low = middle;
    else high = middle - 1;
  }
  return `${parts.slice(0, low).join('').trimEnd()}…`;
}
