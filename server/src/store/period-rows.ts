/** Rows of periods and of the journal, and what they mean. */
import type { AccountKind, TransferKind } from '../ledger/types.ts';
import type { AccountMovement } from '../periods/store.ts';
import type { JournalBlock, SealedPeriod } from '../periods/types.ts';

export interface SealedRow {
  period: bigint;
  last_transfer: bigint;
  block: bigint;
  block_hash: Uint8Array;
  rate_table_id: bigint;
  sealed_at_ms: bigint;
  seal: Uint8Array;
  closed_at_ms: bigint | null;
}

export const sealedOf = (row: SealedRow): SealedPeriod => ({
  period: Number(row.period),
  lastTransfer: row.last_transfer,
  block: row.block,
  blockHash: Uint8Array.from(row.block_hash),
  rateTableId: Number(row.rate_table_id),
  sealedAtMs: Number(row.sealed_at_ms),
  seal: Uint8Array.from(row.seal),
  closedAtMs: row.closed_at_ms === null ? undefined : Number(row.closed_at_ms),
});

export interface BlockRow {
  number: bigint;
  last_transfer: bigint;
  hash: Uint8Array;
}

export const blockOf = ({ number, last_transfer, hash }: BlockRow): JournalBlock => ({
  number,
  lastTransfer: last_transfer,
  hash: Uint8Array.from(hash),
});

export type SealPointRow = Pick<BlockRow, 'number' | 'hash'>;

export interface MovementRow {
  kind: AccountKind;
  owner: string;
  currency: string;
  transfer_kind: TransferKind;
  n: bigint;
  amount_minor: bigint;
}

export const movementOf = (row: MovementRow): AccountMovement => ({
  kind: row.kind,
  owner: row.owner,
  currency: row.currency,
  transferKind: row.transfer_kind,
  count: Number(row.n),
  amountMinor: row.amount_minor,
});
