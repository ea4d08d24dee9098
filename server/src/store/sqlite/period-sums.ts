/**
 * What the transfers of a period did, added up over any number of them. A closing goes through millions, and handing each row
 * to JavaScript alone costs more than all the rest; so SQLite hands over a page of postings as one text of numbers, some
 * milliseconds of work, and other work goes on between the pages. What is committed meanwhile is no matter: the transfers of a
 * range are there already, and never change.
 */
import type Database from 'better-sqlite3';
import { TRANSFER_KINDS, type AccountKind } from '../../ledger/types.ts';
import type { AccountMovement, FeeMovement, PeriodSums } from '../../periods/store.ts';
import { turn } from '../../turns.ts';
import { StoreError } from '../port.ts';
import { SumColumns } from './sum-columns.ts';

/** Transfers to a page: some five milliseconds. */
const PAGE = 2_000n;
const NAMES_PAGE = 1_000;
/** Numbers to a transfer: where it stands in the page, and its kind. */
const HEAD_WIDTH = 2;
/** Numbers to a posting: where its transfer stands in the page, debit, credit and amount. */
const WIDTH = 4;
const NO_KIND = -1;

type AccountRow = readonly [id: number, kind: AccountKind, owner: string, currency: string];

function prepare(db: Database.Database) {
  const kinds = TRANSFER_KINDS.map((kind, i) => `WHEN '${kind}' THEN ${i}`).join(' ');
  return {
    // Two texts and no join, which would look for the postings of each transfer by themselves.
    transfers: db
      .prepare<[{ period: number; after: bigint; through: bigint }], string | null>(
        `SELECT group_concat((id - @after) || ',' || CASE kind ${kinds} ELSE -1 END) FROM transfers
         WHERE id > @after AND id <= @through AND +period = @period`,
      )
      .pluck(),
    // Ordered, so that the lines of a transfer stand together; the primary key gives that order without sorting.
    postings: db
      .prepare<[{ after: bigint; through: bigint }], string | null>(
        `SELECT group_concat((transfer - @after) || ',' || debit || ',' || credit || ',' || amount_minor)
         FROM (SELECT * FROM postings WHERE transfer > @after AND transfer <= @through ORDER BY transfer, line)`,
      )
      .pluck(),
    names: db
      .prepare<[string], string | null>(
        `SELECT group_concat(json_array(id, kind, owner, currency)) FROM accounts
         WHERE id IN (SELECT value FROM json_each(?))`,
      )
      .pluck(),
    accountsOf: db
      .prepare<[AccountKind], string | null>(
        'SELECT group_concat(json_array(id, kind, owner, currency)) FROM accounts WHERE kind = ?',
      )
      .pluck(),
  };
}

const listOf = <Item>(text: string | null | undefined): Item[] => JSON.parse(`[${text ?? ''}]`) as Item[];

/** What fees moved in a transfer belongs to each publisher whose payable moves in it. */
class FeeTally {
  readonly sums = new SumColumns();
  readonly #fees: ReadonlySet<number>;
  readonly #payables: ReadonlyMap<number, AccountRow>;
  readonly #moved: number[] = [];
  #transfer = 0;
  #kind = 0;
  #fee: number | undefined;

  constructor(fees: ReadonlySet<number>, payables: ReadonlyMap<number, AccountRow>) {
    this.#fees = fees;
    this.#payables = payables;
  }

  add(transfer: number, kind: number, debit: number, credit: number, amount: number): void {
    if (transfer !== this.#transfer) this.end();
    this.#transfer = transfer;
    this.#kind = kind;
    this.#side(debit, -amount);
    this.#side(credit, amount);
  }

  #side(account: number, amount: number): void {
    if (this.#fees.has(account)) this.#fee = (this.#fee ?? 0) + amount;
    else if (this.#payables.has(account) && !this.#moved.includes(account)) this.#moved.push(account);
  }

  /** Ends a transfer; called once more behind the last one. */
  end(): void {
    if (this.#fee !== undefined)
      for (const payable of this.#moved) this.sums.add(payable, this.#kind, this.#transfer, this.#fee);
    this.#fee = undefined;
    this.#moved.length = 0;
  }
}

interface Range {
  readonly period: number;
  readonly after: bigint;
  readonly through: bigint;
}

/** By the place in the page; throws for one that is not known. */
function kindsOf(heads: readonly number[]): Int8Array {
  const kinds = new Int8Array(Number(PAGE) + 1).fill(NO_KIND);
  for (let i = 0; i < heads.length; i += HEAD_WIDTH) {
    const kind = heads[i + 1] as number;
    if (kind < 0) throw new StoreError('broken', 'transfers: of a kind that is not known');
    kinds[heads[i] as number] = kind;
  }
  return kinds;
}

export class SqlitePeriodSums {
  readonly #read: ReturnType<typeof prepare>;

  constructor(db: Database.Database) {
    this.#read = prepare(db);
  }

  /** Both in one reading, since the reading is most of the work. */
  async *sum(range: Range): AsyncGenerator<PeriodSums> {
    const fees = new Set(listOf<AccountRow>(this.#read.accountsOf.get('fees')).map(([id]) => id));
    const payables = new Map(
      listOf<AccountRow>(this.#read.accountsOf.get('publisher-payable')).map((row) => [row[0], row]),
    );
    const [moved, taken] = [new SumColumns(), new FeeTally(fees, payables)];
    await this.#scan(range, moved, taken);
    taken.end();
    const { accounts } = moved;
    for (let from = 0; from < accounts.length; from += NAMES_PAGE) {
      yield { movements: this.#movementsOf(accounts.slice(from, from + NAMES_PAGE), moved), fees: [] };
      await turn();
    }
    const publishers = taken.sums.accounts;
    for (let from = 0; from < publishers.length; from += NAMES_PAGE) {
      const page = publishers.slice(from, from + NAMES_PAGE);
      yield { movements: [], fees: page.flatMap((account) => feesOf(payables.get(account), account, taken.sums)) };
    }
  }

  async #scan({ period, after: first, through }: Range, moved: SumColumns, taken: FeeTally): Promise<void> {
    for (let after = first; after < through; after += PAGE) {
      const last = after + PAGE < through ? after + PAGE : through;
      const kinds = kindsOf(listOf<number>(this.#read.transfers.get({ period, after, through: last })));
      const numbers = listOf<number>(this.#read.postings.get({ after, through: last }));
      const before = Number(after);
      for (let i = 0; i < numbers.length; i += WIDTH) {
        const place = numbers[i] as number;
        const kind = kinds[place] as number;
        // Of another period, whose transfers may stand between those of this one.
        if (kind === NO_KIND) continue;
        const [debit, credit] = [numbers[i + 1] as number, numbers[i + 2] as number];
        const amount = numbers[i + 3] as number;
        moved.add(debit, kind, before + place, -amount);
        moved.add(credit, kind, before + place, amount);
        taken.add(before + place, kind, debit, credit, amount);
      }
      await turn();
    }
  }

  #movementsOf(accounts: readonly number[], sums: SumColumns): AccountMovement[] {
    const rows = listOf<AccountRow>(this.#read.names.get(JSON.stringify(accounts)));
    if (rows.length !== accounts.length) throw new StoreError('broken', 'accounts: one that moved is not there');
    return rows.flatMap(([id, kind, owner, currency]) =>
      sums.sumsOf(id).map(({ transferKind, count, amountMinor }) => ({
        ...{ kind, owner, currency },
        ...{ transferKind, count, amountMinor },
      })),
    );
  }
}

function feesOf(payable: AccountRow | undefined, account: number, sums: SumColumns): FeeMovement[] {
  if (payable === undefined) throw new StoreError('broken', `accounts: ${account} is not there`);
  const [, , publisherId, currency] = payable;
  return sums
    .sumsOf(account)
    .map(({ transferKind, amountMinor }) => ({ publisherId, currency, transferKind, amountMinor }));
}
