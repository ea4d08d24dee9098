/* eslint-disable @typescript-eslint/require-await -- the port may wait, SQLite never does; async makes every throw a rejection */
/** Reads of bills, payouts and the bank, over either connection. */
import type Database from 'better-sqlite3';
import type { BankFile } from '../../bank/types.ts';
import type { BillingTime, MandateKey } from '../../bills/store.ts';
import type {
  AccountClosing,
  Bill,
  BillingState,
  BillLine,
  Collection,
  Mandate,
  UsedMandate,
} from '../../bills/types.ts';
import type { ListedFile } from '../../payouts/store.ts';
import type { PeriodReader } from '../../periods/store.ts';
import type {
  BankEntryRecord,
  NoticeRecord,
  Payout,
  PayoutLine,
  SignedBankDetails,
  Withdrawal,
} from '../../payouts/types.ts';
import {
  bankDetailsOf,
  bankFileOf,
  billKeyOf,
  billOf,
  closingOf,
  collectionOf,
  entryOf,
  listedFileOf,
  mandateOf,
  noticeOf,
  payoutKeyOf,
  payoutOf,
  withdrawalOf,
  type BankDetailsRow,
  type BankFileRow,
  type BillRow,
  type ClosingRow,
  type CollectionRow,
  type EntryRow,
  type MandateRow,
  type NoticeRow,
  type PayoutRow,
  type WithdrawalRow,
} from '../money-rows.ts';
import { SqliteLineReads } from './line-reads.ts';
import { SqlitePeriodReads } from './period-reads.ts';

type Blob = Uint8Array;

interface BillingRow {
  opening_minor: bigint;
  under_way_minor: bigint;
}

const COLLECTION = `SELECT *, (SELECT group_concat(a.period || ':' || a.answered_minor, ' ') FROM (
    SELECT * FROM collection_answers a WHERE a.end_to_end_id = collections.end_to_end_id ORDER BY a.period) a) AS answered
  FROM collections`;

function prepare(db: Database.Database) {
  return {
    bill: db.prepare<[number, Blob], BillRow>('SELECT * FROM bills WHERE period = ? AND user_id = ?'),
    bills: db.prepare<[number, Blob, number], BillRow>(
      'SELECT * FROM bills WHERE period = ? AND user_id > ? ORDER BY user_id LIMIT ?',
    ),
    billsOfPlayer: db.prepare<[Blob], BillRow>('SELECT * FROM bills WHERE user_id = ? ORDER BY period'),
    billing: db.prepare<[{ userId: Blob; previousPeriod: number; period: number }], BillingRow>(
      `SELECT coalesce((SELECT closing_minor FROM bills WHERE period = @previousPeriod AND user_id = @userId), 0) AS opening_minor,
         coalesce((SELECT sum(c.amount_minor - coalesce((SELECT max(a.answered_minor) FROM collection_answers a
             WHERE a.end_to_end_id = c.end_to_end_id AND a.period <= @period), 0))
           FROM collections c WHERE c.user_id = @userId AND c.period < @period AND c.way <> 'transfer'), 0) AS under_way_minor`,
    ),
    mandateBefore: db.prepare<[Blob, number], MandateRow>(
      'SELECT * FROM mandates WHERE user_id = ? AND taken_at_ms < ? ORDER BY number DESC LIMIT 1',
    ),
    newestMandate: db.prepare<[Blob], MandateRow>(
      'SELECT * FROM mandates WHERE user_id = ? ORDER BY number DESC LIMIT 1',
    ),
    usedMandate: db.prepare<[{ userId: Blob; number: number; period: number }], MandateRow & { is_used: bigint }>(
      `SELECT m.*, EXISTS (SELECT 1 FROM collections c WHERE c.user_id = m.user_id AND c.mandate_number = m.number
         AND c.way = m.way AND c.period < @period) AS is_used
       FROM mandates m WHERE m.user_id = @userId AND m.number = @number`,
    ),
    collection: db.prepare<[string], CollectionRow>(`${COLLECTION} WHERE end_to_end_id = ?`),
    collections: db.prepare<[number, Blob, number], CollectionRow>(
      `${COLLECTION} WHERE period = ? AND user_id > ? ORDER BY user_id LIMIT ?`,
    ),
    openCollections: db.prepare<[number, Blob, number], CollectionRow>(
      `${COLLECTION} WHERE message_id IS NULL AND way <> 'transfer' AND (period, user_id) > (?, ?)
       ORDER BY period, user_id LIMIT ?`,
    ),
    closing: db.prepare<[Blob], ClosingRow>('SELECT * FROM account_closings WHERE request_hash = ?'),
    closings: db.prepare<[Blob, number], ClosingRow>(
      'SELECT * FROM account_closings WHERE request_hash > ? ORDER BY request_hash LIMIT ?',
    ),
    payout: db.prepare<[number, string], PayoutRow>('SELECT * FROM payouts WHERE period = ? AND publisher_id = ?'),
    payoutById: db.prepare<[string], PayoutRow>('SELECT * FROM payouts WHERE end_to_end_id = ?'),
    payouts: db.prepare<[number], PayoutRow>('SELECT * FROM payouts WHERE period = ? ORDER BY publisher_id'),
    payoutsOfPublisher: db.prepare<[string], PayoutRow>('SELECT * FROM payouts WHERE publisher_id = ? ORDER BY period'),
    openPayouts: db.prepare<[], PayoutRow>(
      "SELECT * FROM payouts WHERE message_id IS NULL AND state = 'booked' ORDER BY period, publisher_id",
    ),
    bankDetails: db.prepare<[string, number], BankDetailsRow>(
      'SELECT * FROM bank_details WHERE publisher_id = ? AND taken_at_ms < ? ORDER BY number DESC LIMIT 1',
    ),
    bankDetailsByNumber: db.prepare<[string, number], BankDetailsRow>(
      'SELECT * FROM bank_details WHERE publisher_id = ? AND number = ?',
    ),
    withdrawal: db.prepare<[string], WithdrawalRow>('SELECT * FROM withdrawals WHERE end_to_end_id = ?'),
    withdrawals: db.prepare<[string, number], WithdrawalRow>(
      'SELECT * FROM withdrawals WHERE end_to_end_id > ? ORDER BY end_to_end_id LIMIT ?',
    ),
    openWithdrawals: db.prepare<[bigint], WithdrawalRow>(
      `SELECT * FROM withdrawals WHERE message_id IS NULL AND transfer <= ? AND state = 'booked' ORDER BY end_to_end_id`,
    ),
    bankFile: db.prepare<[string], BankFileRow>('SELECT * FROM bank_files WHERE message_id = ?'),
    bankFiles: db.prepare<[number], Omit<BankFileRow, 'bytes'>>(
      `SELECT message_id, kind, period, currency, order_count, total_minor, made_at_ms, handed_at_ms FROM bank_files
       WHERE period = ? ORDER BY position`,
    ),
    unhanded: db.prepare<[], { message_id: string }>(
      'SELECT message_id FROM bank_files WHERE handed_at_ms IS NULL ORDER BY position',
    ),
    lastNotice: db.prepare<[], { name: string | null }>(
      "SELECT max(name) AS name FROM bank_notices WHERE source = 'port' AND taken = 1",
    ),
    notice: db.prepare<[string], NoticeRow>('SELECT * FROM bank_notices WHERE name = ?'),
    notices: db.prepare<[string, number], NoticeRow>('SELECT * FROM bank_notices WHERE name > ? ORDER BY name LIMIT ?'),
    entries: db.prepare<[bigint, number], EntryRow>(
      'SELECT * FROM bank_entries WHERE position > ? ORDER BY position LIMIT ?',
    ),
    entry: db.prepare<[string], EntryRow>('SELECT * FROM bank_entries WHERE bank_reference = ?'),
    suspense: db.prepare<[bigint, number], EntryRow>(
      "SELECT * FROM bank_entries WHERE outcome = 'suspense' AND position > ? ORDER BY position LIMIT ?",
    ),
  };
}

const NOBODY = new Uint8Array(0);
const TIME_MAX = 253_402_300_800_000;

/** A page of bills begins after this user; the empty number begins. */
const userAfter = (number: string): Uint8Array => billKeyOf(number)?.userId ?? NOBODY;

export class SqliteMoneyReads extends SqlitePeriodReads implements PeriodReader {
  readonly #money: ReturnType<typeof prepare>;
  readonly #lines: SqliteLineReads;

  constructor(db: Database.Database) {
    super(db);
    this.#money = prepare(db);
    this.#lines = new SqliteLineReads(db);
  }

  async findBill(number: string): Promise<Bill | undefined> {
    const key = billKeyOf(number);
    const row = key && this.#money.bill.get(key.period, key.userId);
    return row && billOf(row);
  }

  async listBills(period: number, after: string, count: number): Promise<readonly Bill[]> {
    return this.#money.bills.all(period, userAfter(after), count).map(billOf);
  }

  async listBillsOfPlayer(userId: Blob): Promise<readonly Bill[]> {
    return this.#money.billsOfPlayer.all(userId).map(billOf);
  }

  async loadBilling(userIds: readonly Blob[], at: BillingTime): Promise<readonly BillingState[]> {
    const { period, previousPeriod, sealedAtMs } = at;
    return userIds.map((userId) => {
      const row = this.#money.billing.get({ userId, period, previousPeriod });
      const mandate = this.#money.mandateBefore.get(userId, sealedAtMs);
      return {
        openingMinor: row?.opening_minor ?? 0n,
        underWayMinor: row?.under_way_minor ?? 0n,
        mandate: mandate && mandateOf(mandate),
      };
    });
  }

  async listBillLines(userId: Blob, period: number, after: bigint, count: number): Promise<readonly BillLine[]> {
    return this.#lines.billLines(userId, period, after, count);
  }

  async findCollection(endToEndId: string): Promise<Collection | undefined> {
    const row = this.#money.collection.get(endToEndId);
    return row && collectionOf(row);
  }

  async listCollections(period: number, afterBill: string, count: number): Promise<readonly Collection[]> {
    return this.#money.collections.all(period, userAfter(afterBill), count).map(collectionOf);
  }

  async listOpenCollections(afterBill: string, count: number): Promise<readonly Collection[]> {
    const { period = 0, userId = NOBODY } = billKeyOf(afterBill) ?? {};
    return this.#money.openCollections.all(period, userId, count).map(collectionOf);
  }

  async findMandate(userId: Blob): Promise<Mandate | undefined> {
    const row = this.#money.newestMandate.get(userId);
    return row && mandateOf(row);
  }

  async loadMandates(keys: readonly MandateKey[], period: number): Promise<readonly UsedMandate[]> {
    return keys.map(({ userId, number }) => {
      const row = this.#money.usedMandate.get({ userId, number, period });
      if (row === undefined) throw new Error(`mandate ${number} of a collection is not there`);
      return { ...mandateOf(row), isUsed: row.is_used === 1n };
    });
  }

  async findAccountClosing(requestHash: Blob): Promise<AccountClosing | undefined> {
    const row = this.#money.closing.get(requestHash);
    return row && closingOf(row);
  }

  async listAccountClosings(after: Blob, count: number): Promise<readonly AccountClosing[]> {
    return this.#money.closings.all(after, count).map(closingOf);
  }

  async findPayout(number: string): Promise<Payout | undefined> {
    const key = payoutKeyOf(number);
    const row = key && this.#money.payout.get(key.period, key.publisherId);
    return row && payoutOf(row);
  }

  async findPayoutByEndToEndId(endToEndId: string): Promise<Payout | undefined> {
    const row = this.#money.payoutById.get(endToEndId);
    return row && payoutOf(row);
  }

  async listPayouts(period: number): Promise<readonly Payout[]> {
    return this.#money.payouts.all(period).map(payoutOf);
  }

  async listPayoutsOfPublisher(publisherId: string): Promise<readonly Payout[]> {
    return this.#money.payoutsOfPublisher.all(publisherId).map(payoutOf);
  }

  async listPayoutLines(
    publisherId: string,
    period: number,
    after: bigint,
    count: number,
  ): Promise<readonly PayoutLine[]> {
    return this.#lines.payoutLines(publisherId, period, after, count);
  }

  async listOpenPayouts(): Promise<readonly Payout[]> {
    return this.#money.openPayouts.all().map(payoutOf);
  }

  async findBankDetails(publisherId: string, takenBeforeMs = TIME_MAX): Promise<SignedBankDetails | undefined> {
    const row = this.#money.bankDetails.get(publisherId, takenBeforeMs);
    return row && bankDetailsOf(row);
  }

  async findBankDetailsByNumber(publisherId: string, number: number): Promise<SignedBankDetails | undefined> {
    const row = this.#money.bankDetailsByNumber.get(publisherId, number);
    return row && bankDetailsOf(row);
  }

  async findWithdrawal(endToEndId: string): Promise<Withdrawal | undefined> {
    const row = this.#money.withdrawal.get(endToEndId);
    return row && withdrawalOf(row);
  }

  async listWithdrawals(after: string, count: number): Promise<readonly Withdrawal[]> {
    return this.#money.withdrawals.all(after, count).map(withdrawalOf);
  }

  async listOpenWithdrawals(throughTransfer: bigint): Promise<readonly Withdrawal[]> {
    return this.#money.openWithdrawals.all(throughTransfer).map(withdrawalOf);
  }

  async findBankFile(messageId: string): Promise<BankFile | undefined> {
    const row = this.#money.bankFile.get(messageId);
    return row && bankFileOf(row);
  }

  async listBankFiles(period: number): Promise<readonly ListedFile[]> {
    return this.#money.bankFiles.all(period).map(listedFileOf);
  }

  async listUnhandedFiles(): Promise<readonly string[]> {
    return this.#money.unhanded.all().map((row) => row.message_id);
  }

  async lastNoticeName(): Promise<string> {
    return this.#money.lastNotice.get()?.name ?? '';
  }

  async findNotice(name: string): Promise<NoticeRecord | undefined> {
    const row = this.#money.notice.get(name);
    return row && noticeOf(row);
  }

  async listNotices(after: string, count: number): Promise<readonly NoticeRecord[]> {
    return this.#money.notices.all(after, count).map(noticeOf);
  }

  async listBankEntries(after: bigint, count: number): Promise<readonly BankEntryRecord[]> {
    return this.#money.entries.all(after, count).map(entryOf);
  }

  async findBankEntry(bankReference: string): Promise<BankEntryRecord | undefined> {
    const row = this.#money.entry.get(bankReference);
    return row && entryOf(row);
  }

  async listSuspense(after: bigint, count: number): Promise<readonly BankEntryRecord[]> {
    return this.#money.suspense.all(after, count).map(entryOf);
  }
}
