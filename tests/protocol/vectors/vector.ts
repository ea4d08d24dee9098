/** What a vector file holds, and the door it is put to. */
import {
  checkDecision,
  checkOffer,
  checkRestored,
  decodeCountersignature,
  decodeAccountRequest,
  decodeAccountStatement,
  decodeBankDetails,
  decodeCardApplication,
  decodeCardIssue,
  decodeCardParameters,
  decodeCardRecord,
  decodeCardKeys,
  decodeCardKeysRequest,
  decodeCardRequest,
  decodeCardUpload,
  decodeContentEscrow,
  decodeContentKeys,
  decodeEncryptionKey,
  decodeEnrolment,
  decodeOffer,
  decodePairingHeader,
  decodePaymentDecision,
  decodePaymentMandate,
  decodePaymentRequest,
  decodeDeclined,
  decodePeriodSeal,
  decodePlacements,
  decodePriceList,
  decodeQuote,
  decodeRateTable,
  decodeRefundNotice,
  decodeRefundOrder,
  decodeRestored,
  decodeShown,
  decodeSignIn,
  decodeTerms,
  decodeTexts,
  decodeUploadAcknowledgement,
  openEnvelope,
  parseMoney,
  unpackWire,
  verifyChain,
  type CertificateRole,
  type MessageType,
} from '@coinslot/protocol';
import { decodeFrame } from '@coinslot/protocol/link';
import { fromHex } from '../refusals.ts';

/** What kind of check must refuse; another implementation may disagree on the code, never on this. */
export type VectorClass = 'accepted' | 'encoding' | 'signature' | 'chain' | 'offer' | 'clock' | 'decision';

/** Bytes as hex, or one piece repeated. */
export type VectorBytes = string | { readonly repeat: string; readonly times: number };

export interface Vector {
  readonly name: string;
  readonly why: string;
  readonly door: keyof typeof DOORS;
  readonly class: VectorClass;
  /** The project's own code, or `accepted`. */
  readonly expect: string;
  readonly bytes: VectorBytes;
  /** What the door needs besides: hex, ms, names. */
  readonly given?: Readonly<Record<string, string | number | readonly string[]>>;
}

type Given = NonNullable<Vector['given']>;
const text = (given: Given, key: string): string => {
  const value = given[key];
  if (typeof value !== 'string') throw new Error(`vector: ${key} is missing`);
  return value;
};
const bytesIn = (given: Given, key: string): Uint8Array => fromHex(text(given, key));
const trust = (given: Given) => ({
  roots: (given['roots'] as readonly string[]).map(fromHex),
  atMs: Number(given['atMs']),
  nowMs: Number(given['atMs']),
  crls: ((given['crls'] ?? []) as readonly string[]).map(fromHex),
});

/** Every door that a vector may be put to. */
export const DOORS = {
  wire: (bytes: Uint8Array) => unpackWire(bytes),
  frame: (bytes: Uint8Array) => decodeFrame(bytes),
  Terms: decodeTerms,
  Texts: decodeTexts,
  Quote: decodeQuote,
  Offer: decodeOffer,
  PaymentRequest: decodePaymentRequest,
  PaymentDecision: decodePaymentDecision,
  Restored: decodeRestored,
  Countersignature: decodeCountersignature,
  RefundNotice: decodeRefundNotice,
  PairingHeader: decodePairingHeader,
  RateTable: decodeRateTable,
  Enrolment: decodeEnrolment,
  AccountRequest: decodeAccountRequest,
  AccountStatement: decodeAccountStatement,
  CardApplication: decodeCardApplication,
  CardIssue: decodeCardIssue,
  CardParameters: decodeCardParameters,
  CardRecord: decodeCardRecord,
  CardRequest: decodeCardRequest,
  CardKeysRequest: decodeCardKeysRequest,
  CardKeys: decodeCardKeys,
  ContentKeys: decodeContentKeys,
  CardUpload: decodeCardUpload,
  UploadAcknowledgement: decodeUploadAcknowledgement,
  RefundOrder: decodeRefundOrder,
  BankDetails: decodeBankDetails,
  PaymentMandate: decodePaymentMandate,
  SignIn: decodeSignIn,
  PeriodSeal: decodePeriodSeal,
  Declined: decodeDeclined,
  EncryptionKey: decodeEncryptionKey,
  ContentEscrow: decodeContentEscrow,
  Placements: decodePlacements,
  Shown: decodeShown,
  PriceList: decodePriceList,
  openEnvelope: (bytes: Uint8Array, given: Given) =>
    openEnvelope(bytes, {
      ...trust(given),
      type: text(given, 'type') as MessageType,
      role: text(given, 'role') as CertificateRole,
    }),
  /** The bytes are one revocation list, held against a chain. */
  revocation: (bytes: Uint8Array, given: Given) =>
    verifyChain({
      ...trust(given),
      chain: (given['chain'] as readonly string[]).map(fromHex),
      role: text(given, 'role') as CertificateRole,
      crls: [bytes],
    }),
  checkOffer: (bytes: Uint8Array, given: Given) => checkOffer(bytes, trust(given)),
  checkDecision: (bytes: Uint8Array, given: Given) => checkDecision(bytes, bytesIn(given, 'offer'), trust(given)),
  checkRestored: (bytes: Uint8Array, given: Given) =>
    checkRestored(bytes, {
      ...trust(given),
      challenge: bytesIn(given, 'challenge'),
      sessionKey: bytesIn(given, 'sessionKey'),
      gameId: text(given, 'gameId'),
      publisherId: text(given, 'publisherId'),
    }),
  parseMoney: (bytes: Uint8Array, given: Given) => parseMoney(Buffer.from(bytes).toString(), text(given, 'currency')),
} as const;

/** Puts a vector to its door; whatever the door throws comes through. */
export function putToDoor(vector: Vector): unknown {
  const { bytes } = vector;
  const input = fromHex(typeof bytes === 'string' ? bytes : bytes.repeat.repeat(bytes.times));
  return DOORS[vector.door](input, vector.given ?? {});
}
