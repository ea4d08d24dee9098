/**
 * What the journal remembers, one canonical array `[kind, fields]` per record. The numbers are part of the file format. A
 * record is written before what it says is acted on: an intent before anything is sent, a decision before it is passed on.
 */
import { GRANT_KINDS, LIMITS, packWire, ProtocolError, unpackWire, type Wire } from '@coinslot/protocol';
import {
  amount,
  bytes,
  bytes16,
  bytes32,
  code,
  count,
  currencyCode,
  flag,
  identifier,
  oneOf,
  record,
  text,
  timeMs,
  uint32,
  type Shape,
  type ValueOf,
} from '@coinslot/protocol/shape';
import { WALLET_LIMITS } from '../limits.ts';
import { MEANS_IDS } from '../means/port.ts';

/** The longest that a game can be kept quiet by one rule. */
export const FAIRNESS_MS_MAX = 7 * 86_400_000;

const message = bytes(1, LIMITS.messageBytesMax);
const name = text(LIMITS.titleBytesMax);
const atMs = timeMs;
const means = oneOf(...MEANS_IDS);

/** What a press may spend, and what the wallet spends at all; minor units of the wallet's currency. */
const walletLimits = record('WalletLimits', {
  pressPaymentMaxMinor: amount,
  pressDayMaxMinor: amount,
  /** Presses, and their sum, until the PIN is asked for again. */
  pressesPerPinMax: count(1_000_000),
  pressSumPerPinMaxMinor: amount,
  paymentMaxMinor: amount,
  sessionMaxMinor: amount,
  dayMaxMinor: amount,
  monthMaxMinor: amount,
});

/** What one game may take; minor units of the wallet's currency. */
const gameLimits = record('GameLimits', {
  pressPaymentMaxMinor: amount,
  dayMaxMinor: amount,
  monthMaxMinor: amount,
});

/** The player's own rules of how soon a game may ask again, ms; 0 = off. */
const fairnessRules = record('FairnessRules', {
  minBetweenOffersMs: count(FAIRNESS_MS_MAX),
  quietAfterDeclineMs: count(FAIRNESS_MS_MAX),
  quietAfterLossMs: count(FAIRNESS_MS_MAX),
});

const RECORDS = {
  paired: {
    number: 1,
    shape: record('paired', {
      atMs,
      pairingId: bytes16,
      origin: name,
      publisherId: identifier,
      publisherName: name,
      gameId: identifier,
      gameName: name,
      limits: gameLimits,
    }),
  },
  renamed: { number: 2, shape: record('renamed', { atMs, pairingId: bytes16, label: name }) },
  revoked: { number: 3, shape: record('revoked', { atMs, pairingId: bytes16 }) },
  /** A game that may not even ask to be connected. */
  blocked: {
    number: 4,
    shape: record('blocked', {
      atMs,
      origin: name,
      publisherId: identifier,
      gameId: identifier,
      gameName: name,
      on: flag,
    }),
  },
  /** The player said "not me": presses no longer pay in this game, until switched on again with the PIN. */
  'press-off': { number: 5, shape: record('press-off', { atMs, pairingId: bytes16, off: flag }) },
  paused: { number: 6, shape: record('paused', { atMs, on: flag }) },
  'wallet-limits': { number: 7, shape: record('wallet-limits', { atMs, effectiveAtMs: timeMs, limits: walletLimits }) },
  'game-limits': {
    number: 8,
    shape: record('game-limits', { atMs, effectiveAtMs: timeMs, pairingId: bytes16, limits: gameLimits }),
  },
  /** The PIN was typed right on the wallet's page: counting presses starts again. */
  'pin-used': { number: 9, shape: record('pin-used', { atMs }) },
  /** An offer was put before the player. */
  shown: {
    number: 10,
    shape: record('shown', { atMs, nonce: bytes16, pairingId: bytes16, offerHash: bytes32, shownDigest: bytes32 }),
  },
  /** An offer that came to nothing before any payment request was made. */
  refused: {
    number: 11,
    shape: record('refused', {
      atMs,
      nonce: bytes16,
      offerHash: bytes32,
      /** `left`: the game took it off the screen; `gone`: its link was lost. */
      reason: oneOf('declined', 'timed-out', 'left', 'gone'),
    }),
  },
  /** Consent was given: messages 1 and 2 and what was shown, exactly as they are. */
  intent: {
    number: 12,
    shape: record('intent', {
      atMs,
      nonce: bytes16,
      pairingId: bytes16,
      offer: message,
      shown: message,
      request: message,
      test: flag,
    }),
  },
  /** From here on the payment server may have seen the request. Written by wallets that knew no other means. */
  sent: { number: 13, shape: record('sent', { atMs, nonce: bytes16 }) },
  /** Message 3. */
  decision: { number: 14, shape: record('decision', { atMs, nonce: bytes16, decision: message }) },
  /** Signed by the server and contradicting the request: kept, and never acted on. */
  evidence: { number: 15, shape: record('evidence', { atMs, nonce: bytes16, why: name, answer: message }) },
  consumed: { number: 16, shape: record('consumed', { atMs, decisionId: bytes16, consumed: amount }) },
  refund: { number: 17, shape: record('refund', { atMs, notice: message }) },
  'not-me': { number: 18, shape: record('not-me', { atMs, nonce: bytes16 }) },
  /** The exact bytes that open the account, before they are sent. */
  enrolling: { number: 19, shape: record('enrolling', { atMs, enrolment: message, currency: currencyCode }) },
  enrolled: { number: 20, shape: record('enrolled', { atMs, statement: message }) },
  /**
   * From here on this means, and no means before it, may have seen the request. An empty request is the intent's own. What it
   * counts against the player's limits is in the wallet's currency, whatever the charge is in.
   */
  attempt: {
    number: 21,
    shape: record('attempt', {
      atMs,
      nonce: bytes16,
      means,
      request: bytes(0, LIMITS.messageBytesMax),
      countsMinor: amount,
    }),
  },
  /** A payment ended without a signed answer: its means provably recorded nothing, and it is never asked again. */
  lapsed: { number: 22, shape: record('lapsed', { atMs, nonce: bytes16, code }) },
  /** The exact bytes that ask for a card's certificate, before they are sent. */
  'card-applied': { number: 23, shape: record('card-applied', { atMs, means, application: message }) },
  /** A card of this wallet's: the issuer's answer, before anything of it is on the card. */
  'card-issued': { number: 24, shape: record('card-issued', { atMs, means, cardId: bytes16, issue: message }) },
  /** How far the software card has come; `isKnown` 0 once it is gone. */
  'card-mark': { number: 25, shape: record('card-mark', { atMs, isKnown: flag, epoch: uint32, digest: bytes32 }) },
  /** The player gave a card up as lost; the payment server has put it on its blocked list. */
  'card-lost': { number: 26, shape: record('card-lost', { atMs, cardId: bytes16 }) },
  /** What a game that is no web page shows at the link's door; it proves nothing there. */
  'native-door': { number: 60, shape: record('native-door', { atMs, pairingId: bytes16, doorKey: bytes32 }) },
  /** Automatic approval for one kind of grant in one game, given with the PIN; the same id again gives it other figures. */
  allowance: {
    number: 27,
    shape: record('allowance', {
      atMs,
      allowanceId: bytes16,
      pairingId: bytes16,
      grant: oneOf(...GRANT_KINDS),
      /** Minor units of the wallet's currency: over its whole life, and for one payment. */
      budgetMinor: amount,
      perPaymentMaxMinor: amount,
      endsAtMs: timeMs,
    }),
  },
  'allowance-ended': { number: 28, shape: record('allowance-ended', { atMs, allowanceId: bytes16 }) },
  /** The payment of this nonce was consented to by an allowance; written together with its intent. */
  drawn: { number: 29, shape: record('drawn', { atMs, nonce: bytes16, allowanceId: bytes16 }) },
  fairness: { number: 30, shape: record('fairness', { atMs, effectiveAtMs: timeMs, rules: fairnessRules }) },
  /** What a child's own press may pay: nothing, nothing without the guardian, or so much. Set by the guardian. */
  family: {
    number: 31,
    shape: record('family', {
      atMs,
      mode: oneOf('off', 'ask', 'allowance'),
      dayMaxMinor: amount,
      monthMaxMinor: amount,
    }),
  },
  /** A child said yes to what waits for the guardian: message 1 as it was. Without it, the child took it back. */
  asked: {
    number: 32,
    shape: record('asked', { atMs, nonce: bytes16, pairingId: bytes16, offer: bytes(0, LIMITS.messageBytesMax) }),
  },
  /**
   * An offer was answered with no: the envelope `declined`, empty where the wallet was locked. A guardian's stands for this offer
   * whatever nonce it comes under, until a record with `stands` 0 takes it back.
   */
  declined: {
    number: 33,
    shape: record('declined', {
      atMs,
      publisherId: identifier,
      gameId: identifier,
      gameName: name,
      offerHash: bytes32,
      title: name,
      by: oneOf('player', 'guardian'),
      stands: flag,
      declined: bytes(0, LIMITS.messageBytesMax),
    }),
  },
  /** Two words of the recovery phrase were typed: it is written down. */
  'phrase-kept': { number: 34, shape: record('phrase-kept', { atMs }) },
  /** A wallet restored from its phrase asks the server for its decisions (1), and has them all (0). */
  recovering: { number: 35, shape: record('recovering', { atMs, on: flag }) },
  /** Message 3 of another machine, message 2 where the server has it, and the server's countersignature. */
  recovered: {
    number: 36,
    shape: record('recovered', {
      atMs,
      decision: message,
      request: bytes(0, LIMITS.messageBytesMax),
      countersigned: message,
    }),
  },
  /** A password that the server has, or the end of one, as the PIN key registered it; empty: the server has forgotten them all. */
  password: { number: 38, shape: record('password', { atMs, envelope: bytes(0, LIMITS.messageBytesMax) }) },
  /** The server vouches for a decision of this wallet's whose signer was revoked since. */
  countersigned: { number: 37, shape: record('countersigned', { atMs, decisionId: bytes16, countersigned: message }) },
} as const;

export type RecordKind = keyof typeof RECORDS;
export type RecordFields<K extends RecordKind> = ValueOf<(typeof RECORDS)[K]['shape']>;
export type JournalRecord = { [K in RecordKind]: { readonly kind: K } & RecordFields<K> }[RecordKind];
export type WalletSpendingLimits = ValueOf<typeof walletLimits>;
export type GameSpendingLimits = ValueOf<typeof gameLimits>;
export type FamilyMode = RecordFields<'family'>['mode'];

const KIND_BY_NUMBER = new Map(
  (Object.keys(RECORDS) as RecordKind[]).map((kind) => [RECORDS[kind].number as number, kind]),
);

/** Bytes of one record. Throws ProtocolError BAD_ENCODING or TOO_LARGE for a record that could not be read again. */
export function encodeRecord(value: JournalRecord): Uint8Array {
  const { number, shape } = RECORDS[value.kind];
  const packed = packWire([number, (shape as Shape<unknown>).toWire(value, value.kind)]);
  if (packed.length > WALLET_LIMITS.recordBytesMax) throw new ProtocolError('TOO_LARGE', `${value.kind}: too large`);
  return packed;
}

/** The frozen record that the bytes hold. Throws ProtocolError BAD_ENCODING. */
export function decodeRecord(payload: Uint8Array): JournalRecord {
  const wire = unpackWire(payload, WALLET_LIMITS.recordBytesMax);
  const [number, fields] = Array.isArray(wire) && wire.length === 2 ? (wire as readonly Wire[]) : [];
  const kind = typeof number === 'number' ? KIND_BY_NUMBER.get(number) : undefined;
  if (kind === undefined || fields === undefined) throw new ProtocolError('BAD_ENCODING', 'record: unknown kind');
  const value = (RECORDS[kind].shape as Shape<object>).fromWire(fields, kind);
  return Object.freeze({ kind, ...value }) as JournalRecord;
}
