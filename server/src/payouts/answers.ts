/**
 * What an entry of a bank's notice does to an order. Pure: what the bank had told before, what it tells now, and what of that is
 * money that moved. A return may come before the booking that it returns, so the ledger follows what stands after both: the
 * money at the bank moves by the change of that.
 */
import { paidOf, type BankAnswers } from '../bills/types.ts';

/** One entry about one order. */
export interface OrderEntry {
  /** Whether it takes back what was paid, or turns the order down. */
  readonly isReturn: boolean;
  /** `false`: turned down, no money moved. */
  readonly isBooked: boolean;
  readonly amountMinor: bigint;
}

export interface Answer {
  readonly told: BankAnswers;
  readonly state: 'paid' | 'part-paid' | 'returned';
  /** What moves at the bank: above zero as ordered, below zero back. */
  readonly movedMinor: bigint;
}

/**
 * `undefined` when the order cannot have come to that: more than there was is sent back, or more is paid than was ordered, which
 * only whoever pays us may do (`mayExceed`).
 */
export function answerOf(
  orderedMinor: bigint,
  before: BankAnswers,
  { isReturn, isBooked, amountMinor }: OrderEntry,
  mayExceed = false,
): Answer | undefined {
  const told = {
    // What is turned down counts as paid and sent back, so that neither can come any more.
    paidMinor: before.paidMinor + (isReturn && isBooked ? 0n : amountMinor),
    returnedMinor: before.returnedMinor + (isReturn ? amountMinor : 0n),
  };
  const exceeds = told.paidMinor > orderedMinor;
  if (exceeds && !mayExceed) return undefined;
  if (told.returnedMinor > (exceeds ? told.paidMinor : orderedMinor)) return undefined;
  const standsMinor = paidOf(told);
  const state = standsMinor === 0n ? 'returned' : standsMinor < orderedMinor ? 'part-paid' : 'paid';
  return { told, state, movedMinor: isBooked ? standsMinor - paidOf(before) : 0n };
}
