/**
 * Decides payments: message 2 in, message 3 out. The same request has the same decision for ever.
 *
 * The way of one payment: admission (form, player, signature) outside any transaction; then, in a transaction shared with
 * whatever arrived meanwhile, idempotence first, the checks, the records; and when that is durable, the answer.
 */
import { equalBytes, LIMITS, ProtocolError, type CodeName, type DecisionCode } from '@coinslot/protocol';
import type { Escrows } from '../escrows/service.ts';
import { wholeEnvelope, type Identity } from '../identity.ts';
import type { Clock, Random } from '../log.ts';
import { hex } from '../players/types.ts';
import type { GroupCommit, GroupWork, Settled } from '../store/group-commit.ts';
import type { PaymentKey, StoreReader, StoreTransaction } from '../store/port.ts';
import { admit, audienceFault, type SeenPayment } from './admission.ts';
import { newDecisionId } from './decision-id.ts';
import { makeDecision, type MadeDecision } from './decision.ts';
import type { QuoteDesk } from './quote-desk.ts';
import type { AdmittedPayment, PaymentState, PriorDecision } from './types.ts';
import { judge } from './verdict.ts';

/**
 * The server's own port for fault switches: around the real code, never instead of it. Both may wait, to be slow.
 *
 * `beforeDecide` is asked for every request whose signature held, also for one decided before, whose decision stands. It may
 * leave it undecided for now, or add a refusal, which is given, signed and recorded when no real check refuses first.
 * `afterRecord` is asked once, when a decision has become durable; it may lose the answer or fail in the giving of it.
 */
export interface ServerHooks {
  beforeDecide?(payment: SeenPayment): Promise<'pending' | { readonly refuse: CodeName } | void>;
  afterRecord?(payment: SeenPayment, code: DecisionCode): Promise<'lose-answer' | 'fail-answer' | void>;
}

/** What the door answers; refusals before the player's signature held are thrown as ProtocolError. */
export type PaymentAnswer =
  | {
      readonly kind: 'decided';
      /** Envelope `payment-decision`, with its chain. */
      readonly decision: Uint8Array;
      readonly code: DecisionCode;
      /** False when the decision was there before. */
      readonly fresh: boolean;
    }
  /** Undecided: ask again with the same bytes. */
  | { readonly kind: 'pending' }
  /** The connection is cut, or a plain 500 is given: only ever by a hook, always after the record. */
  | { readonly kind: 'lost' | 'failed' };

type Decided = Extract<PaymentAnswer, { kind: 'decided' }>;

export interface PaymentsOptions {
  readonly identity: Identity;
  readonly store: StoreReader;
  readonly commit: GroupCommit;
  readonly quotes: QuoteDesk;
  readonly escrows: Pick<Escrows, 'sealFor'>;
  readonly clock: Clock;
  readonly random: Random;
  readonly hooks: ServerHooks;
  /** Time of the last approval in the store. */
  readonly lastApprovalMs: number;
}

export class Payments {
  readonly #options: PaymentsOptions;
  #lastApprovalMs: number;
  #isClockBehind = false;

  constructor(options: PaymentsOptions) {
    this.#options = options;
    this.#lastApprovalMs = options.lastApprovalMs;
  }

  /** Throws the unsigned codes: those of `admit`, ID_CONFLICT, CHAIN_EXPIRED, CLOCK_SKEW, BUSY, STORAGE. */
  async decide(requestBytes: Uint8Array): Promise<PaymentAnswer> {
    const { hooks, clock, commit } = this.#options;
    const admitted = await admit(requestBytes, clock(), this.#options);
    const seen: SeenPayment = {
      request: admitted.request,
      requestId: admitted.requestId,
      quote: admitted.quote.quote,
    };
    const wish = await hooks.beforeDecide?.(seen);
    if (wish === 'pending') return { kind: 'pending' };
    const decided = await commit.submitTo(this.#decideGroup, { ...admitted, forcedRefusal: wish?.refuse });
    const fault = decided.fresh ? await hooks.afterRecord?.(seen, decided.code) : undefined;
    if (fault === undefined) return decided;
    return { kind: fault === 'lose-answer' ? 'lost' : 'failed' };
  }

  /** One set of payments inside one transaction. Bound once: the queue tells work apart by identity. */
  readonly #decideGroup: GroupWork<AdmittedPayment, Decided> = async (tx, payments) => {
    const nowMs = this.#options.clock();
    const states = await tx.loadPayments(payments.map(keyOf));
    const made = new Map<string, MadeDecision>();
    const outcomes: Settled<Decided>[] = [];
    for (const [i, payment] of payments.entries()) {
      outcomes.push(await this.#decideOne(tx, payment, states[i] as PaymentState, made, nowMs));
    }
    await tx.recordPayments([...made.values()].map(({ record }) => record));
    return outcomes;
  };

  async #decideOne(
    tx: StoreTransaction,
    payment: AdmittedPayment,
    state: PaymentState,
    made: Map<string, MadeDecision>,
    nowMs: number,
  ): Promise<Settled<Decided>> {
    const name = hex(payment.requestId);
    const prior = state.prior ?? made.get(name)?.record;
    if (prior !== undefined) return this.#again(tx, payment, prior);
    const fault = this.#ownFault(payment, nowMs);
    await this.#keepClock(tx, fault?.code === 'CLOCK_SKEW', nowMs);
    if (fault !== undefined) return { error: fault };
    // Spent on a card already, by whatever held the card then.
    if (await tx.cards.isDisputed(payment.requestId))
      return { error: new ProtocolError('ID_CONFLICT', 'PaymentRequest.nonce: a card has it') };

    const verdict = judge(payment, state, nowMs);
    const { identity, random } = this.#options;
    const decision = makeDecision(payment, state, verdict, {
      identity,
      decisionId: newDecisionId(nowMs, random),
      nowMs,
    });
    made.set(name, decision);
    if (verdict.code === 'APPROVED') this.#lastApprovalMs = Math.max(this.#lastApprovalMs, nowMs);
    return { value: { kind: 'decided', decision: decision.sealed.envelope, code: verdict.code, fresh: true } };
  }

  /**
   * A request id that has its decision. Other bytes under it are refused without a signature: a signed refusal would look
   * like the end of the first payment, which stands.
   */
  async #again(tx: StoreTransaction, payment: AdmittedPayment, prior: PriorDecision): Promise<Settled<Decided>> {
    if (!equalBytes(prior.requestHash, payment.requestHash))
      return { error: new ProtocolError('ID_CONFLICT', 'PaymentRequest.nonce: another request has it') };
    const { identity } = this.#options;
    const isOurs = equalBytes(prior.chainHash, identity.chainHash);
    const chain = isOurs ? identity.chain : await tx.findChain(prior.chainHash);
    if (chain === undefined) throw new Error('the chain of a recorded decision is not in the store');
    const decision = wholeEnvelope(prior.decision, chain);
    return { value: { kind: 'decided', decision, code: prior.code, fresh: false } };
  }

  /** A clock that went back is a finding, until this server decides again. */
  async #keepClock({ findings }: StoreTransaction, isBehind: boolean, nowMs: number): Promise<void> {
    if (!isBehind && !this.#isClockBehind) return;
    this.#isClockBehind = isBehind;
    const [kind, about] = ['clock', hex(this.#options.identity.audience)] as const;
    const words = "this server's clock is behind its own last approval: it decides nothing";
    if (isBehind) await findings.noteFinding({ kind, about, party: '', words, atMs: nowMs });
    else await findings.settleFindings(kind, about, nowMs);
  }

  /** What makes this server unfit to decide this request, or anything at all; said without a signature, closing nothing. */
  #ownFault(payment: AdmittedPayment, nowMs: number): ProtocolError | undefined {
    const { leaf, audience } = this.#options.identity;
    const notOurs = audienceFault(payment.request, audience);
    if (notOurs !== undefined) return new ProtocolError(notOurs, "PaymentRequest.audience: not this server's key");
    if (nowMs > leaf.notAfterMs)
      return new ProtocolError('CHAIN_EXPIRED', "this server's certificate has expired", {
        hint: 'tell the operator of the payment server',
      });
    // Refusals may be dated ahead by a clock that jumped; only approvals move the mark, so such a jump cannot lock us out.
    if (nowMs < this.#lastApprovalMs - LIMITS.clockSkewMsMax)
      return new ProtocolError('CLOCK_SKEW', "this server's clock has gone back");
    return undefined;
  }
}

const keyOf = ({ request, requestId }: AdmittedPayment): PaymentKey => ({
  requestId,
  userId: request.userId,
  publisherId: request.publisherId,
  rateTableId: request.rateTableId,
});
