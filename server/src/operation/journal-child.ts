/** Verifies stretches of the journal in a process of its own, over connections of its own; see `journal-check.ts`. A program. */
import { verifyJournal, type JournalReport } from '../ledger/journal.ts';
import { answerParent } from './child.ts';
import type { JournalQuestion } from './journal-check.ts';
import { openReads } from './snapshot.ts';

let opened: ReturnType<typeof openReads> | undefined;

answerParent(async ({ place, fromBlock, toBlock }: JournalQuestion): Promise<JournalReport> => {
  opened ??= openReads(place);
  return verifyJournal((await opened).store, fromBlock, toBlock);
});
