/**
 * Sums by account and kind of transfer, while a month of postings is added up: columns of numbers, since objects by the hundred
 * thousand cost more than the adding. Amounts are below 2^53, and sums exact: nearly all are numbers all the time, and what would
 * become too large for one is put aside as a bigint.
 */
import { TRANSFER_KINDS, type TransferKind } from '../../ledger/types.ts';

/** Keeps a sum exact as a number: it and one more amount stay below 2^53. */
const EXACT_MAX = 2 ** 52;
const KINDS = TRANSFER_KINDS.length;
/** Accounts that there is room for at first. */
const ROOM = 1_024;

export interface Sum {
  readonly transferKind: TransferKind;
  /** Of transfers. */
  readonly count: number;
  readonly amountMinor: bigint;
}

export class SumColumns {
  /** Place by account; SQLite numbers accounts from 1 on. */
  readonly #places: (number | undefined)[] = [];
  readonly #accounts: number[] = [];
  #near = new Float64Array(ROOM * KINDS);
  #counts = new Float64Array(ROOM * KINDS);
  /** The transfer that was counted last. */
  #counted = new Float64Array(ROOM * KINDS);
  readonly #far = new Map<number, bigint>();

  /** Transfers are told apart by their number, which is above 0; the same one comes without others between. */
  add(account: number, kind: number, transfer: number, amount: number): void {
    const at = (this.#places[account] ?? this.#place(account)) + kind;
    if (this.#counted[at] !== transfer) {
      this.#counted[at] = transfer;
      this.#counts[at] = (this.#counts[at] as number) + 1;
    }
    const sum = (this.#near[at] as number) + amount;
    if (Math.abs(sum) <= EXACT_MAX && Math.abs(amount) <= EXACT_MAX) this.#near[at] = sum;
    else this.#putAside(at, amount);
  }

  /** In the order in which they came. */
  get accounts(): readonly number[] {
    return this.#accounts;
  }

  sumsOf(account: number): Sum[] {
    const place = this.#places[account] ?? this.#place(account);
    return TRANSFER_KINDS.flatMap((transferKind, kind) => {
      const [at, count] = [place + kind, this.#counts[place + kind] as number];
      if (count === 0) return [];
      return [{ transferKind, count, amountMinor: BigInt(this.#near[at] as number) + (this.#far.get(at) ?? 0n) }];
    });
  }

  #putAside(at: number, amount: number): void {
    this.#far.set(at, (this.#far.get(at) ?? 0n) + BigInt(this.#near[at] as number) + BigInt(amount));
    this.#near[at] = 0;
  }

  #place(account: number): number {
    const place = this.#accounts.push(account) * KINDS - KINDS;
    this.#places[account] = place;
    if (place === this.#near.length)
      [this.#near, this.#counts, this.#counted] = [twice(this.#near), twice(this.#counts), twice(this.#counted)];
    return place;
  }
}

function twice(column: Float64Array<ArrayBuffer>): Float64Array<ArrayBuffer> {
  const longer = new Float64Array(2 * column.length);
  longer.set(column);
  return longer;
}
