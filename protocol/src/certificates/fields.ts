/** Names and times of a certificate (RFC 5280 sections 4.1.2.4 to 4.1.2.6), as narrow as the profile allows. */
import { TAG, badDer, close, hasMore, isNext, open, readContent, readOid, type Cursor } from './der.ts';

/** A distinguished name. `commonName` is what a player is shown as the publisher. */
export interface CertificateName {
  /** The serialNumber attribute (X.520 section 6.2.9): the subject's id, which outlives its keys. Every leaf has one. */
  readonly id?: string;
  readonly commonName: string;
  readonly organization?: string;
  /** ISO 3166-1 alpha-2. */
  readonly country?: string;
}

/** ub-common-name and ub-organization-name (RFC 5280 appendix A.1), in characters. */
const NAME_CHARACTERS_MAX = 64;
const ATTRIBUTES: Readonly<Record<string, keyof CertificateName>> = {
  '550403': 'commonName',
  '55040a': 'organization',
  '550406': 'country',
  '550405': 'id',
};
/** Controls, line separators and bidirectional overrides: a name must read as what it is. */
const UNSHOWABLE = /[\p{Cc}\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff]/u;
const IDENTIFIER = /^[A-Za-z0-9][A-Za-z0-9.-]{0,63}$/; // what messages allow, less the underscore, which is not printable
const PRINTABLE = /^[A-Za-z0-9 '()+,\-./:=?]*$/;

/** Reads a Name: one attribute per set, each attribute at most once, a common name required. */
export function readName(cursor: Cursor, part: string): CertificateName {
  const sequence = open(cursor, TAG.sequence, part);
  const name: { -readonly [Key in keyof CertificateName]?: string } = {};
  while (hasMore(sequence)) {
    const set = open(sequence, TAG.set, part);
    const pair = open(set, TAG.sequence, part);
    close(set);
    const attribute = ATTRIBUTES[readOid(pair, part)];
    if (!attribute) throw badDer(part, 'unknown attribute');
    if (name[attribute] !== undefined) throw badDer(part, `${attribute} twice`);
    name[attribute] = readText(pair, attribute, part);
    close(pair);
  }
  const { commonName, ...rest } = name;
  if (commonName === undefined) throw badDer(part, 'no common name');
  return Object.freeze({ commonName, ...rest });
}

/** Reads Validity; both ends in milliseconds since 1970, both inclusive. */
export function readValidity(cursor: Cursor): { notBeforeMs: number; notAfterMs: number } {
  const sequence = open(cursor, TAG.sequence, 'validity');
  const notBeforeMs = readTime(sequence, 'notBefore');
  const notAfterMs = readTime(sequence, 'notAfter');
  close(sequence);
  if (notAfterMs < notBeforeMs) throw badDer('validity', 'ends before it begins');
  return { notBeforeMs, notAfterMs };
}

function readText(cursor: Cursor, attribute: keyof CertificateName, part: string): string {
  const isPrintable = isNext(cursor, TAG.printableString);
  const content = readContent(cursor, isPrintable ? TAG.printableString : TAG.utf8String, `${part} ${attribute}`);
  const text = decodeUtf8(content, part);
  if (isPrintable && !PRINTABLE.test(text)) throw badDer(part, `${attribute} is not printable`);
  if (attribute === 'id' && !(isPrintable && IDENTIFIER.test(text))) throw badDer(part, 'bad id');
  if (attribute === 'country' && !(isPrintable && /^[A-Z]{2}$/.test(text))) throw badDer(part, 'bad country');
  const characters = [...text].length;
  if (characters < 1 || characters > NAME_CHARACTERS_MAX) throw badDer(part, `${attribute} is empty or too long`);
  if (UNSHOWABLE.test(text) || text !== text.normalize('NFC')) throw badDer(part, `${attribute} has bad characters`);
  return text;
}

function decodeUtf8(content: Uint8Array, part: string): string {
  try {
    // ignoreBOM keeps a leading U+FEFF in the text, where it is refused, instead of dropping it silently.
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(content);
  } catch (cause) {
    throw badDer(part, 'not UTF-8', cause);
  }
}

/** UTCTime through 2049, GeneralizedTime from 2050; seconds always, `Z` always, no fractions (RFC 5280 section 4.1.2.5). */
export function readTime(cursor: Cursor, part: string): number {
  const isShort = isNext(cursor, TAG.utcTime);
  const text = String.fromCharCode(...readContent(cursor, isShort ? TAG.utcTime : TAG.generalizedTime, part));
  const match = (isShort ? /^(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)Z$/ : /^(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)Z$/).exec(
    text,
  );
  if (!match) throw badDer(part, 'not a time');
  const [written = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0] = match.slice(1).map(Number);
  const year = isShort ? written + (written < 50 ? 2000 : 1900) : written;
  if (!isShort && year < 2050) throw badDer(part, 'a time before 2050 is a UTCTime');
  const atMs = Date.UTC(year, month - 1, day, hour, minute, second);
  // Date.UTC rolls 31 April over to 1 May; a date that does not exist comes back written differently.
  const backAgain = new Date(atMs).toISOString().replace(/[-:T]|\.000/g, '');
  if (!backAgain.endsWith(text)) throw badDer(part, 'no such time');
  return atMs;
}
