/**
 * Closes March in a process that ends itself before the n-th call to the store or the bank: `closing-child.ts <folder> <n>`, 0 for never.
 * Prints how many calls there were. The folder holds `ledger.sqlite` and the bank's folders.
 */
import Database from 'better-sqlite3';
import { join } from 'node:path';
import { folderBank } from '../../server/src/bank/folder.ts';
import type { BankPort } from '../../server/src/bank/types.ts';
import { createIdentity } from '../../server/src/identity.ts';
import { verifyJournal } from '../../server/src/ledger/journal.ts';
import type { Log } from '../../server/src/log.ts';
import { SANDBOX_MONEY_POLICY } from '../../server/src/money-policy.ts';
import { BankDesk } from '../../server/src/payouts/bank-desk.ts';
import { Closing } from '../../server/src/periods/closing.ts';
import { sumPeriod } from '../../server/src/periods/sum-period.ts';
import { GroupCommit } from '../../server/src/store/group-commit.ts';
import { openSqliteStore } from '../../server/src/store/sqlite/sqlite-store.ts';
import { makeServerHolder, makeTree } from '../lib/parties.ts';

const [folder = '', killAt = '0'] = process.argv.slice(2);
let calls = 0;
let counts = false;

function tick(): void {
  if (counts && ++calls === Number(killAt)) process.kill(process.pid, 'SIGKILL');
}

// Every statement of the store, BEGIN and COMMIT among them, is a point at which the process may end.
const prototype = Database.prototype as unknown as {
  prepare: (this: unknown, sql: string) => Record<string, (...args: unknown[]) => unknown>;
};
const prepare = prototype.prepare;
prototype.prepare = function (sql) {
  const statement = prepare.call(this, sql);
  for (const name of ['run', 'get', 'all']) {
    const call = statement[name]?.bind(statement);
    if (call === undefined) continue;
    statement[name] = (...args) => {
      tick();
      return call(...args);
    };
  }
  return statement;
};

const nothing = (): void => undefined;
const log: Log = { info: nothing, warn: nothing, error: nothing, fatal: nothing };
const clock = (): number => Date.UTC(2026, 3, 1, 0, 5);
const real = folderBank(join(folder, 'bank'));
const bank: BankPort = {
  async hand(file) {
    tick();
    await real.hand(file);
    tick();
  },
  listNotices: (after) => real.listNotices(after),
};
const tree = makeTree();
const { roots } = tree;
const { signer, chain } = makeServerHolder(tree);
const identity = createIdentity({ signer, chain, roots, environment: 'sandbox', nowMs: clock() });
const store = openSqliteStore({ path: join(folder, 'ledger.sqlite'), checkBytesMax: 2 ** 30 });
const commit = new GroupCommit({
  store,
  batchMax: 128,
  queueMax: 4_096,
  log,
  onFatal(error) {
    throw error;
  },
});
const desk = new BankDesk({ store, commit, clock, log, bank, ownIban: undefined });
const closing = new Closing({
  identity,
  store,
  commit,
  clock,
  log,
  policy: { ...SANDBOX_MONEY_POLICY, ordersPerFile: 2, billsPerTransaction: 3 },
  isSandbox: true,
  verifyStretch: (fromBlock, toBlock) => verifyJournal(store, fromBlock, toBlock),
  sumMonth: (period) => sumPeriod(store, period),
  ownBank: {
    name: 'Coinslot Test',
    iban: 'DE02120300000000202051',
    bic: 'BYLADEM1001',
    creditorId: 'DE98ZZZ09999999999',
  },
  roots,
  revocationLists: [],
});
counts = true;
if ((await store.periods.findSealed(202603))?.closedAtMs === undefined) await closing.close(202603);
await desk.handFiles();
counts = false;
await commit.drain();
await store.close();
console.log(calls);
