export type RefundReason = 'requested' | 'defect' | 'unauthorised' | 'operator';

/** A decision that was undone: one at most for each. */
export interface Refund {
  /** From 1, rising by one: where a wallet goes on from. */
  readonly position: bigint;
  readonly requestId: Uint8Array;
  readonly decisionId: Uint8Array;
  readonly userId: Uint8Array;
  readonly publisherId: string;
  readonly reason: RefundReason;
  readonly amountMinor: bigint;
  readonly currency: string;
  /** Envelope `refund-order`; `undefined` when the operator gave it back. */
  readonly order: Uint8Array | undefined;
  /** Envelope `refund-notice`, with its chain by hash. */
  readonly notice: Uint8Array;
  readonly chainHash: Uint8Array;
  /** `undefined` when nothing had been charged. */
  readonly transferId: bigint | undefined;
  readonly atMs: number;
}

export type RefundRequestState = 'open' | 'refunded' | 'declined';

/** What a player asked for on their account's page. */
export interface RefundRequest {
  readonly requestId: Uint8Array;
  readonly userId: Uint8Array;
  readonly publisherId: string;
  readonly reason: RefundReason;
  /** The player's words, <= 500 characters. */
  readonly text: string;
  readonly state: RefundRequestState;
  /** The answer's words; empty while open. */
  readonly answer: string;
  readonly askedAtMs: number;
  readonly endedAtMs: number | undefined;
}
