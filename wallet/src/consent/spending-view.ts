/** Gathers from the journal's state what the player's rules look at. */
import type { AccountStatement } from '@coinslot/protocol';
import { countsAsSpent, currentAttempt, type Payment } from '../journal/payments.ts';
import type { Pairing, WalletState } from '../journal/state.ts';
import { WalletError } from '../errors.ts';
import type { LowValueFigures } from '../profile/presets.ts';
import type { FamilyRules, SpendingView } from './own-limits.ts';

export interface SpendingFacts {
  state: WalletState;
  pairing: Pairing;
  nowMs: number;
  /** When the game's current session began. */
  sessionStartMs: number;
  isUnlocked: boolean;
  lowValue: LowValueFigures | undefined;
  /** Only in a child's wallet. */
  family: FamilyRules | undefined;
  statement: AccountStatement | undefined;
}

export function spendingView(facts: SpendingFacts): SpendingView {
  const { state, pairing, nowMs, statement } = facts;
  const wallet = state.walletLimits?.at(nowMs);
  if (wallet === undefined) throw new WalletError('NOT_SET_UP', 'the wallet has no limits yet');
  const dayMs = startOfDay(nowMs);
  const monthMs = startOfMonth(nowMs);
  const isPress = (one: Payment): boolean => currentAttempt(one).asked.proof === 'press';
  const isHere = (one: Payment): boolean => one.publisherId === pairing.publisherId && one.gameId === pairing.gameId;
  const sincePin = (one: Payment): boolean => isPress(one) && one.pinsBefore === state.pinsUsed;
  return {
    isPaused: state.isPaused,
    isUnlocked: facts.isUnlocked,
    isPressOff: pairing.pressOff,
    wallet,
    game: pairing.limits.at(nowMs),
    lowValue: facts.lowValue,
    family: facts.family,
    server: statement,
    spent: {
      pressDay: state.spent((one) => isPress(one) && one.intentAtMs >= dayMs),
      ownDay: state.spent((one) => isOwn(one) && one.intentAtMs >= dayMs),
      ownMonth: state.spent((one) => isOwn(one) && one.intentAtMs >= monthMs),
      pressSinceLastPin: state.spent(sincePin),
      session: state.spent((one) => isHere(one) && one.intentAtMs >= facts.sessionStartMs),
      day: state.spent((one) => one.intentAtMs >= dayMs),
      month: state.spent((one) => one.intentAtMs >= monthMs),
      gameDay: state.spent((one) => isHere(one) && one.intentAtMs >= dayMs),
      gameMonth: state.spent((one) => isHere(one) && one.intentAtMs >= monthMs),
    },
    pressesSinceLastPin: state.payments.filter((one) => countsAsSpent(one) && sincePin(one)).length,
  };
}

/**
 * Whether a child can have paid this alone. A card's PIN is no guardian's: where the guardian's was typed beside it, that is not in
 * message 2, and the payment counts all the same.
 */
export function isOwn(payment: Payment): boolean {
  const { proof } = currentAttempt(payment).asked;
  return proof === 'press' || proof === 'card';
}

/** Midnight UTC, as the server counts. */
export function startOfDay(atMs: number): number {
  const day = new Date(atMs);
  return Date.UTC(day.getUTCFullYear(), day.getUTCMonth(), day.getUTCDate());
}

export function startOfMonth(atMs: number): number {
  const day = new Date(atMs);
  return Date.UTC(day.getUTCFullYear(), day.getUTCMonth(), 1);
}
