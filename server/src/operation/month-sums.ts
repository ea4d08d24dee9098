/**
 * What a month did, summed: a small one here, a large one in a process of its own, which hands the sums over in pages, so that
 * purchases wait for none of it.
 */
import { ProtocolError } from '@coinslot/protocol';
import { PeriodMovements } from '../periods/movements.ts';
import type { PeriodSums } from '../periods/store.ts';
import { sumPeriod } from '../periods/sum-period.ts';
import type { StorePlace } from '../store/place.ts';
import type { StoreReader } from '../store/port.ts';
import { Child, onlyPlace } from './child.ts';

export interface SumsQuestion {
  readonly place: StorePlace;
  readonly period: number;
}

export type SumMonth = (period: number) => Promise<PeriodMovements>;

/** Transfers from which on a process is worth its start. */
const CHILD_FROM = 200_000n;

/** The other process opens the place by itself: it must be on the disk, and nobody's alone. Throws STORAGE when it comes to no answer. */
export function monthSums(store: StoreReader, place: StorePlace, childFrom = CHILD_FROM): SumMonth {
  return async (period) => {
    const range = await store.periods.findTransferRange(period);
    if (range === undefined || range.last - range.first < childFrom) return sumPeriod(store, period);
    const child = new Child<SumsQuestion, PeriodSums | undefined>('sums-child');
    try {
      return await takePages(child, { place: onlyPlace(place), period });
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error);
      throw new ProtocolError('STORAGE', `the month could not be summed: ${why}`);
    } finally {
      child.end();
    }
  };
}

async function takePages(
  child: Child<SumsQuestion, PeriodSums | undefined>,
  question: SumsQuestion,
): Promise<PeriodMovements> {
  const movements = new PeriodMovements();
  for (;;) {
    const page = await child.ask(question);
    if (page === undefined) return movements;
    movements.add(page);
  }
}
