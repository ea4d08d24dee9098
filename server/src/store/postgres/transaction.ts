/** What happens inside one transaction of the writing connection. */
import { CODES } from '@coinslot/protocol';
import type { CardWriter } from '../../cards/store.ts';
import type { PostedRateTable } from '../../exchange/types.ts';
import type { Transfer } from '../../ledger/types.ts';
import type { DecisionRecord, PaymentState, PriorDecision, SpendingPlayer } from '../../payments/types.ts';
import type { PeriodWriter } from '../../periods/store.ts';
import { hex, playerAccount, type NewPlayer, type PressLimits, type TopUp } from '../../players/types.ts';
import type { NewPublisher, Publisher } from '../../publishers/types.ts';
import type { RefundWriter } from '../../refunds/store.ts';
import type { PaymentKey, StoreTransaction } from '../port.ts';
import {
  packChain,
  playerOf,
  priorOf,
  publisherOf,
  rateTableOf,
  type DecisionRow,
  type PublisherRow,
  type RateTableRow,
} from '../rows.ts';
import { PostgresCardWrites } from './card-writes.ts';
import { sql, type Ask } from './connection.ts';
import { PostgresLedger, type HeadRow } from './ledger.ts';
import { PostgresMoneyWrites } from './money-writes.ts';
import { PostgresRefundWrites } from './refund-writes.ts';
import { PostgresReads } from './reads.ts';
import { DECISION, PLAYERS, RATE_TABLE } from './selects.ts';
import { byteas, int8s, texts } from './wire.ts';

const SQL = {
  publishers: sql<PublisherRow>('SELECT * FROM publishers WHERE publisher_id = ANY ($1::text[])'),
  rateTables: sql<RateTableRow & { id: bigint }>(`${RATE_TABLE} WHERE t.id = ANY ($1::bigint[])`),
  decisions: sql<DecisionRow>(`${DECISION} WHERE k.request_id = ANY ($1::bytea[])`),
  addDecisions: sql(
    `INSERT INTO decisions (position, request_id, user_id, publisher_id, code, price_minor, price_currency, charged_minor,
       charged_currency, rate_table_id, offer_hash, quote_signature, request_hash, request, decision_id, decision,
       chain_hash, at_ms, transfer, period)
     SELECT * FROM unnest($1::bigint[], $2::bytea[], $3::bytea[], $4::text[], $5::bigint[], $6::bigint[], $7::text[],
       $8::bigint[], $9::text[], $10::bigint[], $11::bytea[], $12::bytea[], $13::bytea[], $14::bytea[], $15::bytea[],
       $16::bytea[], $17::bytea[], $18::bigint[], $19::bigint[], $20::bigint[])`,
  ),
  setPressSpending: sql(
    `UPDATE players p SET press_day = n.day, press_day_spent_minor = n.spent
     FROM unnest($1::bytea[], $2::bigint[], $3::bigint[]) AS n (user_id, day, spent) WHERE p.user_id = n.user_id`,
  ),
  takenKeys: sql<{ n: bigint }>('SELECT count(*) AS n FROM player_keys WHERE public_key = ANY ($1::bytea[])'),
  addPlayer: sql(
    `INSERT INTO players (user_id, plan, account, ceiling_minor, press_payment_max_minor, press_day_max_minor, enrolment,
       enrolment_hash, enrolled_at_ms)
     SELECT $1, $2, a.id, 0, $3, $4, $5, $6, $7 FROM accounts a WHERE a.kind = $8 AND a.owner = $9 AND a.currency = $10`,
  ),
  addKeys: sql(
    `INSERT INTO player_keys (public_key, user_id, part)
     VALUES ($2, $1, 'account'), ($3, $1, 'press'), ($4, $1, 'pin')`,
  ),
  setLimits: sql(
    `UPDATE players SET press_payment_max_minor = $2, press_day_max_minor = $3, limits_time_ms = $4, limits_hash = $5
     WHERE user_id = $1`,
  ),
  setCeiling: sql('UPDATE players SET ceiling_minor = $2 WHERE user_id = $1'),
  // A ceiling may be set below what is owed already; the schema's floor then stands at what is owed.
  setFloor: sql(
    `UPDATE accounts SET floor_minor = least(-$2::bigint, balance_minor, 0)
     WHERE id = (SELECT account FROM players WHERE user_id = $1)`,
  ),
  addTopUp: sql(
    'INSERT INTO top_ups (bank_reference, user_id, amount_minor, currency, transfer) VALUES ($1, $2, $3, $4, $5)',
  ),
  putPublisher: sql(
    `INSERT INTO publishers (publisher_id, common_name, payout_currency, bank_holder, bank_iban, fee_basis_points,
       chain_hash, enrolled_at_ms)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
     ON CONFLICT (publisher_id) DO UPDATE SET common_name = excluded.common_name, chain_hash = excluded.chain_hash`,
  ),
  addChain: sql(
    `INSERT INTO chains (chain_hash, chain) SELECT $1, $2
     WHERE NOT EXISTS (SELECT 1 FROM chains WHERE chain_hash = $1)`,
  ),
  addRateTable: sql('INSERT INTO rate_tables (id, body, not_before_ms) VALUES ($1, $2, $3)'),
};

export class PostgresTransaction extends PostgresReads implements StoreTransaction {
  override readonly cards: CardWriter;
  readonly #cards: PostgresCardWrites;
  override readonly periods: PeriodWriter;
  override readonly refunds: RefundWriter;
  readonly #ledger: PostgresLedger;

  constructor(ask: Ask) {
    super(ask);
    this.#ledger = new PostgresLedger(ask);
    this.#cards = new PostgresCardWrites(ask, this.#ledger);
    this.cards = this.#cards;
    this.periods = new PostgresMoneyWrites(ask, this.#ledger);
    this.refunds = new PostgresRefundWrites(ask, this.#ledger);
  }

  begin(head: HeadRow): void {
    this.#ledger.begin(head);
    this.#cards.begin();
  }

  /** What a rolled back transaction may have left in memory is forgotten. */
  forget(): void {
    this.#ledger.forget();
  }

  /** What is to be run last, in the same message as the commit. */
  end(): string {
    return this.#ledger.endBlock();
  }

  async postTransfer(transfer: Transfer): Promise<bigint> {
    return (await this.#ledger.postOne(transfer)).id;
  }

  async loadPayments(keys: readonly PaymentKey[]): Promise<readonly PaymentState[]> {
    // One round trip: they are sent one behind the other and answered in that order.
    const [players, publishers, tables, priors] = await Promise.all([
      this.#players(keys.map(({ userId }) => userId)),
      this.#publishers(keys.map(({ publisherId }) => publisherId)),
      this.#rateTables(keys.map(({ rateTableId }) => rateTableId)),
      this.#priors(keys.map(({ requestId }) => requestId)),
      this.#cards.loadDisputes(keys.map(({ requestId }) => requestId)),
    ]);
    return keys.map(({ requestId, userId, publisherId, rateTableId }) => {
      const player = players.get(hex(userId));
      if (player === undefined) throw new Error(`player ${hex(userId)} was admitted and is not there`);
      return {
        prior: priors.get(hex(requestId)),
        player,
        publisher: publishers.get(publisherId),
        rateTable: tables.get(rateTableId),
      };
    });
  }

  async #players(userIds: readonly Uint8Array[]): Promise<ReadonlyMap<string, SpendingPlayer>> {
    const rows = await this.ask(PLAYERS, [byteas(userIds)]);
    return new Map(
      rows.map((row) => {
        const player = playerOf(row);
        this.#ledger.know(playerAccount(player), row.account);
        return [hex(player.userId), player];
      }),
    );
  }

  async #publishers(ids: readonly string[]): Promise<ReadonlyMap<string, Publisher>> {
    const rows = await this.ask(SQL.publishers, [texts([...new Set(ids)])]);
    return new Map(rows.map((row) => [row.publisher_id, publisherOf(row)]));
  }

  async #rateTables(ids: readonly number[]): Promise<ReadonlyMap<number, PostedRateTable>> {
    const named = [...new Set(ids)].filter((id) => id !== 0);
    if (named.length === 0) return new Map();
    const rows = await this.ask(SQL.rateTables, [int8s(named)]);
    return new Map(rows.map((row) => [Number(row.id), rateTableOf(row)]));
  }

  async #priors(requestIds: readonly Uint8Array[]): Promise<ReadonlyMap<string, PriorDecision>> {
    const rows = await this.ask(SQL.decisions, [byteas(requestIds)]);
    return new Map(rows.map((row) => [hex(row.request_id), priorOf(row)]));
  }

  async recordPayments(records: readonly DecisionRecord[]): Promise<void> {
    if (records.length === 0) return;
    const { posted, write } = await this.#ledger.place(records.flatMap(({ transfer }) => transfer ?? []));
    const first = this.#ledger.takePositions(records.length);
    const placed: PlacedRecord[] = [];
    let charged = 0;
    for (const [i, record] of records.entries()) {
      const transfer = record.transfer === undefined ? undefined : posted[charged++];
      const period = transfer?.period ?? (await this.#ledger.bookingPeriod(record.atMs));
      placed.push({ record, position: first + BigInt(i), transferId: transfer?.id ?? null, period });
    }
    await Promise.all([write(), this.ask(SQL.addDecisions, decisionColumns(placed)), this.#setPressSpending(records)]);
  }

  /** The last one of each player is how the day stands. */
  async #setPressSpending(records: readonly DecisionRecord[]): Promise<void> {
    const spending = new Map(
      records.flatMap(({ userId, pressSpending }) =>
        pressSpending === undefined ? [] : [[hex(userId), { userId, ...pressSpending }] as const],
      ),
    );
    if (spending.size === 0) return;
    const rows = [...spending.values()];
    await this.ask(SQL.setPressSpending, [
      byteas(rows.map(({ userId }) => userId)),
      int8s(rows.map(({ day }) => day)),
      int8s(rows.map(({ spentMinor }) => spentMinor)),
    ]);
  }

  async areKeysTaken(keys: readonly Uint8Array[]): Promise<boolean> {
    return (await this.ask(SQL.takenKeys, [byteas(keys)]))[0]?.n !== 0n;
  }

  async addPlayer(player: NewPlayer): Promise<void> {
    const account = playerAccount(player);
    await this.#ledger.open([account]);
    const { userId, plan, pressPaymentMaxMinor, pressDayMaxMinor, enrolment, enrolmentHash, enrolledAtMs } = player;
    await this.ask(SQL.addPlayer, [
      ...[userId, plan, pressPaymentMaxMinor, pressDayMaxMinor, enrolment, enrolmentHash, enrolledAtMs],
      ...[account.kind, account.owner, account.currency],
    ]);
    await this.ask(SQL.addKeys, [userId, player.accountKey, player.pressKey, player.pinKey]);
  }

  async setPressLimits(userId: Uint8Array, limits: PressLimits, atMs: number, requestHash: Uint8Array): Promise<void> {
    const { pressPaymentMaxMinor, pressDayMaxMinor } = limits;
    await this.ask(SQL.setLimits, [userId, pressPaymentMaxMinor, pressDayMaxMinor, atMs, requestHash]);
  }

  async setCeiling(userId: Uint8Array, ceilingMinor: bigint): Promise<void> {
    await this.ask(SQL.setCeiling, [userId, ceilingMinor]);
    await this.ask(SQL.setFloor, [userId, ceilingMinor]);
  }

  async addTopUp(topUp: TopUp, transfer: Transfer): Promise<void> {
    const { id } = await this.#ledger.postOne(transfer);
    const { bankReference, userId, amountMinor, currency } = topUp;
    await this.ask(SQL.addTopUp, [bankReference, userId, amountMinor, currency, id]);
  }

  async putPublisher({ bank, chain, ...publisher }: NewPublisher): Promise<void> {
    await this.putChain(publisher.chainHash, chain);
    const { publisherId, commonName, payoutCurrency, feeBasisPoints, chainHash, enrolledAtMs } = publisher;
    await this.ask(SQL.putPublisher, [
      ...[publisherId, commonName, payoutCurrency, bank.holder, bank.iban, feeBasisPoints, chainHash, enrolledAtMs],
    ]);
  }

  async putChain(chainHash: Uint8Array, chain: readonly Uint8Array[]): Promise<void> {
    await this.ask(SQL.addChain, [chainHash, packChain(chain)]);
  }

  async addRateTable(tableId: number, body: Uint8Array, notBeforeMs: number): Promise<void> {
    await this.ask(SQL.addRateTable, [tableId, body, notBeforeMs]);
  }
}

interface PlacedRecord {
  readonly record: DecisionRecord;
  readonly position: bigint;
  readonly transferId: bigint | null;
  readonly period: number;
}

/** In the order of the statement. */
function decisionColumns(placed: readonly PlacedRecord[]): Buffer[] {
  const records = placed.map(({ record }) => record);
  return [
    int8s(placed.map(({ position }) => position)),
    byteas(records.map(({ requestId }) => requestId)),
    byteas(records.map(({ userId }) => userId)),
    texts(records.map(({ publisherId }) => publisherId)),
    int8s(records.map(({ code }) => (code === 'APPROVED' ? 0 : CODES[code].number))),
    int8s(records.map(({ priceMinor }) => priceMinor)),
    texts(records.map(({ priceCurrency }) => priceCurrency)),
    int8s(records.map(({ chargedMinor }) => chargedMinor)),
    texts(records.map(({ chargedCurrency }) => chargedCurrency)),
    int8s(records.map(({ rateTableId }) => rateTableId)),
    byteas(records.map(({ offerHash }) => offerHash)),
    byteas(records.map(({ quoteSignature }) => quoteSignature)),
    byteas(records.map(({ requestHash }) => requestHash)),
    byteas(records.map(({ requestBytes }) => requestBytes)),
    byteas(records.map(({ decisionId }) => decisionId)),
    byteas(records.map(({ decision }) => decision)),
    byteas(records.map(({ chainHash }) => chainHash)),
    int8s(records.map(({ atMs }) => atMs)),
    int8s(placed.map(({ transferId }) => transferId)),
    int8s(placed.map(({ period }) => period)),
  ];
}
