/**
 * What each month did to the accounts that bills and payouts are made of, by kind of transfer: added up as the transfers pass.
 * A month is dropped when its seal has been looked at, so memory is in step with the accounts of the open months.
 */
import type { AccountName, Posting, RecordedTransfer, TransferKind } from '../ledger/types.ts';
import { nameOf } from './model.ts';

/** What the transfers of one kind did to one account. */
export interface Moved {
  /** Of transfers. */
  count: number;
  /** Signed: credits less debits. */
  amountMinor: bigint;
}

export type MovedByKind = Map<TransferKind, Moved>;

export interface TalliedAccount {
  readonly account: AccountName;
  readonly moved: MovedByKind;
}

export class MonthTally {
  readonly #accounts = new Map<string, TalliedAccount>();
  /** By account of a publisher's payable: what each kind of transfer took off as a fee, less what it gave back. */
  readonly #fees = new Map<string, Map<TransferKind, bigint>>();

  add({ kind, postings }: RecordedTransfer): void {
    const touched = new Set<Moved>();
    for (const [account, amountMinor] of sides(postings)) {
      if (!isTallied(account)) continue;
      const moved = this.#movedOf(account, kind);
      moved.amountMinor += amountMinor;
      touched.add(moved);
    }
    for (const moved of touched) moved.count += 1;
    this.#addFees(kind, postings);
  }

  #movedOf(account: AccountName, kind: TransferKind): Moved {
    const name = nameOf(account);
    const tallied = this.#accounts.get(name) ?? { account, moved: new Map<TransferKind, Moved>() };
    this.#accounts.set(name, tallied);
    const moved = tallied.moved.get(kind) ?? { count: 0, amountMinor: 0n };
    tallied.moved.set(kind, moved);
    return moved;
  }

  /** A fee is that of the publisher whose payable moves in the same transfer. */
  #addFees(kind: TransferKind, postings: readonly Posting[]): void {
    for (const [fees, amountMinor] of sides(postings)) {
      if (fees.kind !== 'fees') continue;
      const payable = [...sides(postings)].find(
        ([account]) => account.kind === 'publisher-payable' && account.currency === fees.currency,
      );
      if (payable === undefined) continue;
      const name = nameOf(payable[0]);
      const byKind = this.#fees.get(name) ?? new Map<TransferKind, bigint>();
      this.#fees.set(name, byKind.set(kind, (byKind.get(kind) ?? 0n) + amountMinor));
    }
  }

  feesOf(payable: AccountName): ReadonlyMap<TransferKind, bigint> {
    return this.#fees.get(nameOf(payable)) ?? new Map<TransferKind, bigint>();
  }

  get accounts(): IterableIterator<TalliedAccount> {
    return this.#accounts.values();
  }
}

/** Both sides of each posting, signed. */
function* sides(postings: readonly Posting[]): Generator<readonly [AccountName, bigint]> {
  for (const { debit, credit, amountMinor } of postings) {
    yield [debit, -amountMinor];
    yield [credit, amountMinor];
  }
}

export const isPlayers = ({ kind }: AccountName): boolean => kind === 'player-prepaid' || kind === 'player-postpaid';

const isTallied = (account: AccountName): boolean =>
  isPlayers(account) || account.kind === 'card-float' || account.kind === 'publisher-payable';
