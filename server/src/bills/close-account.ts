/**
 * Closes a player's account on the PIN key's word, or the password's where one stands: nothing is charged to it any more, a ceiling
 * becomes 0, and a balance above zero (prepaid, or a postpaid bill that was paid and then refunded) goes to the IBAN of the newest
 * mandate, or stays where there is none. Asked again later, what has come in since leaves too.
 */
import { endToEndIdOf } from '../bank/ids.ts';
import { hashOf, transitAccount } from '../payouts/make-payout.ts';
import type { Withdrawal } from '../payouts/types.ts';
import { periodOf } from '../periods/calendar.ts';
import { hex, playerAccount, type Player } from '../players/types.ts';
import type { StoreTransaction } from '../store/port.ts';

/** Inside a transaction; the same request again changes nothing. */
export async function closeAccount(
  tx: StoreTransaction,
  player: Player,
  {
    requestHash,
    envelope,
    nowMs,
  }: { readonly requestHash: Uint8Array; readonly envelope: Uint8Array; readonly nowMs: number },
): Promise<void> {
  const { userId, plan } = player;
  if ((await tx.periods.findAccountClosing(requestHash)) !== undefined) return;
  await tx.periods.addAccountClosing({ userId, requestHash, envelope, atMs: nowMs });
  if (plan === 'postpaid') await tx.setCeiling(userId, 0n);
  await withdraw(tx, player, requestHash, nowMs);
}

async function withdraw(tx: StoreTransaction, player: Player, requestHash: Uint8Array, nowMs: number): Promise<void> {
  const { userId, currency, balanceMinor: amountMinor } = player;
  const mandate = await tx.periods.findMandate(userId);
  if (amountMinor <= 0n || mandate === undefined || mandate.iban === '') return;
  const { holder, iban } = mandate;
  // The request names the withdrawal, not the clock: two in one millisecond are two.
  const reference = hashOf('withdrawal', hex(userId), hex(requestHash));
  const withdrawal: Withdrawal = {
    endToEndId: endToEndIdOf('P', periodOf(nowMs), reference),
    userId,
    amountMinor,
    currency,
    holder,
    iban,
    messageId: undefined,
    state: 'booked',
    told: { paidMinor: 0n, returnedMinor: 0n },
    paidMinor: 0n,
    reason: undefined,
    madeAtMs: nowMs,
  };
  const posting = { debit: playerAccount(player), credit: transitAccount(hex(userId), currency), amountMinor };
  await tx.periods.addWithdrawal(withdrawal, { kind: 'withdrawal', reference, atMs: nowMs, postings: [posting] });
}
