/** A player's bill, or statement, in words and figures. */
import { paidOf, type Bill, type BillLine } from '../bills/types.ts';
import { dayText, groupedIban, hexOf, maskedAccount, moneyText, monthText, periodText, rateText } from './figures.ts';
import {
  SHEET_LINES_MAX,
  type BillDocument,
  type Sheet,
  type SheetCell,
  type SheetFact,
  type SheetSums,
  type SheetTable,
} from './types.ts';
import { wordsOf } from './words/languages.ts';
import type { DocumentWords } from './words/words.ts';

export function billSheet(document: BillDocument): Sheet {
  const { bill, issuer, isTest } = document;
  const { locale, words } = wordsOf(document.locale);
  return {
    locale,
    direction: words.direction,
    kind: bill.plan === 'prepaid' ? words.statement : words.bill,
    title: monthText(bill.period, words),
    number: bill.number,
    issuerName: issuer.name,
    testMark: isTest ? words.test : undefined,
    facts: facts(document, words, locale),
    headline: headline(document, words, locale),
    sections: [sums(bill, words, locale), games(document, words, locale), lines(document, words, locale)],
    notes: [words.utcNote],
    scriptNote: words.scriptNote,
    pageOf: words.page,
    madeAtMs: bill.madeAtMs,
  };
}

function facts({ bill, mandate, collection }: BillDocument, words: DocumentWords, locale: string): SheetFact[] {
  const all: (SheetFact | undefined)[] = [
    { label: words.number, value: bill.number, isCode: true },
    { label: words.period, value: periodText(bill.period, words) },
    { label: words.made, value: dayText(bill.madeAtMs) },
    { label: words.account, value: hexOf(bill.userId), isCode: true },
    mandate && mandate.holder !== '' ? { label: words.holder, value: mandate.holder } : undefined,
    bill.dueMinor > 0n ? { label: words.way, value: words.ways[bill.way] } : undefined,
    collection && { label: words.state, value: words.collection[collection.state] },
    collection && paidOf(collection.told) > 0n
      ? { label: words.paid, value: moneyText(paidOf(collection.told), collection.currency, locale) }
      : undefined,
    collection?.reason === undefined ? undefined : { label: words.reason, value: collection.reason, isCode: true },
    collection && { label: words.reference, value: collection.endToEndId, isCode: true },
  ];
  return all.filter((fact) => fact !== undefined);
}

function headline(document: BillDocument, words: DocumentWords, locale: string): Sheet['headline'] {
  const { bill } = document;
  const { plan, currency, dueMinor, carried, closingMinor } = bill;
  if (plan === 'prepaid')
    return {
      label: words.closing,
      figure: moneyText(closingMinor, currency, locale),
      texts: [words.statementMeans],
    };
  const why = carried === undefined ? words.nothingDue : words.carriedBill[carried];
  return {
    label: words.due,
    figure: moneyText(dueMinor, currency, locale),
    texts: [dueMinor > 0n ? howPaid(document, words) : why],
  };
}

function howPaid({ bill, mandate, collection, issuer }: BillDocument, words: DocumentWords): string {
  if (bill.way === 'card-on-file') return words.byCard;
  if (bill.way === 'bank-debit' && mandate !== undefined)
    return words.byDebit(maskedAccount(mandate.iban), mandate.mandateId, issuer.creditorId);
  const to = [issuer.name, groupedIban(issuer.iban), issuer.bic].filter((part) => part !== '');
  return words.byTransfer(to.join(', '), collection?.endToEndId ?? bill.number);
}

function sums(bill: Bill, words: DocumentWords, locale: string): SheetSums {
  const { currency } = bill;
  const row = (label: string, amountMinor: bigint) => ({ label, figure: moneyText(amountMinor, currency, locale) });
  const ifAny = (label: string, amountMinor: bigint) => (amountMinor === 0n ? [] : [row(label, amountMinor)]);
  return {
    kind: 'sums',
    title: words.summary,
    rows: [
      row(words.opening, bill.openingMinor),
      row(words.purchases(bill.purchases), -bill.purchasesMinor),
      ...ifAny(words.fromCards, bill.cardPurchasesMinor),
      ...ifAny(words.refunds, bill.refundsMinor),
      ...ifAny(words.paidIn, bill.paidInMinor),
      ...ifAny(words.loaded, -bill.loadedMinor),
      ...ifAny(words.other, bill.otherMinor),
      { ...row(words.closing, bill.closingMinor), isTotal: true },
    ],
  };
}

/** What a player used, by game: purchases, less those that were given back. */
export function usesOf(lines: readonly BillLine[]) {
  const games = new Map<string, { publisherId: string; gameId: string; uses: number; amountMinor: bigint }>();
  for (const { kind, publisherId, gameId, amountMinor } of lines) {
    if (publisherId === undefined || gameId === undefined || (kind !== 'payment' && kind !== 'refund')) continue;
    const key = JSON.stringify([publisherId, gameId]);
    const game = games.get(key) ?? { publisherId, gameId, uses: 0, amountMinor: 0n };
    game.uses += kind === 'payment' ? 1 : -1;
    game.amountMinor += amountMinor;
    games.set(key, game);
  }
  return [...games.values()].sort((one, other) => other.uses - one.uses || (one.gameId < other.gameId ? -1 : 1));
}

function games({ bill, lines, nameOfPublisher }: BillDocument, words: DocumentWords, locale: string): SheetTable {
  return {
    kind: 'table',
    title: words.games,
    columns: [
      { name: words.game, share: 50 },
      { name: words.uses, share: 20, isFigure: true },
      { name: words.charged, share: 30, isFigure: true },
    ],
    rows: usesOf(lines).map(({ publisherId, gameId, uses, amountMinor }) => [
      { text: gameId, sub: nameOfPublisher(publisherId) },
      { text: String(uses) },
      { text: moneyText(-amountMinor, bill.currency, locale) },
    ]),
    empty: words.noLines,
    note: undefined,
  };
}

function lines(document: BillDocument, words: DocumentWords, locale: string): SheetTable {
  const { bill } = document;
  const more = document.lines.length - SHEET_LINES_MAX;
  return {
    kind: 'table',
    title: words.lines,
    columns: [
      { name: words.booked, share: 20 },
      { name: words.what, share: 38 },
      { name: words.price, share: 24, isFigure: true },
      { name: words.amount, share: 18, isFigure: true },
    ],
    rows: document.lines.slice(0, SHEET_LINES_MAX).map((line) => [
      {
        text: dayText(line.bookedAtMs),
        ...(line.spentAtMs !== undefined && { sub: words.spent(dayText(line.spentAtMs)) }),
      },
      whatOf(line, document, words),
      priceOf(line, document, words, locale),
      { text: moneyText(line.amountMinor, bill.currency, locale) },
    ]),
    empty: words.noLines,
    note: more > 0 ? words.moreLines(more) : undefined,
  };
}

function whatOf(line: BillLine, { nameOfPublisher }: BillDocument, words: DocumentWords): SheetCell {
  const { kind, gameId, publisherId } = line;
  const what = words.kinds[kind] ?? kind;
  if (gameId === undefined || publisherId === undefined) return { text: what };
  return { text: `${what} · ${gameId}`, sub: nameOfPublisher(publisherId) };
}

/** Below the price the rate, where the price was in another currency than the account. */
function priceOf(line: BillLine, { bill, rateTables }: BillDocument, words: DocumentWords, locale: string): SheetCell {
  const { priceMinor, priceCurrency, rateTableId = 0 } = line;
  if (priceMinor === undefined || priceCurrency === undefined) return { text: '' };
  const text = moneyText(priceMinor, priceCurrency, locale);
  if (priceCurrency === bill.currency) return { text };
  const table = rateTables.get(rateTableId);
  const rate = table && rateText(priceCurrency, bill.currency, table, words.decimalSign);
  return { text, sub: rate ?? words.rateTable(rateTableId) };
}
