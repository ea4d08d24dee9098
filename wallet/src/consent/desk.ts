/**
 * The consent desk: one offer before the player at a time, for all games. It decides what is asked for (a press or the PIN),
 * takes the answer from the overlay or from the wallet's page, and hands a yes to the payer. What a game sends changes
 * nothing under an open dialog.
 */
import { CardTerminalError } from '@coinslot/card';
import {
  equalBytes,
  ProtocolError,
  shownDigest,
  type CheckedOffer,
  type CodeName,
  type Signer,
} from '@coinslot/protocol';
import type { Account } from '../account/account.ts';
import type { Rates } from '../account/rates.ts';
import type { Trust } from '../account/server-envelope.ts';
import type { CardShelf } from '../cards/card-shelf.ts';
import { SOFT_CARD_PIN } from '../cards/card-secrets.ts';
import { WalletError } from '../errors.ts';
import { hex } from '../hex.ts';
import { currentAttempt, type Payment } from '../journal/payments.ts';
import { WALLET_LIMITS } from '../limits.ts';
import type { Payer, Prepared } from '../payments/payer.ts';
import { makePaymentRequest } from '../payments/payment-request.ts';
import type { Log, Timers } from '../ports.ts';
import type { Profile } from '../profile/profile.ts';
import type { DayKeys } from '../vault/keys.ts';
import { cardRefusalText, paymentWords } from '../words/payment-words.ts';
import { Appraisal } from './appraisal.ts';
import type { Candidate } from './candidate.ts';
import { Deliveries } from './deliveries.ts';
import type { Dialog } from './dialog.ts';
import { NoMeans, type Choice, type MeansChoice } from './means-choice.ts';
import { sendRefusal, type Seat } from './seat.ts';
import { composeShown } from './shown.ts';

export interface DeskOptions {
  profile: Profile;
  account: Account;
  rates: Rates;
  payer: Payer;
  choice: MeansChoice;
  shelf: CardShelf;
  trust: Trust;
  timers: Timers;
  log: Log;
  /** IANA name; dates are shown in it. */
  timeZone: string;
  /** A press has paid: told to the player outside the game. */
  onPress(payment: Payment): void;
}

/** How a yes was given: what proves it, and the key that signs it. */
interface Yes {
  readonly proof: 'press' | 'pin' | 'card';
  readonly place: 'overlay' | 'wallet-page';
  readonly signer: Signer;
  readonly day: DayKeys;
  /** Of the card in the reader, as the player typed it, and verified. */
  readonly cardPin?: string;
  /** Of the software card; only the wallet's PIN gives it. */
  readonly softCardPin?: string;
}

const SALT_BYTES = 16;

export class ConsentDesk {
  readonly #options: DeskOptions;
  readonly #appraisal: Appraisal;
  readonly #deliveries = new Deliveries();
  #dialog: Dialog | undefined;
  /** An offer for which a rate or a balance is fetched: the desk is taken. */
  #preparing: { readonly seat: Seat; readonly seq: number } | undefined;

  constructor(options: DeskOptions) {
    this.#options = options;
    this.#appraisal = new Appraisal(options);
    options.payer.onProgress((payment, progress) => {
      const isPaidByPress = payment.status === 'approved' && currentAttempt(payment).asked.proof === 'press';
      if (progress === 'decided' && isPaidByPress) options.onPress(payment);
      if (payment.decided?.code === 'RATE_STALE') options.rates.doubt();
      this.#deliveries.tell(payment, progress, options.profile.settings.language);
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
    const preparing = { seat, seq };
    try {
      const checked = this.#appraisal.check(seat, offerBytes);
      const nonceHex = hex(checked.offer.nonce);
      if (this.#answerKnown(seat, seq, nonceHex, offerBytes, checked)) return;
      if (this.#showAgain(seat, seq, nonceHex, offerBytes)) return;
      this.#requireFree(seat, nonceHex);
      this.#preparing = preparing;
      const choice = await this.#options.choice.for(checked);
      // Cancelled, or left, while that was found out.
      if (this.#preparing !== preparing) return;
      this.#open(seat, seq, offerBytes, checked, choice);
    } catch (fault) {
      this.#refuse(seat, seq, fault);
    } finally {
      if (this.#preparing === preparing) this.#preparing = undefined;
    }
  }

  /** The answer of the overlay to exactly what was shown. */
  answer(seat: Seat, seq: number, answer: 'accept' | 'decline', digest: Uint8Array): void {
    const dialog = this.#dialog;
    if (dialog === undefined || dialog.seat !== seat || dialog.seq !== seq) return this.#refuseStale(seat, seq);
    if (!equalBytes(digest, dialog.shownDigest)) return this.#refuseStale(seat, seq);
    if (answer === 'decline') return this.#end(dialog, 'declined');
    if (dialog.shown.consent === 'press') return this.#payByPress(dialog, 'overlay');
    dialog.place = 'page';
    seat.send('progress', { seq, state: 'page' });
    this.#options.profile.announce();
  }

  /** The player left the dialog in the game without answering: a decline. */
  cancel(seat: Seat, seq: number): void {
    if (this.#preparing?.seat === seat && this.#preparing.seq === seq) this.#preparing = undefined;
    const dialog = this.#dialog;
    if (dialog?.seat === seat && dialog.seq === seq) this.#end(dialog, 'left');
  }

  /** The game's link is gone. */
  leave(seat: Seat): void {
    this.#deliveries.leave(seat);
    if (this.#preparing?.seat === seat) this.#preparing = undefined;
    if (this.#dialog?.seat === seat) this.#end(this.#dialog, 'left');
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

  /** The player said no on the wallet's page. Throws GONE. */
  declineOnPage(nonceHex: string): void {
    this.#end(this.#requireDialog(nonceHex), 'declined');
  }

  /** The player pressed pay on the wallet's page, for what a press may pay. Throws GONE or LOCKED. */
  pressOnPage(nonceHex: string): void {
    const dialog = this.#requireDialog(nonceHex);
    if (dialog.shown.consent !== 'press') throw new WalletError('BAD_REQUEST', 'this payment takes the PIN');
    this.#payByPress(dialog, 'wallet-page');
  }

  /**
   * The player typed the PINs that the payment takes on the wallet's page. Throws GONE, PIN_WRONG, PIN_DELAYED or
   * CARD_PIN_WRONG; the dialog then stays open. A card that is locked or gone ends it, with that code.
   */
  async pinOnPage(nonceHex: string, pin: string | undefined, cardPin: string | undefined): Promise<void> {
    const dialog = this.#requireDialog(nonceHex);
    if (dialog.isTrying) throw new WalletError('BAD_REQUEST', 'a PIN is being tried already');
    dialog.isTrying = true;
    try {
      await this.#tryPins(dialog, pin, cardPin);
    } finally {
      dialog.isTrying = false;
    }
  }

  async #tryPins(dialog: Dialog, pin: string | undefined, cardPin: string | undefined): Promise<void> {
    const { vault } = this.#options.profile;
    const place = 'wallet-page';
    // While a PIN was tried the game may have left, or another offer have come under this nonce: nothing is paid.
    const requireStill = (): void => {
      if (this.#requireDialog(dialog.nonceHex) !== dialog) throw gone();
    };
    if (!dialog.pins.card) {
      if (pin === undefined) throw new WalletError('BAD_REQUEST', 'pin: is missing');
      return vault.withPinKeys(pin, ({ signer, digits }, day) => {
        requireStill();
        this.#countPin();
        this.#pay(dialog, { proof: 'pin', place, signer, day, softCardPin: digits(SOFT_CARD_PIN) });
      });
    }
    if (cardPin === undefined) throw new WalletError('BAD_REQUEST', 'cardPin: is missing');
    if (dialog.pins.wallet) await vault.unlock(pin ?? '');
    if (!(await this.#isCardPin(dialog, cardPin))) return;
    requireStill();
    const { day } = vault;
    if (day === undefined) throw new WalletError('LOCKED', 'the wallet is locked');
    this.#countPin();
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
    const known = profile.state.payment(nonceHex);
    if (known !== undefined) {
      if (!equalBytes(known.offer, offerBytes)) throw conflict();
      this.#deliver(known, seat, seq);
      return true;
    }
    const refusal = profile.state.refusal(nonceHex);
    if (refusal !== undefined) {
      if (!equalBytes(refusal.offerHash, checked.offerHash)) throw conflict();
      sendRefusal(seat, seq, language, 'CONSENT_DENIED', 'no');
      return true;
    }
    const { publisherId, gameId } = seat.pairing;
    const standing = profile.state.standingFor(publisherId, gameId, hex(checked.offerHash));
    if (standing === undefined) return false;
    // Its decision is bound to another nonce, so it is handed over by `restore`; `charged` says that there is one.
    if (standing.status === 'pending') sendRefusal(seat, seq, language, 'PENDING', 'unknown');
    else sendRefusal(seat, seq, language, 'ID_CONFLICT', 'yes', paymentWords(language).alreadyPaid);
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
    if (dialog !== undefined || this.#preparing !== undefined) {
      throw new ProtocolError('CONSENT_BUSY', 'another offer is before the player');
    }
  }

  /** Nothing here waits: the rules are asked, and the offer is shown, as things are at one moment. */
  #open(seat: Seat, seq: number, offerBytes: Uint8Array, offer: CheckedOffer, choice: Choice): void {
    const { profile, timeZone, timers } = this.#options;
    const { charge, sufficiency } = choice.chosen;
    const pins = this.#appraisal.requireConsent(seat, choice.chosen);
    const consent = pins.wallet || pins.card ? 'pin' : 'press';
    const { language } = profile.settings;
    const salt = profile.random(SALT_BYTES);
    const { shown, bytes } = composeShown({ offer, charge, salt, language, timeZone, consent, sufficiency });
    const digest = shownDigest(bytes);
    const { nonce } = offer.offer;
    const { pairingId } = seat.pairing;
    const atMs = profile.clock();
    profile.record({ kind: 'shown', atMs, nonce, pairingId, offerHash: offer.offerHash, shownDigest: digest });
    const dialog: Dialog = {
      nonceHex: hex(nonce),
      offer,
      offerBytes,
      choice,
      pins,
      shown,
      shownBytes: bytes,
      shownDigest: digest,
      seat,
      seq,
      place: 'overlay',
      isTrying: false,
      callOffTimeout: timers.after(WALLET_LIMITS.dialogMs, () => this.#end(dialog, 'timed-out')),
    };
    this.#dialog = dialog;
    profile.announce();
    seat.send('show', { seq, shown: bytes });
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
      this.#appraisal.requireConsent(seat, chosen);
      const inPlace = others.filter((one) => this.#mayTakePlace(seat, one, yes));
      const payment = payer.pay({
        pairingId: seat.pairing.pairingId,
        nonce: dialog.offer.offer.nonce,
        offer: dialog.offerBytes,
        shown: dialog.shownBytes,
        test: dialog.shown.test,
        prepared: [this.#prepare(dialog, chosen, yes), ...inPlace.map((one) => this.#prepare(dialog, one, yes))],
      });
      this.#deliveries.expect(payment, seat, seq);
      seat.send('progress', { seq, state: 'paying' });
    } catch (fault) {
      this.#refuse(seat, seq, fault);
    }
  }

  /** Another means may take the place of the chosen one when the yes that was given is enough for it too. */
  #mayTakePlace(seat: Seat, candidate: Candidate, { proof, softCardPin }: Yes): boolean {
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

  #end(dialog: Dialog, reason: 'declined' | 'timed-out' | 'left'): void {
    this.#close(dialog);
    const { profile } = this.#options;
    const { offer, offerHash } = dialog.offer;
    try {
      profile.record({ kind: 'refused', atMs: profile.clock(), nonce: offer.nonce, offerHash, reason });
    } catch (fault) {
      // A no that could not be written down is still a no.
      this.#options.log.error({ fault: String(fault) }, 'consent: a decline could not be journalled');
    }
    sendRefusal(dialog.seat, dialog.seq, profile.settings.language, 'CONSENT_DENIED', 'no');
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
      const isOfCard = fault instanceof NoMeans || fault instanceof CardTerminalError;
      const text = isOfCard ? cardRefusalText(language, fault.code, fault.charged) : undefined;
      return sendRefusal(seat, seq, language, fault.code, fault.charged, text);
    }
    // A mistake of this program must not look like an answer; the game is told that it can ask again.
    log.error({ fault: String(fault) }, 'offer: could not be handled');
    sendRefusal(seat, seq, language, 'BUSY', 'no');
  }
}

const isOfGame = (payment: Payment, seat: Seat): boolean =>
  payment.publisherId === seat.pairing.publisherId && payment.gameId === seat.pairing.gameId;

function gone(): WalletError {
  return new WalletError('GONE', 'this request is no longer open');
}

function conflict(): ProtocolError {
  return new ProtocolError('ID_CONFLICT', 'Offer.nonce: used for another offer');
}
