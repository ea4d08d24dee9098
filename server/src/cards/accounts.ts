/** The ledger's accounts for cards, and the names of what moves between them. */
import { createHash } from 'node:crypto';
import type { AccountName, Posting, Transfer, TransferKind } from '../ledger/types.ts';
import { hex } from '../players/types.ts';
import type { Card } from './types.ts';

/** What a card's prepaid purse holds, seen from here. */
export const floatAccount = (cardId: Uint8Array, currency: string): AccountName => ({
  kind: 'card-float',
  owner: hex(cardId),
  currency,
});

/** What the issuer paid for its cards. */
export const lossAccount = ({ issuerId }: Pick<Card, 'issuerId'>, currency: string): AccountName => ({
  kind: 'card-loss',
  owner: issuerId,
  currency,
});

/** What is held of a card: spent, and nobody has shown the player's consent. */
export const disputeAccount = (cardId: Uint8Array, currency: string): AccountName => ({
  kind: 'card-dispute',
  owner: hex(cardId),
  currency,
});

/** The reference of a card's event: a hash over the card and what names the event on it, fixed lengths first. */
export function cardReference(cardId: Uint8Array, event: Uint8Array, purse = ''): Uint8Array {
  return Uint8Array.from(createHash('sha256').update(cardId).update(event).update(purse).digest());
}

export const transferOf = (
  kind: TransferKind,
  reference: Uint8Array,
  atMs: number,
  postings: readonly Posting[],
): Transfer => ({ kind, reference, atMs, postings });
