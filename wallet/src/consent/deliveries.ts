/** Which games wait for which payments, and what each is told when something happens. */
import type { Payment } from '../journal/payments.ts';
import type { Progress } from '../payments/payer.ts';
import type { Language } from '../words/languages.ts';
import { cardRefusalText, paymentWords } from '../words/payment-words.ts';
import { sendRefusal, type Seat } from './seat.ts';

interface Waiting {
  readonly seat: Seat;
  readonly seq: number;
  /** The game took its question back; the answer may come too late for it. */
  isCancelled: boolean;
}

/** The content key of a payment, sealed to the session that asked; `undefined` when nothing is sealed, or the vault is shut. */
export type ContentKeyOf = (payment: Payment) => Uint8Array | undefined;

export class Deliveries {
  readonly #contentKeyOf: ContentKeyOf;
  readonly #waiting = new Map<string, Waiting>();

  constructor(contentKeyOf: ContentKeyOf) {
    this.#contentKeyOf = contentKeyOf;
  }

  /** From now on `seat` hears of this payment under `seq`; the last that asked is the one that is told. */
  expect(payment: Payment, seat: Seat, seq: number): void {
    if (seat.isGame) this.#waiting.set(payment.nonceHex, { seat, seq, isCancelled: false });
  }

  cancel(seat: Seat, seq: number): void {
    for (const waiting of this.#waiting.values()) {
      if (waiting.seat === seat && waiting.seq === seq) waiting.isCancelled = true;
    }
  }

  leave(seat: Seat): void {
    for (const [nonceHex, waiting] of this.#waiting) if (waiting.seat === seat) this.#waiting.delete(nonceHex);
  }

  /** Tells whoever waits for this payment; false when nobody surely does. */
  tell(payment: Payment, progress: Progress, language: Language): boolean {
    const waiting = this.#waiting.get(payment.nonceHex);
    if (waiting === undefined) return false;
    const { seat, seq } = waiting;
    if (progress === 'pending') {
      seat.send('progress', { seq, state: 'pending' });
      return true;
    }
    this.#waiting.delete(payment.nonceHex);
    if (payment.refund !== undefined)
      sendRefusal(seat, seq, language, 'REFUNDED', 'no', { text: paymentWords(language).refusal.REFUNDED });
    else if (payment.decision !== undefined) {
      this.#sendContentKey(payment, seat);
      seat.send('decision', { seq, decision: payment.decision });
    } else if (payment.lapsed !== undefined) {
      sendRefusal(seat, seq, language, payment.lapsed, 'no', { text: cardRefusalText(language, payment.lapsed, 'no') });
    } else sendRefusal(seat, seq, language, 'DECISION_MISMATCH', 'unknown');
    return !waiting.isCancelled;
  }

  /** Before its decision, so that the game has both when the gate opens. */
  #sendContentKey(payment: Payment, seat: Seat): void {
    const { decided } = payment;
    const sealedKey = decided?.sealedKey === undefined ? undefined : this.#contentKeyOf(payment);
    if (decided !== undefined && sealedKey !== undefined)
      seat.send('content-key', { decisionId: decided.decisionId, sealedKey });
  }
}
