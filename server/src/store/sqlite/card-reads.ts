/* eslint-disable @typescript-eslint/require-await -- the port may wait, SQLite never does; async makes every throw a rejection */
/** Reads of cards, over either connection. */
import type Database from 'better-sqlite3';
import type { BlockedCard, BlockedList, CardPlace, CardReader } from '../../cards/store.ts';
import type {
  AnsweredUpload,
  Card,
  CardClaim,
  CardIssueRecord,
  CardRecordRow,
  StoredParameters,
} from '../../cards/types.ts';
import type { Account, AccountName } from '../../ledger/types.ts';
import {
  cardOf,
  claimOf,
  issueOf,
  parametersOf,
  recordOf,
  uploadOf,
  type CardRow,
  type ClaimRow,
  type IssueRow,
  type RecordRow,
  type UploadRow,
} from '../card-rows.ts';
import { accountOf, type AccountRow } from '../rows.ts';

type Blob = Uint8Array;

function prepare(db: Database.Database) {
  return {
    card: db.prepare<[Blob], CardRow>('SELECT * FROM cards WHERE card_id = ?'),
    cardByKey: db.prepare<[Blob], CardRow>('SELECT * FROM cards WHERE public_key = ?'),
    liveCards: db.prepare<[Blob, number], { n: bigint }>(
      'SELECT count(*) AS n FROM cards WHERE user_id = ? AND blocked_at_ms IS NULL AND not_after_ms >= ?',
    ),
    cards: db.prepare<[Blob, number], CardRow>('SELECT * FROM cards WHERE card_id > ? ORDER BY card_id LIMIT ?'),
    issue: db.prepare<[Blob], IssueRow>('SELECT * FROM card_issues WHERE application_hash = ?'),
    countIssues: db.prepare<[Blob], { n: bigint }>('SELECT count(*) AS n FROM card_issues WHERE card_id = ?'),
    newestParameters: db.prepare<[Blob], { parameters: Blob }>(
      'SELECT parameters FROM card_parameters WHERE card_id = ? ORDER BY number DESC LIMIT 1',
    ),
    parameters: db.prepare<[Blob], { parameters: Blob }>(
      'SELECT parameters FROM card_parameters WHERE card_id = ? ORDER BY number',
    ),
    upload: db.prepare<[Blob, Blob], UploadRow>('SELECT * FROM card_uploads WHERE card_id = ? AND challenge = ?'),
    record: db.prepare<[Blob, Blob], RecordRow>('SELECT * FROM card_records WHERE card_id = ? AND head = ?'),
    records: db.prepare<[Blob, number, Blob, number], RecordRow>(
      'SELECT * FROM card_records WHERE card_id = ? AND (counter, head) > (?, ?) ORDER BY counter, head LIMIT ?',
    ),
    uploads: db.prepare<[Blob], UploadRow>('SELECT * FROM card_uploads WHERE card_id = ? ORDER BY number'),
    payments: db.prepare<[Blob], RecordRow>(
      "SELECT * FROM card_records WHERE request_id = ? AND outcome IN ('booked', 'unpaid')",
    ),
    disputed: db.prepare<[Blob], { found: bigint }>(
      "SELECT 1 AS found FROM card_records WHERE request_id = ? AND outcome = 'disputed' LIMIT 1",
    ),
    claim: db.prepare<[Blob, Blob], ClaimRow>('SELECT * FROM card_claims WHERE card_id = ? AND head = ?'),
    claims: db.prepare<[Blob], ClaimRow>('SELECT * FROM card_claims WHERE card_id = ? ORDER BY counter, at_ms'),
    excess: db.prepare<[Blob, string, Blob, string], { sum_minor: bigint }>(
      `SELECT (SELECT coalesce(sum(charged_minor), 0) FROM card_records
                WHERE card_id = ? AND purse = ? AND excess = 1 AND outcome = 'booked')
            + (SELECT coalesce(sum(charged_minor), 0) FROM card_claims AS claim
                WHERE card_id = ? AND purse = ? AND reversal IS NULL AND NOT EXISTS (
                  SELECT 1 FROM card_records
                  WHERE card_id = claim.card_id AND head = claim.head AND outcome = 'disputed' AND excess = 0)) AS sum_minor`,
    ),
    account: db.prepare<[string, string, string], AccountRow>(
      'SELECT * FROM accounts WHERE kind = ? AND owner = ? AND currency = ?',
    ),
    list: db.prepare<[Blob], { number: bigint; list: Blob; this_update_ms: bigint }>(
      'SELECT number, list, this_update_ms FROM card_lists WHERE issuer_key = ? ORDER BY number DESC LIMIT 1',
    ),
    blocked: db.prepare<[Blob, number], { serial_hex: string; blocked_at_ms: bigint }>(
      `SELECT serial_hex, blocked_at_ms FROM cards
       WHERE issuer_key = ? AND blocked_at_ms IS NOT NULL AND not_after_ms >= ? ORDER BY serial_hex`,
    ),
  };
}

export class SqliteCardReads implements CardReader {
  readonly #read: ReturnType<typeof prepare>;

  constructor(db: Database.Database) {
    this.#read = prepare(db);
  }

  async findCard(cardId: Blob): Promise<Card | undefined> {
    const row = this.#read.card.get(cardId);
    return row && cardOf(row);
  }

  async findCardByKey(publicKey: Blob): Promise<Card | undefined> {
    const row = this.#read.cardByKey.get(publicKey);
    return row && cardOf(row);
  }

  async countLiveCards(userId: Blob, nowMs: number): Promise<number> {
    return Number(this.#read.liveCards.get(userId, nowMs)?.n ?? 0);
  }

  async listCards(after: Blob, count: number): Promise<readonly Card[]> {
    return this.#read.cards.all(after, count).map(cardOf);
  }

  async countIssues(cardId: Blob): Promise<number> {
    return Number(this.#read.countIssues.get(cardId)?.n ?? 0);
  }

  async findIssue(applicationHash: Blob): Promise<CardIssueRecord | undefined> {
    const row = this.#read.issue.get(applicationHash);
    return row && issueOf(row);
  }

  async findParameters(cardId: Blob): Promise<StoredParameters | undefined> {
    const row = this.#read.newestParameters.get(cardId);
    return row && parametersOf(row);
  }

  async listParameters(cardId: Blob): Promise<readonly StoredParameters[]> {
    return this.#read.parameters.all(cardId).map(parametersOf);
  }

  async findUpload(cardId: Blob, challenge: Blob): Promise<AnsweredUpload | undefined> {
    const row = this.#read.upload.get(cardId, challenge);
    return row && uploadOf(row);
  }

  async findCardRecord(cardId: Blob, head: Blob): Promise<CardRecordRow | undefined> {
    const row = this.#read.record.get(cardId, head);
    return row && recordOf(row);
  }

  async listCardRecords(cardId: Blob, { counter, head }: CardPlace, count: number): Promise<readonly CardRecordRow[]> {
    return this.#read.records.all(cardId, counter, head, count).map(recordOf);
  }

  async listUploads(cardId: Blob): Promise<readonly AnsweredUpload[]> {
    return this.#read.uploads.all(cardId).map(uploadOf);
  }

  async findCardPayments(requestId: Blob): Promise<readonly CardRecordRow[]> {
    return this.#read.payments.all(requestId).map(recordOf);
  }

  async isDisputed(requestId: Blob): Promise<boolean> {
    return this.#read.disputed.get(requestId) !== undefined;
  }

  async findClaim(cardId: Blob, head: Blob): Promise<CardClaim | undefined> {
    const row = this.#read.claim.get(cardId, head);
    return row && claimOf(row);
  }

  async listClaims(cardId: Blob): Promise<readonly CardClaim[]> {
    return this.#read.claims.all(cardId).map(claimOf);
  }

  async sumExcess(cardId: Blob, purse: string): Promise<bigint> {
    return this.#read.excess.get(cardId, purse, cardId, purse)?.sum_minor ?? 0n;
  }

  async findAccount({ kind, owner, currency }: AccountName): Promise<Account | undefined> {
    const row = this.#read.account.get(kind, owner, currency);
    return row && accountOf(row);
  }

  async findBlockedList(issuerKey: Blob): Promise<BlockedList | undefined> {
    const row = this.#read.list.get(issuerKey);
    return (
      row && {
        number: Number(row.number),
        list: Uint8Array.from(row.list),
        thisUpdateMs: Number(row.this_update_ms),
      }
    );
  }

  async listBlocked(issuerKey: Blob, notAfterMs: number): Promise<readonly BlockedCard[]> {
    const rows = this.#read.blocked.all(issuerKey, notAfterMs);
    return rows.map(({ serial_hex, blocked_at_ms }) => ({
      serialHex: serial_hex,
      blockedAtMs: Number(blocked_at_ms),
    }));
  }
}
