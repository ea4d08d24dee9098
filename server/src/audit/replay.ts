/**
 * All transfers in their order. Balances are made anew from the postings; a transfer that no fact has marked moved money for
 * nothing; what facts wanted to know of balances at that moment is answered. The month, the seals, the journal and the totals of
 * bills and payouts each see every transfer as it passes.
 */
import type { Account, AccountName, RecordedTransfer } from '../ledger/types.ts';
import type { Facts } from './audit.ts';
import { placeOf, type BalanceOf } from './expectations.ts';
import type { Findings } from './findings.ts';
import { Journal } from './journal.ts';
import { rowsOf } from './lists.ts';
import { linesOf, nameOf } from './model.ts';
import { Months } from './periods.ts';
import type { CurrencyReport } from './types.ts';

/** Accounts that hold what was put into them, and never less than nothing. */
const NEVER_BELOW_ZERO: readonly string[] = ['player-prepaid', 'card-float', 'card-dispute', 'payout-transit'];

export async function auditTransfers(facts: Facts): Promise<readonly CurrencyReport[]> {
  const { findings, expectations, witness } = facts;
  const { store } = witness;
  const balances = new Map<string, bigint>();
  const balanceOf: BalanceOf = (account) => balances.get(nameOf(account)) ?? 0n;
  const journal = await Journal.open(facts);
  const months = await Months.open(facts);
  for await (const transfer of rowsOf(store.listTransfers.bind(store), 0n, ({ id }) => id)) {
    findings.tick('transfers');
    await months.reach(transfer.id);
    auditFounded(transfer, facts);
    expectations.answerBefore(transfer.id, balanceOf);
    post(transfer, balances, facts);
    expectations.answerAfter(transfer.id, balanceOf);
    await journal.take(transfer);
    months.take(transfer);
  }
  expectations.answerAtEnd(balanceOf);
  await journal.end();
  await months.end();
  return auditBalances(balances, facts);
}

/** A correction stands on the operator's word; everything else on a fact. */
function auditFounded(transfer: RecordedTransfer, { findings, expectations }: Facts): void {
  if (transfer.kind === 'correction') return takeCorrection(transfer, findings);
  if (!expectations.isMarked(transfer.id))
    findings.find(
      'unfounded-transfer',
      placeOf(transfer),
      'a fact that asks for it',
      linesOf(transfer.postings).join(', '),
    );
}

/** Listed one by one: what the operator says of each, and what it moved. */
function takeCorrection({ id, correction, postings }: RecordedTransfer, findings: Findings): void {
  if (correction === undefined || correction.corrects >= id)
    return findings.find('transfer', `transfer ${id} (correction)`, 'of an earlier transfer, with a reason', 'without');
  const what = `corrections: transfer ${id} of transfer ${correction.corrects}: ${correction.reason}`;
  for (const { amountMinor, debit } of postings) findings.takeWord('operator', what, amountMinor, debit.currency);
}

function post(transfer: RecordedTransfer, balances: Map<string, bigint>, { findings }: Facts): void {
  const apply = (account: AccountName, amountMinor: bigint): void => {
    const name = nameOf(account);
    const balanceMinor = (balances.get(name) ?? 0n) + amountMinor;
    balances.set(name, balanceMinor);
    if (balanceMinor < 0n && amountMinor < 0n && NEVER_BELOW_ZERO.includes(account.kind))
      findings.find('balance', `${name} after ${placeOf(transfer)}`, '0 at least', balanceMinor);
  };
  for (const { debit, credit, amountMinor } of transfer.postings) {
    if (amountMinor <= 0n || debit.currency !== credit.currency)
      findings.find(
        'transfer',
        placeOf(transfer),
        'an amount above 0 in one currency',
        linesOf(transfer.postings).join(', '),
      );
    apply(debit, -amountMinor);
    apply(credit, amountMinor);
  }
}

/** What is stored of each account against its postings; and what everything comes to. */
async function auditBalances(balances: Map<string, bigint>, facts: Facts): Promise<readonly CurrencyReport[]> {
  const { findings, witness } = facts;
  const { store } = witness;
  const sums = new Map<string, { sumMinor: bigint; byKind: Record<string, bigint> }>();
  for await (const account of rowsOf(store.listAccounts.bind(store), 0n, ({ id }) => id)) {
    findings.tick('accounts');
    const name = nameOf(account);
    const derivedMinor = balances.get(name) ?? 0n;
    balances.delete(name);
    findings.same('balance', name, derivedMinor, account.balanceMinor);
    await auditOwner(account, facts);
    const sum = sums.get(account.currency) ?? { sumMinor: 0n, byKind: {} };
    sums.set(account.currency, sum);
    sum.sumMinor += derivedMinor;
    sum.byKind[account.kind] = (sum.byKind[account.kind] ?? 0n) + derivedMinor;
  }
  for (const [name, balanceMinor] of balances) findings.find('balance', name, balanceMinor, 'no such account');
  return [...sums].sort(([a], [b]) => (a < b ? -1 : 1)).map(([currency, sum]) => ({ currency, ...sum }));
}

/** A player's account is that of somebody who enrolled. */
async function auditOwner({ kind, owner, currency }: Account, { findings, witness }: Facts): Promise<void> {
  if (kind !== 'player-prepaid' && kind !== 'player-postpaid') return;
  const player = await witness.player(Uint8Array.from(Buffer.from(owner, 'hex')));
  const expected = player === undefined ? 'a player who enrolled' : `player-${player.plan} ${owner} ${player.currency}`;
  findings.same('message', `account ${kind} ${owner}`, expected, `${kind} ${owner} ${currency}`);
}
