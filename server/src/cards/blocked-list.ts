/**
 * The blocked lists: of each card issuer the certificates of the cards that must not pay any more, as a numbered X.509 CRL
 * that games and wallets carry. Every block makes a new list, durably, before anybody is told of it.
 */
import { LIMITS, ProtocolError, readRevocationList } from '@coinslot/protocol';
import type { StoreReader, StoreTransaction } from '../store/port.ts';
import type { BlockedList } from './store.ts';
import type { CardIssuer } from './issuers.ts';
import type { Card } from './types.ts';

/** How long a list is good for, and how long certificates stay on it after their end. */
export interface ListTimes {
  readonly blockedListLifeMs: number;
  readonly blockedListRenewMs: number;
}

const SECOND_MS = 1_000;
const wholeSecond = (atMs: number): number => Math.floor(atMs / SECOND_MS) * SECOND_MS;
/** A list may be held against what was signed while the certificate was valid, long after. */
const KEPT_AFTER_END_MS = 400 * 86_400_000;

/** Puts a card on the blocked list and issues the list anew; a card that is there already stays as it is. */
export async function blockCard(
  tx: StoreTransaction,
  card: Card,
  reason: string,
  { issuer, times, nowMs }: { readonly issuer: CardIssuer; readonly times: ListTimes; readonly nowMs: number },
): Promise<void> {
  if (card.blockedAtMs !== undefined) return;
  await tx.cards.blockCard(card.cardId, reason, nowMs);
  await issueList(tx, issuer, times, nowMs);
}

/** The next list of an issuer: number after the last, everybody blocked on it. */
export async function issueList(
  tx: StoreTransaction,
  issuer: CardIssuer,
  { blockedListLifeMs }: ListTimes,
  nowMs: number,
): Promise<Uint8Array> {
  const before = await tx.cards.findBlockedList(issuer.key);
  const blocked = await tx.cards.listBlocked(issuer.key, nowMs - KEPT_AFTER_END_MS);
  const thisUpdateMs = Math.max(wholeSecond(nowMs), before?.thisUpdateMs ?? 0);
  const number = (before?.number ?? 0) + 1;
  const list = issuer.certifier.listRevoked({
    number,
    revoked: blocked.map(({ serialHex, blockedAtMs }) => ({ serialHex, revokedAtMs: wholeSecond(blockedAtMs) })),
    thisUpdateMs,
    nextUpdateMs: thisUpdateMs + blockedListLifeMs,
  });
  await tx.cards.addBlockedList(issuer.key, { number, list, thisUpdateMs });
  return list;
}

/** The newest list of an issuer while it need not be renewed. */
export async function freshList(
  store: { readonly cards: Pick<StoreReader['cards'], 'findBlockedList'> },
  issuer: CardIssuer,
  { blockedListRenewMs }: ListTimes,
  nowMs: number,
): Promise<BlockedList | undefined> {
  const newest = await store.cards.findBlockedList(issuer.key);
  return newest !== undefined && nowMs - newest.thisUpdateMs < blockedListRenewMs ? newest : undefined;
}

/**
 * Lists that the operator brings, of root, SYND and SINT. Read here, so that a wrong file is seen at the start; believed by
 * nobody for that: whoever holds one against a chain asks for the signature of the issuer in that chain.
 */
export function requireLists(lists: readonly Uint8Array[], issuerCount: number): readonly Uint8Array[] {
  lists.forEach(readRevocationList);
  if (lists.length + issuerCount <= LIMITS.crlsMax) return lists;
  throw new ProtocolError('TOO_LARGE', `revocation lists: with those of cards more than ${LIMITS.crlsMax}`);
}
