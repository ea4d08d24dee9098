/**
 * The closed list of codes. A code's number is part of the wire format and never changes; the groups stand in order of
 * precedence: the first check that fails names the outcome. `docs/reference/codes.md` has an entry for each.
 *
 * `charged` is what the code says by itself; an error that knows better (a lost answer that was later found) says so on
 * the instance. `retryable` means that the same thing asked again can succeed without anybody changing it.
 */
export type Charged = 'no' | 'yes' | 'unknown';

export interface CodeEntry {
  readonly number: number;
  readonly charged: Charged;
  readonly retryable: boolean;
}

const entry = (number: number, charged: Charged = 'no', retryable = false): CodeEntry =>
  Object.freeze({ number, charged, retryable });

const ENTRIES = {
  // Bytes and signatures.
  BAD_ENCODING: entry(101),
  TOO_LARGE: entry(102),
  BAD_SIGNATURE: entry(103),
  BAD_KEY: entry(104),
  // Certificates.
  CHAIN_UNTRUSTED: entry(201),
  CHAIN_EXPIRED: entry(202),
  CHAIN_NOT_YET: entry(203),
  CHAIN_ROLE: entry(204),
  CHAIN_PATHLEN: entry(205),
  CHAIN_LIMIT: entry(206),
  CHAIN_REVOKED: entry(207),
  CHAIN_STALE: entry(208, 'no', true),
  CHAIN_CRITICAL: entry(209),
  // The offer.
  OFFER_EXPIRED: entry(301),
  OFFER_PRICE: entry(302),
  OFFER_CURRENCY: entry(303),
  OFFER_TEXT: entry(304),
  OFFER_ORIGIN: entry(305),
  OFFER_HASH: entry(306),
  // Consent.
  CONSENT_REQUIRED: entry(401, 'no', true),
  CONSENT_DENIED: entry(402, 'no', true),
  CONSENT_BUSY: entry(403, 'no', true),
  CONSENT_STALE: entry(404, 'no', true),
  // The doors.
  ORIGIN_REFUSED: entry(501),
  HOST_REFUSED: entry(502),
  RATE_LIMITED: entry(503, 'no', true),
  // Means: server and card.
  ID_CONFLICT: entry(601),
  INSUFFICIENT: entry(602, 'no', true),
  CEILING: entry(603),
  RATE_STALE: entry(604, 'no', true),
  KEY_ABSENT: entry(605, 'no', true),
  CARD_ABSENT: entry(611, 'no', true),
  CARD_STATE: entry(612),
  CARD_TORN: entry(613, 'unknown', true),
  CARD_FORK: entry(614),
  CARD_BLOCKED: entry(615),
  CARD_LOCKED: entry(616),
  RECORD_GAP: entry(621),
  RECORD_FULL: entry(622),
  CLOCK_SKEW: entry(631, 'no', true),
  STORAGE: entry(632, 'unknown', true),
  BUSY: entry(633, 'no', true),
  PENDING: entry(634, 'unknown', true),
  // The decision.
  DECISION_MISMATCH: entry(701, 'unknown'),
  DECISION_EXPIRED: entry(702),
  PERIOD_CLOSED: entry(711),
  // The player's own rules.
  LIMIT: entry(801),
  PAUSED: entry(802),
  FAIRNESS: entry(803, 'no', true),
  REFUNDED: entry(804),
} as const;

export type CodeName = keyof typeof ENTRIES;

/** Every code with its wire number, what it says about the charge, and whether asking again can help. */
export const CODES: Readonly<Record<CodeName, CodeEntry>> = Object.freeze(ENTRIES);

const NAME_BY_NUMBER: ReadonlyMap<number, CodeName> = new Map(
  (Object.keys(CODES) as CodeName[]).map((name) => [CODES[name].number, name]),
);

/** The code with this wire number, or `undefined` for a number that is not in the list. */
export function codeName(number: number): CodeName | undefined {
  return NAME_BY_NUMBER.get(number);
}
