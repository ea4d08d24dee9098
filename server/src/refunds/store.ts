/** What refunds need of a store, beside the port of the rest: see `store/port.ts` for the promises. */
import type { Transfer } from '../ledger/types.ts';
import type { Refund, RefundRequest } from './types.ts';

/** Reads of what is committed. */
export interface RefundReader {
  findRefund(requestId: Uint8Array): Promise<Refund | undefined>;
  /** The payment of a decision: what is needed to undo it. */
  findRequestIdOfDecision(decisionId: Uint8Array): Promise<Uint8Array | undefined>;
  /** A player's refunds after a position, oldest first. */
  listRefundsOfPlayer(userId: Uint8Array, after: bigint, count: number): Promise<readonly Refund[]>;
  listRefunds(after: bigint, count: number): Promise<readonly Refund[]>;
  findRefundRequest(requestId: Uint8Array): Promise<RefundRequest | undefined>;
  /** Newest first; of one player, one publisher, or all. */
  listRefundRequests(of: {
    readonly userId?: Uint8Array;
    readonly publisherId?: string;
  }): Promise<readonly RefundRequest[]>;
}

/** Changes, inside a transaction. */
export interface RefundWriter extends RefundReader {
  addRefund(refund: Omit<Refund, 'position' | 'transferId'>, transfer: Transfer | undefined): Promise<Refund>;
  addRefundRequest(request: RefundRequest): Promise<void>;
  setRefundRequest(requestId: Uint8Array, state: 'refunded' | 'declined', answer: string, atMs: number): Promise<void>;
}
