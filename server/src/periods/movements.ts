/**
 * What a sealed period did to every account, added up from ranges of its transfers. Memory is in step with the accounts, not
 * with the transfers: some hundred bytes for each kind of transfer that touched one.
 */
import type { AccountName, TransferKind } from '../ledger/types.ts';
import type { AccountMovement, FeeMovement } from './store.ts';

export interface KindSum {
  /** Of transfers. */
  count: number;
  /** Signed: credits less debits. */
  amountMinor: bigint;
}

export type KindSums = ReadonlyMap<TransferKind, KindSum>;

/** An account, and what each kind of transfer did to it. */
export interface MovedAccount {
  readonly account: AccountName;
  readonly sums: KindSums;
}

export const NO_SUMS: KindSums = new Map();

const keyOf = ({ kind, owner, currency }: AccountName): string => `${kind} ${currency} ${owner}`;

export class PeriodMovements {
  readonly #accounts = new Map<string, { account: AccountName; sums: Map<TransferKind, KindSum> }>();
  /** By "<publisher> <currency>", then kind. */
  readonly #fees = new Map<string, Map<TransferKind, bigint>>();

  add(movements: readonly AccountMovement[]): void {
    for (const { kind, owner, currency, transferKind, count, amountMinor } of movements) {
      const account = { kind, owner, currency };
      const moved = this.#accounts.get(keyOf(account)) ?? { account, sums: new Map<TransferKind, KindSum>() };
      this.#accounts.set(keyOf(account), moved);
      const sum = moved.sums.get(transferKind) ?? { count: 0, amountMinor: 0n };
      moved.sums.set(transferKind, sum);
      sum.count += count;
      sum.amountMinor += amountMinor;
    }
  }

  addFees(movements: readonly FeeMovement[]): void {
    for (const { publisherId, currency, transferKind, amountMinor } of movements) {
      const key = `${currency} ${publisherId}`;
      const fees = this.#fees.get(key) ?? new Map<TransferKind, bigint>();
      this.#fees.set(key, fees.set(transferKind, (fees.get(transferKind) ?? 0n) + amountMinor));
    }
  }

  sumsOf(account: AccountName): KindSums {
    return this.#accounts.get(keyOf(account))?.sums ?? NO_SUMS;
  }

  /** By kind of transfer: what it took from a publisher's sales in a currency. */
  feesOf(publisherId: string, currency: string): ReadonlyMap<TransferKind, bigint> {
    return this.#fees.get(`${currency} ${publisherId}`) ?? new Map<TransferKind, bigint>();
  }

  *of(kind: AccountName['kind']): Generator<MovedAccount> {
    for (const moved of this.#accounts.values()) if (moved.account.kind === kind) yield moved;
  }

  /** The first currency whose postings do not sum to zero; `undefined` when all do. */
  unbalanced(): string | undefined {
    const sums = new Map<string, bigint>();
    for (const { account, sums: byKind } of this.#accounts.values())
      for (const { amountMinor } of byKind.values())
        sums.set(account.currency, (sums.get(account.currency) ?? 0n) + amountMinor);
    return [...sums].find(([, sum]) => sum !== 0n)?.[0];
  }
}
