/**
 * What a sealed period did to every account, added up from pages of sums. Memory is in step with the accounts, not with the
 * transfers: some hundred bytes for each kind of transfer that touched one.
 */
import type { AccountKind, AccountName, TransferKind } from '../ledger/types.ts';
import type { AccountMovement, FeeMovement, PeriodSums } from './store.ts';

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

interface Moved extends MovedAccount {
  readonly sums: Map<TransferKind, KindSum>;
}

export const NO_SUMS: KindSums = new Map();

/** Rows to a page: some milliseconds for whoever adds them up. */
const PAGE = 1_000;

/** Within its kind. */
const keyOf = ({ owner, currency }: Pick<AccountName, 'owner' | 'currency'>): string => `${currency} ${owner}`;

export class PeriodMovements {
  readonly #accounts = new Map<AccountKind, Map<string, Moved>>();
  /** By publisher and currency, then kind. */
  readonly #fees = new Map<
    string,
    { readonly publisherId: string; readonly currency: string; readonly taken: Map<TransferKind, bigint> }
  >();
  /** By currency. */
  readonly #totals = new Map<string, bigint>();

  /** An account may come in any number of pages. */
  add({ movements, fees }: PeriodSums): void {
    for (const movement of movements) this.#move(movement);
    for (const fee of fees) this.#take(fee);
  }

  #move({ kind, owner, currency, transferKind, count, amountMinor }: AccountMovement): void {
    let ofKind = this.#accounts.get(kind);
    if (ofKind === undefined) this.#accounts.set(kind, (ofKind = new Map<string, Moved>()));
    const account = { kind, owner, currency };
    const key = keyOf(account);
    let moved = ofKind.get(key);
    if (moved === undefined) ofKind.set(key, (moved = { account, sums: new Map<TransferKind, KindSum>() }));
    const sum = moved.sums.get(transferKind);
    if (sum === undefined) moved.sums.set(transferKind, { count, amountMinor });
    else {
      sum.count += count;
      sum.amountMinor += amountMinor;
    }
    this.#totals.set(currency, (this.#totals.get(currency) ?? 0n) + amountMinor);
  }

  #take({ publisherId, currency, transferKind, amountMinor }: FeeMovement): void {
    const key = keyOf({ owner: publisherId, currency });
    const { taken } = this.#fees.get(key) ?? { taken: new Map<TransferKind, bigint>() };
    taken.set(transferKind, (taken.get(transferKind) ?? 0n) + amountMinor);
    this.#fees.set(key, { publisherId, currency, taken });
  }

  /** All of it again, for another process to add up. */
  *pages(rows = PAGE): Generator<PeriodSums> {
    let movements: AccountMovement[] = [];
    for (const ofKind of this.#accounts.values())
      for (const { account, sums } of ofKind.values()) {
        for (const [transferKind, sum] of sums) movements.push({ ...account, transferKind, ...sum });
        if (movements.length < rows) continue;
        yield { movements, fees: [] };
        movements = [];
      }
    const fees = [...this.#fees.values()].flatMap(({ publisherId, currency, taken }): FeeMovement[] =>
      Array.from(taken, ([transferKind, amountMinor]) => ({ publisherId, currency, transferKind, amountMinor })),
    );
    yield { movements, fees: fees.slice(0, rows) };
    for (let from = rows; from < fees.length; from += rows)
      yield { movements: [], fees: fees.slice(from, from + rows) };
  }

  sumsOf(account: AccountName): KindSums {
    return this.#accounts.get(account.kind)?.get(keyOf(account))?.sums ?? NO_SUMS;
  }

  /** By kind of transfer: what it took from a publisher's sales in a currency. */
  feesOf(publisherId: string, currency: string): ReadonlyMap<TransferKind, bigint> {
    return this.#fees.get(keyOf({ owner: publisherId, currency }))?.taken ?? new Map<TransferKind, bigint>();
  }

  of(kind: AccountKind): Iterable<MovedAccount> {
    return this.#accounts.get(kind)?.values() ?? [];
  }

  /** The first currency whose postings do not sum to zero; `undefined` when all do. */
  unbalanced(): string | undefined {
    return [...this.#totals].find(([, sum]) => sum !== 0n)?.[0];
  }
}
