/**
 * Publishers' claims: a card's decision that opened a game and whose record never came up. The issuer pays from its loss
 * account, as it would have been paid by the record, up to the purse's ceiling, once by card and record; when the record comes
 * after all, the claim is undone and the sale is booked like any other. Where the record came without the player's message 2,
 * the card's own money is held for the claim, and pays it.
 */
import {
  decodePaymentDecision,
  equalBytes,
  keyHash,
  LIMITS,
  openEnvelope,
  ProtocolError,
  readEnvelope,
  requestId,
  requireDecider,
  type CodeName,
  type PaymentDecision,
} from '@coinslot/protocol';
import { nativeVerifySignature } from '@coinslot/protocol/node';
import { paymentPostings } from '../ledger/postings.ts';
import type { QuoteDesk } from '../payments/quote-desk.ts';
import type { ReadQuote } from '../payments/types.ts';
import { hex } from '../players/types.ts';
import type { StoreReader, StoreTransaction } from '../store/port.ts';
import { cardReference, disputeAccount, lossAccount, transferOf } from './accounts.ts';
import { conversionOf } from './booking.ts';
import type { CardPolicy } from './policy.ts';
import { loadPurses, requirePurse } from './purses.ts';
import type { Card } from './types.ts';

/** One claim as it is presented: message 3, and the publisher's own quote that it paid for. */
export interface PresentedClaim {
  readonly decision: Uint8Array;
  readonly quote: Uint8Array;
}

/**
 * `booked`: paid now. `paid`: paid before, by its record or by this claim. `waiting`: too young; its record may still come up.
 * `refused`: not to be paid, and why.
 */
export interface ClaimOutcome {
  /** Hex; empty when the decision could not be read. */
  readonly decisionId: string;
  readonly outcome: 'booked' | 'paid' | 'waiting' | 'refused';
  readonly code: CodeName | undefined;
}

/** A claim that holds by itself. */
export interface CheckedClaim {
  readonly presented: PresentedClaim;
  readonly decision: PaymentDecision;
  readonly quote: ReadQuote;
  readonly card: Card;
}

export interface ClaimContext {
  readonly roots: readonly Uint8Array[];
  readonly quotes: QuoteDesk;
  readonly store: StoreReader;
  readonly policy: CardPolicy;
  /** How long a blocked list may be out of date where a card was taken. */
  readonly listLifeMs: number;
}

/** Throws the codes of what is wrong with decision, quote or chain, as of the offer. */
export async function checkClaim(
  presented: PresentedClaim,
  publisherId: string,
  { roots, quotes, store, listLifeMs }: ClaimContext,
): Promise<CheckedClaim> {
  const claimed = decodePaymentDecision(readEnvelope(presented.decision).body);
  const { body, leaf } = openEnvelope(presented.decision, {
    type: 'payment-decision',
    role: 'card',
    roots,
    atMs: claimed.timeMs,
    verify: nativeVerifySignature,
  });
  const decision = decodePaymentDecision(body);
  const card = await store.cards.findCard(leaf.card?.cardId ?? new Uint8Array());
  if (card === undefined || !equalBytes(card.publicKey, leaf.spki))
    throw new ProtocolError('BAD_KEY', 'claim.decision: not by a card of this issuer');
  if (decision.outcome !== 'approved' || decision.chargedMinor === 0n || decision.card === undefined)
    throw new ProtocolError('DECISION_MISMATCH', 'claim.decision: nothing is owed for it');
  const quote = await quotes.read(presented.quote, decision.offerTimeMs);
  if (quote.fault !== undefined) throw new ProtocolError(quote.fault, 'claim.quote: does not hold');
  requireSold(decision, quote, publisherId);
  if (!equalBytes(decision.signer, keyHash(leaf.spki)))
    throw new ProtocolError('DECISION_MISMATCH', 'claim.decision: names another signer');
  requireDecider(decision, leaf, quote.quote);
  // Whoever took the card later than that had a blocked list in hand that named it, or none that still counted.
  if (card.blockedAtMs !== undefined && decision.timeMs > card.blockedAtMs + listLifeMs + LIMITS.crlGraceMsMax)
    throw new ProtocolError('CARD_BLOCKED', 'claim.decision: the card was blocked long before');
  return { presented, decision, quote, card };
}

function requireSold(decision: PaymentDecision, { quote }: ReadQuote, publisherId: string): void {
  if (quote.publisherId !== publisherId) throw new ProtocolError('OFFER_ORIGIN', "claim.quote: another publisher's");
  const isSold =
    equalBytes(decision.offerHash, quote.offerHash) &&
    decision.gameId === quote.gameId &&
    decision.amountMinor === quote.amountMinor &&
    decision.currency === quote.currency;
  if (!isSold) throw new ProtocolError('DECISION_MISMATCH', 'claim.quote: not what the decision paid for');
}

export interface BookedClaim {
  readonly outcome: ClaimOutcome['outcome'];
  readonly code?: CodeName;
  /** The card, when the claim shows that there are two histories of it. */
  readonly forked?: Card;
}

/** Books one claim, or says why not. */
export async function bookClaim(
  tx: StoreTransaction,
  { presented, decision, quote, card: read }: CheckedClaim,
  { policy }: Pick<ClaimContext, 'policy'>,
  nowMs: number,
): Promise<BookedClaim> {
  const card = (await tx.cards.findCard(read.cardId)) as Card;
  const standing = decision.card as NonNullable<PaymentDecision['card']>;
  const { counter, head } = standing;
  if ((await tx.refunds.findRefund(decision.decisionId)) !== undefined) return { outcome: 'refused', code: 'REFUNDED' };
  const claims = await tx.cards.listClaims(card.cardId);
  if (claims.some((claim) => equalBytes(claim.head, head) && claim.reversalId === undefined))
    return { outcome: 'paid' };
  const record = await tx.cards.findCardRecord(card.cardId, head);
  if (record?.outcome === 'booked' || record?.outcome === 'conflict') return { outcome: 'paid' };
  const isDisputed = record?.outcome === 'disputed';
  if (record !== undefined && !isDisputed) return { outcome: 'refused', code: record.code ?? 'CEILING' };
  if (await isPaid(tx, card, decision)) return { outcome: 'paid' };
  if (!isDisputed && card.blockedAtMs === undefined && nowMs - decision.timeMs < policy.claimAfterMs)
    return { outcome: 'waiting' };
  const publisher = await tx.findPublisher(quote.quote.publisherId);
  if (publisher === undefined) return { outcome: 'refused', code: 'OFFER_ORIGIN' };
  const state = requirePurse(await loadPurses(tx, card), decision.purse);
  const table = (await tx.findRateTable(decision.rateTableId))?.table;
  const conversion = conversionOf(quote.quote, decision, table);
  if (typeof conversion === 'string') return { outcome: 'refused', code: conversion };
  const { chargedMinor, chargedCurrency } = decision;
  if (conversion.chargedMinor !== chargedMinor || state.currency !== chargedCurrency)
    return { outcome: 'refused', code: 'OFFER_PRICE' };
  const isHeld = isDisputed && !record.excess && card.settledAtMs === undefined;
  if (!isHeld && state.excessMinor + chargedMinor > state.ceilingEverMinor)
    return { outcome: 'refused', code: 'CEILING' };

  const { publisherId, amountMinor: priceMinor, currency: priceCurrency } = quote.quote;
  const { feeBasisPoints } = publisher;
  const payer = isHeld ? disputeAccount(card.cardId, chargedCurrency) : lossAccount(card, chargedCurrency);
  const money = { payer, publisherId, priceMinor, priceCurrency, feeBasisPoints, ...conversion };
  await tx.cards.addClaim({
    cardId: card.cardId,
    head,
    counter,
    publisherId,
    purse: decision.purse,
    chargedMinor,
    chargedCurrency,
    decision: presented.decision,
    quote: presented.quote,
    spentAtMs: decision.offerTimeMs,
    atMs: nowMs,
    transfer: transferOf('claim', cardReference(card.cardId, head), nowMs, paymentPostings(money)),
  });
  await tx.refunds.addCardDecision(decision.decisionId, { cardId: card.cardId, head });
  const isOther = !isDisputed && (claims.some((claim) => claim.counter === counter) || counter <= card.counter);
  return isOther ? { outcome: 'booked', forked: card } : { outcome: 'booked' };
}

/** The same purchase paid here already, by whatever means: one sale, one payment. */
async function isPaid(tx: StoreTransaction, { userId }: Card, { nonce, offerHash }: PaymentDecision): Promise<boolean> {
  const id = requestId(userId, nonce);
  const prior = await tx.findDecision(id);
  if (prior?.code !== 'APPROVED') return false;
  return equalBytes(decodePaymentDecision(readEnvelope(Uint8Array.from(prior.decision)).body).offerHash, offerHash);
}

/** A claim that cannot be read or does not hold. */
export function refusedClaim({ decision }: PresentedClaim, error: unknown): ClaimOutcome {
  if (!(error instanceof ProtocolError)) throw error;
  return { decisionId: idOf(decision), outcome: 'refused', code: error.code };
}

export function idOf(decision: Uint8Array): string {
  try {
    return hex(decodePaymentDecision(readEnvelope(decision).body).decisionId);
  } catch {
    return '';
  }
}
