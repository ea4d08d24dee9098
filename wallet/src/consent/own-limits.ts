/**
 * The player's own rules: what a press may pay, what takes the PIN, what is not paid at all. A pure function of one view of
 * the facts, straight down in order of precedence. The server holds the press rules too; these are the first of two fences.
 */
import type { GameSpendingLimits, WalletSpendingLimits } from '../journal/records.ts';

export interface SpendingView {
  readonly isPaused: boolean;
  readonly isUnlocked: boolean;
  /** The player said "not me" in this game. */
  readonly isPressOff: boolean;
  readonly wallet: WalletSpendingLimits;
  readonly game: GameSpendingLimits;
  /** What the server lets a press spend, by its last statement. */
  readonly server: Pick<WalletSpendingLimits, 'pressPaymentMaxMinor' | 'pressDayMaxMinor'> | undefined;
  /** Minor units already spent, pending payments included; days and months are of UTC. */
  readonly spent: {
    readonly pressDay: bigint;
    readonly pressSinceLastPin: bigint;
    readonly session: bigint;
    readonly day: bigint;
    readonly month: bigint;
    readonly gameDay: bigint;
    readonly gameMonth: bigint;
  };
  readonly pressesSinceLastPin: number;
}

export type PinReason = 'locked' | 'press-off' | 'payment' | 'day' | 'game-payment' | 'presses' | 'press-sum';
export type RefusalReason = 'paused' | 'payment' | 'session' | 'day' | 'month' | 'game-day' | 'game-month';
export type ConsentVerdict =
  | { readonly kind: 'press' }
  | { readonly kind: 'pin'; readonly because: PinReason }
  | { readonly kind: 'refuse'; readonly code: 'PAUSED' | 'LIMIT'; readonly because: RefusalReason };

/** What consent a charge takes, or that it is not made. `chargeMinor` in the wallet's currency. */
export function consentFor(chargeMinor: bigint, view: SpendingView): ConsentVerdict {
  const { wallet, game, server, spent } = view;
  const limit = (because: RefusalReason): ConsentVerdict => ({ kind: 'refuse', code: 'LIMIT', because });
  const pin = (because: PinReason): ConsentVerdict => ({ kind: 'pin', because });

  if (view.isPaused) return { kind: 'refuse', code: 'PAUSED', because: 'paused' };
  if (chargeMinor > wallet.paymentMaxMinor) return limit('payment');
  if (spent.session + chargeMinor > wallet.sessionMaxMinor) return limit('session');
  if (spent.day + chargeMinor > wallet.dayMaxMinor) return limit('day');
  if (spent.month + chargeMinor > wallet.monthMaxMinor) return limit('month');
  if (spent.gameDay + chargeMinor > game.dayMaxMinor) return limit('game-day');
  if (spent.gameMonth + chargeMinor > game.monthMaxMinor) return limit('game-month');

  if (!view.isUnlocked) return pin('locked');
  if (view.isPressOff) return pin('press-off');
  if (chargeMinor > wallet.pressPaymentMaxMinor) return pin('payment');
  if (chargeMinor > game.pressPaymentMaxMinor) return pin('game-payment');
  if (spent.pressDay + chargeMinor > wallet.pressDayMaxMinor) return pin('day');
  if (view.pressesSinceLastPin >= wallet.pressesPerPinMax) return pin('presses');
  if (spent.pressSinceLastPin + chargeMinor > wallet.pressSumPerPinMaxMinor) return pin('press-sum');
  if (server !== undefined && chargeMinor > server.pressPaymentMaxMinor) return pin('payment');
  if (server !== undefined && spent.pressDay + chargeMinor > server.pressDayMaxMinor) return pin('day');
  return { kind: 'press' };
}
