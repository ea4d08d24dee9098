/** Rows of content keys in escrow as a database hands them out. */
import type { KeptEscrow } from '../escrows/store.ts';

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
