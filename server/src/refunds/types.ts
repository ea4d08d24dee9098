export type RefundReason = 'requested' | 'defect' | 'unauthorised' | 'operator';

/** A decision that was undone: one at most for each. */
export interface Refund {
  /** From 1, rising by one: where a wallet goes on from. */
  readonly position: bigint;
  /** 16 bytes. */
  readonly decisionId: Uint8Array;
  /** The payment's name; the reference of the transfer. */
  readonly requestId: Uint8Array;
  readonly userId: Uint8Array;
  readonly publisherId: string;
  readonly reason: RefundReason;
  /** What came back to the player's account by it; 0 where nothing was charged, or it had come back before. */
  readonly amountMinor: bigint;
  readonly currency: string;
  /** Envelope `refund-order`; `undefined` when the operator gave it back. */
  readonly order: Uint8Array | undefined;
  /** Envelope `refund-notice`, with its chain by hash. */
  readonly notice: Uint8Array;
  readonly chainHash: Uint8Array;
  /** `undefined` when no money moved. */
  readonly transferId: bigint | undefined;
  readonly atMs: number;
}

/** A record of a card, by its place. */
export interface CardDecisionPlace {
  readonly cardId: Uint8Array;
  readonly head: Uint8Array;
}

/** A refund to be kept. */
export interface NewRefund extends Omit<Refund, 'position' | 'transferId'> {
  /** The standing claim that it undoes. */
  readonly claim: CardDecisionPlace | undefined;
}

export type RefundRequestState = 'open' | 'refunded' | 'declined';

/** What a player asked for on their account's page: once for each decision. */
export interface RefundRequest {
  readonly decisionId: Uint8Array;
  readonly userId: Uint8Array;
  readonly publisherId: string;
  readonly reason: Exclude<RefundReason, 'operator'>;
  /** The player's words, <= 500 characters. */
  readonly text: string;
  readonly state: RefundRequestState;
  /** The answer's words, <= 500 characters; empty while open. */
  readonly answer: string;
  readonly askedAtMs: number;
  readonly endedAtMs: number | undefined;
}
