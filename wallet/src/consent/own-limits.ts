/**
 * The player's own rules: what a press may pay, what takes the PIN, what is not paid at all. A pure function of one view of
 * the facts, straight down in order of precedence. The server holds the press rules too; these are the first of two fences.
 *
 * Every figure reads "at most": 30.00 passes a limit of 30.00, and 30.01 does not.
 */
import type { FamilyMode, GameSpendingLimits, WalletSpendingLimits } from '../journal/records.ts';
import type { LowValueFigures } from '../profile/presets.ts';

/** What a guardian lets a child pay alone: by a press, or by a card's own PIN. */
export interface FamilyRules {
  readonly mode: FamilyMode;
  /** Minor units; looked at for `allowance` only. */
  readonly dayMaxMinor: bigint;
  readonly monthMaxMinor: bigint;
}

export interface SpendingView {
  readonly isPaused: boolean;
  readonly isUnlocked: boolean;
  /** The player said "not me" in this game. */
  readonly isPressOff: boolean;
  readonly wallet: WalletSpendingLimits;
  readonly game: GameSpendingLimits;
  /** What the law lets anybody pay without the PIN; `undefined` where it says nothing. */
  readonly lowValue: LowValueFigures | undefined;
  /** Only in a child's wallet. */
  readonly family: FamilyRules | undefined;
  /** What the server lets a press spend, by its last statement. */
  readonly server: Pick<WalletSpendingLimits, 'pressPaymentMaxMinor' | 'pressDayMaxMinor'> | undefined;
  /** Minor units already spent, pending payments included; days and months are of UTC. */
  readonly spent: {
    readonly pressDay: bigint;
    /** What the wallet's PIN did not consent to: presses, and what a card's own PIN paid. In a child's wallet the child's doing. */
    readonly ownDay: bigint;
    readonly ownMonth: bigint;
    readonly pressSinceLastPin: bigint;
    readonly session: bigint;
    readonly day: bigint;
    readonly month: bigint;
    readonly gameDay: bigint;
    readonly gameMonth: bigint;
  };
  readonly pressesSinceLastPin: number;
}

export type PinReason =
  'locked' | 'guardian' | 'press-off' | 'payment' | 'day' | 'game-payment' | 'presses' | 'press-sum';
export type RefusalReason = 'paused' | 'family' | 'payment' | 'session' | 'day' | 'month' | 'game-day' | 'game-month';
export type ConsentVerdict =
  | { readonly kind: 'press' }
  | { readonly kind: 'pin'; readonly because: PinReason }
  | { readonly kind: 'refuse'; readonly code: 'PAUSED' | 'LIMIT'; readonly because: RefusalReason };

/** What consent a charge takes, or that it is not made. `chargeMinor` in the wallet's currency. */
export function consentFor(chargeMinor: bigint, view: SpendingView): ConsentVerdict {
  const { wallet, game, server, spent, lowValue, family } = view;
  const limit = (because: RefusalReason): ConsentVerdict => ({ kind: 'refuse', code: 'LIMIT', because });
  const pin = (because: PinReason): ConsentVerdict => ({ kind: 'pin', because });

  if (view.isPaused) return { kind: 'refuse', code: 'PAUSED', because: 'paused' };
  if (family?.mode === 'off') return { kind: 'refuse', code: 'PAUSED', because: 'family' };
  if (chargeMinor > wallet.paymentMaxMinor) return limit('payment');
  if (spent.session + chargeMinor > wallet.sessionMaxMinor) return limit('session');
  if (spent.day + chargeMinor > wallet.dayMaxMinor) return limit('day');
  if (spent.month + chargeMinor > wallet.monthMaxMinor) return limit('month');
  if (spent.gameDay + chargeMinor > game.dayMaxMinor) return limit('game-day');
  if (spent.gameMonth + chargeMinor > game.monthMaxMinor) return limit('game-month');

  if (!view.isUnlocked) return pin('locked');
  if (family?.mode === 'ask') return pin('guardian');
  if (family !== undefined && spent.ownDay + chargeMinor > family.dayMaxMinor) return pin('guardian');
  if (family !== undefined && spent.ownMonth + chargeMinor > family.monthMaxMinor) return pin('guardian');
  if (view.isPressOff) return pin('press-off');
  if (chargeMinor > wallet.pressPaymentMaxMinor) return pin('payment');
  if (chargeMinor > game.pressPaymentMaxMinor) return pin('game-payment');
  if (spent.pressDay + chargeMinor > wallet.pressDayMaxMinor) return pin('day');
  if (view.pressesSinceLastPin >= wallet.pressesPerPinMax) return pin('presses');
  if (spent.pressSinceLastPin + chargeMinor > wallet.pressSumPerPinMaxMinor) return pin('press-sum');
  if (lowValue !== undefined) {
    if (chargeMinor > lowValue.paymentMaxMinor) return pin('payment');
    if (view.pressesSinceLastPin >= lowValue.paymentsMax) return pin('presses');
    if (spent.pressSinceLastPin + chargeMinor > lowValue.sumMaxMinor) return pin('press-sum');
  }
  if (server !== undefined && chargeMinor > server.pressPaymentMaxMinor) return pin('payment');
  if (server !== undefined && spent.pressDay + chargeMinor > server.pressDayMaxMinor) return pin('day');
  return { kind: 'press' };
}
