/**
 * The journal as a store is opened: it must end where the ledger ends. A ledger that is older than the journal gets its block 1
 * here, since the SQL that brought it forward cannot hash; some ten microseconds for each transfer, once.
 */
import type Database from 'better-sqlite3';
import { BlockHash, NO_HASH } from '../../ledger/journal.ts';
import { StoreError } from '../port.ts';
import { SqliteTransferReads } from './transfer-reads.ts';

const PAGE = 1_000;

interface EndsRow {
  number: bigint | null;
  journal_end: bigint | null;
  ledger_end: bigint;
}

const ENDS = `SELECT number, last_transfer AS journal_end, (SELECT coalesce(max(id), 0) FROM transfers) AS ledger_end
  FROM (SELECT max(number) AS number, last_transfer FROM journal)`;

/** Throws StoreError `broken` when rows came or went past the journal. */
export function startJournal(db: Database.Database): void {
  const ends = db.prepare<[], EndsRow>(ENDS);
  const start = db.transaction(() => {
    const { number, journal_end, ledger_end } = ends.get() as EndsRow;
    if (journal_end !== ledger_end)
      throw new StoreError('broken', `the journal ends at ${journal_end ?? 'nothing'}, the ledger at ${ledger_end}`);
    if (number === 0n && ledger_end > 0n) addFirstBlock(db, ledger_end);
  });
  start.immediate();
}

function addFirstBlock(db: Database.Database, lastTransfer: bigint): void {
  const transfers = new SqliteTransferReads(db);
  const hash = new BlockHash(NO_HASH);
  for (let after = 0n; after < lastTransfer;) {
    const page = transfers.list(after, PAGE);
    for (const transfer of page) {
      if (transfer.id !== after + 1n) throw new StoreError('broken', `transfer ${after + 1n} is not there`);
      hash.add(transfer);
      after = transfer.id;
    }
  }
  db.prepare('INSERT INTO journal (number, last_transfer, hash) VALUES (1, ?, ?)').run(lastTransfer, hash.digest());
}
