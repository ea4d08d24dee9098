/**
 * The way of a payment after consent: journalled, sent, asked again under the same bytes until a signed answer comes, and
 * journalled again before anybody is told. A payment is pending until then, over restarts too.
 */
import type { Trust } from '../account/server-envelope.ts';
import { hex } from '../hex.ts';
import type { Payment } from '../journal/payments.ts';
import { WALLET_LIMITS } from '../limits.ts';
import type { Means } from '../means/port.ts';
import type { Log, Timers } from '../ports.ts';
import type { Profile } from '../profile/profile.ts';
import { checkAnswer } from './answer-check.ts';

export interface Consented {
  readonly pairingId: Uint8Array;
  readonly nonce: Uint8Array;
  /** Message 1, message 2, and the encoded Shown. */
  readonly offer: Uint8Array;
  readonly request: Uint8Array;
  readonly shown: Uint8Array;
  readonly test: boolean;
}

/** What happened to a payment: decided, contradicted (and so not asked again now), or left pending after an asking. */
export type Progress = 'decided' | 'contradicted' | 'pending';
export type ProgressListener = (payment: Payment, progress: Progress) => void;

export interface PayerOptions {
  profile: Profile;
  means: Means;
  trust: Trust;
  timers: Timers;
  log: Log;
}

export class Payer {
  readonly #options: PayerOptions;
  readonly #listeners = new Set<ProgressListener>();
  readonly #asking = new Set<string>();
  readonly #waits = new Map<string, () => void>();
  #isClosed = false;

  constructor(options: PayerOptions) {
    this.#options = options;
  }

  onProgress(listener: ProgressListener): void {
    this.#listeners.add(listener);
  }

  /** Journals the consent and begins to ask. Throws ProtocolError STORAGE, and then nothing was sent. */
  pay(consented: Consented): Payment {
    const { profile } = this.#options;
    const atMs = profile.clock();
    // One write and one fsync for both: with a single means there is nothing between deciding to send and sending.
    profile.record({ kind: 'intent', atMs, ...consented }, { kind: 'sent', atMs, nonce: consented.nonce });
    const payment = profile.state.payment(hex(consented.nonce));
    if (payment === undefined) throw new Error('journal: the intent just written is not there');
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

  close(): void {
    this.#isClosed = true;
    for (const callOff of this.#waits.values()) callOff();
    this.#waits.clear();
    this.#options.means.close();
  }

  async #ask(payment: Payment, attempt: number): Promise<void> {
    const { nonceHex } = payment;
    if (this.#asking.has(nonceHex) || this.#isClosed) return;
    this.#asking.add(nonceHex);
    let progress: Progress = 'pending';
    try {
      const answer = await this.#options.means.authorise(payment.request);
      if (this.#isClosed) return;
      if (answer !== 'pending') progress = this.#take(payment, answer);
    } catch (fault) {
      // The disk refused the decision: the server has it, and the same asking brings it back.
      this.#options.log.error({ nonce: nonceHex, fault: String(fault) }, 'payment: an answer could not be kept');
    } finally {
      this.#asking.delete(nonceHex);
    }
    if (progress === 'pending') this.#waitAndAsk(payment, attempt);
    for (const listener of this.#listeners) listener(payment, progress);
  }

  #take(payment: Payment, answer: Uint8Array): Progress {
    const { profile, trust, log } = this.#options;
    const atMs = profile.clock();
    const verdict = checkAnswer(answer, payment, atMs, trust);
    const { nonce, nonceHex } = payment;
    switch (verdict.kind) {
      case 'decision':
        profile.record({ kind: 'decision', atMs, nonce, decision: answer });
        return 'decided';
      case 'contradiction':
        log.error({ nonce: nonceHex, why: verdict.why }, 'payment: the server contradicts the request');
        if (!payment.contradicted) {
          profile.record({ kind: 'evidence', atMs, nonce, why: verdict.why.slice(0, 200), answer });
        }
        return 'contradicted';
      case 'nothing':
        log.warn({ nonce: nonceHex, why: verdict.why }, 'payment: an answer that counts for nothing');
        return 'pending';
    }
  }

  /** Back-off by doubling: a lost answer is fetched within the second, a dead server is not hammered. */
  #waitAndAsk(payment: Payment, attempt: number): void {
    if (this.#isClosed) return;
    const delayMs = Math.min(WALLET_LIMITS.retryFirstMs * 2 ** attempt, WALLET_LIMITS.retryLastMs);
    const callOff = this.#options.timers.after(delayMs, () => {
      this.#waits.delete(payment.nonceHex);
      void this.#ask(payment, attempt + 1);
    });
    this.#waits.set(payment.nonceHex, callOff);
  }
}
