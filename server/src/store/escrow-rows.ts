/** Rows of content keys in escrow as a database hands them out. */
import type { Assurance } from '@coinslot/protocol';
import type { KeptEscrow, SealedQuote } from '../escrows/store.ts';

export interface EscrowRow {
  publisher_id: string;
  content_key_id: Uint8Array;
  recipient: Uint8Array;
  envelope: Uint8Array;
  taken_at_ms: bigint;
}

export const escrowOf = (row: EscrowRow): KeptEscrow => ({
  publisherId: row.publisher_id,
  contentKeyId: Uint8Array.from(row.content_key_id),
  recipient: Uint8Array.from(row.recipient),
  envelope: Uint8Array.from(row.envelope),
  takenAtMs: Number(row.taken_at_ms),
});

export interface SealedQuoteRow {
  position: bigint;
  publisher_id: string;
  content_key_id: Uint8Array;
  quote_signature: Uint8Array;
  cards: Assurance;
  envelope: Uint8Array;
  not_after_ms: bigint;
  taken_at_ms: bigint;
}

export const sealedQuoteOf = (row: SealedQuoteRow): SealedQuote => ({
  position: row.position,
  publisherId: row.publisher_id,
  contentKeyId: Uint8Array.from(row.content_key_id),
  quoteSignature: Uint8Array.from(row.quote_signature),
  cards: row.cards,
  envelope: Uint8Array.from(row.envelope),
  notAfterMs: Number(row.not_after_ms),
  takenAtMs: Number(row.taken_at_ms),
});

/** What a card of an assurance may decide: a chip everything that cards may, software what takes software. */
export const acceptingQuotes = (assurance: Assurance): readonly [string, string] =>
  assurance === 'chip' ? ['chip', 'software'] : ['software', 'software'];

/** Behind every position that there can be. */
export const BEHIND_ALL = 9_223_372_036_854_775_807n;
