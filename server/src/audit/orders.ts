/** How far an order - a collection, a payout, a withdrawal - has come, against all that banks have told of it. */
import type { BankAnswers } from '../bills/types.ts';
import type { Facts } from './audit.ts';
import { standing } from './bank.ts';
import type { FindingKind } from './types.ts';

export interface AnsweredOrder {
  readonly endToEndId: string;
  readonly amountMinor: bigint;
  readonly told: BankAnswers;
  readonly state: string;
}

export function auditAnswers(
  kind: FindingKind,
  place: string,
  { endToEndId, amountMinor, told, state }: AnsweredOrder,
  { answers, findings }: Facts,
): void {
  const heard = answers.get(endToEndId);
  const { paidMinor, returnedMinor } = heard ?? { paidMinor: 0n, returnedMinor: 0n };
  findings.same(
    kind,
    `${place}, paid and returned`,
    `${paidMinor}, ${returnedMinor}`,
    `${told.paidMinor}, ${told.returnedMinor}`,
  );
  const standsMinor = standing(told);
  const reached = standsMinor === 0n ? 'returned' : standsMinor < amountMinor ? 'part-paid' : 'paid';
  const isOpen = state === 'made' || state === 'booked' || state === 'handed';
  findings.same(
    kind,
    `${place}, state`,
    heard === undefined ? 'not answered' : reached,
    isOpen ? 'not answered' : state,
  );
}
