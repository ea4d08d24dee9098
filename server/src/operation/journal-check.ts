/**
 * Verifies the journal of a month: a small one here, a large one in a process of its own, so that purchases wait for none of it and
 * the closing sums meanwhile.
 */
import { ProtocolError } from '@coinslot/protocol';
import { fork } from 'node:child_process';
import { extname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { verifyJournal, type JournalReport } from '../ledger/journal.ts';
import type { StorePlace } from '../store/place.ts';
import type { StoreReader } from '../store/port.ts';

export interface JournalQuestion {
  readonly place: StorePlace;
  readonly fromBlock: bigint;
  readonly toBlock: bigint;
}

export type JournalAnswer = { readonly report: JournalReport } | { readonly failure: string };

/** Blocks from one to another, both with it. */
export type VerifyStretch = (fromBlock: bigint, toBlock: bigint) => Promise<JournalReport>;

/** Transfers from which on a process is worth its start. */
const CHILD_FROM = 200_000n;

/** The other process opens the place by itself: it must be on the disk, and nobody's alone. */
export function journalCheck(store: StoreReader, place: StorePlace, childFrom = CHILD_FROM): VerifyStretch {
  return async (fromBlock, toBlock) => {
    const [before, last] = [await store.periods.findBlock(fromBlock - 1n), await store.periods.findBlock(toBlock)];
    const transfers = (last?.lastTransfer ?? 0n) - (before?.lastTransfer ?? 0n);
    if (transfers < childFrom) return verifyJournal(store, fromBlock, toBlock);
    return inChild({ place: onlyPlace(place), fromBlock, toBlock });
  };
}

/** What is handed over is copied: nothing else that stands beside the place may come along. */
const onlyPlace = ({ storePath, database }: StorePlace): StorePlace => ({
  ...(storePath !== undefined && { storePath }),
  ...(database !== undefined && { database }),
});

/** Throws STORAGE when the other process came to no answer. */
function inChild(question: JournalQuestion): Promise<JournalReport> {
  // Beside this file: TypeScript in the project, JavaScript in the package.
  const program = new URL(`./journal-child${extname(import.meta.url)}`, import.meta.url);
  const child = fork(fileURLToPath(program), {
    serialization: 'advanced',
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  });
  return new Promise<JournalReport>((resolve, reject) => {
    const fail = (why: string): void =>
      reject(new ProtocolError('STORAGE', `the journal could not be verified: ${why}`));
    child.once('message', (answer: JournalAnswer) => {
      if ('failure' in answer) fail(answer.failure);
      else resolve(answer.report);
    });
    child.once('error', (error) => fail(error.message));
    child.once('exit', (code, signal) => fail(`the process ended with ${signal ?? code} before its answer`));
    child.send(question);
  });
}
