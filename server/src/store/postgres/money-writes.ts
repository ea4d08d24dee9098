/** Changes of periods, bills, payouts and the bank, inside a transaction. */
import type { BankFile } from '../../bank/types.ts';
import type { Answered } from '../../bills/store.ts';
import type { AccountClosing, Bill, Collection, CollectionState, Mandate } from '../../bills/types.ts';
import type { Transfer } from '../../ledger/types.ts';
import type {
  BankEntryRecord,
  NoticeRecord,
  Payout,
  PayoutState,
  SignedBankDetails,
  Withdrawal,
} from '../../payouts/types.ts';
import type { PeriodWriter } from '../../periods/store.ts';
import type { SealedPeriod } from '../../periods/types.ts';
import { billKeyOf, packCurrencies, payoutKeyOf } from '../money-rows.ts';
import { sql, type Ask } from './connection.ts';
import type { PostgresLedger } from './ledger.ts';
import { PostgresMoneyReads } from './money-reads.ts';
import { byteas, int8s, texts } from './wire.ts';

/** The columns that an answer of the bank moves. */
const ANSWERED = 'state = $1, told_paid_minor = $2, told_returned_minor = $3, reason = $4';
const fileOrders = (table: string) => sql(`UPDATE ${table} SET message_id = $1 WHERE end_to_end_id = ANY ($2::text[])`);
const handOrders = (table: string, from: 'made' | 'booked') =>
  sql(`UPDATE ${table} SET state = 'handed' WHERE message_id = $1 AND state = '${from}'`);
const POSITION = (table: string): string => `(SELECT coalesce(max(position), 0) + 1 FROM ${table})`;

const SQL = {
  addSealed: sql(
    `INSERT INTO sealed_periods (period, last_transfer, block, block_hash, rate_table_id, sealed_at_ms, seal)
     VALUES ($1, $2, $3, $4, $5, $6, $7)`,
  ),
  setClosed: sql('UPDATE sealed_periods SET closed_at_ms = $2 WHERE period = $1'),
  addBills: sql(
    `INSERT INTO bills (period, user_id, plan, currency, opening_minor, closing_minor, purchases, purchases_minor,
       card_purchases_minor, refunds_minor, paid_in_minor, loaded_minor, other_minor, due_minor, carried, way, made_at_ms)
     SELECT * FROM unnest($1::bigint[], $2::bytea[], $3::text[], $4::text[], $5::bigint[], $6::bigint[], $7::bigint[],
       $8::bigint[], $9::bigint[], $10::bigint[], $11::bigint[], $12::bigint[], $13::bigint[], $14::bigint[], $15::text[],
       $16::text[], $17::bigint[])`,
  ),
  addCollections: sql(
    `INSERT INTO collections (end_to_end_id, period, user_id, amount_minor, currency, way, mandate_number, state,
       told_paid_minor, told_returned_minor)
     SELECT *, 0, 0 FROM unnest($1::text[], $2::bigint[], $3::bytea[], $4::bigint[], $5::text[], $6::text[], $7::bigint[],
       $8::text[])`,
  ),
  setCollection: sql(`UPDATE collections SET ${ANSWERED} WHERE end_to_end_id = $5`),
  setAnswered: sql(
    `INSERT INTO collection_answers (end_to_end_id, period, answered_minor)
     SELECT end_to_end_id, $1, least(amount_minor, greatest(told_paid_minor, told_returned_minor))
     FROM collections WHERE end_to_end_id = $2
     ON CONFLICT (end_to_end_id, period) DO UPDATE SET answered_minor = excluded.answered_minor`,
  ),
  addMandate: sql(
    `INSERT INTO mandates (user_id, number, way, mandate_id, holder, iban, token, signed_at_ms, taken_at_ms, envelope)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)`,
  ),
  addClosing: sql('INSERT INTO account_closings (request_hash, user_id, envelope, at_ms) VALUES ($1, $2, $3, $4)'),
  closePlayer: sql('UPDATE players SET closed_at_ms = $2 WHERE user_id = $1 AND closed_at_ms IS NULL'),
  addPayout: sql(
    `INSERT INTO payouts (period, publisher_id, currencies, payout_currency, amount_minor, carried, bank_details_number,
       end_to_end_id, state, told_paid_minor, told_returned_minor, made_at_ms)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, 0, 0, $10)`,
  ),
  setPayout: sql(`UPDATE payouts SET ${ANSWERED} WHERE period = $5 AND publisher_id = $6`),
  addBankDetails: sql(
    `INSERT INTO bank_details (publisher_id, number, holder, iban, bic, payout_currency, signed_at_ms, taken_at_ms, envelope)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)`,
  ),
  addWithdrawal: sql(
    `INSERT INTO withdrawals (end_to_end_id, user_id, amount_minor, currency, holder, iban, transfer, state,
       told_paid_minor, told_returned_minor, made_at_ms)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, 0, 0, $9)`,
  ),
  setWithdrawal: sql(`UPDATE withdrawals SET ${ANSWERED} WHERE end_to_end_id = $5`),
  addBankFile: sql(
    `INSERT INTO bank_files (position, message_id, kind, period, currency, order_count, total_minor, bytes, made_at_ms)
     VALUES (${POSITION('bank_files')}, $1, $2, $3, $4, $5, $6, $7, $8)`,
  ),
  fileCollections: fileOrders('collections'),
  filePayouts: fileOrders('payouts'),
  fileWithdrawals: fileOrders('withdrawals'),
  setHanded: sql('UPDATE bank_files SET handed_at_ms = $2 WHERE message_id = $1'),
  handCollections: handOrders('collections', 'made'),
  handPayouts: handOrders('payouts', 'booked'),
  handWithdrawals: handOrders('withdrawals', 'booked'),
  addNotice: sql('INSERT INTO bank_notices (name, source, xml, at_ms, taken) VALUES ($1, $2, $3, $4, 0)'),
  setNoticeTaken: sql('UPDATE bank_notices SET taken = 1, fault = $2 WHERE name = $1'),
  addEntry: sql(
    `INSERT INTO bank_entries (position, bank_reference, notice, outcome, amount_minor, currency, end_to_end_id, remittance,
       at_ms)
     VALUES (${POSITION('bank_entries')}, $1, $2, $3, $4, $5, $6, $7, $8)`,
  ),
  clearEntry: sql("UPDATE bank_entries SET outcome = 'cleared' WHERE bank_reference = $1"),
};

const answerOf = ({ state, told, reason }: Answered<string>): unknown[] => [
  state,
  told.paidMinor,
  told.returnedMinor,
  reason,
];

function requireKey<Key>(key: Key | undefined, number: string): Key {
  if (key === undefined) throw new TypeError(`number: ${JSON.stringify(number)} is none`);
  return key;
}

export class PostgresMoneyWrites extends PostgresMoneyReads implements PeriodWriter {
  readonly #ledger: PostgresLedger;

  constructor(ask: Ask, ledger: PostgresLedger) {
    super(ask);
    this.#ledger = ledger;
  }

  async addSealed(sealed: Omit<SealedPeriod, 'closedAtMs'>): Promise<void> {
    const { period, lastTransfer, block, blockHash, rateTableId, sealedAtMs, seal } = sealed;
    await this.ask(SQL.addSealed, [period, lastTransfer, block, blockHash, rateTableId, sealedAtMs, seal]);
    this.#ledger.sealed(period);
  }

  async setClosed(period: number, atMs: number): Promise<void> {
    await this.ask(SQL.setClosed, [period, atMs]);
  }

  async addBills(bills: readonly Bill[]): Promise<void> {
    await this.ask(SQL.addBills, [
      int8s(bills.map(({ period }) => period)),
      byteas(bills.map(({ userId }) => userId)),
      texts(bills.map(({ plan }) => plan)),
      texts(bills.map(({ currency }) => currency)),
      ...BILL_AMOUNTS.map((name) => int8s(bills.map((bill) => bill[name]))),
      texts(bills.map(({ carried = null }) => carried)),
      texts(bills.map(({ way }) => way)),
      int8s(bills.map(({ madeAtMs }) => madeAtMs)),
    ]);
  }

  async addCollections(collections: readonly Collection[]): Promise<void> {
    const periods = collections.map(({ billNumber }) => requireKey(billKeyOf(billNumber), billNumber).period);
    await this.ask(SQL.addCollections, [
      texts(collections.map(({ endToEndId }) => endToEndId)),
      int8s(periods),
      byteas(collections.map(({ userId }) => userId)),
      int8s(collections.map(({ amountMinor }) => amountMinor)),
      texts(collections.map(({ currency }) => currency)),
      texts(collections.map(({ way }) => way)),
      int8s(collections.map(({ mandateNumber }) => mandateNumber)),
      texts(collections.map(({ state }) => state)),
    ]);
  }

  async setCollection(endToEndId: string, answered: Answered<CollectionState>, atMs: number): Promise<void> {
    const period = await this.#ledger.bookingPeriod(atMs);
    await this.ask(SQL.setCollection, [...answerOf(answered), endToEndId]);
    await this.ask(SQL.setAnswered, [period, endToEndId]);
  }

  async addMandate(mandate: Mandate): Promise<void> {
    const { userId, number, way, mandateId, holder, iban, token, signedAtMs, takenAtMs, envelope } = mandate;
    await this.ask(SQL.addMandate, [
      ...[userId, number, way, mandateId, holder, iban, token, signedAtMs, takenAtMs, envelope],
    ]);
  }

  async addAccountClosing({ requestHash, userId, envelope, atMs }: AccountClosing): Promise<void> {
    await this.ask(SQL.addClosing, [requestHash, userId, envelope, atMs]);
    await this.ask(SQL.closePlayer, [userId, atMs]);
  }

  async addPayout(payout: Payout, transfers: readonly Transfer[]): Promise<void> {
    await this.#ledger.post(transfers);
    const { period, publisherId, payoutCurrency, amountMinor, carried, bankDetailsNumber, state, madeAtMs } = payout;
    await this.ask(SQL.addPayout, [
      ...[period, publisherId, packCurrencies(payout.currencies), payoutCurrency, amountMinor, carried],
      ...[bankDetailsNumber, payout.endToEndId || null, state, madeAtMs],
    ]);
  }

  async setPayout(number: string, answered: Answered<PayoutState>): Promise<void> {
    const { period, publisherId } = requireKey(payoutKeyOf(number), number);
    await this.ask(SQL.setPayout, [...answerOf(answered), period, publisherId]);
  }

  async addBankDetails(details: SignedBankDetails): Promise<void> {
    const { publisherId, number, holder, iban, bic, payoutCurrency, signedAtMs, takenAtMs, envelope } = details;
    await this.ask(SQL.addBankDetails, [
      ...[publisherId, number, holder, iban, bic, payoutCurrency, signedAtMs, takenAtMs, envelope],
    ]);
  }

  async addWithdrawal(withdrawal: Withdrawal, transfer: Transfer): Promise<void> {
    const { endToEndId, userId, amountMinor, currency, holder, iban, state, madeAtMs } = withdrawal;
    const { id } = await this.#ledger.postOne(transfer);
    await this.ask(SQL.addWithdrawal, [endToEndId, userId, amountMinor, currency, holder, iban, id, state, madeAtMs]);
  }

  async setWithdrawal(endToEndId: string, answered: Answered<Withdrawal['state']>): Promise<void> {
    await this.ask(SQL.setWithdrawal, [...answerOf(answered), endToEndId]);
  }

  async addBankFile(file: BankFile, endToEndIds: readonly string[]): Promise<void> {
    const { messageId, kind, period, currency, orderCount, totalMinor, bytes, madeAtMs } = file;
    await this.ask(SQL.addBankFile, [messageId, kind, period, currency, orderCount, totalMinor, bytes, madeAtMs]);
    const orders = kind === 'pain.001' ? [SQL.filePayouts, SQL.fileWithdrawals] : [SQL.fileCollections];
    for (const statement of orders) await this.ask(statement, [messageId, texts(endToEndIds)]);
  }

  async setFileHanded(messageId: string, atMs: number): Promise<void> {
    await this.ask(SQL.setHanded, [messageId, atMs]);
    for (const statement of [SQL.handCollections, SQL.handPayouts, SQL.handWithdrawals])
      await this.ask(statement, [messageId]);
  }

  async addNotice({ name, source, xml, atMs }: NoticeRecord): Promise<void> {
    await this.ask(SQL.addNotice, [name, source, xml, atMs]);
  }

  async setNoticeTaken(name: string, fault: string | undefined): Promise<void> {
    await this.ask(SQL.setNoticeTaken, [name, fault]);
  }

  async addBankEntry(entry: Omit<BankEntryRecord, 'position'>): Promise<void> {
    const { bankReference, noticeName, outcome, amountMinor, currency, endToEndId, remittance, atMs } = entry;
    await this.ask(SQL.addEntry, [
      ...[bankReference, noticeName, outcome, amountMinor, currency, endToEndId, remittance, atMs],
    ]);
  }

  async setBankEntryCleared(bankReference: string): Promise<void> {
    await this.ask(SQL.clearEntry, [bankReference]);
  }
}

/** In the order of the statement. */
const BILL_AMOUNTS = [
  'openingMinor',
  'closingMinor',
  'purchases',
  'purchasesMinor',
  'cardPurchasesMinor',
  'refundsMinor',
  'paidInMinor',
  'loadedMinor',
  'otherMinor',
  'dueMinor',
] as const satisfies readonly (keyof Bill)[];
