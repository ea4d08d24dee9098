/** What transfers did, all pages of a store's answer together. */
import type { AccountMovement, FeeMovement, PeriodSums } from '../../server/src/periods/store.ts';
import type { StoreReader } from '../../server/src/store/port.ts';

export async function sumsOf(store: StoreReader, period: number, after: bigint, through: bigint): Promise<PeriodSums> {
  const [movements, fees]: [AccountMovement[], FeeMovement[]] = [[], []];
  for await (const page of store.periods.sumTransfers(period, after, through)) {
    movements.push(...page.movements);
    fees.push(...page.fees);
  }
  return { movements, fees };
}
