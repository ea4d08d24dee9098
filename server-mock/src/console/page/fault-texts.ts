/** The faults in words. Total: a new fault does not compile until it is explained. */
import type { FaultName } from '../../faults/switches.ts';

export interface FaultText {
  readonly label: string;
  readonly what: string;
  /** The charge that does the same without a switch, in a currency with cents. */
  readonly amount?: string;
}

export const FAULT_TEXTS: Readonly<Record<FaultName, FaultText>> = {
  decline: { label: 'Decline', what: 'Signed refusal INSUFFICIENT. Nothing charged.', amount: '99.01' },
  pending: { label: 'Pending first', what: 'Undecided twice, approved at the third asking.', amount: '99.02' },
  'lost-answer': { label: 'Answer lost', what: 'Charged, then the connection is cut.', amount: '99.03' },
  'failed-answer': { label: '500 after charge', what: 'Charged, then a plain error 500.', amount: '99.04' },
  slow: { label: 'Slow', what: 'Every answer takes three seconds more.', amount: '99.05' },
  'clock-behind': { label: 'Clock behind', what: 'The server’s clock is ten minutes slow.' },
  'clock-ahead': { label: 'Clock ahead', what: 'The server’s clock is ten minutes fast.' },
  'stale-rates': { label: 'Stale rates', what: 'The rate table has run out: RATE_STALE.' },
};
