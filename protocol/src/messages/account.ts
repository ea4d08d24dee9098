/** The account of a player at a server: enrolment, requests and the statement that answers both. */
import { contextHash } from '../contexts.ts';
import { LIMITS } from '../limits.ts';
import {
  amount,
  bytes16,
  bytes32,
  bytes64,
  currencyCode,
  decodeAs,
  encodeAs,
  envelopeBytes,
  grownRecord,
  list,
  maybe,
  oneOf,
  record,
  timeMs,
  type ValueOf,
} from '../shape.ts';

const enrolmentShape = record('Enrolment', {
  /** Signs this message and every AccountRequest that takes no PIN; `userId` is derived from it. */
  accountKey: bytes32,
  pressKey: bytes32,
  pinKey: bytes32,
  currency: currencyCode,
  plan: oneOf('prepaid', 'postpaid'),
  /** The most one press may spend, and all presses of a UTC day. */
  pressPaymentMaxMinor: amount,
  pressDayMaxMinor: amount,
  timeMs,
  nonce: bytes16,
  audience: bytes32,
});

const accountRequestFields = {
  userId: bytes16,
  /** `limits`, `close` and `password` are signed by the PIN key; `close` by a password's where one stands. */
  ask: oneOf(
    'status',
    'limits',
    'decisions',
    'refunds',
    'close',
    'requests',
    'countersignatures',
    'password',
    'passwords',
  ),
  /** New limits for `limits` (signed by the PIN key); 0 otherwise. */
  pressPaymentMaxMinor: amount,
  pressDayMaxMinor: amount,
  /**
   * For lists: those recorded after this position. `requests` and `countersignatures` have the positions of `decisions`; `passwords`
   * are the requests `password` that were taken.
   */
  after: amount,
  /** For `password`: the key that proves it, or nothing to take the one before away. Absent otherwise. */
  passwordKey: maybe(bytes32),
  timeMs,
  nonce: bytes16,
  audience: bytes32,
};

const accountRequestShape = grownRecord('AccountRequest', accountRequestFields, {
  /** For `password`: by the key of the password that stands, over `endorsementInput`; left out without one. */
  endorsement: bytes64,
});

const accountStatementShape = record('AccountStatement', {
  userId: bytes16,
  /** SHA-256 (context `account-request`) of the body that was asked. */
  requestHash: bytes32,
  plan: oneOf('prepaid', 'postpaid'),
  currency: currencyCode,
  /** Prepaid: what is left. */
  balanceMinor: amount,
  /** Postpaid: what is owed in the open period, and the most that may be. */
  owedMinor: amount,
  ceilingMinor: amount,
  pressPaymentMaxMinor: amount,
  pressDayMaxMinor: amount,
  timeMs,
  /** What a list asked for: envelopes, oldest first, and the position to go on from. */
  decisions: list(envelopeBytes, 0, LIMITS.decisionsMax),
  next: amount,
});

export type Enrolment = ValueOf<typeof enrolmentShape>;
export const encodeEnrolment = (value: Enrolment): Uint8Array => encodeAs(enrolmentShape, 'Enrolment', value);
export const decodeEnrolment = (input: Uint8Array): Enrolment => decodeAs(enrolmentShape, 'Enrolment', input);

export type AccountRequest = ValueOf<typeof accountRequestShape>;
export const encodeAccountRequest = (value: AccountRequest): Uint8Array =>
  encodeAs(accountRequestShape, 'AccountRequest', value);
export const decodeAccountRequest = (input: Uint8Array): AccountRequest =>
  decodeAs(accountRequestShape, 'AccountRequest', input);

export type AccountStatement = ValueOf<typeof accountStatementShape>;
export const encodeAccountStatement = (value: AccountStatement): Uint8Array =>
  encodeAs(accountStatementShape, 'AccountStatement', value);
export const decodeAccountStatement = (input: Uint8Array): AccountStatement =>
  decodeAs(accountStatementShape, 'AccountStatement', input);

/** Hash of the body of an Enrolment or AccountRequest, as it stands in the statement that answers. */
export const accountRequestHash = (body: Uint8Array): Uint8Array => contextHash('account-request-hash', body);

/** A user's id at any server: the first 16 bytes of a hash of the account key, so that nobody hands ids out. */
export const userIdOf = (accountKey: Uint8Array): Uint8Array => contextHash('user', accountKey).slice(0, 16);
