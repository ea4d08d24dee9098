/** Holds the books against what the clients remember. */
import { verifyBooks } from '../../server/src/ledger/books.ts';
import type { StoreReader } from '@coinslot/server';
import { openStore } from '../month/open-store.ts';
import { hexOf, type Clients, type Remembered } from './clients.ts';

export interface BankFindings {
  readonly words: readonly string[];
  readonly faults: readonly string[];
}

export async function verifyBank(kind: string, place: string, clients: Clients): Promise<BankFindings> {
  const store = await openStore(kind, place);
  try {
    const faults: string[] = [];
    const balances = await balancesOf(store);
    for (const [{ keys, plan }, kept] of clients.memory) {
      const owner = hexOf(keys.userId);
      const held = (balances.get(`player-${plan} ${owner}`) ?? 0n) + (balances.get(`payout-transit ${owner}`) ?? 0n);
      if (held !== expectedOf(kept))
        faults.push(`player ${owner}: holds ${held}, the answers make ${expectedOf(kept)}`);
      if (plan === 'prepaid' && (balances.get(`player-prepaid ${owner}`) ?? 0n) < 0n)
        faults.push(`player ${owner}: below zero`);
    }
    const paidIn = [...clients.memory.values()].reduce((sum, { toppedUpMinor }) => sum + toppedUpMinor, 0n);
    const bank = -(balances.get('bank ') ?? 0n);
    if (bank !== paidIn) faults.push(`bank: holds ${bank}, paid in were ${paidIn}`);
    const books = await verifyBooks(store);
    faults.push(...books.findings);
    const sums = books.sums.map(({ currency, sumMinor }) => `${currency} sums to ${sumMinor}`);
    return {
      words: [
        `bank holds ${bank}, all that was paid in; ${sums.join(', ')}; ${books.decisions} decisions, ${books.transfers} transfers`,
      ],
      faults,
    };
  } finally {
    await store.close();
  }
}

const expectedOf = ({ toppedUpMinor, spentMinor, refundedMinor }: Remembered): bigint =>
  toppedUpMinor - spentMinor + refundedMinor;

async function balancesOf(store: StoreReader): Promise<Map<string, bigint>> {
  const balances = new Map<string, bigint>();
  for (let after = 0n; ;) {
    const page = await store.listAccounts(after, 500);
    page.forEach(({ kind, owner, balanceMinor }) => balances.set(`${kind} ${owner}`, balanceMinor));
    const last = page[page.length - 1];
    if (last === undefined) return balances;
    after = last.id;
  }
}
