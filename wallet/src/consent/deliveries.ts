/** Which games wait for which payments, and what each is told when something happens. */
import type { Payment } from '../journal/payments.ts';
import type { Progress } from '../payments/payer.ts';
import type { Language } from '../words/languages.ts';
import { cardRefusalText, paymentWords } from '../words/payment-words.ts';
import { sendRefusal, type Seat } from './seat.ts';

interface Waiting {
  readonly seat: Seat;
  readonly seq: number;
}

export class Deliveries {
  readonly #waiting = new Map<string, Waiting>();

  /** From now on `seat` hears of this payment under `seq`; the last that asked is the one that is told. */
  expect(payment: Payment, seat: Seat, seq: number): void {
    if (seat.isGame) this.#waiting.set(payment.nonceHex, { seat, seq });
  }

  leave(seat: Seat): void {
    for (const [nonceHex, waiting] of this.#waiting) if (waiting.seat === seat) this.#waiting.delete(nonceHex);
  }

  /** Tells whoever waits for this payment; false when nobody does. */
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
    else if (payment.decision !== undefined) seat.send('decision', { seq, decision: payment.decision });
    else if (payment.lapsed !== undefined) {
      sendRefusal(seat, seq, language, payment.lapsed, 'no', { text: cardRefusalText(language, payment.lapsed, 'no') });
    } else sendRefusal(seat, seq, language, 'DECISION_MISMATCH', 'unknown');
    return true;
  }
}
