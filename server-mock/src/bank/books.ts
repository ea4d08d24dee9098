/** The bank's own books: what became of each order, and who has how much. Changed only by what was told. */
import type { BankEntry } from '@coinslot/server';
import type { BankBalance, HeardFile, OrderState, SettledOrder } from './types.ts';

/** The accounts of acquirers, who do not name the operator's. */
const OWN_UNNAMED = '';

export class BankBooks {
  readonly #files = new Map<string, HeardFile>();
  readonly #orders: SettledOrder[] = [];
  /** Where in the list, by end-to-end id. */
  readonly #places = new Map<string, number>();
  readonly #balances = new Map<string, BankBalance>();

  get files(): readonly HeardFile[] {
    return [...this.#files.values()];
  }

  get orders(): readonly SettledOrder[] {
    return this.#orders;
  }

  get balances(): readonly BankBalance[] {
    return [...this.#balances.values()];
  }

  find(endToEndId: string): SettledOrder | undefined {
    const place = this.#places.get(endToEndId);
    return place === undefined ? undefined : this.#orders[place];
  }

  /** The operator's account in a currency, as the files name it. */
  ownIban(currency: string): string {
    return this.#orders.find((order) => order.currency === currency && order.ownIban !== '')?.ownIban ?? OWN_UNNAMED;
  }

  addFile(file: HeardFile): void {
    this.#files.set(file.messageId, file);
    for (const order of file.orders) {
      this.#places.set(order.endToEndId, this.#orders.length);
      this.#orders.push({ ...order, state: 'waiting', movedMinor: 0n, reason: undefined });
    }
  }

  /** What was told has happened. */
  book(entry: BankEntry): void {
    const place = entry.endToEndId === undefined ? undefined : this.#places.get(entry.endToEndId);
    const order = place === undefined ? undefined : this.#orders[place];
    if (entry.isBooked) {
      const signed = entry.direction === 'in' ? entry.amountMinor : -entry.amountMinor;
      this.#add(order?.ownIban ?? this.ownIban(entry.currency), entry.currency, signed);
      this.#add(order?.otherAccount ?? entry.otherIban, entry.currency, -signed);
    }
    if (place === undefined || order === undefined) return;
    const state: OrderState = entry.isReturn
      ? entry.isBooked
        ? 'returned'
        : 'rejected'
      : entry.amountMinor < order.amountMinor
        ? 'part-paid'
        : 'paid';
    const movedMinor = entry.isReturn ? 0n : entry.amountMinor;
    this.#orders[place] = { ...order, state, movedMinor, reason: entry.reason };
  }

  #add(account: string, currency: string, signedMinor: bigint): void {
    const key = `${currency} ${account}`;
    const balanceMinor = (this.#balances.get(key)?.balanceMinor ?? 0n) + signedMinor;
    this.#balances.set(key, { account, currency, balanceMinor });
  }
}
