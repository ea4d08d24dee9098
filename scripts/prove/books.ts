/** The ledger, as the proof's witness. */
import type { RunningSandbox } from '@coinslot/server-mock';
import type { Report } from './print.ts';

const LIST_MAX = 500;

/** Transfers recorded so far: nothing was charged when this has not moved. */
export async function countTransfers(sandbox: RunningSandbox): Promise<number> {
  return (await sandbox.server.service.records.listTransfers(0n, LIST_MAX)).length;
}

export async function printBooks(report: Report, sandbox: RunningSandbox): Promise<void> {
  report.step('The ledger');
  const { records } = sandbox.server.service;
  for (const { kind, owner, currency, balanceMinor } of await records.listAccounts(0n, LIST_MAX)) {
    report.line(`${kind.padEnd(18)} ${owner.slice(0, 16).padEnd(16)} ${currency} ${String(balanceMinor).padStart(8)}`);
  }
  const books = await sandbox.server.service.verifyBooks();
  for (const { currency, sumMinor } of books.sums)
    report.check(`all balances in ${currency} sum to zero`, sumMinor === 0n);
  report.check(
    'every balance follows from its postings, every approval has its one debit',
    books.ok,
    books.findings.join('; '),
  );
  report.line(`${books.accounts} accounts, ${books.transfers} transfers, ${books.decisions} decisions`);
}
