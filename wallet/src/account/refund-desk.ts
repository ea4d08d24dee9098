/**
 * Refunds: asked of the payment server after the last one known, with every new statement. Each notice is verified, journalled
 * once, and handed to the game whose entitlement it ends.
 */
import { join } from 'node:path';
import { decodeRefundNotice, readEnvelope, type RefundNotice } from '@coinslot/protocol';
import { hex } from '../hex.ts';
import { isRefundOf, type Payment } from '../journal/payments.ts';
import type { Log } from '../ports.ts';
import { readPrivate, replaceDurably } from '../profile/files.ts';
import type { Profile } from '../profile/profile.ts';
import type { Account } from './account.ts';
import { openFromServer, type Trust } from './server-envelope.ts';

export interface RefundDeskOptions {
  profile: Profile;
  account: Account;
  trust: Trust;
  log: Log;
  /** A payment of this wallet's was undone, and that is journalled. */
  onRefund(payment: Payment): void;
}

/** Questions in one go: 32 notices each. */
const PAGES_MAX = 64;

export class RefundDesk {
  readonly #options: RefundDeskOptions;
  #asking: Promise<void> | undefined;

  constructor(options: RefundDeskOptions) {
    this.#options = options;
  }

  /** Asks for what is new, once for all who wait. Never throws: what is missed now comes with the next asking. */
  check(): Promise<void> {
    this.#asking ??= this.#check().finally(() => (this.#asking = undefined));
    return this.#asking;
  }

  async #check(): Promise<void> {
    const { account, log } = this.#options;
    try {
      for (let page = 0; page < PAGES_MAX; page++) {
        const after = this.#position;
        const answered = await account.askList('refunds', after);
        if (answered === undefined) return;
        for (const envelope of answered.decisions) this.#take(envelope);
        if (answered.next <= after) return;
        // Only once they are journalled: after a crash the same ones come again, and are known.
        this.#position = answered.next;
      }
    } catch (fault) {
      log.warn({ fault: String(fault) }, 'refunds: could not be asked for');
    }
  }

  #take(envelope: Uint8Array): void {
    const { profile, log } = this.#options;
    const notice = this.#verified(envelope);
    if (notice === undefined) return;
    const decisionHex = hex(notice.decisionId);
    const payment = profile.state.paymentOfDecision(decisionHex);
    if (profile.state.isRefunded(decisionHex)) return;
    if (payment !== undefined && !isRefundOf(payment, notice)) {
      log.error({ decision: decisionHex }, 'refunds: a notice that is not of this payment');
      return;
    }
    // Of a payment whose answer is still to come, or of another machine's: kept, and believed when the decision is here.
    profile.record({ kind: 'refund', atMs: profile.clock(), notice: envelope });
    if (payment !== undefined) this.#options.onRefund(payment);
    profile.announce();
  }

  /**
   * As of its own time: the statement around it, signed now, says that it stands. A notice that does not verify is passed over,
   * so that it cannot keep the others back.
   */
  #verified(envelope: Uint8Array): RefundNotice | undefined {
    const { profile, trust, log } = this.#options;
    try {
      const { timeMs } = decodeRefundNotice(readEnvelope(envelope).body);
      const atMs = Math.min(timeMs, profile.clock());
      return decodeRefundNotice(openFromServer(envelope, 'refund-notice', atMs, trust).body);
    } catch (fault) {
      log.error({ fault: String(fault) }, 'refunds: a notice that does not verify');
      return undefined;
    }
  }

  /** The server's, for this account: kept beside the journal, since losing it only means asking again. */
  get #position(): bigint {
    const kept = readPrivate(this.#path);
    const text = kept === undefined ? '' : new TextDecoder().decode(kept);
    return /^\d{1,16}$/.test(text) ? BigInt(text) : 0n;
  }

  set #position(position: bigint) {
    replaceDurably(this.#path, new TextEncoder().encode(position.toString()));
  }

  get #path(): string {
    return join(this.#options.profile.path, 'refunds');
  }
}
