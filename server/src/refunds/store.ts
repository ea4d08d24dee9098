/** What refunds need of a store, beside the port of the rest: see `store/port.ts` for the promises. */
import type { Transfer } from '../ledger/types.ts';
import type { PlacedDecision } from '../payments/types.ts';
import type { CardDecisionPlace, NewRefund, Refund, RefundRequest } from './types.ts';

/** Reads of what is committed. */
export interface RefundReader {
  findRefund(decisionId: Uint8Array): Promise<Refund | undefined>;
  /** A decision of this server's, or a card's that was booked under its request. */
  findDecisionById(decisionId: Uint8Array): Promise<PlacedDecision | undefined>;
  /** Where any other approval by a card stands: in the records of the card, or on a claim. */
  findCardDecision(decisionId: Uint8Array): Promise<CardDecisionPlace | undefined>;
  /** A player's refunds after a position, oldest first. */
  listRefundsOfPlayer(userId: Uint8Array, after: bigint, count: number): Promise<readonly Refund[]>;
  listRefunds(after: bigint, count: number): Promise<readonly Refund[]>;
  findRefundRequest(decisionId: Uint8Array): Promise<RefundRequest | undefined>;
  /** Open ones first, each newest first; of one player, one publisher, or all; `count` at most. */
  listRefundRequests(of: RefundRequestsOf, count: number): Promise<readonly RefundRequest[]>;
}

export interface RefundRequestsOf {
  readonly userId?: Uint8Array;
  readonly publisherId?: string;
}

/** Changes, inside a transaction. */
export interface RefundWriter extends RefundReader {
  /** The first place of a decision stands. */
  addCardDecision(decisionId: Uint8Array, place: CardDecisionPlace): Promise<void>;
  /** Keeps the refund with its transfer; a standing claim that it undoes is reversed by the same transfer. */
  addRefund(refund: NewRefund, transfer: Transfer | undefined): Promise<Refund>;
  addRefundRequest(request: RefundRequest): Promise<void>;
  setRefundRequest(decisionId: Uint8Array, state: 'refunded' | 'declined', answer: string, atMs: number): Promise<void>;
}
