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
    this.#waiting.set(payment.nonceHex, { seat, seq });
  }

  leave(seat: Seat): void {
    for (const [nonceHex, waiting] of this.#waiting) if (waiting.seat === seat) this.#waiting.delete(nonceHex);
  }

  tell(payment: Payment, progress: Progress, language: Language): void {
    const waiting = this.#waiting.get(payment.nonceHex);
    if (waiting === undefined) return;
    const { seat, seq } = waiting;
    if (progress === 'pending') return seat.send('progress', { seq, state: 'pending' });
    this.#waiting.delete(payment.nonceHex);
    if (payment.refund !== undefined)
      sendRefusal(seat, seq, language, 'REFUNDED', 'no', paymentWords(language).refusal.REFUNDED);
    else if (payment.decision !== undefined) seat.send('decision', { seq, decision: payment.decision });
    else if (payment.lapsed !== undefined) {
      sendRefusal(seat, seq, language, payment.lapsed, 'no', cardRefusalText(language, payment.lapsed, 'no'));
    } else sendRefusal(seat, seq, language, 'DECISION_MISMATCH', 'unknown');
  }
}
