/** What content keys in escrow need of a store: see `store/port.ts` for the promises. */

import type { Assurance } from '@coinslot/protocol';

/** A content key of a publisher's, as it came: sealed to one of this server's encryption keys. */
export interface KeptEscrow {
  readonly publisherId: string;
  /** 16 bytes. */
  readonly contentKeyId: Uint8Array;
  /** The encryption key (X25519, 32 bytes) that it is sealed to. */
  readonly recipient: Uint8Array;
  /** Envelope `content-escrow`, with its chain. */
  readonly envelope: Uint8Array;
  readonly takenAtMs: number;
}

/** A quote of something that is sold sealed. */
export interface NewSealedQuote {
  readonly publisherId: string;
  /** 16 bytes. */
  readonly contentKeyId: Uint8Array;
  /** 64 bytes. */
  readonly quoteSignature: Uint8Array;
  /** The least assurance of a card that may decide. */
  readonly cards: Assurance;
  /** Envelope `quote`, with its chain. */
  readonly envelope: Uint8Array;
  readonly notAfterMs: number;
  readonly takenAtMs: number;
}

export interface SealedQuote extends NewSealedQuote {
  /** Rises with each that is taken. */
  readonly position: bigint;
}

export interface SealedQuotesAsked {
  /** Of a card: quotes that accept it. */
  readonly assurance: Assurance;
  /** Those that still hold at this time. */
  readonly notAfterMs: number;
  /** Only those taken before this one. */
  readonly before: bigint | undefined;
  readonly count: number;
}

/** Reads of what is committed. */
export interface EscrowReader {
  findEscrow(publisherId: string, contentKeyId: Uint8Array, recipient: Uint8Array): Promise<KeptEscrow | undefined>;
  /** The newest first. */
  listSealedQuotes(asked: SealedQuotesAsked): Promise<readonly SealedQuote[]>;
}

/** Changes, inside a transaction. */
export interface EscrowWriter extends EscrowReader {
  /** The first for a publisher, key and recipient stands. */
  addEscrow(escrow: KeptEscrow): Promise<void>;
  /** The same quote again changes nothing. */
  addSealedQuote(quote: NewSealedQuote): Promise<void>;
}
