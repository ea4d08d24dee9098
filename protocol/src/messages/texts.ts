/** The publisher's words in one locale; their digest is in the terms, so that one locale travels and still verifies. */
import { contextHash } from '../contexts.ts';
import { LIMITS } from '../limits.ts';
import { decodeAs, encodeAs, localeTag, record, text, type ValueOf } from '../shape.ts';

const textsShape = record('Texts', {
  locale: localeTag,
  gameName: text(LIMITS.titleBytesMax),
  title: text(LIMITS.titleBytesMax),
  description: text(LIMITS.textBytesMax),
});

export type Texts = ValueOf<typeof textsShape>;
export const encodeTexts = (value: Texts): Uint8Array => encodeAs(textsShape, 'Texts', value, LIMITS.termsBytesMax);
export const decodeTexts = (input: Uint8Array): Texts => decodeAs(textsShape, 'Texts', input, LIMITS.termsBytesMax);

/** Digest of one locale's encoded Texts, as it stands in the terms. */
export const textsDigest = (texts: Uint8Array): Uint8Array => contextHash('texts', texts);
