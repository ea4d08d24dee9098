/** Rows of the tables of cards, and what they mean. */
import { codeName, decodeCardParameters, readEnvelope, type Assurance, type CodeName } from '@coinslot/protocol';
import type {
  AnsweredUpload,
  Card,
  CardClaim,
  CardIssueRecord,
  CardRecordOutcome,
  CardRecordRow,
  StoredParameters,
} from '../cards/types.ts';
import { StoreError } from './port.ts';

export interface CardRow {
  card_id: Uint8Array;
  user_id: Uint8Array;
  assurance: Assurance;
  public_key: Uint8Array;
  issuer_key: Uint8Array;
  issuer_id: string;
  serial_hex: string;
  chain_hash: Uint8Array;
  issued_at_ms: bigint;
  not_after_ms: bigint;
  counter: bigint;
  head: Uint8Array;
  acknowledgement: bigint;
  seen_at_ms: bigint | null;
  blocked_at_ms: bigint | null;
  blocked_reason: string | null;
  settled_at_ms: bigint | null;
}

/** Plain arrays: the driver's Buffers stay inside the store. */
const plain = (bytes: Uint8Array): Uint8Array => Uint8Array.from(bytes);
const numberOf = (value: bigint | null): number | undefined => (value === null ? undefined : Number(value));

export const cardOf = (row: CardRow): Card => ({
  cardId: plain(row.card_id),
  userId: plain(row.user_id),
  assurance: row.assurance,
  publicKey: plain(row.public_key),
  issuerKey: plain(row.issuer_key),
  issuerId: row.issuer_id,
  serialHex: row.serial_hex,
  chainHash: plain(row.chain_hash),
  issuedAtMs: Number(row.issued_at_ms),
  notAfterMs: Number(row.not_after_ms),
  counter: Number(row.counter),
  head: plain(row.head),
  acknowledgement: Number(row.acknowledgement),
  seenAtMs: numberOf(row.seen_at_ms),
  blockedAtMs: numberOf(row.blocked_at_ms),
  blockedReason: row.blocked_reason ?? undefined,
  settledAtMs: numberOf(row.settled_at_ms),
});

export interface IssueRow {
  card_id: Uint8Array;
  application_hash: Uint8Array;
  application: Uint8Array;
  issue: Uint8Array;
  at_ms: bigint;
}

export const issueOf = (row: IssueRow): CardIssueRecord => ({
  cardId: plain(row.card_id),
  applicationHash: plain(row.application_hash),
  application: plain(row.application),
  issue: plain(row.issue),
  atMs: Number(row.at_ms),
});

export function parametersOf({ parameters }: { parameters: Uint8Array }): StoredParameters {
  const envelope = plain(parameters);
  return { envelope, parameters: decodeCardParameters(readEnvelope(envelope).body) };
}

export interface UploadRow {
  card_id: Uint8Array;
  challenge: Uint8Array;
  number: bigint;
  acknowledgement: Uint8Array;
  upload: Uint8Array;
  at_ms: bigint;
}

export const uploadOf = (row: UploadRow): AnsweredUpload => ({
  cardId: plain(row.card_id),
  challenge: plain(row.challenge),
  number: Number(row.number),
  acknowledgement: plain(row.acknowledgement),
  upload: plain(row.upload),
  atMs: Number(row.at_ms),
});

export interface RecordRow {
  card_id: Uint8Array;
  head: Uint8Array;
  counter: bigint;
  previous: Uint8Array;
  request_id: Uint8Array;
  purse: string;
  charged_minor: bigint;
  charged_currency: string;
  record: Uint8Array;
  request: Uint8Array | null;
  decision: Uint8Array | null;
  outcome: CardRecordOutcome;
  code: bigint | null;
  forked: bigint;
  excess: bigint;
  spent_at_ms: bigint;
  booked_at_ms: bigint;
  transfer: bigint | null;
}

export const recordOf = (row: RecordRow): CardRecordRow => ({
  cardId: plain(row.card_id),
  head: plain(row.head),
  counter: Number(row.counter),
  previous: plain(row.previous),
  requestId: plain(row.request_id),
  purse: row.purse,
  chargedMinor: row.charged_minor,
  chargedCurrency: row.charged_currency,
  record: plain(row.record),
  request: row.request === null ? undefined : plain(row.request),
  decision: row.decision === null ? undefined : plain(row.decision),
  outcome: row.outcome,
  code: row.code === null ? undefined : codeOf(row.code),
  forked: row.forked === 1n,
  excess: row.excess === 1n,
  spentAtMs: Number(row.spent_at_ms),
  bookedAtMs: Number(row.booked_at_ms),
  transferId: row.transfer ?? undefined,
});

function codeOf(number: bigint): CodeName {
  const code = codeName(Number(number));
  if (code === undefined) throw new StoreError('failed', `card_records: code ${number} is not in the list`);
  return code;
}

export interface ClaimRow {
  card_id: Uint8Array;
  head: Uint8Array;
  counter: bigint;
  publisher_id: string;
  purse: string;
  charged_minor: bigint;
  charged_currency: string;
  decision: Uint8Array;
  quote: Uint8Array;
  spent_at_ms: bigint;
  at_ms: bigint;
  transfer: bigint;
  reversal: bigint | null;
}

export const claimOf = (row: ClaimRow): CardClaim => ({
  cardId: plain(row.card_id),
  head: plain(row.head),
  counter: Number(row.counter),
  publisherId: row.publisher_id,
  purse: row.purse,
  chargedMinor: row.charged_minor,
  chargedCurrency: row.charged_currency,
  decision: plain(row.decision),
  quote: plain(row.quote),
  spentAtMs: Number(row.spent_at_ms),
  atMs: Number(row.at_ms),
  transferId: row.transfer,
  reversalId: row.reversal ?? undefined,
});
