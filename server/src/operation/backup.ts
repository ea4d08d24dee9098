/**
 * Backups of an SQLite store, taken while purchases go on, and the way back. A copy counts only once it has been read through:
 * every page, every balance, every decision against its bytes, every block of the journal.
 */
import Database from 'better-sqlite3';
import { equalBytes } from '@coinslot/protocol';
import {
  closeSync,
  copyFileSync,
  existsSync,
  fsyncSync,
  linkSync,
  openSync,
  rmSync,
  statSync,
  unlinkSync,
} from 'node:fs';
import { dirname } from 'node:path';
import { ConfigError } from '../config.ts';
import { verifyBooks } from '../ledger/books.ts';
import { verifyJournal } from '../ledger/journal.ts';
import { hex } from '../players/types.ts';
import { StoreError } from '../store/port.ts';
import { openSqliteStore } from '../store/sqlite/sqlite-store.ts';

/** What was found in a copy. */
export interface VerifiedCopy {
  readonly bytes: number;
  readonly accounts: number;
  readonly transfers: number;
  readonly decisions: number;
  /** The journal's head: the number of its newest block, and the hash of it in hex. */
  readonly block: bigint;
  readonly blockHash: string;
}

/** All pages in one step: one snapshot, which purchases meanwhile neither change nor wait for. The WAL grows until it is done. */
const ALL_PAGES = 0x7fff_ffff;
const WAIT_MS = 10_000;

/**
 * Copies a store that may be in use, in this process or another, and verifies the copy; it stands under its name only when it
 * holds. Throws ConfigError when something stands there already, StoreError when the copy does not hold or the disk fails.
 */
export async function backUp(storePath: string, to: string): Promise<VerifiedCopy> {
  requireStore(storePath);
  return publish(to, async (partial) => {
    const source = new Database(storePath, { readonly: true, fileMustExist: true, timeout: WAIT_MS });
    try {
      await source.backup(partial, { progress: () => ALL_PAGES });
      const copy = await verifyCopy(partial);
      requireBlockOf(source.defaultSafeIntegers(true), copy);
      return copy;
    } finally {
      source.close();
    }
  });
}

/**
 * Puts a backup in the place of a store that is gone. Never over one that is there: what is newest is moved away by hand, and
 * kept. Throws like `backUp`.
 */
export async function restore(from: string, storePath: string): Promise<VerifiedCopy> {
  requireStore(from);
  if (existsSync(`${from}-wal`) && statSync(`${from}-wal`).size > 0)
    throw new ConfigError(`${from}: has a WAL beside it, so it is a store in use and no backup`);
  return publish(storePath, async (partial) => {
    copyFileSync(from, partial);
    return verifyCopy(partial);
  });
}

function requireStore(path: string): void {
  if (!existsSync(path)) throw new ConfigError(`${path}: is not there`);
}

const BESIDE = ['', '-wal', '-shm', '-journal'];

/** Makes a file under another name, and gives it its own when it is whole and on the disk. */
async function publish(to: string, make: (partial: string) => Promise<VerifiedCopy>): Promise<VerifiedCopy> {
  const standing = BESIDE.map((end) => to + end).find((path) => existsSync(path));
  if (standing !== undefined)
    throw new ConfigError(`${standing}: is there already`, 'nothing is overwritten; move it away first');
  const partial = `${to}.partial`;
  const clear = (): void => BESIDE.forEach((end) => rmSync(partial + end, { force: true }));
  clear(); // of an earlier run that was cut short
  try {
    const made = await make(partial);
    sync(partial);
    linkSync(partial, to); // unlike a rename it never replaces
    unlinkSync(partial);
    sync(dirname(to));
    return made;
  } finally {
    clear();
  }
}

function sync(path: string): void {
  const file = openSync(path, 'r');
  try {
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
}

async function verifyCopy(path: string): Promise<VerifiedCopy> {
  const store = openSqliteStore({ path, checkBytesMax: Infinity });
  try {
    const books = await verifyBooks(store);
    const { finding } = await verifyJournal(store);
    const findings = [...books.findings, ...(finding === undefined ? [] : [finding])];
    if (findings.length > 0)
      throw new StoreError('broken', `the copy does not hold: ${findings.slice(0, 3).join('; ')}`);
    const { number, hash } = await store.periods.findNewestBlock();
    const { accounts, transfers, decisions } = books;
    return { bytes: statSync(path).size, accounts, transfers, decisions, block: number, blockHash: hex(hash) };
  } finally {
    await store.close();
  }
}

/** The copy's newest block is a block of the store itself: it is of this ledger and not of one that only looks whole. */
function requireBlockOf(source: Database.Database, { block, blockHash }: VerifiedCopy): void {
  const row = source.prepare<[bigint], { hash: Uint8Array }>('SELECT hash FROM journal WHERE number = ?').get(block);
  if (row === undefined || !equalBytes(Uint8Array.from(row.hash), Uint8Array.from(Buffer.from(blockHash, 'hex'))))
    throw new StoreError('broken', `block ${block} of the copy is not the store's`);
}
