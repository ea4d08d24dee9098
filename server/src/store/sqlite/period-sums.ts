/**
 * What the transfers of a period did, added up over any number of them. A closing goes through millions, and handing each row
 * to JavaScript alone costs more than all the rest; so SQLite hands over a page of postings as one text of numbers, some
 * thirty milliseconds of work at most, and other work goes on between the pages. What is committed meanwhile is no matter:
 * the transfers of a range are there already, and never change.
 */
import type Database from 'better-sqlite3';
import { TRANSFER_KINDS, type AccountKind, type TransferKind } from '../../ledger/types.ts';
import type { AccountMovement, FeeMovement } from '../../periods/store.ts';
import { StoreError } from '../port.ts';

/** Transfers to a page: some ten milliseconds. */
const PAGE = 5_000n;
const NAMES_PAGE = 2_000;
/** Numbers to a posting in the text of a page. */
const WIDTH = 5;
/** Keeps a sum exact as a number: it and one more amount stay below 2^53. */
const EXACT_MAX = 2 ** 52;

type AccountRow = readonly [id: number, kind: AccountKind, owner: string, currency: string];

function prepare(db: Database.Database) {
  const kinds = TRANSFER_KINDS.map((kind, i) => `WHEN '${kind}' THEN ${i}`).join(' ');
  return {
    // Ordered, so that the lines of a transfer stand together; the primary keys give that order without sorting.
    postings: db
      .prepare<[{ period: number; after: bigint; through: bigint }], string | null>(
        `SELECT group_concat(line || ',' || kind || ',' || debit || ',' || credit || ',' || amount_minor) FROM (
           SELECT p.line, CASE t.kind ${kinds} ELSE -1 END AS kind, p.debit, p.credit, p.amount_minor
           FROM transfers t CROSS JOIN postings p ON p.transfer = t.id
           WHERE t.id > @after AND t.id <= @through AND t.period = @period ORDER BY t.id, p.line)`,
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
const turn = (): Promise<void> => new Promise((resolve) => void setImmediate(resolve));

/** An exact sum of amounts below 2^53 that is a number nearly all of the time. */
class Sum {
  count = 0;
  /** The transfer that was counted last. */
  counted = 0;
  #near = 0;
  #far = 0n;

  add(amount: number): void {
    if (Math.abs(amount) > EXACT_MAX) this.#far += BigInt(amount);
    else this.#near += amount;
    if (Math.abs(this.#near) <= EXACT_MAX) return;
    this.#far += BigInt(this.#near);
    this.#near = 0;
  }

  get total(): bigint {
    return this.#far + BigInt(this.#near);
  }
}

/** Sums by account and kind of transfer. */
class Sums {
  readonly #sums = new Map<number, Sum>();

  of(account: number, kind: number): Sum {
    const key = account * TRANSFER_KINDS.length + kind;
    let sum = this.#sums.get(key);
    if (sum === undefined) this.#sums.set(key, (sum = new Sum()));
    return sum;
  }

  accounts(): ReadonlySet<number> {
    return new Set(this.map((account) => account));
  }

  map<Row>(row: (account: number, kind: TransferKind, sum: Sum) => Row): Row[] {
    return Array.from(this.#sums, ([key, sum]) => {
      const kind = key % TRANSFER_KINDS.length;
      return row((key - kind) / TRANSFER_KINDS.length, TRANSFER_KINDS[kind] as TransferKind, sum);
    });
  }
}

/** One posting after another; the number of the transfer only tells them apart. */
class MovementTally {
  readonly sums = new Sums();

  add(transfer: number, kind: number, debit: number, credit: number, amount: number): void {
    this.#move(transfer, kind, debit, -amount);
    this.#move(transfer, kind, credit, amount);
  }

  #move(transfer: number, kind: number, account: number, amount: number): void {
    const sum = this.sums.of(account, kind);
    sum.add(amount);
    if (sum.counted === transfer) return;
    sum.count += 1;
    sum.counted = transfer;
  }
}

/** What fees moved in a transfer belongs to each publisher whose payable moves in it. */
class FeeTally {
  readonly sums = new Sums();
  readonly #fees: ReadonlySet<number>;
  readonly #payables: ReadonlyMap<number, AccountRow>;
  readonly #moved = new Set<number>();
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
    if (this.#payables.has(debit)) this.#moved.add(debit);
    if (this.#payables.has(credit)) this.#moved.add(credit);
    if (this.#fees.has(debit)) this.#fee = (this.#fee ?? 0) - amount;
    if (this.#fees.has(credit)) this.#fee = (this.#fee ?? 0) + amount;
  }

  /** Ends a transfer; called once more behind the last one. */
  end(): void {
    if (this.#fee !== undefined) for (const payable of this.#moved) this.sums.of(payable, this.#kind).add(this.#fee);
    this.#fee = undefined;
    this.#moved.clear();
  }
}

interface Range {
  readonly period: number;
  readonly after: bigint;
  readonly through: bigint;
}

export interface PeriodSums {
  readonly movements: readonly AccountMovement[];
  readonly fees: readonly FeeMovement[];
}

export class SqlitePeriodSums {
  readonly #read: ReturnType<typeof prepare>;

  constructor(db: Database.Database) {
    this.#read = prepare(db);
  }

  /** Both in one reading, since the reading is most of the work. */
  async sum(range: Range): Promise<PeriodSums> {
    const fees = new Set(listOf<AccountRow>(this.#read.accountsOf.get('fees')).map(([id]) => id));
    const payables = new Map(
      listOf<AccountRow>(this.#read.accountsOf.get('publisher-payable')).map((row) => [row[0], row]),
    );
    const [moved, taken] = [new MovementTally(), new FeeTally(fees, payables)];
    await this.#scan(range, moved, taken);
    taken.end();
    const names = await this.#namesOf(moved.sums.accounts());
    return {
      movements: moved.sums.map((account, transferKind, { count, total }) => {
        const [, kind, owner, currency] = names.get(account) as AccountRow;
        return { kind, owner, currency, transferKind, count, amountMinor: total };
      }),
      fees: taken.sums.map((account, transferKind, { total }) => {
        const [, , publisherId, currency] = payables.get(account) as AccountRow;
        return { publisherId, currency, transferKind, amountMinor: total };
      }),
    };
  }

  async #scan({ period, after: first, through }: Range, moved: MovementTally, taken: FeeTally): Promise<void> {
    let transfer = 0;
    for (let after = first; after < through; after += PAGE) {
      const last = after + PAGE < through ? after + PAGE : through;
      const numbers = listOf<number>(this.#read.postings.get({ period, after, through: last }));
      for (let i = 0; i < numbers.length; i += WIDTH) {
        const kind = numbers[i + 1] as number;
        if (kind < 0) throw new StoreError('broken', 'transfers: of a kind that is not known');
        if (numbers[i] === 0) transfer += 1;
        const [debit, credit] = [numbers[i + 2] as number, numbers[i + 3] as number];
        const amount = numbers[i + 4] as number;
        moved.add(transfer, kind, debit, credit, amount);
        taken.add(transfer, kind, debit, credit, amount);
      }
      await turn();
    }
  }

  async #namesOf(accounts: ReadonlySet<number>): Promise<ReadonlyMap<number, AccountRow>> {
    const ids = [...accounts];
    const names = new Map<number, AccountRow>();
    for (let i = 0; i < ids.length; i += NAMES_PAGE) {
      const page = this.#read.names.get(JSON.stringify(ids.slice(i, i + NAMES_PAGE)));
      listOf<AccountRow>(page).forEach((row) => names.set(row[0], row));
      await turn();
    }
    return names;
  }
}
