/** The offers of `offers.yaml` as the page draws them: texts and prices that nobody has signed yet. */
import type { OfferEntry, OffersFile } from '../offers/read.ts';
import type { OfferView } from './view.ts';

export const offersView = (file: OffersFile | undefined): readonly OfferView[] =>
  file === undefined ? [] : file.offers.map((offer) => offerView(file, offer));

function offerView(file: OffersFile, { id, price, grant, refund, texts }: OfferEntry): OfferView {
  return {
    id,
    amountMinor: String(price.amountMinor),
    currency: price.currency,
    grant: {
      kind: grant.kind,
      ...('quantity' in grant && { quantity: grant.quantity }),
      ...('untilMs' in grant && { untilMs: grant.untilMs }),
    },
    refund: { days: refund.days, contact: refund.contact },
    texts: texts.map(({ locale, title, description }) => ({
      locale,
      gameName: file.gameNames.get(locale) ?? '',
      title,
      description,
    })),
  };
}
