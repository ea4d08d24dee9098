/** Writes transfers and opens accounts. The triggers of the schema move the balances and refuse what must not be. */
import type Database from 'better-sqlite3';
import type { AccountKind, AccountName, Transfer } from '../../ledger/types.ts';

const FLOOR_FREE = -4_611_686_018_427_387_904n;
/** Postpaid starts with a ceiling of 0; a purse, and what is held of one, gives nothing that was not put into it. */
const FLOORS: Partial<Record<AccountKind, bigint>> = {
  'player-prepaid': 0n,
  'player-postpaid': 0n,
  'card-float': 0n,
  'card-dispute': 0n,
};
const KNOWN_ACCOUNTS_MAX = 8_192;

function prepare(db: Database.Database) {
  return {
    findAccount: db.prepare<[string, string, string], { id: bigint }>(
      'SELECT id FROM accounts WHERE kind = ? AND owner = ? AND currency = ?',
    ),
    openAccount: db.prepare<[string, string, string, bigint]>(
      'INSERT INTO accounts (kind, owner, currency, floor_minor) VALUES (?, ?, ?, ?)',
    ),
    addTransfer: db.prepare<[string, Uint8Array, number, number]>(
      'INSERT INTO transfers (kind, reference, lines, at_ms) VALUES (?, ?, ?, ?)',
    ),
    addPosting: db.prepare<[bigint, number, bigint, bigint, string, bigint]>(
      'INSERT INTO postings (transfer, line, debit, credit, currency, amount_minor) VALUES (?, ?, ?, ?, ?, ?)',
    ),
  };
}

export class SqliteLedger {
  readonly #sql: ReturnType<typeof prepare>;
  /** Ids never change, so remembering them costs nothing but a rolled back opening. */
  readonly #ids = new Map<string, bigint>();

  constructor(db: Database.Database) {
    this.#sql = prepare(db);
  }

  forget(): void {
    this.#ids.clear();
  }

  /** Opens a new account; throws when it is there already. */
  open({ kind, owner, currency }: AccountName): bigint {
    return this.#sql.openAccount.run(kind, owner, currency, FLOORS[kind] ?? FLOOR_FREE).lastInsertRowid as bigint;
  }

  /** Writes the transfer and its postings; returns its id. */
  post({ kind, reference, atMs, postings }: Transfer): bigint {
    const id = this.#sql.addTransfer.run(kind, reference, postings.length, atMs).lastInsertRowid as bigint;
    postings.forEach(({ debit, credit, amountMinor }, line) => {
      this.#sql.addPosting.run(id, line, this.#idOf(debit), this.#idOf(credit), debit.currency, amountMinor);
    });
    return id;
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
