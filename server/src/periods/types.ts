/** A period that is sealed: nothing is posted into it any more. */
export interface SealedPeriod {
  /** YYYYMM. */
  readonly period: number;
  /** The last transfer of this period or an earlier one, and the block of the journal that it stands in; 0 when there was none. */
  readonly lastTransfer: bigint;
  readonly block: bigint;
  /** 32 bytes. */
  readonly blockHash: Uint8Array;
  /** The table that payouts are converted by; 0 when there was none. */
  readonly rateTableId: number;
  readonly sealedAtMs: number;
  /** Envelope `period-seal`. */
  readonly seal: Uint8Array;
  /** When all bills, payouts and files were made; `undefined` while that is still to be done. */
  readonly closedAtMs: number | undefined;
}

/** Where a period ends in the journal. */
export type SealPoint = Pick<SealedPeriod, 'lastTransfer' | 'block' | 'blockHash'>;

/** First and last transfer of a period. */
export interface TransferRange {
  readonly first: bigint;
  readonly last: bigint;
}

/** A block of the journal: what one transaction posted. */
export interface JournalBlock {
  /** From 1, without a gap. */
  readonly number: bigint;
  readonly lastTransfer: bigint;
  /** 32 bytes. */
  readonly hash: Uint8Array;
}
