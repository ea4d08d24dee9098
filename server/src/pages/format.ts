/** Money, dates and names as a reader of a language sees them. All times are UTC, and said to be. */
import { formatMoney } from '@coinslot/protocol';
import { startOf } from '../periods/calendar.ts';
import type { Language } from './words/languages.ts';

const LOCALES: Readonly<Record<Language, string>> = { en: 'en-GB', fr: 'fr-FR' };
const MINUS = '−';

/** A signed amount with its code: `−EUR 0.20`, `−0,20 EUR`. */
export function moneyText(amountMinor: bigint, currency: string, language: Language): string {
  const text = formatMoney({ amountMinor: amountMinor < 0n ? -amountMinor : amountMinor, currency }, language);
  return amountMinor < 0n ? MINUS + text : text;
}

const formats = new Map<string, Intl.DateTimeFormat>();

function formatOf(language: Language, options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
  const name = language + JSON.stringify(options);
  const format = formats.get(name) ?? new Intl.DateTimeFormat(LOCALES[language], { ...options, timeZone: 'UTC' });
  formats.set(name, format);
  return format;
}

/** `1 Mar 2026`. */
export const dateText = (atMs: number, language: Language): string =>
  formatOf(language, { dateStyle: 'medium' }).format(atMs);

/** `1 Mar 2026, 12:00`. */
export const timeText = (atMs: number, language: Language): string =>
  formatOf(language, { dateStyle: 'medium', timeStyle: 'short' }).format(atMs);

/** `March 2026`. */
export const monthText = (period: number, language: Language): string =>
  formatOf(language, { month: 'long', year: 'numeric' }).format(startOf(period));

/** `1 Mar`. */
export const dayText = (atMs: number, language: Language): string =>
  formatOf(language, { day: 'numeric', month: 'short' }).format(atMs);

export const countText = (count: number | bigint, language: Language): string =>
  new Intl.NumberFormat(LOCALES[language], { numberingSystem: 'latn' }).format(count);

/** Enough of an id or hash to tell it from others; the whole stands where it matters. */
export const shortHex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex').slice(0, 12);

export const hexOf = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');

/** `undefined` for what is not exactly that many bytes in lower-case hex. */
export function bytesOf(text: string, byteCount: number): Uint8Array | undefined {
  if (text.length !== byteCount * 2 || !/^[0-9a-f]*$/.test(text)) return undefined;
  return Uint8Array.from(Buffer.from(text, 'hex'));
}

/** An id in groups of four, for eyes. */
export const grouped = (text: string): string => text.replaceAll(/(.{4})(?=.)/g, '$1 ');

/** All but the ends of an account number: `DE89 •••• 3000`. */
export const maskedIban = (iban: string): string => `${iban.slice(0, 4)} •••• ${iban.slice(-4)}`;
