/** What the operator says and nobody signs, and what everything else here is computed with: counted, so that the report tells of it. */
import type { Facts } from './audit.ts';

export async function takeOperatorsWords({ witness, findings }: Facts): Promise<void> {
  const { store } = witness;
  const publishers = await store.listPublishers();
  publishers.forEach(() => findings.takeWord('operator', "publishers' fees"));
  const newest = (await store.findNewestRateTable())?.table.id ?? 0;
  for (let table = 1; table <= newest; table++) findings.takeWord('operator', 'rate tables');
}
