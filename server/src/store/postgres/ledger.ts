/**
 * Writes transfers as sets and opens accounts, and at the end of each transaction the block of the journal of what it posted.
 * The rules of the schema move the balances and refuse what must not be.
 */
import { BlockHash } from '../../ledger/journal.ts';
import type { AccountName, Posting, Transfer } from '../../ledger/types.ts';
import { nextPeriod, periodOf } from '../../periods/calendar.ts';
import { floorOf } from '../floors.ts';
import { StoreError } from '../port.ts';
import { sql, type Ask } from './connection.ts';
import { byteas, int8s, texts } from './wire.ts';

const KNOWN_ACCOUNTS_MAX = 65_536;

/** `journal_head`: where everything ends as the transaction begins. */
export interface HeadRow {
  last_transfer: bigint;
  last_position: bigint;
  block: bigint;
  block_last_transfer: bigint;
  block_hash: Uint8Array;
  sealed: bigint;
}

/** Where a transfer went. */
export interface Posted {
  readonly id: bigint;
  readonly period: number;
}

export interface PlacedTransfers {
  readonly posted: readonly Posted[];
  readonly write: () => Promise<void>;
}

interface AccountIdRow {
  id: bigint;
  kind: AccountName['kind'];
  owner: string;
  currency: string;
}

const NAMED = 'unnest($1::text[], $2::text[], $3::text[]) AS n (kind, owner, currency)';

const SQL = {
  makePeriods: sql('SELECT make_periods($1)'),
  accounts: sql<AccountIdRow>(
    `SELECT a.id, a.kind, a.owner, a.currency FROM ${NAMED}
     JOIN accounts a ON a.owner = n.owner AND a.kind = n.kind AND a.currency = n.currency`,
  ),
  openAccounts: sql<AccountIdRow>(
    `INSERT INTO accounts (kind, owner, currency, floor_minor)
     SELECT * FROM unnest($1::text[], $2::text[], $3::text[], $4::bigint[]) RETURNING id, kind, owner, currency`,
  ),
  addTransfers: sql(
    `INSERT INTO transfers (id, kind, reference, lines, at_ms, period)
     SELECT * FROM unnest($1::bigint[], $2::text[], $3::bytea[], $4::bigint[], $5::bigint[], $6::bigint[])`,
  ),
  addPostings: sql(
    `INSERT INTO postings (transfer, line, debit, credit, currency, amount_minor, period)
     SELECT * FROM unnest($1::bigint[], $2::bigint[], $3::bigint[], $4::bigint[], $5::text[], $6::bigint[], $7::bigint[])`,
  ),
  addCorrection: sql('INSERT INTO corrections (transfer, corrects, reason) VALUES ($1, $2, $3)'),
};

const nameOf = ({ kind, owner, currency }: AccountName): string => `${kind} ${currency} ${owner}`;

export class PostgresLedger {
  readonly #ask: Ask;
  /** Ids never change, so remembering them costs nothing but an opening that was rolled back. */
  readonly #ids = new Map<string, bigint>();
  /** That have their partitions. */
  readonly #periods = new Set<number>();
  #head: HeadRow | undefined;
  #hash: BlockHash | undefined;

  constructor(ask: Ask) {
    this.#ask = ask;
  }

  begin(head: HeadRow): void {
    this.#head = head;
    this.#hash = undefined;
  }

  /** What a transaction that was rolled back may have left in memory. */
  forget(): void {
    this.#ids.clear();
    this.#periods.clear();
    this.#head = undefined;
  }

  know(account: AccountName, id: bigint): void {
    if (this.#ids.size >= KNOWN_ACCOUNTS_MAX) this.#ids.clear();
    this.#ids.set(nameOf(account), id);
  }

  /** Opens new accounts; throws when one is there already. */
  async open(accounts: readonly AccountName[]): Promise<void> {
    const opened = await this.#ask(SQL.openAccounts, [
      ...columnsOf(accounts),
      int8s(accounts.map(({ kind }) => floorOf(kind))),
    ]);
    opened.forEach((row) => this.know(row, row.id));
  }

  /** The period in which something is booked now. Its partitions are there. */
  async bookingPeriod(atMs: number): Promise<number> {
    const sealed = Number(this.#open.sealed);
    const period = Math.max(periodOf(atMs), sealed === 0 ? 0 : nextPeriod(sealed));
    if (!this.#periods.has(period)) {
      await this.#ask(SQL.makePeriods, [period]);
      this.#periods.add(period);
    }
    return period;
  }

  sealed(period: number): void {
    this.#open.sealed = BigInt(period);
  }

  /** The next positions of decisions, from this one on. */
  takePositions(count: number): bigint {
    const head = this.#open;
    const first = head.last_position + 1n;
    head.last_position += BigInt(count);
    return first;
  }

  async postOne(transfer: Transfer): Promise<Posted> {
    return (await this.post([transfer]))[0] as Posted;
  }

  /** Writes transfers and their postings, in their order. */
  async post(transfers: readonly Transfer[]): Promise<readonly Posted[]> {
    const { posted, write } = await this.place(transfers);
    await write();
    return posted;
  }

  /** Numbers transfers; `write` sends them off, and is the next thing to be written. */
  async place(transfers: readonly Transfer[]): Promise<PlacedTransfers> {
    if (transfers.length === 0) return { posted: [], write: () => Promise.resolve() };
    const ids = await this.#accountIds(transfers.flatMap(({ postings }) => postings));
    const posted: Posted[] = [];
    for (const transfer of transfers) posted.push(await this.#next(transfer));
    return { posted, write: () => this.#write(transfers, posted, ids) };
  }

  /** Takes the next number, and goes on with the hash of the block. */
  async #next(transfer: Transfer): Promise<Posted> {
    const head = this.#open;
    if (this.#hash === undefined) requireJournaled(head);
    this.#hash ??= new BlockHash(head.block_hash);
    const period = await this.bookingPeriod(transfer.atMs);
    head.last_transfer += 1n;
    const id = head.last_transfer;
    this.#hash.add({ ...transfer, id, period });
    return { id, period };
  }

  async #write(
    transfers: readonly Transfer[],
    posted: readonly Posted[],
    ids: ReadonlyMap<string, bigint>,
  ): Promise<void> {
    const idOf = (account: AccountName): bigint => ids.get(nameOf(account)) as bigint;
    const lines = transfers.flatMap(({ postings }, i) =>
      postings.map((posting, line) => ({ ...posting, ...(posted[i] as Posted), line })),
    );
    await Promise.all([
      this.#ask(SQL.addTransfers, [
        int8s(posted.map(({ id }) => id)),
        texts(transfers.map(({ kind }) => kind)),
        byteas(transfers.map(({ reference }) => reference)),
        int8s(transfers.map(({ postings }) => postings.length)),
        int8s(transfers.map(({ atMs }) => atMs)),
        int8s(posted.map(({ period }) => period)),
      ]),
      this.#ask(SQL.addPostings, [
        int8s(lines.map(({ id }) => id)),
        int8s(lines.map(({ line }) => line)),
        int8s(lines.map(({ debit }) => idOf(debit))),
        int8s(lines.map(({ credit }) => idOf(credit))),
        texts(lines.map(({ debit }) => debit.currency)),
        int8s(lines.map(({ amountMinor }) => amountMinor)),
        int8s(lines.map(({ period }) => period)),
      ]),
    ]);
    for (const [i, { correction }] of transfers.entries())
      if (correction !== undefined)
        await this.#ask(SQL.addCorrection, [posted[i]?.id, correction.corrects, correction.reason]);
  }

  /** Ends the transaction; the statement that writes its block, if it posted anything. */
  endBlock(): string {
    const [head, hash] = [this.#open, this.#hash];
    this.#head = undefined;
    this.#hash = undefined;
    if (hash === undefined) return '';
    const digest = Buffer.from(hash.digest()).toString('hex');
    return `INSERT INTO journal (number, last_transfer, hash) VALUES (${head.block + 1n}, ${head.last_transfer}, '\\x${digest}');`;
  }

  get #open(): HeadRow {
    if (this.#head === undefined) throw new Error('ledger: used outside a transaction');
    return this.#head;
  }

  async #accountIds(postings: readonly Posting[]): Promise<ReadonlyMap<string, bigint>> {
    const needed = new Map<string, AccountName>();
    for (const { debit, credit } of postings) for (const one of [debit, credit]) needed.set(nameOf(one), one);
    const found = new Map<string, bigint>();
    const unknown = (): AccountName[] => {
      for (const name of needed.keys()) {
        const id = found.get(name) ?? this.#ids.get(name);
        if (id !== undefined) found.set(name, id);
      }
      return [...needed].filter(([name]) => !found.has(name)).map(([, account]) => account);
    };
    const strange = unknown();
    if (strange.length === 0) return found;
    for (const row of await this.#ask(SQL.accounts, columnsOf(strange))) this.know(row, row.id);
    const missing = unknown();
    if (missing.length > 0) await this.open(missing);
    unknown();
    return found;
  }
}

const columnsOf = (accounts: readonly AccountName[]): Buffer[] => [
  texts(accounts.map(({ kind }) => kind)),
  texts(accounts.map(({ owner }) => owner)),
  texts(accounts.map(({ currency }) => currency)),
];

/** Whoever posts without the server leaves transfers behind the last block. */
function requireJournaled({ last_transfer, block_last_transfer, block }: HeadRow): void {
  if (last_transfer !== block_last_transfer)
    throw new StoreError(
      'broken',
      `transfers: ${last_transfer} is not in block ${block}, which ends at ${block_last_transfer}`,
    );
}
