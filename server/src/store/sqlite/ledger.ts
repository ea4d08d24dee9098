/**
 * Writes transfers and opens accounts, and at the end of each transaction the block of the journal of what it posted. The
 * triggers of the schema move the balances and refuse what must not be.
 */
import type Database from 'better-sqlite3';
import { BlockHash } from '../../ledger/journal.ts';
import type { AccountName, Transfer } from '../../ledger/types.ts';
import { nextPeriod, periodOf } from '../../periods/calendar.ts';
import { floorOf } from '../floors.ts';
import { StoreError } from '../port.ts';

const KNOWN_ACCOUNTS_MAX = 8_192;

interface HeadRow {
  number: bigint;
  last_transfer: bigint;
  hash: Uint8Array;
}

function prepare(db: Database.Database) {
  return {
    findAccount: db.prepare<[string, string, string], { id: bigint }>(
      'SELECT id FROM accounts WHERE kind = ? AND owner = ? AND currency = ?',
    ),
    openAccount: db.prepare<[string, string, string, bigint]>(
      'INSERT INTO accounts (kind, owner, currency, floor_minor) VALUES (?, ?, ?, ?)',
    ),
    addTransfer: db.prepare<[string, Uint8Array, number, number, number]>(
      'INSERT INTO transfers (kind, reference, lines, at_ms, period) VALUES (?, ?, ?, ?, ?)',
    ),
    addPosting: db.prepare<[bigint, number, bigint, bigint, string, bigint]>(
      'INSERT INTO postings (transfer, line, debit, credit, currency, amount_minor) VALUES (?, ?, ?, ?, ?, ?)',
    ),
    addCorrection: db.prepare<[bigint, bigint, string]>(
      'INSERT INTO corrections (transfer, corrects, reason) VALUES (?, ?, ?)',
    ),
    newestSealed: db.prepare<[], { period: bigint | null }>('SELECT max(period) AS period FROM sealed_periods'),
    head: db.prepare<[], HeadRow>('SELECT number, last_transfer, hash FROM journal ORDER BY number DESC LIMIT 1'),
    addBlock: db.prepare<[bigint, bigint, Uint8Array]>(
      'INSERT INTO journal (number, last_transfer, hash) VALUES (?, ?, ?)',
    ),
  };
}

/** What one transaction posts. */
interface OpenBlock {
  readonly head: HeadRow;
  readonly hash: BlockHash;
  readonly firstOpen: number;
  lastTransfer: bigint;
}

export class SqliteLedger {
  readonly #sql: ReturnType<typeof prepare>;
  /** Ids never change, so remembering them costs nothing but a rolled back opening. */
  readonly #ids = new Map<string, bigint>();
  #block: OpenBlock | undefined;

  constructor(db: Database.Database) {
    this.#sql = prepare(db);
  }

  forget(): void {
    this.#ids.clear();
    this.#block = undefined;
  }

  /** Opens a new account; throws when it is there already. */
  open({ kind, owner, currency }: AccountName): bigint {
    return this.#sql.openAccount.run(kind, owner, currency, floorOf(kind)).lastInsertRowid as bigint;
  }

  /** Writes the transfer and its postings; returns its id. */
  post(transfer: Transfer): bigint {
    const { kind, reference, atMs, postings, correction } = transfer;
    const block = (this.#block ??= this.#openBlock());
    const period = Math.max(periodOf(atMs), block.firstOpen);
    const id = this.#sql.addTransfer.run(kind, reference, postings.length, atMs, period).lastInsertRowid as bigint;
    this.#requireNext(id, block);
    postings.forEach(({ debit, credit, amountMinor }, line) => {
      this.#sql.addPosting.run(id, line, this.#idOf(debit), this.#idOf(credit), debit.currency, amountMinor);
    });
    if (correction !== undefined) this.#sql.addCorrection.run(id, correction.corrects, correction.reason);
    block.hash.add({ ...transfer, id, period });
    return id;
  }

  /** Ends the transaction's block, if it posted anything. */
  endBlock(): void {
    const block = this.#block;
    this.#block = undefined;
    if (block !== undefined) this.#sql.addBlock.run(block.head.number + 1n, block.lastTransfer, block.hash.digest());
  }

  #openBlock(): OpenBlock {
    const head = this.#sql.head.get();
    if (head === undefined) throw new StoreError('broken', 'journal: it has no blocks');
    const sealed = this.#sql.newestSealed.get()?.period ?? null;
    const firstOpen = sealed === null ? 0 : nextPeriod(Number(sealed));
    return { head, hash: new BlockHash(head.hash), firstOpen, lastTransfer: head.last_transfer };
  }

  /** SQLite counts on from the highest id: another one means that rows came or went that the journal knows nothing of. */
  #requireNext(id: bigint, block: OpenBlock): void {
    if (id !== block.lastTransfer + 1n)
      throw new StoreError('broken', `transfers: ${id} is not behind ${block.lastTransfer}, where the journal ends`);
    block.lastTransfer = id;
  }

  #idOf(account: AccountName): bigint {
    const name = `${account.kind} ${account.currency} ${account.owner}`;
    const known = this.#ids.get(name);
    if (known !== undefined) return known;
    const id = this.#sql.findAccount.get(account.kind, account.owner, account.currency)?.id ?? this.open(account);
    if (this.#ids.size >= KNOWN_ACCOUNTS_MAX) this.#ids.clear();
    this.#ids.set(name, id);
    return id;
  }
}
