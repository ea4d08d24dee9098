/* eslint-disable @typescript-eslint/require-await -- the port may wait, SQLite never does; async makes every throw a rejection */
/** Changes of periods, bills, payouts and the bank, inside a transaction of the writing connection. */
import type Database from 'better-sqlite3';
import type { BankFile } from '../../bank/types.ts';
import type { Answered } from '../../bills/store.ts';
import type { AccountClosing, Bill, Collection, CollectionState, Mandate } from '../../bills/types.ts';
import type { Transfer } from '../../ledger/types.ts';
import { nextPeriod, periodOf } from '../../periods/calendar.ts';
import type { PeriodWriter } from '../../periods/store.ts';
import type { SealedPeriod } from '../../periods/types.ts';
import type {
  BankEntryRecord,
  NoticeRecord,
  Payout,
  PayoutState,
  SignedBankDetails,
  Withdrawal,
} from '../../payouts/types.ts';
import { billKeyOf, packCurrencies, payoutKeyOf } from '../money-rows.ts';
import type { SqliteLedger } from './ledger.ts';
import { SqliteMoneyReads } from './money-reads.ts';

type Blob = Uint8Array;
/** The columns that an answer of the bank moves. */
const ANSWERED = 'state = ?, told_paid_minor = ?, told_returned_minor = ?, reason = ?';
const ANSWERED_NOW = 'min(c.amount_minor, max(c.told_paid_minor, c.told_returned_minor))';
type Answer = [state: string, paid: bigint, returned: bigint, reason: string | null];

function prepare(db: Database.Database) {
  return {
    addSealed: db.prepare(
      `INSERT INTO sealed_periods (period, last_transfer, block, block_hash, rate_table_id, sealed_at_ms, seal)
       VALUES (@period, @lastTransfer, @block, @blockHash, @rateTableId, @sealedAtMs, @seal)`,
    ),
    setClosed: db.prepare<[number, number]>('UPDATE sealed_periods SET closed_at_ms = ? WHERE period = ?'),
    addBill: db.prepare(
      `INSERT INTO bills (period, user_id, plan, currency, opening_minor, closing_minor, purchases, purchases_minor,
         card_purchases_minor, refunds_minor, paid_in_minor, loaded_minor, other_minor, due_minor, carried, way, made_at_ms)
       VALUES (@period, @userId, @plan, @currency, @openingMinor, @closingMinor, @purchases, @purchasesMinor,
         @cardPurchasesMinor, @refundsMinor, @paidInMinor, @loadedMinor, @otherMinor, @dueMinor, @carried, @way, @madeAtMs)`,
    ),
    addCollection: db.prepare(
      `INSERT INTO collections (end_to_end_id, period, user_id, amount_minor, currency, way, mandate_number, message_id,
         state, told_paid_minor, told_returned_minor, reason)
       VALUES (@endToEndId, @period, @userId, @amountMinor, @currency, @way, @mandateNumber, NULL, @state, 0, 0, NULL)`,
    ),
    setCollection: db.prepare<[...Answer, id: string]>(`UPDATE collections SET ${ANSWERED} WHERE end_to_end_id = ?`),
    raiseAnswered: db.prepare<[{ period: number; endToEndId: string }]>(
      `UPDATE collection_answers SET answered_minor = (SELECT ${ANSWERED_NOW} FROM collections c
         WHERE c.end_to_end_id = @endToEndId) WHERE end_to_end_id = @endToEndId AND period = @period`,
    ),
    addAnswered: db.prepare<[{ period: number; endToEndId: string }]>(
      `INSERT INTO collection_answers (end_to_end_id, period, answered_minor)
       SELECT c.end_to_end_id, @period, ${ANSWERED_NOW} FROM collections c WHERE c.end_to_end_id = @endToEndId`,
    ),
    addMandate: db.prepare(
      `INSERT INTO mandates (user_id, number, way, mandate_id, holder, iban, token, signed_at_ms, taken_at_ms, envelope)
       VALUES (@userId, @number, @way, @mandateId, @holder, @iban, @token, @signedAtMs, @takenAtMs, @envelope)`,
    ),
    addClosing: db.prepare(
      `INSERT INTO account_closings (request_hash, user_id, envelope, at_ms) VALUES (@requestHash, @userId, @envelope, @atMs)`,
    ),
    closePlayer: db.prepare<[number, Blob]>(
      'UPDATE players SET closed_at_ms = ? WHERE user_id = ? AND closed_at_ms IS NULL',
    ),
    addPayout: db.prepare(
      `INSERT INTO payouts (period, publisher_id, currencies, payout_currency, amount_minor, carried, bank_details_number,
         end_to_end_id, message_id, state, told_paid_minor, told_returned_minor, reason, made_at_ms)
       VALUES (@period, @publisherId, @packed, @payoutCurrency, @amountMinor, @carried, @bankDetailsNumber,
         @endToEndId, NULL, @state, 0, 0, NULL, @madeAtMs)`,
    ),
    setPayout: db.prepare<[...Answer, period: number, publisher: string]>(
      `UPDATE payouts SET ${ANSWERED} WHERE period = ? AND publisher_id = ?`,
    ),
    addBankDetails: db.prepare(
      `INSERT INTO bank_details (publisher_id, number, holder, iban, bic, payout_currency, signed_at_ms, taken_at_ms, envelope)
       VALUES (@publisherId, @number, @holder, @iban, @bic, @payoutCurrency, @signedAtMs, @takenAtMs, @envelope)`,
    ),
    addWithdrawal: db.prepare(
      `INSERT INTO withdrawals (end_to_end_id, user_id, amount_minor, currency, holder, iban, transfer, message_id, state,
         told_paid_minor, told_returned_minor, reason, made_at_ms)
       VALUES (@endToEndId, @userId, @amountMinor, @currency, @holder, @iban, @transferId, NULL, @state, 0, 0, NULL, @madeAtMs)`,
    ),
    setWithdrawal: db.prepare<[...Answer, id: string]>(`UPDATE withdrawals SET ${ANSWERED} WHERE end_to_end_id = ?`),
    addBankFile: db.prepare(
      `INSERT INTO bank_files (message_id, kind, period, currency, order_count, total_minor, bytes, made_at_ms)
       VALUES (@messageId, @kind, @period, @currency, @orderCount, @totalMinor, @bytes, @madeAtMs)`,
    ),
    fileCollection: db.prepare<[string, string]>('UPDATE collections SET message_id = ? WHERE end_to_end_id = ?'),
    filePayout: db.prepare<[string, string]>('UPDATE payouts SET message_id = ? WHERE end_to_end_id = ?'),
    fileWithdrawal: db.prepare<[string, string]>('UPDATE withdrawals SET message_id = ? WHERE end_to_end_id = ?'),
    setHanded: db.prepare<[number, string]>('UPDATE bank_files SET handed_at_ms = ? WHERE message_id = ?'),
    handCollections: db.prepare<[string]>(
      "UPDATE collections SET state = 'handed' WHERE message_id = ? AND state = 'made'",
    ),
    handPayouts: db.prepare<[string]>("UPDATE payouts SET state = 'handed' WHERE message_id = ? AND state = 'booked'"),
    handWithdrawals: db.prepare<[string]>(
      "UPDATE withdrawals SET state = 'handed' WHERE message_id = ? AND state = 'booked'",
    ),
    addNotice: db.prepare(
      'INSERT INTO bank_notices (name, source, xml, at_ms, taken, fault) VALUES (@name, @source, @xml, @atMs, 0, NULL)',
    ),
    setNoticeTaken: db.prepare<[string | null, string]>('UPDATE bank_notices SET taken = 1, fault = ? WHERE name = ?'),
    addEntry: db.prepare(
      `INSERT INTO bank_entries (bank_reference, notice, outcome, amount_minor, currency, end_to_end_id, remittance, at_ms)
       VALUES (@bankReference, @noticeName, @outcome, @amountMinor, @currency, @endToEndId, @remittance, @atMs)`,
    ),
    clearEntry: db.prepare<[string]>("UPDATE bank_entries SET outcome = 'cleared' WHERE bank_reference = ?"),
  };
}

const answerOf = ({ state, told, reason }: Answered<string>): Answer => [
  state,
  told.paidMinor,
  told.returnedMinor,
  reason ?? null,
];

function requireKey<Key>(key: Key | undefined, number: string): Key {
  if (key === undefined) throw new TypeError(`number: ${JSON.stringify(number)} is none`);
  return key;
}

export class SqliteMoneyWrites extends SqliteMoneyReads implements PeriodWriter {
  readonly #ledger: SqliteLedger;
  readonly #sql: ReturnType<typeof prepare>;

  constructor(db: Database.Database, ledger: SqliteLedger) {
    super(db);
    this.#ledger = ledger;
    this.#sql = prepare(db);
  }

  async addSealed(period: Omit<SealedPeriod, 'closedAtMs'>): Promise<void> {
    this.#sql.addSealed.run(period);
  }

  async setClosed(period: number, atMs: number): Promise<void> {
    this.#sql.setClosed.run(atMs, period);
  }

  async addBills(bills: readonly Bill[]): Promise<void> {
    for (const bill of bills) this.#sql.addBill.run({ ...bill, carried: bill.carried ?? null });
  }

  async addCollections(collections: readonly Collection[]): Promise<void> {
    for (const collection of collections) {
      const { endToEndId, billNumber, userId, amountMinor, currency, way, mandateNumber, state } = collection;
      const { period } = requireKey(billKeyOf(billNumber), billNumber);
      this.#sql.addCollection.run({ endToEndId, period, userId, amountMinor, currency, way, mandateNumber, state });
    }
  }

  async setCollection(endToEndId: string, answered: Answered<CollectionState>, atMs: number): Promise<void> {
    const sealed = (await this.findNewestSealed())?.period;
    const period = Math.max(periodOf(atMs), sealed === undefined ? 0 : nextPeriod(sealed));
    this.#sql.setCollection.run(...answerOf(answered), endToEndId);
    if (this.#sql.raiseAnswered.run({ period, endToEndId }).changes === 0)
      this.#sql.addAnswered.run({ period, endToEndId });
  }

  async addMandate(mandate: Mandate): Promise<void> {
    this.#sql.addMandate.run(mandate);
  }

  async addAccountClosing(closing: AccountClosing): Promise<void> {
    this.#sql.addClosing.run(closing);
    this.#sql.closePlayer.run(closing.atMs, closing.userId);
  }

  async addPayout(payout: Payout, transfers: readonly Transfer[]): Promise<void> {
    transfers.forEach((transfer) => this.#ledger.post(transfer));
    const {
      period,
      publisherId,
      payoutCurrency,
      amountMinor,
      carried = null,
      bankDetailsNumber,
      state,
      madeAtMs,
    } = payout;
    const row = { period, publisherId, payoutCurrency, amountMinor, carried, bankDetailsNumber, state, madeAtMs };
    const packed = packCurrencies(payout.currencies);
    this.#sql.addPayout.run({ ...row, packed, endToEndId: payout.endToEndId || null });
  }

  async setPayout(number: string, answered: Answered<PayoutState>): Promise<void> {
    const { period, publisherId } = requireKey(payoutKeyOf(number), number);
    this.#sql.setPayout.run(...answerOf(answered), period, publisherId);
  }

  async addBankDetails(details: SignedBankDetails): Promise<void> {
    this.#sql.addBankDetails.run(details);
  }

  async addWithdrawal(withdrawal: Withdrawal, transfer: Transfer): Promise<void> {
    const { endToEndId, userId, amountMinor, currency, holder, iban, state, madeAtMs } = withdrawal;
    const transferId = this.#ledger.post(transfer);
    this.#sql.addWithdrawal.run({
      endToEndId,
      userId,
      amountMinor,
      currency,
      holder,
      iban,
      state,
      madeAtMs,
      transferId,
    });
  }

  async setWithdrawal(endToEndId: string, answered: Answered<Withdrawal['state']>): Promise<void> {
    this.#sql.setWithdrawal.run(...answerOf(answered), endToEndId);
  }

  async addBankFile(file: BankFile, endToEndIds: readonly string[]): Promise<void> {
    const { messageId, kind, period, currency, orderCount, totalMinor, bytes, madeAtMs } = file;
    this.#sql.addBankFile.run({ messageId, kind, period, currency, orderCount, totalMinor, bytes, madeAtMs });
    const mark =
      file.kind === 'pain.001' ? [this.#sql.filePayout, this.#sql.fileWithdrawal] : [this.#sql.fileCollection];
    for (const id of endToEndIds) mark.forEach((statement) => statement.run(file.messageId, id));
  }

  async setFileHanded(messageId: string, atMs: number): Promise<void> {
    this.#sql.setHanded.run(atMs, messageId);
    this.#sql.handCollections.run(messageId);
    this.#sql.handPayouts.run(messageId);
    this.#sql.handWithdrawals.run(messageId);
  }

  async addNotice({ name, source, xml, atMs }: NoticeRecord): Promise<void> {
    this.#sql.addNotice.run({ name, source, xml, atMs });
  }

  async setNoticeTaken(name: string, fault: string | undefined): Promise<void> {
    this.#sql.setNoticeTaken.run(fault ?? null, name);
  }

  async addBankEntry(entry: Omit<BankEntryRecord, 'position'>): Promise<void> {
    this.#sql.addEntry.run({ ...entry, endToEndId: entry.endToEndId ?? null });
  }

  async setBankEntryCleared(bankReference: string): Promise<void> {
    this.#sql.clearEntry.run(bankReference);
  }
}
