/**
 * Gets back from the payment server what a journal would know: every approved decision of a wallet that was restored from its
 * phrase, until all are there; and the server's countersignature for decisions of this wallet's own whose signer was revoked
 * since, without which no game would take them again.
 *
 * What it does not get back: message 1, what was shown, what was consumed, and what a card has paid and not uploaded.
 */
import {
  DECIDERS,
  decisionHash,
  decodeCountersignature,
  decodePaymentDecision,
  equalBytes,
  openCountersignature,
  openEnvelope,
  ProtocolError,
  readEnvelope,
  requestHash,
  verifyChain,
  type AccountStatement,
  type PaymentDecision,
} from '@coinslot/protocol';
import { hex } from '../hex.ts';
import type { Payment } from '../journal/payments.ts';
import type { JournalRecord } from '../journal/records.ts';
import type { Log } from '../ports.ts';
import type { Profile } from '../profile/profile.ts';
import type { Account } from './account.ts';
import { requireEnvironment, type Trust } from './server-envelope.ts';

export interface RecoveryDeskOptions {
  profile: Profile;
  account: Pick<Account, 'askList'>;
  trust: Trust;
  log: Log;
}

/** Questions in one go, 32 decisions each at most: more purchases than a player makes in a life. */
const PAGES_MAX = 4_096;
/** What a server could not countersign (a card's records are not uploaded yet) is asked for again after this long. */
const LOOK_AGAIN_MS = 60 * 60_000;

type List = 'decisions' | 'requests' | 'countersignatures';

export class RecoveryDesk {
  readonly #options: RecoveryDeskOptions;
  #checking: Promise<void> | undefined;
  #lookAgainMs = 0;

  constructor(options: RecoveryDeskOptions) {
    this.#options = options;
  }

  /** Looks once for all who wait. Never throws: what fails now is found again at the next look. */
  check(): Promise<void> {
    this.#checking ??= this.#check().finally(() => (this.#checking = undefined));
    return this.#checking;
  }

  async #check(): Promise<void> {
    const { profile, log } = this.#options;
    try {
      if (profile.state.recovered.isUnderWay) await this.#recover();
      await this.#vouchForRevoked();
    } catch (fault) {
      log.warn({ fault: String(fault) }, 'recovery: could not be gone on with');
    }
  }

  async #recover(): Promise<void> {
    const { profile } = this.#options;
    const requests = new Pages(this, 'requests', ({ body }) => requestHash(body));
    const vouched = this.#vouchedPages();
    let after = 0n;
    for (let page = 0; page < PAGES_MAX; page++) {
      const answered = await this.ask('decisions', after);
      if (answered === undefined) return;
      if (answered.next <= after) break;
      after = answered.next;
      if (!(await requests.reach(after)) || !(await vouched.reach(after))) return;
      const records = answered.decisions.flatMap((one) => this.#recordOf(one, requests, vouched) ?? []);
      if (records.length > 0) profile.record(...records);
    }
    profile.record({ kind: 'recovering', atMs: profile.clock(), on: false });
  }

  /** One question of the account's door; `undefined` while locked or not open. Throws as `askAccount` does. */
  ask(list: List, after: bigint): Promise<AccountStatement | undefined> {
    return this.#options.account.askList(list, after);
  }

  #vouchedPages(): Pages {
    return new Pages(this, 'countersignatures', ({ body }) => decodeCountersignature(body).decisionHash);
  }

  /** A decision that verifies and is this wallet's own; nothing for a refusal, and for one that is in the journal. */
  #recordOf(decision: Uint8Array, requests: Pages, vouched: Pages): JournalRecord | undefined {
    const { profile, log } = this.#options;
    const { body } = readEnvelope(decision);
    const decided = decodePaymentDecision(body);
    const decisionHex = hex(decided.decisionId);
    const { state } = profile;
    const isKnown = state.paymentOfDecision(decisionHex) ?? state.recovered.get(decisionHex);
    if (decided.outcome !== 'approved' || isKnown !== undefined) return undefined;
    const countersigned = vouched.find(decisionHash(body));
    const fault = this.#faultOf(decision, decided, countersigned);
    if (fault !== undefined || countersigned === undefined) {
      log.error({ decision: decisionHex, fault }, 'recovery: a decision that does not verify');
      return undefined;
    }
    const request = requests.find(decided.requestHash) ?? new Uint8Array();
    return { kind: 'recovered', atMs: profile.clock(), decision, request, countersigned };
  }

  /** Signature and chain as of its own time, the server's word for it, and the pseudonym that only this wallet can have named. */
  #faultOf(decision: Uint8Array, decided: PaymentDecision, countersigned: Uint8Array | undefined): string | undefined {
    const { profile, trust } = this.#options;
    const { roots, verify, crls } = trust;
    if (countersigned === undefined) return 'not countersigned';
    try {
      const nowMs = profile.clock();
      const { publisherId } = openCountersignature(countersigned, decision, { roots, verify, crls, nowMs });
      const open = { type: 'payment-decision', role: DECIDERS, roots, verify, atMs: decided.timeMs } as const;
      requireEnvironment(openEnvelope(decision, open).leaf, trust.environment);
      const player = profile.vault.day?.player(publisherId);
      if (player === undefined) return 'locked';
      return equalBytes(player.publicKey, decided.playerKey) ? undefined : 'of another player key';
    } catch (fault) {
      if (!(fault instanceof ProtocolError)) throw fault;
      return fault.code;
    }
  }

  /** A list that revokes a signer does not take away what it signed before: the server says that it has it. */
  async #vouchForRevoked(): Promise<void> {
    const { profile } = this.#options;
    if (profile.clock() < this.#lookAgainMs) return;
    const wanted = this.#revokedSince();
    if (wanted.size === 0) return;
    const vouched = this.#vouchedPages();
    if (!(await vouched.reach(undefined))) return;
    const records = [...wanted].flatMap(([decisionId, decision]) => {
      const countersigned = vouched.find(decisionHash(readEnvelope(decision).body));
      const isGood = countersigned !== undefined && this.#isVouched(countersigned, decision);
      return isGood ? [{ kind: 'countersigned', atMs: profile.clock(), decisionId, countersigned } as const] : [];
    });
    if (records.length > 0) profile.record(...records);
    if (records.length < wanted.size) this.#lookAgainMs = profile.clock() + LOOK_AGAIN_MS;
  }

  #isVouched(countersigned: Uint8Array, decision: Uint8Array): boolean {
    const { profile, trust, log } = this.#options;
    const { roots, verify, crls } = trust;
    try {
      openCountersignature(countersigned, decision, { roots, verify, crls, nowMs: profile.clock() });
      return true;
    } catch (fault) {
      if (!(fault instanceof ProtocolError)) throw fault;
      log.error({ fault: String(fault) }, 'recovery: a countersignature that does not verify');
      return false;
    }
  }

  /** Decision ids and messages 3 of what stands, is not countersigned, and whose chain is revoked now. */
  #revokedSince(): Map<Uint8Array, Uint8Array> {
    const { profile, trust } = this.#options;
    const wanted = new Map<Uint8Array, Uint8Array>();
    if (trust.crls.length === 0) return wanted;
    const isRevoked = this.#revokedChains();
    for (const { status, refund, decided, decision } of profile.state.payments) {
      if (status !== 'approved' || refund !== undefined || decided === undefined || decision === undefined) continue;
      if (profile.state.recovered.countersignature(hex(decided.decisionId)) !== undefined) continue;
      if (isRevoked({ decided, decision })) wanted.set(decided.decisionId, decision);
    }
    return wanted;
  }

  /** There are few signers and many decisions: each chain is held against the lists once. */
  #revokedChains(): (payment: Required<Pick<Payment, 'decided' | 'decision'>>) => boolean {
    const { roots, verify, crls } = this.#options.trust;
    const known = new Map<string, boolean>();
    return ({ decided, decision }) => {
      const { chain } = readEnvelope(decision);
      const name = chain.map(hex).join();
      const found = known.get(name);
      if (found !== undefined) return found;
      let isRevoked = false;
      try {
        verifyChain({ chain, roots, role: DECIDERS, atMs: decided.timeMs, isTimeProven: false, crls, verify });
      } catch (fault) {
        if (!(fault instanceof ProtocolError)) throw fault;
        isRevoked = fault.code === 'CHAIN_REVOKED';
      }
      known.set(name, isRevoked);
      return isRevoked;
    };
  }
}

/** A list that is read as far as another one has come, its envelopes found by what they are about. */
class Pages {
  readonly #desk: RecoveryDesk;
  readonly #list: List;
  readonly #keyOf: (envelope: { readonly body: Uint8Array }) => Uint8Array;
  readonly #found = new Map<string, Uint8Array>();
  #after = 0n;

  constructor(desk: RecoveryDesk, list: List, keyOf: (envelope: { readonly body: Uint8Array }) => Uint8Array) {
    this.#desk = desk;
    this.#list = list;
    this.#keyOf = keyOf;
  }

  find(key: Uint8Array): Uint8Array | undefined {
    return this.#found.get(hex(key));
  }

  /** Reads up to a position, or to the end. False when the door does not answer while the wallet is locked. */
  async reach(position: bigint | undefined): Promise<boolean> {
    for (let page = 0; page < PAGES_MAX && (position === undefined || this.#after < position); page++) {
      const answered = await this.#desk.ask(this.#list, this.#after);
      if (answered === undefined) return false;
      for (const envelope of answered.decisions) this.#found.set(hex(this.#keyOf(readEnvelope(envelope))), envelope);
      if (answered.next <= this.#after) break;
      this.#after = answered.next;
    }
    return true;
  }
}
