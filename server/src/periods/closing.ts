/**
 * Closes a month: seals it, verifies its journal, makes bills, payouts and bank files, and marks it closed. Every piece is a
 * transaction of its own, keyed by what it is of and computed from what is sealed: killed anywhere and started again it ends
 * with the same rows and the same files. Purchases go on meanwhile, into the next period.
 */
import { ProtocolError } from '@coinslot/protocol';
import type { OwnBank } from '../bank/types.ts';
import { makeBills } from '../bills/bill-run.ts';
import type { Identity } from '../identity.ts';
import { findBlockOf, type JournalReport } from '../ledger/journal.ts';
import type { Clock, Log } from '../log.ts';
import type { MoneyPolicy } from '../money-policy.ts';
import type { SignerCheck } from '../payouts/bank-details.ts';
import { makeFiles } from '../payouts/file-run.ts';
import { makePayouts } from '../payouts/payout-run.ts';
import type { GroupCommit } from '../store/group-commit.ts';
import { StoreError, type Store } from '../store/port.ts';
import type { PeriodMovements } from './movements.ts';
import { faultOfSeal, sealPeriod } from './sealing.ts';
import type { SealedPeriod } from './types.ts';

export interface ClosingOptions extends SignerCheck {
  readonly identity: Identity;
  readonly store: Store;
  readonly commit: GroupCommit;
  readonly clock: Clock;
  readonly log: Log;
  readonly policy: MoneyPolicy;
  /** Whether periods that are not over may be closed. */
  readonly isSandbox: boolean;
  /** The journal's blocks from one to another. */
  readonly verifyStretch: (fromBlock: bigint, toBlock: bigint) => Promise<JournalReport>;
  /** What a period's transfers did. */
  readonly sumMonth: (period: number) => Promise<PeriodMovements>;
  /** Without it no bank files are made; the next closing that has it makes them. */
  readonly ownBank: OwnBank | undefined;
}

export interface ClosingReport {
  readonly period: number;
  readonly bills: number;
  readonly payouts: number;
  readonly files: number;
  /** What kept a payout back, in words. */
  readonly findings: readonly string[];
}

/** What a finding of a month's journal is about. */
const booksOf = (period: number): string => `period ${period}`;

export class Closing {
  readonly #options: ClosingOptions;

  constructor(options: ClosingOptions) {
    this.#options = options;
  }

  /**
   * Closes a period, or goes on with one that was begun. Throws BUSY while another closing runs; PERIOD_CLOSED for one that is
   * closed, not over (`early` lets a sandbox close it all the same), or whose turn it is not; STORAGE with the finding when the
   * journal does not hold: then nothing is made.
   */
  async close(period: number, { early = false }: { readonly early?: boolean } = {}): Promise<ClosingReport> {
    const { store, isSandbox } = this.#options;
    if (early && !isSandbox)
      throw new ProtocolError('PERIOD_CLOSED', `period ${period}: only a sandbox closes a period that is not over`);
    let hasBegun = false;
    try {
      return await store.exclusively('closing', () => {
        hasBegun = true;
        return this.#close(period, early);
      });
    } catch (error) {
      if (!(error instanceof StoreError) || error.kind !== 'busy') throw error;
      const what = hasBegun ? 'the database did not answer in time; close again' : 'another closing is running';
      throw new ProtocolError('BUSY', what, { cause: error });
    }
  }

  async #close(period: number, early: boolean): Promise<ClosingReport> {
    const { store, commit, clock, log, roots, revocationLists, policy, ownBank } = this.#options;
    const sealed = await sealPeriod(period, { ...this.#options, nowMs: clock(), early });
    const previous = (await store.periods.listSealed()).filter((one) => one.period < period).at(-1);
    // Side by side; and nothing is made before both have come to their end.
    const [verified, summed] = await Promise.allSettled([
      this.#requireJournal(sealed, previous),
      this.#movements(period),
    ]);
    if (verified.status === 'rejected') throw verified.reason;
    if (summed.status === 'rejected') throw summed.reason;
    const movements = summed.value;
    const findings: string[] = [];
    const find = (finding: string): void => {
      log.error({ period, finding }, 'closing: a payout is kept back');
      findings.push(finding);
    };
    const previousPeriod = previous?.period ?? 0;
    const context = { store, commit, policy, sealed, previousPeriod, movements, roots, revocationLists, find };
    const bills = await makeBills(context);
    const payouts = await makePayouts(context);
    const files = ownBank === undefined ? 0 : await makeFiles({ ...context, ownBank });
    await commit.submit(async (tx) => {
      await tx.periods.setClosed(period, clock());
      await tx.findings.settleFindings('books', booksOf(period), clock());
    });
    const report = { period, bills, payouts, files, findings };
    log.info({ period, bills, payouts, files, findings: findings.length }, 'closed');
    return report;
  }

  /** The chain of blocks from the seal before to this one, and both seals against what the server signed. */
  async #requireJournal(sealed: SealedPeriod, previous: SealedPeriod | undefined): Promise<void> {
    const { store, commit, clock, roots, log, verifyStretch } = this.#options;
    const behind = (previous?.block ?? 0n) + 1n;
    // Where clocks differ at the end of a month, the first of this period stand before the last of the one that was sealed.
    const first = (await store.periods.findTransferRange(sealed.period))?.first;
    const own = first === undefined ? behind : await findBlockOf(store, first);
    const from = own < behind ? own : behind;
    const finding =
      (previous && faultOfSeal(previous, roots)) ??
      faultOfSeal(sealed, roots) ??
      (sealed.block < from ? undefined : (await verifyStretch(from, sealed.block)).finding);
    if (finding === undefined) return;
    log.fatal({ period: sealed.period, finding }, 'closing stopped: the journal does not hold');
    const about = booksOf(sealed.period);
    await commit.submit((tx) =>
      tx.findings.noteFinding({ kind: 'books', about, party: '', words: finding, atMs: clock() }),
    );
    throw new ProtocolError('STORAGE', `period ${sealed.period}: ${finding}`, { hint: 'verify the books' });
  }

  async #movements(period: number): Promise<PeriodMovements> {
    const movements = await this.#options.sumMonth(period);
    const unbalanced = movements.unbalanced();
    if (unbalanced !== undefined) throw new Error(`period ${period}: ${unbalanced} does not sum to zero`);
    return movements;
  }
}
