/** A publisher's payout in words and figures. */
import { paidOf } from '../bills/types.ts';
import type { PayoutCurrency, PayoutLine } from '../payouts/types.ts';
import { dayText, hexOf, maskedAccount, moneyText, monthText, periodText } from './figures.ts';
import {
  SHEET_LINES_MAX,
  type PayoutDocument,
  type Sheet,
  type SheetFact,
  type SheetSums,
  type SheetTable,
} from './types.ts';
import { wordsOf } from './words/languages.ts';
import type { DocumentWords } from './words/words.ts';

export function payoutSheet(document: PayoutDocument): Sheet {
  const { payout, issuer, isTest } = document;
  const { locale, words } = wordsOf(document.locale);
  return {
    locale,
    direction: words.direction,
    kind: words.payout,
    title: monthText(payout.period, words),
    number: payout.number,
    issuerName: issuer.name,
    testMark: isTest ? words.test : undefined,
    facts: facts(document, words, locale),
    headline: headline(document, words, locale),
    sections: [
      ...payout.currencies.map((one) => currencySums(one, document, words, locale)),
      lines(document, words, locale),
    ],
    notes: [words.noIdentity, words.utcNote],
    scriptNote: words.scriptNote,
    pageOf: words.page,
    madeAtMs: payout.madeAtMs,
  };
}

function facts({ payout, nameOfPublisher }: PayoutDocument, words: DocumentWords, locale: string): SheetFact[] {
  const paid = paidOf(payout.told);
  const all: (SheetFact | undefined)[] = [
    { label: words.number, value: payout.number, isCode: true },
    { label: words.period, value: periodText(payout.period, words) },
    { label: words.made, value: dayText(payout.madeAtMs) },
    { label: words.publisher, value: nameOfPublisher(payout.publisherId) },
    { label: words.state, value: words.payoutStates[payout.state] },
    paid > 0n ? { label: words.paid, value: moneyText(paid, payout.payoutCurrency, locale) } : undefined,
    payout.reason === undefined ? undefined : { label: words.reason, value: payout.reason, isCode: true },
    payout.endToEndId === '' ? undefined : { label: words.reference, value: payout.endToEndId, isCode: true },
  ];
  return all.filter((fact) => fact !== undefined);
}

function headline({ payout, details }: PayoutDocument, words: DocumentWords, locale: string): Sheet['headline'] {
  const { amountMinor, payoutCurrency, carried } = payout;
  const to = details && words.toAccount(details.holder, maskedAccount(details.iban), details.number);
  return {
    label: words.toPay,
    figure: moneyText(amountMinor, payoutCurrency, locale),
    texts: carried === undefined ? [to ?? ''] : [words.nothingPaid, words.carriedPayout[carried]],
  };
}

function currencySums(
  one: PayoutCurrency,
  { payout }: PayoutDocument,
  words: DocumentWords,
  locale: string,
): SheetSums {
  const { currency } = one;
  const row = (label: string, amountMinor: bigint) => ({ label, figure: moneyText(amountMinor, currency, locale) });
  const ifAny = (label: string, amountMinor: bigint) => (amountMinor === 0n ? [] : [row(label, amountMinor)]);
  const isConverted = currency !== payout.payoutCurrency && payout.carried === undefined;
  return {
    kind: 'sums',
    title: words.inCurrency(currency),
    rows: [
      row(words.payableBefore, one.openingMinor),
      row(words.sales(one.sales), one.salesMinor),
      ...ifAny(words.claims, one.claimsMinor),
      ...ifAny(words.refunds, -one.refundsMinor),
      ...ifAny(words.fees, -one.feesMinor),
      ...ifAny(words.paidOut, one.paidOutMinor),
      ...ifAny(words.corrections, one.otherMinor),
      { ...row(words.payableAfter, one.closingMinor), isTotal: true },
      ...(isConverted
        ? [
            {
              label: words.converted(payout.payoutCurrency),
              figure: moneyText(one.convertedMinor, payout.payoutCurrency, locale),
            },
          ]
        : []),
    ],
  };
}

/** Which way a line moved the payable. */
export const signOf = ({ kind }: PayoutLine): 1n | -1n => (kind === 'payment' || kind === 'claim' ? 1n : -1n);

const HASH_DIGITS_SHOWN = 16;

function lines(document: PayoutDocument, words: DocumentWords, locale: string): SheetTable {
  const more = document.lines.length - SHEET_LINES_MAX;
  return {
    kind: 'table',
    title: words.decisions,
    columns: [
      { name: words.booked, share: 14 },
      { name: words.what, share: 17 },
      { name: words.decision, share: 31 },
      { name: words.price, share: 13, isFigure: true },
      { name: words.fee, share: 12, isFigure: true },
      { name: words.net, share: 13, isFigure: true },
    ],
    rows: document.lines.slice(0, SHEET_LINES_MAX).map((line) => {
      const sign = signOf(line);
      const money = (amountMinor: bigint) => ({ text: moneyText(amountMinor, line.currency, locale) });
      const [booked, spent] = [dayText(line.bookedAtMs), dayText(line.spentAtMs)];
      return [
        { text: booked, ...(spent !== booked && { sub: words.spent(spent) }) },
        { text: words.payoutKinds[line.kind], sub: line.gameId },
        {
          text: hexOf(line.decisionId),
          sub: words.offer(`${hexOf(line.offerHash).slice(0, HASH_DIGITS_SHOWN)}…`),
          isCode: true,
        },
        money(sign * line.priceMinor),
        money(-sign * line.feeMinor),
        money(sign * (line.priceMinor - line.feeMinor)),
      ];
    }),
    empty: words.noLines,
    note: more > 0 ? words.moreLines(more) : undefined,
  };
}
