/**
 * Accounts that their players closed: by the PIN key's word, or the password's, all that a prepaid account held goes to the mandate's
 * bank account.
 */
import { accountRequestHash, decodeAccountRequest, readEnvelope } from '@coinslot/protocol';
import { createHash } from 'node:crypto';
import type { AccountClosing } from '../bills/types.ts';
import type { RecordedTransfer } from '../ledger/types.ts';
import type { Withdrawal } from '../payouts/types.ts';
import type { Facts } from './audit.ts';
import { hex, plain } from './bytes.ts';
import { playerAccount } from './decisions.ts';
import { placeOf } from './expectations.ts';
import { rowsOf } from './lists.ts';
import { account, linesOf, move } from './model.ts';
import { monthOf } from './money.ts';
import { auditMandate } from './mandates.ts';
import { auditAnswers } from './orders.ts';

export async function auditClosings(facts: Facts): Promise<void> {
  const { periods } = facts.witness.store;
  const first: Uint8Array = new Uint8Array();
  const withdrawals = new Set<string>();
  for await (const closing of rowsOf(periods.listAccountClosings.bind(periods), first, (row) =>
    plain(row.requestHash),
  )) {
    facts.findings.tick('accountClosings');
    const place = `closing of ${hex(closing.userId)}`;
    await facts.readable(place, async () => {
      const name = await auditClosing(closing, place, facts);
      if (name !== undefined) withdrawals.add(name);
    });
  }
  for await (const withdrawal of rowsOf(periods.listWithdrawals.bind(periods), '', (row) => row.endToEndId)) {
    facts.findings.tick('withdrawals');
    if (!withdrawals.has(withdrawal.endToEndId))
      facts.findings.find('payout', `withdrawal ${withdrawal.endToEndId}`, 'of an account that was closed', 'of none');
  }
}

/** The name of its withdrawal, when there is one. */
async function auditClosing(row: AccountClosing, place: string, facts: Facts): Promise<string | undefined> {
  const { witness, findings, expectations } = facts;
  const player = await witness.player(row.userId);
  if (player === undefined) {
    findings.find('signature', place, 'a player who enrolled', hex(row.userId));
    return undefined;
  }
  const { body } = readEnvelope(plain(row.envelope));
  const said = decodeAccountRequest(body);
  const at = { place, player, atMs: row.atMs };
  const key = await witness.instructingKey(at, 'account-request', plain(row.envelope), player.pinKey);
  witness.isSignedBy(place, 'account-request', key, plain(row.envelope));
  findings.same('message', `${place}, asked`, 'close', said.ask);
  findings.same('message', `${place}, player`, hex(said.userId), hex(row.userId));
  findings.same('message', `${place}, request`, hex(accountRequestHash(body)), hex(row.requestHash));
  const words = ['withdrawal', hex(row.userId), hex(row.requestHash)].join('\0');
  const reference = Uint8Array.from(createHash('sha256').update(words).digest());
  const posted = await expectations.take(place, 'withdrawal', reference);
  if (posted === undefined) return undefined;
  const name = `P${monthOf(row.atMs)}-${hex(reference).slice(0, 20)}`;
  const withdrawal = await witness.store.periods.findWithdrawal(name);
  if (withdrawal === undefined) findings.find('payout', place, `a withdrawal ${name}`, 'not there');
  else await auditWithdrawal(withdrawal, posted, facts);
  // All that was there at that moment.
  expectations.askBefore(posted.id, (balanceOf) => {
    const mine = playerAccount(player);
    const left = move(mine, account('payout-transit', player.currency, row.userId), balanceOf(mine));
    findings.same(
      'transfer',
      `${placeOf(posted)} of ${place}`,
      linesOf([left]).join(),
      linesOf(posted.postings).join(),
    );
  });
  return name;
}

async function auditWithdrawal(row: Withdrawal, posted: RecordedTransfer, facts: Facts): Promise<void> {
  const { findings, witness } = facts;
  const place = `withdrawal ${row.endToEndId}`;
  const sum = posted.postings.reduce((all, { amountMinor }) => all + amountMinor, 0n);
  findings.same('payout', `${place}, amount`, sum, row.amountMinor);
  const at = { period: posted.period, previousPeriod: 0, sealedAtMs: row.madeAtMs + 1 };
  const [state] = await witness.store.periods.loadBilling([row.userId], at);
  findings.same('bank-details', `${place}, account`, state?.mandate?.iban, row.iban);
  if (state?.mandate !== undefined) await auditMandate(state.mandate, facts);
  auditAnswers('payout', place, row, facts);
}
