/**
 * The limits that a new wallet starts with. The figures are the EU's for low-value payments (at most EUR 30 a payment, 5
 * payments or EUR 100 between two PINs) and lower ones of our own, as round numbers of each currency.
 */
import { exponentOf } from '@coinslot/protocol';
import type { GameSpendingLimits, WalletSpendingLimits } from '../journal/records.ts';

/** Roughly what a euro is, in whole units: the currencies that a wallet can be kept in. */
const UNITS_PER_EURO: Readonly<Record<string, number>> = {
  EUR: 1,
  USD: 1,
  GBP: 1,
  CHF: 1,
  CAD: 1,
  AUD: 2,
  PLN: 5,
  SEK: 10,
  NOK: 10,
  DKK: 10,
  CZK: 25,
  JPY: 150,
};

export const WALLET_CURRENCIES: readonly string[] = Object.freeze(Object.keys(UNITS_PER_EURO));

/** Minor units of `currency` for so many euros. */
function units(euros: number, currency: string): bigint {
  return BigInt(euros * (UNITS_PER_EURO[currency] ?? 1)) * 10n ** BigInt(exponentOf(currency));
}

export function presetWalletLimits(currency: string): WalletSpendingLimits {
  return {
    pressPaymentMaxMinor: units(1, currency),
    pressDayMaxMinor: units(5, currency),
    pressesPerPinMax: 5,
    pressSumPerPinMaxMinor: units(100, currency),
    paymentMaxMinor: units(30, currency),
    sessionMaxMinor: units(30, currency),
    dayMaxMinor: units(30, currency),
    monthMaxMinor: units(100, currency),
  };
}

export function presetGameLimits(currency: string): GameSpendingLimits {
  return {
    pressPaymentMaxMinor: units(1, currency),
    dayMaxMinor: units(10, currency),
    monthMaxMinor: units(50, currency),
  };
}
