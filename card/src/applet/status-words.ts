/** Status words: ISO 7816-4 where it has one, 94xx of the purse family (EN 1546) for what only a purse can say. */

export const SW = {
  OK: 0x9000,
  /** 61xx: so many more bytes wait for GET RESPONSE (00 = 256 or more). */
  MORE: 0x6100,
  /** 63Cx: not the PIN or code; x tries are left. */
  TRIES_LEFT: 0x63c0,
  /** The disk under the card refuses, for now. The card is mute until it is powered on again. */
  STORAGE: 0x6500,
  /** What the card must remember is lost or damaged; mute as well. */
  MEMORY: 0x6581,
  WRONG_LENGTH: 0x6700,
  CHANNEL: 0x6881,
  CHAIN_END_EXPECTED: 0x6883,
  CHAINING: 0x6884,
  /** In a debit: the PIN is needed. For an issuer's object: not signed by this card's issuer, or for another card. */
  SECURITY: 0x6982,
  /** No tries left. */
  PIN_BLOCKED: 0x6983,
  CONDITIONS: 0x6985,
  WRONG_DATA: 0x6a80,
  NO_APPLICATION: 0x6a82,
  NO_RECORD: 0x6a83,
  RECORD_FULL: 0x6a84,
  WRONG_P1P2: 0x6a86,
  NOT_FOUND: 0x6a88,
  INSTRUCTION: 0x6d00,
  CLASS: 0x6e00,
  FAULT: 0x6f00,
  INSUFFICIENT: 0x9401,
  CEILING: 0x9402,
  RATE_STALE: 0x9403,
  ID_CONFLICT: 0x9404,
  CLOCK_SKEW: 0x9405,
  BLOCKED: 0x9406,
  EXPIRED: 0x9407,
  /** The store holds another branch of this card: a copy was put back. */
  FORK: 0x9408,
  /** The card is another player's. */
  OTHER_PLAYER: 0x9409,
  /** The card has no content key for what is sold. */
  KEY_ABSENT: 0x940a,
} as const;

/** A command refused with a status word: nothing that it asks for was done. */
export class Refused extends Error {
  readonly statusWord: number;
  constructor(statusWord: number, why: string) {
    super(`${statusWord.toString(16)}: ${why}`);
    this.name = 'Refused';
    this.statusWord = statusWord;
  }
}
