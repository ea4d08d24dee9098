/** Makes all bills of a sealed period, page by page in the order of the users; what is there already is left as it is. */
import type { GroupCommit } from '../store/group-commit.ts';
import type { StoreReader } from '../store/port.ts';
import { minimumOf, type MoneyPolicy } from '../money-policy.ts';
import type { PeriodMovements } from '../periods/movements.ts';
import type { SealedPeriod } from '../periods/types.ts';
import { turn } from '../turns.ts';
import { lastBill } from './all-bills.ts';
import { billedPlayers, bytesOf } from './billed-players.ts';
import { billNumberOf, makeBill, type BilledPlayer } from './make-bill.ts';

export interface RunContext {
  readonly store: StoreReader;
  readonly commit: GroupCommit;
  readonly policy: MoneyPolicy;
  readonly sealed: SealedPeriod;
  /** The newest sealed period before; 0 when there is none. */
  readonly previousPeriod: number;
  readonly movements: PeriodMovements;
}

/** Returns how many bills the period has. */
export async function makeBills(context: RunContext): Promise<number> {
  const { store, commit, policy, sealed, previousPeriod } = context;
  const { period, sealedAtMs } = sealed;
  const players = await billedPlayers(context);
  const last = (await lastBill(store, period)) ?? '';
  const minimumMinor = (currency: string): bigint => minimumOf(policy.billMinimumMinor, currency);
  const at = { period, previousPeriod, sealedAtMs };
  const { billsPerTransaction } = policy;
  for (let from = 0; from < players.length; from += billsPerTransaction) {
    const page = players
      .slice(from, from + billsPerTransaction)
      .map(({ owner, ...player }): BilledPlayer => ({ ...player, userId: bytesOf(owner) }))
      .filter(({ userId }) => billNumberOf(period, userId) > last);
    await turn();
    if (page.length === 0) continue;
    await commit.submit(async (tx) => {
      const states = await tx.periods.loadBilling(
        page.map(({ userId }) => userId),
        at,
      );
      const made = page.map((player, i) => {
        const state = states[i];
        if (state === undefined) throw new Error('loadBilling: a state is missing');
        return makeBill(player, state, { period, madeAtMs: sealedAtMs, minimumMinor });
      });
      await tx.periods.addBills(made.map(({ bill }) => bill));
      await tx.periods.addCollections(made.flatMap(({ collection }) => collection ?? []));
    });
  }
  return players.length;
}
