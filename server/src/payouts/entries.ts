/**
 * Books the entries of a bank's notice, each once by the bank's own reference. What belongs to an order moves that order; money
 * that names a bill or an account is a payment of it; everything else waits in suspense, where a person looks at it.
 */
import { LIMITS } from '@coinslot/protocol';
import { createHash } from 'node:crypto';
import type { BankEntry } from '../bank/types.ts';
import { billNumberOf, collectionIdOf } from '../bills/make-bill.ts';
import type { BankAnswers, Collection } from '../bills/types.ts';
import { reversed, topUpPostings } from '../ledger/postings.ts';
import type { AccountName, Posting, Transfer, TransferKind } from '../ledger/types.ts';
import { isPeriod } from '../periods/calendar.ts';
import { hex, playerAccount, type Player } from '../players/types.ts';
import type { StoreTransaction } from '../store/port.ts';
import { answerOf, type Answer, type OrderEntry } from './answers.ts';
import { payableAccount, transitAccount } from './make-payout.ts';
import type { EntryOutcome } from './types.ts';

export interface EntryContext {
  readonly noticeName: string;
  readonly nowMs: number;
}

const own = (kind: 'bank' | 'bank-suspense', currency: string): AccountName => ({ kind, owner: '', currency });
const move = (debit: AccountName, credit: AccountName, amountMinor: bigint): Posting => ({
  debit,
  credit,
  amountMinor,
});

/** The reference of everything that an entry posts. */
export const entryReference = (bankReference: string): Uint8Array =>
  Uint8Array.from(createHash('sha256').update(bankReference).digest());

/**
 * Inside a transaction. Returns `known` for an entry that was booked before, and `conflict` for one that has the name of another:
 * a bank that gives a name again would otherwise take money out of the books without a word.
 */
export async function bookEntry(
  tx: StoreTransaction,
  entry: BankEntry,
  context: EntryContext,
): Promise<EntryOutcome | 'known' | 'conflict'> {
  const { bankReference, currency, direction, endToEndId, remittance } = entry;
  const amountMinor = direction === 'in' ? entry.amountMinor : -entry.amountMinor;
  const known = await tx.periods.findBankEntry(bankReference);
  if (known !== undefined) {
    const isSame =
      known.amountMinor === amountMinor &&
      known.currency === currency &&
      known.endToEndId === endToEndId &&
      known.remittance === remittance;
    return isSame ? 'known' : 'conflict';
  }
  const booking = new EntryBooking(tx, entry, context);
  const outcome =
    (await booking.asToppedUp()) ??
    (await booking.asOrder()) ??
    (await booking.asPayment()) ??
    (await booking.intoSuspense());
  await tx.periods.addBankEntry({
    bankReference,
    noticeName: context.noticeName,
    outcome,
    amountMinor,
    currency,
    endToEndId,
    remittance,
    atMs: context.nowMs,
  });
  return outcome;
}

class EntryBooking {
  readonly #tx: StoreTransaction;
  readonly #entry: BankEntry;
  readonly #nowMs: number;

  constructor(tx: StoreTransaction, entry: BankEntry, { nowMs }: EntryContext) {
    this.#tx = tx;
    this.#entry = entry;
    this.#nowMs = nowMs;
  }

  /** What the operator's own hand booked before, under the same name: the same money once, another sum for a person to look at. */
  async asToppedUp(): Promise<EntryOutcome | undefined> {
    const { bankReference, direction, isBooked, amountMinor, currency } = this.#entry;
    const known = await this.#tx.findTopUp(bankReference);
    if (known === undefined) return undefined;
    const isSame = direction === 'in' && isBooked && known.amountMinor === amountMinor && known.currency === currency;
    return isSame ? 'top-up' : this.intoSuspense();
  }

  /** An answer to a collection, a payout or a withdrawal of ours. */
  async asOrder(): Promise<EntryOutcome | undefined> {
    const { endToEndId, currency } = this.#entry;
    if (endToEndId === undefined) return undefined;
    const { periods } = this.#tx;
    const collection = await periods.findCollection(endToEndId);
    if (collection !== undefined)
      return collection.currency === currency ? this.#answerCollection(collection) : undefined;
    const payout = await periods.findPayoutByEndToEndId(endToEndId);
    if (payout !== undefined) {
      const { publisherId, payoutCurrency, amountMinor, told, number, reason } = payout;
      if (payoutCurrency !== currency) return undefined;
      const accounts = { transit: transitAccount(publisherId, currency), back: payableAccount(publisherId, currency) };
      const answer = await this.#answerPayment(amountMinor, told, accounts);
      if (answer === undefined) return undefined;
      await periods.setPayout(number, { ...answer, reason: this.#entry.reason ?? reason });
      await this.#keepReturn('out', publisherId);
      return 'payout';
    }
    const withdrawal = await periods.findWithdrawal(endToEndId);
    if (withdrawal === undefined || withdrawal.currency !== currency) return undefined;
    // Its account is closed: what comes back waits for a person.
    const transit = transitAccount(hex(withdrawal.userId), currency);
    const accounts = { transit, back: own('bank-suspense', currency) };
    const answer = await this.#answerPayment(withdrawal.amountMinor, withdrawal.told, accounts);
    if (answer === undefined) return undefined;
    await periods.setWithdrawal(endToEndId, { ...answer, reason: this.#entry.reason ?? withdrawal.reason });
    await this.#keepReturn('out', hex(withdrawal.userId));
    return 'withdrawal';
  }

  /** Money in; sent back it goes out. A bill may be paid with more than was asked for. */
  async #answerCollection(collection: Collection): Promise<EntryOutcome | undefined> {
    const { amountMinor, told, userId, endToEndId, reason } = collection;
    const entry = this.#about('in');
    const answer = answerOf(amountMinor, told, entry, true);
    const player = await this.#tx.findPlayer(userId);
    if (answer === undefined || player === undefined) return undefined;
    if (!(await this.#moveOfPlayer(player, answer.movedMinor))) return undefined;
    const answered = { ...answer, reason: this.#entry.reason ?? reason };
    await this.#tx.periods.setCollection(endToEndId, answered, this.#nowMs);
    await this.#keepReturn('in', hex(userId));
    return entry.isBooked ? 'bill' : 'nothing';
  }

  /** Money out, of what is in transit; sent back it is owed again. */
  async #answerPayment(
    orderedMinor: bigint,
    before: BankAnswers,
    { transit, back }: { readonly transit: AccountName; readonly back: AccountName },
  ): Promise<Answer | undefined> {
    const entry = this.#about('out');
    const answer = answerOf(orderedMinor, before, entry);
    if (answer === undefined) return undefined;
    const bank = own('bank', transit.currency);
    if (answer.movedMinor > 0n) await this.#post('payout-paid', [move(transit, bank, answer.movedMinor)]);
    if (!entry.isReturn) return answer;
    const came = answer.movedMinor < 0n ? [move(bank, transit, -answer.movedMinor)] : [];
    await this.#post('payout-return', [...came, move(transit, back, entry.amountMinor)]);
    return answer;
  }

  /** What the bank took back or turned down of an order of ours: somebody has to ask its party why. */
  async #keepReturn(direction: BankEntry['direction'], party: string): Promise<void> {
    const { isReturn, isBooked, amountMinor } = this.#about(direction);
    if (!isReturn) return;
    const { bankReference, endToEndId = '', currency, reason = 'no reason given' } = this.#entry;
    await this.#tx.findings.noteFinding({
      kind: 'bank-return',
      about: endToEndId,
      party,
      words: `${bankReference}: ${isBooked ? 'came back' : 'turned down'}, ${reason}`,
      money: { amountMinor, currency },
      atMs: this.#nowMs,
    });
  }

  /** The entry as it is about an order of money in this direction. */
  #about(direction: BankEntry['direction']): OrderEntry {
    const { isBooked, amountMinor } = this.#entry;
    return { isBooked, amountMinor, isReturn: !isBooked || this.#entry.direction !== direction };
  }

  /** A payment of a bill, or back; false where the account cannot take it. */
  async #moveOfPlayer(player: Player, movedMinor: bigint): Promise<boolean> {
    if (player.balanceMinor + movedMinor > LIMITS.amountMinorMax) return false;
    const account = playerAccount(player);
    const paid = move(own('bank', player.currency), account, movedMinor > 0n ? movedMinor : -movedMinor);
    if (movedMinor > 0n) await this.#post('bill-payment', [paid]);
    if (movedMinor >= 0n) return true;
    if (player.plan === 'prepaid' && player.balanceMinor + movedMinor < 0n) return false;
    // Owed again, whatever the ceiling says.
    await this.#tx.cards.makeRoomFor(player.userId, -movedMinor);
    await this.#post('bill-return', reversed([paid]));
    return true;
  }

  /** Money in without an order of ours, whose sender says what it is for. */
  async asPayment(): Promise<EntryOutcome | undefined> {
    const { direction, isBooked, isReturn, currency, amountMinor, remittance } = this.#entry;
    if (direction !== 'in' || !isBooked || isReturn) return undefined;
    const named = namedIn(remittance);
    const player = named && (await this.#tx.findPlayer(named.userId));
    if (named === undefined || player === undefined || player.currency !== currency) return undefined;
    // A closed account takes no more than what it owes.
    if (player.closedAtMs !== undefined && player.balanceMinor + amountMinor > 0n) return undefined;
    if (player.balanceMinor + amountMinor > LIMITS.amountMinorMax) return undefined;
    if (player.plan === 'prepaid' || named.period === undefined) return this.#topUp(player);
    const collection = await this.#tx.periods.findCollection(
      collectionIdOf(named.period, billNumberOf(named.period, named.userId)),
    );
    if (collection?.way === 'transfer') return this.#answerCollection(collection);
    return (await this.#moveOfPlayer(player, amountMinor)) ? 'bill' : undefined;
  }

  async #topUp(player: Player): Promise<EntryOutcome> {
    const { bankReference, amountMinor, currency } = this.#entry;
    const { userId } = player;
    const postings = topUpPostings(playerAccount(player), amountMinor);
    await this.#tx.addTopUp({ userId, amountMinor, currency, bankReference }, this.#transfer('top-up', postings));
    return 'top-up';
  }

  async intoSuspense(): Promise<EntryOutcome> {
    const { bankReference, direction, isBooked, amountMinor, currency } = this.#entry;
    if (!isBooked) return 'nothing';
    const posting = move(own('bank', currency), own('bank-suspense', currency), amountMinor);
    await this.#post('suspense', direction === 'in' ? [posting] : reversed([posting]));
    await this.#tx.findings.noteFinding({
      kind: 'suspense',
      about: bankReference,
      party: '',
      words: `${bankReference}: nobody knows whose it is`,
      money: { amountMinor: direction === 'in' ? amountMinor : -amountMinor, currency },
      atMs: this.#nowMs,
    });
    return 'suspense';
  }

  async #post(kind: TransferKind, postings: readonly Posting[]): Promise<void> {
    await this.#tx.postTransfer(this.#transfer(kind, postings));
  }

  #transfer(kind: TransferKind, postings: readonly Posting[]): Transfer {
    return { kind, reference: entryReference(this.#entry.bankReference), atMs: this.#nowMs, postings };
  }
}

/** Whom a remittance names: `period` when it names a bill. Banks break lines and change case. */
export function namedIn(
  remittance: string,
): { readonly userId: Uint8Array; readonly period: number | undefined } | undefined {
  const whole = remittance.toLowerCase();
  const joined = whole.replace(/\s+/g, '');
  const bill = /b-(\d{6})-([0-9a-f]{32})(?![0-9a-f])/.exec(joined);
  if (bill !== null) {
    // Whoever pays may write what they like: a month that is none names no bill, and still an account.
    const period = Number(bill[1]);
    return { userId: bytesOf(bill[2] as string), period: isPeriod(period) ? period : undefined };
  }
  const account = /(?<![0-9a-z])[0-9a-f]{32}(?![0-9a-z])/;
  const user = account.exec(whole) ?? account.exec(joined);
  return user === null ? undefined : { userId: bytesOf(user[0]), period: undefined };
}

const bytesOf = (text: string): Uint8Array => Uint8Array.from(Buffer.from(text, 'hex'));
