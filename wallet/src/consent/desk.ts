/**
 * The consent desk: one offer before the player at a time, for all games. It decides what is asked for (nothing, where an
 * allowance covers it, a press or the PIN), takes the answer from the overlay or from the wallet's page, and hands a yes to the
 * payer. What a game sends changes nothing under an open dialog.
 */
import { CardTerminalError } from '@coinslot/card';
import {
  decodeOffer,
  encodeOffer,
  equalBytes,
  ProtocolError,
  shownDigest,
  type CheckedOffer,
  type CodeName,
  type Shown,
  type Signer,
} from '@coinslot/protocol';
import type { Account } from '../account/account.ts';
import type { PasswordDesk } from '../account/password-desk.ts';
import type { Rates } from '../account/rates.ts';
import type { Trust } from '../account/server-envelope.ts';
import type { CardShelf } from '../cards/card-shelf.ts';
import { SOFT_CARD_PIN } from '../cards/card-secrets.ts';
import { WalletError } from '../errors.ts';
import { hex } from '../hex.ts';
import { currentAttempt, isOver, isUsable, type Payment } from '../journal/payments.ts';
import type { RecordFields } from '../journal/records.ts';
import type { Pairing } from '../journal/state.ts';
import { WALLET_LIMITS } from '../limits.ts';
import type { Payer, Prepared } from '../payments/payer.ts';
import { makePaymentRequest } from '../payments/payment-request.ts';
import type { Log, Timers } from '../ports.ts';
import type { Profile } from '../profile/profile.ts';
import type { DayKeys } from '../vault/keys.ts';
import type { Language } from '../words/languages.ts';
import { cardRefusalText, paymentWords } from '../words/payment-words.ts';
import type { AllowanceDesk } from './allowance-desk.ts';
import { Appraisal, type Pins } from './appraisal.ts';
import type { Candidate } from './candidate.ts';
import { contentKeyForMessage1 } from '../link/content-keys.ts';
import { Deliveries } from './deliveries.ts';
import type { Dialog } from './dialog.ts';
import { FairnessHeld, type FairnessGuard } from './fairness-guard.ts';
import { NoMeans, type Choice, type MeansChoice } from './means-choice.ts';
import { pageSeat, sendRefusal, type Seat } from './seat.ts';
import { composeShown, timeText } from './shown.ts';
import { signedNo } from './signed-no.ts';

export interface DeskOptions {
  profile: Profile;
  account: Account;
  passwords: PasswordDesk;
  rates: Rates;
  payer: Payer;
  choice: MeansChoice;
  shelf: CardShelf;
  allowances: AllowanceDesk;
  fairness: FairnessGuard;
  trust: Trust;
  timers: Timers;
  log: Log;
  /** IANA name; dates are shown in it. */
  timeZone: string;
  /** A press, or an automatic approval, has paid: told to the player outside the game. */
  onPress(payment: Payment): void;
  /** A child said yes to what waits for the guardian. */
  onAsked(shown: Shown): void;
  /** Paid, and no game waits for it: its games may ask for it. */
  onUnheard(payment: Payment): void;
}

/** How a yes was given: what proves it, and the key that signs it. */
interface Yes {
  readonly proof: 'press' | 'pin' | 'password' | 'card';
  readonly place: 'overlay' | 'wallet-page' | 'automatic';
  readonly signer: Signer;
  readonly day: DayKeys;
  /** Of the card in the reader, as the player typed it, and verified. */
  readonly cardPin?: string;
  /** Of the software card; only the wallet's PIN gives it. */
  readonly softCardPin?: string;
  /** What consented in the player's place. */
  readonly allowanceId?: Uint8Array;
}

/** What the player typed on the wallet's page; which of them it takes, the dialog's pins say. */
export interface TypedSecrets {
  readonly pin?: string | undefined;
  readonly password?: string | undefined;
  /** Of the card in the reader. */
  readonly cardPin?: string | undefined;
}

/** An offer for which a rate or a balance is fetched. */
interface Preparing {
  readonly seat: Seat;
  readonly seq: number;
  /** An allowance may cover it, so it does not take the desk. */
  readonly isAside: boolean;
}

/** How a dialog ended without a payment. */
type Ending = RecordFields<'refused'>['reason'];

const SALT_BYTES = 16;
const NONCE_BYTES = 16;
const SESSION_KEY_BYTES = 32;

export class ConsentDesk {
  readonly #options: DeskOptions;
  readonly #appraisal: Appraisal;
  readonly #deliveries: Deliveries;
  #dialog: Dialog | undefined;
  readonly #preparing = new Set<Preparing>();

  constructor(options: DeskOptions) {
    this.#options = options;
    this.#appraisal = new Appraisal(options);
    this.#deliveries = new Deliveries((payment) => contentKeyForMessage1(payment, options.profile, options.log));
    options.payer.onProgress((payment, progress) => {
      const isPaidByPress = payment.status === 'approved' && currentAttempt(payment).asked.proof === 'press';
      if (progress === 'decided' && isPaidByPress) options.onPress(payment);
      if (payment.decided?.code === 'RATE_STALE') options.rates.doubt();
      const isHeard = this.#deliveries.tell(payment, progress, options.profile.settings.language);
      if (progress === 'decided' && payment.status === 'approved' && !isHeard) options.onUnheard(payment);
      if (progress !== 'pending') void options.account.refresh();
      options.profile.announce();
    });
  }

  /** The offer that is before the player, for the wallet's page. */
  get dialog(): Readonly<Dialog> | undefined {
    return this.#dialog;
  }

  /** Takes message 1 from a game and answers with `show`, or with what came of it. Never throws. */
  async offer(seat: Seat, seq: number, offerBytes: Uint8Array): Promise<void> {
    let preparing: Preparing | undefined;
    try {
      const checked = this.#appraisal.check(seat, offerBytes);
      const nonceHex = hex(checked.offer.nonce);
      if (this.#answerKnown(seat, seq, nonceHex, offerBytes, checked)) return;
      if (this.#showAgain(seat, seq, nonceHex, offerBytes)) return;
      const isAside = this.#options.allowances.mayCover(seat.pairing, checked.terms.grant.kind);
      if (!isAside) this.#requireTurn(seat, nonceHex);
      preparing = { seat, seq, isAside };
      this.#preparing.add(preparing);
      const choice = await this.#options.choice.for(checked);
      // Cancelled, or left, while that was found out.
      if (!this.#preparing.delete(preparing)) return;
      // The same thing may have been paid for meanwhile, in another tab and without a dialog.
      if (this.#answerKnown(seat, seq, nonceHex, offerBytes, checked)) return;
      if (this.#payByAllowance(seat, seq, offerBytes, checked, choice)) return;
      this.#requireTurn(seat, nonceHex);
      this.#show(this.#compose(seat, seq, offerBytes, checked, choice));
    } catch (fault) {
      this.#refuse(seat, seq, fault);
    } finally {
      if (preparing !== undefined) this.#preparing.delete(preparing);
    }
  }

  /**
   * Puts what a game asked for earlier on the desk, from the wallet's page: message 1 of now, of the same price and terms, that
   * no game waits for. Throws what `offer` refuses with, but never FAIRNESS: nobody but the player asked.
   */
  async openOnPage(pairing: Pairing, sessionStartMs: number, asked: Uint8Array): Promise<void> {
    const { profile, choice } = this.#options;
    const { random, clock } = profile;
    const fresh = { offerTimeMs: clock(), nonce: random(NONCE_BYTES), sessionKey: random(SESSION_KEY_BYTES) };
    const offerBytes = encodeOffer({ ...decodeOffer(asked), ...fresh });
    const seat = pageSeat(pairing, sessionStartMs);
    const preparing = { seat, seq: 0, isAside: false };
    this.#requireFree(seat, hex(fresh.nonce));
    this.#preparing.add(preparing);
    try {
      const checked = this.#appraisal.check(seat, offerBytes);
      const chosen = await choice.for(checked);
      this.#preparing.delete(preparing);
      this.#requireFree(seat, hex(fresh.nonce));
      this.#show({ ...this.#compose(seat, 0, offerBytes, checked, chosen), place: 'page' });
    } finally {
      this.#preparing.delete(preparing);
    }
  }

  /** A game reports a loss: its offers may be held back for a while. */
  happened(seat: Seat): void {
    this.#options.fairness.lost(seat.pairing);
  }

  /** The answer of the overlay to exactly what was shown. */
  answer(seat: Seat, seq: number, answer: 'accept' | 'decline', digest: Uint8Array): void {
    const dialog = this.#dialog;
    if (dialog === undefined || dialog.seat !== seat || dialog.seq !== seq) return this.#refuseStale(seat, seq);
    if (!equalBytes(digest, dialog.shownDigest)) return this.#refuseStale(seat, seq);
    if (answer === 'decline') return this.#end(dialog, 'declined');
    if (dialog.shown.consent === 'press') return this.#payByPress(dialog, 'overlay');
    // Said once more it is nothing new, however often a game says it.
    if (dialog.place === 'overlay' && dialog.isForGuardian) this.#keepAsked(dialog);
    dialog.place = 'page';
    seat.send('progress', { seq, state: 'page' });
    this.#options.profile.announce();
  }

  /** The player left the dialog in the game without answering: a decline. */
  cancel(seat: Seat, seq: number): void {
    for (const one of this.#preparing) if (one.seat === seat && one.seq === seq) this.#preparing.delete(one);
    this.#deliveries.cancel(seat, seq);
    const dialog = this.#dialog;
    if (dialog?.seat === seat && dialog.seq === seq) this.#end(dialog, 'left');
  }

  /** The game's link is gone. */
  leave(seat: Seat): void {
    this.#deliveries.leave(seat);
    for (const one of this.#preparing) if (one.seat === seat) this.#preparing.delete(one);
    if (this.#dialog?.seat === seat) this.#end(this.#dialog, 'gone');
  }

  /** A game asks again for a nonce that it left open. */
  status(seat: Seat, seq: number, nonce: Uint8Array): void {
    const { profile, payer } = this.#options;
    const nonceHex = hex(nonce);
    const payment = profile.state.payment(nonceHex);
    if (payment !== undefined && isOfGame(payment, seat)) {
      this.#deliver(payment, seat, seq);
      if (payment.status === 'pending') payer.hurry(payment);
      return;
    }
    if (this.#showAgain(seat, seq, nonceHex, undefined)) return;
    const code: CodeName = profile.state.refusal(nonceHex) === undefined ? 'CONSENT_REQUIRED' : 'CONSENT_DENIED';
    sendRefusal(seat, seq, profile.settings.language, code, 'no');
  }

  /** The player said no on the wallet's page; with the PIN of a child's wallet it is the guardian's no. Throws GONE, PIN_WRONG. */
  async declineOnPage(nonceHex: string, pin: string | undefined): Promise<void> {
    const dialog = this.#requireDialog(nonceHex);
    const { vault } = this.#options.profile;
    if (!vault.hasGuardian || pin === undefined) return this.#end(dialog, 'declined');
    await vault.withPinKeys(pin, () => {
      if (this.#requireDialog(nonceHex) !== dialog) throw gone();
      this.#end(dialog, 'declined', 'guardian');
    });
  }

  /** The player pressed pay on the wallet's page, for what a press may pay. Throws GONE or LOCKED. */
  pressOnPage(nonceHex: string): void {
    const dialog = this.#requireDialog(nonceHex);
    if (dialog.shown.consent !== 'press') throw new WalletError('BAD_REQUEST', 'this payment takes the PIN');
    this.#payByPress(dialog, 'wallet-page');
  }

  /**
   * The player typed on the wallet's page what the payment takes. Throws GONE, PIN_WRONG, PIN_DELAYED, PASSWORD_WRONG,
   * PASSWORD_DELAYED or CARD_PIN_WRONG; the dialog then stays open. A card that is locked or gone ends it, with that code.
   */
  async secretsOnPage(nonceHex: string, typed: TypedSecrets): Promise<void> {
    const dialog = this.#requireDialog(nonceHex);
    if (dialog.isTrying) throw new WalletError('BAD_REQUEST', 'a PIN is being tried already');
    dialog.isTrying = true;
    try {
      await this.#trySecrets(dialog, typed);
    } finally {
      dialog.isTrying = false;
    }
  }

  async #trySecrets(dialog: Dialog, { pin, password, cardPin }: TypedSecrets): Promise<void> {
    const { passwords } = this.#options;
    const { vault } = this.#options.profile;
    const place = 'wallet-page';
    // While a PIN was tried the game may have left, or another offer have come under this nonce: nothing is paid.
    const requireStill = (): void => {
      if (this.#requireDialog(dialog.nonceHex) !== dialog) throw gone();
    };
    if (dialog.pins.password) {
      if (password === undefined) throw new WalletError('BAD_REQUEST', 'password: is missing');
      if (dialog.pins.wallet) await vault.provePin(pin ?? '');
      const signer = await passwords.prove(password);
      requireStill();
      const { day } = vault;
      if (day === undefined) throw new WalletError('LOCKED', 'the wallet is locked');
      this.#countPin();
      return this.#pay(dialog, { proof: 'password', place, signer, day });
    }
    if (!dialog.pins.card) {
      if (pin === undefined) throw new WalletError('BAD_REQUEST', 'pin: is missing');
      return vault.withPinKeys(pin, ({ signer, digits }, day) => {
        requireStill();
        this.#countPin();
        this.#pay(dialog, { proof: 'pin', place, signer, day, softCardPin: digits(SOFT_CARD_PIN) });
      });
    }
    if (cardPin === undefined) throw new WalletError('BAD_REQUEST', 'cardPin: is missing');
    if (dialog.pins.wallet) await vault.provePin(pin ?? '');
    if (!(await this.#isCardPin(dialog, cardPin))) return;
    requireStill();
    const { day } = vault;
    if (day === undefined) throw new WalletError('LOCKED', 'the wallet is locked');
    // A child may know it: what only the guardian's PIN does, it does not.
    if (dialog.pins.wallet || !vault.hasGuardian) this.#countPin();
    this.#pay(dialog, { proof: 'card', place, signer: day.press, day, cardPin });
  }

  /** Asks the card, before anything is journalled, whether that is its PIN. False when the payment has ended over it. */
  async #isCardPin(dialog: Dialog, cardPin: string): Promise<boolean> {
    const { shelf } = this.#options;
    const card = shelf.byKey(dialog.choice.chosen.audience);
    try {
      if (card === undefined) throw new NoMeans('CARD_ABSENT', 'the card is gone');
      const { verified, triesLeft } = await shelf.use(card, (terminal) => terminal.verifyPin(cardPin));
      if (verified) return true;
      void shelf.lookAgain(card);
      if (triesLeft > 0) throw new WalletError('CARD_PIN_WRONG', 'not the PIN of the card', { triesLeft });
      throw new NoMeans('CARD_LOCKED', 'the card takes no further PIN');
    } catch (fault) {
      if (!(fault instanceof ProtocolError) || this.#dialog !== dialog) throw fault;
      this.#close(dialog);
      this.#refuse(dialog.seat, dialog.seq, fault);
      return false;
    }
  }

  #countPin(): void {
    const { profile } = this.#options;
    profile.record({ kind: 'pin-used', atMs: profile.clock() });
  }

  /** Payments were switched off: what is open ends without an answer. */
  closeForPause(): void {
    const dialog = this.#dialog;
    if (dialog === undefined) return;
    this.#close(dialog);
    this.#refuse(dialog.seat, dialog.seq, new ProtocolError('PAUSED', 'payments are off'));
  }

  /** Answers from the journal what was asked before; true when it did. Throws ID_CONFLICT. */
  #answerKnown(seat: Seat, seq: number, nonceHex: string, offerBytes: Uint8Array, checked: CheckedOffer): boolean {
    const { profile } = this.#options;
    const { language } = profile.settings;
    const { publisherId, gameId } = seat.pairing;
    const known = profile.state.payment(nonceHex);
    if (known !== undefined) {
      if (!equalBytes(known.offer, offerBytes)) throw conflict();
      this.#deliver(known, seat, seq);
      return true;
    }
    const refusal = profile.state.refusal(nonceHex);
    if (refusal !== undefined) {
      if (!equalBytes(refusal.offerHash, checked.offerHash)) throw conflict();
      const declined = refusal.reason === 'declined' ? this.#signNo(checked, refusal.atMs) : undefined;
      sendRefusal(seat, seq, language, 'CONSENT_DENIED', 'no', { declined });
      return true;
    }
    const nowMs = profile.clock();
    const { grant } = checked.terms;
    const standing = profile.state.standingFor(publisherId, gameId, hex(checked.offerHash), nowMs);
    // Bought on another machine; what is used up may have been, and can be bought again.
    const isGone = (decidedAtMs: number): boolean => isOver(grant, decidedAtMs, nowMs);
    const isRecovered = profile.state.recovered.has(seat.pairing, checked.offerHash, isGone);
    if (standing === undefined && isRecovered && !isUsable(grant.kind)) {
      sendRefusal(seat, seq, language, 'ID_CONFLICT', 'yes', { text: paymentWords(language).alreadyPaid });
      return true;
    }
    if (standing === undefined) {
      // A guardian's no holds for the thing, not for the nonce that it came under.
      if (profile.state.family.no(checked.quote, hex(checked.offerHash)) === undefined) return false;
      const declined = this.#signNo(checked, profile.clock());
      sendRefusal(seat, seq, language, 'CONSENT_DENIED', 'no', { declined });
      return true;
    }
    // Its decision is bound to another nonce, so it is handed over by `restore`; `charged` says that there is one.
    if (standing.status === 'pending') sendRefusal(seat, seq, language, 'PENDING', 'unknown');
    else sendRefusal(seat, seq, language, 'ID_CONFLICT', 'yes', { text: paymentWords(language).alreadyPaid });
    return true;
  }

  #deliver(payment: Payment, seat: Seat, seq: number): void {
    this.#deliveries.expect(payment, seat, seq);
    const { language } = this.#options.profile.settings;
    if (payment.status !== 'pending') this.#deliveries.tell(payment, 'decided', language);
    else if (payment.contradicted) this.#deliveries.tell(payment, 'contradicted', language);
    else this.#deliveries.tell(payment, 'pending', language);
  }

  /** What is before the player, asked for once more by the same game: the same dialog, under the new number. */
  #showAgain(seat: Seat, seq: number, nonceHex: string, offerBytes: Uint8Array | undefined): boolean {
    const dialog = this.#dialog;
    if (dialog?.seat !== seat || dialog.nonceHex !== nonceHex) return false;
    if (offerBytes !== undefined && !equalBytes(dialog.offerBytes, offerBytes)) return false;
    dialog.seq = seq;
    seat.send('show', { seq, shown: dialog.shownBytes });
    if (dialog.place === 'page') seat.send('progress', { seq, state: 'page' });
    return true;
  }

  /** Throws CONSENT_BUSY, or CONSENT_STALE for another version of what is before the player. */
  #requireFree(seat: Seat, nonceHex: string): void {
    const dialog = this.#dialog;
    if (dialog?.seat === seat && dialog.nonceHex === nonceHex) {
      throw new ProtocolError('CONSENT_STALE', 'Offer: changed while it is shown');
    }
    if (dialog !== undefined || [...this.#preparing].some(({ isAside }) => !isAside)) {
      throw new ProtocolError('CONSENT_BUSY', 'another offer is before the player');
    }
  }

  /** A game may ask the player now. Throws what `requireFree` throws, and FAIRNESS. */
  #requireTurn(seat: Seat, nonceHex: string): void {
    this.#requireFree(seat, nonceHex);
    this.#options.fairness.requireFair(seat.pairing);
  }

  /** Nothing here waits: the rules are asked, and what is shown is put together, as things are at one moment. */
  #compose(seat: Seat, seq: number, offerBytes: Uint8Array, offer: CheckedOffer, choice: Choice): Dialog {
    const pins = this.#appraisal.requireConsent(seat, choice.chosen);
    const { profile, timeZone } = this.#options;
    const { charge, sufficiency } = choice.chosen;
    const { language } = profile.settings;
    const salt = profile.random(SALT_BYTES);
    const { shown, bytes } = composeShown({
      ...{ offer, charge, salt, language, timeZone, sufficiency },
      consent: consentOf(pins),
    });
    return {
      nonceHex: hex(offer.offer.nonce),
      offer,
      offerBytes,
      choice,
      pins,
      isForGuardian: this.#isForGuardian(pins),
      shown,
      shownBytes: bytes,
      shownDigest: shownDigest(bytes),
      seat,
      seq,
      place: 'overlay',
      isTrying: false,
      callOffTimeout: () => undefined,
    };
  }

  #isForGuardian({ wallet, password }: Pins): boolean {
    return (wallet || password) && this.#options.profile.vault.hasGuardian;
  }

  #show(dialog: Dialog): void {
    const { profile, timers } = this.#options;
    const { seat, seq, offer, shownBytes, shownDigest: digest } = dialog;
    const { nonce } = offer.offer;
    const atMs = profile.clock();
    // What the player opens on the page is no asking of the game's: fairness does not count it.
    if (seat.isGame) {
      const { pairingId } = seat.pairing;
      profile.record({ kind: 'shown', atMs, nonce, pairingId, offerHash: offer.offerHash, shownDigest: digest });
    }
    dialog.callOffTimeout = timers.after(WALLET_LIMITS.dialogMs, () => this.#end(dialog, 'timed-out'));
    this.#dialog = dialog;
    profile.announce();
    seat.send('show', { seq, shown: shownBytes });
  }

  /**
   * Pays without a dialog where the player has allowed that beforehand and a press would be enough; false otherwise, and then the
   * player is asked. From the first question to the journal nothing waits, so that offers that come together share one budget.
   */
  #payByAllowance(seat: Seat, seq: number, offerBytes: Uint8Array, offer: CheckedOffer, choice: Choice): boolean {
    const { profile, allowances } = this.#options;
    const { chosen } = choice;
    const { day } = profile.vault;
    const allowance = allowances.covering(seat.pairing, offer.terms.grant.kind, chosen.countsMinor);
    if (allowance === undefined || day === undefined || chosen.sufficiency !== 'enough') return false;
    if (this.#appraisal.verdict(seat, chosen.countsMinor).kind !== 'press') return false;
    const dialog = this.#compose(seat, seq, offerBytes, offer, choice);
    if (dialog.shown.consent !== 'press') return false;
    const { allowanceId } = allowance;
    this.#pay(dialog, { proof: 'press', place: 'automatic', signer: day.press, day, allowanceId });
    return true;
  }

  #payByPress(dialog: Dialog, place: 'overlay' | 'wallet-page'): void {
    const { day } = this.#options.profile.vault;
    // Locked, or a limit used up, since it was shown: what was shown is no longer what would be done.
    if (day === undefined || this.#appraisal.verdict(dialog.seat, dialog.choice.chosen.countsMinor).kind !== 'press') {
      this.#close(dialog);
      return this.#refuseStale(dialog.seat, dialog.seq);
    }
    this.#pay(dialog, { proof: 'press', place, signer: day.press, day });
  }

  /** A yes: message 2 is made, journalled and sent. What goes wrong before anything is sent is told to the game. */
  #pay(dialog: Dialog, yes: Yes): void {
    const { payer } = this.#options;
    const { seat, seq } = dialog;
    const { chosen, others } = dialog.choice;
    this.#close(dialog);
    try {
      // While it was open, an allowance may have paid for the same thing in another tab.
      if (this.#answerKnown(seat, seq, dialog.nonceHex, dialog.offerBytes, dialog.offer)) return;
      const takes = this.#appraisal.requireConsent(seat, chosen);
      if (yes.proof === 'card' && takes.wallet && !dialog.pins.wallet)
        throw new ProtocolError('CONSENT_STALE', 'the wallet’s PIN is taken as well by now');
      const inPlace = others.filter((one) => this.#mayTakePlace(seat, one, yes));
      const payment = payer.pay({
        pairingId: seat.pairing.pairingId,
        nonce: dialog.offer.offer.nonce,
        offer: dialog.offerBytes,
        shown: dialog.shownBytes,
        test: dialog.shown.test,
        allowanceId: yes.allowanceId,
        prepared: [this.#prepare(dialog, chosen, yes), ...inPlace.map((one) => this.#prepare(dialog, one, yes))],
      });
      this.#deliveries.expect(payment, seat, seq);
      seat.send('progress', { seq, state: yes.place === 'automatic' ? 'automatic' : 'paying' });
    } catch (fault) {
      this.#refuse(seat, seq, fault);
    }
  }

  /** Another means may take the place of the chosen one when the yes that was given is enough for it too. */
  #mayTakePlace(seat: Seat, candidate: Candidate, { proof, softCardPin }: Yes): boolean {
    // The server takes no proof by the PIN key where a password is set, and a card none by the password.
    if (proof === 'password' || (proof === 'pin' && candidate.means === 'server' && this.#options.passwords.isSet))
      return false;
    if (proof === 'card' || (candidate.means === 'card' && candidate.needsCardPin)) return false;
    if (candidate.needsCardPin && softCardPin === undefined) return false;
    return proof === 'pin' || this.#appraisal.verdict(seat, candidate.countsMinor).kind === 'press';
  }

  #prepare(dialog: Dialog, candidate: Candidate, yes: Yes): Prepared {
    const { profile, account } = this.#options;
    const { proof, place, signer, day, cardPin, softCardPin } = yes;
    const playerKey = day.player(dialog.seat.pairing.publisherId).publicKey;
    const nowMs = profile.clock();
    const { userId } = account;
    const request = makePaymentRequest({ dialog, candidate, userId, playerKey, proof, place, signer, nowMs });
    const { means, countsMinor, needsCardPin } = candidate;
    const ownPin = means === 'softcard' && needsCardPin ? softCardPin : undefined;
    return { means, request, countsMinor, cardPin: means === 'card' ? cardPin : ownPin };
  }

  #end(dialog: Dialog, reason: Ending, by: 'player' | 'guardian' = 'player'): void {
    this.#close(dialog);
    const { profile, log } = this.#options;
    const { offer, offerHash, quote } = dialog.offer;
    const atMs = profile.clock();
    const declined = reason === 'declined' ? this.#signNo(dialog.offer, atMs) : undefined;
    const { publisherId, gameId } = quote;
    const { gameName, title } = dialog.shown;
    const no = { publisherId, gameId, gameName, offerHash, title, by, stands: by === 'guardian' } as const;
    try {
      profile.record(
        { kind: 'refused', atMs, nonce: offer.nonce, offerHash, reason },
        ...(reason === 'declined'
          ? [{ kind: 'declined', atMs, ...no, declined: declined ?? new Uint8Array() } as const]
          : []),
      );
    } catch (fault) {
      // A no that could not be written down is still a no.
      log.error({ fault: String(fault) }, 'consent: a decline could not be journalled');
    }
    sendRefusal(dialog.seat, dialog.seq, profile.settings.language, 'CONSENT_DENIED', 'no', { declined });
  }

  /** The child said yes: the question stays on the page when the game has gone. */
  #keepAsked({ offer, offerBytes, seat, shown }: Dialog): void {
    const { profile, log } = this.#options;
    const { nonce } = offer.offer;
    const { pairingId } = seat.pairing;
    try {
      profile.record({ kind: 'asked', atMs: profile.clock(), nonce, pairingId, offer: offerBytes });
      this.#options.onAsked(shown);
    } catch (fault) {
      log.error({ fault: String(fault) }, 'consent: what waits for the guardian could not be journalled');
    }
  }

  #signNo({ offer, offerHash, quote }: CheckedOffer, timeMs: number): Uint8Array | undefined {
    const { publisherId, gameId } = quote;
    return signedNo(this.#options.profile.vault.day, { publisherId, gameId, offerHash, nonce: offer.nonce, timeMs });
  }

  #close(dialog: Dialog): void {
    dialog.callOffTimeout();
    if (this.#dialog === dialog) this.#dialog = undefined;
    this.#options.profile.announce();
  }

  #requireDialog(nonceHex: string): Dialog {
    if (this.#dialog?.nonceHex !== nonceHex) throw gone();
    return this.#dialog;
  }

  #refuseStale(seat: Seat, seq: number): void {
    this.#refuse(seat, seq, new ProtocolError('CONSENT_STALE', 'the answer is not to what is shown'));
  }

  #refuse(seat: Seat, seq: number, fault: unknown): void {
    const { profile, log } = this.#options;
    const { language } = profile.settings;
    if (fault instanceof ProtocolError) {
      log.info({ code: fault.code, why: fault.message, game: seat.pairing.gameId }, 'offer refused');
      return sendRefusal(seat, seq, language, fault.code, fault.charged, { text: this.#wordsOf(fault, language) });
    }
    // A mistake of this program must not look like an answer; the game is told that it can ask again.
    log.error({ fault: String(fault) }, 'offer: could not be handled');
    sendRefusal(seat, seq, language, 'BUSY', 'no');
  }

  /** Where the code alone does not say it; `undefined` where it does. */
  #wordsOf(fault: ProtocolError, language: Language): string | undefined {
    if (fault instanceof FairnessHeld) {
      const { reason, untilMs } = fault.held;
      const { heldBack, charged } = paymentWords(language);
      return `${heldBack[reason](timeText(untilMs, language, this.#options.timeZone))} ${charged.no}`;
    }
    const isOfCard = fault instanceof NoMeans || fault instanceof CardTerminalError;
    return isOfCard ? cardRefusalText(language, fault.code, fault.charged) : undefined;
  }
}

const isOfGame = (payment: Payment, seat: Seat): boolean =>
  payment.publisherId === seat.pairing.publisherId && payment.gameId === seat.pairing.gameId;

/** What the overlay is to tell the player: a password is asked for beside a PIN that only opens the wallet. */
const consentOf = ({ wallet, card, password }: Pins): Shown['consent'] =>
  password ? 'password' : wallet || card ? 'pin' : 'press';

function gone(): WalletError {
  return new WalletError('GONE', 'this request is no longer open');
}

function conflict(): ProtocolError {
  return new ProtocolError('ID_CONFLICT', 'Offer.nonce: used for another offer');
}
