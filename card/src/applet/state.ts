/**
 * Everything a card remembers, and its bytes. A blank card has no state at all; then it has a key; then its issuer has made
 * it a purse, for good. Values are never changed in place: a command makes the next state, and it counts once the store has it.
 */
import {
  cardRecordHash,
  decodeCardParameters,
  decodeCardRecord,
  decodeRateTable,
  LIMITS,
  readCertificate,
  readEnvelope,
  type CardParameters,
  type CardRecord,
  type Certificate,
  type RateTable,
} from '@coinslot/protocol';
import {
  amount,
  bytes,
  bytes16,
  bytes32,
  bytes64,
  count,
  currencyCode,
  decodeAs,
  encodeAs,
  envelopeBytes,
  flag,
  identifier,
  list,
  maybe,
  oneOf,
  record,
  spkiBytes,
  timeMs,
  uint32,
  type Shape,
  type ValueOf,
} from '@coinslot/protocol/shape';
import { CARD_LIMITS } from './commands.ts';

/** An object of the issuer's: the envelope as it was verified, without its chain, and what it says. */
export interface Signed<T> {
  readonly envelope: Uint8Array;
  readonly value: T;
}

const signed = <T>(decode: (body: Uint8Array) => T): Shape<Signed<T>> => ({
  toWire: ({ envelope }, at) => envelopeBytes.toWire(envelope, at),
  fromWire(wire, at) {
    const envelope = envelopeBytes.fromWire(wire, at);
    return Object.freeze({ envelope, value: decode(readEnvelope(envelope).body) });
  },
});

/** The card's chain - card, card issuer, SINT - and its own certificate, read. */
export interface Certified {
  readonly chain: readonly Uint8Array[];
  readonly own: Certificate;
}

const chainShape = list(bytes(1, LIMITS.certificateBytesMax), 1, LIMITS.chainCertificatesMax);

const certified: Shape<Certified> = {
  toWire: ({ chain }, at) => chainShape.toWire(chain, at),
  fromWire(wire, at) {
    const chain = chainShape.fromWire(wire, at);
    return Object.freeze({ chain, own: readCertificate(chain[0] ?? new Uint8Array()) });
  },
};

const SEALED_KEY_BYTES = 80;

const entryFields = {
  record: bytes(1, LIMITS.cardRecordBytesMax),
  signature: bytes64,
  /** Hash of the commands that it answers: the same nonce with other bytes is another payment. */
  asked: bytes32,
  unreportedMinor: amount,
};

const entryShape = record('Entry', {
  ...entryFields,
  /** The content key as it was sealed to the player: it leaves again with the answer, were the key itself gone. */
  sealedKey: maybe(bytes(SEALED_KEY_BYTES, SEALED_KEY_BYTES)),
});

/** One record of the record file with the answer that was given: asked again, the same leaves again. */
export interface Entry extends ValueOf<typeof entryShape> {
  /** `record`, read. */
  readonly fields: CardRecord;
  /** `cardRecordHash` of `record`: the head after it. */
  readonly head: Uint8Array;
}

/** An entry with what follows from its bytes. */
export const entryOf = (stored: ValueOf<typeof entryShape>, fields = decodeCardRecord(stored.record)): Entry =>
  Object.freeze({ ...stored, fields, head: cardRecordHash(stored.record) });

const entry: Shape<Entry> = {
  toWire: (value, at) => entryShape.toWire(value, at),
  fromWire: (wire, at) => entryOf(entryShape.fromWire(wire, at)),
};

/** As it was before there were content keys. */
const entryBeforeShape = record('Entry', entryFields);
const entryBefore: Shape<Entry> = {
  toWire: (value, at) => entryBeforeShape.toWire(value, at),
  fromWire: (wire, at) => entryOf({ ...entryBeforeShape.fromWire(wire, at), sealedKey: undefined }),
};

const guardedSecret = record('GuardedSecret', { salt: bytes16, hash: bytes32, triesLeft: count(255) });

/** What is left of a cleared record whose offer lies ahead of the card's time: its nonce must not come again. */
const tombstone = record('Tombstone', { nonce: bytes16, offerTimeMs: timeMs });

const purse = record('Purse', {
  purse: identifier,
  currency: currencyCode,
  plan: oneOf('prepaid', 'postpaid'),
  balanceMinor: amount,
  unreportedMinor: amount,
  /** Spent without PIN since it was last verified. */
  noPinSumMinor: amount,
});

/** A content key, and the one sale that it goes with. */
const heldKey = record('HeldKey', { sale: bytes32, contentKey: bytes32, notAfterMs: timeMs });

const cardKey = record('CardKey', {
  algorithm: oneOf('ed25519', 'p256'),
  privateKey: bytes32,
  spki: spkiBytes,
});

const purseCardFields = {
  cardId: bytes16,
  /** The player that it was issued to: nobody else's payments are recorded. */
  userId: bytes16,
  issuerKey: spkiBytes,
  certified,
  parameters: signed<CardParameters>(decodeCardParameters),
  rates: signed<RateTable>(decodeRateTable),
  pin: guardedSecret,
  unblock: guardedSecret,
  noPinCount: count(65_535),
  debitsUnderTable: uint32,
  purses: list(purse, 1, LIMITS.pursesMax, (one) => one.purse),
  counter: uint32,
  head: bytes32,
  /** How far the last acknowledgement went. */
  clearedCounter: uint32,
  clearedHead: bytes32,
  /** Offers up to this time are refused, since their nonces are forgotten; those of later cleared records are not. */
  clearedThroughMs: timeMs,
  tombstones: list(tombstone, 0, CARD_LIMITS.tombstonesMax),
  timeMs,
  /** Open from INITIALIZE FOR LOAD until an acknowledgement names it. */
  challenge: maybe(bytes16),
  acknowledgement: uint32,
  /** Hash of the last acknowledgement's body; zeros before the first. */
  acknowledged: bytes32,
  blocked: flag,
};

const purseCard = record('PurseCard', {
  ...purseCardFields,
  records: list(entry, 0, CARD_LIMITS.recordsMax),
  contentKeys: list(heldKey, 0, CARD_LIMITS.contentKeysMax),
  /** As its issuer named them; zeros before the first. */
  contentKeysDigest: bytes32,
  contentKeysTimeMs: timeMs,
});

const STATE_FORMAT = 3;
const cardState = record('CardState', { format: count(STATE_FORMAT), key: cardKey, issued: maybe(purseCard) });

/** Format 2: what a card was before there were content keys. It comes forward with everything that is in it. */
const cardStateBefore = record('CardState', {
  format: count(2),
  key: cardKey,
  issued: maybe(record('PurseCard', { ...purseCardFields, records: list(entryBefore, 0, CARD_LIMITS.recordsMax) })),
});

export const NO_CONTENT_KEYS = Object.freeze({
  contentKeys: [],
  contentKeysDigest: new Uint8Array(32),
  contentKeysTimeMs: 0,
});

export type Purse = ValueOf<typeof purse>;
export type HeldKey = ValueOf<typeof heldKey>;
export type Tombstone = ValueOf<typeof tombstone>;
/** A card that its issuer has personalised. */
export type PurseCard = ValueOf<typeof purseCard>;
/** A card that has a key. */
export type CardState = ValueOf<typeof cardState>;

export const newCardState = (key: CardState['key']): CardState => ({ format: STATE_FORMAT, key, issued: undefined });

export const encodeCardState = (state: CardState): Uint8Array => encodeAs(cardState, 'CardState', state);
/** Throws ProtocolError for bytes that are no state. */
export function decodeCardState(input: Uint8Array): CardState {
  try {
    return decodeAs(cardState, 'CardState', input);
  } catch (fault) {
    const before = stateBefore(input);
    if (before === undefined) throw fault;
    return before;
  }
}

function stateBefore(input: Uint8Array): CardState | undefined {
  try {
    const { key, issued } = decodeAs(cardStateBefore, 'CardState', input);
    return { format: STATE_FORMAT, key, issued: issued && { ...issued, ...NO_CONTENT_KEYS } };
  } catch {
    return undefined; // no state of that format either: the first fault says more
  }
}
