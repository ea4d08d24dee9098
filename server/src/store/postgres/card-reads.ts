/** Reads of cards. */
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
import { sql, type Ask } from './connection.ts';

type Blob = Uint8Array;

const SQL = {
  card: sql<CardRow>('SELECT * FROM cards WHERE card_id = $1'),
  cardByKey: sql<CardRow>('SELECT * FROM cards WHERE public_key = $1'),
  liveCards: sql<{ n: bigint }>(
    'SELECT count(*) AS n FROM cards WHERE user_id = $1 AND blocked_at_ms IS NULL AND not_after_ms >= $2',
  ),
  cards: sql<CardRow>('SELECT * FROM cards WHERE card_id > $1 ORDER BY card_id LIMIT $2'),
  issue: sql<IssueRow>('SELECT * FROM card_issues WHERE application_hash = $1'),
  countIssues: sql<{ n: bigint }>('SELECT count(*) AS n FROM card_issues WHERE card_id = $1'),
  newestParameters: sql<{ parameters: Blob }>(
    'SELECT parameters FROM card_parameters WHERE card_id = $1 ORDER BY number DESC LIMIT 1',
  ),
  parameters: sql<{ parameters: Blob }>('SELECT parameters FROM card_parameters WHERE card_id = $1 ORDER BY number'),
  upload: sql<UploadRow>('SELECT * FROM card_uploads WHERE card_id = $1 AND challenge = $2'),
  record: sql<RecordRow>(
    `SELECT r.* FROM card_record_keys k
       JOIN card_records r ON r.card_id = k.card_id AND r.head = k.head AND r.period = k.period
     WHERE k.card_id = $1 AND k.head = $2`,
  ),
  records: sql<RecordRow>(
    `SELECT * FROM card_records
     WHERE card_id = $1 AND (counter, head) > ($2, $3) ORDER BY counter, head LIMIT $4`,
  ),
  uploads: sql<UploadRow>('SELECT * FROM card_uploads WHERE card_id = $1 ORDER BY number'),
  payments: sql<RecordRow>("SELECT * FROM card_records WHERE request_id = $1 AND outcome IN ('booked', 'unpaid')"),
  disputed: sql<{ found: bigint }>(
    "SELECT 1 AS found FROM card_records WHERE request_id = $1 AND outcome = 'disputed' LIMIT 1",
  ),
  claim: sql<ClaimRow>('SELECT * FROM card_claims WHERE card_id = $1 AND head = $2'),
  claims: sql<ClaimRow>('SELECT * FROM card_claims WHERE card_id = $1 ORDER BY counter, at_ms'),
  excess: sql<{ sum_minor: bigint }>(
    `SELECT ((SELECT coalesce(sum(charged_minor), 0) FROM card_records
               WHERE card_id = $1 AND purse = $2 AND excess = 1 AND outcome = 'booked')
           + (SELECT coalesce(sum(charged_minor), 0) FROM card_claims AS claim
               WHERE card_id = $1 AND purse = $2 AND reversal IS NULL AND NOT EXISTS (
                 SELECT 1 FROM card_records r
                 WHERE r.card_id = claim.card_id AND r.head = claim.head AND r.outcome = 'disputed' AND r.excess = 0)
             ))::bigint AS sum_minor`,
  ),
  account: sql<AccountRow>('SELECT * FROM accounts WHERE kind = $1 AND owner = $2 AND currency = $3'),
  list: sql<{ number: bigint; list: Blob; this_update_ms: bigint }>(
    'SELECT number, list, this_update_ms FROM card_lists WHERE issuer_key = $1 ORDER BY number DESC LIMIT 1',
  ),
  blocked: sql<{ serial_hex: string; blocked_at_ms: bigint }>(
    `SELECT serial_hex, blocked_at_ms FROM cards
     WHERE issuer_key = $1 AND blocked_at_ms IS NOT NULL AND not_after_ms >= $2 ORDER BY serial_hex`,
  ),
};

export class PostgresCardReads implements CardReader {
  protected readonly ask: Ask;

  constructor(ask: Ask) {
    this.ask = ask;
  }

  async findCard(cardId: Blob): Promise<Card | undefined> {
    const [row] = await this.ask(SQL.card, [cardId]);
    return row && cardOf(row);
  }

  async findCardByKey(publicKey: Blob): Promise<Card | undefined> {
    const [row] = await this.ask(SQL.cardByKey, [publicKey]);
    return row && cardOf(row);
  }

  async countLiveCards(userId: Blob, nowMs: number): Promise<number> {
    return Number((await this.ask(SQL.liveCards, [userId, nowMs]))[0]?.n ?? 0);
  }

  async listCards(after: Blob, count: number): Promise<readonly Card[]> {
    return (await this.ask(SQL.cards, [after, count])).map(cardOf);
  }

  async countIssues(cardId: Blob): Promise<number> {
    return Number((await this.ask(SQL.countIssues, [cardId]))[0]?.n ?? 0);
  }

  async findIssue(applicationHash: Blob): Promise<CardIssueRecord | undefined> {
    const [row] = await this.ask(SQL.issue, [applicationHash]);
    return row && issueOf(row);
  }

  async findParameters(cardId: Blob): Promise<StoredParameters | undefined> {
    const [row] = await this.ask(SQL.newestParameters, [cardId]);
    return row && parametersOf(row);
  }

  async listParameters(cardId: Blob): Promise<readonly StoredParameters[]> {
    return (await this.ask(SQL.parameters, [cardId])).map(parametersOf);
  }

  async findUpload(cardId: Blob, challenge: Blob): Promise<AnsweredUpload | undefined> {
    const [row] = await this.ask(SQL.upload, [cardId, challenge]);
    return row && uploadOf(row);
  }

  async findCardRecord(cardId: Blob, head: Blob): Promise<CardRecordRow | undefined> {
    const [row] = await this.ask(SQL.record, [cardId, head]);
    return row && recordOf(row);
  }

  async listCardRecords(cardId: Blob, { counter, head }: CardPlace, count: number): Promise<readonly CardRecordRow[]> {
    return (await this.ask(SQL.records, [cardId, counter, head, count])).map(recordOf);
  }

  async listUploads(cardId: Blob): Promise<readonly AnsweredUpload[]> {
    return (await this.ask(SQL.uploads, [cardId])).map(uploadOf);
  }

  async findCardPayments(requestId: Blob): Promise<readonly CardRecordRow[]> {
    return (await this.ask(SQL.payments, [requestId])).map(recordOf);
  }

  async isDisputed(requestId: Blob): Promise<boolean> {
    return (await this.ask(SQL.disputed, [requestId])).length > 0;
  }

  async findClaim(cardId: Blob, head: Blob): Promise<CardClaim | undefined> {
    const [row] = await this.ask(SQL.claim, [cardId, head]);
    return row && claimOf(row);
  }

  async listClaims(cardId: Blob): Promise<readonly CardClaim[]> {
    return (await this.ask(SQL.claims, [cardId])).map(claimOf);
  }

  async sumExcess(cardId: Blob, purse: string): Promise<bigint> {
    return (await this.ask(SQL.excess, [cardId, purse]))[0]?.sum_minor ?? 0n;
  }

  async findAccount({ kind, owner, currency }: AccountName): Promise<Account | undefined> {
    const [row] = await this.ask(SQL.account, [kind, owner, currency]);
    return row && accountOf(row);
  }

  async findBlockedList(issuerKey: Blob): Promise<BlockedList | undefined> {
    const [row] = await this.ask(SQL.list, [issuerKey]);
    return (
      row && {
        number: Number(row.number),
        list: Uint8Array.from(row.list),
        thisUpdateMs: Number(row.this_update_ms),
      }
    );
  }

  async listBlocked(issuerKey: Blob, notAfterMs: number): Promise<readonly BlockedCard[]> {
    const rows = await this.ask(SQL.blocked, [issuerKey, notAfterMs]);
    return rows.map(({ serial_hex, blocked_at_ms }) => ({
      serialHex: serial_hex,
      blockedAtMs: Number(blocked_at_ms),
    }));
  }
}
