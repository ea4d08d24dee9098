/**
 * The rules that a new wallet starts with, and the law's figures that bound a press: as round numbers of each currency.
 */
import { exponentOf } from '@coinslot/protocol';
import type { FairnessRules } from '@coinslot/plugin/timing';
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

/** What may be paid without the PIN at most, whatever the player sets: "at most" includes the figure itself. */
export interface LowValueFigures {
  /** Minor units. */
  readonly paymentMaxMinor: bigint;
  /** Since the last PIN: so many payments, and so much in sum. */
  readonly paymentsMax: number;
  readonly sumMaxMinor: bigint;
}

/**
 * Figures by where the player lives. `eu`: Commission Delegated Regulation (EU) 2018/389, article 16 (remote payments of low
 * value), which asks for one of the two cumulative figures; both are held. `none`: only the player's own limits.
 */
const LOW_VALUE_EUROS = { eu: { payment: 30, payments: 5, sum: 100 }, none: undefined } as const;

export type Region = keyof typeof LOW_VALUE_EUROS;
export const REGIONS = Object.freeze(Object.keys(LOW_VALUE_EUROS) as Region[]);

/** The region's figures in a currency; `undefined` where there are none. */
export function lowValueFigures(region: Region, currency: string): LowValueFigures | undefined {
  const euros = LOW_VALUE_EUROS[region];
  if (euros === undefined) return undefined;
  const { payment, payments, sum } = euros;
  return {
    paymentMaxMinor: units(payment, currency),
    paymentsMax: payments,
    sumMaxMinor: units(sum, currency),
  };
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

/** A game may ask again soon, less soon after a no; after a loss only a player who says so is left alone. */
export const PRESET_FAIRNESS: FairnessRules = Object.freeze({
  minBetweenOffersMs: 10_000,
  quietAfterDeclineMs: 60_000,
  quietAfterLossMs: 0,
});

/** Every rule off. */
export const NO_FAIRNESS: FairnessRules = Object.freeze({
  minBetweenOffersMs: 0,
  quietAfterDeclineMs: 0,
  quietAfterLossMs: 0,
});
