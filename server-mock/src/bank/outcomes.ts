/** Amounts that carry their own outcome, so that scripts need no page: minor units of any currency. */
import type { BankOutcome, HeardOrder } from './types.ts';

/** Not enough money; the account is closed; the payer disagrees (ISO 20022, ExternalReturnReason1Code). */
export const RETURN_REASONS = ['AM04', 'AC04', 'MD06', 'AC01', 'MS03'] as const;

const OUTCOMES = new Map<bigint, (order: HeardOrder) => BankOutcome>([
  [9_911n, () => ({ kind: 'rejected', reason: 'AM04' })],
  [9_912n, () => ({ kind: 'rejected', reason: 'AC04' })],
  [9_913n, ({ direction }) => ({ kind: 'returned', reason: direction === 'in' ? 'MD06' : 'AC04' })],
  [9_914n, ({ amountMinor }) => ({ kind: 'part-paid', amountMinor: amountMinor / 2n })],
  [9_915n, () => ({ kind: 'told-twice' })],
  [9_916n, () => ({ kind: 'waits' })],
]);

export const MAGIC_BANK_AMOUNTS: readonly bigint[] = [...OUTCOMES.keys()];

/** Paid, unless the amount says otherwise. */
export const outcomeByAmount = (order: HeardOrder): BankOutcome =>
  OUTCOMES.get(order.amountMinor)?.(order) ?? { kind: 'paid' };
