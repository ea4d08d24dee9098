/** The command table: what each instruction is called and how its header reads. Applet and terminal both go by it. */

import { CARD_KEYS_MAX } from '@coinslot/protocol';

/** Proprietary application identifier (ISO 7816-5: category F): F0 and `COINSLOT`, then the version of the applet. */
export const AID = Uint8Array.from([0xf0, ...new TextEncoder().encode('COINSLOT'), 0x01]);
export const LABEL = 'Coinslot purse';
export const APPLET_VERSION = 1;

/** The bit of CLA that says "more of this command follows" (ISO 7816-4 section 5.3.3). */
export const CHAIN_BIT = 0x10;

/** Class, instruction and, where they are fixed, P1 and P2. */
export interface Header {
  readonly cla: 0x00 | 0x80;
  readonly ins: number;
  readonly p1?: number;
  readonly p2?: number;
}

export const COMMANDS = {
  SELECT: { cla: 0x00, ins: 0xa4, p1: 0x04 },
  VERIFY: { cla: 0x00, ins: 0x20, p1: 0x00, p2: 0x80 },
  CHANGE_REFERENCE_DATA: { cla: 0x00, ins: 0x24, p1: 0x00, p2: 0x80 },
  RESET_RETRY_COUNTER: { cla: 0x00, ins: 0x2c, p1: 0x00, p2: 0x80 },
  GENERATE_KEY_PAIR: { cla: 0x00, ins: 0x47, p1: 0x80, p2: 0x00 },
  GET_CHALLENGE: { cla: 0x00, ins: 0x84, p1: 0x00, p2: 0x00 },
  INTERNAL_AUTHENTICATE: { cla: 0x00, ins: 0x88, p1: 0x00, p2: 0x00 },
  READ_RECORD: { cla: 0x00, ins: 0xb2, p2: 0x0c },
  GET_RESPONSE: { cla: 0x00, ins: 0xc0, p1: 0x00, p2: 0x00 },
  GET_DATA: { cla: 0x00, ins: 0xca },
  APPEND_RECORD: { cla: 0x00, ins: 0xe2 },
  INITIALIZE_FOR_PURCHASE: { cla: 0x80, ins: 0x50, p1: 0x00, p2: 0x00 },
  INITIALIZE_FOR_LOAD: { cla: 0x80, ins: 0x50, p1: 0x01, p2: 0x00 },
  CREDIT_FOR_LOAD: { cla: 0x80, ins: 0x52, p1: 0x00, p2: 0x00 },
  /** P2: `WITHOUT_CONTENT_KEY` or `WITH_CONTENT_KEY`. */
  DEBIT_FOR_PURCHASE: { cla: 0x80, ins: 0x54, p1: 0x00 },
  GET_TRANSACTION_PROOF: { cla: 0x80, ins: 0x5a, p1: 0x00, p2: 0x00 },
  GET_BALANCE: { cla: 0x80, ins: 0x5c, p1: 0x00 },
  PROVE_POSSESSION: { cla: 0x80, ins: 0x88, p1: 0x00, p2: 0x00 },
  PERSONALISE: { cla: 0x80, ins: 0xda, p1: 0x00, p2: 0x00 },
  PUT_PARAMETERS: { cla: 0x80, ins: 0xda, p1: 0x01, p2: 0x00 },
  PUT_RATES: { cla: 0x80, ins: 0xda, p1: 0x02, p2: 0x00 },
  PUT_CONTENT_KEYS: { cla: 0x80, ins: 0xda, p1: 0x03, p2: 0x00 },
} as const satisfies Record<string, Header>;

/** P2 of DEBIT FOR PURCHASE: whether what is bought is sealed, so that nobody pays for what would not open. */
export const WITHOUT_CONTENT_KEY = 0x00;
export const WITH_CONTENT_KEY = 0x01;

export type CommandName = keyof typeof COMMANDS;

/** The objects of GET DATA, by P1-P2. */
export const DATA_OBJECTS = {
  STANDING: 0x0101,
  PURSES: 0x0102,
  ISSUER_KEY: 0x0103,
  PARAMETERS: 0x0104,
  RATES: 0x0105,
  USER_ID: 0x0106,
  /** How many content keys there are, and of when. */
  CONTENT_KEYS: 0x0107,
  /** Which sales they go with. */
  CONTENT_KEY_LINES: 0x0108,
  /** What content keys are sealed to, signed. */
  SEALING_KEY: 0x0109,
  /** Certificate i of the chain stands at 0x0110 + i, the card's own first. */
  CERTIFICATES: 0x0110,
  /** The two that EMV has a tag for (EMV book 3, annex A). */
  PIN_TRY_COUNTER: 0x9f17,
  LOG_FORMAT: 0x9f4f,
} as const;

/** The answer to reset: T=0 and T=1, then as historical bytes that it is selected by name, takes chained and extended commands, and COINSLOT. */
export const ANSWER_TO_RESET = withChecksum([
  0x3b, 0x8e, 0x80, 0x01, 0x80, 0x73, 0x80, 0x01, 0xc0, 0x58, 0x43, 0x4f, 0x49, 0x4e, 0x53, 0x4c, 0x4f, 0x54,
]);

/** TCK: the exclusive or of all bytes from T0 on is zero (ISO 7816-3 section 8.2.5). */
function withChecksum(bytes: readonly number[]): Uint8Array {
  return Uint8Array.of(
    ...bytes,
    bytes.slice(1).reduce((sum, byte) => sum ^ byte, 0),
  );
}

/** Bounds of the applet. */
export const CARD_LIMITS = Object.freeze({
  /** Records that wait for an upload; one more is 6A84. */
  recordsMax: 64,
  /** Nonces that are remembered longer than their records, because their offers lie ahead of the card's time. */
  tombstonesMax: 64,
  /** Content keys held at once. */
  contentKeysMax: CARD_KEYS_MAX,
  pinTries: 3,
  unblockTries: 5,
  /** A chained or extended command: the certificate chain, parameters and rates of a personalisation. */
  objectBytesMax: 24_576,
});
