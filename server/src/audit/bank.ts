/**
 * What each entry of the banks' notices moved: an answer to a collection, a payout or a withdrawal, a payment that names its
 * player, or money that waits until somebody knows whose it is. Entries are gone through in the order in which they were booked,
 * because what an answer moves depends on the answers before it.
 */
import { createHash } from 'node:crypto';
import type { AccountName, Posting, RecordedTransfer, TransferKind } from '../ledger/types.ts';
import type { BankEntryRecord } from '../payouts/types.ts';
import type { Facts } from './audit.ts';
import { rowsOf } from './lists.ts';
import { account, move } from './model.ts';
import { auditNotices } from './notices.ts';
import { playerAccount } from './decisions.ts';

/** All that banks have told of one order. */
export interface Answers {
  paidMinor: bigint;
  returnedMinor: bigint;
  /** What was answered so far, each unit once, as each of them came; without a period for those that moved no money. */
  readonly steps: AnswerStep[];
}

export interface AnswerStep {
  readonly answeredMinor: bigint;
  period: number | undefined;
}

export async function auditBank(facts: Facts): Promise<void> {
  const bookings = await auditNotices(facts);
  const { periods } = facts.witness.store;
  for await (const row of rowsOf(periods.listBankEntries.bind(periods), 0n, ({ position }) => position)) {
    facts.findings.tick('bankEntries');
    const place = `bank entry ${row.bankReference}`;
    const isBooked = bookings.get(row.bankReference);
    if (isBooked === undefined) facts.findings.find('notice', place, `in notice ${row.noticeName}`, 'not there');
    else await facts.readable(place, () => new EntryAudit(row, place, isBooked, facts).run());
  }
}

/** One entry. */
class EntryAudit {
  readonly #row: BankEntryRecord;
  readonly #place: string;
  readonly #isBooked: boolean;
  readonly #facts: Facts;

  constructor(row: BankEntryRecord, place: string, isBooked: boolean, facts: Facts) {
    this.#row = row;
    this.#place = place;
    this.#isBooked = isBooked;
    this.#facts = facts;
  }

  async run(): Promise<void> {
    const { outcome } = this.#row;
    if (outcome === 'bill') return this.#bill();
    if (outcome === 'nothing') return this.#rejected();
    if (outcome === 'payout' || outcome === 'withdrawal') return this.#paidOut();
    if (outcome === 'top-up') return this.#topUp();
    return this.#suspense();
  }

  get #size(): bigint {
    const { amountMinor } = this.#row;
    return amountMinor < 0n ? -amountMinor : amountMinor;
  }

  /** The change of what stands as paid of an order, by this entry about it. */
  #answer(endToEndId: string, isReturn: boolean): { readonly answers: Answers; readonly movedMinor: bigint } {
    const known = this.#facts.answers.get(endToEndId) ?? { paidMinor: 0n, returnedMinor: 0n, steps: [] };
    this.#facts.answers.set(endToEndId, known);
    const before = standing(known);
    // What was turned down before it was booked counts on both sides, so that neither can come any more.
    if (!isReturn || !this.#isBooked) known.paidMinor += this.#size;
    if (isReturn) known.returnedMinor += this.#size;
    const answeredMinor = known.paidMinor > known.returnedMinor ? known.paidMinor : known.returnedMinor;
    known.steps.push({ answeredMinor, period: undefined });
    return { answers: known, movedMinor: this.#isBooked ? standing(known) - before : 0n };
  }

  async #bill(): Promise<void> {
    const { amountMinor, currency, endToEndId, remittance } = this.#row;
    const { witness, findings } = this.#facts;
    const { periods } = witness.store;
    const named = namedBy(remittance);
    const asked = endToEndId === undefined ? undefined : await periods.findCollection(endToEndId);
    const transfer = named?.bill === undefined ? undefined : await periods.findCollection(collectionOf(named.bill));
    const collection = asked ?? (transfer?.way === 'transfer' ? transfer : undefined);
    const userId = collection?.userId ?? named?.userId;
    const player = userId && (await witness.player(userId));
    if (player === undefined) return findings.find('notice', this.#place, 'names a bill or a player', remittance);
    const answered = collection && this.#answer(collection.endToEndId, amountMinor < 0n);
    const movedMinor = answered?.movedMinor ?? amountMinor;
    const [bank, mine] = [account('bank', currency), playerAccount(player)];
    const posted =
      movedMinor > 0n
        ? await this.#post('bill-payment', [move(bank, mine, movedMinor)])
        : movedMinor < 0n
          ? await this.#post('bill-return', [move(mine, bank, -movedMinor)])
          : undefined;
    const step = answered?.answers.steps.at(-1);
    if (step !== undefined) step.period = posted?.period;
  }

  /** Turned down before it was booked, or about nothing of ours: no money moved. */
  async #rejected(): Promise<void> {
    const { endToEndId } = this.#row;
    this.#facts.findings.same('notice', `${this.#place}, money moved`, this.#isBooked, false);
    if (endToEndId !== undefined && (await this.#facts.witness.store.periods.findCollection(endToEndId)) !== undefined)
      this.#answer(endToEndId, true);
    for (const kind of ['bill-payment', 'bill-return', 'suspense'] as const)
      await this.#facts.expectations.expectNone(`${this.#place} moved nothing`, kind, this.#reference);
  }

  /** Out of what is in transit; sent back it is owed again, or waits where its account is closed. */
  async #paidOut(): Promise<void> {
    const { amountMinor, currency, endToEndId = '' } = this.#row;
    const { periods } = this.#facts.witness.store;
    const payout = await periods.findPayoutByEndToEndId(endToEndId);
    const withdrawal = payout === undefined ? await periods.findWithdrawal(endToEndId) : undefined;
    const owner = payout?.publisherId ?? withdrawal?.userId;
    if (owner === undefined)
      return this.#facts.findings.find('notice', this.#place, 'names a payout or a withdrawal', endToEndId);
    const isReturn = !this.#isBooked || amountMinor > 0n;
    const { movedMinor } = this.#answer(endToEndId, isReturn);
    const [bank, transit] = [account('bank', currency), account('payout-transit', currency, owner)];
    const back =
      payout === undefined
        ? account('bank-suspense', currency)
        : account('publisher-payable', currency, payout.publisherId);
    if (movedMinor > 0n) await this.#post('payout-paid', [move(transit, bank, movedMinor)]);
    if (!isReturn) return;
    const came = movedMinor < 0n ? [move(bank, transit, -movedMinor)] : [];
    await this.#post('payout-return', [...came, move(transit, back, this.#size)]);
  }

  /** Posted with its own row, which `top-ups.ts` has held against its transfer. */
  async #topUp(): Promise<void> {
    const { amountMinor, remittance } = this.#row;
    const { witness, findings } = this.#facts;
    const found = await witness.store.findTransfer('top-up', this.#reference);
    const posted = found?.postings.map((one) => `${one.credit.owner} ${one.amountMinor}`).join(', ');
    const named = namedBy(remittance);
    findings.same(
      'notice',
      `${this.#place}, top-up`,
      `${named?.owner ?? posted?.split(' ')[0]} ${amountMinor}`,
      posted,
    );
  }

  async #suspense(): Promise<void> {
    const { amountMinor, currency, outcome } = this.#row;
    const [bank, waits] = [account('bank', currency), account('bank-suspense', currency)];
    await this.#post('suspense', [amountMinor > 0n ? move(bank, waits, this.#size) : move(waits, bank, this.#size)]);
    if (outcome !== 'cleared')
      return this.#facts.expectations.expectNone(`${this.#place} waits`, 'suspense-cleared', this.#reference);
    const found = await this.#facts.expectations.take(this.#place, 'suspense-cleared', this.#reference);
    const [posting] = found?.postings ?? [];
    const isWhole =
      found?.postings.length === 1 &&
      posting?.debit.kind === waits.kind &&
      posting.amountMinor === amountMinor &&
      isPlayers(posting.credit);
    if (!isWhole)
      this.#facts.findings.find(
        'transfer',
        `${this.#place}, cleared`,
        `all ${amountMinor} of it to a player`,
        'something else',
      );
    this.#facts.findings.takeWord('operator', 'whose money in suspense was', amountMinor, currency);
  }

  get #reference(): Uint8Array {
    return Uint8Array.from(createHash('sha256').update(this.#row.bankReference).digest());
  }

  #post(kind: TransferKind, postings: readonly Posting[]): Promise<RecordedTransfer | undefined> {
    const { atMs } = this.#row;
    return this.#facts.expectations.expect({ place: this.#place, kind, reference: this.#reference, atMs, postings });
  }
}

const isPlayers = ({ kind }: AccountName): boolean => kind === 'player-prepaid' || kind === 'player-postpaid';

/** What stands as paid: never below zero, also while a return has come before the booking that it returns. */
export const standing = ({ paidMinor, returnedMinor }: Pick<Answers, 'paidMinor' | 'returnedMinor'>): bigint =>
  paidMinor > returnedMinor ? paidMinor - returnedMinor : 0n;

/** The bill or the player that the words of a payment name. */
function namedBy(
  remittance: string,
): { readonly owner: string; readonly userId: Uint8Array; readonly bill: string | undefined } | undefined {
  const words = remittance.toLowerCase();
  const joined = words.replace(/\s+/g, '');
  const bill = /b-(\d{6})-([0-9a-f]{32})(?![0-9a-f])/.exec(joined);
  const id = /(?<![0-9a-z])([0-9a-f]{32})(?![0-9a-z])/;
  const owner = bill?.[2] ?? (id.exec(words) ?? id.exec(joined))?.[1];
  if (owner === undefined) return undefined;
  const userId = Uint8Array.from(Buffer.from(owner, 'hex'));
  return { owner, userId, bill: bill === null ? undefined : `B-${bill[1]}-${owner}` };
}

/** The name of the attempt to collect a bill. */
export const collectionOf = (bill: string): string =>
  `C${bill.slice(2, 8)}-${createHash('sha256').update(bill).digest('hex').slice(0, 20)}`;
