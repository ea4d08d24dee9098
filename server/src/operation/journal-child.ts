/**
 * Verifies stretches of the journal in a process of its own, over connections of its own: asked and answered over node's channel, ended
 * when that closes; see `journal-check.ts`. A program: `npm run build` makes a file of it.
 */
import { verifyJournal } from '../ledger/journal.ts';
import type { JournalAnswer, JournalQuestion } from './journal-check.ts';
import { openReads } from './snapshot.ts';

async function answer({ place, fromBlock, toBlock }: JournalQuestion): Promise<JournalAnswer> {
  const { store, close } = await openReads(place);
  try {
    return { report: await verifyJournal(store, fromBlock, toBlock) };
  } finally {
    await close();
  }
}

process.on('disconnect', () => process.exit());
process.once('message', (question: JournalQuestion) => {
  answer(question)
    .catch((error: unknown): JournalAnswer => ({ failure: error instanceof Error ? error.message : String(error) }))
    .then((given) => process.send?.(given, () => process.disconnect()))
    .catch(() => process.exit(1));
});
