/* eslint-disable @typescript-eslint/require-await -- the port may wait, SQLite never does; async makes every throw a rejection */
/** Changes to cards, inside a transaction of the writing connection. */
import { CODES } from '@coinslot/protocol';
import type Database from 'better-sqlite3';
import type { BlockedList, CardWriter } from '../../cards/store.ts';
import type { AnsweredUpload, CardIssueRecord, NewCard, NewCardClaim, NewCardRecord } from '../../cards/types.ts';
import type { Transfer } from '../../ledger/types.ts';
import { SqliteCardReads } from './card-reads.ts';
import type { SqliteLedger } from './ledger.ts';

type Blob = Uint8Array;

function prepare(db: Database.Database) {
  return {
    addCard: db.prepare(
      `INSERT INTO cards (card_id, user_id, assurance, public_key, issuer_key, issuer_id, serial_hex, chain_hash,
         issued_at_ms, not_after_ms)
       VALUES (@cardId, @userId, @assurance, @publicKey, @issuerKey, @issuerId, @serialHex, @chainHash, @issuedAtMs,
         @notAfterMs)`,
    ),
    addIssue: db.prepare(
      `INSERT INTO card_issues (application_hash, card_id, application, issue, at_ms)
       VALUES (@applicationHash, @cardId, @application, @issue, @atMs)`,
    ),
    addParameters: db.prepare<[Blob, number, Blob]>(
      'INSERT INTO card_parameters (card_id, number, parameters) VALUES (?, ?, ?)',
    ),
    addRecord: db.prepare(
      `INSERT INTO card_records (card_id, head, counter, previous, request_id, purse, charged_minor, charged_currency,
         record, request, decision, outcome, code, forked, excess, spent_at_ms, booked_at_ms, transfer)
       VALUES (@cardId, @head, @counter, @previous, @requestId, @purse, @chargedMinor, @chargedCurrency, @record,
         @request, @decision, @outcome, @codeNumber, @forkedNumber, @excessNumber, @spentAtMs, @bookedAtMs, @transferId)`,
    ),
    addDecision: db.prepare(
      `INSERT INTO decisions (request_id, user_id, publisher_id, code, price_minor, price_currency, charged_minor,
         charged_currency, rate_table_id, offer_hash, quote_signature, request_hash, request, decision_id, decision,
         chain_hash, at_ms, transfer, card_id)
       VALUES (@requestId, @userId, @publisherId, 0, @priceMinor, @priceCurrency, @chargedMinor, @chargedCurrency,
         @rateTableId, @offerHash, @quoteSignature, @requestHash, @request, @decisionId, @decision, @chainHash,
         @spentAtMs, @transferId, @cardId)`,
    ),
    setHead: db.prepare<[number, Blob, Blob]>('UPDATE cards SET counter = ?, head = ? WHERE card_id = ?'),
    setSeen: db.prepare<[number, Blob]>(
      'UPDATE cards SET seen_at_ms = max(coalesce(seen_at_ms, 0), ?) WHERE card_id = ?',
    ),
    block: db.prepare<[number, string, Blob]>(
      'UPDATE cards SET blocked_at_ms = ?, blocked_reason = ? WHERE card_id = ? AND blocked_at_ms IS NULL',
    ),
    settle: db.prepare<[number, Blob]>('UPDATE cards SET settled_at_ms = ? WHERE card_id = ?'),
    addUpload: db.prepare(
      `INSERT INTO card_uploads (card_id, challenge, number, acknowledgement, upload, at_ms)
       VALUES (@cardId, @challenge, @number, @acknowledgement, @upload, @atMs)`,
    ),
    addClaim: db.prepare(
      `INSERT INTO card_claims (card_id, head, counter, publisher_id, purse, charged_minor, charged_currency, decision,
         quote, spent_at_ms, at_ms, transfer)
       VALUES (@cardId, @head, @counter, @publisherId, @purse, @chargedMinor, @chargedCurrency, @decision, @quote,
         @spentAtMs, @atMs, @transferId)`,
    ),
    reverseClaim: db.prepare<[bigint, Blob, Blob]>(
      'UPDATE card_claims SET reversal = ? WHERE card_id = ? AND head = ?',
    ),
    addList: db.prepare<[Blob, number, Blob, number]>(
      'INSERT INTO card_lists (issuer_key, number, list, this_update_ms) VALUES (?, ?, ?, ?)',
    ),
    makeRoom: db.prepare<[bigint, Blob]>(
      `UPDATE accounts SET floor_minor = min(floor_minor, balance_minor - ?)
       WHERE id = (SELECT account FROM players WHERE user_id = ? AND plan = 'postpaid')`,
    ),
  };
}

export class SqliteCardWrites extends SqliteCardReads implements CardWriter {
  readonly #ledger: SqliteLedger;
  readonly #sql: ReturnType<typeof prepare>;

  constructor(db: Database.Database, ledger: SqliteLedger) {
    super(db);
    this.#ledger = ledger;
    this.#sql = prepare(db);
  }

  async addCard(card: NewCard): Promise<void> {
    this.#sql.addCard.run(card);
  }

  async addIssue(issue: CardIssueRecord): Promise<void> {
    this.#sql.addIssue.run(issue);
  }

  async addParameters(cardId: Blob, number: number, envelope: Blob): Promise<void> {
    this.#sql.addParameters.run(cardId, number, envelope);
  }

  async addCardRecord({ transfer, placed, ...record }: NewCardRecord): Promise<void> {
    const transferId = transfer === undefined ? null : this.#ledger.post(transfer);
    const numbers = {
      request: record.request ?? null,
      decision: record.decision ?? null,
      codeNumber: record.code === undefined ? null : CODES[record.code].number,
      forkedNumber: Number(record.forked),
      excessNumber: Number(record.excess),
    };
    this.#sql.addRecord.run({ ...record, ...numbers, transferId });
    if (placed !== undefined) this.#sql.addDecision.run({ ...record, ...placed, transferId });
  }

  async setCardHead(cardId: Blob, counter: number, head: Blob): Promise<void> {
    this.#sql.setHead.run(counter, head, cardId);
  }

  async setCardSeen(cardId: Blob, atMs: number): Promise<void> {
    this.#sql.setSeen.run(atMs, cardId);
  }

  async blockCard(cardId: Blob, reason: string, atMs: number): Promise<void> {
    this.#sql.block.run(atMs, reason, cardId);
  }

  async setCardSettled(cardId: Blob, atMs: number): Promise<void> {
    this.#sql.settle.run(atMs, cardId);
  }

  async addUpload(upload: AnsweredUpload): Promise<void> {
    this.#sql.addUpload.run(upload);
  }

  async addClaim({ transfer, ...claim }: NewCardClaim): Promise<void> {
    const transferId = this.#ledger.post(transfer);
    this.#sql.addClaim.run({ ...claim, transferId });
  }

  async reverseClaim(cardId: Blob, head: Blob, reversal: Transfer): Promise<void> {
    this.#sql.reverseClaim.run(this.#ledger.post(reversal), cardId, head);
  }

  async addBlockedList(issuerKey: Blob, { number, list, thisUpdateMs }: BlockedList): Promise<void> {
    this.#sql.addList.run(issuerKey, number, list, thisUpdateMs);
  }

  async postTransfer(transfer: Transfer): Promise<void> {
    this.#ledger.post(transfer);
  }

  async makeRoomFor(userId: Blob, amountMinor: bigint): Promise<void> {
    this.#sql.makeRoom.run(amountMinor, userId);
  }
}
