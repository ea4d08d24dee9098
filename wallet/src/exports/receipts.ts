/**
 * Receipts as files hold them: one flat row a payment, amounts as plain decimals, times in UTC, nothing but what the journal
 * holds. JSON and CSV write the same fields; the PDF is for reading.
 */
import { decodeQuote, plainAmount, readEnvelope, decodeOffer } from '@coinslot/protocol';
import { hex } from '../hex.ts';
import { currentAttempt, type Payment } from '../journal/payments.ts';
import { receiptOf } from '../page/receipts.ts';
import type { Language } from '../words/languages.ts';

/** In the order of the CSV's columns. An empty text stands for what there is none of. */
export interface ExportedReceipt {
  /** Of the decision, or of the consent while there is none: `2026-03-01T12:00:00.000Z`. */
  readonly time: string;
  readonly outcome: 'approved' | 'pending' | 'refused' | 'refunded';
  /** The code of the refusal. */
  readonly code: string;
  readonly title: string;
  readonly game: string;
  readonly publisher: string;
  readonly granted: string;
  /** Charged, or asked for while it is not decided or was refused. */
  readonly amount: string;
  readonly currency: string;
  /** The publisher's price. */
  readonly price: string;
  readonly price_currency: string;
  readonly rate_table: string;
  readonly refunded: string;
  readonly refunded_time: string;
  readonly refunded_reason: string;
  readonly means: 'server' | 'card' | 'softcard';
  /** Which of the player's proofs signed: press, pin, card, password. */
  readonly consent: string;
  /** Where: overlay, wallet-page, reader-pad, automatic. */
  readonly consent_place: string;
  readonly test: boolean;
  /** The player said that it was not them. */
  readonly disowned: boolean;
  readonly decision: string;
  readonly offer_hash: string;
}

/** A payment as a row; its words are those that were on the screen. */
export function exportedReceipt(payment: Payment, language: Language): ExportedReceipt {
  const { title, gameName, payee, grant, outcome } = receiptOf(payment, language, 'UTC');
  const { asked, means } = currentAttempt(payment);
  const { decided, refund, intentAtMs, offerHashHex, test, disowned } = payment;
  const isApproved = decided?.outcome === 'approved';
  const chargedMinor = isApproved ? decided.chargedMinor : asked.chargeMinor;
  const price = priceOf(payment);
  return {
    time: utc(decided?.timeMs ?? intentAtMs),
    outcome,
    code: isApproved ? '' : (decided?.code ?? payment.lapsed ?? ''),
    title,
    game: gameName,
    publisher: payee,
    granted: grant,
    amount: plainAmount({ amountMinor: chargedMinor, currency: asked.chargeCurrency }),
    currency: asked.chargeCurrency,
    price: price === undefined ? '' : plainAmount(price),
    price_currency: price?.currency ?? '',
    rate_table: asked.rateTableId === 0 ? '' : String(asked.rateTableId),
    refunded: refund === undefined ? '' : plainAmount(refund),
    refunded_time: refund === undefined ? '' : utc(refund.timeMs),
    refunded_reason: refund?.reason ?? '',
    means,
    consent: asked.proof,
    consent_place: asked.consentPlace,
    test,
    disowned,
    decision: decided === undefined ? '' : hex(decided.decisionId),
    offer_hash: offerHashHex,
  };
}

function priceOf({ offer }: Payment): { amountMinor: bigint; currency: string } | undefined {
  return offer.length === 0 ? undefined : decodeQuote(readEnvelope(decodeOffer(offer).quote).body);
}

const utc = (atMs: number): string => new Date(atMs).toISOString();
