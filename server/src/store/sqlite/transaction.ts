/* eslint-disable @typescript-eslint/require-await -- the port may wait, SQLite never does; async makes every throw a rejection */
/** What happens inside one transaction of the writing connection. */
import { CODES } from '@coinslot/protocol';
import type Database from 'better-sqlite3';
import type { CardWriter } from '../../cards/store.ts';
import type { PostedRateTable } from '../../exchange/types.ts';
import type { DecisionRecord, PaymentState, SpendingPlayer } from '../../payments/types.ts';
import { hex, playerAccount, type NewPlayer, type PressLimits, type TopUp } from '../../players/types.ts';
import type { PeriodWriter } from '../../periods/store.ts';
import type { NewPublisher, Publisher } from '../../publishers/types.ts';
import type { RefundWriter } from '../../refunds/store.ts';
import type { PaymentKey, StoreTransaction } from '../port.ts';
import type { Transfer } from '../../ledger/types.ts';
import { SqliteCardWrites } from './card-writes.ts';
import { SqliteLedger } from './ledger.ts';
import { SqliteMoneyWrites } from './money-writes.ts';
import { SqliteRefundWrites } from './refund-writes.ts';
import { SqliteReads } from './reads.ts';
import { packChain, topUpOf, type TopUpRow } from '../rows.ts';

type Blob = Uint8Array;

function prepare(db: Database.Database) {
  return {
    addDecision: db.prepare(
      `INSERT INTO decisions (request_id, user_id, publisher_id, code, price_minor, price_currency, charged_minor,
         charged_currency, rate_table_id, offer_hash, quote_signature, request_hash, request, decision_id, decision,
         chain_hash, at_ms, transfer)
       VALUES (@requestId, @userId, @publisherId, @codeNumber, @priceMinor, @priceCurrency, @chargedMinor,
         @chargedCurrency, @rateTableId, @offerHash, @quoteSignature, @requestHash, @requestBytes, @decisionId, @decision,
         @chainHash, @atMs, @transferId)`,
    ),
    setPressSpending: db.prepare<[number, bigint, Blob]>(
      'UPDATE players SET press_day = ?, press_day_spent_minor = ? WHERE user_id = ?',
    ),
    isKeyTaken: db.prepare<[Blob], { n: bigint }>('SELECT count(*) AS n FROM player_keys WHERE public_key = ?'),
    addPlayer: db.prepare(
      `INSERT INTO players (user_id, plan, account, ceiling_minor, press_payment_max_minor, press_day_max_minor,
         enrolment, enrolment_hash, enrolled_at_ms)
       VALUES (@userId, @plan, @accountId, 0, @pressPaymentMaxMinor, @pressDayMaxMinor, @enrolment, @enrolmentHash,
         @enrolledAtMs)`,
    ),
    addKey: db.prepare<[Blob, Blob, string]>('INSERT INTO player_keys (public_key, user_id, part) VALUES (?, ?, ?)'),
    setLimits: db.prepare<[bigint, bigint, number, Blob, Blob]>(
      `UPDATE players SET press_payment_max_minor = ?, press_day_max_minor = ?, limits_time_ms = ?, limits_hash = ?
       WHERE user_id = ?`,
    ),
    setCeiling: db.prepare<[bigint, Blob]>('UPDATE players SET ceiling_minor = ? WHERE user_id = ?'),
    // A ceiling may be set below what is owed already; the schema's floor then stands at what is owed.
    setFloor: db.prepare<[bigint, Blob]>(
      `UPDATE accounts SET floor_minor = min(-?, balance_minor, 0)
       WHERE id = (SELECT account FROM players WHERE user_id = ?)`,
    ),
    findTopUp: db.prepare<[string], TopUpRow>('SELECT * FROM top_ups WHERE bank_reference = ?'),
    addTopUp: db.prepare<[string, Blob, bigint, string, bigint]>(
      'INSERT INTO top_ups (bank_reference, user_id, amount_minor, currency, transfer) VALUES (?, ?, ?, ?, ?)',
    ),
    putPublisher: db.prepare(
      `INSERT INTO publishers (publisher_id, common_name, payout_currency, bank_holder, bank_iban, fee_basis_points,
         chain_hash, enrolled_at_ms)
       VALUES (@publisherId, @commonName, @payoutCurrency, @holder, @iban, @feeBasisPoints, @chainHash, @enrolledAtMs)
       ON CONFLICT (publisher_id) DO UPDATE SET common_name = excluded.common_name, chain_hash = excluded.chain_hash`,
    ),
    hasChain: db.prepare<[Blob], { n: bigint }>('SELECT count(*) AS n FROM chains WHERE chain_hash = ?'),
    addChain: db.prepare<[Blob, Blob]>('INSERT INTO chains (chain_hash, chain) VALUES (?, ?)'),
    addRateTable: db.prepare<[number, Blob, number]>(
      'INSERT INTO rate_tables (id, body, not_before_ms) VALUES (?, ?, ?)',
    ),
  };
}

export class SqliteTransaction extends SqliteReads implements StoreTransaction {
  override readonly cards: CardWriter;
  override readonly periods: PeriodWriter;
  override readonly refunds: RefundWriter;
  readonly #ledger: SqliteLedger;
  readonly #sql: ReturnType<typeof prepare>;

  constructor(db: Database.Database) {
    super(db);
    this.#ledger = new SqliteLedger(db);
    this.cards = new SqliteCardWrites(db, this.#ledger);
    this.periods = new SqliteMoneyWrites(db, this.#ledger);
    this.refunds = new SqliteRefundWrites(db, this.#ledger);
    this.#sql = prepare(db);
  }

  /** What a rolled back transaction may have left in memory is forgotten. */
  forget(): void {
    this.#ledger.forget();
  }

  /** The last thing before the commit. */
  end(): void {
    this.#ledger.endBlock();
  }

  async postTransfer(transfer: Transfer): Promise<bigint> {
    return this.#ledger.post(transfer);
  }

  async loadPayments(keys: readonly PaymentKey[]): Promise<readonly PaymentState[]> {
    const players = new Map<string, SpendingPlayer>();
    const publishers = new Map<string, Publisher | undefined>();
    const tables = new Map<number, PostedRateTable | undefined>();
    return keys.map(({ requestId, userId, publisherId, rateTableId }) => {
      const name = hex(userId);
      const player = players.get(name) ?? this.#requirePlayer(userId);
      players.set(name, player);
      if (!publishers.has(publisherId)) publishers.set(publisherId, this.publisherNow(publisherId));
      if (rateTableId !== 0 && !tables.has(rateTableId)) tables.set(rateTableId, this.rateTableNow(rateTableId));
      const [publisher, rateTable] = [publishers.get(publisherId), tables.get(rateTableId)];
      return { prior: this.decisionNow(requestId), player, publisher, rateTable };
    });
  }

  #requirePlayer(userId: Uint8Array): SpendingPlayer {
    const player = this.playerNow(userId);
    if (player === undefined) throw new Error(`player ${hex(userId)} was admitted and is not there`);
    return { ...player };
  }

  async recordPayments(records: readonly DecisionRecord[]): Promise<void> {
    for (const record of records) this.#recordPayment(record);
  }

  #recordPayment({ transfer, pressSpending, ...record }: DecisionRecord): void {
    const transferId = transfer === undefined ? null : this.#ledger.post(transfer);
    const codeNumber = record.code === 'APPROVED' ? 0 : CODES[record.code].number;
    this.#sql.addDecision.run({ ...record, codeNumber, transferId });
    if (pressSpending === undefined) return;
    this.#sql.setPressSpending.run(pressSpending.day, pressSpending.spentMinor, record.userId);
  }

  async areKeysTaken(keys: readonly Uint8Array[]): Promise<boolean> {
    return keys.some((key) => this.#sql.isKeyTaken.get(key)?.n !== 0n);
  }

  async addPlayer(player: NewPlayer): Promise<void> {
    const accountId = this.#ledger.open(playerAccount(player));
    this.#sql.addPlayer.run({ ...player, accountId });
    this.#sql.addKey.run(player.accountKey, player.userId, 'account');
    this.#sql.addKey.run(player.pressKey, player.userId, 'press');
    this.#sql.addKey.run(player.pinKey, player.userId, 'pin');
  }

  async setPressLimits(userId: Blob, limits: PressLimits, atMs: number, requestHash: Blob): Promise<void> {
    this.#sql.setLimits.run(limits.pressPaymentMaxMinor, limits.pressDayMaxMinor, atMs, requestHash, userId);
  }

  async setCeiling(userId: Uint8Array, ceilingMinor: bigint): Promise<void> {
    this.#sql.setCeiling.run(ceilingMinor, userId);
    this.#sql.setFloor.run(ceilingMinor, userId);
  }

  async findTopUp(bankReference: string): Promise<TopUp | undefined> {
    const row = this.#sql.findTopUp.get(bankReference);
    return row && topUpOf(row);
  }

  async addTopUp(topUp: TopUp, transfer: Transfer): Promise<void> {
    const transferId = this.#ledger.post(transfer);
    const { bankReference, userId, amountMinor, currency } = topUp;
    this.#sql.addTopUp.run(bankReference, userId, amountMinor, currency, transferId);
  }

  async putPublisher({ bank, chain, ...publisher }: NewPublisher): Promise<void> {
    await this.putChain(publisher.chainHash, chain);
    this.#sql.putPublisher.run({ ...publisher, ...bank });
  }

  async putChain(chainHash: Uint8Array, chain: readonly Uint8Array[]): Promise<void> {
    if (this.#sql.hasChain.get(chainHash)?.n === 0n) this.#sql.addChain.run(chainHash, packChain(chain));
  }

  async addRateTable(tableId: number, body: Uint8Array, notBeforeMs: number): Promise<void> {
    this.#sql.addRateTable.run(tableId, body, notBeforeMs);
  }
}
