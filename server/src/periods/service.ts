/** Closes a month and hands its files over: what the operator's door, the command line and the sandbox call. */
import { ProtocolError } from '@coinslot/protocol';
import type { Log } from '../log.ts';
import type { BankDesk } from '../payouts/bank-desk.ts';
import type { Closing, ClosingReport } from './closing.ts';

export interface ClosedPeriod extends ClosingReport {
  /** Files that the bank has now, those of earlier periods among them. */
  readonly handed: readonly string[];
  /** Why not all of them; they are handed at the next closing, and whenever notices are taken. */
  readonly handingFault: string | undefined;
}

export class Periods {
  readonly #options: { readonly closing: Closing; readonly bank: BankDesk; readonly log: Log };

  constructor(options: { readonly closing: Closing; readonly bank: BankDesk; readonly log: Log }) {
    this.#options = options;
  }

  /** See `Closing.close` for what it throws. A bank that cannot be reached leaves the period closed and its files waiting. */
  async close(period: number, options: { readonly early?: boolean } = {}): Promise<ClosedPeriod> {
    const { closing, bank, log } = this.#options;
    const report = await closing.close(period, options);
    try {
      return { ...report, handed: await bank.handFiles(), handingFault: undefined };
    } catch (error) {
      if (!(error instanceof ProtocolError)) throw error;
      log.error({ err: error, period }, 'the files are made; the bank does not have them yet');
      return { ...report, handed: [], handingFault: error.message };
    }
  }
}
