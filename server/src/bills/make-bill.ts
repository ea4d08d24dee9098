/** One player's bill of a sealed period. Pure: what moved, what was there before, how it is to be paid. */
import { createHash } from 'node:crypto';
import { endToEndIdOf } from '../bank/ids.ts';
import type { TransferKind } from '../ledger/types.ts';
import type { KindSums } from '../periods/movements.ts';
import { hex, type Plan } from '../players/types.ts';
import type { Bill, BillingState, BillTotals, Collection } from './types.ts';

/** A player whose account or purses moved, or whose account is not at zero. */
export interface BilledPlayer {
  readonly userId: Uint8Array;
  readonly plan: Plan;
  readonly currency: string;
  /** Of the account, and of all purses in the account's currency together. */
  readonly account: KindSums;
  readonly purses: KindSums;
}

export interface BillTerms {
  readonly period: number;
  /** The seal's time. */
  readonly madeAtMs: number;
  /** Less than this is carried over. */
  readonly minimumMinor: (currency: string) => bigint;
}

/** A bill, and the attempt to collect it where something is due. */
export interface MadeBill {
  readonly bill: Bill;
  readonly collection: Collection | undefined;
}

export const billNumberOf = (period: number, userId: Uint8Array): string => `B-${period}-${hex(userId)}`;

/** The end-to-end id under which a bill is collected. */
export const collectionIdOf = (period: number, billNumber: string): string =>
  endToEndIdOf('C', period, Uint8Array.from(createHash('sha256').update(billNumber).digest()));

/** Where each kind of transfer on a player's account stands in the totals; what is not named here is `otherMinor`. */
const COLUMN: Partial<Record<TransferKind, 'purchases' | 'refunds' | 'paidIn' | 'loaded'>> = {
  payment: 'purchases',
  refund: 'refunds',
  'top-up': 'paidIn',
  'bill-payment': 'paidIn',
  'bill-return': 'paidIn',
  'suspense-cleared': 'paidIn',
  'card-load': 'loaded',
  'card-return': 'loaded',
};

export function totalsOf(openingMinor: bigint, account: KindSums, purses: KindSums): BillTotals {
  const sums = { purchases: 0n, refunds: 0n, paidIn: 0n, loaded: 0n, other: 0n };
  for (const [kind, { amountMinor }] of account) sums[COLUMN[kind] ?? 'other'] += amountMinor;
  const cardPurchases = purses.get('payment');
  const cardPurchasesMinor = -(cardPurchases?.amountMinor ?? 0n);
  return {
    openingMinor,
    closingMinor: [...account.values()].reduce((sum, { amountMinor }) => sum + amountMinor, openingMinor),
    purchases: (account.get('payment')?.count ?? 0) + (cardPurchases?.count ?? 0),
    purchasesMinor: cardPurchasesMinor - sums.purchases,
    cardPurchasesMinor,
    refundsMinor: sums.refunds,
    paidInMinor: sums.paidIn,
    loadedMinor: -sums.loaded,
    otherMinor: sums.other,
  };
}

/** Opening, and everything that happened, make the closing: the sentence that the bill's reader can follow. */
export function addsUp(totals: BillTotals): boolean {
  const { openingMinor, purchasesMinor, cardPurchasesMinor, refundsMinor, paidInMinor, loadedMinor, otherMinor } =
    totals;
  const spent = purchasesMinor - cardPurchasesMinor;
  return totals.closingMinor === openingMinor - spent + refundsMinor + paidInMinor - loadedMinor + otherMinor;
}

export function makeBill(player: BilledPlayer, state: BillingState, terms: BillTerms): MadeBill {
  const { userId, plan, currency } = player;
  const { period, madeAtMs } = terms;
  const totals = totalsOf(state.openingMinor, player.account, player.purses);
  const number = billNumberOf(period, userId);
  if (!addsUp(totals)) throw new Error(`${number}: its parts do not make its closing balance`);
  const { dueMinor, carried } = dueOf(plan, totals.closingMinor, state.underWayMinor, terms.minimumMinor(currency));
  const way = state.mandate?.way ?? 'transfer';
  const bill = { ...totals, number, period, userId, plan, currency, dueMinor, carried, way, madeAtMs };
  if (dueMinor === 0n) return { bill, collection: undefined };
  const collection: Collection = {
    endToEndId: collectionIdOf(period, number),
    billNumber: number,
    userId,
    amountMinor: dueMinor,
    currency,
    way,
    mandateNumber: state.mandate?.number ?? 0,
    messageId: undefined,
    state: 'made',
    told: { paidMinor: 0n, returnedMinor: 0n },
    paidMinor: 0n,
    reason: undefined,
    answered: [],
  };
  return { bill, collection };
}

function dueOf(
  plan: Plan,
  closingMinor: bigint,
  underWayMinor: bigint,
  minimumMinor: bigint,
): Pick<Bill, 'dueMinor' | 'carried'> {
  if (plan === 'prepaid' || closingMinor >= 0n) return { dueMinor: 0n, carried: undefined };
  const owedMinor = -closingMinor - underWayMinor;
  if (owedMinor <= 0n) return { dueMinor: 0n, carried: 'under-way' };
  return owedMinor < minimumMinor
    ? { dueMinor: 0n, carried: 'below-minimum' }
    : { dueMinor: owedMinor, carried: undefined };
}
