/** The month in figures. */
import { formatMoney } from '@coinslot/protocol';
import type { StoreReader } from '@coinslot/server';
import type { Bill } from '../../server/src/bills/types.ts';
import type { Payout } from '../../server/src/payouts/types.ts';
import type { Closed } from './closed.ts';
import type { Trade } from './trade.ts';

const PAGE = 500;
const money = (amountMinor: bigint, currency: string): string => formatMoney({ amountMinor, currency }, 'en');

export function printTrade(
  kind: string,
  { approved, refused, byCard, askedAgain }: Trade,
  { refunds, took, bytes }: { readonly refunds: number; readonly took: string; readonly bytes: number },
): void {
  console.log(
    `${kind}: ${approved} bought on line, ${byCard} by card, ${refused} refused, ${refunds} given back, ${askedAgain} asked again after BUSY; ${took}; ${(bytes / 1e6).toFixed(0)} MB on disk`,
  );
}

/** Bills and payouts by currency, states of what went to the bank, and the sum over all accounts. */
export async function printClosing(store: StoreReader, period: number, closed: Closed): Promise<void> {
  const { periods } = store;
  const bills: Bill[] = [];
  for (let after = ''; ;) {
    const page = await periods.listBills(period, after, PAGE);
    bills.push(...page);
    const last = page[page.length - 1];
    if (last === undefined) break;
    after = last.number;
  }
  console.log(`  ${closed.bills} bills, ${closed.payouts} payouts, ${closed.files} bank files`);
  for (const [currency, some] of groupBy(bills, (bill) => bill.currency)) {
    const spentMinor = sum(some.map((bill) => bill.purchasesMinor));
    const dueMinor = sum(some.map((bill) => bill.dueMinor));
    console.log(`    ${some.length} bills: ${money(spentMinor, currency)} bought, ${money(dueMinor, currency)} due`);
  }
  const collections = await periods.listCollections(period, '', 100_000);
  const byState = [...groupBy(collections, ({ way, state }) => `${way} ${state}`)].sort(([a], [b]) => (a < b ? -1 : 1));
  console.log(`    collections: ${byState.map(([state, some]) => `${some.length} ${state}`).join(', ')}`);
  for (const payout of await periods.listPayouts(period)) console.log(`    ${payoutWords(payout)}`);
  const sums = await store.listSums();
  console.log(`  ${sums.map(({ currency, sumMinor }) => `${currency} sums to ${sumMinor}`).join(', ')}`);
}

function payoutWords({ number, currencies, amountMinor, payoutCurrency, state, carried, reason }: Payout): string {
  const from = currencies.map(({ closingMinor, currency }) => money(closingMinor, currency)).join(' + ');
  return `${number}: ${from} -> ${money(amountMinor, payoutCurrency)}, ${carried ?? state}${reason === undefined ? '' : ` (${reason})`}`;
}

function groupBy<Row>(rows: readonly Row[], keyOf: (row: Row) => string): Map<string, Row[]> {
  const groups = new Map<string, Row[]>();
  for (const row of rows) groups.set(keyOf(row), [...(groups.get(keyOf(row)) ?? []), row]);
  return groups;
}

const sum = (amounts: readonly bigint[]): bigint => amounts.reduce((total, one) => total + one, 0n);
