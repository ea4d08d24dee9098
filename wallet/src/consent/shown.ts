/** Puts together what the player is shown: everything computed here, nothing taken from the game but the publisher's words. */
import {
  convertMoney,
  encodeShown,
  formatMoney,
  requireLine,
  requireParagraph,
  type Grant,
  type Money,
  type Offer,
  type Quote,
  type RateTable,
  type Shown,
  type Terms,
  type Texts,
} from '@coinslot/protocol';
import { directionOf, type Language } from '../words/languages.ts';
import { paymentWords, type GrantWords } from '../words/payment-words.ts';

export interface Charge {
  readonly money: Money;
  /** The table that it was converted with; `undefined` when the price is in the player's currency. */
  readonly table: RateTable | undefined;
}

/** What the player would be charged. Throws RATE_STALE, OFFER_PRICE or OFFER_CURRENCY. */
export function chargeFor(price: Money, currency: string, table: RateTable | undefined): Charge {
  if (price.currency === currency || table === undefined) return { money: price, table: undefined };
  return { money: convertMoney(price, currency, table), table };
}

/** What is read of a checked offer; an offer that nobody has signed yet can be looked at by the same words. */
export interface ShownOffer {
  readonly offer: Pick<Offer, 'offerTimeMs'>;
  readonly quote: Pick<Quote, 'amountMinor' | 'currency'>;
  readonly terms: Pick<Terms, 'offerId' | 'grant' | 'refund'>;
  readonly texts: Pick<Texts, 'gameName' | 'title' | 'description'>;
  readonly publisher: { readonly subject: { readonly commonName: string }; readonly sandbox: boolean };
}

export interface ShownOptions {
  offer: ShownOffer;
  charge: Charge;
  salt: Uint8Array;
  language: Language;
  /** IANA name; where the player is. */
  timeZone: string;
  consent: Shown['consent'];
  sufficiency: Shown['sufficiency'];
}

/** Shown and its encoding. Throws OFFER_TEXT when the publisher's words may not be shown. */
export function composeShown(options: ShownOptions): { shown: Shown; bytes: Uint8Array } {
  const { offer, charge, language } = options;
  const { quote, terms, texts, publisher } = offer;
  const price = { amountMinor: quote.amountMinor, currency: quote.currency };
  const contact = requireLine(terms.refund.contact, 'Terms.refund.contact');
  const words = paymentWords(language);
  const shown: Shown = {
    salt: options.salt,
    locale: language,
    direction: directionOf(language),
    payee: publisher.subject.commonName,
    gameName: requireLine(texts.gameName, 'Texts.gameName'),
    title: requireLine(texts.title, 'Texts.title'),
    description: requireParagraph(texts.description, 'Texts.description'),
    offerId: terms.offerId,
    grant: grantText(terms.grant, words.grant, language, options.timeZone),
    total: moneyText(charge.money, language),
    original: charge.table === undefined ? undefined : moneyText(price, language),
    rateTableId: charge.table?.id ?? 0,
    rate: charge.table === undefined ? '' : rateText(charge.money.currency, price.currency, charge.table, language),
    date: dateText(offer.offer.offerTimeMs, language, options.timeZone),
    offerTimeMs: offer.offer.offerTimeMs,
    refund: words.refund(terms.refund.days, contact),
    test: publisher.sandbox,
    consent: options.consent,
    sufficiency: options.sufficiency,
  };
  return { shown, bytes: encodeShown(shown) };
}

function moneyText(money: Money, language: Language): Shown['total'] {
  return { amountMinor: money.amountMinor, currency: money.currency, text: formatMoney(money, language) };
}

/** What is granted, in words. */
export function grantText(grant: Grant, words: GrantWords, language: Language, timeZone: string): string {
  switch (grant.kind) {
    case 'level':
    case 'scene':
    case 'forever':
      return words[grant.kind];
    case 'minutes':
    case 'uses':
    case 'period':
      return words[grant.kind](grant.quantity);
    case 'until':
      return words.until(dateText(grant.untilMs, language, timeZone));
  }
}

/** Date and time in words; whole, so that it reads the same a year later. `medium` is for lists. */
export function dateText(
  atMs: number,
  language: Language,
  timeZone: string,
  dateStyle: 'long' | 'medium' = 'long',
): string {
  return new Intl.DateTimeFormat(language, { dateStyle, timeStyle: 'short', timeZone }).format(atMs);
}

/** The time of day in words, to the second, rounded up. */
export function timeText(atMs: number, language: Language, timeZone: string): string {
  return new Intl.DateTimeFormat(language, { timeStyle: 'medium', timeZone }).format(Math.ceil(atMs / 1_000) * 1_000);
}

const RATE_DECIMALS = 4;

/** "1 EUR = 1.0837 USD", rounded for reading only: the charge itself comes from the table. */
function rateText(from: string, to: string, table: RateTable, language: Language): string {
  const rateE8 = (currency: string): bigint =>
    currency === table.base ? 100_000_000n : (table.rates.find((one) => one.currency === currency)?.rateE8 ?? 0n);
  const scale = 10n ** BigInt(RATE_DECIMALS);
  const divisor = rateE8(from);
  const scaled = (rateE8(to) * scale + divisor / 2n) / divisor;
  const digits = scaled.toString().padStart(RATE_DECIMALS + 1, '0');
  const plain = `${digits.slice(0, -RATE_DECIMALS)}.${digits.slice(-RATE_DECIMALS)}`;
  const format = new Intl.NumberFormat(language, {
    minimumFractionDigits: RATE_DECIMALS,
    maximumFractionDigits: RATE_DECIMALS,
    numberingSystem: 'latn',
  });
  return `1 ${from} = ${format.format(plain as Intl.StringNumericLiteral)} ${to}`;
}
