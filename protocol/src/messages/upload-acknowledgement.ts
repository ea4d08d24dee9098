/** UploadAcknowledgement, signed by the card issuer, numbered: records up to here are booked, and this much may be loaded. */
import { LIMITS } from '../limits.ts';
import { bytes16, bytes32, decodeAs, encodeAs, flag, list, record, timeMs, uint32, type ValueOf } from '../shape.ts';
import { purseAmount } from './card-upload.ts';

const uploadAcknowledgementShape = record('UploadAcknowledgement', {
  cardId: bytes16,
  /** The challenge of the upload that it answers. */
  challenge: bytes16,
  /** 1, 2, 3 ... for each card; a card takes only the one after its last. */
  number: uint32,
  /** Counter and hash of the last record that is booked. */
  counter: uint32,
  head: bytes32,
  credits: list(purseAmount, 0, LIMITS.pursesMax, ({ purse }) => purse),
  /** The card is to stop for good. */
  blocked: flag,
  timeMs,
});

export type UploadAcknowledgement = ValueOf<typeof uploadAcknowledgementShape>;
export const encodeUploadAcknowledgement = (value: UploadAcknowledgement): Uint8Array =>
  encodeAs(uploadAcknowledgementShape, 'UploadAcknowledgement', value);
export const decodeUploadAcknowledgement = (input: Uint8Array): UploadAcknowledgement =>
  decodeAs(uploadAcknowledgementShape, 'UploadAcknowledgement', input);
