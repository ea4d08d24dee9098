/** Money (threats G12 to G16, D14, D15): shown is charged, conversions never gain, ISO 4217 decides the digits. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  CURRENCIES,
  LIMITS,
  convertMoney,
  exponentOf,
  formatMoney,
  parseMoney,
  plainAmount,
  requireMoney,
  type RateTable,
} from '@coinslot/protocol';
import { NOON_MS } from '../lib/parties.ts';
import { refusalOf } from './refusals.ts';

const LOCALES = ['en', 'fr', 'de', 'es', 'ja', 'ar', 'hi', 'fa', 'pt-BR', 'de-CH', 'en-IN', 'sv', 'he', 'zh-Hans-CN'];
const AMOUNTS = [0n, 1n, 5n, 20n, 99n, 100n, 149n, 12_345n, 1_234_567_890n, LIMITS.amountMinorMax];
const table = (rates: Readonly<Record<string, bigint>>, base = 'EUR'): RateTable => ({
  id: 1,
  base,
  notBeforeMs: NOON_MS,
  notAfterMs: NOON_MS + 1,
  rates: Object.entries(rates).map(([currency, rateE8]) => ({ currency, rateE8 })),
});

/** Reads a shown amount as a person does: the last separator before `exponent` digits is the decimal one. */
function readShown(text: string, currency: string): bigint {
  const digits = text.replaceAll(currency, '').replace(/[^0-9.,]/g, '');
  const exponent = exponentOf(currency);
  const decimal = exponent === 0 ? '' : digits.at(-exponent - 1);
  if (exponent > 0 && decimal !== '.' && decimal !== ',') throw new Error(`${text}: no ${exponent} decimals`);
  const grouped = exponent === 0 ? digits : digits.slice(0, -exponent - 1);
  if (decimal !== '' && grouped.includes(decimal!)) throw new Error(`${text}: one sign for two separators`);
  return BigInt(digits.replace(/[.,]/g, ''));
}

describe('formatMoney (G16)', () => {
  it.each(LOCALES)('in %s, every currency parses back to what is charged, its code in sight', (locale) => {
    for (const currency of CURRENCIES) {
      for (const amountMinor of AMOUNTS) {
        const text = formatMoney({ amountMinor, currency }, locale);
        expect(text).toContain(currency);
        expect(readShown(text, currency)).toBe(amountMinor);
      }
    }
  });

  it.each([
    [{ amountMinor: 20n, currency: 'EUR' }, 'en', 'EUR 0.20'],
    [{ amountMinor: 20n, currency: 'EUR' }, 'fr', '0,20 EUR'],
    [{ amountMinor: 14_950n, currency: 'HUF' }, 'en', 'HUF 149.50'],
    [{ amountMinor: 500n, currency: 'JPY' }, 'ja', 'JPY 500'],
    [{ amountMinor: 1_234n, currency: 'KWD' }, 'en', 'KWD 1.234'],
    [{ amountMinor: LIMITS.amountMinorMax, currency: 'EUR' }, 'en', 'EUR 90,071,992,547,409.91'],
  ])('%o in %s is %s', (money, locale, text) => {
    expect(formatMoney(money, locale).replace(/\p{Zs}/gu, ' ')).toBe(text);
  });

  it.each(LOCALES)('in %s, differs from the charge in nothing a bidirectional control could hide', (locale) => {
    expect(formatMoney({ amountMinor: 20n, currency: 'EUR' }, locale)).not.toMatch(/[\u202a-\u202e\u2066-\u2069]/);
  });
});

describe('currencies', () => {
  it.each([
    'XXX',
    'XTS',
    'XAU',
    'XAG',
    'XPT',
    'XPD',
    'XDR',
    'XAD',
    'CLF',
    'UYW',
    'BOV',
    'USN',
    'CHE', // no money to pay with
    'BGN',
    'HRK',
    'DEM',
    'FRF',
    'ITL',
    'SLL',
    'ZWL',
    'VEF',
    'ANG',
    'CUC', // retired
    'usd',
    'Eur',
    'UЅD',
    'ＥＵＲ',
    '',
    'EU',
    'EURO',
    ' EUR',
    'EUR\0',
    '__proto__',
    'toString',
  ])('%j is OFFER_CURRENCY (G15)', (currency) => {
    expect(refusalOf(() => exponentOf(currency))).toBe('OFFER_CURRENCY');
    expect(refusalOf(() => parseMoney('1', currency))).toBe('OFFER_CURRENCY');
    expect(refusalOf(() => requireMoney(1n, currency))).toBe('OFFER_CURRENCY');
    expect(refusalOf(() => convertMoney({ amountMinor: 1n, currency: 'EUR' }, currency, table({})))).toBe(
      'OFFER_CURRENCY',
    );
  });

  it.each([
    ['EUR', 2],
    ['JPY', 0],
    ['KRW', 0],
    ['ISK', 0],
    ['CLP', 0],
    ['UGX', 0],
    ['KWD', 3],
    ['BHD', 3],
    ['TND', 3],
    ['IQD', 3],
    // Intl says otherwise, or the library does (MGA, MRU).
    ['HUF', 2],
    ['TWD', 2],
    ['COP', 2],
    ['IDR', 2],
    ['PKR', 2],
    ['LBP', 2],
    ['MGA', 2],
    ['MRU', 2],
  ])('%s has %i decimals (ISO 4217)', (currency, exponent) => {
    expect(exponentOf(currency)).toBe(exponent);
  });

  it('are more than 150, sorted and frozen', () => {
    expect(CURRENCIES.length).toBeGreaterThan(150);
    expect([...CURRENCIES].sort()).toEqual(CURRENCIES);
    expect(Object.isFrozen(CURRENCIES)).toBe(true);
  });
});

describe('parseMoney', () => {
  it.each([
    ['0', 'EUR', 0n],
    ['0.2', 'EUR', 20n],
    ['0.20', 'EUR', 20n],
    ['1', 'EUR', 100n],
    ['500', 'JPY', 500n],
    ['1.234', 'KWD', 1_234n],
    ['1.2', 'KWD', 1_200n],
    ['90071992547409.91', 'EUR', LIMITS.amountMinorMax],
    ['9007199254740991', 'JPY', LIMITS.amountMinorMax],
  ])('%s %s', (text, currency, amountMinor) => {
    expect(parseMoney(text, currency)).toEqual({ amountMinor, currency });
  });

  it.each([
    ['-1', 'EUR'],
    ['-0', 'EUR'],
    ['+1', 'EUR'],
    ['0.5', 'JPY'],
    ['1.', 'EUR'],
    ['.5', 'EUR'],
    ['1.234', 'EUR'],
    ['1.2345', 'KWD'],
    ['1,50', 'EUR'],
    ['1 000', 'EUR'],
    ['1_000', 'EUR'],
    ['1e3', 'EUR'],
    ['0x10', 'EUR'],
    ['NaN', 'EUR'],
    ['Infinity', 'EUR'],
    ['', 'EUR'],
    [' 1', 'EUR'],
    ['1\n', 'EUR'],
    ['01', 'EUR'],
    ['١', 'EUR'],
    ['１', 'EUR'],
    ['90071992547409.92', 'EUR'],
    ['9007199254740992', 'JPY'],
    ['1'.repeat(400), 'EUR'],
  ])('%j %s is OFFER_PRICE (G12)', (text, currency) => {
    expect(refusalOf(() => parseMoney(text, currency))).toBe('OFFER_PRICE');
  });

  it('reads back every plain amount of every currency', () => {
    const property = fc.property(
      fc.constantFrom(...CURRENCIES),
      fc.bigInt({ min: 0n, max: LIMITS.amountMinorMax }),
      (currency, amountMinor) => {
        expect(parseMoney(plainAmount({ amountMinor, currency }), currency)).toEqual({ amountMinor, currency });
      },
    );
    fc.assert(property, { numRuns: 1_000, seed: 1 });
  });
});

describe('requireMoney (G12)', () => {
  it.each([-1n, 1n << 53n, 1n << 63n, (1n << 64n) - 1n, 1, 0.5, NaN, -0, '100', null])(
    '%s is OFFER_PRICE',
    (amountMinor) => {
      expect(refusalOf(() => requireMoney(amountMinor as bigint, 'EUR'))).toBe('OFFER_PRICE');
    },
  );
  it('takes the bounds', () => {
    expect(requireMoney(0n, 'EUR').amountMinor).toBe(0n);
    expect(requireMoney(LIMITS.amountMinorMax, 'EUR').amountMinor).toBe(LIMITS.amountMinorMax);
  });
});

describe('convertMoney', () => {
  const rates = table({ USD: 108_370_000n, JPY: 16_250_000_000n, KWD: 33_200_000n });

  it.each([
    // 1.00 USD at 1.0837 = 0.92276 EUR, up to 0.93
    [{ amountMinor: 100n, currency: 'USD' }, 'EUR', 93n],
    [{ amountMinor: 100n, currency: 'EUR' }, 'USD', 109n],
    [{ amountMinor: 20n, currency: 'EUR' }, 'JPY', 33n],
    [{ amountMinor: 33n, currency: 'JPY' }, 'EUR', 21n],
    [{ amountMinor: 100n, currency: 'EUR' }, 'KWD', 332n],
    [{ amountMinor: 1n, currency: 'JPY' }, 'KWD', 3n],
    [{ amountMinor: 0n, currency: 'USD' }, 'EUR', 0n],
    [{ amountMinor: 7n, currency: 'EUR' }, 'EUR', 7n],
  ])('%o in %s is %s', (money, to, amountMinor) => {
    expect(convertMoney(money, to, rates)).toEqual({ amountMinor, currency: to });
  });

  it('never makes a price free (G14)', () => {
    const cheap = table({ VND: 2_900_000_000_000n, KWD: 1n });
    expect(convertMoney({ amountMinor: 1n, currency: 'VND' }, 'EUR', cheap).amountMinor).toBe(1n);
    expect(convertMoney({ amountMinor: 1n, currency: 'VND' }, 'KWD', cheap).amountMinor).toBe(1n);
  });

  it('is OFFER_PRICE beyond 2^53-1 (G13)', () => {
    const steep = table({ VND: LIMITS.amountMinorMax });
    expect(refusalOf(() => convertMoney({ amountMinor: LIMITS.amountMinorMax, currency: 'EUR' }, 'VND', steep))).toBe(
      'OFFER_PRICE',
    );
  });

  it('is RATE_STALE without a rate, or with a rate of 0 (S4)', () => {
    expect(refusalOf(() => convertMoney({ amountMinor: 1n, currency: 'EUR' }, 'GBP', rates))).toBe('RATE_STALE');
    expect(refusalOf(() => convertMoney({ amountMinor: 1n, currency: 'GBP' }, 'EUR', rates))).toBe('RATE_STALE');
    expect(refusalOf(() => convertMoney({ amountMinor: 1n, currency: 'EUR' }, 'USD', table({ USD: 0n })))).toBe(
      'RATE_STALE',
    );
    expect(refusalOf(() => convertMoney({ amountMinor: 1n, currency: 'USD' }, 'EUR', table({ USD: 0n })))).toBe(
      'RATE_STALE',
    );
  });

  const currency = fc.constantFrom(...CURRENCIES.filter((code) => code !== 'EUR'));
  const rate = fc.bigInt({ min: 1n, max: 10n ** 13n });
  const amount = fc.bigInt({ min: 0n, max: 10n ** 9n });

  it('there and back, through any third, is never a gain (D14)', () => {
    const property = fc.property(
      fc.uniqueArray(currency, { minLength: 3, maxLength: 3 }),
      fc.tuple(rate, rate, rate),
      amount,
      (codes, e8, amountMinor) => {
        const [a, b, c] = codes as [string, string, string];
        const rates = table({ [a]: e8[0], [b]: e8[1], [c]: e8[2] });
        const start = { amountMinor, currency: a };
        for (const way of [
          [b, a],
          [b, c, a],
          ['EUR', a],
        ]) {
          if (refusalOf(() => way.reduce((money, to) => convertMoney(money, to, rates), start)) === 'OFFER_PRICE')
            continue;
          // Paying the converted price buys the original one: what comes back is at least what was asked.
          expect(way.reduce((money, to) => convertMoney(money, to, rates), start).amountMinor).toBeGreaterThanOrEqual(
            amountMinor,
          );
        }
      },
    );
    fc.assert(property, { numRuns: 5_000, seed: 1 });
  });

  it('adds less than one minor unit, exactly (residue)', () => {
    const property = fc.property(currency, rate, amount, (to, e8, amountMinor) => {
      const from = { amountMinor, currency: 'EUR' };
      const rates = table({ [to]: e8 });
      if (refusalOf(() => convertMoney(from, to, rates)) !== 'accepted') return;
      const exact = amountMinor * e8 * 10n ** BigInt(exponentOf(to)); // over 10^8 and 100 cents
      const residue = convertMoney(from, to, rates).amountMinor * 10n ** 10n - exact;
      expect(residue >= 0n && residue < 10n ** 10n).toBe(true);
    });
    fc.assert(property, { numRuns: 5_000, seed: 1 });
  });

  it('the whole never costs more than its parts', () => {
    const property = fc.property(currency, rate, amount, amount, (to, e8, one, other) => {
      const convert = (amountMinor: bigint): bigint =>
        convertMoney({ amountMinor, currency: 'EUR' }, to, table({ [to]: e8 })).amountMinor;
      if (refusalOf(() => convert(one + other)) === 'accepted')
        expect(convert(one) + convert(other)).toBeGreaterThanOrEqual(convert(one + other));
    });
    fc.assert(property, { numRuns: 2_000, seed: 1 });
  });
});
