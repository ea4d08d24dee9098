/** A copy of a store's file, changed by SQL past all of its rules, and what the audit says of it. */
import { audit, type AuditReport } from '@coinslot/server';
import Database from 'better-sqlite3';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { BlockHash } from '../../server/src/ledger/journal.ts';
import { openSqliteSnapshot } from '../../server/src/store/sqlite/snapshot.ts';
import type { World } from './audit-world.ts';
import { temporaryFolder } from './started-server.ts';

export type Change = (db: Database.Database) => void;

/** Drops every trigger, and lets the change write what it wants. */
export function changedCopy({ bytes }: Pick<World, 'bytes'>, change: Change): string {
  const path = join(temporaryFolder(), 'copy.sqlite');
  writeFileSync(path, bytes);
  const db = new Database(path).defaultSafeIntegers(true);
  db.pragma('foreign_keys = OFF');
  db.pragma('ignore_check_constraints = ON');
  const triggers = db.prepare<[], { name: string }>("SELECT name FROM sqlite_schema WHERE type = 'trigger'").all();
  for (const { name } of triggers) db.exec(`DROP TRIGGER ${name}`);
  change(db);
  db.close();
  return path;
}

export async function auditOf(path: string, { tree }: Pick<World, 'tree'>, oneIn = 1): Promise<AuditReport> {
  const { store, close } = openSqliteSnapshot(path);
  try {
    return await audit({ store, roots: tree.roots, oneIn });
  } finally {
    await close();
  }
}

/**
 * What a careful thief does besides: every balance is what the postings make of it, and the journal is hashed anew from the first
 * block on, so that only the signed facts are left to tell.
 */
export async function putRight(path: string): Promise<void> {
  const db = new Database(path).defaultSafeIntegers(true);
  db.pragma('ignore_check_constraints = ON');
  db.exec(`UPDATE accounts SET balance_minor =
    (SELECT coalesce(sum(amount_minor), 0) FROM postings WHERE credit = accounts.id)
    - (SELECT coalesce(sum(amount_minor), 0) FROM postings WHERE debit = accounts.id)`);
  db.exec(`UPDATE journal SET last_transfer = (SELECT max(id) FROM transfers)
    WHERE number = (SELECT max(number) FROM journal)`);
  db.close();
  const hashes = await hashesOf(path);
  const again = new Database(path);
  const update = again.prepare('UPDATE journal SET hash = ? WHERE number = ?');
  hashes.forEach((hash, number) => update.run(hash, number));
  again.close();
}

async function hashesOf(path: string): Promise<ReadonlyMap<bigint, Uint8Array>> {
  const { store, close } = openSqliteSnapshot(path);
  const hashes = new Map<bigint, Uint8Array>();
  let previous: Uint8Array = new Uint8Array(32);
  let after = 0n;
  for (const { number, lastTransfer } of await store.periods.listBlocks(0n, 10_000)) {
    const hash = new BlockHash(previous);
    for (const transfer of await store.listTransfers(after, 10_000))
      if (transfer.id <= lastTransfer) hash.add(transfer);
    previous = hash.digest();
    hashes.set(number, previous);
    after = lastTransfer;
  }
  await close();
  return hashes;
}
