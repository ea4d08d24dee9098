/** Figures and days as documents have them. Days by hand and not by Intl, so that they are the same wherever it runs. */
import { exponentOf, formatMoney, type RateTable } from '@coinslot/protocol';
import { endOf, startOf } from '../periods/calendar.ts';
import type { DocumentWords } from './words/words.ts';

/** The code always in it; below zero with a minus before everything. Widths of spaces that fonts lack are made common ones. */
export function moneyText(amountMinor: bigint, currency: string, locale: string): string {
  const isNegative = amountMinor < 0n;
  const text = formatMoney({ amountMinor: isNegative ? -amountMinor : amountMinor, currency }, locale);
  return `${isNegative ? '−' : ''}${text.replace(/[\u2009\u202f]/g, '\u00a0')}`;
}

/** `2026-11-30`, UTC. */
export const dayText = (atMs: number): string => new Date(atMs).toISOString().slice(0, 10);

/** `2026-11-30 13:05`, UTC. */
export const timeText = (atMs: number): string => new Date(atMs).toISOString().slice(0, 16).replace('T', ' ');

export function monthText(period: number, { months, month }: DocumentWords): string {
  return month(months[(period % 100) - 1] ?? '', Math.floor(period / 100));
}

export const periodText = (period: number, words: DocumentWords): string =>
  words.periodText(dayText(startOf(period)), dayText(endOf(period) - 1));

export const hexOf = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');

const SHOWN_DIGITS = 4;

/** All but the last four characters hidden. */
export const maskedAccount = (account: string): string => `••••\u00a0${account.slice(-SHOWN_DIGITS)}`;

/** Four and four, as IBANs are printed. */
export const groupedIban = (iban: string): string => iban.replace(/(.{4})(?=.)/g, '$1\u00a0');

const RATE_DECIMALS = 6;
const RATE_SCALE_E8 = 100_000_000n;

/** `1 USD = 0.923361 EUR` under a table: six decimals, rounded to the nearest. `undefined` when it lacks one of them. */
export function rateText(from: string, to: string, table: RateTable, decimalSign: string): string | undefined {
  const [fromE8, toE8] = [rateE8Of(from, table), rateE8Of(to, table)];
  if (fromE8 === undefined || toE8 === undefined || fromE8 === 0n) return undefined;
  const scaled = (toE8 * 10n ** BigInt(RATE_DECIMALS) * 2n + fromE8) / (fromE8 * 2n);
  const digits = scaled.toString().padStart(RATE_DECIMALS + 1, '0');
  return `1 ${from} = ${digits.slice(0, -RATE_DECIMALS)}${decimalSign}${digits.slice(-RATE_DECIMALS)} ${to}`;
}

const rateE8Of = (currency: string, { base, rates }: RateTable): bigint | undefined =>
  currency === base ? RATE_SCALE_E8 : rates.find((one) => one.currency === currency)?.rateE8;

/** `-12.30`: for machines. */
export function plainSigned(amountMinor: bigint, currency: string): string {
  const exponent = exponentOf(currency);
  const digits = (amountMinor < 0n ? -amountMinor : amountMinor).toString().padStart(exponent + 1, '0');
  const cut = digits.length - exponent;
  return `${amountMinor < 0n ? '-' : ''}${digits.slice(0, cut)}${exponent === 0 ? '' : `.${digits.slice(cut)}`}`;
}
