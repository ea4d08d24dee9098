/** What the overlay would be given for an offer that nobody has signed yet: the wallet's `Shown`, but for what only it knows. */
import { formatMoney, type Shown } from '@coinslot/protocol';
import type { OfferView } from '../view.ts';
import { grantText, previewLanguage, refundText, type PreviewLanguage } from './offer-words.ts';

const SALT_BYTES = 16;

/** `payee`: the publisher's id, for the name that stands in its certificate. `nowMs`: the moment of the offer. */
export function previewShown(offer: OfferView, locale: string, payee: string, nowMs: number): Shown {
  const language = previewLanguage(locale);
  const texts = offer.texts.find((one) => one.locale === locale) ?? offer.texts[0];
  const total = { amountMinor: BigInt(offer.amountMinor), currency: offer.currency };
  return {
    salt: new Uint8Array(SALT_BYTES),
    locale: language,
    direction: language === 'ar' ? 'rtl' : 'ltr',
    payee,
    gameName: texts?.gameName ?? '',
    title: texts?.title ?? '',
    description: texts?.description ?? '',
    offerId: offer.id,
    grant: grantText(language, offer.grant, (atMs) => dateText(atMs, language)),
    total: { ...total, text: formatMoney(total, language) },
    original: undefined,
    rateTableId: 0,
    rate: '',
    date: dateText(nowMs, language),
    offerTimeMs: nowMs,
    refund: refundText(language, offer.refund.days, offer.refund.contact),
    test: false,
    consent: 'press',
    sufficiency: 'enough',
  };
}

const dateText = (atMs: number, language: PreviewLanguage): string =>
  new Intl.DateTimeFormat(language, { dateStyle: 'long', timeStyle: 'short' }).format(atMs);
