/** A ledger on SQLite with nothing in it but what a test posts, and a shell into it. */
import type { Store } from '../../server/src/store/port.ts';
import type { RecordedTransfer, Transfer } from '../../server/src/ledger/types.ts';
import { openSqliteStore } from '../../server/src/store/sqlite/sqlite-store.ts';
import Database from 'better-sqlite3';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { seedOf } from '../lib/parties.ts';
import { temporaryFolder } from './started-server.ts';

export interface OpenedLedger {
  readonly store: Store;
  readonly path: string;
}

export function openLedger(path = join(temporaryFolder(), 'ledger.sqlite')): OpenedLedger {
  const store = openSqliteStore({ path, checkBytesMax: 1e12, busyMs: 500 });
  const close = store.close.bind(store);
  let closed: Promise<void> | undefined;
  const once = Object.assign(store, { close: () => (closed ??= close()) });
  onTestFinished(() => once.close());
  return { store: once, path };
}

let drawn = 0;

/** Money from the bank to a player: the smallest transfer there is. */
export function topUp(changes: Partial<Transfer> & { amountMinor?: bigint; owner?: string; currency?: string } = {}) {
  const { amountMinor = 100n, owner = 'ada', currency = 'EUR', ...rest } = changes;
  const debit = { kind: 'bank', owner: '', currency } as const;
  const credit = { kind: 'player-prepaid', owner, currency } as const;
  const transfer: Transfer = {
    kind: 'top-up',
    reference: seedOf(`top-up ${drawn++}`),
    atMs: Date.UTC(2026, 2, 1, 12),
    postings: [{ debit, credit, amountMinor }],
    ...rest,
  };
  return transfer;
}

/** All of them in one transaction. */
export async function postAll({ store }: Pick<OpenedLedger, 'store'>, ...transfers: readonly Transfer[]) {
  return store.transaction(async (tx) => {
    const ids: bigint[] = [];
    for (const transfer of transfers) ids.push(await tx.postTransfer(transfer));
    return ids;
  });
}

export async function lastOf({ store }: Pick<OpenedLedger, 'store'>): Promise<RecordedTransfer | undefined> {
  return (await store.listTransfers(0n, 10_000)).at(-1);
}

/** Seals a period as it stands. */
export async function seal({ store }: Pick<OpenedLedger, 'store'>, period: number): Promise<void> {
  await store.transaction(async (tx) => {
    const point = await tx.periods.findSealPoint(period);
    await tx.periods.addSealed({ period, ...point, rateTableId: 0, sealedAtMs: 0, seal: Uint8Array.of(1) });
  });
}

/** As somebody who owns the file may write: foreign keys off, and without the triggers that are named. */
export function shell(path: string, ...dropped: readonly string[]): Database.Database {
  const db = new Database(path);
  onTestFinished(() => void db.close());
  db.pragma('foreign_keys = OFF');
  dropped.forEach((trigger) => db.exec(`DROP TRIGGER ${trigger}`));
  return db;
}
