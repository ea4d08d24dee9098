/** Limits between the journal's minor units and the decimal text of an input. */
import { parseMoney, plainAmount, ProtocolError } from '@coinslot/protocol';
import { WalletError } from '../errors.ts';
import type { GameSpendingLimits, WalletSpendingLimits } from '../journal/records.ts';
import type { GameLimitsView, WalletLimitsView } from './view.ts';

export function gameLimitsView(limits: GameSpendingLimits, currency: string): GameLimitsView {
  const plain = (amountMinor: bigint): string => plainAmount({ amountMinor, currency });
  return {
    pressPayment: plain(limits.pressPaymentMaxMinor),
    day: plain(limits.dayMaxMinor),
    month: plain(limits.monthMaxMinor),
  };
}

export function walletLimitsView(limits: WalletSpendingLimits, currency: string): WalletLimitsView {
  const plain = (amountMinor: bigint): string => plainAmount({ amountMinor, currency });
  return {
    ...gameLimitsView(limits, currency),
    pressDay: plain(limits.pressDayMaxMinor),
    presses: limits.pressesPerPinMax,
    payment: plain(limits.paymentMaxMinor),
    session: plain(limits.sessionMaxMinor),
  };
}

/** Throws BAD_REQUEST naming the field. A comma is taken for a point: half of Europe types one. */
export function amountOf(fields: Record<string, unknown>, name: string, currency: string): bigint {
  const text = fields[name];
  if (typeof text !== 'string') throw new WalletError('BAD_REQUEST', `${name}: expected an amount`);
  try {
    return parseMoney(text.trim().replace(',', '.'), currency).amountMinor;
  } catch (cause) {
    if (!(cause instanceof ProtocolError)) throw cause;
    throw new WalletError('BAD_REQUEST', `${name}: not an amount of ${currency}`, { cause });
  }
}

export function gameLimitsOf(fields: Record<string, unknown>, currency: string): GameSpendingLimits {
  return {
    pressPaymentMaxMinor: amountOf(fields, 'pressPayment', currency),
    dayMaxMinor: amountOf(fields, 'day', currency),
    monthMaxMinor: amountOf(fields, 'month', currency),
  };
}

/** Fields that the page does not offer stay as they are. */
export function walletLimitsOf(
  fields: Record<string, unknown>,
  currency: string,
  current: WalletSpendingLimits,
): WalletSpendingLimits {
  const presses = Number(fields['presses']);
  if (!Number.isInteger(presses) || presses < 0 || presses > 1_000_000) {
    throw new WalletError('BAD_REQUEST', 'presses: expected a whole number');
  }
  return {
    ...current,
    pressPaymentMaxMinor: amountOf(fields, 'pressPayment', currency),
    pressDayMaxMinor: amountOf(fields, 'pressDay', currency),
    pressesPerPinMax: presses,
    paymentMaxMinor: amountOf(fields, 'payment', currency),
    sessionMaxMinor: amountOf(fields, 'session', currency),
    dayMaxMinor: amountOf(fields, 'day', currency),
    monthMaxMinor: amountOf(fields, 'month', currency),
  };
}
