/**
 * Verifies the journal of a month: a small one here, a large one in processes of their own, so that purchases wait for none of it
 * and every processor has its part. A block needs only the stored hash of the one before, so each stretch stands for itself.
 */
import { ProtocolError } from '@coinslot/protocol';
import { availableParallelism } from 'node:os';
import { verifyJournal, type JournalReport } from '../ledger/journal.ts';
import type { StorePlace } from '../store/place.ts';
import type { StoreReader } from '../store/port.ts';
import { Child, onlyPlace } from './child.ts';
import { stretchesOf, type Stretch } from './stretches.ts';

export interface JournalQuestion extends Stretch {
  readonly place: StorePlace;
}

/** Blocks from one to another, both with it. */
export type VerifyStretch = (fromBlock: bigint, toBlock: bigint) => Promise<JournalReport>;

export interface CheckBounds {
  /** Transfers from which on a process is worth its start. */
  readonly childFrom: bigint;
  /** Transfers to a stretch, about, at least: each learns its accounts anew. */
  readonly stretchLeast: bigint;
  /** Each has up to two hundred megabytes and, on PostgreSQL, a connection. */
  readonly childrenMax: number;
}

const BOUNDS: CheckBounds = {
  childFrom: 200_000n,
  stretchLeast: 400_000n,
  childrenMax: Math.min(availableParallelism(), 4),
};

/** The other processes open the place by themselves: it must be on the disk, and nobody's alone. Throws STORAGE when one comes to no answer. */
export function journalCheck(store: StoreReader, place: StorePlace, bounds = BOUNDS): VerifyStretch {
  return async (fromBlock, toBlock) => {
    const [before, last] = [await store.periods.findBlock(fromBlock - 1n), await store.periods.findBlock(toBlock)];
    const transfers = (last?.lastTransfer ?? 0n) - (before?.lastTransfer ?? 0n);
    if (transfers < bounds.childFrom || transfers <= 0n) return verifyJournal(store, fromBlock, toBlock);
    const leastBlocks = ((toBlock - fromBlock + 1n) * bounds.stretchLeast) / transfers || 1n;
    const stretches = stretchesOf({ fromBlock, toBlock }, bounds.childrenMax, leastBlocks);
    try {
      return reportOf(await verifyIn(bounds.childrenMax, onlyPlace(place), stretches));
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error);
      throw new ProtocolError('STORAGE', `the journal could not be verified: ${why}`);
    }
  };
}

/** The reports up to the lowest stretch with a finding, in their order. */
async function verifyIn(
  childrenMax: number,
  place: StorePlace,
  stretches: readonly Stretch[],
): Promise<readonly JournalReport[]> {
  const reports: JournalReport[] = [];
  let next = 0;
  let end = stretches.length;
  // Handed out in their order: whatever is below a finding has been handed out before, and is waited for.
  const work = async (child: Child<JournalQuestion, JournalReport>): Promise<void> => {
    while (next < end) {
      const at = next++;
      const report = await child.ask({ place, ...(stretches[at] as Stretch) });
      reports[at] = report;
      if (report.finding !== undefined) end = Math.min(end, at + 1);
    }
  };
  const count = Math.min(childrenMax, stretches.length);
  const children = Array.from({ length: count }, () => new Child<JournalQuestion, JournalReport>('journal-child'));
  try {
    await Promise.all(children.map(work));
  } finally {
    for (const child of children) child.end();
  }
  return reports.slice(0, end);
}

/** As one walk from the first block on would tell it. */
const reportOf = (reports: readonly JournalReport[]): JournalReport => ({
  finding: reports[reports.length - 1]?.finding,
  blocks: reports.reduce((sum, { blocks }) => sum + blocks, 0n),
  transfers: reports.reduce((sum, { transfers }) => sum + transfers, 0n),
});
