/** All bills of a period, read in pages between which other work goes on. */
import type { StoreReader } from '../store/port.ts';
import { turn } from '../turns.ts';
import type { Bill } from './types.ts';

const PAGE = 500;

/** Number of the last bill that was made; pages are made whole and in order, so nothing before it is missing. */
export async function lastBill(store: StoreReader, period: number): Promise<string | undefined> {
  let last: string | undefined;
  for await (const bill of allBills(store, period)) last = bill.number;
  return last;
}

/** By number. */
export async function* allBills(store: StoreReader, period: number): AsyncGenerator<Bill> {
  let after = '';
  for (;;) {
    const page = await store.periods.listBills(period, after, PAGE);
    yield* page;
    const last = page[page.length - 1];
    if (last === undefined) return;
    after = last.number;
    await turn();
  }
}
