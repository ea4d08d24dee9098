/** What a card tells whoever asks: no secret, and nothing of it changes anything. */
import { LIMITS } from '@coinslot/protocol';
import type { Command } from './apdu.ts';
import type { Card } from './card.ts';
import { CARD_LIMITS, DATA_OBJECTS } from './commands.ts';
import { contentKeyLines, contentKeys, sealingKey } from './content-keys.ts';
import { decided, purseLine, standing } from './exchanges.ts';
import { planNumber, proofOf } from './purchase.ts';
import type { PurseCard } from './state.ts';
import { Refused, SW } from './status-words.ts';
import { encodeTlv } from './tlv.ts';
import { purseAt } from './verdict.ts';

const CHALLENGE_BYTES = 16;

/** 00 84: random bytes, as many as a challenge has. Nothing is bound to them: a recharge has a challenge of its own. */
export const getChallenge = (card: Card): Uint8Array => card.random(CHALLENGE_BYTES);

/** 80 5C: the purse at position P2. */
export const getBalance = (card: Card, { p2 }: Command): Uint8Array => lineOf(card.issued, p2);

/** 00 B2: record number P1 of file 1, 1 being the newest, as ISO 7816-4 counts in cyclic files; with its answer. */
export function readRecord(card: Card, { p1 }: Command): Uint8Array {
  const { records } = card.issued;
  const entry = p1 === 0 ? undefined : records.at(-p1);
  if (entry === undefined) throw new Refused(SW.NO_RECORD, 'no such record');
  return proofOf(entry);
}

/** 00 E2: records are made by debits alone. */
export function appendRecord(): never {
  throw new Refused(SW.SECURITY, 'the record file is written by the card');
}

/** 00 CA: the object that P1-P2 name. */
export function getData(card: Card, { p1, p2 }: Command): Uint8Array {
  const { issued } = card;
  const name = (p1 << 8) | p2;
  switch (name) {
    case DATA_OBJECTS.STANDING:
      return standingOf(issued);
    case DATA_OBJECTS.PURSES:
      return Uint8Array.from(issued.purses.flatMap((_, position) => [...lineOf(issued, position)]));
    case DATA_OBJECTS.ISSUER_KEY:
      return issued.issuerKey;
    case DATA_OBJECTS.PARAMETERS:
      return issued.parameters.envelope;
    case DATA_OBJECTS.RATES:
      return issued.rates.envelope;
    case DATA_OBJECTS.USER_ID:
      return issued.userId;
    case DATA_OBJECTS.CONTENT_KEYS:
      return contentKeys(card);
    case DATA_OBJECTS.CONTENT_KEY_LINES:
      return contentKeyLines(card);
    case DATA_OBJECTS.SEALING_KEY:
      return sealingKey(card);
    case DATA_OBJECTS.PIN_TRY_COUNTER:
      return encodeTlv(name, Uint8Array.of(issued.pin.triesLeft));
    case DATA_OBJECTS.LOG_FORMAT:
      return encodeTlv(name, LOG_FORMAT);
    default:
      return certificateAt(issued, name - DATA_OBJECTS.CERTIFICATES);
  }
}

/** A record as it is read: the answer's fixed bytes, then up to so many of the encoded CardRecord (two bytes each). */
const LOG_FORMAT = Uint8Array.from(
  [decided.length, LIMITS.cardRecordBytesMax].flatMap((length) => [length >> 8, length & 0xff]),
);

function certificateAt({ certified }: PurseCard, position: number): Uint8Array {
  const certificate = certified.chain[position];
  if (certificate === undefined) throw new Refused(SW.NOT_FOUND, 'no such data object');
  return certificate;
}

function lineOf(issued: PurseCard, position: number): Uint8Array {
  const { plan, ...purse } = purseAt(issued, position);
  return purseLine.encode({ ...purse, plan: planNumber(plan) });
}

function standingOf(issued: PurseCard): Uint8Array {
  return standing.encode({
    ...issued,
    parametersNumber: issued.parameters.value.number,
    rateTableId: issued.rates.value.id,
    records: issued.records.length,
    recordsMax: CARD_LIMITS.recordsMax,
    pinTries: issued.pin.triesLeft,
    unblockTries: issued.unblock.triesLeft,
  });
}
