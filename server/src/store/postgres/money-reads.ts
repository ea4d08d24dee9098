/** Reads of bills, payouts and the bank. */
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
import type { TransferKind } from '../../ledger/types.ts';
import type { ListedFile } from '../../payouts/store.ts';
import type {
  BankEntryRecord,
  NoticeRecord,
  Payout,
  PayoutLine,
  SignedBankDetails,
  Withdrawal,
} from '../../payouts/types.ts';
import type { FeeMovement, PeriodReader, PeriodSums } from '../../periods/store.ts';
import { hex } from '../../players/types.ts';
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
import { largeSql, sql, type Ask } from './connection.ts';
import { PostgresLineReads } from './line-reads.ts';
import { PostgresPeriodReads } from './period-reads.ts';
import { byteas, int8s } from './wire.ts';

type Blob = Uint8Array;

/** Transfers that one statement sums. */
const SUMMED = 250_000n;
/** Rows of its answer that are handed on at once. */
const SUMS_PAGE = 1_000;

interface FeeRow {
  publisher_id: string;
  currency: string;
  kind: TransferKind;
  amount_minor: bigint;
}

interface BillingRow {
  user_id: Blob;
  opening_minor: bigint;
  under_way_minor: bigint;
}

const COLLECTION = `SELECT *, (SELECT string_agg(a.period || ':' || a.answered_minor, ' ' ORDER BY a.period)
    FROM collection_answers a WHERE a.end_to_end_id = collections.end_to_end_id) AS answered
  FROM collections`;

const SQL = {
  // Left joins, which are done in this order: whatever the statistics say, the range is read once.
  fees: largeSql<FeeRow>(
    `SELECT owed.owner AS publisher_id, owed.currency, moved.kind, sum(moved.fee_minor)::bigint AS amount_minor
     FROM (SELECT p.transfer, t.kind,
         sum(CASE WHEN c.kind = 'fees' THEN p.amount_minor WHEN d.kind = 'fees' THEN -p.amount_minor ELSE 0 END) AS fee_minor,
         array_agg(c.id) FILTER (WHERE c.kind = 'publisher-payable') || array_agg(d.id) FILTER (WHERE d.kind = 'publisher-payable') AS owed
       FROM postings p
         LEFT JOIN transfers t ON t.id = p.transfer AND t.period = p.period
         LEFT JOIN accounts c ON c.id = p.credit
         LEFT JOIN accounts d ON d.id = p.debit
       WHERE p.period = $1 AND p.transfer > $2 AND p.transfer <= $3
       GROUP BY p.transfer, t.kind) moved,
       LATERAL (SELECT DISTINCT unnest(moved.owed) AS id) one
       JOIN accounts owed ON owed.id = one.id
     WHERE moved.fee_minor <> 0
     GROUP BY owed.id, moved.kind`,
  ),
  bill: sql<BillRow>('SELECT * FROM bills WHERE period = $1 AND user_id = $2'),
  bills: sql<BillRow>('SELECT * FROM bills WHERE period = $1 AND user_id > $2 ORDER BY user_id LIMIT $3'),
  billsOfPlayer: sql<BillRow>('SELECT * FROM bills WHERE user_id = $1 ORDER BY period'),
  billing: sql<BillingRow>(
    `SELECT n.user_id,
       coalesce((SELECT closing_minor FROM bills b WHERE b.period = $2 AND b.user_id = n.user_id), 0) AS opening_minor,
       coalesce((SELECT sum(c.amount_minor - coalesce((SELECT max(a.answered_minor) FROM collection_answers a
           WHERE a.end_to_end_id = c.end_to_end_id AND a.period <= $3), 0))
         FROM collections c WHERE c.user_id = n.user_id AND c.period < $3 AND c.way <> 'transfer'), 0)::bigint AS under_way_minor
     FROM unnest($1::bytea[]) AS n (user_id)`,
  ),
  mandatesBefore: sql<MandateRow>(
    `SELECT m.* FROM unnest($1::bytea[]) AS n (user_id), LATERAL (
       SELECT * FROM mandates WHERE user_id = n.user_id AND taken_at_ms < $2 ORDER BY number DESC LIMIT 1) m`,
  ),
  newestMandate: sql<MandateRow>('SELECT * FROM mandates WHERE user_id = $1 ORDER BY number DESC LIMIT 1'),
  usedMandates: sql<MandateRow & { is_used: bigint }>(
    `SELECT m.*, (SELECT count(*) FROM (SELECT 1 FROM collections c WHERE c.user_id = m.user_id
         AND c.mandate_number = m.number AND c.way = m.way AND c.period < $3 LIMIT 1) AS used) AS is_used
     FROM unnest($1::bytea[], $2::bigint[]) AS n (user_id, number)
       JOIN mandates m ON m.user_id = n.user_id AND m.number = n.number`,
  ),
  collection: sql<CollectionRow>(`${COLLECTION} WHERE end_to_end_id = $1`),
  collections: sql<CollectionRow>(`${COLLECTION} WHERE period = $1 AND user_id > $2 ORDER BY user_id LIMIT $3`),
  openCollections: sql<CollectionRow>(
    `${COLLECTION} WHERE message_id IS NULL AND way <> 'transfer' AND (period, user_id) > ($1, $2)
     ORDER BY period, user_id LIMIT $3`,
  ),
  closings: sql<ClosingRow>('SELECT * FROM account_closings WHERE request_hash > $1 ORDER BY request_hash LIMIT $2'),
  closing: sql<ClosingRow>('SELECT * FROM account_closings WHERE request_hash = $1'),
  payout: sql<PayoutRow>('SELECT * FROM payouts WHERE period = $1 AND publisher_id = $2'),
  payoutById: sql<PayoutRow>('SELECT * FROM payouts WHERE end_to_end_id = $1'),
  payouts: sql<PayoutRow>('SELECT * FROM payouts WHERE period = $1 ORDER BY publisher_id'),
  payoutsOfPublisher: sql<PayoutRow>('SELECT * FROM payouts WHERE publisher_id = $1 ORDER BY period'),
  openPayouts: sql<PayoutRow>(
    "SELECT * FROM payouts WHERE message_id IS NULL AND state = 'booked' ORDER BY period, publisher_id",
  ),
  bankDetails: sql<BankDetailsRow>(
    'SELECT * FROM bank_details WHERE publisher_id = $1 AND taken_at_ms < $2 ORDER BY number DESC LIMIT 1',
  ),
  bankDetailsByNumber: sql<BankDetailsRow>('SELECT * FROM bank_details WHERE publisher_id = $1 AND number = $2'),
  withdrawal: sql<WithdrawalRow>('SELECT * FROM withdrawals WHERE end_to_end_id = $1'),
  withdrawals: sql<WithdrawalRow>('SELECT * FROM withdrawals WHERE end_to_end_id > $1 ORDER BY end_to_end_id LIMIT $2'),
  openWithdrawals: sql<WithdrawalRow>(
    "SELECT * FROM withdrawals WHERE message_id IS NULL AND transfer <= $1 AND state = 'booked' ORDER BY end_to_end_id",
  ),
  bankFile: sql<BankFileRow>('SELECT * FROM bank_files WHERE message_id = $1'),
  bankFiles: sql<Omit<BankFileRow, 'bytes'>>(
    `SELECT message_id, kind, period, currency, order_count, total_minor, made_at_ms, handed_at_ms FROM bank_files
     WHERE period = $1 ORDER BY position`,
  ),
  unhanded: sql<{ message_id: string }>(
    'SELECT message_id FROM bank_files WHERE handed_at_ms IS NULL ORDER BY position',
  ),
  lastNotice: sql<{ name: string | null }>(
    "SELECT max(name) AS name FROM bank_notices WHERE source = 'port' AND taken = 1",
  ),
  notice: sql<NoticeRow>('SELECT * FROM bank_notices WHERE name = $1'),
  notices: sql<NoticeRow>('SELECT * FROM bank_notices WHERE name > $1 ORDER BY name LIMIT $2'),
  entries: sql<EntryRow>('SELECT * FROM bank_entries WHERE position > $1 ORDER BY position LIMIT $2'),
  entry: sql<EntryRow>('SELECT * FROM bank_entries WHERE bank_reference = $1'),
  suspense: sql<EntryRow>(
    "SELECT * FROM bank_entries WHERE outcome = 'suspense' AND position > $1 ORDER BY position LIMIT $2",
  ),
};

const NOBODY = new Uint8Array(0);
const TIME_MAX = 253_402_300_800_000;

/** A page of bills begins after this user; the empty number begins. */
const userAfter = (number: string): Uint8Array => billKeyOf(number)?.userId ?? NOBODY;

export class PostgresMoneyReads extends PostgresPeriodReads implements PeriodReader {
  readonly #lines: PostgresLineReads;

  constructor(ask: Ask) {
    super(ask);
    this.#lines = new PostgresLineReads(ask);
  }

  /** The database adds up: ranges of transfers whose sums it makes in its memory. */
  async *sumTransfers(period: number, first: bigint, last: bigint): AsyncGenerator<PeriodSums> {
    for (let after = first; after < last; after += SUMMED) {
      const through = after + SUMMED < last ? after + SUMMED : last;
      const movements = await this.sumMovements(period, after, through);
      for (let from = 0; from < movements.length; from += SUMS_PAGE)
        yield { movements: movements.slice(from, from + SUMS_PAGE), fees: [] };
      yield { movements: [], fees: await this.#sumFees(period, after, through) };
    }
  }

  async #sumFees(period: number, after: bigint, through: bigint): Promise<readonly FeeMovement[]> {
    const rows = await this.ask(SQL.fees, [period, after, through]);
    return rows.map(({ publisher_id, currency, kind, amount_minor }) => ({
      publisherId: publisher_id,
      currency,
      transferKind: kind,
      amountMinor: amount_minor,
    }));
  }

  async findBill(number: string): Promise<Bill | undefined> {
    const key = billKeyOf(number);
    if (key === undefined) return undefined;
    const [row] = await this.ask(SQL.bill, [key.period, key.userId]);
    return row && billOf(row);
  }

  async listBills(period: number, after: string, count: number): Promise<readonly Bill[]> {
    return (await this.ask(SQL.bills, [period, userAfter(after), count])).map(billOf);
  }

  async listBillsOfPlayer(userId: Blob): Promise<readonly Bill[]> {
    return (await this.ask(SQL.billsOfPlayer, [userId])).map(billOf);
  }

  async loadBilling(userIds: readonly Blob[], at: BillingTime): Promise<readonly BillingState[]> {
    const rows = await this.ask(SQL.billing, [byteas(userIds), at.previousPeriod, at.period]);
    const mandates = await this.ask(SQL.mandatesBefore, [byteas(userIds), at.sealedAtMs]);
    const [stateOf, mandateRowOf] = [byUser(rows), byUser(mandates)];
    return userIds.map((userId) => {
      const [state, mandate] = [stateOf.get(hex(userId)), mandateRowOf.get(hex(userId))];
      return {
        openingMinor: state?.opening_minor ?? 0n,
        underWayMinor: state?.under_way_minor ?? 0n,
        mandate: mandate && mandateOf(mandate),
      };
    });
  }

  async listBillLines(userId: Blob, period: number, after: bigint, count: number): Promise<readonly BillLine[]> {
    return this.#lines.billLines(userId, period, after, count);
  }

  async findCollection(endToEndId: string): Promise<Collection | undefined> {
    const [row] = await this.ask(SQL.collection, [endToEndId]);
    return row && collectionOf(row);
  }

  async listCollections(period: number, afterBill: string, count: number): Promise<readonly Collection[]> {
    return (await this.ask(SQL.collections, [period, userAfter(afterBill), count])).map(collectionOf);
  }

  async listOpenCollections(afterBill: string, count: number): Promise<readonly Collection[]> {
    const { period = 0, userId = NOBODY } = billKeyOf(afterBill) ?? {};
    return (await this.ask(SQL.openCollections, [period, userId, count])).map(collectionOf);
  }

  async findMandate(userId: Blob): Promise<Mandate | undefined> {
    const [row] = await this.ask(SQL.newestMandate, [userId]);
    return row && mandateOf(row);
  }

  async loadMandates(keys: readonly MandateKey[], period: number): Promise<readonly UsedMandate[]> {
    const rows = await this.ask(SQL.usedMandates, [
      byteas(keys.map(({ userId }) => userId)),
      int8s(keys.map(({ number }) => number)),
      period,
    ]);
    const found = new Map(rows.map((row) => [`${hex(row.user_id)} ${row.number}`, row]));
    return keys.map(({ userId, number }) => {
      const row = found.get(`${hex(userId)} ${number}`);
      if (row === undefined) throw new Error(`mandate ${number} of a collection is not there`);
      return { ...mandateOf(row), isUsed: row.is_used === 1n };
    });
  }

  async findAccountClosing(requestHash: Blob): Promise<AccountClosing | undefined> {
    const [row] = await this.ask(SQL.closing, [requestHash]);
    return row && closingOf(row);
  }

  async listAccountClosings(after: Blob, count: number): Promise<readonly AccountClosing[]> {
    return (await this.ask(SQL.closings, [after, count])).map(closingOf);
  }

  async findPayout(number: string): Promise<Payout | undefined> {
    const key = payoutKeyOf(number);
    if (key === undefined) return undefined;
    const [row] = await this.ask(SQL.payout, [key.period, key.publisherId]);
    return row && payoutOf(row);
  }

  async findPayoutByEndToEndId(endToEndId: string): Promise<Payout | undefined> {
    const [row] = await this.ask(SQL.payoutById, [endToEndId]);
    return row && payoutOf(row);
  }

  async listPayouts(period: number): Promise<readonly Payout[]> {
    return (await this.ask(SQL.payouts, [period])).map(payoutOf);
  }

  async listPayoutsOfPublisher(publisherId: string): Promise<readonly Payout[]> {
    return (await this.ask(SQL.payoutsOfPublisher, [publisherId])).map(payoutOf);
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
    return (await this.ask(SQL.openPayouts)).map(payoutOf);
  }

  async findBankDetails(publisherId: string, takenBeforeMs = TIME_MAX): Promise<SignedBankDetails | undefined> {
    const [row] = await this.ask(SQL.bankDetails, [publisherId, takenBeforeMs]);
    return row && bankDetailsOf(row);
  }

  async findBankDetailsByNumber(publisherId: string, number: number): Promise<SignedBankDetails | undefined> {
    const [row] = await this.ask(SQL.bankDetailsByNumber, [publisherId, number]);
    return row && bankDetailsOf(row);
  }

  async findWithdrawal(endToEndId: string): Promise<Withdrawal | undefined> {
    const [row] = await this.ask(SQL.withdrawal, [endToEndId]);
    return row && withdrawalOf(row);
  }

  async listWithdrawals(after: string, count: number): Promise<readonly Withdrawal[]> {
    return (await this.ask(SQL.withdrawals, [after, count])).map(withdrawalOf);
  }

  async listOpenWithdrawals(throughTransfer: bigint): Promise<readonly Withdrawal[]> {
    return (await this.ask(SQL.openWithdrawals, [throughTransfer])).map(withdrawalOf);
  }

  async findBankFile(messageId: string): Promise<BankFile | undefined> {
    const [row] = await this.ask(SQL.bankFile, [messageId]);
    return row && bankFileOf(row);
  }

  async listBankFiles(period: number): Promise<readonly ListedFile[]> {
    return (await this.ask(SQL.bankFiles, [period])).map(listedFileOf);
  }

  async listUnhandedFiles(): Promise<readonly string[]> {
    return (await this.ask(SQL.unhanded)).map((row) => row.message_id);
  }

  async lastNoticeName(): Promise<string> {
    return (await this.ask(SQL.lastNotice))[0]?.name ?? '';
  }

  async findNotice(name: string): Promise<NoticeRecord | undefined> {
    const [row] = await this.ask(SQL.notice, [name]);
    return row && noticeOf(row);
  }

  async listNotices(after: string, count: number): Promise<readonly NoticeRecord[]> {
    return (await this.ask(SQL.notices, [after, count])).map(noticeOf);
  }

  async listBankEntries(after: bigint, count: number): Promise<readonly BankEntryRecord[]> {
    return (await this.ask(SQL.entries, [after, count])).map(entryOf);
  }

  async findBankEntry(bankReference: string): Promise<BankEntryRecord | undefined> {
    const [row] = await this.ask(SQL.entry, [bankReference]);
    return row && entryOf(row);
  }

  async listSuspense(after: bigint, count: number): Promise<readonly BankEntryRecord[]> {
    return (await this.ask(SQL.suspense, [after, count])).map(entryOf);
  }
}

const byUser = <Row extends { readonly user_id: Blob }>(rows: readonly Row[]): ReadonlyMap<string, Row> =>
  new Map(rows.map((row) => [hex(row.user_id), row]));
