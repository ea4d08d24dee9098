/** What content keys in escrow need of a store: see `store/port.ts` for the promises. */

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

/** Reads of what is committed. */
export interface EscrowReader {
  findEscrow(publisherId: string, contentKeyId: Uint8Array, recipient: Uint8Array): Promise<KeptEscrow | undefined>;
}

/** Changes, inside a transaction. */
export interface EscrowWriter extends EscrowReader {
  /** The first for a publisher, key and recipient stands. */
  addEscrow(escrow: KeptEscrow): Promise<void>;
}
