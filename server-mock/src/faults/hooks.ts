/**
 * The faults of a payment, hung into the server's own hooks: the real code decides, records and signs, and only what comes
 * before and after it goes wrong. A payment that has its decision is left alone, so asking again always heals.
 */
import type { SeenPayment, ServerHooks } from '@coinslot/server';
import type { FaultName, FaultSwitches } from './switches.ts';

/** Amounts that carry their own fault, so that scripts need no switch: the charge in minor units of any currency. */
export const MAGIC_AMOUNTS: ReadonlyMap<bigint, FaultName> = new Map([
  [9_901n, 'decline'],
  [9_902n, 'pending'],
  [9_903n, 'lost-answer'],
  [9_904n, 'failed-answer'],
  [9_905n, 'slow'],
]);

/** How long a slow answer takes. */
export const SLOW_MS = 3_000;

/** A pending payment is decided at the asking after these. */
const PENDING_ASKINGS = 2;
const PENDING_PAYMENTS_MAX = 1_024;

export interface FaultHooksOptions {
  readonly switches: FaultSwitches;
  /** Whether the payment has its decision. */
  readonly isDecided: (requestId: Uint8Array) => Promise<boolean>;
  /** Passes that many milliseconds. */
  readonly wait: (timeMs: number) => Promise<void>;
  /** Told when a payment that has its decision is asked for again, for the console. */
  readonly onAskedAgain: (payment: SeenPayment) => void;
  /** Told of every fault as it happens, for the console. */
  readonly onFault: (payment: SeenPayment, fault: FaultName) => void;
}

export function faultHooks(options: FaultHooksOptions): ServerHooks {
  const { switches, isDecided, wait, onFault, onAskedAgain } = options;
  const askings = new Askings();
  const happens = (payment: SeenPayment, fault: FaultName): boolean => {
    const isMagic = MAGIC_AMOUNTS.get(payment.request.chargeMinor) === fault;
    if (!isMagic && !switches.take(fault)) return false;
    onFault(payment, fault);
    return true;
  };
  const isPending = (payment: SeenPayment): boolean => {
    const asked = askings.of(payment.requestId);
    if (asked === 0 ? !happens(payment, 'pending') : asked >= PENDING_ASKINGS) return false;
    if (asked > 0) onFault(payment, 'pending');
    askings.count(payment.requestId);
    return true;
  };
  return {
    async beforeDecide(payment) {
      if (await isDecided(payment.requestId)) return onAskedAgain(payment);
      if (happens(payment, 'slow')) await wait(SLOW_MS);
      if (isPending(payment)) return 'pending';
      return happens(payment, 'decline') ? { refuse: 'INSUFFICIENT' } : undefined;
    },
    afterRecord(payment, code) {
      if (code !== 'APPROVED') return Promise.resolve();
      if (happens(payment, 'lost-answer')) return Promise.resolve('lose-answer');
      return Promise.resolve(happens(payment, 'failed-answer') ? 'fail-answer' : undefined);
    },
  };
}

/** How often each pending payment has been asked for; the oldest are forgotten first. */
class Askings {
  readonly #counts = new Map<string, number>();

  of(requestId: Uint8Array): number {
    return this.#counts.get(nameOf(requestId)) ?? 0;
  }

  count(requestId: Uint8Array): void {
    this.#counts.set(nameOf(requestId), this.of(requestId) + 1);
    if (this.#counts.size <= PENDING_PAYMENTS_MAX) return;
    const [oldest] = this.#counts.keys();
    if (oldest !== undefined) this.#counts.delete(oldest);
  }
}

const nameOf = (requestId: Uint8Array): string => Buffer.from(requestId).toString('hex');
