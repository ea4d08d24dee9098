/** Receipts in words, for the page, the terminal and `history`. */
import { decodeShown, formatMoney, type CodeName } from '@coinslot/protocol';
import { dateText } from '../consent/shown.ts';
import { hex } from '../hex.ts';
import { currentAttempt, type Payment } from '../journal/payments.ts';
import type { Language } from '../words/languages.ts';
import { cardRefusalText, cardTrouble, outcomeText, paymentWords, refusalText } from '../words/payment-words.ts';
import type { ReceiptView } from './view.ts';

const MINUTE_MS = 60_000n;

/** One payment as the player reads it; what was bought in the words that were on the screen. `waitsFor`: why it is pending. */
export function receiptOf(payment: Payment, language: Language, timeZone: string, waitsFor?: CodeName): ReceiptView {
  const shown = decodeShown(payment.shown);
  const { decided } = payment;
  const { asked, means } = currentAttempt(payment);
  const outcome = payment.refund !== undefined ? 'refunded' : payment.status;
  const isApproved = decided?.outcome === 'approved';
  const amountMinor = isApproved ? decided.chargedMinor : asked.chargeMinor;
  return {
    id: payment.nonceHex,
    title: shown.title,
    gameName: shown.gameName,
    payee: shown.payee,
    amount: formatMoney({ amountMinor, currency: asked.chargeCurrency }, language),
    original: shown.original?.text ?? '',
    time: dateText(decided?.timeMs ?? payment.intentAtMs, language, timeZone, 'medium'),
    grant: shown.grant,
    consumed: consumedText(payment),
    outcome,
    outcomeText: textOf(payment, outcome, language, waitsFor),
    means,
    proof: asked.proof === 'card' ? 'pin' : asked.proof,
    disowned: payment.disowned,
    test: payment.test,
    decisionId: decided === undefined ? '' : hex(decided.decisionId),
    refund: shown.refund,
    refunded: refundedText(payment, language, timeZone),
  };
}

/** What came back, with its currency; empty while nothing did. */
export function refundAmount({ refund }: Payment, language: Language): string {
  return refund === undefined ? '' : formatMoney(refund, language);
}

/** When, how much and why; empty while it stands. */
function refundedText(payment: Payment, language: Language, timeZone: string): string {
  const { refund } = payment;
  if (refund === undefined) return '';
  const words = paymentWords(language).refundedFor;
  const date = dateText(refund.timeMs, language, timeZone, 'medium');
  const amount = refund.amountMinor === 0n ? undefined : refundAmount(payment, language);
  return words.back(amount, date, words.reason[refund.reason]);
}

function textOf(
  { decided, contradicted, lapsed, attempts }: Payment,
  outcome: ReceiptView['outcome'],
  language: Language,
  waitsFor: CodeName | undefined,
): string {
  const words = paymentWords(language);
  if (outcome === 'refunded') return words.outcome.refunded;
  if (lapsed !== undefined) return cardRefusalText(language, lapsed, 'no');
  if (decided !== undefined) return outcomeText(language, decided.code);
  if (contradicted) return refusalText(language, 'DECISION_MISMATCH', 'unknown');
  const isOfCard = attempts.at(-1)?.means !== 'server' && waitsFor !== undefined;
  return isOfCard ? `${words.outcome.pending}. ${cardTrouble(language, waitsFor)}` : words.outcome.pending;
}

function consumedText({ terms: { grant }, consumed, status }: Payment): string {
  if (status !== 'approved') return '';
  if (grant.kind === 'minutes') return `${consumed / MINUTE_MS} / ${grant.quantity} min`;
  return grant.kind === 'uses' ? `${consumed} / ${grant.quantity}` : '';
}
