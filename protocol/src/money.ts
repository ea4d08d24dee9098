/**
 * Money: whole minor units of an ISO 4217 currency. Exponents come from the ISO list of dinero.js, never from Intl, which
 * disagrees with ISO 4217 on 16 circulating currencies (it prints 149.50 HUF as "150 Ft"). Intl only formats, with the
 * digits given and the code always visible.
 */
import * as isoCurrencies from 'dinero.js/bigint/currencies';
import { BoundedCache } from './bounded-cache.ts';
import { ProtocolError } from './errors.ts';
import { LIMITS } from './limits.ts';
import type { RateTable } from './messages.ts';

export interface Money {
  /** Minor units, 0 ... 2^53-1. */
  readonly amountMinor: bigint;
  /** ISO 4217 code of a circulating currency. */
  readonly currency: string;
}

/**
 * Codes that are no money to pay with: metals, test codes, funds and units of account; and BGN, which the euro replaced on
 * 2026-01-01 and the library still lists.
 */
const NOT_CIRCULATING = new Set(
  'XAD XAG XAU XBA XBB XBC XBD XDR XPD XPT XSU XTS XUA XXX BOV CHE CHW CLF COU MXV USN UYI UYW BGN'.split(' '),
);

/**
 * The library gives these a fifth as minor unit (base 5, exponent 1), as they are minted; ISO 4217 List One, which everybody
 * else computes by, gives them two decimals.
 */
const ISO_EXPONENTS: Readonly<Record<string, number>> = { MGA: 2, MRU: 2 };

const EXPONENTS: ReadonlyMap<string, number> = new Map(
  Object.values(isoCurrencies)
    .filter(({ code }) => !NOT_CIRCULATING.has(code))
    .map(({ code, exponent }) => [code, ISO_EXPONENTS[code] ?? Number(exponent)]),
);

/** The circulating ISO 4217 currencies, by code. */
export const CURRENCIES: readonly string[] = Object.freeze([...EXPONENTS.keys()].sort());

/** Decimal places of a currency's minor unit (2 for EUR, 0 for JPY, 3 for KWD). Throws OFFER_CURRENCY. */
export function exponentOf(currency: string): number {
  const exponent = EXPONENTS.get(currency);
  if (exponent === undefined)
    throw new ProtocolError(
      'OFFER_CURRENCY',
      `currency: ${JSON.stringify(currency)} is not a circulating ISO 4217 currency`,
    );
  return exponent;
}

/** Guard for money of any origin. Throws OFFER_PRICE or OFFER_CURRENCY. */
export function requireMoney(amountMinor: bigint, currency: string): Money {
  exponentOf(currency);
  if (typeof amountMinor !== 'bigint' || amountMinor < 0n || amountMinor > LIMITS.amountMinorMax) {
    throw new ProtocolError('OFFER_PRICE', 'amount: expected 0 ... 2^53-1 minor units');
  }
  return Object.freeze({ amountMinor, currency });
}

/**
 * Reads `"0.20"` as 20 minor units of EUR. Digits and one point only: no sign, exponent, grouping or locale; never more
 * decimals than the currency has. Throws OFFER_PRICE or OFFER_CURRENCY.
 */
export function parseMoney(text: string, currency: string): Money {
  const exponent = exponentOf(currency);
  const match = /^(0|[1-9]\d{0,15})(?:\.(\d{1,4}))?$/.exec(text);
  const decimals = match?.[2] ?? '';
  if (match === null || decimals.length > exponent) {
    throw new ProtocolError(
      'OFFER_PRICE',
      `amount: ${JSON.stringify(text)} is not an amount of ${currency} with at most ${exponent} decimals`,
    );
  }
  return requireMoney(BigInt((match[1] as string) + decimals.padEnd(exponent, '0')), currency);
}

/** `0.20`: the amount with all its decimals and a point, for files and logs. */
export function plainAmount(money: Money): string {
  const exponent = exponentOf(money.currency);
  const digits = money.amountMinor.toString().padStart(exponent + 1, '0');
  return exponent === 0 ? digits : `${digits.slice(0, -exponent)}.${digits.slice(-exponent)}`;
}

/**
 * The amount for a reader of `locale`, the ISO code always in it: `EUR 0.20`, `0,20 EUR`. Digits are ISO 4217's, in the
 * Latin script, so that what is shown parses back to what is charged.
 */
export function formatMoney(money: Money, locale: string): string {
  // Intl takes a decimal string exactly; a number would be rounded above 2^53 hundredths.
  return formatOf(money.currency, locale).format(plainAmount(money) as Intl.StringNumericLiteral);
}

/** Making a format costs a hundred times what using it does, and payments are few locales and currencies over and over. */
const FORMATS_MAX = 64;
const formats = new BoundedCache<Intl.NumberFormat>(FORMATS_MAX);

function formatOf(currency: string, locale: string): Intl.NumberFormat {
  const name = `${currency} ${locale}`;
  const known = formats.get(name);
  if (known !== undefined) return known;
  const exponent = exponentOf(currency);
  const format = new Intl.NumberFormat(locale, {
    style: 'currency',
    currency,
    currencyDisplay: 'code',
    numberingSystem: 'latn',
    minimumFractionDigits: exponent,
    maximumFractionDigits: exponent,
  });
  formats.set(name, format);
  return format;
}

const RATE_SCALE = 100_000_000n;

/**
 * Converts under a rate table: from × rate(to) / rate(from), rescaled from one minor unit to the other and rounded **up** to
 * the next minor unit. Up, because then no chain of conversions ever gains (A→B→A); the part added is booked to a rounding
 * account and never exceeds one minor unit. An amount above zero therefore never becomes zero. Throws RATE_STALE for a
 * currency that the table does not have, OFFER_PRICE when the result leaves 2^53-1.
 */
export function convertMoney(money: Money, to: string, table: RateTable): Money {
  const fromExponent = exponentOf(money.currency);
  const toExponent = exponentOf(to);
  if (money.currency === to) return money;
  const numerator = money.amountMinor * rateOf(table, to) * 10n ** BigInt(toExponent);
  const denominator = rateOf(table, money.currency) * 10n ** BigInt(fromExponent);
  return requireMoney((numerator + denominator - 1n) / denominator, to);
}

function rateOf(table: RateTable, currency: string): bigint {
  const rate = currency === table.base ? RATE_SCALE : table.rates.find((one) => one.currency === currency)?.rateE8;
  if (rate === undefined || rate === 0n)
    throw new ProtocolError('RATE_STALE', `rate table ${table.id}: no rate for ${currency}`);
  return rate;
}
