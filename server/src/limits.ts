/** Every bound of the server that the protocol does not set. A test may inject smaller ones; nothing else may. */
import { LIMITS } from '@coinslot/protocol';

export interface ServerLimits {
  /** Pieces of work that share one durable commit. */
  readonly batchMax: number;
  /** Pieces of work that wait for a commit; more are BUSY. */
  readonly queueMax: number;
  /** One request body, bytes. */
  readonly bodyBytesMax: number;
  /** Request line and headers, bytes. */
  readonly headerBytesMax: number;
  readonly headersMax: number;
  /** From the first byte, or the opening of the connection, to the end of the headers. */
  readonly headerTimeMs: number;
  /** From the first byte of a request to its last. */
  readonly requestTimeMs: number;
  /** How often the two times above are looked at. */
  readonly timeCheckMs: number;
  /** How long an idle connection is kept. */
  readonly keepAliveMs: number;
  readonly connectionsMax: number;
  /** Requests in flight are given this long when the server stops. */
  readonly stopTimeMs: number;
  /** Verified quotes kept by hash. */
  readonly quoteCacheEntriesMax: number;
  readonly quoteCacheAgeMsMax: number;
  /** Content keys of publishers kept open in memory. */
  readonly openContentKeysMax: number;
  /** Nonces of account requests remembered while they are fresh. */
  readonly seenNoncesMax: number;
  /** Enrolments a second from one address, and how many may come at once. */
  readonly enrolmentsPerSecond: number;
  readonly enrolmentsBurst: number;
  /** Sign-ins a second from one address, and how many may come at once. */
  readonly signInsPerSecond: number;
  readonly signInsBurst: number;
  /** The same of every other message from one address but payments, which cost nothing before a player's signature holds. */
  readonly asksPerSecond: number;
  readonly asksBurst: number;
  /** The same of one player, from all addresses: account requests and everything about cards. */
  readonly asksPerUserPerSecond: number;
  readonly asksPerUserBurst: number;
  /** Sessions of the pages, of all and of one subject; how long one may be quiet, and how long it lasts at most. */
  readonly sessionsMax: number;
  readonly sessionsPerSubjectMax: number;
  readonly sessionIdleMs: number;
  readonly sessionLifeMs: number;
  /** One-time links that wait, and for how long one does. */
  readonly signInLinksMax: number;
  readonly signInLinkLifeMs: number;
  /** Cards of one player that are neither blocked nor expired. */
  readonly cardsPerPlayerMax: number;
  /** How long a blocked list says it is good for, and after how long it is renewed before that. */
  readonly blockedListLifeMs: number;
  readonly blockedListRenewMs: number;
  /** Rows on one page of the operator's lists. */
  readonly pageMax: number;
  /** A store up to this size is checked page by page when it is opened. */
  readonly openCheckBytesMax: number;
}

export const SERVER_LIMITS: ServerLimits = Object.freeze({
  batchMax: 128,
  queueMax: 4_096,
  bodyBytesMax: LIMITS.messageBytesMax,
  headerBytesMax: 16_384,
  headersMax: 64,
  headerTimeMs: 5_000,
  requestTimeMs: 10_000,
  timeCheckMs: 500,
  keepAliveMs: 30_000,
  connectionsMax: 1_024,
  stopTimeMs: 10_000,
  quoteCacheEntriesMax: 256,
  quoteCacheAgeMsMax: 15 * 60_000,
  openContentKeysMax: 1_024,
  seenNoncesMax: 65_536,
  enrolmentsPerSecond: 5,
  enrolmentsBurst: 50,
  signInsPerSecond: 1,
  signInsBurst: 20,
  asksPerSecond: 20,
  asksBurst: 1_000,
  asksPerUserPerSecond: 5,
  asksPerUserBurst: 300,
  sessionsMax: 10_000,
  sessionsPerSubjectMax: 8,
  sessionIdleMs: 30 * 60_000,
  sessionLifeMs: 12 * 3_600_000,
  signInLinksMax: 10_000,
  signInLinkLifeMs: 60_000,
  cardsPerPlayerMax: 8,
  blockedListLifeMs: 7 * 86_400_000,
  blockedListRenewMs: 86_400_000,
  pageMax: 500,
  openCheckBytesMax: 1_073_741_824,
});

/** Account requests and enrolments are fresh for this long, both ways. */
export const FRESH_MS_MAX = LIMITS.clockSkewMsMax;
