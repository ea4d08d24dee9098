/** What the cards need of a store, beside the port of the rest: see `store/port.ts` for the promises. */
import type { Account, AccountName, Transfer } from '../ledger/types.ts';
import type {
  AnsweredUpload,
  Card,
  CardClaim,
  CardIssueRecord,
  CardRecordRow,
  NewCard,
  NewCardClaim,
  NewCardRecord,
  StoredParameters,
} from './types.ts';

/** Reads of what is committed. */
export interface CardReader {
  findCard(cardId: Uint8Array): Promise<Card | undefined>;
  findCardByKey(publicKey: Uint8Array): Promise<Card | undefined>;
  /** Cards of a player that are neither blocked nor expired. */
  countLiveCards(userId: Uint8Array, nowMs: number): Promise<number>;
  /** Cards by id, after one; all of them from 16 zero bytes on. */
  listCards(after: Uint8Array, count: number): Promise<readonly Card[]>;
  countIssues(cardId: Uint8Array): Promise<number>;
  findIssue(applicationHash: Uint8Array): Promise<CardIssueRecord | undefined>;
  findParameters(cardId: Uint8Array): Promise<StoredParameters | undefined>;
  /** All parameters that a card was ever given, oldest first. */
  listParameters(cardId: Uint8Array): Promise<readonly StoredParameters[]>;
  findUpload(cardId: Uint8Array, challenge: Uint8Array): Promise<AnsweredUpload | undefined>;
  findCardRecord(cardId: Uint8Array, head: Uint8Array): Promise<CardRecordRow | undefined>;
  /** A card's records by counter, after one (a counter and a head); those of forks among them. */
  listCardRecords(cardId: Uint8Array, after: CardPlace, count: number): Promise<readonly CardRecordRow[]>;
  /** Its uploads, oldest first. */
  listUploads(cardId: Uint8Array): Promise<readonly AnsweredUpload[]>;
  /** Approved and not voided records of any card under a request id. */
  findCardPayments(requestId: Uint8Array): Promise<readonly CardRecordRow[]>;
  /** Whether a card spent on a request id what nobody has shown the player's consent to. */
  isDisputed(requestId: Uint8Array): Promise<boolean>;
  findClaim(cardId: Uint8Array, head: Uint8Array): Promise<CardClaim | undefined>;
  listClaims(cardId: Uint8Array): Promise<readonly CardClaim[]>;
  /**
   * All that a purse spent beyond what it can have had, and all claims on it that stand and are not covered by what is held of
   * the card: what the issuer stood for.
   */
  sumExcess(cardId: Uint8Array, purse: string): Promise<bigint>;
  /** `undefined` before the first posting. */
  findAccount(name: AccountName): Promise<Account | undefined>;
  /** The newest blocked list of an issuer's key, DER, and its number. */
  findBlockedList(issuerKey: Uint8Array): Promise<BlockedList | undefined>;
  /** Blocked cards of an issuer's key whose certificates end after a time. */
  listBlocked(issuerKey: Uint8Array, notAfterMs: number): Promise<readonly BlockedCard[]>;
}

/** A place in the records of a card. */
export type CardPlace = Pick<CardRecordRow, 'counter' | 'head'>;

export interface BlockedList {
  readonly number: number;
  /** DER. */
  readonly list: Uint8Array;
  readonly thisUpdateMs: number;
}

export interface BlockedCard {
  readonly serialHex: string;
  readonly blockedAtMs: number;
}

/** Changes, inside a transaction. */
export interface CardWriter extends CardReader {
  addCard(card: NewCard): Promise<void>;
  addIssue(issue: CardIssueRecord): Promise<void>;
  /** The number must be the next of the card. */
  addParameters(cardId: Uint8Array, number: number, envelope: Uint8Array): Promise<void>;
  /** Keeps a record, its transfer and its decision. */
  addCardRecord(record: NewCardRecord): Promise<void>;
  /** Moves the end of the card's chain to a record that is kept. */
  setCardHead(cardId: Uint8Array, counter: number, head: Uint8Array): Promise<void>;
  setCardSeen(cardId: Uint8Array, atMs: number): Promise<void>;
  blockCard(cardId: Uint8Array, reason: string, atMs: number): Promise<void>;
  setCardSettled(cardId: Uint8Array, atMs: number): Promise<void>;
  /** The number must be the next of the card. */
  addUpload(upload: AnsweredUpload): Promise<void>;
  addClaim(claim: NewCardClaim): Promise<void>;
  reverseClaim(cardId: Uint8Array, head: Uint8Array, reversal: Transfer): Promise<void>;
  addBlockedList(issuerKey: Uint8Array, list: BlockedList): Promise<void>;
  postTransfer(transfer: Transfer): Promise<void>;
  /** Lets a postpaid player owe this much more than the ceiling says, where a card has promised it already. */
  makeRoomFor(userId: Uint8Array, amountMinor: bigint): Promise<void>;
}
