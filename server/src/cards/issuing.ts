/** Issues cards: a certificate, parameters and a rate table, once for a key, and the same again for whoever lost the answer. */
import {
  encodeCardIssue,
  encodeCardParameters,
  encodeRateTable,
  equalBytes,
  hashChain,
  LIMITS,
  ProtocolError,
  readCertificate,
  spkiOf,
  type RateTable,
} from '@coinslot/protocol';
import { currentRateTable } from '../exchange/service.ts';
import type { Random } from '../log.ts';
import { requireStanding } from '../players/passwords.ts';
import type { StoreTransaction } from '../store/port.ts';
import { applicationOf, type ReadApplication } from './application.ts';
import type { CardIssuer, CardIssuers } from './issuers.ts';
import { certifiedCeilings, parametersOf, purseName, type CardPolicy } from './policy.ts';
import type { Card, NewCard } from './types.ts';

export interface IssuingContext {
  readonly issuers: CardIssuers;
  readonly policy: CardPolicy;
  readonly random: Random;
  readonly nowMs: number;
  readonly cardsPerPlayerMax: number;
}

export interface IssuedCard {
  /** Envelope `card-issue`. */
  readonly issue: Uint8Array;
  /** False when the same application was answered before. */
  readonly fresh: boolean;
}

/** How often a wallet may lose its application; each answer is kept for ever. */
const ISSUES_MAX = 16;
const CARD_ID_BYTES = 16;
const SERIAL_BYTES = 8;
const SECOND_MS = 1_000;

/**
 * Idempotence first: the same application has the same answer for ever. A card whose application was lost asks with a new one
 * and is the same card; another plan or assurance for a known key is ID_CONFLICT, and somebody else's card BAD_KEY.
 * `admit` throws what speaks against a new application: its age. Throws CONSENT_REQUIRED for one that was signed by another key than
 * the one that stands for the player's consent.
 */
export async function issueCard(
  tx: StoreTransaction,
  read: ReadApplication,
  admit: () => void,
  context: IssuingContext,
): Promise<IssuedCard> {
  const answered = await tx.cards.findIssue(read.hash);
  if (answered !== undefined) return { issue: answered.issue, fresh: false };
  admit();
  await requireStanding(tx.passwords, applicationOf(read.player), read.signedBy, context.nowMs);
  const publicKey = spkiOf(read.application.publicKey);
  const known = await tx.cards.findCardByKey(publicKey);
  const rates = await currentRateTable(tx, context.nowMs);
  const issuer = known === undefined ? context.issuers.ofAlg(read.alg) : context.issuers.ofKey(known.issuerKey);
  const made = known === undefined ? makeCard(read, publicKey, issuer, rates, context) : undefined;
  const card = known ?? (made as MadeCard).card;
  if (known === undefined) await requireRoom(tx, read, context);
  else await requireSame(tx, known, read);
  const chain = made?.chain ?? (await tx.findChain(card.chainHash));
  if (chain === undefined) throw new Error('the chain of a card is not in the store');
  const parameters = made?.parameters ?? (await tx.cards.findParameters(card.cardId))?.envelope;
  if (parameters === undefined) throw new Error('a card has no parameters');
  const body = encodeCardIssue({
    userId: read.application.userId,
    applicationHash: read.hash,
    cardId: card.cardId,
    chain,
    issuerKey: issuer.key,
    parameters,
    rates: issuer.seal('rate-table', encodeRateTable(rates)),
  });
  const issue = issuer.seal('card-issue', body);
  if (made !== undefined) await keepCard(tx, made);
  const { cardId } = card;
  const record = { cardId, applicationHash: read.hash, application: read.envelope, issue, atMs: context.nowMs };
  await tx.cards.addIssue(record);
  return { issue, fresh: true };
}

interface MadeCard {
  readonly card: NewCard;
  readonly chain: readonly Uint8Array[];
  /** Envelope `card-parameters`, number 1. */
  readonly parameters: Uint8Array;
}

function makeCard(
  { application, player }: ReadApplication,
  publicKey: Uint8Array,
  issuer: CardIssuer,
  rateTable: RateTable,
  { policy, random, nowMs }: IssuingContext,
): MadeCard {
  const { assurance, purses, userId } = application;
  const terms = { policy, assurance, rateTable };
  const cardId = random(CARD_ID_BYTES);
  // Games' clocks may be behind: a card must be good for an offer that is dated a little before it.
  const notBeforeMs = Math.max(issuer.leaf.notBeforeMs, wholeSecond(nowMs - LIMITS.clockSkewMsMax));
  const notAfterMs = Math.min(issuer.leaf.notAfterMs, notBeforeMs + policy[assurance].lifeMs);
  const certificate = issuer.certifier.certify({
    cardId,
    publicKey,
    assurance,
    ceilings: certifiedCeilings(purses, terms),
    notBeforeMs,
    notAfterMs,
    serial: positive(random(SERIAL_BYTES)),
  });
  const chain = [certificate, ...issuer.certifier.chain];
  const parameters = parametersOf(purses, { ...terms, cardId, number: 1, nowMs, player, notAfterMs });
  const card: NewCard = {
    cardId,
    userId,
    assurance,
    publicKey,
    issuerKey: issuer.key,
    issuerId: issuer.leaf.subject.id,
    serialHex: readCertificate(certificate).serialHex,
    chainHash: hashChain(chain),
    issuedAtMs: nowMs,
    notAfterMs,
  };
  return { card, chain, parameters: issuer.seal('card-parameters', encodeCardParameters(parameters)) };
}

async function keepCard(tx: StoreTransaction, { card, chain, parameters }: MadeCard): Promise<void> {
  await tx.putChain(card.chainHash, chain);
  await tx.cards.addCard(card);
  await tx.cards.addParameters(card.cardId, 1, parameters);
}

/** Each card carries a ceiling of its own, so a player has a few and not a hundred. */
async function requireRoom(
  tx: StoreTransaction,
  { application }: ReadApplication,
  context: IssuingContext,
): Promise<void> {
  if ((await tx.cards.countLiveCards(application.userId, context.nowMs)) < context.cardsPerPlayerMax) return;
  throw new ProtocolError('LIMIT', `CardApplication: a player has ${context.cardsPerPlayerMax} cards at most`, {
    hint: 'report lost those that are not there any more',
  });
}

async function requireSame(tx: StoreTransaction, known: Card, { application }: ReadApplication): Promise<void> {
  if (!equalBytes(known.userId, application.userId))
    throw new ProtocolError('BAD_KEY', 'CardApplication.publicKey: the key of a card already');
  if (known.blockedAtMs !== undefined) throw new ProtocolError('CARD_BLOCKED', 'CardApplication: the card is blocked');
  const held = (await tx.cards.findParameters(known.cardId))?.parameters.purses.map(({ purse }) => purse) ?? [];
  const isSame = known.assurance === application.assurance && held.join() === application.purses.map(purseName).join();
  if ((await tx.cards.countIssues(known.cardId)) >= ISSUES_MAX)
    throw new ProtocolError('LIMIT', 'CardApplication: the answers to this card were lost too often');
  if (!isSame)
    throw new ProtocolError('ID_CONFLICT', 'CardApplication: the card is issued already, with other particulars');
}

const wholeSecond = (atMs: number): number => Math.floor(atMs / SECOND_MS) * SECOND_MS;

/** First byte 0x40 to 0x7f: positive, and its DER always minimal. */
const positive = ([first = 0, ...rest]: Uint8Array): Uint8Array => Uint8Array.of((first & 0x3f) | 0x40, ...rest);
