/**
 * The way of a payment after consent: journalled, sent, asked again under the same bytes until a signed answer comes, and
 * journalled again before anybody is told. A payment is pending until then, over restarts too.
 *
 * Another means is asked for the same nonce only once the one before it has refused with its signature, or when nothing was
 * ever sent to it. That step is journalled, together with the refusal, before the next means hears of the payment, so that
 * after a crash there is one means to ask and no other may have seen the nonce unanswered.
 */
import type { CodeName, DecisionCode } from '@coinslot/protocol';
import type { Trust } from '../account/server-envelope.ts';
import { hex } from '../hex.ts';
import { currentAttempt, type Payment } from '../journal/payments.ts';
import type { JournalRecord } from '../journal/records.ts';
import { WALLET_LIMITS } from '../limits.ts';
import type { Means, MeansAnswer, MeansId } from '../means/port.ts';
import type { Log, Timers } from '../ports.ts';
import type { Profile } from '../profile/profile.ts';
import { checkAnswer } from './answer-check.ts';

/** Message 2 to one means, all that were made from one consent showing the same and charging the same. */
export interface Prepared {
  readonly means: MeansId;
  readonly request: Uint8Array;
  /** The charge in the wallet's currency. */
  readonly countsMinor: bigint;
  /** The card's own PIN, kept in memory until the payment has ended. */
  readonly cardPin?: string | undefined;
}

export interface Consented {
  readonly pairingId: Uint8Array;
  readonly nonce: Uint8Array;
  /** Message 1 and the encoded Shown. */
  readonly offer: Uint8Array;
  readonly shown: Uint8Array;
  readonly test: boolean;
  /** The automatic approval that consented; none where the player did. */
  readonly allowanceId?: Uint8Array | undefined;
  /** The chosen means, then those that may take its place. */
  readonly prepared: readonly [Prepared, ...Prepared[]];
}

/** What happened to a payment: decided (or ended without a charge), contradicted (and so not asked again now), or left pending. */
export type Progress = 'decided' | 'contradicted' | 'pending';
export type ProgressListener = (payment: Payment, progress: Progress) => void;

export interface PayerOptions {
  profile: Profile;
  means: readonly Means[];
  trust: Trust;
  timers: Timers;
  log: Log;
}

/** What a means lacks and another may have. Rules of the server's or the player's own are none of these: no way round them. */
const FALLS_OVER: readonly DecisionCode[] = [
  'INSUFFICIENT',
  'CEILING',
  'RATE_STALE',
  'CHAIN_EXPIRED',
  'CARD_BLOCKED',
  'RECORD_FULL',
];

/** How a payment goes on in this run; what the journal cannot know. */
interface Course {
  /** No asking of the current means can have reached it. */
  isFirst: boolean;
  /** The current means first, with what it was prepared with. */
  prepared: readonly Prepared[];
  /** Why the last asking came to nothing. */
  waitsFor: CodeName | undefined;
}

export class Payer {
  readonly #options: PayerOptions;
  readonly #means: ReadonlyMap<MeansId, Means>;
  readonly #listeners = new Set<ProgressListener>();
  readonly #courses = new Map<string, Course>();
  readonly #asking = new Set<string>();
  readonly #waits = new Map<string, () => void>();
  #isClosed = false;

  constructor(options: PayerOptions) {
    this.#options = options;
    this.#means = new Map(options.means.map((one) => [one.id, one]));
  }

  onProgress(listener: ProgressListener): void {
    this.#listeners.add(listener);
  }

  /** Why a pending payment has no answer yet; `undefined` when it is being asked for the first time, or has ended. */
  waitsFor(payment: Payment): CodeName | undefined {
    return this.#courses.get(payment.nonceHex)?.waitsFor;
  }

  /** Journals the consent and begins to ask. Throws ProtocolError STORAGE, and then nothing was sent. */
  pay({ prepared, allowanceId, ...consented }: Consented): Payment {
    const { profile } = this.#options;
    const atMs = profile.clock();
    const [{ means, request, countsMinor }] = prepared;
    const { nonce } = consented;
    // One write and one fsync for all of it: there is nothing between deciding to send and sending.
    profile.record(
      { kind: 'intent', atMs, ...consented, request },
      { kind: 'attempt', atMs, nonce, means, request: new Uint8Array(), countsMinor },
      ...(allowanceId === undefined ? [] : [{ kind: 'drawn', atMs, nonce, allowanceId } as const]),
    );
    const payment = profile.state.payment(hex(nonce));
    if (payment === undefined) throw new Error('journal: the intent just written is not there');
    this.#courses.set(payment.nonceHex, { isFirst: true, prepared, waitsFor: undefined });
    void this.#ask(payment, 0);
    return payment;
  }

  /** At start: everything without an answer is asked again. After its deadline the server answers in any case. */
  heal(): void {
    for (const payment of this.#options.profile.state.payments) {
      if (payment.status === 'pending') void this.#ask(payment, 0);
    }
  }

  /** Asks at once instead of at the end of the wait, because somebody is looking. */
  hurry(payment: Payment): void {
    const callOff = this.#waits.get(payment.nonceHex);
    if (callOff === undefined) return;
    callOff();
    this.#waits.delete(payment.nonceHex);
    void this.#ask(payment, 0);
  }

  /** A means has become reachable: what waits for it is asked at once. */
  hurryAll(means: MeansId): void {
    for (const payment of this.#options.profile.state.payments) {
      if (payment.status === 'pending' && currentAttempt(payment).means === means) this.hurry(payment);
    }
  }

  /**
   * Takes in what a card says of a payment that was left without an answer, before the card's records go up. False when that
   * is no message 3 of this payment.
   */
  settle(payment: Payment, decision: Uint8Array): boolean {
    if (payment.status !== 'pending') return true;
    const before = currentAttempt(payment);
    const progress = this.#take(payment, decision);
    if (progress === 'decided') this.#end(payment);
    if (currentAttempt(payment) !== before) void this.#ask(payment, 0);
    else this.#tell(payment, progress);
    return before.decision !== undefined;
  }

  close(): void {
    this.#isClosed = true;
    for (const callOff of this.#waits.values()) callOff();
    this.#waits.clear();
    for (const means of this.#means.values()) means.close();
  }

  async #ask(payment: Payment, tries: number): Promise<void> {
    const { nonceHex } = payment;
    if (this.#asking.has(nonceHex) || this.#isClosed) return;
    this.#asking.add(nonceHex);
    const course = this.#courseOf(payment);
    const before = currentAttempt(payment);
    let progress: Progress = 'pending';
    try {
      const answer = await this.#authorise(payment, course);
      if (this.#isClosed || payment.status !== 'pending') return;
      // Unless what the card's records said has settled this attempt meanwhile.
      if (currentAttempt(payment) === before) progress = this.#takeAnswer(payment, course, answer);
    } catch (fault) {
      // The disk refused the decision: the means has it, and the same asking brings it back.
      course.isFirst = false;
      this.#options.log.error({ nonce: nonceHex, fault: String(fault) }, 'payment: an answer could not be kept');
    } finally {
      this.#asking.delete(nonceHex);
    }
    if (currentAttempt(payment) !== before) return void this.#ask(payment, 0);
    if (progress === 'decided') this.#end(payment);
    else if (progress === 'pending') this.#waitAndAsk(payment, tries);
    this.#tell(payment, progress);
  }

  async #authorise(payment: Payment, { isFirst, prepared }: Course): Promise<MeansAnswer> {
    const { means, request, asked } = currentAttempt(payment);
    const cardPin = prepared[0]?.cardPin;
    const hasOther = prepared.length > 1;
    const authority = this.#means.get(means);
    if (authority === undefined) return { kind: 'pending', code: 'CARD_ABSENT' };
    return authority.authorise(request, { deadlineMs: asked.deadlineMs, isFirst, hasOther, cardPin });
  }

  #takeAnswer(payment: Payment, course: Course, answer: MeansAnswer): Progress {
    switch (answer.kind) {
      case 'decision':
        course.isFirst = false;
        return this.#take(payment, answer.decision);
      case 'not-sent':
        course.waitsFor = answer.code;
        return course.isFirst ? this.#goOnUnsent(payment, course, answer.code) : 'pending';
      case 'unrecorded':
        return this.#lapse(payment, answer.code);
      case 'pending':
        course.isFirst = false;
        course.waitsFor = answer.code;
        return 'pending';
    }
  }

  /** Nothing was ever sent: the next means, if there is one; else the server is waited for, and a card is not. */
  #goOnUnsent(payment: Payment, course: Course, code: CodeName): Progress {
    const next = this.#nextAttempt(payment, course);
    if (next !== undefined) {
      this.#options.profile.record(next);
      this.#advance(course);
      return 'pending';
    }
    return currentAttempt(payment).means === 'server' ? 'pending' : this.#lapse(payment, code);
  }

  #lapse({ nonce }: Payment, code: CodeName): Progress {
    const { profile } = this.#options;
    profile.record({ kind: 'lapsed', atMs: profile.clock(), nonce, code });
    return 'decided';
  }

  #take(payment: Payment, answer: Uint8Array): Progress {
    const { profile, trust, log } = this.#options;
    const atMs = profile.clock();
    const verdict = checkAnswer(answer, payment, atMs, trust);
    const { nonce, nonceHex } = payment;
    switch (verdict.kind) {
      case 'decision': {
        const course = this.#courseOf(payment);
        const next = FALLS_OVER.includes(verdict.code) ? this.#nextAttempt(payment, course) : undefined;
        profile.record({ kind: 'decision', atMs, nonce, decision: answer }, ...(next === undefined ? [] : [next]));
        if (next !== undefined) this.#advance(course);
        return next === undefined ? 'decided' : 'pending';
      }
      case 'contradiction':
        log.error({ nonce: nonceHex, why: verdict.why }, 'payment: the means contradicts the request');
        if (!payment.contradicted) {
          profile.record({ kind: 'evidence', atMs, nonce, why: verdict.why.slice(0, 200), answer });
        }
        return 'contradicted';
      case 'nothing':
        log.warn({ nonce: nonceHex, why: verdict.why }, 'payment: an answer that counts for nothing');
        return 'pending';
    }
  }

  /** The record that hands a payment on to the means prepared next; none once the deadline is near. */
  #nextAttempt({ nonce, attempts: [{ asked }] }: Payment, { prepared }: Course): JournalRecord | undefined {
    const atMs = this.#options.profile.clock();
    const next = prepared[1];
    if (next === undefined || atMs > asked.deadlineMs) return undefined;
    const { means, request, countsMinor } = next;
    return { kind: 'attempt', atMs, nonce, means, request, countsMinor };
  }

  #advance(course: Course): void {
    course.prepared = course.prepared.slice(1);
    course.isFirst = true;
    course.waitsFor = undefined;
  }

  /** A payment from before this run may have been sent, and who could have taken its place is not known any more. */
  #courseOf({ nonceHex }: Payment): Course {
    const known = this.#courses.get(nonceHex);
    if (known !== undefined) return known;
    const healed: Course = { isFirst: false, prepared: [], waitsFor: undefined };
    this.#courses.set(nonceHex, healed);
    return healed;
  }

  #end({ nonceHex }: Payment): void {
    this.#courses.delete(nonceHex);
    this.#waits.get(nonceHex)?.();
    this.#waits.delete(nonceHex);
  }

  #tell(payment: Payment, progress: Progress): void {
    for (const listener of this.#listeners) listener(payment, progress);
  }

  /** Back-off by doubling: a lost answer is fetched within the second, a dead server is not hammered. */
  #waitAndAsk(payment: Payment, tries: number): void {
    if (this.#isClosed) return;
    const delayMs = Math.min(WALLET_LIMITS.retryFirstMs * 2 ** tries, WALLET_LIMITS.retryLastMs);
    const callOff = this.#options.timers.after(delayMs, () => {
      this.#waits.delete(payment.nonceHex);
      void this.#ask(payment, tries + 1);
    });
    this.#waits.set(payment.nonceHex, callOff);
  }
}
