/** Adds up what the transfers of a period did, from the pages that the store makes of them. */
import type { StoreReader } from '../store/port.ts';
import { turn } from '../turns.ts';
import { PeriodMovements } from './movements.ts';

export async function sumPeriod({ periods }: StoreReader, period: number): Promise<PeriodMovements> {
  const movements = new PeriodMovements();
  const range = await periods.findTransferRange(period);
  if (range === undefined) return movements;
  for await (const page of periods.sumTransfers(period, range.first - 1n, range.last)) {
    movements.add(page);
    await turn();
  }
  return movements;
}
