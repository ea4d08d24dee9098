/**
 * What the payment server gave back to a wallet that was restored from its recovery phrase: decisions whose message 1, and whose
 * journal, were lost with another machine. And the server's countersignatures, for these and for the wallet's own.
 */
import {
  decodeCountersignature,
  decodePaymentDecision,
  equalBytes,
  readEnvelope,
  type PaymentDecision,
  type RefundNotice,
} from '@coinslot/protocol';
import { hex } from '../hex.ts';
import { isRefundOf, refundOf } from './payments.ts';
import type { RecordFields } from './records.ts';

export interface Recovered {
  readonly decisionHex: string;
  /** Message 3, and its body. */
  readonly decision: Uint8Array;
  readonly decided: PaymentDecision;
  /** Message 2; empty where the server did not have it. */
  readonly request: Uint8Array;
  /** By the server's countersignature: message 3 does not name the publisher. */
  readonly publisherId: string;
  readonly gameId: string;
  /** Message 1 is lost: empty. */
  readonly offer: Uint8Array;
  readonly recoveredAtMs: number;
  /** What games have reported since; what was consumed before is not known here. */
  consumed: bigint;
  refund?: RefundNotice;
  refundNotice?: Uint8Array;
}

export class RecoveredBook {
  /** Decisions are still being asked for. */
  isUnderWay = false;
  readonly #byDecision = new Map<string, Recovered>();
  readonly #countersigned = new Map<string, Uint8Array>();

  /** In the order of the server's record. */
  get all(): readonly Recovered[] {
    return [...this.#byDecision.values()];
  }

  get(decisionHex: string): Recovered | undefined {
    return this.#byDecision.get(decisionHex);
  }

  /** Envelope `countersignature` about a decision. */
  countersignature(decisionHex: string): Uint8Array | undefined {
    return this.#countersigned.get(decisionHex);
  }

  /** Whether this was bought on another machine, and is still the player's; by when it was decided, `isOver` says that it is not. */
  has(
    { publisherId, gameId }: Pick<Recovered, 'publisherId' | 'gameId'>,
    offerHash: Uint8Array,
    isOver: (decidedAtMs: number) => boolean,
  ): boolean {
    return this.all.some(
      (one) =>
        one.publisherId === publisherId &&
        one.gameId === gameId &&
        one.refund === undefined &&
        !isOver(one.decided.timeMs) &&
        equalBytes(one.decided.offerHash, offerHash),
    );
  }

  take({ atMs, decision, request, countersigned }: RecordFields<'recovered'>): Recovered {
    const decided = decodePaymentDecision(readEnvelope(decision).body);
    const { publisherId } = decodeCountersignature(readEnvelope(countersigned).body);
    const decisionHex = hex(decided.decisionId);
    const lost = { offer: new Uint8Array(), consumed: 0n };
    const named = { decisionHex, publisherId, gameId: decided.gameId, recoveredAtMs: atMs };
    const recovered = { ...named, ...lost, decision, decided, request };
    this.#byDecision.set(decisionHex, recovered);
    this.#countersigned.set(decisionHex, countersigned);
    return recovered;
  }

  vouch({ decisionId, countersigned }: RecordFields<'countersigned'>): void {
    this.#countersigned.set(hex(decisionId), countersigned);
  }

  consume(decisionHex: string, consumed: bigint): void {
    const recovered = this.#byDecision.get(decisionHex);
    if (recovered !== undefined && consumed > recovered.consumed) recovered.consumed = consumed;
  }

  /** Takes in a notice; one that is not of this decision changes nothing. */
  undo(decisionHex: string, envelope: Uint8Array | undefined): void {
    const recovered = this.#byDecision.get(decisionHex);
    if (recovered === undefined || envelope === undefined) return;
    const notice = refundOf({ notice: envelope });
    if (!isRefundOf(recovered, notice)) return;
    recovered.refund = notice;
    recovered.refundNotice = envelope;
  }
}
