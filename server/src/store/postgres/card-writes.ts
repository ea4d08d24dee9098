/** Changes to cards, inside a transaction. */
import { CODES } from '@coinslot/protocol';
import type { BlockedList, CardWriter } from '../../cards/store.ts';
import type { AnsweredUpload, CardIssueRecord, NewCard, NewCardClaim, NewCardRecord } from '../../cards/types.ts';
import type { Transfer } from '../../ledger/types.ts';
import { hex } from '../../players/types.ts';
import { PostgresCardReads } from './card-reads.ts';
import { sql, type Ask } from './connection.ts';
import type { PostgresLedger } from './ledger.ts';
import { byteas } from './wire.ts';

type Blob = Uint8Array;

const SQL = {
  disputed: sql<{ request_id: Blob }>(
    "SELECT request_id FROM card_records WHERE request_id = ANY ($1::bytea[]) AND outcome = 'disputed'",
  ),
  addCard: sql(
    `INSERT INTO cards (card_id, user_id, assurance, public_key, issuer_key, issuer_id, serial_hex, chain_hash,
       issued_at_ms, not_after_ms)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)`,
  ),
  addIssue: sql(
    'INSERT INTO card_issues (application_hash, card_id, application, issue, at_ms) VALUES ($1, $2, $3, $4, $5)',
  ),
  addParameters: sql('INSERT INTO card_parameters (card_id, number, parameters) VALUES ($1, $2, $3)'),
  addRecord: sql(
    `INSERT INTO card_records (card_id, head, counter, previous, request_id, purse, charged_minor, charged_currency, record,
       request, decision, outcome, code, forked, excess, spent_at_ms, booked_at_ms, transfer, period)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19)`,
  ),
  addDecision: sql(
    `INSERT INTO decisions (position, request_id, user_id, publisher_id, code, price_minor, price_currency, charged_minor,
       charged_currency, rate_table_id, offer_hash, quote_signature, request_hash, request, decision_id, decision,
       chain_hash, at_ms, transfer, card_id, period)
     VALUES ($1, $2, $3, $4, 0, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20)`,
  ),
  setHead: sql('UPDATE cards SET counter = $2, head = $3 WHERE card_id = $1'),
  setSeen: sql('UPDATE cards SET seen_at_ms = greatest(coalesce(seen_at_ms, 0), $2) WHERE card_id = $1'),
  block: sql('UPDATE cards SET blocked_at_ms = $2, blocked_reason = $3 WHERE card_id = $1 AND blocked_at_ms IS NULL'),
  settle: sql('UPDATE cards SET settled_at_ms = $2 WHERE card_id = $1'),
  addUpload: sql(
    `INSERT INTO card_uploads (card_id, challenge, number, acknowledgement, upload, at_ms)
     VALUES ($1, $2, $3, $4, $5, $6)`,
  ),
  addClaim: sql(
    `INSERT INTO card_claims (card_id, head, counter, publisher_id, purse, charged_minor, charged_currency, decision,
       quote, spent_at_ms, at_ms, transfer)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)`,
  ),
  reverseClaim: sql('UPDATE card_claims SET reversal = $3 WHERE card_id = $1 AND head = $2'),
  addList: sql('INSERT INTO card_lists (issuer_key, number, list, this_update_ms) VALUES ($1, $2, $3, $4)'),
  makeRoom: sql(
    `UPDATE accounts SET floor_minor = least(floor_minor, balance_minor - $2)
     WHERE id = (SELECT account FROM players WHERE user_id = $1 AND plan = 'postpaid')`,
  ),
};

export class PostgresCardWrites extends PostgresCardReads implements CardWriter {
  readonly #ledger: PostgresLedger;
  /** Requests of this transaction's payments that no card disputes: asked for as a set, since each payment asks by itself. */
  readonly #undisputed = new Set<string>();

  constructor(ask: Ask, ledger: PostgresLedger) {
    super(ask);
    this.#ledger = ledger;
  }

  begin(): void {
    this.#undisputed.clear();
  }

  async loadDisputes(requestIds: readonly Blob[]): Promise<void> {
    const disputed = new Set((await this.ask(SQL.disputed, [byteas(requestIds)])).map((row) => hex(row.request_id)));
    for (const id of requestIds.map(hex)) if (!disputed.has(id)) this.#undisputed.add(id);
  }

  override async isDisputed(requestId: Blob): Promise<boolean> {
    return this.#undisputed.has(hex(requestId)) ? false : super.isDisputed(requestId);
  }

  async addCard(card: NewCard): Promise<void> {
    const { cardId, userId, assurance, publicKey, issuerKey, issuerId, serialHex, chainHash } = card;
    await this.ask(SQL.addCard, [
      ...[cardId, userId, assurance, publicKey, issuerKey, issuerId, serialHex, chainHash],
      ...[card.issuedAtMs, card.notAfterMs],
    ]);
  }

  async addIssue({ applicationHash, cardId, application, issue, atMs }: CardIssueRecord): Promise<void> {
    await this.ask(SQL.addIssue, [applicationHash, cardId, application, issue, atMs]);
  }

  async addParameters(cardId: Blob, number: number, envelope: Blob): Promise<void> {
    await this.ask(SQL.addParameters, [cardId, number, envelope]);
  }

  async addCardRecord({ transfer, placed, ...record }: NewCardRecord): Promise<void> {
    this.#undisputed.clear();
    const posted = transfer && (await this.#ledger.postOne(transfer));
    const period = posted?.period ?? (await this.#ledger.bookingPeriod(record.bookedAtMs));
    const { cardId, head, requestId, purse, chargedMinor, chargedCurrency, request, decision, spentAtMs } = record;
    await this.ask(SQL.addRecord, [
      ...[cardId, head, record.counter, record.previous, requestId, purse, chargedMinor, chargedCurrency],
      ...[record.record, request, decision, record.outcome],
      record.code === undefined ? null : CODES[record.code].number,
      ...[Number(record.forked), Number(record.excess), spentAtMs, record.bookedAtMs, posted?.id, period],
    ]);
    if (placed === undefined) return;
    const { userId, publisherId, priceMinor, priceCurrency, rateTableId, offerHash, quoteSignature } = placed;
    await this.ask(SQL.addDecision, [
      ...[this.#ledger.takePositions(1), requestId, userId, publisherId, priceMinor, priceCurrency],
      ...[chargedMinor, chargedCurrency, rateTableId, offerHash, quoteSignature, placed.requestHash, request],
      ...[placed.decisionId, decision, placed.chainHash, spentAtMs, posted?.id, cardId, period],
    ]);
  }

  async setCardHead(cardId: Blob, counter: number, head: Blob): Promise<void> {
    await this.ask(SQL.setHead, [cardId, counter, head]);
  }

  async setCardSeen(cardId: Blob, atMs: number): Promise<void> {
    await this.ask(SQL.setSeen, [cardId, atMs]);
  }

  async blockCard(cardId: Blob, reason: string, atMs: number): Promise<void> {
    await this.ask(SQL.block, [cardId, atMs, reason]);
  }

  async setCardSettled(cardId: Blob, atMs: number): Promise<void> {
    await this.ask(SQL.settle, [cardId, atMs]);
  }

  async addUpload({ cardId, challenge, number, acknowledgement, upload, atMs }: AnsweredUpload): Promise<void> {
    await this.ask(SQL.addUpload, [cardId, challenge, number, acknowledgement, upload, atMs]);
  }

  async addClaim({ transfer, ...claim }: NewCardClaim): Promise<void> {
    const { id } = await this.#ledger.postOne(transfer);
    const { cardId, head, counter, publisherId, purse, chargedMinor, chargedCurrency, decision, quote } = claim;
    await this.ask(SQL.addClaim, [
      ...[cardId, head, counter, publisherId, purse, chargedMinor, chargedCurrency, decision, quote],
      ...[claim.spentAtMs, claim.atMs, id],
    ]);
  }

  async reverseClaim(cardId: Blob, head: Blob, reversal: Transfer): Promise<void> {
    const { id } = await this.#ledger.postOne(reversal);
    await this.ask(SQL.reverseClaim, [cardId, head, id]);
  }

  async addBlockedList(issuerKey: Blob, { number, list, thisUpdateMs }: BlockedList): Promise<void> {
    await this.ask(SQL.addList, [issuerKey, number, list, thisUpdateMs]);
  }

  async postTransfer(transfer: Transfer): Promise<void> {
    await this.#ledger.postOne(transfer);
  }

  async makeRoomFor(userId: Blob, amountMinor: bigint): Promise<void> {
    await this.ask(SQL.makeRoom, [userId, amountMinor]);
  }
}
