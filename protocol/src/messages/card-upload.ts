/** CardUpload, player to payment server: the records of a card, oldest first, and what is to be loaded once they are booked. */
import { LIMITS } from '../limits.ts';
import {
  agreeing,
  amount,
  bytes,
  bytes16,
  bytes32,
  bytes64,
  decodeAs,
  encodeAs,
  envelopeBytes,
  identifier,
  list,
  maybe,
  record,
  timeMs,
  uint32,
  type ValueOf,
} from '../shape.ts';

/**
 * One payment by card: message 2 and message 3 with their chains by hash, where the wallet has message 2, and the encoded
 * CardRecord. Without both it counts only as far as the card has signed for a head behind it: in the decision of a later record
 * of the same message, or in `proof` where the records reach the card's own head.
 */
const uploadedRecord = agreeing(
  record('UploadedRecord', {
    request: maybe(envelopeBytes),
    decision: maybe(envelopeBytes),
    record: bytes(1, LIMITS.cardRecordBytesMax),
  }),
  ({ request, decision }) =>
    (request === undefined) === (decision === undefined) ? undefined : 'request and decision only together',
);

/** An amount for one purse: to be loaded, or loaded. */
export const purseAmount = record('PurseAmount', { purse: identifier, amountMinor: amount });

const cardUploadShape = record('CardUpload', {
  userId: bytes16,
  cardId: bytes16,
  /** The card's challenge, to which the acknowledgement will be bound. */
  challenge: bytes16,
  /** The card's own counter and head, which `records` need not reach: the rest follows in the next upload. */
  counter: uint32,
  head: bytes32,
  /** The card's signature over `cardAuthenticateInput` of challenge, card id, counter and head. */
  proof: bytes64,
  records: list(uploadedRecord, 0, LIMITS.uploadRecordsMax),
  /** Only with the last records; then the PIN key signs the envelope, or a password's where one stands. */
  loads: list(purseAmount, 0, LIMITS.pursesMax, ({ purse }) => purse),
  timeMs,
  nonce: bytes16,
  audience: bytes32,
});

export type CardUpload = ValueOf<typeof cardUploadShape>;
export type UploadedRecord = ValueOf<typeof uploadedRecord>;
export type PurseAmount = ValueOf<typeof purseAmount>;
export const encodeCardUpload = (value: CardUpload): Uint8Array => encodeAs(cardUploadShape, 'CardUpload', value);
export const decodeCardUpload = (input: Uint8Array): CardUpload => decodeAs(cardUploadShape, 'CardUpload', input);
