/**
 * The rules of the ledger by direct SQL, as a person with a shell would write it: foreign keys off, no help from the code. What both
 * backends refuse is in the store's contract; here is what only SQLite has words or columns for, and what `verifyBooks` finds.
 */
import Database from 'better-sqlite3';
import { describe, expect, it } from 'vitest';
import { makeOffer, makeRequest } from '../lib/parties.ts';
import { enrolPlayer, requireBooks, startMarket, type Started } from './started-server.ts';

/** Accounts 1 Ada EUR 980, 2 bank EUR -1000, 3 payable EUR 20, 4 Bob USD 500, 5 bank USD -500; transfers 1 ... 3. */
async function paidLedger(): Promise<{ started: Started; db: Database.Database }> {
  const started = await startMarket();
  const ada = await enrolPlayer(started);
  const { server, holder, publisher, storePath } = started;
  await server.decide(makeRequest(ada, holder, makeOffer(publisher)));
  await enrolPlayer(started, { name: 'Bob', currency: 'USD', moneyMinor: 500n });
  const db = new Database(storePath);
  db.pragma('foreign_keys = OFF');
  return { started, db };
}

const balances = (db: Database.Database): unknown =>
  db.prepare('SELECT id, kind, currency, balance_minor FROM accounts ORDER BY id').all();

const NEW_TRANSFER = `INSERT INTO transfers (id, kind, reference, lines, at_ms, period)
  VALUES (9, 'top-up', randomblob(32), 2, 1, 197001)`;
const posting = (debit: number, credit: number, currency: string, amount: number, line = 0, transfer = 9): string =>
  `INSERT INTO postings (transfer, line, debit, credit, currency, amount_minor)
   VALUES (${transfer}, ${line}, ${debit}, ${credit}, '${currency}', ${amount})`;

describe('D16: refused by the schema itself', () => {
  it.each([
    ['one side only', [NEW_TRANSFER, posting(1, 3, 'EUR', 1).replace('1, 3,', '1, NULL,')]],
    [
      'more than a prepaid player has, past conflicts',
      [NEW_TRANSFER, posting(1, 3, 'EUR', 981).replace('INSERT', 'INSERT OR IGNORE')],
    ],
    ['the same, in the place of another', [posting(1, 3, 'EUR', 981, 0, 2).replace('INSERT', 'INSERT OR REPLACE')]],
    ['a transfer replaced', ['INSERT OR REPLACE INTO transfers SELECT * FROM transfers WHERE id = 2']],
    ['a balance edited with its mark', ['UPDATE accounts SET balance_minor = 0, last_posting = 999 WHERE id = 1']],
    ['a posting applied twice', ['UPDATE accounts SET balance_minor = 960, last_posting = 32 WHERE id = 1']],
    ['an account replaced', ["INSERT OR REPLACE INTO accounts VALUES (1, 'fees', '', 'GBP', 0, 0, 0)"]],
    ['a decision replaced', ['INSERT OR REPLACE INTO decisions SELECT * FROM decisions']],
    ['a rate table edited', ["UPDATE rate_tables SET body = x'00'"]],
  ])('%s', async (_, statements) => {
    const { started, db } = await paidLedger();
    const before = balances(db);
    db.exec('BEGIN');
    const last = statements.length - 1;
    statements.slice(0, last).forEach((statement) => db.exec(statement));
    expect(() => db.exec(statements[last] as string)).toThrow(
      /append only|once|never|CHECK|NOT NULL|cannot store|posting|currency|line|empty|fixed|already|one for ever|numbers|complete/,
    );
    db.exec('ROLLBACK');
    expect(balances(db)).toEqual(before);
    db.close();
    await requireBooks(started);
  });
});

describe('verifyBooks', () => {
  /** Takes the schema's guard away, as only somebody who owns the file can. */
  const TAMPERINGS: readonly (readonly [name: string, trigger: string, statement: string, finding: RegExp])[] = [
    [
      'a balance',
      'accounts_update',
      'UPDATE accounts SET balance_minor = 981 WHERE id = 1',
      /balance is 981.*make 980/,
    ],
    ['a posting', 'postings_no_update', 'UPDATE postings SET amount_minor = 19 WHERE transfer = 2', /balance is/],
    ['a charge', 'decisions_no_update', 'UPDATE decisions SET charged_minor = 19', /debit is .* 20/],
    ['an outcome', 'decisions_no_update', 'UPDATE decisions SET offer_hash = zeroblob(32)', /decision does not hold/],
    [
      'a request',
      'decisions_no_update',
      'UPDATE decisions SET request_hash = zeroblob(32)',
      /request hash does not hold/,
    ],
    ['a quote', 'decisions_no_update', 'UPDATE decisions SET quote_signature = zeroblob(64)', /quote's signature/],
    [
      'a key',
      'player_keys_no_update',
      "UPDATE player_keys SET part = 'pin' WHERE part = 'press'",
      /player's signature/,
    ],
    ['a decision gone', 'decisions_no_delete', 'DELETE FROM decisions', /debit .* without a decision/],
  ];
  it.each(TAMPERINGS)('finds %s', async (_, trigger, statement, finding) => {
    const { started, db } = await paidLedger();
    db.exec(`DROP TRIGGER ${trigger}`);
    if (trigger === 'player_keys_no_update')
      db.exec("DROP TRIGGER player_keys_no_delete; DELETE FROM player_keys WHERE part = 'pin'");
    db.exec(statement);
    db.close();
    const report = await started.server.service.verifyBooks();
    expect(report.ok).toBe(false);
    expect(report.findings.join('\n')).toMatch(finding);
    const { findings } = started.server.service.records;
    const [kept] = await findings.listOpenFindings(undefined, 9);
    expect(kept).toMatchObject({ kind: 'books', about: '', ended: undefined });
    expect(report.findings[0]?.startsWith(kept?.words.split('; and ')[0] ?? '?')).toBe(true);
  });
});
