/** The purses of one card while its records are booked: what each holds and may have spent, as it changes record by record. */
import { ProtocolError, type CardParameters, type PurseParameters } from '@coinslot/protocol';
import type { StoreTransaction } from '../store/port.ts';
import { floatAccount } from './accounts.ts';
import type { Card } from './types.ts';

export interface PurseState {
  readonly purse: string;
  readonly plan: 'prepaid' | 'postpaid';
  readonly currency: string;
  /** Of the newest parameters: what may be loaded. */
  readonly ceilingMinor: bigint;
  /** The highest ceiling that the card was ever given: it may not have taken the newest parameters yet. */
  readonly ceilingEverMinor: bigint;
  /** Prepaid: what is in it, seen from here. */
  floatMinor: bigint;
  /** Postpaid: what this upload reports. */
  reportedMinor: bigint;
  /** What the issuer stood for: forks, overspending and claims that stand. */
  excessMinor: bigint;
}

export type PurseStates = ReadonlyMap<string, PurseState>;

export async function loadPurses(tx: StoreTransaction, card: Card): Promise<PurseStates> {
  const given = (await tx.cards.listParameters(card.cardId)).map(({ parameters }) => parameters);
  const newest = given[given.length - 1];
  if (newest === undefined) throw new Error('a card has no parameters');
  const states = await Promise.all(newest.purses.map((purse) => stateOf(tx, card, purse, given)));
  return new Map(states.map((state) => [state.purse, state]));
}

async function stateOf(
  tx: StoreTransaction,
  { cardId }: Card,
  { purse, plan, currency, ceilingMinor }: PurseParameters,
  given: readonly CardParameters[],
): Promise<PurseState> {
  const ceilings = given.flatMap(({ purses }) => purses.filter((one) => one.purse === purse));
  const account = plan === 'prepaid' ? await tx.cards.findAccount(floatAccount(cardId, currency)) : undefined;
  return {
    purse,
    plan,
    currency,
    ceilingMinor,
    ceilingEverMinor: ceilings.reduce((most, one) => (one.ceilingMinor > most ? one.ceilingMinor : most), 0n),
    floatMinor: account?.balanceMinor ?? 0n,
    reportedMinor: 0n,
    excessMinor: await tx.cards.sumExcess(cardId, purse),
  };
}

/** Throws CARD_STATE for a purse that the card was never given. */
export function requirePurse(states: PurseStates, purse: string): PurseState {
  const state = states.get(purse);
  if (state === undefined) throw new ProtocolError('CARD_STATE', `${purse}: this card has no such purse`);
  return state;
}
