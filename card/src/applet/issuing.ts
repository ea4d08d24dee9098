/** How a blank chip becomes a purse, once and for good: its own key, the proof that it holds it, then the issuer's objects. */
import { ALG, cardChainStart, cardPossessionInput, equalBytes } from '@coinslot/protocol';
import {
  bytes,
  bytes16,
  decodeAs,
  encodeAs,
  envelopeBytes,
  list,
  record,
  spkiBytes,
  type ValueOf,
} from '@coinslot/protocol/shape';
import { LIMITS } from '@coinslot/protocol';
import type { Command } from './apdu.ts';
import type { Card } from './card.ts';
import { CARD_LIMITS } from './commands.ts';
import { openParameters, openRates, pursesUnder, requireOwnCertificate, requireOwnId } from './issuer-objects.ts';
import { generateKey, type CardAlgorithm } from './keys.ts';
import { guardSecret, requirePin, requireUnblockCode, SECRET_BYTES } from './secrets.ts';
import { newCardState, NO_CONTENT_KEYS, type PurseCard } from './state.ts';
import { Refused, SW } from './status-words.ts';

const issuerObjects = record('IssuerObjects', {
  /** As they are sent to VERIFY and RESET RETRY COUNTER. */
  pin: bytes(SECRET_BYTES, SECRET_BYTES),
  unblockCode: bytes(SECRET_BYTES, SECRET_BYTES),
  cardId: bytes16,
  /** The player that the card is issued to. */
  userId: bytes16,
  issuerKey: spkiBytes,
  chain: list(bytes(1, LIMITS.certificateBytesMax), 2, LIMITS.chainCertificatesMax),
  parameters: envelopeBytes,
  rates: envelopeBytes,
});

/** What PERSONALISE carries. */
export type IssuerObjects = ValueOf<typeof issuerObjects>;
export const encodeIssuerObjects = (value: IssuerObjects): Uint8Array =>
  encodeAs(issuerObjects, 'IssuerObjects', value, CARD_LIMITS.objectBytesMax);
const decodeIssuerObjects = (input: Uint8Array): IssuerObjects =>
  decodeAs(issuerObjects, 'IssuerObjects', input, CARD_LIMITS.objectBytesMax);

/** The control reference template that names an algorithm: AC 03 { 80 01 alg } (ISO 7816-8 table 3). */
export const algorithmTemplate = (alg: number): Uint8Array => Uint8Array.of(0xac, 0x03, 0x80, 0x01, alg);

/** 00 47: makes the key on the card and answers with its SPKI. Asked again before personalisation, it answers with the same. */
export async function generateKeyPair(card: Card, { data }: Command): Promise<Uint8Array> {
  if (card.state?.issued !== undefined) throw new Refused(SW.CONDITIONS, 'the card is personalised');
  const algorithm = (Object.keys(ALG) as CardAlgorithm[]).find((name) =>
    equalBytes(data, algorithmTemplate(ALG[name])),
  );
  if (algorithm === undefined) throw new Refused(SW.WRONG_DATA, 'no such algorithm');
  if (card.state === undefined) await card.commit(newCardState(generateKey(algorithm, card.random)));
  if (card.keyed.key.algorithm !== algorithm)
    throw new Refused(SW.CONDITIONS, 'the card has a key of another algorithm');
  return card.keyed.key.spki;
}

/** 80 88: proves to an issuer that the key is in this card; only before personalisation. */
export function provePossession(card: Card, { data }: Command): Uint8Array {
  if (card.keyed.issued !== undefined) throw new Refused(SW.CONDITIONS, 'the card is personalised');
  if (data.length !== 16) throw new Refused(SW.WRONG_LENGTH, 'a challenge has 16 bytes');
  return card.sign(cardPossessionInput(data, card.keyed.key.spki));
}

/** 80 DA 00: everything at once, in one commit; never again. */
export async function personalise(card: Card, { data }: Command): Promise<Uint8Array> {
  const { keyed } = card;
  if (keyed.issued !== undefined) throw new Refused(SW.CONDITIONS, 'the card is personalised');
  await card.commit({ ...keyed, issued: purseCardOf(card, decodeIssuerObjects(data)) });
  return new Uint8Array();
}

function purseCardOf(card: Card, objects: IssuerObjects): PurseCard {
  const { cardId, userId, issuerKey, chain } = objects;
  const own = requireOwnCertificate({ cardId, issuerKey, chain }, card.keyed.key);
  const parameters = openParameters(objects.parameters, issuerKey);
  requireOwnId(cardId, parameters.value.cardId);
  const rates = openRates(objects.rates, issuerKey);
  const start = cardChainStart();
  return {
    cardId,
    userId,
    issuerKey,
    certified: { chain, own },
    parameters,
    rates,
    pin: guardSecret(requirePin(objects.pin), CARD_LIMITS.pinTries, card.random),
    unblock: guardSecret(requireUnblockCode(objects.unblockCode), CARD_LIMITS.unblockTries, card.random),
    noPinCount: 0,
    debitsUnderTable: 0,
    purses: pursesUnder(parameters.value, []),
    counter: 0,
    head: start,
    clearedCounter: 0,
    clearedHead: start,
    clearedThroughMs: 0,
    tombstones: [],
    timeMs: parameters.value.timeMs,
    challenge: undefined,
    acknowledgement: 0,
    acknowledged: new Uint8Array(32),
    blocked: false,
    records: [],
    ...NO_CONTENT_KEYS,
  };
}

/** 80 DA 01: newer parameters. The very ones that the card has are answered as taken. */
export async function putParameters(card: Card, { data }: Command): Promise<Uint8Array> {
  const { issued } = card;
  const parameters = openParameters(data, issued.issuerKey);
  const { value } = parameters;
  requireOwnId(issued.cardId, value.cardId);
  if (equalBytes(parameters.envelope, issued.parameters.envelope)) return new Uint8Array();
  if (value.number <= issued.parameters.value.number) throw new Refused(SW.CONDITIONS, 'not newer parameters');
  const timeMs = Math.max(issued.timeMs, value.timeMs);
  await card.commitIssued({ parameters, purses: pursesUnder(value, issued.purses), timeMs });
  return new Uint8Array();
}

/** 80 DA 02: a newer rate table, under which debits are counted from none again. It may begin later, and says nothing of the time. */
export async function putRates(card: Card, { data }: Command): Promise<Uint8Array> {
  const { issued } = card;
  const rates = openRates(data, issued.issuerKey);
  if (equalBytes(rates.envelope, issued.rates.envelope)) return new Uint8Array();
  if (rates.value.id <= issued.rates.value.id) throw new Refused(SW.CONDITIONS, 'not a newer rate table');
  await card.commitIssued({ rates, debitsUnderTable: 0 });
  return new Uint8Array();
}
