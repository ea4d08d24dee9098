/**
 * The journal's bytes of many transfers. A closing makes the hashes of millions again, so they go past objects: SQLite hands over
 * a page as two texts of numbers and one run of references, and the names of accounts are packed once. A page with anything in it
 * that is not so plain - a correction, a row that the schema would not have taken - is read and packed transfer by transfer.
 */
import type Database from 'better-sqlite3';
import { packAccount, packPage, packUnbroken, type PackedTransfers } from '../../ledger/packing.ts';
import { TRANSFER_KINDS, type AccountKind } from '../../ledger/types.ts';
import type { SqliteTransferReads } from './transfer-reads.ts';

/** Transfers to a page: some five milliseconds. */
const PAGE = 2_000n;
const REFERENCE_BYTES = 32;
/** Values to a transfer: number, kind, time and period. */
const WIDTH = 4;
/** Values to a posting: its transfer in the page, debit, credit, amount and where its currency stands in the list. */
const POSTING_WIDTH = 5;
const CURRENCY_LENGTH = 3;
/** Values to an account: number, kind and owner. */
const NAME_WIDTH = 3;
/** Some twenty megabytes. */
const ACCOUNTS_MAX = 131_072;

function prepare(db: Database.Database) {
  const kinds = TRANSFER_KINDS.map((kind, i) => `WHEN '${kind}' THEN ${i}`).join(' ');
  const among = 'FROM (SELECT * FROM transfers WHERE id > ? AND id <= ? ORDER BY id)';
  const text = <Parameters extends unknown[]>(sql: string) => db.prepare<Parameters, string | null>(sql).pluck();
  return {
    transfers: text<[bigint, bigint]>(
      `SELECT group_concat(id || ',' || CASE kind ${kinds} ELSE -1 END || ',' || at_ms || ',' || period) ${among}`,
    ),
    references: db
      .prepare<[bigint, bigint], Uint8Array | null>(`SELECT CAST(group_concat(reference, '') AS BLOB) ${among}`)
      .pluck(),
    // Numbers alone: a text among them costs as much as all the rest of its row.
    postings: text<[{ after: bigint; through: bigint; currencies: string }]>(
      `SELECT group_concat((transfer - @after) || ',' || debit || ',' || credit || ',' || amount_minor || ',' ||
         ((length(currency) = ${CURRENCY_LENGTH}) * instr(@currencies, currency)))
       FROM (SELECT * FROM postings WHERE transfer > @after AND transfer <= @through ORDER BY transfer, line)`,
    ),
    currencies: text<[]>(
      `SELECT group_concat(currency, '') FROM (SELECT DISTINCT currency FROM accounts WHERE length(currency) = ${CURRENCY_LENGTH})`,
    ),
    accounts: text<[string]>(
      `SELECT group_concat(a.id || ',' || json_quote(a.kind) || ',' || json_quote(a.owner))
       FROM json_each(?) wanted CROSS JOIN accounts a ON a.id = wanted.value`,
    ),
    corrected: db
      .prepare<[bigint, bigint], bigint>('SELECT 1 FROM corrections WHERE transfer > ? AND transfer <= ? LIMIT 1')
      .pluck(),
  };
}

const listOf = <Value>(text: string | null | undefined): readonly Value[] => JSON.parse(`[${text ?? ''}]`) as Value[];

/** What a walk has learned; the next one is to see what somebody has changed since. */
interface Known {
  readonly accounts: Map<number, Uint8Array>;
  /** One behind the other. */
  readonly currencies: string;
}

export class SqlitePackedTransfers {
  readonly #read: ReturnType<typeof prepare>;
  readonly #transfers: SqliteTransferReads;

  constructor(db: Database.Database, transfers: SqliteTransferReads) {
    this.#read = prepare(db);
    this.#transfers = transfers;
  }

  /** See `SealReader.listPacked`. */
  *list(after: bigint, through: bigint): Generator<PackedTransfers> {
    const known: Known = { accounts: new Map(), currencies: this.#read.currencies.get() ?? '' };
    for (let last = after; last < through;) {
      const end = last + PAGE < through ? last + PAGE : through;
      const page = this.#plain(last, end, known) ?? this.#odd(last, end);
      if (page.ends.length > 0) yield page;
      if (page.ends.length < Number(end - last)) return;
      last = end;
    }
  }

  #odd(after: bigint, through: bigint): PackedTransfers {
    return packUnbroken(this.#transfers.list(after, Number(through - after)), after);
  }

  #plain(after: bigint, through: bigint, known: Known): PackedTransfers | undefined {
    const heads = listOf<number>(this.#read.transfers.get(after, through));
    const count = heads.length / WIDTH;
    if (count !== Number(through - after) || this.#read.corrected.get(after, through) !== undefined) return undefined;
    const references = this.#read.references.get(after, through);
    if (references?.length !== count * REFERENCE_BYTES) return undefined;
    const { currencies } = known;
    const postings = listOf<number>(this.#read.postings.get({ after, through, currencies }));
    return this.#learn(postings, known) ? pack({ heads, references, postings }, known) : undefined;
  }

  /** Packs the accounts that are not known yet; false when one of them is gone. */
  #learn(postings: readonly number[], { accounts }: Known): boolean {
    if (accounts.size > ACCOUNTS_MAX) accounts.clear();
    const strange = new Set<number>();
    for (let i = 0; i < postings.length; i += POSTING_WIDTH)
      for (let side = 1; side <= 2; side++) {
        const account = postings[i + side] as number;
        if (!accounts.has(account)) strange.add(account);
      }
    if (strange.size === 0) return true;
    const names = listOf<number | string>(this.#read.accounts.get(JSON.stringify([...strange])));
    for (let i = 0; i < names.length; i += NAME_WIDTH) {
      const [id, kind, owner] = [names[i] as number, names[i + 1] as AccountKind, names[i + 2] as string];
      accounts.set(id, packAccount({ kind, owner }));
    }
    return names.length === strange.size * NAME_WIDTH;
  }
}

interface Page {
  readonly heads: readonly number[];
  readonly references: Uint8Array;
  /** In the order of the transfers. */
  readonly postings: readonly number[];
}

/** `undefined` for a page with a transfer of a kind, or a posting in a currency, that is not known. */
function pack({ heads, references, postings }: Page, { accounts, currencies }: Known): PackedTransfers | undefined {
  let isPlain = true;
  let from = 0;
  const page = packPage((packer, ended) => {
    for (let i = 0; i < heads.length / WIDTH; i++) {
      const [id, kind, atMs, period] = heads.slice(i * WIDTH, (i + 1) * WIDTH) as [number, number, number, number];
      let to = from;
      while (postings[to] === i + 1) to += POSTING_WIDTH;
      const head = { id, kind: TRANSFER_KINDS[kind] ?? '', atMs, period, parts: (to - from) / POSTING_WIDTH };
      packer.head(head, references, i * REFERENCE_BYTES, (i + 1) * REFERENCE_BYTES);
      isPlain &&= kind >= 0;
      for (; from < to; from += POSTING_WIDTH) {
        const [debit, credit] = [
          accounts.get(postings[from + 1] as number),
          accounts.get(postings[from + 2] as number),
        ];
        const place = (postings[from + 4] as number) - 1;
        isPlain &&= place >= 0 && place % CURRENCY_LENGTH === 0;
        const currency = currencies.slice(place, place + CURRENCY_LENGTH);
        packer.posting(debit as Uint8Array, credit as Uint8Array, currency, postings[from + 3] as number);
      }
      ended();
    }
  });
  return isPlain && from === postings.length ? page : undefined;
}
