/** Every line of the month in one bill and one payout, and the totals of each made of its lines. */
import type { StoreReader } from '@coinslot/server';

export interface LineCount {
  readonly billed: number;
  readonly paidOut: number;
  readonly faults: readonly string[];
}

const PAGE = 500;

/** What bills and payouts must each list: sales and what was given back of them. */
const SALES: readonly string[] = ['payment', 'refund', 'claim', 'claim-reversal'];

export async function countLines(store: StoreReader, period: number): Promise<LineCount> {
  const { periods } = store;
  const faults: string[] = [];
  const sales = await salesOf(store, period);
  const billed = new Set<bigint>();
  for await (const bill of pages(
    (after) => periods.listBills(period, after, PAGE),
    '',
    ({ number }) => number,
  )) {
    let sumMinor = 0n;
    const lines = (after: bigint) => periods.listBillLines(bill.userId, period, after, PAGE);
    for await (const line of pages(lines, 0n, ({ transferId }) => transferId)) {
      if (line.cardId === undefined) sumMinor += line.amountMinor;
      if (!SALES.includes(line.kind)) continue;
      if (billed.has(line.transferId)) faults.push(`transfer ${line.transferId}: in two bills`);
      billed.add(line.transferId);
    }
    if (bill.openingMinor + sumMinor !== bill.closingMinor)
      faults.push(`bill ${bill.number}: its lines make ${bill.openingMinor + sumMinor}, it says ${bill.closingMinor}`);
  }
  const paidOut = new Set<bigint>();
  for (const payout of await periods.listPayouts(period)) {
    const lines = (after: bigint) => periods.listPayoutLines(payout.publisherId, period, after, PAGE);
    for await (const { transferId } of pages(lines, 0n, (line) => line.transferId)) {
      if (paidOut.has(transferId)) faults.push(`transfer ${transferId}: in two payouts`);
      paidOut.add(transferId);
    }
  }
  sales.forEach((id) => {
    if (!paidOut.has(id)) faults.push(`transfer ${id}: in no payout`);
    if (!billed.has(id)) faults.push(`transfer ${id}: in no bill`);
  });
  return { billed: billed.size, paidOut: paidOut.size, faults };
}

async function salesOf(store: StoreReader, period: number): Promise<Set<bigint>> {
  const sales = new Set<bigint>();
  for await (const transfer of pages(
    (after) => store.listTransfers(after, PAGE),
    0n,
    ({ id }) => id,
  ))
    if (transfer.period === period && SALES.includes(transfer.kind)) sales.add(transfer.id);
  return sales;
}

async function* pages<Row, Key>(list: (after: Key) => Promise<readonly Row[]>, first: Key, keyOf: (row: Row) => Key) {
  for (let after = first; ;) {
    const rows = await list(after);
    yield* rows;
    const last = rows[rows.length - 1];
    if (last === undefined) return;
    after = keyOf(last);
  }
}
