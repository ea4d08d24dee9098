/**
 * Transfers with their postings, over either connection. Whole journals are read through here, so a page comes as a few texts
 * of JSON that SQLite writes: a row of its own for each posting costs three times as much.
 */
import type Database from 'better-sqlite3';
import type { AccountKind, AccountName, Posting, RecordedTransfer, TransferKind } from '../../ledger/types.ts';

type TransferRow = readonly [id: number, kind: TransferKind, referenceHex: string, atMs: number, period: number];
type CorrectionRow = readonly [transfer: number, corrects: number, reason: string];

/** Values to a posting: transfer, debit, credit, amount and currency. */
const WIDTH = 5;
/** Values to an account: number, kind, owner and currency. */
const NAME_WIDTH = 4;

function prepare(db: Database.Database) {
  const text = <Parameters extends unknown[]>(sql: string) => db.prepare<Parameters, string | null>(sql).pluck();
  return {
    transfers: text<[bigint, number]>(
      `SELECT group_concat(json_array(id, kind, hex(reference), at_ms, period))
       FROM (SELECT * FROM transfers WHERE id > ? ORDER BY id LIMIT ?)`,
    ),
    transfer: text<[string, Uint8Array]>(
      'SELECT json_array(id, kind, hex(reference), at_ms, period) FROM transfers WHERE kind = ? AND reference = ?',
    ),
    postings: text<[number, number]>(
      `SELECT group_concat(transfer || ',' || debit || ',' || credit || ',' || amount_minor || ',' || json_quote(currency))
       FROM (SELECT * FROM postings WHERE transfer BETWEEN ? AND ? ORDER BY transfer, line)`,
    ),
    accounts: text<[string]>(
      `SELECT group_concat(a.id || ',' || json_quote(a.kind) || ',' || json_quote(a.owner) || ',' || json_quote(a.currency))
       FROM json_each(?) wanted CROSS JOIN accounts a ON a.id = wanted.value`,
    ),
    corrections: text<[number, number]>(
      'SELECT group_concat(json_array(transfer, corrects, reason)) FROM corrections WHERE transfer BETWEEN ? AND ?',
    ),
  };
}

const listOf = <Item>(text: string | null | undefined): Item[] => JSON.parse(`[${text ?? ''}]`) as Item[];

export class SqliteTransferReads {
  readonly #read: ReturnType<typeof prepare>;

  constructor(db: Database.Database) {
    this.#read = prepare(db);
  }

  /** By number, after one. */
  list(after: bigint, count: number): RecordedTransfer[] {
    return this.#whole(listOf<TransferRow>(this.#read.transfers.get(after, count)));
  }

  find(kind: TransferKind, reference: Uint8Array): RecordedTransfer | undefined {
    return this.#whole(listOf<TransferRow>(this.#read.transfer.get(kind, reference)))[0];
  }

  #whole(rows: readonly TransferRow[]): RecordedTransfer[] {
    const [first, last] = [rows[0]?.[0], rows[rows.length - 1]?.[0]];
    if (first === undefined || last === undefined) return [];
    const postings = this.#postings(first, last);
    const corrections = listOf<CorrectionRow>(this.#read.corrections.get(first, last));
    return rows.map(([id, kind, referenceHex, atMs, period]): RecordedTransfer => {
      const correction = corrections.find(([transfer]) => transfer === id);
      return {
        id: BigInt(id),
        kind,
        reference: Buffer.from(referenceHex, 'hex'),
        atMs,
        period,
        postings: postings.get(id) ?? [],
        ...(correction && { correction: { corrects: BigInt(correction[1]), reason: correction[2] } }),
      };
    });
  }

  /** By transfer, in the order of the lines. */
  #postings(first: number, last: number): ReadonlyMap<number, readonly Posting[]> {
    const values = listOf<number | string>(this.#read.postings.get(first, last));
    const names = this.#namesIn(values);
    const postings = new Map<number, Posting[]>();
    for (let i = 0; i < values.length; i += WIDTH) {
      const transfer = values[i] as number;
      const [debit, credit] = [names.get(values[i + 1] as number), names.get(values[i + 2] as number)];
      // Of accounts that are gone nothing can be said; whoever counts on the line misses it.
      if (debit === undefined || credit === undefined) continue;
      const currency = values[i + 4] as string;
      const posting: Posting = {
        debit: inCurrency(debit, currency),
        credit: inCurrency(credit, currency),
        amountMinor: BigInt(values[i + 3] as number),
      };
      const lines = postings.get(transfer);
      if (lines === undefined) postings.set(transfer, [posting]);
      else lines.push(posting);
    }
    return postings;
  }

  #namesIn(postings: readonly (number | string)[]): ReadonlyMap<number, AccountName> {
    const ids = new Set<number | string | undefined>();
    for (let i = 0; i < postings.length; i += WIDTH) ids.add(postings[i + 1]).add(postings[i + 2]);
    const values = listOf<number | string>(this.#read.accounts.get(JSON.stringify([...ids])));
    const names = new Map<number, AccountName>();
    for (let i = 0; i < values.length; i += NAME_WIDTH) {
      const [kind, owner, currency] = [values[i + 1] as AccountKind, values[i + 2] as string, values[i + 3] as string];
      names.set(values[i] as number, { kind, owner, currency });
    }
    return names;
  }
}

/** The posting says the currency; the schema sees to it that it is its accounts', and readers say what stands there. */
const inCurrency = (account: AccountName, currency: string): AccountName =>
  account.currency === currency ? account : { ...account, currency };
