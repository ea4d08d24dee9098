/** A period that is sealed: nothing is posted into it any more. */
export interface SealedPeriod {
  /** YYYYMM. */
  readonly period: number;
  /** The last transfer of this period or an earlier one, and the block of the journal that it stands in. */
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

/** A block of the journal: what one transaction posted. */
export interface JournalBlock {
  /** From 1, without a gap. */
  readonly number: bigint;
  readonly lastTransfer: bigint;
  /** 32 bytes. */
  readonly hash: Uint8Array;
}
