/** CardApplication, player to payment server: a card's key asks for a certificate, and says which purses it wants. */
import { contextHash } from '../contexts.ts';
import { LIMITS } from '../limits.ts';
import {
  bytes16,
  bytes32,
  bytes64,
  currencyCode,
  decodeAs,
  encodeAs,
  list,
  oneOf,
  record,
  spkiBytes,
  timeMs,
  type ValueOf,
} from '../shape.ts';

const wantedPurse = record('WantedPurse', { currency: currencyCode, plan: oneOf('prepaid', 'postpaid') });

const cardApplicationShape = record('CardApplication', {
  userId: bytes16,
  publicKey: spkiBytes,
  /** The card's signature over `cardPossessionInput` with `nonce` as the challenge: the key really is in the card. */
  possession: bytes64,
  assurance: oneOf('chip', 'software'),
  purses: list(wantedPurse, 1, LIMITS.pursesMax, ({ currency, plan }) => `${currency} ${plan}`),
  timeMs,
  nonce: bytes16,
  audience: bytes32,
});

export type CardApplication = ValueOf<typeof cardApplicationShape>;
export const encodeCardApplication = (value: CardApplication): Uint8Array =>
  encodeAs(cardApplicationShape, 'CardApplication', value);
export const decodeCardApplication = (input: Uint8Array): CardApplication =>
  decodeAs(cardApplicationShape, 'CardApplication', input);

/** Hash of the body of a CardApplication, as it stands in the CardIssue that answers. */
export const cardApplicationHash = (body: Uint8Array): Uint8Array => contextHash('card-application-hash', body);
