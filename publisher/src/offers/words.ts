/** Rules for words that players will read: length, and no character that makes a text look like another. */
import { LIMITS } from '@coinslot/protocol';

/**
 * Controls, line and paragraph separators, unassigned, private and lone surrogate code points, and every invisible format
 * character but the joiners, which Persian and emoji need, and the direction marks, which mixed text needs. Embeddings,
 * overrides and isolates of direction are out: they let `1.00` be shown as `00.1`.
 */
const UNSHOWABLE = /(?![\u200c-\u200f\u061c])[\p{Cc}\p{Cf}\p{Cn}\p{Co}\p{Cs}\p{Zl}\p{Zp}]/u;

/** A text as it is signed: NFC, no white space at the ends. */
export const asSigned = (text: string): string => text.normalize('NFC').trim();

/** What is wrong with a title, a game's name or an address; undefined when nothing is. */
export const flawOfTitle = (text: string): string | undefined => flawOf(text, LIMITS.titleBytesMax);

/** What is wrong with a description, which may have line breaks; undefined when nothing is. */
export const flawOfDescription = (text: string): string | undefined =>
  flawOf(asSigned(text).replaceAll('\n', ' '), LIMITS.textBytesMax);

function flawOf(text: string, bytesMax: number): string | undefined {
  const signed = asSigned(text);
  if (signed.length === 0) return 'is empty';
  const bytes = Buffer.byteLength(signed);
  if (bytes > bytesMax) return `has ${bytes} bytes, at most ${bytesMax} are allowed`;
  const found = UNSHOWABLE.exec(signed)?.[0].codePointAt(0);
  if (found === undefined) return undefined;
  return `has the invisible or control character U+${found.toString(16).toUpperCase().padStart(4, '0')}`;
}
