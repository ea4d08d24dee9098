/** What is so, derived from the journal by replaying it: nothing here is stored, and nothing is true that is not journalled. */
import { hex } from '../hex.ts';
import { AllowanceBook } from './allowances.ts';
import { FairnessBook, gameText, type GameKey } from './fairness-book.ts';
import { FamilyBook } from './family-book.ts';
import { LimitsOverTime } from './limits-over-time.ts';
import type { MeansId } from '../means/port.ts';
import {
  addAttempt,
  chargeOf,
  countsAsSpent,
  paymentOf,
  isRefundOf,
  refundOf,
  settle,
  standsFor,
  type Payment,
} from './payments.ts';
import { PasswordBook } from './password-book.ts';
import { RecoveredBook } from './recovered-book.ts';
import type { GameSpendingLimits, JournalRecord, RecordFields, WalletSpendingLimits } from './records.ts';

/** Who is paired: an origin, a publisher and a game together. */
export interface PairingKey {
  readonly origin: string;
  readonly publisherId: string;
  readonly gameId: string;
}

export interface Pairing extends PairingKey {
  readonly pairingId: Uint8Array;
  readonly idHex: string;
  readonly publisherName: string;
  readonly gameName: string;
  readonly pairedAtMs: number;
  readonly limits: LimitsOverTime<GameSpendingLimits>;
  /** The player's own name for it. */
  label: string;
  pressOff: boolean;
  /** Of a game that is no web page: what it shows at the door. */
  doorKey: Uint8Array | undefined;
}

export interface Blocked extends PairingKey {
  readonly gameName: string;
}

/** A card that was issued to this wallet. */
export interface OwnCard {
  readonly idHex: string;
  readonly cardId: Uint8Array;
  readonly means: MeansId;
  /** Envelope `card-issue`: what personalises it, should that have been cut short. */
  readonly issue: Uint8Array;
  isLost: boolean;
}

export const keyText = ({ origin, publisherId, gameId }: PairingKey): string =>
  JSON.stringify([origin, publisherId, gameId]);

export class WalletState {
  readonly #pairings = new Map<string, Pairing>();
  readonly #blocked = new Map<string, Blocked>();
  readonly #revoked = new Set<string>();
  /** By game, wherever it is played: the pairing that was ended last. */
  readonly #ended = new Map<string, Pairing>();
  readonly #payments = new Map<string, Payment>();
  readonly #byDecision = new Map<string, Payment>();
  #walletLimits: LimitsOverTime<WalletSpendingLimits> | undefined;
  /** Envelopes of notices, by decision id in hex. */
  readonly #refunds = new Map<string, Uint8Array>();
  #refused = new Map<string, RecordFields<'refused'>>();
  isPaused = false;
  /** How often the PIN was used. */
  pinsUsed = 0;
  /** The latest time in the journal: a clock that shows less has been set back. */
  lastMs = 0;
  /** The last application for a card, whether it was answered or not. */
  cardApplied: RecordFields<'card-applied'> | undefined;
  /** How far the software card has come, by the journal. */
  cardMark: RecordFields<'card-mark'> | undefined;
  readonly #cards = new Map<string, OwnCard>();
  readonly allowances = new AllowanceBook();
  readonly fairness = new FairnessBook();
  readonly family = new FamilyBook();
  readonly recovered = new RecoveredBook();
  readonly passwords = new PasswordBook();
  /** The recovery phrase is written down. */
  isPhraseKept = false;
  enrolling: RecordFields<'enrolling'> | undefined;
  enrolled: RecordFields<'enrolled'> | undefined;

  get pairings(): readonly Pairing[] {
    return [...this.#pairings.values()];
  }

  /** True for a game whose pairing the player has ended at some time: only the player lets it in again. */
  wasRevoked(game: PairingKey): boolean {
    return this.#revoked.has(keyText(game));
  }

  /** The last pairing of this game that the player has ended: what it was held to. */
  endedPairingOf(game: GameKey): Pairing | undefined {
    return this.#ended.get(gameText(game));
  }

  get blocked(): readonly Blocked[] {
    return [...this.#blocked.values()];
  }

  /** Oldest first. */
  get payments(): readonly Payment[] {
    return [...this.#payments.values()];
  }

  /** Cards issued to this wallet, oldest first. */
  get cards(): readonly OwnCard[] {
    return [...this.#cards.values()];
  }

  card(idHex: string): OwnCard | undefined {
    return this.#cards.get(idHex);
  }

  get walletLimits(): LimitsOverTime<WalletSpendingLimits> | undefined {
    return this.#walletLimits;
  }

  pairing(idHex: string): Pairing | undefined {
    return this.#pairings.get(idHex);
  }

  pairingOf(key: PairingKey): Pairing | undefined {
    const text = keyText(key);
    return this.pairings.find((one) => keyText(one) === text);
  }

  isBlocked(key: PairingKey): boolean {
    return this.#blocked.has(keyText(key));
  }

  payment(nonceHex: string): Payment | undefined {
    return this.#payments.get(nonceHex);
  }

  /** Whether a notice about this decision is journalled. */
  isRefunded(decisionIdHex: string): boolean {
    return this.#refunds.has(decisionIdHex);
  }

  paymentOfDecision(decisionIdHex: string): Payment | undefined {
    return this.#byDecision.get(decisionIdHex);
  }

  /** An offer that was answered with no, by its nonce. */
  refusal(nonceHex: string): RecordFields<'refused'> | undefined {
    return this.#refused.get(nonceHex);
  }

  /** A payment that already stands for the same thing, by the same publisher's game. */
  standingFor(publisherId: string, gameId: string, offerHashHex: string, nowMs: number): Payment | undefined {
    return this.payments.find(
      (one) => one.publisherId === publisherId && one.gameId === gameId && standsFor(one, offerHashHex, nowMs),
    );
  }

  /** What was spent, pending payments included, over the payments that `counts` picks; minor units. */
  spent(counts: (payment: Payment) => boolean): bigint {
    let sum = 0n;
    for (const payment of this.#payments.values()) {
      if (countsAsSpent(payment) && counts(payment)) sum += chargeOf(payment);
    }
    return sum;
  }

  /** Takes in one record that is in the journal. */
  apply(record: JournalRecord): void {
    this.lastMs = Math.max(this.lastMs, record.atMs);
    switch (record.kind) {
      case 'paired':
        return this.#pair(record);
      case 'renamed':
        return this.#changePairing(record.pairingId, (one) => (one.label = record.label));
      case 'revoked':
        return this.#revoke(hex(record.pairingId));
      case 'blocked':
        return this.#block(record);
      case 'press-off':
        return this.#changePairing(record.pairingId, (one) => (one.pressOff = record.off));
      case 'native-door':
        return this.#changePairing(record.pairingId, (one) => (one.doorKey = record.doorKey));
      case 'paused':
        return void (this.isPaused = record.on);
      case 'wallet-limits':
        if (this.#walletLimits === undefined) this.#walletLimits = new LimitsOverTime(record.limits);
        else this.#walletLimits.change(record);
        return;
      case 'game-limits':
        return this.#changePairing(record.pairingId, (one) => one.limits.change(record));
      case 'pin-used':
        return void (this.pinsUsed += 1);
      case 'shown':
        return this.fairness.shown(record, this.#pairings.get(hex(record.pairingId)));
      case 'refused':
        this.fairness.refused(record);
        return void this.#refused.set(hex(record.nonce), record);
      case 'intent':
        return this.#intend(paymentOf(record));
      case 'sent':
        return;
      case 'attempt':
        return this.#changePayment(record.nonce, (one) => addAttempt(one, record));
      case 'lapsed':
        return this.#changePayment(record.nonce, (one) => {
          one.status = 'refused';
          one.lapsed = record.code;
        });
      case 'decision':
        return this.#decide(record);
      case 'evidence':
        return this.#changePayment(record.nonce, (one) => (one.contradicted = true));
      case 'consumed':
        return this.#consume(record);
      case 'refund':
        return this.#refund(record);
      case 'not-me':
        return this.#changePayment(record.nonce, (one) => (one.disowned = true));
      case 'card-applied':
        return void (this.cardApplied = record);
      case 'card-issued':
        return this.#issueCard(record);
      case 'card-mark':
        return void (this.cardMark = record);
      case 'card-lost':
        return this.#loseCard(hex(record.cardId));
      case 'allowance':
        return this.allowances.make(record);
      case 'allowance-ended':
        return this.allowances.end(hex(record.allowanceId));
      case 'drawn':
        return this.#changePayment(record.nonce, (one) => (one.allowanceHex = hex(record.allowanceId)));
      case 'fairness':
        return this.fairness.changeRules(record);
      case 'family':
        return void (this.family.rules = record);
      case 'asked':
        return this.family.ask(record);
      case 'declined':
        return this.family.decline(record);
      case 'phrase-kept':
        return void (this.isPhraseKept = true);
      case 'recovering':
        return void (this.recovered.isUnderWay = record.on);
      case 'recovered':
        return this.#recover(record);
      case 'password':
        return this.passwords.take(record);
      case 'countersigned':
        return this.recovered.vouch(record);
      case 'enrolling':
        return void (this.enrolling = record);
      case 'enrolled':
        return void (this.enrolled = record);
    }
  }

  #pair({ atMs, limits, ...fields }: RecordFields<'paired'>): void {
    const idHex = hex(fields.pairingId);
    this.#pairings.set(idHex, {
      ...fields,
      idHex,
      pairedAtMs: atMs,
      limits: new LimitsOverTime(limits),
      label: fields.gameName,
      pressOff: false,
      doorKey: undefined,
    });
  }

  /** What a guardian was asked for is answered by paying for it, under whatever nonce. */
  #intend(payment: Payment): void {
    payment.pinsBefore = this.pinsUsed;
    this.#payments.set(payment.nonceHex, payment);
    this.family.answered(payment);
  }

  #block({ origin, publisherId, gameId, gameName, on }: RecordFields<'blocked'>): void {
    const blocked = { origin, publisherId, gameId, gameName };
    if (on) this.#blocked.set(keyText(blocked), blocked);
    else this.#blocked.delete(keyText(blocked));
  }

  #issueCard({ cardId, means, issue }: RecordFields<'card-issued'>): void {
    const idHex = hex(cardId);
    this.#cards.set(idHex, { idHex, cardId, means, issue, isLost: false });
  }

  #loseCard(idHex: string): void {
    const card = this.#cards.get(idHex);
    if (card !== undefined) card.isLost = true;
  }

  #decide(record: RecordFields<'decision'>): void {
    this.#changePayment(record.nonce, (payment) => {
      settle(payment, record);
      if (payment.decided !== undefined) this.#byDecision.set(hex(payment.decided.decisionId), payment);
      this.#undo(payment);
    });
  }

  #consume({ decisionId, consumed }: RecordFields<'consumed'>): void {
    const payment = this.#byDecision.get(hex(decisionId));
    if (payment !== undefined && consumed > payment.consumed) payment.consumed = consumed;
    this.recovered.consume(hex(decisionId), consumed);
  }

  #recover(record: RecordFields<'recovered'>): void {
    const { decisionHex } = this.recovered.take(record);
    this.recovered.undo(decisionHex, this.#refunds.get(decisionHex));
  }

  #refund(record: RecordFields<'refund'>): void {
    const decisionHex = hex(refundOf(record).decisionId);
    this.#refunds.set(decisionHex, record.notice);
    this.#undo(this.#byDecision.get(decisionHex));
    this.recovered.undo(decisionHex, record.notice);
  }

  /** A notice may come before the answer that it undoes. */
  #undo(payment: Payment | undefined): void {
    if (payment?.decided === undefined) return;
    const envelope = this.#refunds.get(hex(payment.decided.decisionId));
    if (envelope === undefined) return;
    const notice = refundOf({ notice: envelope });
    if (!isRefundOf(payment, notice)) return;
    payment.refund = notice;
    payment.refundNotice = envelope;
  }

  #revoke(idHex: string): void {
    const pairing = this.#pairings.get(idHex);
    if (pairing === undefined) return;
    this.#revoked.add(keyText(pairing));
    this.#ended.set(gameText(pairing), pairing);
    this.#pairings.delete(idHex);
  }

  #changePairing(pairingId: Uint8Array, change: (pairing: Pairing) => void): void {
    const pairing = this.#pairings.get(hex(pairingId));
    if (pairing !== undefined) change(pairing);
  }

  #changePayment(nonce: Uint8Array, change: (payment: Payment) => void): void {
    const payment = this.#payments.get(hex(nonce));
    if (payment !== undefined) change(payment);
  }
}
