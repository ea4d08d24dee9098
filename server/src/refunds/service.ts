/**
 * Refunds: a decision is undone whole, once, by its publisher's order or by the operator. The answer is a notice that the server
 * signs; it ends the entitlement wherever the decision is kept.
 *
 * Idempotence first: the same asking gets the same notice, whenever it comes; any other for the same decision is ID_CONFLICT.
 * Everything that a refund depends on is read in the transaction that writes it, so it is in line with purchases, uploads and
 * claims of the same moment.
 */
import {
  decodeRefundOrder,
  encodeRefundNotice,
  equalBytes,
  LIMITS,
  ProtocolError,
  readEnvelope,
} from '@coinslot/protocol';
import { wholeStored, type Identity } from '../identity.ts';
import type { Posting, Transfer } from '../ledger/types.ts';
import type { Clock } from '../log.ts';
import type { MoneyPolicy } from '../money-policy.ts';
import { playerAccount } from '../players/types.ts';
import type { GroupCommit } from '../store/group-commit.ts';
import type { StoreReader, StoreTransaction } from '../store/port.ts';
import { checkOrder, isSameOrder } from './order.ts';
import { broughtMinor, findSale, type Sale } from './sale.ts';
import type { Refund, RefundReason, RefundRequest } from './types.ts';

export interface RefundsOptions {
  readonly identity: Identity;
  readonly store: StoreReader;
  readonly commit: GroupCommit;
  readonly clock: Clock;
  /** Held against publishers' chains, DER. */
  readonly revocationLists: readonly Uint8Array[];
  readonly policy: Pick<MoneyPolicy, 'publisherDebtMaxMinor'>;
}

/** A refund as it was made, now or before. */
export interface Refunded {
  readonly refund: Refund;
  /** Envelope `refund-notice`, with its chain. */
  readonly notice: Uint8Array;
  /** False when it was there before. */
  readonly fresh: boolean;
}

/** Who asks, beside the decision and the reason. */
interface Asking {
  readonly decisionId: Uint8Array;
  readonly reason: RefundReason;
  /** `undefined` for the operator. */
  readonly order: { readonly envelope: Uint8Array; readonly publisherId: string } | undefined;
  /** What the player who asked for it is told. */
  readonly answer: string;
}

export interface OperatorRefund {
  readonly decisionId: Uint8Array;
  /** `operator` when left out. */
  readonly reason?: RefundReason;
  /** Words for a player who asked for it. */
  readonly answer?: string;
}

export type NewRefundRequest = Pick<RefundRequest, 'decisionId' | 'userId' | 'reason' | 'text'>;

const TEXT_LENGTH_MAX = 500;

export class Refunds {
  readonly #options: RefundsOptions;

  constructor(options: RefundsOptions) {
    this.#options = options;
  }

  /** Carries out envelope `refund-order`. Throws the codes of `checkOrder`, DECISION_MISMATCH, ID_CONFLICT, INSUFFICIENT and STORAGE. */
  async order(envelope: Uint8Array): Promise<Refunded> {
    const { clock } = this.#options;
    const known = await this.#knownOrder(envelope);
    if (known !== undefined) return this.#answer(known, false);
    const { decisionId, reason, publisherId } = await checkOrder(envelope, clock(), this.#options);
    return this.#refund({ decisionId, reason, order: { envelope, publisherId }, answer: '' });
  }

  /** The operator's own: of any publisher's decision. Asked again with the same reason it answers the same notice. */
  async byOperator({ decisionId, reason = 'operator', answer = '' }: OperatorRefund): Promise<Refunded> {
    requireWords(answer, 'answer');
    return this.#refund({ decisionId, reason, order: undefined, answer });
  }

  /**
   * A player wishes for a refund: once for each decision. Throws DECISION_MISMATCH for what the player has not bought,
   * REFUNDED, and ID_CONFLICT when it was asked before.
   */
  async ask({ decisionId, userId, reason, text }: NewRefundRequest): Promise<RefundRequest> {
    requireWords(text, 'text');
    const { commit, clock } = this.#options;
    return commit.submit(async (tx) => {
      const sale = await requireSale(tx, decisionId, (one) => equalBytes(one.userId, userId));
      if ((await tx.refunds.findRefund(decisionId)) !== undefined)
        throw new ProtocolError('REFUNDED', 'decisionId: it was refunded');
      if ((await tx.refunds.findRefundRequest(decisionId)) !== undefined)
        throw new ProtocolError('ID_CONFLICT', 'decisionId: asked for before');
      const request: RefundRequest = {
        decisionId,
        userId,
        publisherId: sale.publisherId,
        reason,
        text,
        state: 'open',
        answer: '',
        askedAtMs: clock(),
        endedAtMs: undefined,
      };
      await tx.refunds.addRefundRequest(request);
      return request;
    });
  }

  /**
   * Ends a wish with a no, in words. `publisherId` where a publisher answers: only its own. Throws DECISION_MISMATCH for a
   * wish that is not there, and ID_CONFLICT for one that has ended.
   */
  async decline(decisionId: Uint8Array, answer: string, publisherId?: string): Promise<RefundRequest> {
    requireWords(answer, 'answer');
    const { commit, clock } = this.#options;
    return commit.submit(async (tx) => {
      const request = await tx.refunds.findRefundRequest(decisionId);
      if (request === undefined || (publisherId !== undefined && request.publisherId !== publisherId))
        throw new ProtocolError('DECISION_MISMATCH', 'decisionId: nobody asked for it');
      if (request.state !== 'open') throw new ProtocolError('ID_CONFLICT', `decisionId: ${request.state} already`);
      await tx.refunds.setRefundRequest(decisionId, 'declined', answer, clock());
      return (await tx.refunds.findRefundRequest(decisionId)) as RefundRequest;
    });
  }

  /** The refund that these very bytes made. Known bytes need no second look: their signature held. */
  async #knownOrder(envelope: Uint8Array): Promise<Refund | undefined> {
    const read = readEnvelope(envelope);
    if (read.typeName !== 'refund-order') return undefined;
    const refund = await this.#options.store.refunds.findRefund(decodeRefundOrder(read.body).decisionId);
    return refund?.order !== undefined && isSameOrder(refund.order, envelope) ? refund : undefined;
  }

  async #refund(asking: Asking): Promise<Refunded> {
    const { commit, clock, identity, policy } = this.#options;
    const { refund, fresh } = await commit.submit((tx) => undo(tx, asking, { identity, policy, nowMs: clock() }));
    return this.#answer(refund, fresh);
  }

  async #answer(refund: Refund, fresh: boolean): Promise<Refunded> {
    const notice = await wholeStored(this.#options.store, refund.notice, refund.chainHash);
    return { refund, notice, fresh };
  }
}

/** Inside a transaction: the refund that is there, or a new one. */
async function undo(
  tx: StoreTransaction,
  asking: Asking,
  { identity, policy, nowMs }: Pick<RefundsOptions, 'identity' | 'policy'> & { readonly nowMs: number },
): Promise<{ readonly refund: Refund; readonly fresh: boolean }> {
  const { decisionId, reason, order, answer } = asking;
  const isTheirs = (one: Sale): boolean => order === undefined || one.publisherId === order.publisherId;
  const sale = await requireSale(tx, decisionId, isTheirs);
  const known = await tx.refunds.findRefund(decisionId);
  if (known !== undefined) {
    if (isSameAsking(known, asking)) return { refund: known, fresh: false };
    throw new ProtocolError('ID_CONFLICT', 'decisionId: refunded already, by another asking', {
      hint: 'there is nothing more to do: the decision is undone',
    });
  }
  const player = await tx.findPlayer(sale.userId);
  if (player === undefined) throw new Error('the player of a decision is not in the store');
  const { postings, claim } = await sale.undo(tx, player);
  if (order !== undefined) await requireOwed(tx, postings, policy);
  const amountMinor = broughtMinor(postings, playerAccount(player));
  if (player.balanceMinor + amountMinor > LIMITS.amountMinorMax)
    throw new ProtocolError('OFFER_PRICE', 'decisionId: the balance would leave 2^53-1');
  const { requestId, userId, publisherId, chargedCurrency: currency } = sale;
  const body = encodeRefundNotice({ decisionId, reason, amountMinor, currency, timeMs: nowMs });
  const transfer: Transfer | undefined =
    postings.length === 0 ? undefined : { kind: 'refund', reference: requestId, atMs: nowMs, postings };
  const refund = await tx.refunds.addRefund(
    {
      decisionId,
      requestId,
      userId,
      publisherId,
      reason,
      amountMinor,
      currency,
      order: order?.envelope,
      notice: identity.seal('refund-notice', body).compact,
      chainHash: identity.chainHash,
      atMs: nowMs,
      claim,
    },
    transfer,
  );
  const wish = await tx.refunds.findRefundRequest(decisionId);
  if (wish !== undefined) await tx.refunds.setRefundRequest(decisionId, 'refunded', answer, nowMs);
  return { refund, fresh: true };
}

/**
 * A publisher gives back what it is still owed. One that was paid out already could otherwise be its own player: the payout on
 * one account, the refund on another, and nobody to ask for the debt. The operator may refund beyond it.
 */
async function requireOwed(
  tx: StoreTransaction,
  postings: readonly Posting[],
  { publisherDebtMaxMinor: debts }: RefundsOptions['policy'],
): Promise<void> {
  for (const posting of postings) {
    const name = posting.debit;
    if (name.kind !== 'publisher-payable') continue;
    const takenMinor = postings
      .filter(({ debit }) => debit.kind === name.kind && debit.currency === name.currency)
      .reduce((sum, { amountMinor }) => sum + amountMinor, 0n);
    const owedMinor = (await tx.cards.findAccount(name))?.balanceMinor ?? 0n;
    const debtMaxMinor = debts[name.currency] ?? debts['*'] ?? 0n;
    if (owedMinor - takenMinor < -debtMaxMinor)
      throw new ProtocolError('INSUFFICIENT', 'decisionId: more than the publisher is owed in this currency now', {
        charged: 'no',
        hint: 'ask the operator, who can refund it all the same',
      });
  }
}

/** The same publisher's same bytes; of the operator's, the same reason. */
const isSameAsking = ({ order: known, reason: knownReason }: Refund, { order, reason }: Asking): boolean =>
  order === undefined || known === undefined
    ? order === undefined && known === undefined && reason === knownReason
    : isSameOrder(known, order.envelope);

/** One answer for what is not there, not approved, or somebody else's: ids tell nothing to who has no part in them. */
async function requireSale(
  tx: StoreTransaction,
  decisionId: Uint8Array,
  isTheirs: (sale: Sale) => boolean,
): Promise<Sale> {
  const sale = await findSale(tx, decisionId);
  if (sale === undefined || !sale.isApproved || !isTheirs(sale))
    throw new ProtocolError('DECISION_MISMATCH', 'decisionId: no purchase that is yours to undo', { charged: 'no' });
  return sale;
}

function requireWords(text: string, field: string): void {
  if (text.length > TEXT_LENGTH_MAX || !text.isWellFormed() || text.includes('\0'))
    throw new ProtocolError('BAD_ENCODING', `${field}: expected at most ${TEXT_LENGTH_MAX} characters`);
}
