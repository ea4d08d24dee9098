/**
 * Publisher's words before a player sees them. What could make a text read as something else is refused (OFFER_TEXT); what is
 * merely invisible is made visible; nothing is interpreted. Amounts and the payee never come from here, nor share its line.
 *
 * What it does not do: a full confusables check. The payee is the certificate's, so a look-alike name misleads about a game
 * only.
 */
import { ProtocolError } from './errors.ts';
import { LIMITS } from './limits.ts';

/** Direction overrides, embeddings, isolates and marks; line separators; tags; private use; controls but the line feed. */
const MISLEADING =
  /[\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]|[\u{e0000}-\u{e007f}]|\p{Noncharacter_Code_Point}|\p{Co}|(?!\n)\p{Cc}/u;
/** Format characters that show nothing. The joiners are letters' business in many scripts, and emoji's. */
const INVISIBLE = /(?![\u200c\u200d])[\p{Cf}\u00ad\u115f\u1160\u3164\uffa0]/gu;
const COMBINING_RUN = /\p{M}{5,}/u;
/** In scripts that part words by spaces: no language has such a word. */
const ENDLESS_WORD = /[\p{Script=Latin}\p{Script=Cyrillic}\p{Script=Greek}\p{N}\p{P}\p{S}]{121,}/u;
const WORD = /[\p{L}\p{M}]+/gu;
const LINES_MAX = 12;
const utf8 = /* @__PURE__ */ new TextEncoder();

/** A publisher's single line as it may be shown. Throws OFFER_TEXT naming the field. */
export function requireLine(text: string, field: string): string {
  if (text.includes('\n')) throw refused(field, 'has a line feed');
  if (text.trim() === '') throw refused(field, 'is empty');
  return cut(requireShowable(text, field), LIMITS.titleBytesMax);
}

/** A publisher's paragraph as it may be shown; line feeds are kept. Throws OFFER_TEXT naming the field. */
export function requireParagraph(text: string, field: string): string {
  if (text.split('\n').length > LINES_MAX) throw refused(field, `has more than ${LINES_MAX} lines`);
  return cut(requireShowable(text, field), LIMITS.textBytesMax);
}

function requireShowable(text: string, field: string): string {
  if (MISLEADING.test(text)) throw refused(field, 'has a control character');
  if (COMBINING_RUN.test(text)) throw refused(field, 'stacks marks on one letter');
  if (ENDLESS_WORD.test(text)) throw refused(field, 'has an endless word');
  if ((text.match(WORD) ?? []).some(mixesLookAlikes)) throw refused(field, 'mixes look-alike scripts in one word');
  return text.replace(INVISIBLE, (one) => `⟨U+${codePoint(one)}⟩`);
}

/** Latin beside Cyrillic, Greek or Cherokee within one word: "Lumеn" with a Cyrillic е. */
function mixesLookAlikes(word: string): boolean {
  return /\p{Script=Latin}/u.test(word) && /[\p{Script=Cyrillic}\p{Script=Greek}\p{Script=Cherokee}]/u.test(word);
}

/** Making controls visible lengthens a text; it is cut between characters, and the cut is marked. */
function cut(text: string, bytesMax: number): string {
  const size = (part: string): number => utf8.encode(part).length;
  if (size(text) <= bytesMax) return text;
  const characters = [...text];
  while (size(characters.join('')) > bytesMax - size('…')) characters.pop();
  return `${characters.join('')}…`;
}

function codePoint(character: string): string {
  return (character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0');
}

function refused(field: string, why: string): ProtocolError {
  return new ProtocolError('OFFER_TEXT', `${field}: ${why}`);
}
