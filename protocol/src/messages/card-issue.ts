/** CardIssue, signed by the card issuer: everything that makes a blank card one of this issuer's. */
import { LIMITS } from '../limits.ts';
import {
  bytes,
  bytes16,
  bytes32,
  decodeAs,
  encodeAs,
  envelopeBytes,
  list,
  record,
  spkiBytes,
  type ValueOf,
} from '../shape.ts';

const cardIssueShape = record('CardIssue', {
  userId: bytes16,
  /** `cardApplicationHash` of what was asked. */
  applicationHash: bytes32,
  cardId: bytes16,
  /** Card, card issuer, SINT; DER, leaf first, without root. */
  chain: list(bytes(1, LIMITS.certificateBytesMax), 1, LIMITS.chainCertificatesMax),
  /** The key a card verifies its issuer's objects with, of the card's own algorithm. */
  issuerKey: spkiBytes,
  /** Envelope `card-parameters`. */
  parameters: envelopeBytes,
  /** Envelope `rate-table`. */
  rates: envelopeBytes,
});

export type CardIssue = ValueOf<typeof cardIssueShape>;
export const encodeCardIssue = (value: CardIssue): Uint8Array => encodeAs(cardIssueShape, 'CardIssue', value);
export const decodeCardIssue = (input: Uint8Array): CardIssue => decodeAs(cardIssueShape, 'CardIssue', input);
