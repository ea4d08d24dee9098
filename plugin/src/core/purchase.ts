/**
 * One purchase, from message 1 to the opened gate. Read from `run` down: reach the wallet, ask, review, wait for the
 * decision, and always end with one outcome. The dialog is opened at once when the player asked for the target, and only
 * when there is something to answer when timing asked.
 *
 * Granted is reachable through `acceptDecision` and through a restore, never through an intent of the overlay.
 */
import type { UnreachableReason } from '@coinslot/overlay';
import type { Charged, CodeName, Shown } from '@coinslot/protocol';
import { acceptDecision } from './accept.ts';
import { checksOf } from './checks.ts';
import { codeOf, errorText } from './errors.ts';
import type { Answer, Desk } from './desk.ts';
import type { Flight } from './flights.ts';
import { Mailbox } from './mailbox.ts';
import type { ConsentDialog, PlayerIntent } from './ports.ts';
import type { PlacementsFile, SkipReason } from '../timing/index.ts';
import type { SellableOffer } from '../verifier.ts';
import type { BreakpointResult, LinkState } from './types.ts';
import { unreached } from './unreached.ts';

/** The wallet answers an offer with what to show within this time, or is taken to be gone. */
const SHOW_TIMEOUT_MS = 20_000;
/** After the player left a payment that is under way, the wallet's last word is waited for this long. */
const CANCEL_TIMEOUT_MS = 3_000;
/** How long the paid picture stays when nobody closes it. */
const GRANTED_MS = 6_000;

export interface PurchaseOrder {
  readonly offerId: string;
  /** What must be open afterwards. */
  readonly target: string;
  /** Name of the boundary, for message 1. */
  readonly boundary: string;
  /**
   * How often play had begun when the boundary passed. `undefined`: the player asked for it (`require`, a gated scene), so that the
   * wallet being away is shown, not passed over.
   */
  readonly since?: number;
  readonly play: { readonly starts: number };
  /** The dialog has opened with something in it. */
  onShown(): void;
  /** Has the wallet hand over what is owned, once per connection or, with `again`, now: nobody is asked to pay twice. */
  restore(again: boolean): Promise<void>;
}

type Outcome = BreakpointResult;
type Event =
  | { readonly from: 'player'; readonly intent: PlayerIntent }
  | { readonly from: 'wallet'; readonly answer: Answer }
  | { readonly from: 'link'; readonly state: LinkState }
  | { readonly from: 'clock' };

/** Begin again with a new offer. */
const AGAIN = 'again';
type Step = Outcome | typeof AGAIN;

/** A payment that was consented to; without `shown`, by what the player had allowed beforehand. */
interface Consented {
  readonly flight: Flight;
  readonly seq: number;
  readonly shown: Shown | undefined;
}

/** A review that is on the screen. */
interface Review extends Consented {
  readonly shown: Shown;
  readonly digest: Uint8Array;
}

const notCharged = (status: Outcome['status'], reason: Outcome['reason'], more: Partial<Outcome> = {}): Outcome => ({
  status,
  reason,
  charged: 'no',
  ...more,
});

const past = (): Outcome => notCharged('skipped', 'not-at-boundary');

/** The offer that opens a target: one for exactly that before one that covers it. */
export function offerFor(
  sellable: readonly SellableOffer[],
  target: string,
  covers: PlacementsFile['covers'],
): string | undefined {
  const found =
    sellable.find((offer) => offer.target === target) ??
    sellable.find((offer) => covers[offer.target]?.includes(target) ?? false);
  return found?.offerId;
}

export class Purchase {
  readonly #desk: Desk;
  readonly #order: PurchaseOrder;
  readonly #mail = new Mailbox<Event>();
  #dialog: ConsentDialog | undefined;
  #shownOnce = false;

  constructor(desk: Desk, order: PurchaseOrder) {
    this.#desk = desk;
    this.#order = order;
  }

  /** Runs to its one outcome; rejects only when something broke (`failed` is the caller's word for that). */
  async run(): Promise<Outcome> {
    const stopListening = this.#desk.parts.events.on('wallet', (state) => this.#mail.put({ from: 'link', state }));
    try {
      if (this.#isAskedFor) (await this.#open()).show({ kind: 'loading' });
      for (;;) {
        // What was pressed or heard in an earlier round is no answer in this one.
        this.#mail.clear();
        const unreached = await this.#reach();
        if (unreached !== undefined) return unreached;
        const step = await this.#ask();
        if (step !== AGAIN) return step;
        this.#dialog?.show({ kind: 'loading' });
      }
    } finally {
      stopListening();
      this.#dialog?.close();
    }
  }

  get #isAskedFor(): boolean {
    return this.#order.since === undefined;
  }

  /** Play has begun again before there was anything to show: the boundary is past, and play is not to be interrupted. */
  get #isPast(): boolean {
    const { since, play } = this.#order;
    return this.#dialog === undefined && since !== undefined && since !== play.starts;
  }

  // ---------------------------------------------------------------- reaching the wallet

  async #reach(): Promise<Outcome | undefined> {
    const { link } = this.#desk.parts;
    let mayAsk = false;
    for (;;) {
      const state = await link.reach(mayAsk);
      if (state === 'ready') return undefined;
      const { reason, shown, detail } = unreached(state, link.permission);
      // An offer by timing is passed over, unless there is something for the player to answer.
      const isQuestion = state === 'pairing' || shown === 'wallet-ask';
      if (!this.#isAskedFor && !isQuestion) return notCharged('skipped', reason, { detail });
      if (this.#isPast) return past();
      if ((await this.#unreachable(shown)) === 'leave') return notCharged('skipped', reason, { detail });
      // The browser's own question comes only after ours, and after a press.
      mayAsk = true;
    }
  }

  /** Shows why there is no wallet, until there is one, or the player tries again or leaves. */
  async #unreachable(reason: UnreachableReason): Promise<'again' | 'leave'> {
    const dialog = await this.#open();
    let shown = reason;
    dialog.show({ kind: 'unreachable', reason });
    this.#told();
    for (;;) {
      const event = await this.#mail.next();
      // The browser was answered, or the wallet's page asks now. A look for the wallet in between is no news.
      if (event.from === 'link' && (event.state === 'pairing' || event.state === 'permission')) {
        const now = unreached(event.state, this.#desk.parts.link.permission).shown;
        if (now !== shown) dialog.show({ kind: 'unreachable', reason: (shown = now) });
      }
      const ready = event.from === 'link' && event.state === 'ready';
      if (ready || (event.from === 'player' && event.intent === 'retry')) {
        dialog.show({ kind: 'loading' });
        return 'again';
      }
      // The player goes to the wallet's page to pair: a hidden page is no answer here.
      if (event.from === 'player' && event.intent !== 'hidden' && event.intent !== 'accept') return 'leave';
    }
  }

  // ---------------------------------------------------------------- message 1 and the review

  async #ask(): Promise<Step> {
    await this.#order.restore(false);
    const owned = this.#owned();
    if (owned !== undefined) return owned;
    const flight = await this.#takeOff();
    const question = this.#desk.ask((answer) => this.#mail.put({ from: 'wallet', answer }));
    try {
      if (!this.#desk.send('offer', { seq: question.seq, offer: flight.offer })) return AGAIN;
      return await this.#awaitShow(flight, question.seq);
    } finally {
      question.hangUp();
    }
  }

  #owned(): Outcome | undefined {
    const entitlement = this.#desk.parts.entitlements.for(this.#order.target);
    return entitlement && notCharged('granted', 'restored', { entitlement });
  }

  get #linked(): boolean {
    return this.#desk.parts.link.state === 'ready';
  }

  /** Makes message 1 and writes it down before it is sent. */
  async #takeOff(): Promise<Flight> {
    const { ports, verifier, link, locale, flights } = this.#desk.parts;
    const { offerId, boundary } = this.#order;
    const nonce = ports.random(16);
    const sessionSecret = ports.random(32);
    const nowMs = ports.clock.nowMs();
    // The dialog speaks the wallet's language; what is sold is described in it too where the publisher has the words.
    const locales = link.locale === undefined ? [locale] : [link.locale, locale];
    const offer = (await verifier()).makeOffer({ offerId, locales, boundary, nonce, sessionSecret, nowMs });
    const flight: Flight = { nonce, offer, sessionSecret, offerId, sentAtMs: nowMs };
    await flights.keep(flight);
    return flight;
  }

  async #awaitShow(flight: Flight, seq: number): Promise<Step> {
    const callOff = this.#desk.parts.ports.clock.after(SHOW_TIMEOUT_MS, () => this.#mail.put({ from: 'clock' }));
    try {
      for (;;) {
        const event = await this.#mail.next();
        if (event.from === 'player') {
          if (event.intent === 'accept' || event.intent === 'retry') continue;
          return await this.#leaveUnanswered(flight, seq, event.intent);
        }
        if (event.from === 'clock' || !this.#linked) {
          this.#desk.send('cancel', { seq });
          await this.#desk.parts.flights.land(flight.nonce);
          return this.#linked ? await this.#refuse({ code: 'BUSY', charged: 'no', text: '' }) : AGAIN;
        }
        if (event.from !== 'wallet') continue;
        callOff();
        if (event.answer.kind === 'show') return await this.#show(event.answer.shown, flight, seq);
        // From here on it may be charged, so nothing that happens is a decline any more.
        if (event.answer.kind === 'progress' && event.answer.state === 'automatic')
          return await this.#awaitDecision({ flight, seq, shown: undefined }, 'automatic');
        const step =
          (await this.#standing(event.answer, flight)) ?? (await this.#conclude(event.answer, flight, undefined));
        if (step !== undefined) return step;
      }
    } finally {
      callOff();
    }
  }

  /** The wallet knows of a payment for the very same thing under an earlier nonce: done, or under way. */
  async #standing(answer: Answer, flight: Flight): Promise<Step | undefined> {
    if (answer.kind !== 'refusal' || (answer.code !== 'ID_CONFLICT' && answer.code !== 'PENDING')) return undefined;
    const { code, charged, text } = answer;
    await this.#desk.parts.flights.land(flight.nonce);
    if (code === 'ID_CONFLICT') await this.#order.restore(true);
    const owned = this.#owned();
    if (owned !== undefined) return owned;
    const step = await this.#refuse({ code, charged, text });
    return code === 'PENDING' && step !== AGAIN ? pending() : step;
  }

  /** Holds what the wallet wants shown against our own message 1, and shows it. */
  async #show(shownBytes: Uint8Array, flight: Flight, seq: number): Promise<Step> {
    try {
      const { shown, digest } = (await this.#desk.parts.verifier()).readShown(shownBytes, flight.offer);
      this.#desk.passed('show', shownBytes, checksOf().slice(0, 1));
      return await this.#review({ flight, seq, shown, digest });
    } catch (error) {
      const code = codeOf(error);
      if (code === undefined) throw error;
      this.#desk.passed('show', shownBytes, checksOf(error));
      this.#desk.send('cancel', { seq });
      await this.#desk.parts.flights.land(flight.nonce);
      return this.#notVerified({ code, charged: 'no', text: '' }, error);
    }
  }

  async #review(review: Review): Promise<Step> {
    const { flight, seq, shown } = review;
    if (this.#isPast) {
      this.#desk.send('cancel', { seq });
      await this.#desk.parts.flights.land(flight.nonce);
      return past();
    }
    const dialog = await this.#open();
    dialog.show({ kind: 'review', shown });
    this.#told();
    for (;;) {
      const event = await this.#mail.next();
      if (event.from === 'player') {
        if (event.intent === 'accept') {
          if (!this.#desk.send('answer', { seq, answer: 'accept', shownDigest: review.digest })) continue;
          dialog.show({ kind: 'paying', shown });
          return await this.#awaitDecision(review, 'paying');
        }
        const left = await this.#leaveUnanswered(flight, seq, event.intent, review.digest);
        return event.intent === 'retry' ? AGAIN : left;
      }
      if (!this.#linked) {
        await this.#desk.parts.flights.land(flight.nonce);
        return AGAIN;
      }
      if (event.from !== 'wallet') continue;
      // A changed offer under an open dialog starts a new review; the answer names what was seen by its digest.
      if (event.answer.kind === 'show') return this.#show(event.answer.shown, flight, seq);
      if (event.answer.kind === 'progress') return this.#awaitDecision(review, this.#progress(event.answer, shown));
      const step = await this.#conclude(event.answer, flight, shown);
      if (step !== undefined) return step;
    }
  }

  /** The player said no, or left by a way that is no answer, before anything could be charged. */
  async #leaveUnanswered(flight: Flight, seq: number, intent: PlayerIntent, digest?: Uint8Array): Promise<Outcome> {
    const answered = intent === 'decline' && digest !== undefined;
    if (answered) this.#desk.send('answer', { seq, answer: 'decline', shownDigest: digest });
    else this.#desk.send('cancel', { seq });
    await this.#desk.parts.flights.land(flight.nonce);
    return notCharged('declined', intent === 'hidden' || intent === 'ended' ? 'interrupted' : 'declined');
  }

  // ---------------------------------------------------------------- after accept

  /** Waits for message 3, through drops of the link; the player may leave, and then it is asked for again later. */
  async #awaitDecision({ flight, seq, shown }: Consented, at: Progress): Promise<Step> {
    let where = at;
    for (;;) {
      const event = await this.#mail.next();
      if (event.from === 'clock') return pending();
      if (event.from === 'link') {
        if (this.#linked) this.#desk.send('status', { seq, nonce: flight.nonce });
        else if (shown !== undefined) this.#dialog?.show({ kind: 'pending', shown });
      } else if (event.from === 'player') {
        if (event.intent === 'leave' || event.intent === 'ended') return pending();
        if (event.intent === 'hidden' && where !== 'page') return pending();
        if (event.intent === 'decline') this.#cancel(seq);
      } else if (event.answer.kind === 'progress') where = this.#progress(event.answer, shown);
      else {
        const step = await this.#conclude(event.answer, flight, shown);
        if (step !== undefined) return step;
      }
    }
  }

  /** The wallet has the last word on a cancel: what was already paid is granted all the same. */
  #cancel(seq: number): void {
    this.#desk.send('cancel', { seq });
    this.#desk.parts.ports.clock.after(CANCEL_TIMEOUT_MS, () => this.#mail.put({ from: 'clock' }));
  }

  #progress({ state }: Extract<Answer, { kind: 'progress' }>, shown: Shown | undefined): Progress {
    if (shown !== undefined && state !== 'automatic')
      this.#dialog?.show({ kind: state === 'page' ? 'elsewhere' : state, shown });
    return state;
  }

  /** An answer that may end it: a decision or a refusal. `undefined`: it goes on. */
  async #conclude(answer: Answer, flight: Flight, shown: Shown | undefined): Promise<Step | undefined> {
    if (answer.kind === 'refusal') {
      const { code, charged, text } = answer;
      if (code === 'PENDING') {
        if (shown !== undefined) this.#dialog?.show({ kind: 'pending', shown });
        return undefined;
      }
      if (charged === 'no') await this.#desk.parts.flights.land(flight.nonce);
      if (code === 'CONSENT_DENIED') return await this.#declined(answer.declined, flight);
      if (code === 'FAIRNESS') return await this.#heldBack({ code, charged, text });
      return this.#refuse({ code, charged, text, ...(shown && { shown }) });
    }
    if (answer.kind !== 'decision') return undefined;
    return this.#decided(answer.decision, flight, shown);
  }

  /** The wallet's word that the answer is no. A signed one is held against our own message 1; either way nothing opens. */
  async #declined(signed: Uint8Array | undefined, flight: Flight): Promise<Outcome> {
    if (signed === undefined) return notCharged('declined', 'declined');
    try {
      (await this.#desk.parts.verifier()).verifyDeclined(signed, flight.offer, this.#desk.parts.ports.clock.nowMs());
      this.#desk.passed('declined', signed, checksOf());
      return notCharged('declined', 'declined');
    } catch (error) {
      const code = codeOf(error);
      if (code === undefined) throw error;
      this.#desk.passed('declined', signed, checksOf(error));
      return notCharged('declined', 'declined', { code, detail: errorText(error) });
    }
  }

  /** The player's own rules hold this game back for a while. A player who asked reads why; a boundary just passes. */
  async #heldBack(refusal: Refusal): Promise<Step> {
    const { code, text } = refusal;
    const outcome = notCharged('skipped', 'held-back', { code, detail: text });
    if (this.#dialog === undefined && !this.#isAskedFor) return outcome;
    const step = await this.#refuse(refusal);
    return step === AGAIN ? AGAIN : outcome;
  }

  async #decided(decision: Uint8Array, flight: Flight, shown: Shown | undefined): Promise<Step> {
    try {
      const verdict = await acceptDecision(this.#desk, decision, flight);
      if (verdict.outcome === 'refused')
        return await this.#refuse({ code: verdict.code, charged: 'no', text: '', ...(shown && { shown }) });
      const entitlement = this.#desk.parts.entitlements.entitlement(verdict.grant.decisionId);
      if (shown !== undefined) await this.#celebrate(shown);
      return { status: 'granted', reason: 'paid', charged: 'yes', ...(entitlement && { entitlement }) };
    } catch (error) {
      const code = codeOf(error);
      if (code === undefined) throw error;
      // An older decision for the same thing comes under its own nonce; it counts when the wallet hands it over as restored.
      if (code === 'DECISION_MISMATCH') await this.#order.restore(true);
      return (
        this.#owned() ??
        (await this.#notVerified({ code, charged: 'unknown', text: '', ...(shown && { shown }) }, error))
      );
    }
  }

  /** What does not verify opens nothing; of a decision nobody here can tell whether it was charged. */
  async #notVerified(refusal: Refusal, error: unknown): Promise<Step> {
    const step = await this.#refuse(refusal);
    return step === AGAIN ? AGAIN : { ...step, reason: 'not-verified', detail: errorText(error) };
  }

  async #celebrate(shown: Shown): Promise<void> {
    if (this.#dialog === undefined) return;
    this.#dialog.show({ kind: 'granted', shown });
    const callOff = this.#desk.parts.ports.clock.after(GRANTED_MS, () => this.#mail.put({ from: 'clock' }));
    for (;;) {
      const event = await this.#mail.next();
      if (event.from === 'clock' || (event.from === 'player' && event.intent !== 'accept')) break;
    }
    callOff();
  }

  /** Tells the player of a refusal and waits until it was read; without an open dialog it is only passed on. */
  async #refuse(refusal: Refusal): Promise<Step> {
    const { code, charged } = refusal;
    const quiet = this.#dialog === undefined ? skipReasonOfCode(code) : undefined;
    if (quiet !== undefined) return notCharged('skipped', quiet, { code });
    const outcome: Outcome = { status: 'failed', reason: 'refused', code, charged };
    if (this.#dialog === undefined && !this.#isAskedFor) return outcome;
    (await this.#open()).show({ kind: 'refused', ...refusal });
    for (;;) {
      const event = await this.#mail.next();
      if (event.from !== 'player' || event.intent === 'accept') continue;
      // Asking again for what may have been charged waits for the first answer to be found.
      return event.intent === 'retry' && charged === 'no' ? AGAIN : outcome;
    }
  }

  // ---------------------------------------------------------------- the dialog

  async #open(): Promise<ConsentDialog> {
    if (this.#dialog === undefined) {
      const dialog = await this.#desk.parts.ports.stage.open();
      dialog.onIntent((intent) => this.#mail.put({ from: 'player', intent }));
      this.#dialog = dialog;
    }
    return this.#dialog;
  }

  #told(): void {
    if (!this.#shownOnce) this.#order.onShown();
    this.#shownOnce = true;
  }
}

type Progress = 'page' | 'paying' | 'pending' | 'automatic';

interface Refusal {
  readonly code: CodeName;
  readonly charged: Charged;
  readonly text: string;
  readonly shown?: Shown;
}

const pending = (): Outcome => ({ status: 'pending', reason: 'undecided', charged: 'unknown' });

/** Refusals that are the player's own rules, or another game's dialog: games get the reason, not the player's life. */
function skipReasonOfCode(code: CodeName): SkipReason | undefined {
  if (code === 'PAUSED' || code === 'LIMIT') return 'payments-off';
  return code === 'CONSENT_BUSY' ? 'overlay-busy' : undefined;
}
